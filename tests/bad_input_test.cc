// What a caller can get wrong, over the wire: the right code, the field, a
// sentence; and nothing is lost.

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/error_detail.h"
#include "proto/grpc_status.h"
#include "tests/temp_dir.h"
#include "tests/test_daemon.h"

namespace convoy::testing {
namespace {

using ::testing::HasSubstr;

struct BadRequest {
  std::string what;
  std::function<void(v1::CreateJobRequest&)> spoil;
  v1::ErrorReason reason;
  std::string field;
};

class BadInputTest : public ::testing::Test {
 protected:
  static TestDaemon::Options Options() {
    TestDaemon::Options options;
    options.settings = {{"limits.max_files_per_job", "500"},
                        {"limits.max_ranges_per_file", "5"}};
    return options;
  }

  v1::CreateJobRequest Good() const {
    v1::CreateJobRequest request;
    request.mutable_job()->set_display_name("good");
    *request.add_files() = File("http://127.0.0.1:9/a", Local("a"));
    *request.add_files() = File("http://127.0.0.1:9/b", Local("b"));
    return request;
  }

  std::string Local(const std::string& name) const {
    return destination_.path() + "/" + name;
  }

  absl::Status Create(const v1::CreateJobRequest& request) {
    grpc::ClientContext context;
    v1::Job job;
    return FromGrpcStatus(daemon_.jobs().CreateJob(&context, request, &job));
  }

  int JobCount() {
    grpc::ClientContext context;
    v1::ListJobsResponse response;
    EXPECT_TRUE(daemon_.jobs().ListJobs(&context, {}, &response).ok());
    return response.jobs_size();
  }

