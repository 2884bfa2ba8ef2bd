#include "peer/libtorrent_loop.h"

#include <pthread.h>
#include <time.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <map>
#include <optional>
#include <utility>

namespace convoy {

struct LibtorrentLoop::Impl {
  using WorkGuard =
      boost::asio::executor_work_guard<boost::asio::io_context::executor_type>;

  // One thread runs it: asio then leaves out locks.
  boost::asio::io_context context{1};
  std::optional<WorkGuard> work{context.get_executor()};
  // Touched on the thread only.
  std::map<TimerId, boost::asio::steady_timer> timers;
  int connections = 0;
  bool stopped = false;
};

namespace {

// What comes in within this time is done together: a wake of the thread costs
// more than what a packet of a peer has it do. As network cards moderate their
// interrupts. The more connections, the less comes over each of them.
constexpr std::chrono::milliseconds kRestForEach{4};
constexpr int kMostRests = 8;
// Where there is much to do it rests less: at a quarter of the time not at all,
// for then peers wait for it. Processor time is what counts: a thread that
// others do not let run has more to do at once, not more to do.
constexpr int kRestLessBy = 3;

// Of this thread, so far.
std::chrono::nanoseconds ProcessorTime() {
  timespec time = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) +
         std::chrono::nanoseconds(time.tv_nsec);
}

// asio wants handlers that can be copied on some paths; a Task cannot.
struct TaskHandler {
  std::shared_ptr<Executor::Task> task;
  void operator()() { std::move (*task)(); }
};

}  // namespace

LibtorrentLoop::LibtorrentLoop()
    : impl_(std::make_unique<Impl>()), thread_([this] { Run(); }) {
  pthread_setname_np(thread_.native_handle(), "convoy-swarm");
}

LibtorrentLoop::~LibtorrentLoop() { Stop(); }

void LibtorrentLoop::Run() {
  std::chrono::nanoseconds before = ProcessorTime();
  while (impl_->context.run_one() > 0) {
    const auto begin = std::chrono::steady_clock::now();
    impl_->context.poll();
    const std::chrono::nanoseconds now = ProcessorTime();
    const std::chrono::nanoseconds busy = now - std::exchange(before, now);
    const auto rest =
        kRestForEach * std::clamp(impl_->connections, 1, kMostRests);
    std::this_thread::sleep_until(begin + rest - kRestLessBy * busy);
  }
}

void LibtorrentLoop::NoteConnections(int change) {
  impl_->connections += change;
}

void LibtorrentLoop::Stop() {
  if (!thread_.joinable()) return;
  Post([this] {
    impl_->stopped = true;
    impl_->timers.clear();
    impl_->work.reset();
  });
  thread_.join();
}

void LibtorrentLoop::Post(Task task) {
  boost::asio::post(impl_->context,
                    TaskHandler{std::make_shared<Task>(std::move(task))});
}

Executor::TimerId LibtorrentLoop::PostAfter(absl::Duration delay, Task task) {
  const TimerId id = ++last_timer_;
  const auto due =
      std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(delay);
  Post([this, id, due, task = std::move(task)]() mutable {
    if (impl_->stopped) return;
    const auto added = impl_->timers.emplace(
        id, boost::asio::steady_timer(impl_->context, due));
    added.first->second.async_wait(
        [this, id, held = std::make_shared<Task>(std::move(task))](
            const boost::system::error_code& error) {
          // Cancelled, or cancelled after it was due.
          if (error || impl_->timers.erase(id) == 0) return;
          std::move (*held)();
        });
  });
  return id;
}

void LibtorrentLoop::CancelTimer(TimerId id) {
  // One that is still on its way here is behind this call only if it was made
  // by another thread just now.
  if (impl_->timers.erase(id) == 0) {
    Post([this, id] { impl_->timers.erase(id); });
  }
}

bool LibtorrentLoop::IsCurrent() const {
  return std::this_thread::get_id() == thread_.get_id();
}

boost::asio::io_context& LibtorrentLoop::context() { return impl_->context; }

}  // namespace convoy
