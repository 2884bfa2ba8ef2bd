#include "daemon/malformed_request.h"

#include <string>

#include "absl/status/status.h"
#include "convoy/v1/job_service.pb.h"
#include "gtest/gtest.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr char kBad[] = "\xc3\x28";

std::string BadFieldOf(const v1::CreateJobRequest& request) {
  const absl::Status status = MalformedRequest(
      *v1::CreateJobRequest::descriptor(), request.SerializeAsString());
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  return ErrorDetailOf(status).field();
}

TEST(MalformedRequestTest, NamesTheTextThatIsNotUtf8) {
  v1::CreateJobRequest request;
  request.set_request_id(kBad);
  EXPECT_EQ(BadFieldOf(request), "request_id");
  request.mutable_job()->set_display_name(kBad);
  EXPECT_EQ(BadFieldOf(request), "job.display_name");
}

TEST(MalformedRequestTest, CountsRepeatedFields) {
  v1::CreateJobRequest request;
  request.add_files()->set_local_path("/a");
  request.add_files()->add_mirror_urls("http://good");
  request.mutable_files(1)->add_mirror_urls(kBad);
  EXPECT_EQ(BadFieldOf(request), "files[1].mirror_urls[1]");
}

TEST(MalformedRequestTest, BytesThatAreNoMessageNameTheType) {
  const absl::Status status =
      MalformedRequest(*v1::CreateJobRequest::descriptor(), "\xff\xff");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "the request is no convoy.v1.CreateJobRequest");
  EXPECT_EQ(ErrorDetailOf(status).field(), "");
}

TEST(MalformedRequestTest, MessageInsideThatIsNoneNamesTheType) {
  // Field 1, one byte that no message begins with.
  const absl::Status status =
      MalformedRequest(*v1::CreateJobRequest::descriptor(), "\x0a\x01\xff");
  EXPECT_EQ(ErrorDetailOf(status).field(), "");
}

}  // namespace
}  // namespace convoy
