#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "convoy/v1/error_detail.pb.h"
#include "convoy/v1/job.pb.h"
#include "convoy/v1/job_service.pb.h"
#include "daemon/config_file.h"
#include "daemon/explain.h"
#include "daemon/explain_input.h"
#include "daemon/explain_peer_rules.h"
#include "daemon/job.h"
#include "daemon/settings.h"
#include "gtest/gtest.h"
#include "peer/contents.h"

namespace convoy {
namespace {

using Use = PeerUse::Use;

// Rules that act on a job are named with who set them, and others are not.
class ExplainRulesTest : public testing::Test {
 protected:
  ExplainRulesTest() {
    Configure("");
    input_.job = &job_;
    input_.settings = &settings_;
    input_.now = absl::FromUnixSeconds(1'700'000'000);
    input_.rate_bytes_per_second = 1;
    job_.state = v1::JOB_STATE_TRANSFERRING;
    job_.priority = v1::JOB_PRIORITY_FOREGROUND;
    job_.files.emplace_back();
    job_.files.back().remote_url = "https://origin.test/a";
    input_.running.push_back({0, {}});
  }

  void Configure(const std::string& yaml) {
    settings_ = *ParseConfig({{"c.yaml", yaml}}, {});
  }
  TransferNews& News() { return input_.running[0].news; }
  // The running file meets peers of that kind.
  void Meet(PeerKind kind, Use use = Use::kUsed) {
    News().peers.push_back({kind, use, "so it is", "", use == Use::kUsed});
  }
  void Complete() {
    job_.state = v1::JOB_STATE_ACKNOWLEDGED;
    input_.running.clear();
    JobFile& file = job_.files[0];
    file.transferred = true;
    file.completed = true;
    file.transfer = std::make_unique<FileTransferState>();
    file.transfer->content_id = std::string(20, 'c');
    input_.contents = {Here()};
  }
  static ContentPresence Here(bool pinned = false) {
    return {true, pinned, std::nullopt};
  }
  static ContentPresence Gone(ContentDeparture::Cause cause) {
    return {false, false,
            ContentDeparture{cause, absl::FromUnixSeconds(1'700'000'000)}};
  }

  // A line for each factor.
  std::string Draw() const {
    std::string text;
    const v1::ExplainJobResponse response = ExplainJob(input_);
    for (const v1::Factor& factor : response.factors()) {
      absl::StrAppend(&text, factor.text());
      if (!factor.policy().empty()) {
        absl::StrAppend(&text, " ", factor.policy(), " ", factor.provider());
      }
      absl::StrAppend(&text, "\n");
    }
    return text;
  }

  Settings settings_;
  Job job_;
  ExplainInput input_;
};

TEST_F(ExplainRulesTest, DefaultsLeaveNobodyOut) {
  Meet(PeerKind::kLan);
  EXPECT_EQ(Draw(), "");
}

// Whom the job meets.

TEST_F(ExplainRulesTest, TheGroupOfItsPeers) {
  Configure("group:\n  id: fleet-7\n");
  EXPECT_EQ(Draw(), "");
  Meet(PeerKind::kLan, Use::kRefused);
  EXPECT_EQ(Draw(), "");
  Meet(PeerKind::kGroup, Use::kIdle);
  EXPECT_EQ(Draw(), "Peers must be of the group fleet-7. group.id c.yaml:2\n");
}

TEST_F(ExplainRulesTest, TheGroupThatTheMachineFound) {
  Configure("group:\n  id_source: dns_suffix\n");
  settings_.group_id = "site.example";
  Meet(PeerKind::kLan);
  EXPECT_EQ(Draw(),
            "Peers must be of the group site.example, which dns_suffix names. "
            "group.id_source c.yaml:2\n");
}

TEST_F(ExplainRulesTest, TheIdOfAnAuthenticatedGroupIsNotTold) {
  Configure("group:\n  id: secret\n  ca_file: /ca\n");
  Meet(PeerKind::kLan);
  EXPECT_EQ(Draw(),
            "Peers must hold a certificate of the group's authority. "
            "group.ca_file c.yaml:3\n"
            "Peers must have this machine's group id. group.id c.yaml:2\n");
}

TEST_F(ExplainRulesTest, NetworksAndInterfacesOfItsPeers) {
  Configure(
      "swarm:\n"
      "  peer_selection: subnet\n"
      "  allowed_networks: [10.1.0.0/16, 10.2.0.0/16]\n"
      "  interfaces: [a0, a1, a2, a3, a4, a5]\n");
  Meet(PeerKind::kLan);
  EXPECT_EQ(Draw(),
            "Peers must be in networks of this machine's interfaces. "
            "swarm.peer_selection c.yaml:2\n"
            "Peers must be in 10.1.0.0/16, 10.2.0.0/16. "
            "swarm.allowed_networks c.yaml:3\n"
            "Peers are met over the interfaces a0, a1, a2, a3 and 2 more "
            "alone. swarm.interfaces c.yaml:4\n");
}

TEST_F(ExplainRulesTest, WithoutARouter) {
  Configure("swarm: {peer_selection: link_local}\n");
  Meet(PeerKind::kLan);
  EXPECT_EQ(Draw(),
            "Peers must be reached without a router. swarm.peer_selection "
            "c.yaml:1\n");
  // In mode internet the selection does not hold.
  Configure("swarm: {peer_selection: link_local, download_mode: internet}\n");
  EXPECT_EQ(Draw(), "");
}

// What is between the job and its sources.

TEST_F(ExplainRulesTest, WhatIsGivenToPeersIsLimited) {
  Configure(
      "bandwidth:\n"
      "  upload_bytes_per_second: 1000\n"
      "  lan_upload_bytes_per_second: 2000\n");
  EXPECT_EQ(Draw(), "");
  Meet(PeerKind::kInternet, Use::kIdle);
  EXPECT_EQ(Draw(), "");
  Meet(PeerKind::kGroup);
  EXPECT_EQ(Draw(),
            "Bytes to peers outside of the LAN keep to 1000 bytes per second, "
            "for all contents together. bandwidth.upload_bytes_per_second "
            "c.yaml:2\n");
  News().peers.clear();
  Meet(PeerKind::kLan);
  EXPECT_EQ(Draw(),
            "Bytes to the LAN keep to 2000 bytes per second, for all contents "
            "together. bandwidth.lan_upload_bytes_per_second c.yaml:3\n");
}

TEST_F(ExplainRulesTest, AMachineThatGivesNothingSaysSoWhilePeersAreMet) {
  Configure("swarm:\n  min_battery_percent_to_upload: 40\n");
  settings_.machine.gives_nothing = "this machine runs on battery, at 37%";
  settings_.machine.gives_nothing_policy =
      "swarm.min_battery_percent_to_upload";
  EXPECT_EQ(Draw(), "");
  Meet(PeerKind::kLan);
  EXPECT_EQ(Draw(),
            "Peers are given nothing: this machine runs on battery, at 37%. "
            "swarm.min_battery_percent_to_upload c.yaml:2\n");
}

TEST_F(ExplainRulesTest, AMonthThatIsUsedUpGivesTheLanAlone) {
  Configure("swarm:\n  monthly_upload_bytes: 7\n  download_mode: internet\n");
  settings_.machine.gives_lan_only = "the 7 bytes are used up";
  settings_.machine.gives_lan_only_policy = "swarm.monthly_upload_bytes";
  Meet(PeerKind::kLan);
  EXPECT_EQ(Draw(), "");
  Meet(PeerKind::kInternet, Use::kIdle);
  EXPECT_EQ(Draw(),
            "Peers outside of the LAN are given nothing: the 7 bytes are used "
            "up. swarm.monthly_upload_bytes c.yaml:2\n");
  Complete();
  const std::string text = Draw();
  EXPECT_TRUE(absl::StartsWith(
      text,
      "Peers outside of the LAN get nothing now: the 7 bytes are used up. "
      "swarm.monthly_upload_bytes c.yaml:2\n"))
      << text;
  Configure("");
  EXPECT_FALSE(absl::StrContains(Draw(), "used up")) << Draw();
}

TEST_F(ExplainRulesTest, WhatComesFromOriginsIsLimited) {
  Configure("bandwidth:\n  origin_bytes_per_second: 1000\n");
  EXPECT_EQ(Draw(),
            "Bytes from origins keep to 1000 bytes per second, for all jobs "
            "together. bandwidth.origin_bytes_per_second c.yaml:2\n");
}

TEST_F(ExplainRulesTest, ASourceThatNamesNoCacheHostIsTold) {
  Configure("cache_host:\n  source: dns_sd\n");
  EXPECT_EQ(Draw(),
            "No cache host is known: dns_sd names none. cache_host.source "
            "c.yaml:2\n");
  settings_.found_cache_hosts = {"dns_sd", {"http://c.test"}};
  EXPECT_EQ(Draw(), "");
}

TEST_F(ExplainRulesTest, BackgroundConnectionsAreMarked) {
  Configure("bandwidth:\n  low_effort_background: true\n");
  News().connections = 1;
  EXPECT_EQ(Draw(), "");
  job_.priority = v1::JOB_PRIORITY_NORMAL;
  EXPECT_EQ(Draw(),
            "Its connections, to peers too, are marked as low effort, as those "
            "of all background jobs: a network that heeds it lets other "
            "traffic go first. bandwidth.low_effort_background c.yaml:2\n");
  News().connections = 0;
  EXPECT_EQ(Draw(), "");
  // Of peers alone.
  News().peers = {{PeerKind::kLan, Use::kUsed, "", "", 0}};
  EXPECT_TRUE(absl::StrContains(Draw(), "low effort"));
  News().peers.clear();
  News().connections = 1;
  Configure("bandwidth:\n  low_effort_background: false\n");
  EXPECT_EQ(Draw(), "");
}

TEST_F(ExplainRulesTest, AJobWhoseTimeIsNearHasForegroundRates) {
  Configure(
      "bandwidth:\n"
      "  foreground_bytes_per_second: 9000\n"
      "  background_bytes_per_second: 1000\n");
  job_.priority = v1::JOB_PRIORITY_LOW;
  News().connections = 1;
  input_.needed.emplace();
  input_.needed->phase = NeededByPhase::kForeground;
  const std::string text = Draw();
  EXPECT_TRUE(absl::StrContains(
      text,
      "Bytes from outside of the LAN keep to 9000 bytes per second, for all "
      "foreground jobs together. bandwidth.foreground_bytes_per_second "
      "c.yaml:2\n"))
      << text;
  EXPECT_FALSE(absl::StrContains(text, "low effort")) << text;
}

TEST_F(ExplainRulesTest, HowCacheHostsAreAsked) {
  Configure("cache_host:\n  hosts: [http://c.test]\n  style: path\n");
  News().cache_hosts = {{Use::kIdle, "http://c.test", "", "", 0}};
  EXPECT_EQ(Draw(), "");
  News().cache_hosts[0].use = Use::kUsed;
  EXPECT_EQ(Draw(),
            "Cache hosts are asked for a URL as PREFIX/HOST/path. "
            "cache_host.style c.yaml:3\n");
  Configure("cache_host: {hosts: [http://c.test], style: connected_cache}\n");
  EXPECT_EQ(Draw(),
            "Cache hosts are asked for a URL by its path, with "
            "cacheHostOrigin=HOST in the query. cache_host.style c.yaml:1\n");
}

TEST_F(ExplainRulesTest, TheConfigurationsCertificates) {
  Configure(
      "http:\n"
      "  ca_file: /ca\n"
      "  client_certificate_file: /c\n");
  EXPECT_EQ(Draw(),
            "Servers must have a certificate of the configuration's "
            "authorities. http.ca_file c.yaml:2\n"
            "Servers that ask for a certificate are shown the configuration's. "
            "http.client_certificate_file c.yaml:3\n");
  // A job that has its own.
  const auto http = std::make_shared<v1::HttpOptions>();
  http->mutable_tls()->set_ca_file("/own");
  http->mutable_tls()->set_client_certificate_file("/own");
  job_.http = http;
  EXPECT_EQ(Draw(), "");
  job_.http = nullptr;
  job_.files[0].remote_url = "http://origin.test/a";
  EXPECT_EQ(Draw(), "");
  job_.files[0].mirror_urls = {"HTTPS://mirror.test/a"};
  EXPECT_TRUE(absl::StrContains(Draw(), "http.ca_file")) << Draw();
}

TEST_F(ExplainRulesTest, FailuresOfWhatTheConfigurationPutBetween) {
  Configure("http:\n  ca_file: /ca\n  proxy_url: http://proxy.test:3128\n");
  job_.state = v1::JOB_STATE_TRANSIENT_ERROR;
  job_.failure = std::make_unique<JobFailure>();
  job_.failure->message = "no";
  v1::ErrorDetail& detail = job_.failure->detail;
  detail.set_reason(v1::ERROR_REASON_TRUST_FAILURE);
  EXPECT_EQ(Draw(), "No (TRUST_FAILURE). http.ca_file c.yaml:2\n");
  detail.set_reason(v1::ERROR_REASON_PROXY_FAILURE);
  EXPECT_EQ(Draw(), "No (PROXY_FAILURE). http.proxy_url c.yaml:3\n");
  detail.set_reason(v1::ERROR_REASON_CONNECT_FAILURE);
  EXPECT_EQ(Draw(), "No (CONNECT_FAILURE).\n");
  // What the job has itself is no rule of the configuration.
  const auto http = std::make_shared<v1::HttpOptions>();
  http->mutable_tls()->set_ca_file("/own");
  job_.http = http;
  detail.set_reason(v1::ERROR_REASON_TRUST_FAILURE);
  EXPECT_EQ(Draw(), "No (TRUST_FAILURE).\n");
}

// What is kept of a complete job.

TEST_F(ExplainRulesTest, ACompleteJobTellsWhereItsContentsAre) {
  Configure(
      "cache:\n"
      "  directory: /srv/cache\n"
      "  max_age_seconds: 7200\n"
      "  max_size_percent: 5\n"
      "  max_size_bytes: 1048576\n"
      "  min_free_bytes: 2097152\n");
  EXPECT_EQ(Draw(), "");
  Complete();
  EXPECT_EQ(
      Draw(),
      "Its contents are kept for peers until nobody has asked for them for 2h. "
      "cache.max_age_seconds c.yaml:3\n"
      "They are kept in /srv/cache. cache.directory c.yaml:2\n"
      "They go sooner, the oldest first, while what is kept takes more than "
      "1.0 MiB. cache.max_size_bytes c.yaml:5\n"
      "Likewise while less than 2.0 MiB of the file system are free. "
      "cache.min_free_bytes c.yaml:6\n");
}

TEST_F(ExplainRulesTest, WithoutALimitInBytesThePercentHolds) {
  Configure("cache:\n  max_size_percent: 5\n  min_free_bytes: 0\n");
  Complete();
  EXPECT_TRUE(absl::EndsWith(
      Draw(),
      "They go sooner, the oldest first, while what is kept takes more than 5% "
      "of the file system. cache.max_size_percent c.yaml:2\n"))
      << Draw();
}

TEST_F(ExplainRulesTest, AContentThatWentIsNotSaidToBeKept) {
  Configure(
      "cache:\n"
      "  max_age_seconds: 7200\n"
      "  max_size_percent: 5\n"
      "  max_size_bytes: 1048576\n"
      "  min_free_bytes: 2097152\n");
  Complete();
  using Cause = ContentDeparture::Cause;
  const std::pair<Cause, const char*> causes[] = {
      {Cause::kAge,
       "nobody had asked for them for so long. cache.max_age_seconds c.yaml:2"},
      {Cause::kSizePercent,
       "the cache was full. cache.max_size_percent c.yaml:3"},
      {Cause::kSizeBytes, "the cache was full. cache.max_size_bytes c.yaml:4"},
      {Cause::kFreeSpace,
       "the file system had too little free space. cache.min_free_bytes "
       "c.yaml:5"},
      {Cause::kCall, "somebody asked for it."},
      {Cause::kChanged, "what was kept was removed or changed."},
      {Cause::kPrivate, "their manifest is private."}};
  for (const auto& [cause, told] : causes) {
    input_.contents = {Gone(cause)};
    EXPECT_EQ(Draw(),
              absl::StrCat("Its contents are not kept for peers any more, "
                           "since 2023-11-14T22:13:20Z: ",
                           told, "\n"));
  }
  // A machine that gives nothing holds back nothing of it.
  settings_.machine.gives_nothing = "this machine runs on battery, at 37%";
  input_.contents = {ContentPresence()};
  EXPECT_EQ(Draw(), "Its contents are not kept for peers; why is not known.\n");
}

TEST_F(ExplainRulesTest, WhatIsLeftOfSeveralContents) {
  Configure("cache:\n  max_age_seconds: 7200\n  min_free_bytes: 0\n");
  Complete();
  input_.contents = {Here(), Gone(ContentDeparture::Cause::kAge), Here(true)};
  EXPECT_EQ(
      Draw(),
      "1 of its 3 contents is not kept for peers any more, since "
      "2023-11-14T22:13:20Z: nobody had asked for them for so long. "
      "cache.max_age_seconds c.yaml:2\n"
      "1 of its 3 contents is pinned, and kept for good.\n"
      "1 of its 3 contents is kept for peers until nobody has asked for them "
      "for 2h. cache.max_age_seconds c.yaml:2\n"
      "They are kept in the state directory. cache.directory default\n"
      "They go sooner, the oldest first, while what is kept takes more than "
      "20% of the file system. cache.max_size_percent default\n");
}

TEST_F(ExplainRulesTest, APinnedContentStaysWhereNothingElseIsKept) {
  Configure("cache:\n  max_age_seconds: 0\n");
  Complete();
  input_.contents = {Here(/*pinned=*/true)};
  EXPECT_EQ(Draw(),
            "Its contents are pinned, and kept for good.\n"
            "They are kept in the state directory. cache.directory default\n");
}

TEST_F(ExplainRulesTest, WhatIsNotKept) {
  Complete();
  Configure("cache:\n  max_age_seconds: 0\n");
  input_.contents = {Gone(ContentDeparture::Cause::kAge)};
  EXPECT_EQ(Draw(),
            "Its contents are not kept for peers. cache.max_age_seconds "
            "c.yaml:2\n");
  Configure("swarm:\n  download_mode: http_only\n");
  EXPECT_EQ(Draw(),
            "Its contents are not kept for peers: the download mode is "
            "http_only. swarm.download_mode c.yaml:2\n");
  Configure("swarm:\n  min_file_size_bytes: 1048577\n");
  job_.files[0].size = 1 << 20;
  EXPECT_EQ(Draw(),
            "Its contents are not kept for peers: they are smaller than 1.0 "
            "MiB. swarm.min_file_size_bytes c.yaml:2\n");
  Configure("");
  input_.contents.clear();
  EXPECT_EQ(Draw(), "");
}

TEST_F(ExplainRulesTest, WhichContentsMayBeKept) {
  const std::vector<std::string> one = {std::string(20, 'c')};
  EXPECT_TRUE(KeptContentsOf(job_).empty());
  Complete();
  EXPECT_EQ(KeptContentsOf(job_), one);
  job_.files.push_back(JobFile());
  job_.files[1].completed = true;
  EXPECT_EQ(KeptContentsOf(job_), one);
  job_.files[1].transfer = std::make_unique<FileTransferState>();
  job_.files[1].transfer->content_id = one[0];
  EXPECT_EQ(KeptContentsOf(job_), one);
  job_.is_private = true;
  EXPECT_TRUE(KeptContentsOf(job_).empty());
}

TEST_F(ExplainRulesTest, AMachineThatGivesNothingSaysSoOfWhatItKeeps) {
  Complete();
  Configure("swarm:\n  min_battery_percent_to_upload: 40\n");
  settings_.machine.gives_nothing = "this machine runs on battery, at 37%";
  settings_.machine.gives_nothing_policy =
      "swarm.min_battery_percent_to_upload";
  const std::string text = Draw();
  EXPECT_TRUE(absl::StartsWith(
      text,
      "Peers get nothing now: this machine runs on battery, at 37%. "
      "swarm.min_battery_percent_to_upload c.yaml:2\n"))
      << text;
}

}  // namespace
}  // namespace convoy
