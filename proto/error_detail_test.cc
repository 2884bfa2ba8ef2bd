#include "proto/error_detail.h"

#include <optional>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "convoy/v1/error_detail.pb.h"
#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ErrorDetailTest, StatusCarriesEveryField) {
  const absl::Status status =
      Error(v1::ERROR_REASON_HTTP_STATUS, v1::ERROR_CONTEXT_REMOTE_FILE)
          .Url("http://user:secret@origin.test:8080/a?b=c")
          .HttpStatus(404)
          .Policy("http.max_redirects")
          .Field("files[0].remote_url")
          .LocalPath("/srv/a")
          .Retryable()
          .Status("the origin answered 404");
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(), "the origin answered 404");
  const std::optional<v1::ErrorDetail> detail = GetErrorDetail(status);
  ASSERT_TRUE(detail.has_value());
  EXPECT_EQ(detail->reason(), v1::ERROR_REASON_HTTP_STATUS);
  EXPECT_EQ(detail->context(), v1::ERROR_CONTEXT_REMOTE_FILE);
  EXPECT_EQ(detail->url(), "http://origin.test:8080/a?b=c");
  EXPECT_EQ(detail->http_status(), 404);
  EXPECT_EQ(detail->policy(), "http.max_redirects");
  EXPECT_EQ(detail->field(), "files[0].remote_url");
  EXPECT_EQ(detail->local_path(), "/srv/a");
  EXPECT_TRUE(detail->retryable());
}

TEST(ErrorDetailTest, AnotherCodeKeepsTheDetail) {
  const absl::Status status =
      Error(v1::ERROR_REASON_ACCESS_DENIED, v1::ERROR_CONTEXT_REQUEST)
          .StatusWithCode(absl::StatusCode::kUnauthenticated, "who are you");
  EXPECT_EQ(status.code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(ErrorDetailOf(status).reason(), v1::ERROR_REASON_ACCESS_DENIED);
}

TEST(ErrorDetailTest, InvalidFieldNamesTheField) {
  const absl::Status status = InvalidField("job.display_name", "is required");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ErrorDetailOf(status).field(), "job.display_name");
  EXPECT_EQ(ErrorDetailOf(status).context(), v1::ERROR_CONTEXT_REQUEST);
}

TEST(ErrorDetailTest, StatusFromElsewhereReadsAsInternal) {
  const absl::Status status = absl::UnknownError("?");
  EXPECT_EQ(GetErrorDetail(status), std::nullopt);
  EXPECT_EQ(ErrorDetailOf(status).reason(), v1::ERROR_REASON_INTERNAL);
  EXPECT_NE(ErrorDetailOf(status).context(), v1::ERROR_CONTEXT_UNSPECIFIED);
}

TEST(ErrorDetailTest, TextThatIsNotUtf8BecomesUtf8) {
  const absl::Status status =
      Error(v1::ERROR_REASON_LOCAL_FILE_IO, v1::ERROR_CONTEXT_LOCAL_FILE)
          .LocalPath(
              "/srv/\xff\xc3\xa9\xed\xa0\x80\xc0\xaf\xf0\x9f\x9a\x9a\xe2")
          .Status("\x80 caf\xc3\xa9");
  EXPECT_EQ(status.message(), "? caf\xc3\xa9");
  EXPECT_EQ(ErrorDetailOf(status).local_path(),
            "/srv/?\xc3\xa9?????\xf0\x9f\x9a\x9a?");
}

TEST(ErrorDetailTest, EveryReasonHasACodeAndAName) {
  const google::protobuf::EnumDescriptor* reasons =
      v1::ErrorReason_descriptor();
  std::set<std::string> names;
  for (int i = 0; i < reasons->value_count(); ++i) {
    const auto reason =
        static_cast<v1::ErrorReason>(reasons->value(i)->number());
    EXPECT_NE(CodeOfReason(reason), absl::StatusCode::kOk);
    EXPECT_NE(CodeOfReason(reason), absl::StatusCode::kUnknown);
    EXPECT_THAT(ReasonName(reason), Not(HasSubstr("ERROR_REASON")));
    names.insert(ReasonName(reason));
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(reasons->value_count()));
  EXPECT_EQ(ReasonName(v1::ERROR_REASON_DISK_FULL), "DISK_FULL");
  const auto unknown = static_cast<v1::ErrorReason>(9999);
  EXPECT_EQ(CodeOfReason(unknown), absl::StatusCode::kInternal);
  EXPECT_EQ(ReasonName(unknown), "UNKNOWN_9999");
}

TEST(ErrorDetailTest, CodesAreThoseTheContractNames) {
  EXPECT_EQ(CodeOfReason(v1::ERROR_REASON_ETAG_MISMATCH),
            absl::StatusCode::kAborted);
  EXPECT_EQ(CodeOfReason(v1::ERROR_REASON_REQUEST_ID_REUSED),
            absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(CodeOfReason(v1::ERROR_REASON_INVALID_STATE),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(CodeOfReason(v1::ERROR_REASON_EMPTY),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(CodeOfReason(v1::ERROR_REASON_TOO_MANY_JOBS_PER_USER),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(CodeOfReason(v1::ERROR_REASON_ACCESS_DENIED),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(CodeOfReason(v1::ERROR_REASON_NOT_WITH_HTTP_METHOD),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOfReason(v1::ERROR_REASON_SERVER_CERTIFICATE_NOT_APPROVED),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(CodeOfReason(v1::ERROR_REASON_STORE_UNAVAILABLE),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(CodeOfReason(v1::ERROR_REASON_SHUTTING_DOWN),
            absl::StatusCode::kUnavailable);
}

TEST(RedactedUrlTest, TakesOutUserPasswordQueryAndFragment) {
  EXPECT_EQ(RedactedUrl("https://u:p@host/a/b?token=x#y"), "https://host/a/b");
  EXPECT_EQ(RedactedUrl("https://host/a@b"), "https://host/a@b");
  EXPECT_EQ(RedactedUrl("https://host?u:p@x"), "https://host");
}

TEST(RedactedUrlTest, ReadsUrlsAsGenerouslyAsClientsDo) {
  EXPECT_EQ(RedactedUrl("http://u:p@q@host/"), "http://host/");
  EXPECT_EQ(RedactedUrl("http:/u:p@host/"), "http:/host/");
  EXPECT_EQ(RedactedUrl("http:////u:p@host/"), "http:////host/");
  EXPECT_EQ(RedactedUrl("u:p@host/a"), "host/a");
  EXPECT_EQ(RedactedUrl("u:/p@host"), "u:/host");
}

TEST(RedactedUrlTest, LeavesOthersAlone) {
  EXPECT_EQ(RedactedUrl("file:///srv/a@b"), "file:///srv/a@b");
  EXPECT_EQ(RedactedUrl("/srv/a@b"), "/srv/a@b");
  EXPECT_EQ(RedactedUrl("http://"), "http://");
  EXPECT_EQ(RedactedUrl(""), "");
}

}  // namespace
}  // namespace convoy
