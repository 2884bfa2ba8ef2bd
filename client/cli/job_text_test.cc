#include "client/cli/job_text.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"

namespace convoy {
namespace {

v1::Job SomeJob() {
  v1::Job job;
  job.set_id("1a2b3c4d-0000-4000-8000-000000000000");
  job.set_display_name("maps");
  job.set_state(v1::JOB_STATE_ERROR);
  job.set_priority(v1::JOB_PRIORITY_HIGH);
  job.mutable_owner()->set_uid(1000);
  job.mutable_error()->set_message("no space");
  job.mutable_error()->mutable_detail()->set_policy("limits.x");
  job.set_error_count(2);
  job.mutable_progress()->set_total_files(1);
  job.mutable_create_time()->set_seconds(1'700'000'000);
  job.mutable_minimum_retry_delay()->set_seconds(60);
  return job;
}

TEST(JobTextTest, AJobInFull) {
  EXPECT_EQ(absl::StrJoin(JobLines(SomeJob(), absl::UTCTimeZone()), "\n"),
            "job:            1a2b3c4d-0000-4000-8000-000000000000\n"
            "name:           maps\n"
            "state:          error\n"
            "error:          no space\n"
            "policy:         limits.x\n"
            "errors so far:  2\n"
            "priority:       high\n"
            "owner:          uid 1000\n"
            "done:           0 B\n"
            "files:          0 of 1\n"
            "retry delay:    1m 00s\n"
            "created:        2023-11-14 22:13:20");
}

TEST(JobTextTest, AKeyThatIsNotApprovedAndWhatApprovesIt) {
  v1::Job job = SomeJob();
  job.mutable_error()->mutable_detail()->set_reason(
      v1::ERROR_REASON_SERVER_CERTIFICATE_NOT_APPROVED);
  job.mutable_error()->mutable_detail()->set_server_key("a+b/c=");
  const std::string text =
      absl::StrJoin(JobLines(job, absl::UTCTimeZone()), "\n");
  EXPECT_TRUE(
      absl::StrContains(text, "convoy set 1a2b3c4d --approve-key a+b/c= "))
      << text;
}

TEST(JobTextTest, WhatAJobHasToDoWithPeers) {
  v1::Job job = SomeJob();
  job.set_download_mode(v1::DOWNLOAD_MODE_HTTP_ONLY);
  job.set_private_(true);
  job.mutable_progress()->mutable_source_bytes()->set_origin_bytes(32 << 20);
  job.mutable_progress()->mutable_source_bytes()->set_lan_bytes(224 << 20);
  const std::string text =
      absl::StrJoin(JobLines(job, absl::UTCTimeZone()), "\n");
  for (const char* line :
       {"download mode:  http only\n", "private:        yes\n",
        "from:           origin 32.0 MiB, LAN 224 MiB\n"}) {
    EXPECT_TRUE(absl::StrContains(text, line)) << text;
  }
}

TEST(JobTextTest, WhatAJobMayDoAndWhatItRuns) {
  v1::Job job = SomeJob();
  job.mutable_notify_command()->set_program("/bin/notify");
  job.mutable_notify_command()->add_arguments("-v");
  job.mutable_maximum_download_time()->set_seconds(7200);
  job.set_cost_flags(0x43);
  job.set_maximum_download_bytes(4096);
  (*job.mutable_annotations())["ring"] = "canary";
  (*job.mutable_annotations())["a"] = "\x1b[2J";
  const std::string text =
      absl::StrJoin(JobLines(job, absl::UTCTimeZone()), "\n");
  for (const char* line :
       {"notify command: /bin/notify -v\n",
        "networks:       unrestricted, capped, usage-based\n",
        "annotation:     a=?[2J\nannotation:     ring=canary\n",
        "time limit:     2h 00m", "size limit:     4.00 KiB\n"}) {
    EXPECT_TRUE(absl::StrContains(text, line)) << line << text;
  }
}

TEST(JobTextTest, HowTheNotifyCommandEndedAndWhenItRunsAgain) {
  v1::Job job = SomeJob();
  job.mutable_inactivity_timeout()->set_seconds(90 * 86400);
  job.mutable_notify_command()->set_program("/bin/notify");
  v1::JobNotification& told = *job.mutable_notification();
  const auto text = [&job] {
    return absl::StrJoin(JobLines(job, absl::UTCTimeZone()), "\n");
  };
  EXPECT_TRUE(absl::StrContains(text(), "cancelled after 90d 00h")) << text();
  EXPECT_FALSE(absl::StrContains(text(), "last run")) << text();
  told.set_command_runs(1);
  EXPECT_TRUE(absl::StrContains(text(), "last run:       runs now, run 1\n"))
      << text();
  told.set_command_runs(2);
  told.set_last_result("exited with status 3");
  told.mutable_next_run_time()->set_seconds(1'700'000'000);
  EXPECT_TRUE(absl::StrContains(
      text(), "last run:       exited with status 3, run 2\n"))
      << text();
  EXPECT_TRUE(absl::StrContains(text(), "next run:       2023-11-14"))
      << text();

  v1::ExplainJobResponse explanation;
  explanation.set_state(v1::JOB_STATE_TRANSFERRED);
  explanation.mutable_next_action_time()->set_seconds(1'700'000'000);
  EXPECT_EQ(ExplanationLines(job, explanation,
                             absl::FromUnixSeconds(1'699'999'990))[2],
            "Its notify command is run again in 10s.");
}

TEST(JobTextTest, WhoAnsweredForAFileAndHow) {
  v1::JobFile file;
  file.set_server_address("192.0.2.1:443");
  file.set_http_status(206);
  file.set_validated(false);
  const std::string text = absl::StrJoin(FileLines(file), "\n");
  for (const char* line : {"server:         192.0.2.1:443\n",
                           "HTTP status:    206\n", "owner's check:  wrong"}) {
    EXPECT_TRUE(absl::StrContains(text, line)) << line << text;
  }
}

TEST(JobTextTest, WhatVouchesForAFile) {
  v1::JobFile file;
  file.set_required_integrity(v1::INTEGRITY_MANDATORY);
  file.set_content_id("aa");
  file.mutable_manifest()->set_location("/m.torrent");
  file.mutable_manifest()->set_info_hash("bb");
  EXPECT_TRUE(absl::StrContains(absl::StrJoin(FileLines(file), "\n"),
                                "  must be proved: yes\n"
                                "  content:        aa\n"
                                "  manifest:       /m.torrent\n"
                                "  info-hash:      bb"));
}

TEST(JobTextTest, AFileInFull) {
  v1::JobFile file;
  file.set_remote_url("https://o.test/a");
  file.set_effective_url("https://cdn.test/a");
  file.set_local_path("/srv/a\x1b");
  file.add_ranges()->set_length_bytes(1024);
  file.add_ranges()->set_offset_bytes(4096);
  file.set_size_bytes(2048);
  file.set_transferred_bytes(1024);
  file.set_temporary_path("/srv/.a.part");
  file.set_integrity("size and validator of the origin");
  EXPECT_EQ(absl::StrJoin(FileLines(file), "\n"),
            "file 0:\n"
            "  url:            https://o.test/a\n"
            "  answered by:    https://cdn.test/a\n"
            "  path:           /srv/a?\n"
            "  bytes:          0-1023\n"
            "  bytes:          4096-\n"
            "  done:           1.00 KiB of 2.00 KiB (50%)\n"
            "  temporary path: /srv/.a.part\n"
            "  integrity:      size and validator of the origin");
}

TEST(JobTextTest, AnExplanationWithItsNextStep) {
  v1::ExplainJobResponse explanation;
  explanation.set_state(v1::JOB_STATE_TRANSIENT_ERROR);
  explanation.set_summary("The origin was busy.");
  explanation.mutable_next_action_time()->set_seconds(130);
  explanation.set_remedy("Give a mirror. ResumeJob tries at once.");
  v1::SourceExplanation& origin = *explanation.add_sources();
  origin.set_kind(v1::SourceExplanation::KIND_ORIGIN);
  origin.set_use(v1::SourceExplanation::USE_USED);
  origin.set_address("https://o.test");
  origin.set_bytes(2048);
  origin.set_connections(1);
  EXPECT_EQ(absl::StrJoin(ExplanationLines(SomeJob(), explanation,
                                           absl::FromUnixSeconds(100)),
                          "\n"),
            "job 1a2b3c4d (maps): transient error\n"
            "The origin was busy.\n"
            "It acts by itself in 30s.\n"
            "sources:\n"
            "  used     origin https://o.test, 2.00 KiB, 1 connection\n"
            "hint: Give a mirror. convoy resume 1a2b3c4d tries at once.");
}

TEST(JobTextTest, AnExplanationSaysThatAJobNobodyTouchesIsCancelled) {
  v1::ExplainJobResponse explanation;
  explanation.set_state(v1::JOB_STATE_ERROR);
  explanation.set_summary("The job stopped.");
  explanation.mutable_next_action_time()->set_seconds(30 * 86400);
  EXPECT_EQ(
      ExplanationLines(SomeJob(), explanation, absl::FromUnixSeconds(0))[2],
      "It is cancelled in 30d 00h, if nothing changes.");
}

TEST(JobTextTest, NothingHoldsACompleteJobBack) {
  v1::ExplainJobResponse explanation;
  explanation.set_state(v1::JOB_STATE_ACKNOWLEDGED);
  explanation.set_summary("The job is complete.");
  v1::Factor& kept = *explanation.add_factors();
  kept.set_text("Its contents are kept.");
  kept.set_policy("cache.max_age_seconds");
  kept.set_provider("c.yaml:2");
  EXPECT_EQ(absl::StrJoin(ExplanationLines(SomeJob(), explanation,
                                           absl::FromUnixSeconds(0)),
                          "\n"),
            "job 1a2b3c4d (maps): acknowledged\n"
            "The job is complete.\n"
            "rules:\n"
            "  Its contents are kept. (policy cache.max_age_seconds, set by "
            "c.yaml:2)");
}

TEST(JobTextTest, AnExplanationGivesAnAdviceOnce) {
  v1::ExplainJobResponse explanation;
  explanation.set_state(v1::JOB_STATE_ERROR);
  explanation.set_summary("The job stopped.");
  v1::Factor& failure = *explanation.add_factors();
  failure.set_text("O.test answered 404.");
  failure.set_remedy("Put the file on the origin.");
  v1::Factor& other = *explanation.add_factors();
  other.set_text("Slow.");
  other.set_remedy("Wait.");
  explanation.set_remedy("Put the file on the origin. Then call ResumeJob.");
  EXPECT_EQ(
      absl::StrJoin(
          ExplanationLines(SomeJob(), explanation, absl::FromUnixSeconds(0)),
          "\n"),
      "job 1a2b3c4d (maps): error\n"
      "The job stopped.\n"
      "held back by:\n"
      "  O.test answered 404.\n"
      "  Slow.\n"
      "    hint: Wait.\n"
      "hint: Put the file on the origin. Then run convoy resume 1a2b3c4d.");
}

}  // namespace
}  // namespace convoy
