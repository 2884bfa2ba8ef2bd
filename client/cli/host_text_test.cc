#include "client/cli/host_text.h"

#include <string>

#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "client/cli/host_snapshot.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::int64_t kMiB = 1 << 20;

std::string Text(const HostSnapshot& snapshot) {
  return absl::StrJoin(StatusLines(snapshot), "\n");
}

v1::SwarmPeer Peer(v1::PeerKind kind, const std::string& address) {
  v1::SwarmPeer peer;
  peer.set_kind(kind);
  peer.set_address(address);
  return peer;
}

HostSnapshot Busy() {
  HostSnapshot snapshot;
  snapshot.serving = true;
  snapshot.statistics.set_version("1.2.3");
  snapshot.statistics.set_running_jobs(1);
  snapshot.statistics.set_running_files(2);
  snapshot.statistics.set_cache_host_bytes(2 * kMiB);
  v1::MonthStatistics& month = *snapshot.statistics.mutable_month();
  month.set_origin_bytes(3 * kMiB);
  month.set_lan_bytes(30 * kMiB);
  month.set_uploaded_group_bytes(5 * kMiB);
  snapshot.peers = {Peer(v1::PEER_KIND_LAN, "10.0.0.1:1"),
                    Peer(v1::PEER_KIND_LAN, "10.0.0.1:2"),
                    Peer(v1::PEER_KIND_GROUP, "10.9.0.1:1")};
  v1::Job job;
  job.mutable_progress()->set_rate_bytes_per_second(4 * kMiB);
  snapshot.jobs = {job, job};
  snapshot.cache = HostSnapshot::Cache{12, 7 * kMiB};
  return snapshot;
}

TEST(StatusLinesTest, TellRatesMonthCacheAndPeers) {
  EXPECT_THAT(
      Text(Busy()),
      AllOf(HasSubstr("daemon:           serving, version 1.2.3\n"),
            HasSubstr("running:          1 jobs, 2 files, 8.00 MiB/s\n"),
            HasSubstr("from cache hosts: 2.00 MiB\n"),
            HasSubstr("this month:       from origin 3.00 MiB, LAN 30.0 MiB\n"
                      "                  to peers group 5.00 MiB\n"),
            HasSubstr("peers:            1 LAN, 1 group\n"),
            HasSubstr("cache:            12 contents, 7.00 MiB\n")));
}

TEST(StatusLinesTest, DeclaredJobsThatFailAndMistakesAreNamed) {
  HostSnapshot snapshot = Busy();
  EXPECT_THAT(Text(snapshot), Not(HasSubstr("declared")));
  snapshot.declared.emplace();
  EXPECT_THAT(Text(snapshot), Not(HasSubstr("declared")));
  v1::DeclaredJob* job = snapshot.declared->add_jobs();
  job->set_name("maps");
  job->set_phase(v1::DeclaredJob::PHASE_PRESENT);
  job = snapshot.declared->add_jobs();
  job->set_name("words");
  job->set_phase(v1::DeclaredJob::PHASE_FAILED);
  job->set_message("origin.test answered 404");
  job = snapshot.declared->add_jobs();
  job->set_phase(v1::DeclaredJob::PHASE_NOT_SELECTED);
  snapshot.declared->add_mistakes("a.yaml:3: b.url: is no URL");
  EXPECT_THAT(
      Text(snapshot),
      HasSubstr("declared jobs:    1 not selected, 1 present, 1 failed\n"
                "failed:           words: origin.test answered 404\n"
                "mistake:          a.yaml:3: b.url: is no URL\n"));
}

TEST(StatusLinesTest, AConfigurationThatIsNotInForceIsTold) {
  HostSnapshot snapshot = Busy();
  EXPECT_THAT(Text(snapshot), Not(HasSubstr("configuration")));
  snapshot.statistics.add_config_mistakes("c.yaml:2: http.x: unknown key");
  snapshot.statistics.add_config_keys_for_restart("group.id");
  EXPECT_THAT(
      Text(snapshot),
      HasSubstr("configuration:    its files have mistakes, and what they "
                "said before is in force\n"
                "mistake:          c.yaml:2: http.x: unknown key\n"
                "restart needed:   for the new value of group.id\n"));
}

TEST(StatusLinesTest, WhatOthersWroteCannotSteerTheTerminal) {
  HostSnapshot snapshot;
  snapshot.declared.emplace();
  snapshot.declared->add_mistakes("\x1b[2Jx");
  EXPECT_THAT(Text(snapshot), Not(HasSubstr("\x1b")));
}

TEST(StatusToJsonTest, IsOneObject) {
  HostSnapshot snapshot = Busy();
  snapshot.declared.emplace();
  EXPECT_THAT(
      StatusToJson(snapshot),
      AllOf(HasSubstr("\"serving\":true"),
            HasSubstr("\"rate_bytes_per_second\":8388608"),
            HasSubstr("\"declared_jobs\":{"),
            HasSubstr("\"peers\":{\"lan\":1,\"group\":1,\"internet\":0}"),
            HasSubstr("\"cache\":{\"contents\":12,\"bytes\":7340032}")));
}

}  // namespace
}  // namespace convoy
