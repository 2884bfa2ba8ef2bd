#include "client/cli/publish_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace convoy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string PrefixRefusal(const std::string& text) {
  const auto prefix = ParseUrlPrefix(text);
  return prefix.ok() ? "" : std::string(prefix.status().message());
}

TEST(UrlPrefixTest, IsAUrlWithoutItsLastSlash) {
  for (const std::string text : {"https://h/a%20b", "https://h/a%20b//"}) {
    const auto prefix = ParseUrlPrefix(text);
    ASSERT_TRUE(prefix.ok()) << prefix.status();
    EXPECT_EQ(prefix->url, "https://h/a%20b");
    EXPECT_EQ(prefix->path, "/a b");
  }
  const auto host = ParseUrlPrefix("http://h:8080/");
  ASSERT_TRUE(host.ok());
  EXPECT_EQ(host->url, "http://h:8080");
  EXPECT_EQ(host->path, "");
}

TEST(UrlPrefixTest, IsEncodedWhereItMustBe) {
  const auto prefix = ParseUrlPrefix("http://h/a b\"\xc3\xa9");
  ASSERT_TRUE(prefix.ok());
  EXPECT_EQ(prefix->url, "http://h/a%20b%22%C3%A9");
  EXPECT_EQ(prefix->path, "/a b\"\xc3\xa9");
}

TEST(UrlPrefixTest, RefusesWhatFilesCannotStandBelow) {
  EXPECT_THAT(PrefixRefusal(""), HasSubstr("no http or https URL"));
  EXPECT_THAT(PrefixRefusal("ftp://h/"), HasSubstr("no http or https URL"));
  EXPECT_THAT(PrefixRefusal("files.example.org"),
              HasSubstr("no http or https URL"));
  EXPECT_THAT(PrefixRefusal("http:///a"), HasSubstr("names no host"));
  EXPECT_THAT(PrefixRefusal("http://h/?a=b"), HasSubstr("query"));
  EXPECT_THAT(PrefixRefusal("http://h#a"), HasSubstr("fragment"));
  EXPECT_THAT(PrefixRefusal("http://h/a/../b"), HasSubstr("servers change"));
  EXPECT_THAT(PrefixRefusal("http://h/a//b"), HasSubstr("servers change"));
  EXPECT_THAT(PrefixRefusal("http://h/%2e"), HasSubstr("servers change"));
  EXPECT_THAT(PrefixRefusal("http://h/%00"), HasSubstr("servers change"));
}

TEST(UrlPrefixTest, DoesNotRepeatAPassword) {
  const std::string refusal = PrefixRefusal("http://me:secret@h/");
  EXPECT_THAT(refusal, HasSubstr("user name"));
  EXPECT_EQ(refusal.find("secret"), std::string::npos);
}

class PublishPlanTest : public ::testing::Test {
 protected:
  PublishPlanTest() {
    char folder[] = "/tmp/convoy-plan-XXXXXX";
    folder_ = mkdtemp(folder);
  }
  ~PublishPlanTest() override { std::filesystem::remove_all(folder_); }

  std::string Write(const std::string& name) {
    const std::filesystem::path path = folder_ + "/" + name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << "bytes";
    return path;
  }
  absl::StatusOr<PublishPlan> Plan(const std::vector<std::string>& paths,
                                   const std::string& snippet = "") const {
    return PlanPublish(paths, *ParseUrlPrefix("http://h/p q"), snippet);
  }
  std::vector<std::string> Urls(const std::vector<std::string>& paths,
                                const std::string& snippet = "") const {
    const auto plan = Plan(paths, snippet);
    EXPECT_TRUE(plan.ok()) << plan.status();
    std::vector<std::string> urls;
    if (plan.ok()) {
      for (const PublishFile& file : plan->files) urls.push_back(file.url);
    }
    return urls;
  }
  std::string Refusal(const std::vector<std::string>& paths) const {
    const auto plan = Plan(paths);
    EXPECT_EQ(plan.status().code(), absl::StatusCode::kInvalidArgument);
    return std::string(plan.status().message());
  }

  std::string folder_;
};

