#include "daemon/explain_peers.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
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

using Use = PeerUse::Use;

class ExplainPeersTest : public testing::Test {
 protected:
  ExplainPeersTest() {
    Configure("");
    input_.job = &job_;
    input_.settings = &settings_;
    input_.now = absl::FromUnixSeconds(1'700'000'000);
    job_.state = v1::JOB_STATE_QUEUED;
    AddFile();
  }

  void Configure(const std::string& yaml) {
    settings_ = *ParseConfig({{"c.yaml", yaml}}, {});
  }
  JobFile& AddFile(const std::string& url = "http://h/a") {
    job_.files.emplace_back();
    job_.files.back().index = static_cast<int>(job_.files.size()) - 1;
    job_.files.back().remote_url = url;
    return job_.files.back();
  }
  // File `index` runs, and tells this of one kind.
  void Tell(int index, PeerKind kind, Use use, std::string reason,
            std::string policy = "", int connections = 0) {
    job_.state = v1::JOB_STATE_TRANSFERRING;
    for (RunningFile& running : input_.running) {
      if (running.file_index != index) continue;
      running.news.peers.push_back(
          {kind, use, std::move(reason), std::move(policy), connections});
      return;
    }
    input_.running.push_back({index, {}});
    Tell(index, kind, use, std::move(reason), std::move(policy), connections);
  }

  // A line for each kind.
  std::string Draw() const {
    std::string text;
    for (const v1::SourceExplanation& source : ExplainPeers(input_)) {
      EXPECT_EQ(source.address(), "");
      absl::StrAppend(
          &text,
          absl::StripPrefix(v1::SourceExplanation::Kind_Name(source.kind()),
                            "KIND_"),
          " ",
          absl::StripPrefix(v1::SourceExplanation::Use_Name(source.use()),
                            "USE_"),
          ": ", source.reason());
      if (source.bytes() > 0) {
        absl::StrAppend(&text, "; ", source.bytes(), " B");
      }
      if (source.connections() > 0) {
        absl::StrAppend(&text, "; ", source.connections(), " conn");
      }
      if (!source.policy().empty()) {
        absl::StrAppend(&text, "; ", source.policy(), " (", source.provider(),
                        ")");
      }
      EXPECT_EQ(source.policy().empty(), source.provider().empty());
      absl::StrAppend(&text, "\n");
    }
    return text;
  }

  Settings settings_;
  Job job_;
  ExplainInput input_;
};

TEST_F(ExplainPeersTest, PeersAreIdleWhileNothingRuns) {
  for (const v1::JobState state :
       {v1::JOB_STATE_SUSPENDED, v1::JOB_STATE_QUEUED,
        v1::JOB_STATE_TRANSIENT_ERROR, v1::JOB_STATE_ERROR}) {
    job_.state = state;
    EXPECT_EQ(Draw(), "LAN_PEERS IDLE: asked when the job runs\n");
  }
  for (const v1::JobState state :
       {v1::JOB_STATE_CONNECTING, v1::JOB_STATE_TRANSFERRING}) {
    job_.state = state;
    EXPECT_EQ(Draw(), "LAN_PEERS IDLE: not asked yet\n");
  }
  for (const v1::JobState state :
       {v1::JOB_STATE_TRANSFERRED, v1::JOB_STATE_ACKNOWLEDGED}) {
    job_.state = state;
    EXPECT_EQ(Draw(), "LAN_PEERS IDLE: its files are whole\n");
  }
  job_.state = v1::JOB_STATE_CANCELLED;
  EXPECT_EQ(Draw(), "LAN_PEERS IDLE: the job is cancelled\n");
}

TEST_F(ExplainPeersTest, AnotherMethodThanGetHasNone) {
  auto http = std::make_shared<v1::HttpOptions>();
  http->set_method("GET");
  job_.http = http;
  EXPECT_EQ(Draw(), "LAN_PEERS IDLE: asked when the job runs\n");
  http->set_method("POST");
  EXPECT_EQ(Draw(), "LAN_PEERS REFUSED: the job asks by POST\n");
}

TEST_F(ExplainPeersTest, AJobWithoutFiles) {
  job_.files.clear();
  EXPECT_EQ(Draw(), "LAN_PEERS IDLE: asked when the job runs\n");
}

TEST_F(ExplainPeersTest, AMachineThatMeetsNobodyNamesTheRule) {
  Configure("swarm:\n  min_memory_bytes: 7\n  download_mode: internet\n");
  settings_.machine.refused = "this machine is too small";
  settings_.machine.refused_policy = "swarm.min_memory_bytes";
  EXPECT_EQ(Draw(),
            "LAN_PEERS REFUSED: this machine is too small; "
            "swarm.min_memory_bytes (c.yaml:2)\n"
            "GROUP_PEERS REFUSED: this machine is too small; "
            "swarm.min_memory_bytes (c.yaml:2)\n"
            "INTERNET_PEERS REFUSED: this machine is too small; "
            "swarm.min_memory_bytes (c.yaml:2)\n");
}

TEST_F(ExplainPeersTest, AMonthThatIsUsedUpLeavesAllToTakeFrom) {
  Configure("swarm: {monthly_upload_bytes: 7, download_mode: group}\n");
  settings_.machine.gives_lan_only = "7 bytes are used up";
  settings_.machine.gives_lan_only_policy = "swarm.monthly_upload_bytes";
  const std::string text = Draw();
  EXPECT_TRUE(
      absl::StrContains(text, "LAN_PEERS IDLE: asked when the job runs\n"))
      << text;
  EXPECT_FALSE(absl::StrContains(text, "used up")) << text;
}

TEST_F(ExplainPeersTest, ASelectionIsNamedWhileNobodyIsMet) {
  Configure("swarm: {peer_selection: subnet}\n");
  Tell(0, PeerKind::kLan, Use::kIdle, "nobody answers");
  EXPECT_EQ(Draw(),
            "LAN_PEERS IDLE: nobody answers; only machines of this one's own "
            "networks are met; swarm.peer_selection (c.yaml:1)\n");
  input_.running.clear();
  Tell(0, PeerKind::kLan, Use::kUsed, "2 peers", "", 2);
  EXPECT_EQ(Draw(), "LAN_PEERS USED: 2 peers; 2 conn\n");
}

TEST_F(ExplainPeersTest, KindsGoAsFarAsTheMode) {
  Configure(
      "swarm:\n  download_mode: internet\n"
      "group:\n  ca_file: /ca\n  certificate_file: /c\n  key_file: /k\n");
  EXPECT_EQ(Draw(),
            "LAN_PEERS IDLE: asked when the job runs\n"
            "GROUP_PEERS IDLE: asked when the job runs\n"
            "INTERNET_PEERS REFUSED: only members of the group are met; "
            "group.ca_file (c.yaml:4)\n");
  job_.download_mode = v1::DOWNLOAD_MODE_GROUP;
  EXPECT_EQ(Draw(),
            "LAN_PEERS IDLE: asked when the job runs\n"
            "GROUP_PEERS IDLE: asked when the job runs\n");
  job_.download_mode = v1::DOWNLOAD_MODE_LAN;
  EXPECT_EQ(Draw(), "LAN_PEERS IDLE: asked when the job runs\n");
}

TEST_F(ExplainPeersTest, TheJobWantsNone) {
  job_.download_mode = v1::DOWNLOAD_MODE_HTTP_ONLY;
  EXPECT_EQ(Draw(),
            "LAN_PEERS REFUSED: the job's download mode is http_only\n");
  job_.download_mode = v1::DOWNLOAD_MODE_SIMPLE;
  EXPECT_EQ(Draw(), "LAN_PEERS REFUSED: the job's download mode is simple\n");
}

TEST_F(ExplainPeersTest, TheConfigurationAllowsNone) {
  Configure("swarm:\n  download_mode: http_only\n");
  EXPECT_EQ(Draw(),
            "LAN_PEERS REFUSED: the download mode is http_only; "
            "swarm.download_mode (c.yaml:2)\n");
  Configure("swarm:\n  download_mode: simple\n");
  EXPECT_EQ(Draw(),
            "LAN_PEERS REFUSED: the download mode is simple; "
            "swarm.download_mode (c.yaml:2)\n");
}

TEST_F(ExplainPeersTest, TheJobAsksForMoreThanIsAllowed) {
  job_.download_mode = v1::DOWNLOAD_MODE_INTERNET;
  EXPECT_EQ(Draw(),
            "LAN_PEERS IDLE: asked when the job runs\n"
            "GROUP_PEERS REFUSED: the job asks for internet, allowed is lan; "
            "swarm.download_mode (default)\n"
            "INTERNET_PEERS REFUSED: the job asks for internet, allowed is "
            "lan; swarm.download_mode (default)\n");
  job_.download_mode = v1::DOWNLOAD_MODE_GROUP;
  EXPECT_EQ(Draw(),
            "LAN_PEERS IDLE: asked when the job runs\n"
            "GROUP_PEERS REFUSED: the job asks for group, allowed is lan; "
            "swarm.download_mode (default)\n");
  const v1::ExplainJobResponse whole = ExplainJob(input_);
  ASSERT_EQ(whole.factors_size(), 1);
  EXPECT_EQ(whole.factors(0).text(),
            "The job asks for the download mode group; allowed is lan.");
  EXPECT_EQ(whole.factors(0).policy(), "swarm.download_mode");
  EXPECT_EQ(whole.factors(0).provider(), "default");
  // Then it does not matter any more.
  job_.state = v1::JOB_STATE_ACKNOWLEDGED;
  EXPECT_EQ(ExplainJob(input_).factors_size(), 0);
}

TEST_F(ExplainPeersTest, APrivateJob) {
  job_.is_private = true;
  EXPECT_EQ(Draw(), "LAN_PEERS REFUSED: the job is private\n");
  Tell(0, PeerKind::kLan, Use::kRefused, "something else");
  EXPECT_EQ(Draw(), "LAN_PEERS REFUSED: the job is private\n");
}

TEST_F(ExplainPeersTest, FilesOfThisMachine) {
  job_.files[0].remote_url = "file:///a";
  EXPECT_EQ(Draw(), "LAN_PEERS REFUSED: its files come from this machine\n");
  AddFile();
  EXPECT_EQ(Draw(), "LAN_PEERS IDLE: asked when the job runs\n");
}

TEST_F(ExplainPeersTest, SmallFiles) {
  Configure("swarm:\n  min_file_size_bytes: 100\n");
  job_.files[0].size = 99;
  EXPECT_EQ(Draw(),
            "LAN_PEERS REFUSED: its files are smaller than 100 bytes; "
            "swarm.min_file_size_bytes (c.yaml:2)\n");
  job_.files[0].size = 100;
  EXPECT_EQ(Draw(), "LAN_PEERS IDLE: asked when the job runs\n");
  // Whole ones and those of this machine do not count, one of unknown size
  // does.
  job_.files[0].transferred = true;
  AddFile("file:///a").size = 1000;
  AddFile().expected_size = 5;
  EXPECT_EQ(Draw(),
            "LAN_PEERS REFUSED: its files are smaller than 100 bytes; "
            "swarm.min_file_size_bytes (c.yaml:2)\n");
  AddFile();
  EXPECT_EQ(Draw(), "LAN_PEERS IDLE: asked when the job runs\n");
}

TEST_F(ExplainPeersTest, AGroupNeedsCertificates) {
  const std::string mode = "swarm:\n  download_mode: group\n";
  Configure(mode);
  EXPECT_EQ(Draw(),
            "LAN_PEERS IDLE: asked when the job runs\n"
            "GROUP_PEERS REFUSED: group.ca_file is not set; group.ca_file "
            "(default)\n");
  Configure(mode + "group:\n  ca_file: /ca\n");
  EXPECT_EQ(Draw(),
            "LAN_PEERS REFUSED: group.certificate_file is not set; "
            "group.certificate_file (default)\n"
            "GROUP_PEERS REFUSED: group.certificate_file is not set; "
            "group.certificate_file (default)\n");
  Configure(mode + "group:\n  ca_file: /ca\n  certificate_file: /c\n");
  EXPECT_EQ(Draw(),
            "LAN_PEERS REFUSED: group.key_file is not set; group.key_file "
            "(default)\n"
            "GROUP_PEERS REFUSED: group.key_file is not set; group.key_file "
            "(default)\n");
}

// Running files.

TEST_F(ExplainPeersTest, WhatARunningFileTells) {
  Configure("swarm:\n  download_mode: group\n");
  job_.files[0].transfer = std::make_unique<FileTransferState>();
  job_.files[0].transfer->sources.lan = 10;
  job_.files[0].transfer->sources.group = 3;
  AddFile().transfer = std::make_unique<FileTransferState>();
  job_.files[1].transfer->sources.lan = 5;
  Tell(0, PeerKind::kLan, Use::kUsed, "3 peers, 2 of them share the origin", "",
       3);
  Tell(0, PeerKind::kGroup, Use::kRefused, "nothing vouches for the bytes",
       "swarm.integrity");
  EXPECT_EQ(Draw(),
            "LAN_PEERS USED: 3 peers, 2 of them share the origin; 15 B; 3 "
            "conn\n"
            "GROUP_PEERS REFUSED: nothing vouches for the bytes; 3 B; "
            "swarm.integrity (default)\n");
}

TEST_F(ExplainPeersTest, AKindThatOneFileUsesIsUsed) {
  for (int i = 1; i < 4; ++i) AddFile();
  Tell(0, PeerKind::kLan, Use::kRefused, "too small",
       "swarm.min_file_size_bytes");
  Tell(1, PeerKind::kLan, Use::kIdle, "no peer has answered");
  EXPECT_EQ(Draw(), "LAN_PEERS IDLE: no peer has answered (1 file)\n");
  Tell(2, PeerKind::kLan, Use::kUsed, "1 peer", "", 1);
  Tell(3, PeerKind::kLan, Use::kUsed, "1 peer", "", 1);
  EXPECT_EQ(Draw(), "LAN_PEERS USED: 1 peer (2 files); 2 conn\n");
}

TEST_F(ExplainPeersTest, PeersThatAreTooSlowNameTheRate) {
  Configure("swarm:\n  background_min_bytes_per_second: 900\n");
  Tell(0, PeerKind::kLan, Use::kUsed,
       "1 peer; they are slow, and the rest comes from the origin",
       "swarm.background_min_bytes_per_second", 1);
  EXPECT_EQ(Draw(),
            "LAN_PEERS USED: 1 peer; they are slow, and the rest comes from "
            "the origin; 1 conn; swarm.background_min_bytes_per_second "
            "(c.yaml:2)\n");
}

TEST_F(ExplainPeersTest, WhereThereIsNoRoomForPeersTheLimitIsNamed) {
  Configure("swarm: {peer_selection: subnet, max_connections: 4}\n");
  Tell(0, PeerKind::kLan, Use::kIdle,
       "3 machines are known, none is connected; no more peers are met: all 4 "
       "connections to peers are in use",
       "swarm.max_connections");
  EXPECT_EQ(Draw(),
            "LAN_PEERS IDLE: 3 machines are known, none is connected; no more "
            "peers are met: all 4 connections to peers are in use; "
            "swarm.max_connections (c.yaml:1)\n");
}

TEST_F(ExplainPeersTest, ManyReasonsAreCutShort) {
  for (int i = 0; i < 6; ++i) {
    Tell(i, PeerKind::kLan, Use::kIdle, absl::StrCat("reason ", i));
  }
  EXPECT_EQ(Draw(),
            "LAN_PEERS IDLE: reason 0 (1 file); reason 1 (1 file); reason 2 (1 "
            "file); and others\n");
}

TEST_F(ExplainPeersTest, WhatTheJobDecidesIsNoPolicy) {
  Tell(0, PeerKind::kLan, Use::kRefused, "the job has ranges", "job");
  EXPECT_EQ(Draw(), "LAN_PEERS REFUSED: the job has ranges\n");
}

TEST_F(ExplainPeersTest, BytesOfAModeThatWasLoweredAreShown) {
  job_.files[0].transfer = std::make_unique<FileTransferState>();
  job_.files[0].transfer->sources.internet = 7;
  EXPECT_EQ(Draw(),
            "LAN_PEERS IDLE: asked when the job runs\n"
            "INTERNET_PEERS REFUSED: the download mode is lan; 7 B; "
            "swarm.download_mode (default)\n");
}

TEST_F(ExplainPeersTest, APolicyOfPeersIsNoHostWithoutConnections) {
  Tell(0, PeerKind::kLan, Use::kRefused, "no interface is up",
       "swarm.interfaces");
  input_.rate_bytes_per_second = 1;
  EXPECT_EQ(ExplainJob(input_).factors_size(), 0);
}

}  // namespace
}  // namespace convoy
