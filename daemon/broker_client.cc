#include "daemon/broker_client.h"

#include <poll.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "peer/base/status_macros.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr std::size_t kMaxIdle = 8;
// Between two attempts to connect.
constexpr int kPauseMilliseconds = 50;

}  // namespace

BrokerClient::BrokerClient(std::string socket, const Clock& clock)
    : socket_(std::move(socket)), clock_(clock) {}

absl::Status BrokerClient::Check() { return Call({}).status(); }

absl::StatusOr<BrokerClient::Reply> BrokerClient::Call(
    const BrokerRequest& request, int fd, bool opens) {
  std::optional<Reply> reply;
  CONVOY_RETURN_IF_ERROR(Talk([&](int socket) {
    if (!SendToBroker(socket, request, fd).ok()) return false;
    reply = Next(socket, request.operation);
    return reply.has_value() &&
           reply->fd.valid() == (opens && reply->message.code == 0);
  }));
  CONVOY_RETURN_IF_ERROR(BrokerStatusOf(reply->message));
  return *std::move(reply);
}

absl::Status BrokerClient::Talk(absl::FunctionRef<bool(int)> talk) {
  while (true) {
    absl::StatusOr<UniqueFd> connection = Take();
    if (connection.ok() && talk(connection->get())) {
      Keep(*std::move(connection));
      return absl::OkStatus();
    }
    if (OnBroken() <= clock_.Monotonic()) {
      return Unreachable(connection.ok()
                             ? absl::UnavailableError(
                                   "it ends the connection; daemon and broker "
                                   "must be of the same version")
                             : connection.status());
    }
    poll(nullptr, 0, kPauseMilliseconds);
  }
}

std::optional<BrokerClient::Reply> BrokerClient::Next(
    int socket, BrokerOperation operation) {
  auto received = ReceiveAnswer(socket);
  if (!received.ok() || !received->has_value() ||
      (*received)->message.magic != kBrokerMagic ||
      (*received)->message.operation != operation) {
    return std::nullopt;
  }
  return **std::move(received);
}

absl::StatusOr<UniqueFd> BrokerClient::Connect() {
  while (true) {
    absl::StatusOr<UniqueFd> connection = ConnectToBroker(socket_);
    if (connection.ok()) {
      MutexLock lock(&mutex_);
      gone_since_.reset();
      return connection;
    }
    if (OnBroken() <= clock_.Monotonic()) {
      return Unreachable(connection.status());
    }
    poll(nullptr, 0, kPauseMilliseconds);
  }
}

absl::StatusOr<UniqueFd> BrokerClient::Take() {
  {
    MutexLock lock(&mutex_);
    if (!idle_.empty()) {
      UniqueFd connection = std::move(idle_.back());
      idle_.pop_back();
      return connection;
    }
  }
  return ConnectToBroker(socket_);
}

void BrokerClient::Keep(UniqueFd connection) {
  MutexLock lock(&mutex_);
  gone_since_.reset();
  if (idle_.size() < kMaxIdle) idle_.push_back(std::move(connection));
}

absl::Duration BrokerClient::OnBroken() {
  MutexLock lock(&mutex_);
  idle_.clear();
  if (!gone_since_.has_value()) gone_since_ = clock_.Monotonic();
  return *gone_since_ + kPatience;
}

absl::Status BrokerClient::Unreachable(const absl::Status& why) const {
  return Error(v1::ERROR_REASON_LOCAL_FILE_IO, v1::ERROR_CONTEXT_LOCAL_FILE)
      .LocalPath(socket_)
      .Retryable()
      .Status(absl::StrCat("the broker at ", socket_, " cannot be reached: ",
                           why.message(), "; systemctl status convoy-broker"));
}

}  // namespace convoy
