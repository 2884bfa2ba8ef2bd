#include "proto/grpc_status.h"

#include <string>

#include "absl/status/status.h"
#include "convoy/v1/error_detail.pb.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/support/status.h"
#include "gtest/gtest.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

google::rpc::Status Packed(const grpc::Status& status) {
  google::rpc::Status packed;
  EXPECT_TRUE(packed.ParseFromString(status.error_details()));
  return packed;
}

TEST(GrpcStatusTest, RoundTripKeepsCodeMessageAndDetail) {
  const absl::Status status =
      Error(v1::ERROR_REASON_TOO_MANY_FILES_IN_JOB, v1::ERROR_CONTEXT_REQUEST)
          .Policy("limits.max_files_per_job")
          .Field("files")
          .Status("at most 10 files");
  EXPECT_EQ(FromGrpcStatus(ToGrpcStatus(status)), status);
}

TEST(GrpcStatusTest, RoundTripKeepsEveryCode) {
  for (int code = 1; code <= 16; ++code) {
    const absl::Status status =
        Error(v1::ERROR_REASON_INTERNAL, v1::ERROR_CONTEXT_REQUEST)
            .StatusWithCode(static_cast<absl::StatusCode>(code), "text");
    EXPECT_EQ(static_cast<int>(ToGrpcStatus(status).error_code()), code);
    EXPECT_EQ(FromGrpcStatus(ToGrpcStatus(status)), status);
  }
}

TEST(GrpcStatusTest, OkStaysOk) {
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus()).ok());
  EXPECT_EQ(ToGrpcStatus(absl::OkStatus()).error_details(), "");
  EXPECT_TRUE(FromGrpcStatus(grpc::Status::OK).ok());
}

TEST(GrpcStatusTest, DetailsAreAGoogleRpcStatusWithOneErrorDetail) {
  const grpc::Status status = ToGrpcStatus(InvalidField("page_size", "is bad"));
  const google::rpc::Status packed = Packed(status);
  EXPECT_EQ(packed.code(), 3);
  EXPECT_EQ(packed.message(), "is bad");
  ASSERT_EQ(packed.details_size(), 1);
  EXPECT_EQ(packed.details(0).type_url(),
            "type.googleapis.com/convoy.v1.ErrorDetail");
  v1::ErrorDetail detail;
  ASSERT_TRUE(packed.details(0).UnpackTo(&detail));
  EXPECT_EQ(detail.field(), "page_size");
}

TEST(GrpcStatusTest, StatusWithoutDetailGetsOne) {
  const grpc::Status status = ToGrpcStatus(absl::NotFoundError("gone"));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  const absl::Status back = FromGrpcStatus(status);
  ASSERT_TRUE(GetErrorDetail(back).has_value());
  EXPECT_EQ(GetErrorDetail(back)->reason(), v1::ERROR_REASON_INTERNAL);
}

TEST(GrpcStatusTest, StatusOfAnotherServerKeepsCodeAndMessage) {
  const absl::Status plain =
      FromGrpcStatus(grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, "late"));
  EXPECT_EQ(plain, absl::DeadlineExceededError("late"));
  const absl::Status garbage = FromGrpcStatus(
      grpc::Status(grpc::StatusCode::ABORTED, "text", "\xff\xff garbage"));
  EXPECT_EQ(garbage, absl::AbortedError("text"));
  EXPECT_EQ(FromGrpcStatus(grpc::Status(static_cast<grpc::StatusCode>(20), ""))
                .code(),
            absl::StatusCode::kUnknown);
}

TEST(GrpcStatusTest, LongTextsStayBelowTheTrailerLimit) {
  const std::string umlauts = [] {
    std::string text;
    while (text.size() < 4095) text += "\xc3\xa4";
    return text;
  }();
  const grpc::Status status = ToGrpcStatus(
      Error(v1::ERROR_REASON_PATH_NOT_FOUND, v1::ERROR_CONTEXT_LOCAL_FILE)
          .Url("http://host/" + std::string(2100, 'u'))
          .LocalPath(umlauts)
          .Status(umlauts + " does not exist"));
  EXPECT_LE(
      3 * status.error_message().size() + 4 * status.error_details().size() / 3,
      8000u);
  const absl::Status back = FromGrpcStatus(status);
  EXPECT_EQ(ErrorDetailOf(back).reason(), v1::ERROR_REASON_PATH_NOT_FOUND);
  EXPECT_EQ(ErrorDetailOf(back).local_path(), umlauts);
  EXPECT_EQ(back.message(), umlauts.substr(0, 512) + "...");
}

TEST(GrpcStatusTest, CertificatesThatDoNotFitAreLeftOut) {
  v1::ErrorDetail detail;
  detail.set_reason(v1::ERROR_REASON_SERVER_CERTIFICATE_NOT_APPROVED);
  detail.set_server_key("key=");
  for (int i = 0; i < 5; ++i) {
    detail.add_server_certificates(std::string(3000, 'c'));
  }
  const grpc::Status status =
      ToGrpcStatus(Error(detail).Status("not approved"));
  EXPECT_LE(4 * status.error_details().size() / 3, 8000u);
  const v1::ErrorDetail back = ErrorDetailOf(FromGrpcStatus(status));
  EXPECT_EQ(back.server_key(), "key=");
  EXPECT_EQ(back.server_certificates_size(), 1);
}

TEST(GrpcStatusTest, ShortTextsStayWhole) {
  const std::string path(2000, 'p');
  const absl::Status status =
      Error(v1::ERROR_REASON_PATH_NOT_FOUND, v1::ERROR_CONTEXT_LOCAL_FILE)
          .LocalPath(path)
          .Status("no folder " + path);
  EXPECT_EQ(FromGrpcStatus(ToGrpcStatus(status)), status);
}

}  // namespace
}  // namespace convoy
