#include "daemon/job_extras_check.h"

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "convoy/v1/error_detail.pb.h"
#include "convoy/v1/job.pb.h"
#include "daemon/job.h"
#include "gtest/gtest.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

std::string FieldOf(const absl::Status& status) {
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  return ErrorDetailOf(status).field();
}

TEST(JobExtrasCheckTest, TheMaximumSizeIsASize) {
  v1::Job job;
  JobExtras extras;
  for (const std::int64_t size : {std::int64_t{0}, std::int64_t{1} << 62}) {
    job.set_maximum_download_bytes(size);
    EXPECT_TRUE(ReadMaximumDownloadBytes("f", job, &extras).ok());
    EXPECT_EQ(extras.maximum_download_bytes, size);
  }
  for (const std::int64_t wrong :
       {std::int64_t{-1}, (std::int64_t{1} << 62) + 1}) {
    job.set_maximum_download_bytes(wrong);
    EXPECT_EQ(FieldOf(ReadMaximumDownloadBytes("f", job, &extras)), "f");
  }
}

TEST(JobExtrasCheckTest, ANotifyCommandHasAnAbsolutePathAndBoundedArguments) {
  JobExtras extras;
  v1::Job job;
  EXPECT_TRUE(ReadNotifyCommand("f", job, &extras).ok());
  EXPECT_EQ(extras.notify_command, nullptr);

  v1::NotifyCommand& command = *job.mutable_notify_command();
  EXPECT_EQ(FieldOf(ReadNotifyCommand("f", job, &extras)), "f.program");
  command.set_program("bin/true");
  EXPECT_EQ(FieldOf(ReadNotifyCommand("f", job, &extras)), "f.program");
  command.set_program("/bin/../true");
  EXPECT_EQ(FieldOf(ReadNotifyCommand("f", job, &extras)), "f.program");

  command.set_program("/bin/true");
  command.add_arguments("");
  command.add_arguments(std::string(4096, 'x'));
  EXPECT_TRUE(ReadNotifyCommand("f", job, &extras).ok());
  ASSERT_NE(extras.notify_command, nullptr);
  EXPECT_EQ(extras.notify_command->arguments_size(), 2);

  command.set_arguments(1, std::string(4097, 'x'));
  EXPECT_EQ(FieldOf(ReadNotifyCommand("f", job, &extras)), "f.arguments[1]");
  command.set_arguments(1, std::string("a\0b", 3));
  EXPECT_EQ(FieldOf(ReadNotifyCommand("f", job, &extras)), "f.arguments[1]");
  command.clear_arguments();
  for (int i = 0; i < 65; ++i) command.add_arguments("a");
  EXPECT_EQ(FieldOf(ReadNotifyCommand("f", job, &extras)), "f.arguments");

  job.clear_notify_command();
  EXPECT_TRUE(ReadNotifyCommand("f", job, &extras).ok());
  EXPECT_TRUE(extras.empty());
}

TEST(JobExtrasCheckTest, TheInactivityTimeoutIsAMinuteToAYear) {
  v1::Job job;
  JobExtras extras;
  for (const std::int64_t seconds : {60, 90 * 86400, 365 * 86400}) {
    job.mutable_inactivity_timeout()->set_seconds(seconds);
    EXPECT_TRUE(ReadInactivityTimeout("f", job, &extras).ok());
    EXPECT_EQ(extras.inactivity_timeout, absl::Seconds(seconds));
  }
  for (const std::int64_t seconds : {-1, 0, 59, 365 * 86400 + 1}) {
    job.mutable_inactivity_timeout()->set_seconds(seconds);
    EXPECT_EQ(FieldOf(ReadInactivityTimeout("f", job, &extras)), "f");
  }
  job.clear_inactivity_timeout();
  EXPECT_TRUE(ReadInactivityTimeout("f", job, &extras).ok());
  EXPECT_TRUE(extras.empty());
}