  TempDir destination_;
  TestDaemon daemon_{Options()};
};

void AddRange(v1::CreateJobRequest& request, std::int64_t offset,
              std::int64_t length) {
  v1::FileRange* const range = request.mutable_files(1)->add_ranges();
  range->set_offset_bytes(offset);
  range->set_length_bytes(length);
}

std::vector<BadRequest> BadRequests() {
  using Request = v1::CreateJobRequest;
  return {
      {"no name", [](Request& r) { r.mutable_job()->clear_display_name(); },
       v1::ERROR_REASON_INVALID_ARGUMENT, "job.display_name"},
      {"a name of 257 characters",
       [](Request& r) {
         r.mutable_job()->set_display_name(std::string(257, 'n'));
       },
       v1::ERROR_REASON_STRING_TOO_LONG, "job.display_name"},
      {"an unknown scheme",
       [](Request& r) { r.mutable_files(1)->set_remote_url("ftp://h/a"); },
       v1::ERROR_REASON_PROTOCOL_NOT_AVAILABLE, "files[1].remote_url"},
      {"no URL", [](Request& r) { r.mutable_files(1)->clear_remote_url(); },
       v1::ERROR_REASON_INVALID_ARGUMENT, "files[1].remote_url"},
      {"a URL of 2,201 characters",
       [](Request& r) {
         r.mutable_files(1)->set_remote_url("http://h/" +
                                            std::string(2192, 'u'));
       },
       v1::ERROR_REASON_STRING_TOO_LONG, "files[1].remote_url"},
      {"a password in the URL",
       [](Request& r) { r.mutable_files(1)->set_remote_url("http://u:p@h/"); },
       v1::ERROR_REASON_INVALID_ARGUMENT, "files[1].remote_url"},
      {"no path", [](Request& r) { r.mutable_files(1)->clear_local_path(); },
       v1::ERROR_REASON_INVALID_ARGUMENT, "files[1].local_path"},
      {"a relative path",
       [](Request& r) { r.mutable_files(1)->set_local_path("a/b"); },
       v1::ERROR_REASON_INVALID_ARGUMENT, "files[1].local_path"},
      {"a path with ..",
       [](Request& r) { r.mutable_files(1)->set_local_path("/tmp/../etc/x"); },
       v1::ERROR_REASON_INVALID_ARGUMENT, "files[1].local_path"},
      {"the same path twice",
       [](Request& r) {
         r.mutable_files(1)->set_local_path(r.files(0).local_path());
       },
       v1::ERROR_REASON_INVALID_ARGUMENT, "files[1].local_path"},
      {"a range that overlaps",
       [](Request& r) {
         AddRange(r, 0, 100);
         AddRange(r, 99, 100);
       },
       v1::ERROR_REASON_OVERLAPPING_RANGES, "files[1].ranges[1]"},
      {"a range of negative length", [](Request& r) { AddRange(r, 10, -5); },
       v1::ERROR_REASON_INVALID_RANGE, "files[1].ranges[0].length_bytes"},
      {"a range of no length", [](Request& r) { AddRange(r, 10, 0); },
       v1::ERROR_REASON_INVALID_RANGE, "files[1].ranges[0].length_bytes"},
      {"a range before the file", [](Request& r) { AddRange(r, -1, 5); },
       v1::ERROR_REASON_INVALID_RANGE, "files[1].ranges[0].offset_bytes"},
      {"too many ranges",
       [](Request& r) {
         for (int i = 0; i < 6; ++i) AddRange(r, i * 10, 5);
       },
       v1::ERROR_REASON_TOO_MANY_RANGES_IN_FILE, "files[1].ranges"},
      {"a thousand files where 500 are allowed",
       [](Request& r) {
         for (int i = 0; i < 1000; ++i) {
           *r.add_files() =
               File("http://h/", absl::StrCat("/tmp/convoy-no-", i));
         }
       },
       v1::ERROR_REASON_TOO_MANY_FILES_IN_JOB, "files"},
      {"a digest that is none",
       [](Request& r) { r.mutable_files(1)->set_expected_sha256("abc"); },
       v1::ERROR_REASON_INVALID_ARGUMENT, "files[1].expected_sha256"},
      {"a header with a line break",
       [](Request& r) {
         v1::HttpHeader* const header =
             r.mutable_job()->mutable_http()->add_headers();
         header->set_name("X");
         header->set_value("a\r\nHost: b");
       },
       v1::ERROR_REASON_INVALID_ARGUMENT, "job.http.headers[0].value"},
      {"a priority that does not exist",
       [](Request& r) {
         r.mutable_job()->set_priority(static_cast<v1::JobPriority>(77));
       },
       v1::ERROR_REASON_INVALID_ARGUMENT, "job.priority"},
      {"a negative timeout",
       [](Request& r) {
         r.mutable_job()->mutable_no_progress_timeout()->set_seconds(-1);
       },
       v1::ERROR_REASON_INVALID_ARGUMENT, "job.no_progress_timeout"},
  };
}

TEST_F(BadInputTest, EachMistakeIsNamedAndMakesNoJob) {
  for (const BadRequest& bad : BadRequests()) {
    SCOPED_TRACE(bad.what);
    v1::CreateJobRequest request = Good();
    bad.spoil(request);
    const absl::Status status = Create(request);
    const v1::ErrorDetail detail = ErrorDetailOf(status);
    EXPECT_EQ(detail.reason(), bad.reason) << status;
    EXPECT_EQ(detail.field(), bad.field) << status;
    EXPECT_EQ(status.code(), CodeOfReason(bad.reason));
    EXPECT_GT(status.message().size(), 10U);
  }
  EXPECT_EQ(JobCount(), 0);
  EXPECT_TRUE(Create(Good()).ok());
}

TEST_F(BadInputTest, QuotaErrorsNameTheKey) {
  v1::CreateJobRequest request = Good();
  for (int i = 0; i < 1000; ++i) {
    *request.add_files() = File("http://h/", Local(absl::StrCat("f", i)));
  }
  EXPECT_EQ(ErrorDetailOf(Create(request)).policy(),
            "limits.max_files_per_job");
  const auto job = daemon_.Create({File("http://h/", Local("x"))});
  ASSERT_TRUE(job.ok()) << job.status();
  v1::AddFilesRequest add;
  add.set_job_id(job->id());
  for (int i = 0; i < 500; ++i) {
    *add.add_files() = File("http://h/", Local(absl::StrCat("g", i)));
  }
  grpc::ClientContext context;
  v1::AddFilesResponse response;
  const absl::Status status =
      FromGrpcStatus(daemon_.jobs().AddFiles(&context, add, &response));
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ErrorDetailOf(status).policy(), "limits.max_files_per_job");
  EXPECT_EQ(daemon_.Files(job->id())->size(), 1U);
}

TEST_F(BadInputTest, UnknownIdsAndWrongStates) {
  for (const char* id : {"", "x", "00000000-0000-4000-8000-00000000000"}) {
    const absl::Status status = daemon_.Get(id).status();
    EXPECT_EQ(ErrorDetailOf(status).reason(),
              v1::ERROR_REASON_INVALID_ARGUMENT);
    EXPECT_EQ(ErrorDetailOf(status).field(), "job_id");
  }
  const std::string unknown = "00000000-0000-4000-8000-000000000000";
  EXPECT_EQ(ErrorDetailOf(daemon_.Get(unknown).status()).reason(),
            v1::ERROR_REASON_NOT_FOUND);
  EXPECT_EQ(ErrorDetailOf(daemon_.Cancel(unknown).status()).reason(),
            v1::ERROR_REASON_NOT_FOUND);

  const auto empty = daemon_.Create({});
  ASSERT_TRUE(empty.ok()) << empty.status();
  EXPECT_EQ(ErrorDetailOf(daemon_.Resume(empty->id()).status()).reason(),
            v1::ERROR_REASON_EMPTY);
  EXPECT_EQ(daemon_.Get(empty->id())->state(), v1::JOB_STATE_SUSPENDED);
  ASSERT_TRUE(daemon_.Cancel(empty->id()).ok());
  const absl::Status again = daemon_.Cancel(empty->id()).status();
  EXPECT_EQ(again.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ErrorDetailOf(again).reason(), v1::ERROR_REASON_INVALID_STATE);
  EXPECT_THAT(std::string(again.message()), HasSubstr("CANCELLED"));
}

TEST_F(BadInputTest, UnknownMaskPathsAreNamed) {
  const auto job = daemon_.Create({});
  ASSERT_TRUE(job.ok()) << job.status();
  v1::UpdateJobRequest request;
  request.mutable_job()->set_id(job->id());
  request.mutable_update_mask()->add_paths("state");
  grpc::ClientContext context;
  v1::Job updated;
  const absl::Status status =
      FromGrpcStatus(daemon_.jobs().UpdateJob(&context, request, &updated));
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("display_name"));
}

