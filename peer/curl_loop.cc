#include "peer/curl_loop.h"

#include <curl/curl.h>
#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <thread>
#include <utility>

#include "absl/time/time.h"
#include "peer/base/log.h"

namespace convoy {
namespace {

// The longest sleep; every wait is ended by a wake-up, a socket or a timer.
constexpr absl::Duration kLongestPoll = absl::Minutes(1);
// Connections kept for later requests, of all hosts together: enough for
// several busy hosts, few enough to be forgotten.
constexpr long kMaxKeptConnections = 128;

// After an error that would come again at once, such as want of memory.
constexpr std::chrono::milliseconds kErrorWait{100};

// The loop whose tasks run on this thread.
thread_local const CurlLoop* current_loop = nullptr;

void* MakeMulti() {
  // Once in the process, before any other use of libcurl; thread-safe by C++.
  static const CURLcode initialized = curl_global_init(CURL_GLOBAL_DEFAULT);
  CURLM* multi = initialized == CURLE_OK ? curl_multi_init() : nullptr;
  if (multi == nullptr) {
    LogError("libcurl could not be initialized");
    return nullptr;
  }
  // One request at a time on a connection, with HTTP/2 too: a paused stream
  // would hold up the others of its connection, and parallel ranges are meant
  // to be parallel connections.
  curl_multi_setopt(multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, kMaxKeptConnections);
  return multi;
}

}  // namespace

CurlLoop::CurlLoop(const Clock& clock)
    : clock_(clock), multi_(MakeMulti()), thread_([this] { Run(); }) {
  pthread_setname_np(thread_.native_handle(), "curl");
}

CurlLoop::~CurlLoop() {
  Stop();
  curl_multi_cleanup(multi_);
}

void CurlLoop::Stop() {
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
  }
  Wake();
  if (thread_.joinable()) thread_.join();
}

void CurlLoop::Post(Task task) {
  Posted posted = {std::move(task), clock_.Monotonic()};
  bool first = false;
  {
    MutexLock lock(&mutex_);
    if (stopping_) return;
    first = tasks_.empty();
    tasks_.push_back(std::move(posted));
  }
  if (first) Wake();
}

Executor::TimerId CurlLoop::PostAfter(absl::Duration delay, Task task) {
  const absl::Duration due = clock_.Monotonic() + delay;
  TimerId id = 0;
  bool first = false;
  {
    MutexLock lock(&mutex_);
    first = timers_.empty() || due < timers_.NextDue();
    id = timers_.Add(due, std::move(task));
  }
  if (first) Wake();
  return id;
}

void CurlLoop::CancelTimer(TimerId id) {
  Task dropped;  // Outlives the lock: its destructor may do anything.
  MutexLock lock(&mutex_);
  dropped = timers_.Remove(id);
}

bool CurlLoop::IsCurrent() const { return current_loop == this; }

bool CurlLoop::Add(void* easy, CurlTransfer* transfer) {
  curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
  return curl_multi_add_handle(multi_, easy) == CURLM_OK;
}

void CurlLoop::Remove(void* easy) { curl_multi_remove_handle(multi_, easy); }

void CurlLoop::Run() {
  current_loop = this;
  while (RunTasks()) {
    int ready = 0;
    CURLMcode code =
        curl_multi_poll(multi_, nullptr, 0, PollTimeoutMs(), &ready);
    // A wake for a task alone is none for libcurl, which would look at each
    // connection.
    long timeout_ms = 0;
    if (code == CURLM_OK) code = curl_multi_timeout(multi_, &timeout_ms);
    if (code == CURLM_OK && (ready > 0 || timeout_ms == 0)) {
      int running = 0;
      code = curl_multi_perform(multi_, &running);
      ReportDoneTransfers();
    }
    if (code != CURLM_OK) {
      LogError("libcurl's event loop: ", curl_multi_strerror(code));
      std::this_thread::sleep_for(kErrorWait);
    }
  }
}

bool CurlLoop::RunTasks() {
  std::deque<Posted> tasks;
  bool stopping = false;
  {
    MutexLock lock(&mutex_);
    tasks.swap(tasks_);
    stopping = stopping_;
  }
  for (Posted& posted : tasks) {
    delays_.Observe(clock_.Monotonic() - posted.since);
    std::move(posted.task)();
  }
  if (stopping) return false;
  while (true) {
    Task due;
    {
      MutexLock lock(&mutex_);
      due = timers_.PopDue(clock_.Monotonic());
    }
    if (!due) return true;
    std::move(due)();
  }
}

void CurlLoop::ReportDoneTransfers() {
  int left = 0;
  while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* const easy = message->easy_handle;
    const CURLcode code = message->data.result;
    void* transfer = nullptr;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
    curl_multi_remove_handle(multi_, easy);
    static_cast<CurlTransfer*>(transfer)->OnTransferDone(code);
  }
}

int CurlLoop::PollTimeoutMs() {
  MutexLock lock(&mutex_);
  if (!tasks_.empty() || stopping_) return 0;
  if (timers_.empty()) return absl::ToInt64Milliseconds(kLongestPoll);
  const absl::Duration wait = timers_.NextDue() - clock_.Monotonic();
  const absl::Duration bounded =
      std::min(std::max(wait, absl::ZeroDuration()), kLongestPoll);
  return absl::ToInt64Milliseconds(absl::Ceil(bounded, absl::Milliseconds(1)));
}

void CurlLoop::Wake() {
  // On its own thread the loop looks at the queue before it sleeps.
  if (!IsCurrent()) curl_multi_wakeup(multi_);
}

}  // namespace convoy