TEST(JobExtrasCheckTest, AWatchersIdIsAShortText) {
  v1::Job job;
  JobExtras extras;
  job.set_notify_watcher(std::string(64, 'x'));
  EXPECT_TRUE(ReadNotifyWatcher("f", job, &extras).ok());
  EXPECT_EQ(extras.notify_watcher, job.notify_watcher());
  for (const std::string& wrong : {std::string(65, 'x'), std::string("\xff")}) {
    job.set_notify_watcher(wrong);
    const absl::Status status = ReadNotifyWatcher("f", job, &extras);
    EXPECT_EQ(FieldOf(status), "f");
  }
  job.clear_notify_watcher();
  EXPECT_TRUE(ReadNotifyWatcher("f", job, &extras).ok());
  EXPECT_TRUE(extras.empty());
}

TEST(JobExtrasCheckTest, NoDownloadTimeIsTheConfigurations) {
  JobExtras extras;
  v1::Job job;
  job.mutable_maximum_download_time()->set_seconds(90);
  EXPECT_TRUE(ReadMaximumDownloadTime("f", job, &extras).ok());
  EXPECT_EQ(extras.maximum_download_time, absl::Seconds(90));
  job.mutable_maximum_download_time()->set_seconds(0);
  EXPECT_TRUE(ReadMaximumDownloadTime("f", job, &extras).ok());
  EXPECT_EQ(extras.maximum_download_time, std::nullopt);
  for (const std::int64_t wrong : {-1, 10 * 365 * 86400 + 1}) {
    job.mutable_maximum_download_time()->set_seconds(wrong);
    EXPECT_EQ(FieldOf(ReadMaximumDownloadTime("f", job, &extras)), "f");
  }
}

TEST(JobExtrasCheckTest, CostFlagsAreBitsOfBits) {
  JobExtras extras;
  v1::Job job;
  for (const std::uint32_t right : {0u, 1u, 0xffu, 0x800000ffu, 0x8000007fu}) {
    job.set_cost_flags(right);
    EXPECT_TRUE(ReadCostFlags("f", job, &extras).ok()) << right;
    EXPECT_EQ(extras.cost_flags, right);
  }
  for (const std::uint32_t wrong : {0x100u, 0x40000001u, 0x80000000u}) {
    job.set_cost_flags(wrong);
    EXPECT_EQ(FieldOf(ReadCostFlags("f", job, &extras)), "f") << wrong;
  }
}

TEST(JobExtrasCheckTest, AnnotationsAreBoundedAndNotRepeated) {
  JobExtras extras;
  v1::Job job;
  (*job.mutable_annotations())["ticket"] = "";
  (*job.mutable_annotations())[std::string(64, 'k')] = std::string(4096, 'v');
  EXPECT_TRUE(ReadAnnotations("f", job, &extras).ok());
  EXPECT_EQ(extras.annotations.size(), 2u);

  (*job.mutable_annotations())["ticket"] = std::string(4097, 'v');
  const absl::Status status = ReadAnnotations("f", job, &extras);
  EXPECT_EQ(FieldOf(status), "f[\"ticket\"]");
  EXPECT_FALSE(absl::StrContains(status.message(), "vvv")) << status;
  job.clear_annotations();
  (*job.mutable_annotations())[""] = "v";
  EXPECT_EQ(FieldOf(ReadAnnotations("f", job, &extras)), "f.key");
  job.clear_annotations();
  (*job.mutable_annotations())[std::string(65, 'k')] = "v";
  EXPECT_EQ(FieldOf(ReadAnnotations("f", job, &extras)), "f.key");
  job.clear_annotations();
  for (int i = 0; i < 33; ++i) {
    (*job.mutable_annotations())[absl::StrCat(i)] = "v";
  }
  EXPECT_EQ(FieldOf(ReadAnnotations("f", job, &extras)), "f");

  job.clear_annotations();
  EXPECT_TRUE(ReadAnnotations("f", job, &extras).ok());
  EXPECT_TRUE(extras.empty());
}

}  // namespace
}  // namespace convoy