TEST_F(BadInputTest, TextThatIsNotUtf8MakesNoJob) {
  // Made by hand: the generated classes would not send it. Job.display_name (2)
  // in CreateJobRequest.job (1).
  const std::string bytes("\x0a\x04\x12\x02\xc3\x28", 6);
  const grpc::Slice slice(bytes);
  const grpc::ByteBuffer request(&slice, 1);
  grpc::GenericStub stub(grpc::CreateChannel(
      "unix:" + daemon_.socket(), grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  const auto call = stub.PrepareUnaryCall(
      &context, "/convoy.v1.JobService/CreateJob", request, &queue);
  grpc::ByteBuffer response;
  grpc::Status status;
  call->StartCall();
  call->Finish(&response, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  ASSERT_TRUE(queue.Next(&tag, &ok));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  const v1::ErrorDetail detail = ErrorDetailOf(FromGrpcStatus(status));
  EXPECT_EQ(detail.reason(), v1::ERROR_REASON_INVALID_ARGUMENT);
  EXPECT_THAT(detail.field(), HasSubstr("display_name"));
  EXPECT_EQ(JobCount(), 0);
}

TEST_F(BadInputTest, OversizedMessagesAreRefusedAndTheDaemonGoesOn) {
  v1::CreateJobRequest request = Good();
  request.mutable_job()->set_description(std::string(17 << 20, 'd'));
  EXPECT_EQ(Create(request).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(Create(Good()).ok());
}

}  // namespace
}  // namespace convoy::testing
