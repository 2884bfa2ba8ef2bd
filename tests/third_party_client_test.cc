// A gRPC client that is not ours, with no .proto file at hand.

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/buf_client.h"
#include "tests/nginx.h"
#include "tests/temp_dir.h"
#include "tests/test_daemon.h"

namespace convoy::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(ThirdPartyClientTest, ListsServicesAndMethods) {
  TestDaemon daemon;
  const BufClient buf(daemon.socket());
  const ProcessResult services = buf.List("--list-services");
  EXPECT_EQ(services.exit_code, 0) << services.output;
  EXPECT_THAT(services.output,
              AllOf(HasSubstr("convoy.v1.JobService"),
                    HasSubstr("convoy.v1.AdminService"),
                    HasSubstr("convoy.v1.SwarmService"),
                    HasSubstr("grpc.health.v1.Health"),
                    HasSubstr("grpc.reflection.v1.ServerReflection"),
                    HasSubstr("grpc.reflection.v1alpha.ServerReflection")));
  const ProcessResult methods = buf.List("--list-methods");
  EXPECT_EQ(methods.exit_code, 0) << methods.output;
  for (const char* method :
       {"CreateJob", "GetJob", "ListJobs", "UpdateJob", "AddFiles", "ListFiles",
        "UpdateFile", "ResumeJob", "SuspendJob", "CompleteJob", "CancelJob",
        "TakeOwnership", "WatchJob", "WatchJobs", "Fetch", "ExplainJob"}) {
    EXPECT_THAT(methods.output,
                HasSubstr(absl::StrCat("convoy.v1.JobService/", method)));
  }
}

TEST(ThirdPartyClientTest, HealthIsServing) {
  TestDaemon daemon;
  const BufClient buf(daemon.socket());
  const ProcessResult all = buf.Call("grpc.health.v1.Health/Check", "{}");
  EXPECT_EQ(all.exit_code, 0) << all.output;
  EXPECT_THAT(all.output, HasSubstr("SERVING"));
  const ProcessResult one = buf.Call("grpc.health.v1.Health/Check",
                                     R"({"service":"convoy.v1.JobService"})");
  EXPECT_EQ(one.exit_code, 0) << one.output;
  EXPECT_THAT(one.output, HasSubstr("SERVING"));
}

TEST(ThirdPartyClientTest, FetchStreamsToTheEnd) {
  TestDaemon daemon;
  Nginx origin;
  TempDir destination;
  const std::string bytes = RandomBytes(2'000'000, 1);
  WriteFile(origin.root() + "/a.bin", bytes);
  const BufClient buf(daemon.socket());
  const std::string request =
      absl::StrCat(R"({"files":[{"remote_url":")", origin.Url("a.bin"),
                   R"(","local_path":")", destination.path(), R"(/a.bin"}]})");
  const ProcessResult fetch = buf.Call("convoy.v1.JobService/Fetch", request);
  EXPECT_EQ(fetch.exit_code, 0) << fetch.output;
  EXPECT_THAT(fetch.output, HasSubstr("JOB_STATE_ACKNOWLEDGED"));
  EXPECT_TRUE(ReadFile(destination.path() + "/a.bin") == bytes);
}

TEST(ThirdPartyClientTest, ErrorsCarryTheirDetail) {
  TestDaemon daemon;
  const BufClient buf(daemon.socket());
  const ProcessResult unknown =
      buf.Call("convoy.v1.JobService/GetJob",
               R"({"job_id":"00000000-0000-4000-8000-000000000001"})");
  EXPECT_EQ(unknown.exit_code, BufExitCode(5)) << unknown.output;
  EXPECT_EQ(ErrorDetailIn(unknown).reason(), v1::ERROR_REASON_NOT_FOUND)
      << unknown.output;

  const ProcessResult wrong = buf.Call(
      "convoy.v1.JobService/CreateJob",
      R"({"job":{"display_name":"x"},"files":[{"remote_url":"gopher://h/",
          "local_path":"/tmp/x"}]})");
  EXPECT_EQ(wrong.exit_code, BufExitCode(3)) << wrong.output;
  const v1::ErrorDetail detail = ErrorDetailIn(wrong);
  EXPECT_EQ(detail.reason(), v1::ERROR_REASON_PROTOCOL_NOT_AVAILABLE)
      << wrong.output;
  EXPECT_EQ(detail.field(), "files[0].remote_url");
}

}  // namespace
}  // namespace convoy::testing