TEST_F(PublishPlanTest, AFileHasTheUrlOfItsName) {
  const std::string path = Write("deep/a b$.img");
  const auto plan = Plan({path});
  ASSERT_TRUE(plan.ok()) << plan.status();
  ASSERT_EQ(plan->files.size(), 1u);
  const PublishFile& file = plan->files.front();
  EXPECT_EQ(file.path, path);
  EXPECT_EQ(file.folder(), folder_ + "/deep");
  EXPECT_EQ(file.name(), "a b$.img");
  EXPECT_EQ(file.size, 5);
  EXPECT_EQ(file.url, "http://h/p%20q/a%20b%24.img");
  EXPECT_EQ(file.location, "/p q/a b$.img");
  EXPECT_EQ(plan->first_folder, folder_ + "/deep");
}

TEST_F(PublishPlanTest, AFolderGivesAllFilesBelowItByPath) {
  Write("b");
  Write("a/z");
  Write("a/c/d");
  EXPECT_THAT(Urls({folder_}),
              ElementsAre("http://h/p%20q/a/c/d", "http://h/p%20q/a/z",
                          "http://h/p%20q/b"));
  EXPECT_EQ(Plan({folder_ + "/a/"})->first_folder, folder_ + "/a");
  EXPECT_THAT(Urls({folder_ + "/a"}),
              ElementsAre("http://h/p%20q/c/d", "http://h/p%20q/z"));
}

TEST_F(PublishPlanTest, ProductsAndDotFilesAreLeftOut) {
  Write("a");
  Write("a.torrent");
  Write("SHA256SUMS");
  Write("convoy-publish.conf");
  Write(".hidden");
  Write(".git/config");
  const std::string snippet = Write("web.inc");
  EXPECT_THAT(Urls({folder_}, snippet), ElementsAre("http://h/p%20q/a"));
  EXPECT_THAT(Urls({folder_ + "/a", folder_ + "/a.torrent"}),
              ElementsAre("http://h/p%20q/a"));
}

TEST_F(PublishPlanTest, LinksAreFollowedOnlyWhenTheyAreNamed) {
  Write("real/a");
  std::filesystem::create_symlink("real/a", folder_ + "/link");
  std::filesystem::create_symlink("real", folder_ + "/folder");
  mkfifo((folder_ + "/pipe").c_str(), 0600);
  EXPECT_THAT(Urls({folder_}), ElementsAre("http://h/p%20q/real/a"));
  EXPECT_THAT(Urls({folder_ + "/link"}), ElementsAre("http://h/p%20q/link"));
}

TEST_F(PublishPlanTest, WhatIsNamedTwiceIsPublishedOnce) {
  const std::string path = Write("a");
  EXPECT_THAT(Urls({path, folder_, path}), ElementsAre("http://h/p%20q/a"));
}

TEST_F(PublishPlanTest, RefusesTwoUrlsForAFileAndTwoFilesForAUrl) {
  Write("x/a");
  Write("y/a");
  EXPECT_THAT(Refusal({folder_, folder_ + "/x"}), HasSubstr("two URLs"));
  EXPECT_THAT(Refusal({folder_ + "/x", folder_ + "/y"}),
              HasSubstr("the same URL: http://h/p%20q/a"));
}

TEST_F(PublishPlanTest, RefusesWhatIsNotThereAndWhatIsNoFile) {
  EXPECT_THAT(Refusal({folder_ + "/none"}), HasSubstr("No such file"));
  mkfifo((folder_ + "/pipe").c_str(), 0600);
  EXPECT_THAT(Refusal({folder_ + "/pipe"}), HasSubstr("no plain file"));
  std::filesystem::remove(folder_ + "/pipe");
  EXPECT_THAT(Refusal({folder_}), HasSubstr("nothing to publish"));
}

TEST_F(PublishPlanTest, RefusesNamesThatHaveNoRoomForTheirManifests) {
  Write(std::string(247, 'n'));
  EXPECT_EQ(Urls({folder_}).size(), 1u);
  Write(std::string(248, 'n'));
  EXPECT_THAT(Refusal({folder_}), HasSubstr("is too long"));
}

TEST_F(PublishPlanTest, RefusesUrlsThatAreTooLongForAJob) {
  // Three characters for each byte.
  const std::string part(240, ' ');
  std::string path = "x";
  for (int i = 0; i < 3; ++i) path = part + "/" + path;
  Write(path);
  EXPECT_EQ(Urls({folder_}).size(), 1u);
  Write(part + "/" + path);
  EXPECT_THAT(Refusal({folder_}), HasSubstr("too long for a job"));
}

}  // namespace
}  // namespace convoy
