#include "daemon/broker_protocol.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

template <std::size_t size>
bool Ends(const char (&text)[size]) {
  return std::memchr(text, '\0', size) != nullptr;
}

}  // namespace

absl::Status CheckBrokerRequest(const BrokerRequest& request) {
  if (request.magic != kBrokerMagic) {
    return absl::InvalidArgumentError(
        "it is of another version: daemon and broker must be of one package");
  }
  if (request.operation < BrokerOperation::kHello ||
      request.operation > BrokerOperation::kRunCommand) {
    return absl::InvalidArgumentError(
        absl::StrCat("it asks for the unknown operation ",
                     static_cast<std::uint32_t>(request.operation)));
  }
  // The kernel takes it for "as before", which is root.
  if (request.uid == ~0u || request.gid == ~0u) {
    return absl::InvalidArgumentError("its owner is nobody at all");
  }
  if (!Ends(request.path) || !Ends(request.second_path)) {
    return absl::InvalidArgumentError("it has a path without an end");
  }
  if (request.mode != kBrokerNoMode && request.mode > 0777) {
    return absl::InvalidArgumentError("it has a mode above 0777");
  }
  if (request.reserved != 0) {
    return absl::InvalidArgumentError("it has bytes that mean nothing");
  }
  return absl::OkStatus();
}

void SetBrokerStatus(const absl::Status& status, BrokerAnswer* answer) {
  answer->code = static_cast<std::int32_t>(status.code());
  if (status.ok()) return;
  const absl::string_view message = status.message();
  const std::size_t length = std::min(message.size(), kBrokerMessageSize - 1);
  message.copy(answer->message, length);
  answer->message[length] = '\0';
  const auto detail = GetErrorDetail(status);
  if (!detail.has_value()) return;
  answer->reason = detail->reason();
  answer->context = detail->context();
  SetBrokerText(detail->local_path(), answer->path);
}

absl::Status BrokerStatusOf(const BrokerAnswer& answer) {
  const auto code = static_cast<absl::StatusCode>(answer.code);
  if (code == absl::StatusCode::kOk) return absl::OkStatus();
  const std::string message = BrokerText(answer.message);
  if (answer.reason == v1::ERROR_REASON_UNSPECIFIED) {
    return absl::Status(code, message);
  }
  return Error(static_cast<v1::ErrorReason>(answer.reason),
               static_cast<v1::ErrorContext>(answer.context))
      .LocalPath(BrokerText(answer.path))
      .StatusWithCode(code, message);
}

}  // namespace convoy
