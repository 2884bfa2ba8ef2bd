#include "daemon/broker_commands.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "daemon/broker_protocol.h"
#include "peer/base/log.h"
#include "peer/base/mutex.h"
#include "peer/base/unique_fd.h"

namespace convoy {
namespace {

// Connections that may break under a command that has not begun.
constexpr int kMaxTries = 3;

// Between attempts to reach a broker that is gone.
constexpr int kRetryMilliseconds = 1000;

struct Asked {
  OwnerCommand command;
  OwnerCommands::Told begun;
  OwnerCommands::Told ended;
  bool has_begun = false;
  int tries = 0;
};

// Program, arguments and environment, each with a NUL, in a memfd.
absl::StatusOr<UniqueFd> TextsOf(const OwnerCommand& command,
                                 BrokerRequest* request) {
  std::string texts;
  const auto add = [&](const std::string& text) {
    // As execve(2) takes them: up to a NUL.
    texts.append(text.c_str()).push_back('\0');
    ++request->count;
  };
  add(command.program);
  for (const std::string& argument : command.arguments) add(argument);
  request->second_count = request->count;
  for (const auto& [name, value] : command.environment) {
    add(absl::StrCat(name, "=", value));
  }
  if (texts.size() > kBrokerMaxCommandBytes) {
    return absl::InvalidArgumentError("its arguments are too long");
  }
  UniqueFd fd(memfd_create("convoy-command", MFD_CLOEXEC));
  if (!fd.valid() || write(fd.get(), texts.data(), texts.size()) !=
                         static_cast<ssize_t>(texts.size())) {
    return absl::UnavailableError("there is no memory for its arguments");
  }
  return fd;
}

class BrokerCommands final : public OwnerCommands {
 public:
  BrokerCommands(BrokerClient* broker,
                 std::map<std::string, std::string> environment)
      : broker_(*broker),
        environment_(std::move(environment)),
        wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        thread_([this] { Loop(); }) {}

  ~BrokerCommands() override {
    {
      MutexLock lock(&mutex_);
      stopping_ = true;
    }
    Wake();
    thread_.join();
  }

  void Run(OwnerCommand command, Told begun, Told ended) override {
    command.environment.insert(environment_.begin(), environment_.end());
    {
      MutexLock lock(&mutex_);
      new_.push_back({std::move(command), std::move(begun), std::move(ended)});
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
    while (true) {
      std::vector<Asked> taken;
      {
        MutexLock lock(&mutex_);
        if (stopping_) return;
        taken = std::exchange(new_, {});
      }
      unreachable_ = false;
      for (Asked& asked : taken) Ask(next_id_++, std::move(asked));
      Wait();
    }
  }

  // Sends it, over a new connection if need be.
  void Ask(std::uint64_t id, Asked asked) {
    BrokerRequest request;
    request.operation = BrokerOperation::kRunCommand;
    request.uid = asked.command.owner.uid;
    request.gid = asked.command.owner.gid;
    request.id = id;
    request.number = absl::ToInt64Milliseconds(asked.command.time_limit);
    const absl::StatusOr<UniqueFd> texts = TextsOf(asked.command, &request);
    if (!texts.ok()) return Fail(std::move(asked), texts.status());
    while (true) {
      if (!Connected()) return AskLater(std::move(asked));
      const absl::Status sent =
          SendToBroker(connection_.get(), request, texts->get());
      if (sent.ok()) break;
      OnBroken();
      if (++asked.tries == kMaxTries) return Fail(std::move(asked), sent);
    }
    asked_.emplace(id, std::move(asked));
  }

  bool Connected() {
    if (connection_.valid() || unreachable_) return connection_.valid();
    absl::StatusOr<UniqueFd> made = broker_.Connect();
    unreachable_ = !made.ok();
    if (unreachable_) {
      LogWarning("commands wait: ", made.status().message());
    } else {
      connection_ = *std::move(made);
    }
    return connection_.valid();
  }

  void AskLater(Asked asked) {
    MutexLock lock(&mutex_);
    new_.push_back(std::move(asked));
  }

  static void Fail(Asked asked, const absl::Status& status) {
    if (!asked.has_begun) std::move(asked.begun)(status);
    std::move(asked.ended)(status);
  }

  void Wait() {
    pollfd watched[] = {{wake_.get(), POLLIN, 0},
                        {connection_.get(), POLLIN, 0}};
    if (poll(watched, connection_.valid() ? 2 : 1,
             unreachable_ ? kRetryMilliseconds : -1) < 0) {
      return;
    }
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t got =
        read(wake_.get(), &count, sizeof count);
    if (!connection_.valid() || watched[1].revents == 0) return;
    const auto reply =
        BrokerClient::Next(connection_.get(), BrokerOperation::kRunCommand);
    if (!reply.has_value()) return OnBroken();
    OnReply(reply->message);
  }

  void OnReply(const BrokerAnswer& answer) {
    const auto found = asked_.find(answer.id);
    if (found == asked_.end()) return;
    const absl::Status status = BrokerStatusOf(answer);
    if (answer.stage == BrokerStage::kBegun && !found->second.has_begun) {
      found->second.has_begun = true;
      std::move(found->second.begun)(status);
    } else if (answer.stage == BrokerStage::kEnded) {
      Asked ended = std::move(found->second);
      asked_.erase(found);
      Fail(std::move(ended), status);
    }
  }

  void OnBroken() {
    connection_.reset();
    for (auto& [id, one] : std::exchange(asked_, {})) {
      if (one.has_begun || ++one.tries == kMaxTries) {
        Fail(std::move(one),
             absl::UnavailableError(
                 "the broker ended before it; nobody knows how it ended"));
        continue;
      }
      AskLater(std::move(one));
    }
    Wake();
  }

  BrokerClient& broker_;
  const std::map<std::string, std::string> environment_;
  const UniqueFd wake_;
  // The thread's.
  UniqueFd connection_;       // Invalid: none yet.
  bool unreachable_ = false;  // In this round.
  std::map<std::uint64_t, Asked> asked_;
  std::uint64_t next_id_ = 1;

  Mutex mutex_;
  std::vector<Asked> new_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;

  std::thread thread_;  // Last: begins when all else is there.
};

}  // namespace

std::unique_ptr<OwnerCommands> MakeBrokerCommands(
    BrokerClient* broker, std::map<std::string, std::string> environment) {
  return std::make_unique<BrokerCommands>(broker, std::move(environment));
}

}  // namespace convoy
