#include <string>

#include "convoy/v1/job_service.pb.h"
#include "daemon/job_manager_testing.h"
#include "gtest/gtest.h"
#include "peer/fake_transfer_engine.h"
#include "proto/error_detail.h"

// Jobs that ask by another HTTP method than GET.
namespace convoy {
namespace {

v1::CreateJobRequest Request(const std::string& method) {
  v1::CreateJobRequest request;
  request.mutable_job()->set_display_name("job");
  request.mutable_job()->mutable_http()->set_method(method);
  v1::JobFile* const file = request.add_files();
  file->set_remote_url("http://origin.example/a");
  file->set_local_path("/d/a");
  return request;
}

class JobMethodTest : public testing::Test {
 protected:
  std::string Create(const std::string& method) {
    const auto job = harness_.Create(Request(method));
    EXPECT_TRUE(job.ok()) << job.status();
    return job->id();
  }
  v1::UpdateJobRequest Update(const std::string& id, const std::string& field) {
    v1::UpdateJobRequest request;
    request.mutable_job()->set_id(id);
    request.mutable_update_mask()->add_paths(field);
    return request;
  }
  absl::Status SetMethod(const std::string& id, const std::string& method) {
    v1::UpdateJobRequest request = Update(id, "http.method");
    request.mutable_job()->mutable_http()->set_method(method);
    return harness_.Update(request).status();
  }
  absl::Status AddMirror(const std::string& id) {
    v1::UpdateFileRequest request;
    request.set_job_id(id);
    request.mutable_file()->add_mirror_urls("http://mirror.example/a");
    request.mutable_update_mask()->add_paths("mirror_urls");
    return harness_.UpdateFile(request).status();
  }
  absl::Status AskForRange(const std::string& id) {
    v1::RequestRangesRequest request;
    request.set_job_id(id);
    request.add_ranges()->set_length_bytes(10);
    return harness_.RequestRanges(request).status();
  }
  static void ExpectRefused(const absl::Status& status,
                            const std::string& field) {
    EXPECT_EQ(ErrorDetailOf(status).reason(),
              v1::ERROR_REASON_NOT_WITH_HTTP_METHOD)
        << status;
    EXPECT_EQ(ErrorDetailOf(status).field(), field) << status;
  }

  ManagerHarness harness_;
};

TEST_F(JobMethodTest, TransfersAskByItAlsoAfterARestart) {
  const std::string id = Create("POST");
  EXPECT_EQ(harness_.Get(id)->http().method(), "POST");
  ASSERT_TRUE(harness_.Resume(id).ok());
  EXPECT_EQ(harness_.engine.spec(0).http->method, "POST");
  harness_.KillAndRestart();
  EXPECT_EQ(harness_.Get(id)->http().method(), "POST");
  ASSERT_EQ(harness_.engine.count(), 2u);
  EXPECT_EQ(harness_.engine.spec(1).http->method, "POST");

  // Another one begins it anew.
  ASSERT_TRUE(SetMethod(id, "").ok());
  ASSERT_EQ(harness_.engine.count(), 3u);
  EXPECT_EQ(harness_.engine.spec(2).http->method, "");
}

TEST_F(JobMethodTest, WhatDoesNotFitIsRefusedAtCreation) {
  v1::CreateJobRequest request = Request("POST");
  request.mutable_files(0)->add_ranges()->set_length_bytes(10);
  ExpectRefused(harness_.Create(request).status(), "files[0].ranges");
  request = Request("POST");
  request.mutable_job()->set_on_demand(true);
  ExpectRefused(harness_.Create(request).status(), "job.on_demand");
}

TEST_F(JobMethodTest, WhatComesLaterMustFitToo) {
  const std::string id = Create("POST");
  v1::AddFilesRequest add;
  add.set_job_id(id);
  add.add_files()->set_remote_url("http://origin.example/b");
  add.mutable_files(0)->set_local_path("/d/b");
  add.mutable_files(0)->mutable_manifest()->set_location("http://o/m");
  ExpectRefused(harness_.Add(add).status(), "files[0].manifest");
  EXPECT_EQ(harness_.Files(id).size(), 1u);
  ExpectRefused(AddMirror(id), "file.mirror_urls");
  ExpectRefused(AskForRange(id), "ranges");
  v1::UpdateJobRequest demand = Update(id, "on_demand");
  demand.mutable_job()->set_on_demand(true);
  ExpectRefused(harness_.Update(demand).status(), "job.on_demand");
  EXPECT_FALSE(harness_.Get(id)->on_demand());

  ASSERT_TRUE(SetMethod(id, "GET").ok());
  EXPECT_TRUE(harness_.Add(add).ok());
  EXPECT_TRUE(AddMirror(id).ok());
  EXPECT_TRUE(AskForRange(id).ok());
}

TEST_F(JobMethodTest, AMethodThatComesLaterMustFit) {
  const std::string mirrored = Create("GET");
  ASSERT_TRUE(AddMirror(mirrored).ok());
  ExpectRefused(SetMethod(mirrored, "POST"), "job.http.method");
  EXPECT_EQ(harness_.Get(mirrored)->http().method(), "GET");
  ASSERT_TRUE(SetMethod(mirrored, "").ok());

  const std::string ranged = Create("");
  ASSERT_TRUE(AskForRange(ranged).ok());
  ExpectRefused(SetMethod(ranged, "POST"), "job.http.method");

  const std::string demanded = Create("");
  v1::UpdateJobRequest demand = Update(demanded, "on_demand");
  demand.mutable_job()->set_on_demand(true);
  ASSERT_TRUE(harness_.Update(demand).ok());
  ExpectRefused(SetMethod(demanded, "POST"), "job.http.method");
  // Both at once.
  demand.mutable_job()->set_on_demand(false);
  demand.mutable_job()->mutable_http()->set_method("POST");
  demand.mutable_update_mask()->add_paths("http.method");
  EXPECT_TRUE(harness_.Update(demand).ok());
}

}  // namespace
}  // namespace convoy
