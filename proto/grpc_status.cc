#include "proto/grpc_status.h"

#include <cstddef>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "convoy/v1/error_detail.pb.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/support/status.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

// gRPC's C core refuses trailers above 8 KiB by default, and the call's status
// with them. What follows stays below that, other trailers included.
constexpr std::size_t kMaxTrailerBytes = 7800;
constexpr std::size_t kShortMessageBytes = 512;

// Bytes of a status on the wire: the message percent-encoded, the details in
// base64.
std::size_t TrailerBytes(const google::rpc::Status& status) {
  std::size_t message = 0;
  for (const char c : status.message()) {
    message += c >= 0x20 && c < 0x7F && c != '%' ? 1 : 3;
  }
  return message + (status.ByteSizeLong() + 2) / 3 * 4;
}

// The first bytes of `text` that are whole UTF-8 characters, at most `size`.
std::string Shortened(const std::string& text, std::size_t size) {
  if (text.size() <= size) return text;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) {
    --size;
  }
  return text.substr(0, size) + "...";
}

google::rpc::Status Packed(const absl::Status& status,
                           const v1::ErrorDetail& detail, std::string message) {
  google::rpc::Status packed;
  packed.set_code(static_cast<int>(status.code()));
  packed.set_message(std::move(message));
  packed.add_details()->PackFrom(detail);
  return packed;
}

}  // namespace

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  v1::ErrorDetail detail = ErrorDetailOf(status);
  google::rpc::Status packed =
      Packed(status, detail, std::string(status.message()));
  // Whoever needs all of them finds them in the job.
  while (TrailerBytes(packed) > kMaxTrailerBytes &&
         detail.server_certificates_size() > 0) {
    detail.mutable_server_certificates()->RemoveLast();
    packed = Packed(status, detail, packed.message());
  }
  if (TrailerBytes(packed) > kMaxTrailerBytes) {
    packed =
        Packed(status, detail, Shortened(packed.message(), kShortMessageBytes));
  }
  if (TrailerBytes(packed) > kMaxTrailerBytes) {
    detail.clear_url();
    packed = Packed(status, detail, packed.message());
  }
  if (TrailerBytes(packed) > kMaxTrailerBytes) {
    detail.clear_local_path();
    detail.clear_field();
    packed = Packed(status, detail, packed.message());
  }
  return grpc::Status(static_cast<grpc::StatusCode>(status.raw_code()),
                      packed.message(), packed.SerializeAsString());
}

absl::Status FromGrpcStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  // absl::Status reads codes that it does not know as UNKNOWN.
  const auto code = static_cast<absl::StatusCode>(status.error_code());
  google::rpc::Status packed;
  if (packed.ParseFromString(status.error_details())) {
    for (const google::protobuf::Any& any : packed.details()) {
      v1::ErrorDetail detail;
      if (any.UnpackTo(&detail)) {
        return Error(std::move(detail))
            .StatusWithCode(code, status.error_message());
      }
    }
  }
  return absl::Status(code, status.error_message());
}

}  // namespace convoy
