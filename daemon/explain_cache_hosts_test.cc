#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "convoy/v1/job_service.pb.h"
#include "daemon/config_file.h"
#include "daemon/explain.h"
#include "daemon/explain_input.h"
#include "daemon/job.h"
#include "daemon/settings.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

using Source = v1::SourceExplanation;

class ExplainCacheHostsTest : public testing::Test {
 protected:
  ExplainCacheHostsTest() {
    settings_ =
        *ParseConfig({{"c.yaml",
                       "cache_host:\n"
                       "  hosts: ['http://one.test:3128', 'http://two.test']\n"
                       "  fallback_delay_background_seconds: -1\n"
                       "  ban_seconds: 60\n"}},
                     {});
    input_.job = &job_;
    input_.settings = &settings_;
    input_.now = absl::FromUnixSeconds(1'700'000'000);
    job_.state = v1::JOB_STATE_QUEUED;
    job_.files.emplace_back();
    job_.files.back().remote_url = "http://origin.test/a";
  }
  TransferNews& Run() {
    job_.state = v1::JOB_STATE_TRANSFERRING;
    input_.running.push_back({0, {}});
    return input_.running.back().news;
  }
  // Origins and cache hosts, a line each.
  std::string Draw() const {
    std::string text;
    const v1::ExplainJobResponse response = ExplainJob(input_);
    for (const Source& source : response.sources()) {
      if (source.kind() != Source::KIND_CACHE_HOST &&
          source.kind() != Source::KIND_ORIGIN &&
          source.kind() != Source::KIND_MIRROR) {
        continue;
      }
      absl::StrAppend(&text, Source::Kind_Name(source.kind()).substr(5), " ",
                      source.address(), " ",
                      Source::Use_Name(source.use()).substr(4), ": ",
                      source.reason());
      if (source.bytes() > 0) absl::StrAppend(&text, "; ", source.bytes());
      if (!source.policy().empty()) {
        absl::StrAppend(&text, "; ", source.policy(), " by ",
                        source.provider());
      }
      absl::StrAppend(&text, "\n");
    }
    return text;
  }

  Settings settings_;
  Job job_;
  ExplainInput input_;
};

TEST_F(ExplainCacheHostsTest, AtRestTheyComeBeforeTheOrigin) {
  EXPECT_EQ(Draw(),
            "CACHE_HOST http://one.test:3128 IDLE: asked before the origin "
            "when the job runs; cache_host.hosts by c.yaml:2\n"
            "CACHE_HOST http://two.test:80 IDLE: asked before the origin when "
            "the job runs; cache_host.hosts by c.yaml:2\n"
            "ORIGIN http://origin.test:80 IDLE: the job waits for its turn\n");
}

TEST_F(ExplainCacheHostsTest, TellsWhatEachDoesAndWhoseTheBytesAre) {
  TransferNews& news = Run();
  news.activity = "fetching from two.test over 2 connections";
  news.cache_hosts = {{PeerUse::Use::kRefused, "http://one.test:3128",
                       "it failed", "cache_host.ban_seconds", 0},
                      {PeerUse::Use::kUsed, "http://two.test",
                       "fetching over 2 connections", "", 2}};
  job_.files[0].transfer = std::make_unique<FileTransferState>();
  job_.files[0].transfer->effective_url = "http://two.test/a";
  job_.files[0].transfer->sources.cache_host = 12;
  EXPECT_EQ(Draw(),
            "CACHE_HOST http://one.test:3128 REFUSED: it failed; "
            "cache_host.ban_seconds by c.yaml:4\n"
            "CACHE_HOST http://two.test:80 USED: fetching over 2 connections; "
            "12; cache_host.hosts by c.yaml:2\n"
            "ORIGIN http://origin.test:80 IDLE: a cache host is asked "
            "instead\n");
}

TEST_F(ExplainCacheHostsTest, AWaitNamesTheDelayAndWhoSetIt) {
  TransferNews& news = Run();
  job_.state = v1::JOB_STATE_CONNECTING;
  news.activity = "waiting for a cache host";
  news.hold = {"No cache host serves the file now; the origin is never asked",
               "cache_host.fallback_delay_background_seconds"};
  news.cache_hosts = {{PeerUse::Use::kRefused, "http://one.test:3128", "dead",
                       "cache_host.ban_seconds", 0}};
  const v1::ExplainJobResponse response = ExplainJob(input_);
  ASSERT_GE(response.factors_size(), 1);
  EXPECT_EQ(response.factors(0).policy(),
            "cache_host.fallback_delay_background_seconds");
  EXPECT_EQ(response.factors(0).provider(), "c.yaml:3");
  EXPECT_EQ(response.factors(0).text(),
            "No cache host serves the file now; the origin is never asked.");
  EXPECT_EQ(response.summary(),
            "The job connects: waiting for a cache host (file 0).");
  EXPECT_NE(Draw().find("ORIGIN http://origin.test:80 IDLE: No cache host "
                        "serves the file now; the origin is never asked; "
                        "cache_host.fallback_delay_background_seconds by "
                        "c.yaml:3\n"),
            std::string::npos)
      << Draw();
}

TEST_F(ExplainCacheHostsTest, AMirrorThatTheOriginNamedIsShown) {
  TransferNews& news = Run();
  news.url_index = 1;
  news.found_mirrors = {"http://mirror.test/a"};
  news.activity = "fetching from mirror.test over 1 connection";
  EXPECT_NE(Draw().find("MIRROR http://mirror.test:80 USED: fetching from "
                        "mirror.test over 1 connection\n"),
            std::string::npos)
      << Draw();
}

TEST_F(ExplainCacheHostsTest, AJobThatAsksByAnotherMethodUsesNone) {
  auto http = std::make_shared<v1::HttpOptions>();
  http->set_method("POST");
  job_.http = http;
  EXPECT_EQ(Draw().substr(0, 68),
            "CACHE_HOST http://one.test:3128 REFUSED: the job asks by POST\n"
            "CACHE_");
}

TEST_F(ExplainCacheHostsTest, WhatTheSourceFoundNamesTheSource) {
  settings_ =
      *ParseConfig({{"c.yaml", "cache_host:\n  source: dhcp_option\n"}}, {});
  settings_.found_cache_hosts = {"dhcp_option", {"http://found.test:3128"}};
  EXPECT_EQ(Draw(),
            "CACHE_HOST http://found.test:3128 IDLE: asked before the origin "
            "when the job runs; cache_host.source by c.yaml:2\n"
            "ORIGIN http://origin.test:80 IDLE: the job waits for its turn\n");
}

TEST_F(ExplainCacheHostsTest, APrivateJobUsesNone) {
  job_.is_private = true;
  EXPECT_EQ(
      Draw().substr(0, 65),
      "CACHE_HOST http://one.test:3128 REFUSED: the job is private\nCACHE");
}

}  // namespace
}  // namespace convoy
