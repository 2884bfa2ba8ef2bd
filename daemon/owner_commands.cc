#include "daemon/owner_commands.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "peer/base/mutex.h"
#include "peer/base/unique_fd.h"

namespace convoy {
namespace {

constexpr std::size_t kMaxRunning = 16;
constexpr int kMaxRunningOfOne = 4;
// Before the exit code.
constexpr char kExited[] = "exited with status ";
// Between SIGTERM and SIGKILL.
constexpr absl::Duration kGrace = absl::Seconds(5);
// Without pidfd_open(2) ends are looked for so often.
constexpr absl::Duration kLookInterval = absl::Milliseconds(200);

struct Waiting {
  OwnerCommand command;
  OwnerCommands::Told begun;
  OwnerCommands::Told ended;
};

struct Running {
  pid_t process = -1;
  UniqueFd pidfd;  // Readable when it has ended. Invalid: not to be had.
  uid_t uid = 0;
  absl::Duration time_limit;
  absl::Duration next_signal_at;  // Monotonic.
  bool told_to_end = false;
  OwnerCommands::Told ended;
};

absl::Status StatusOfEnd(int status, const Running& running) {
  if (running.told_to_end) {
    return absl::DeadlineExceededError(absl::StrCat(
        "took longer than ", absl::FormatDuration(running.time_limit),
        " and was ended"));
  }
  if (WIFSIGNALED(status)) {
    return absl::AbortedError(
        absl::StrCat("was killed by signal ", WTERMSIG(status)));
  }
  if (WEXITSTATUS(status) == 0) return absl::OkStatus();
  return absl::AbortedError(absl::StrCat(kExited, WEXITSTATUS(status)));
}

class Runner final : public OwnerCommands {
 public:
  Runner(const Clock& clock, std::map<std::string, std::string> environment)
      : clock_(clock),
        environment_(std::move(environment)),
        wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        thread_([this] { Loop(); }) {}

  ~Runner() override {
    {
      MutexLock lock(&mutex_);
      stopping_ = true;
    }
    Wake();
    thread_.join();
  }

  void Run(OwnerCommand command, Told begun, Told ended) override {
    {
      MutexLock lock(&mutex_);
      waiting_.push_back(
          {std::move(command), std::move(begun), std::move(ended)});
    }
    Wake();
  }

 private:
  void Wake() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written =
        write(wake_.get(), &one, sizeof one);
  }

  // The thread's.
  void Loop() {
    while (!stopping()) {
      while (std::optional<Waiting> next = TakeNext()) Begin(*std::move(next));
      LookForEnds();
      EndWhatIsLate();
      if (!HasNext()) Sleep();
    }
  }

  bool stopping() {
    MutexLock lock(&mutex_);
    return stopping_;
  }

  int RunningOf(uid_t uid) const {
    return static_cast<int>(
        std::count_if(running_.begin(), running_.end(),
                      [uid](const Running& one) { return one.uid == uid; }));
  }

  std::list<Waiting>::iterator Next() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (running_.size() >= kMaxRunning) return waiting_.end();
    return std::find_if(
        waiting_.begin(), waiting_.end(), [this](const Waiting& one) {
          return RunningOf(one.command.owner.uid) < kMaxRunningOfOne;
        });
  }
  bool HasNext() {
    MutexLock lock(&mutex_);
    return stopping_ || Next() != waiting_.end();
  }
  std::optional<Waiting> TakeNext() {
    MutexLock lock(&mutex_);
    const auto next = Next();
    if (stopping_ || next == waiting_.end()) return std::nullopt;
    Waiting taken = std::move(*next);
    waiting_.erase(next);
    return taken;
  }

  void Begin(Waiting next) {
    OwnerCommand& command = next.command;
    command.environment.insert(environment_.begin(), environment_.end());
    const absl::StatusOr<pid_t> process = StartOwnerCommand(command);
    std::move(next.begun)(process.status());
    if (!process.ok()) return std::move(next.ended)(process.status());
    Running running;
    running.process = *process;
#ifdef SYS_pidfd_open
    running.pidfd =
        UniqueFd(static_cast<int>(syscall(SYS_pidfd_open, *process, 0)));
#endif
    running.uid = command.owner.uid;
    running.time_limit = command.time_limit;
    running.next_signal_at = clock_.Monotonic() + command.time_limit;
    running.ended = std::move(next.ended);
    running_.push_back(std::move(running));
  }

  void LookForEnds() {
    for (auto one = running_.begin(); one != running_.end();) {
      int status = 0;
      if (waitpid(one->process, &status, WNOHANG) != one->process) {
        ++one;
        continue;
      }
      std::move(one->ended)(StatusOfEnd(status, *one));
      one = running_.erase(one);
    }
  }

  void EndWhatIsLate() {
    const absl::Duration now = clock_.Monotonic();
    for (Running& one : running_) {
      if (now < one.next_signal_at) continue;
      kill(-one.process, one.told_to_end ? SIGKILL : SIGTERM);
      one.told_to_end = true;
      one.next_signal_at = now + kGrace;
    }
  }

  void Sleep() {
    std::vector<pollfd> watched = {{wake_.get(), POLLIN, 0}};
    absl::Duration wait = absl::InfiniteDuration();
    for (const Running& one : running_) {
      wait = std::min(wait, one.next_signal_at - clock_.Monotonic());
      if (one.pidfd.valid()) {
        watched.push_back({one.pidfd.get(), POLLIN, 0});
      } else {
        wait = std::min(wait, kLookInterval);
      }
    }
    const int timeout =
        wait == absl::InfiniteDuration()
            ? -1
            : static_cast<int>(std::clamp<std::int64_t>(
                  absl::ToInt64Milliseconds(wait) + 1, 0, 60'000));
    poll(watched.data(), watched.size(), timeout);
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t got =
        read(wake_.get(), &count, sizeof count);
  }

  const Clock& clock_;
  const std::map<std::string, std::string> environment_;
  const UniqueFd wake_;
  std::list<Running> running_;  // The thread's.

  Mutex mutex_;
  std::list<Waiting> waiting_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;

  std::thread thread_;  // Last: begins when all else is there.
};

}  // namespace

std::optional<int> ExitCodeOf(const absl::Status& status) {
  if (status.ok()) return 0;
  absl::string_view text = status.message();
  int code = 0;
  if (!absl::IsAborted(status) || !absl::ConsumePrefix(&text, kExited) ||
      !absl::SimpleAtoi(text, &code)) {
    return std::nullopt;
  }
  return code;
}

std::unique_ptr<OwnerCommands> MakeOwnerCommands(
    const Clock& clock, std::map<std::string, std::string> environment) {
  return std::make_unique<Runner>(clock, std::move(environment));
}

}  // namespace convoy
