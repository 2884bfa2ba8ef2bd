#include "daemon/publish_plan.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "daemon/fake_owner_files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "peer/base/ids.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

using ::testing::ElementsAre;

v1::PublishRequest Request(const std::vector<std::string>& paths,
                           const std::string& prefix = "https://h/pub") {
  v1::PublishRequest request;
  for (const std::string& path : paths) request.add_paths(path);
  request.set_url_prefix(prefix);
  return request;
}

std::string FieldOf(const v1::PublishRequest& request) {
  const absl::Status status = CheckPublishRequest(request);
  if (status.ok()) return "";
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  return ErrorDetailOf(status).field();
}

TEST(CheckPublishRequestTest, TakesWhatTheContractAllows) {
  EXPECT_EQ(FieldOf(Request({"/a"})), "");
  v1::PublishRequest request = Request({"/a", "/b c"}, "http://h:8080/");
  request.set_piece_length_bytes(16384);
  EXPECT_EQ(FieldOf(request), "");
  request.set_piece_length_bytes(16777216);
  EXPECT_EQ(FieldOf(request), "");
}

TEST(CheckPublishRequestTest, NamesTheFieldThatIsWrong) {
  EXPECT_EQ(FieldOf(Request({})), "paths");
  EXPECT_EQ(FieldOf(Request(std::vector<std::string>(1001, "/a"))), "paths");
  EXPECT_EQ(FieldOf(Request({"/a", "b"})), "paths[1]");
  EXPECT_EQ(FieldOf(Request({"/a/../b"})), "paths[0]");
  for (const char* prefix : {"", "h/pub", "ftp://h/", "http://u:p@h/",
                             "http://h/?a", "http://h/#a"}) {
    EXPECT_EQ(FieldOf(Request({"/a"}, prefix)), "url_prefix") << prefix;
  }
  v1::PublishRequest request = Request({"/a"});
  for (const int length : {-1, 1, 8192, 16385, 33554432}) {
    request.set_piece_length_bytes(length);
    EXPECT_EQ(FieldOf(request), "piece_length_bytes") << length;
  }
}

class PlanPublishTest : public testing::Test {
 protected:
  void Make(const std::string& path) {
    // Made under a temporary name, like every file of the fake.
    const TemporaryFile made =
        *files_.CreateTemporary(owner_, path, JobId::Random(), 0);
    ASSERT_TRUE(files_.Publish(owner_, made.path, made.identity, path).ok());
  }
  // "path url", a line for each.
  std::vector<std::string> Plan(const v1::PublishRequest& request) {
    const auto plan = PlanPublish(request, owner_, files_);
    EXPECT_TRUE(plan.ok()) << plan.status();
    std::vector<std::string> lines;
    if (!plan.ok()) return lines;
    for (const PlannedFile& file : *plan) {
      lines.push_back(absl::StrCat(file.path, " ", file.url));
    }
    return lines;
  }
  std::string Refusal(const v1::PublishRequest& request) {
    const absl::Status status = PlanPublish(request, owner_, files_).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    return ErrorDetailOf(status).field();
  }

  const JobOwner owner_ = {1000, 1000};
  FakeOwnerFiles files_;
};

TEST_F(PlanPublishTest, UrlsFollowThePathsBelowTheFolder) {
  Make("/srv/pub/a");
  Make("/srv/pub/b/c d");
  Make("/srv/other");
  EXPECT_THAT(Plan(Request({"/srv/pub", "/srv/other"}, "https://h/x y//")),
              ElementsAre("/srv/pub/a https://h/x%20y/a",
                          "/srv/pub/b/c d https://h/x%20y/b/c%20d",
                          "/srv/other https://h/x%20y/other"));
}

TEST_F(PlanPublishTest, ProductsAreLeftOut) {
  for (const char* name :
       {"a", "a.torrent", "SHA256SUMS", "convoy-publish.conf"}) {
    Make(absl::StrCat("/p/", name));
  }
  EXPECT_THAT(Plan(Request({"/p"})), ElementsAre("/p/a https://h/pub/a"));
  EXPECT_EQ(Refusal(Request({"/p/a.torrent"})), "paths");
}

TEST_F(PlanPublishTest, AFileThatIsNamedTwiceIsOne) {
  Make("/p/a");
  EXPECT_THAT(Plan(Request({"/p", "/p/a"})),
              ElementsAre("/p/a https://h/pub/a"));
}

TEST_F(PlanPublishTest, AUrlIsOneFilesAndAFileHasOneUrl) {
  Make("/p/q/a");
  Make("/r/a");
  EXPECT_EQ(Refusal(Request({"/p", "/p/q"})), "paths[1]");
  EXPECT_EQ(Refusal(Request({"/p/q", "/r"})), "paths[1]");
}

TEST_F(PlanPublishTest, AUrlMustFitAJob) {
  Make("/p/" + std::string(200, 'x'));
  EXPECT_EQ(Refusal(Request({"/p"}, "http://h/" + std::string(1990, 'y'))),
            "paths[0]");
}

TEST_F(PlanPublishTest, WhatCannotBeReadIsTold) {
  files_.Fail(
      "/p", Error(v1::ERROR_REASON_ACCESS_DENIED, v1::ERROR_CONTEXT_LOCAL_FILE)
                .LocalPath("/p")
                .Status("not yours"));
  EXPECT_EQ(ErrorDetailOf(PlanPublish(Request({"/p"}), owner_, files_).status())
                .reason(),
            v1::ERROR_REASON_ACCESS_DENIED);
}

}  // namespace
}  // namespace convoy
