#include "client/cli/progress_view.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/format.h"

namespace convoy {
namespace {

constexpr std::int64_t kMiB = 1 << 20;
const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

v1::Job Transferring() {
  v1::Job job;
  job.set_id("1a2b3c4d-0000-4000-8000-000000000000");
  job.set_display_name("debian-12.iso");
  job.set_state(v1::JOB_STATE_TRANSFERRING);
  v1::JobProgress& progress = *job.mutable_progress();
  progress.set_transferred_bytes(300 * kMiB);
  progress.set_total_bytes(1000 * kMiB);
  progress.set_rate_bytes_per_second(10 * kMiB);
  progress.mutable_source_bytes()->set_origin_bytes(225 * kMiB);
  progress.mutable_source_bytes()->set_mirror_bytes(75 * kMiB);
  return job;
}

v1::JobFile File(const std::string& name, std::int64_t done,
                 std::int64_t size) {
  v1::JobFile file;
  file.set_local_path("/srv/" + name);
  file.set_transferred_bytes(done);
  file.set_size_bytes(size);
  file.set_transferred(done == size);
  return file;
}

std::string Lines(const v1::Job& job, const std::vector<v1::JobFile>& files,
                  int width) {
  return "\n" + absl::StrJoin(ProgressLines(job, files, {width}, kNow), "\n") +
         "\n";
}

TEST(ProgressViewTest, AJobOnAnOrdinaryTerminal) {
  EXPECT_EQ(Lines(Transferring(), {}, 79), R"(
debian-12.iso: transferring from origin 75%, mirrors 25%
[=========>                    ]  30%  300 MiB/1000 MiB  10.0 MiB/s  eta 1m 10s
)");
}

TEST(ProgressViewTest, AJobThatComesFromPeers) {
  v1::Job job = Transferring();
  v1::SourceBytes& bytes = *job.mutable_progress()->mutable_source_bytes();
  bytes.Clear();
  bytes.set_origin_bytes(32 * kMiB);
  bytes.set_lan_bytes(224 * kMiB);
  EXPECT_EQ(Lines(job, {}, 79), R"(
debian-12.iso: transferring from origin 12%, LAN 88%
[=========>                    ]  30%  300 MiB/1000 MiB  10.0 MiB/s  eta 1m 10s
)");
}

TEST(ProgressViewTest, AJobOnAWideTerminal) {
  EXPECT_EQ(Lines(Transferring(), {}, 120), R"(
debian-12.iso: transferring from origin 75%, mirrors 25%
[===========>                          ]  30%  300 MiB/1000 MiB  10.0 MiB/s  eta 1m 10s
)");
}

TEST(ProgressViewTest, AJobOnANarrowTerminal) {
  EXPECT_EQ(Lines(Transferring(), {}, 50), R"(
deb...so: transferring f...origin 75%, mirrors 25%
30%  300 MiB/1000 MiB  10.0 MiB/s  eta 1m 10s
)");
}

TEST(ProgressViewTest, FewFilesGetALineEach) {
  EXPECT_EQ(Lines(Transferring(),
                  {File("a", 250 * kMiB, 250 * kMiB),
                   File("b", 50 * kMiB, 750 * kMiB)},
                  79),
            R"(
debian-12.iso: transferring from origin 75%, mirrors 25%
[=========>                    ]  30%  300 MiB/1000 MiB  10.0 MiB/s  eta 1m 10s
  a                 [==========================] 100%   250 MiB/250 MiB  whole
  b                 [=>                        ]   6%  50.0 MiB/750 MiB
)");
}

TEST(ProgressViewTest, OneFileOrManyGetNone) {
  EXPECT_EQ(ProgressLines(Transferring(), {File("a", 1, 2)}, {79}, kNow).size(),
            2u);
  const std::vector<v1::JobFile> many(kMaxFileLines + 1, File("a", 1, 2));
  EXPECT_EQ(ProgressLines(Transferring(), many, {79}, kNow).size(), 2u);
}

TEST(ProgressViewTest, AnUnknownSizeHasNeitherPercentNorTimeLeft) {
  v1::Job job = Transferring();
  job.mutable_progress()->clear_total_bytes();
  EXPECT_EQ(Lines(job, {}, 79), R"(
debian-12.iso: transferring from origin 75%, mirrors 25%
[>                             ]                300 MiB  10.0 MiB/s
)");
}

TEST(ProgressViewTest, AnEmptyFileIsWhole) {
  v1::Job job = Transferring();
  job.set_state(v1::JOB_STATE_ACKNOWLEDGED);
  job.mutable_progress()->Clear();
  job.mutable_progress()->set_total_bytes(0);
  EXPECT_EQ(Lines(job, {}, 79), R"(
debian-12.iso: complete
[==============================] 100%           0 B/0 B
)");
}

TEST(ProgressViewTest, SaysWhenItTriesAgainAndWhy) {
  v1::Job job = Transferring();
  job.set_state(v1::JOB_STATE_TRANSIENT_ERROR);
  job.mutable_next_retry_time()->set_seconds(absl::ToUnixSeconds(kNow) + 27);
  job.mutable_error()->set_message("origin.test answered 503");
  EXPECT_EQ(Lines(job, {}, 79), R"(
debian-12.iso: tries again in 27s: origin.test answered 503
[=========>                    ]  30%  300 MiB/1000 MiB
)");
}

TEST(ProgressViewTest, SaysWhereAServerCanBeApproved) {
  v1::Job job = Transferring();
  job.set_state(v1::JOB_STATE_TRANSIENT_ERROR);
  job.mutable_error()->mutable_detail()->set_server_key("key=");
  EXPECT_EQ(ProgressLines(job, {}, {79}, kNow)[0],
            "debian-12.iso: its server waits for approval; see: convoy show "
            "1a2b3c4d");
}

TEST(ProgressViewTest, TellsHowToGoOn) {
  v1::Job job = Transferring();
  const auto second = [&job](v1::JobState state) {
    job.set_state(state);
    return ProgressLines(job, {}, {79}, kNow)[0];
  };
  EXPECT_EQ(second(v1::JOB_STATE_SUSPENDED),
            "debian-12.iso: suspended; go on with: convoy resume 1a2b3c4d");
  EXPECT_EQ(second(v1::JOB_STATE_QUEUED),
            "debian-12.iso: queued; ask why with: convoy explain 1a2b3c4d");
  EXPECT_EQ(
      second(v1::JOB_STATE_TRANSFERRED),
      "debian-12.iso: transferred; finish with: convoy complete 1a2b3c4d");
}

TEST(ProgressViewTest, NoLineIsWiderThanTheTerminal) {
  v1::Job job = Transferring();
  job.set_display_name(std::string(300, 'n'));
  job.mutable_error()->set_message(std::string(300, 'm'));
  const std::vector<v1::JobFile> files(3, File(std::string(200, 'f'), 1, 3));
  for (int state = 1; state <= 9; ++state) {
    job.set_state(static_cast<v1::JobState>(state));
    for (int width = 20; width < 200; width += 7) {
      for (const auto& line : ProgressLines(job, files, {width}, kNow)) {
        EXPECT_LE(DisplayWidth(line), width) << line;
      }
      EXPECT_LE(DisplayWidth(CompactLine(job, {width})), width);
    }
  }
}

TEST(ProgressViewTest, TextsOfOthersCannotSteerTheTerminal) {
  v1::Job job = Transferring();
  job.set_state(v1::JOB_STATE_ERROR);
  job.set_display_name("\x1b[2Jx");
  job.mutable_error()->set_message("\x1b]0;x\x07");
  const std::string all =
      absl::StrCat(Lines(job, {File("\x1b", 1, 2), File("b", 1, 2)}, 79),
                   CompactLine(job, {79}), PlainLine(job, kNow));
  EXPECT_EQ(all.find('\x1b'), std::string::npos) << all;
  EXPECT_EQ(all.find('\x07'), std::string::npos) << all;
}

TEST(ProgressViewTest, ColorsOnlyWhenAsked) {
  v1::Job job = Transferring();
  EXPECT_NE(ProgressLines(job, {}, {79, true}, kNow)[1].find("\x1b[32m"),
            std::string::npos);
  job.set_state(v1::JOB_STATE_ERROR);
  EXPECT_NE(CompactLine(job, {79, true}).find("\x1b[31m"), std::string::npos);
  EXPECT_EQ(CompactLine(job, {79, false}).find('\x1b'), std::string::npos);
}

TEST(ProgressViewTest, OneLineInAList) {
  v1::Job job = Transferring();
  EXPECT_EQ(CompactLine(job, {79}),
            "1a2b3c4d debi....iso [==>      ]  30%  300 MiB/1000 MiB  "
            "10.0 MiB/s  eta 1m 10s");
  EXPECT_EQ(CompactLine(job, {120}),
            "1a2b3c4d debian-12.iso   [======>              ]  30%  300 "
            "MiB/1000 MiB  10.0 MiB/s  eta 1m 10s  origin 75%, mirrors 25%");
  job.set_state(v1::JOB_STATE_SUSPENDED);
  EXPECT_EQ(CompactLine(job, {79}),
            "1a2b3c4d debi....iso [==>      ]  30%  300 MiB/1000 MiB  "
            "suspended");
}

TEST(ProgressViewTest, PlainLines) {
  v1::Job job = Transferring();
  EXPECT_EQ(PlainLine(job, kNow),
            "transferring 30% (300 MiB of 1000 MiB), 10.0 MiB/s, 1m 10s left, "
            "from origin 75%, mirrors 25%");
  job.mutable_progress()->mutable_source_bytes()->clear_mirror_bytes();
  job.mutable_progress()->set_rate_bytes_per_second(0);
  EXPECT_EQ(PlainLine(job, kNow),
            "transferring 30% (300 MiB of 1000 MiB), 0 B/s");
  job.mutable_progress()->clear_total_bytes();
  job.set_state(v1::JOB_STATE_TRANSIENT_ERROR);
  job.mutable_error()->set_message("no answer");
  job.mutable_next_retry_time()->set_seconds(absl::ToUnixSeconds(kNow) + 90);
  EXPECT_EQ(PlainLine(job, kNow),
            "transient error (300 MiB), tries again in 1m 30s: no answer");
  v1::Job queued;
  queued.set_state(v1::JOB_STATE_QUEUED);
  EXPECT_EQ(PlainLine(queued, kNow), "queued");
}

TEST(ProgressViewTest, WorkThatIsNoJob) {
  const Work work{"disk.img", 300 * kMiB, 1000 * kMiB, 10 * kMiB};
  EXPECT_EQ(WorkLine(work, {79}),
            "disk.img     [=====>           ]  30%  300 MiB/1000 MiB  10.0 "
            "MiB/s  eta 1m 10s");
  EXPECT_EQ(WorkLine(work, {40}), "disk.img  30%  300 MiB/1000 MiB");
  EXPECT_EQ(PlainLine(work),
            "disk.img 30% (300 MiB of 1000 MiB), 10.0 MiB/s, 1m 10s left");
  EXPECT_EQ(PlainLine(Work{"a\x1b[2J", 0, kMiB, 0}),
            "a?[2J 0% (0 B of 1.00 MiB), 0 B/s");
}

}  // namespace
}  // namespace convoy
