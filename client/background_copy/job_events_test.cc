#include "client/background_copy/job_events.h"

#include <bits.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace convoy::background_copy {
namespace {

class FakeFiles : public JobEvents::Files {
 public:
  std::optional<std::vector<v1::JobFile>> List() override {
    if (answers_left-- <= 0) return std::nullopt;
    return files;
  }
  std::optional<std::vector<v1::FileRange>> Filled(int index) override {
    if (answers_left-- <= 0) return std::nullopt;
    return index == 0 ? filled : std::vector<v1::FileRange>();
  }

  // Then they cannot be known.
  int answers_left = 1000;
  std::vector<v1::JobFile> files;
  std::vector<v1::FileRange> filled;
};

v1::FileRange Range(std::int64_t offset, std::int64_t length) {
  v1::FileRange range;
  range.set_offset_bytes(offset);
  range.set_length_bytes(length);
  return range;
}

class JobEventsTest : public ::testing::Test {
 protected:
  // Shows the events a snapshot, and takes what they have: one letter each,
  // Range, File, Modification, Transferred, Error.
  std::string Show(v1::JobState state, bool tell_modification = true) {
    job_.set_state(state);
    job_.mutable_modify_time()->set_seconds(++now_);
    events_.Observe(job_, tell_modification, files_);
    return TakeAll();
  }
  std::string TakeAll() {
    std::string letters;
    for (; !events_.empty(); events_.Pop()) {
      letters += "RFMTE"[static_cast<int>(events_.front().kind)];
    }
    return letters;
  }
  void EnterTransferred(int when) {
    job_.mutable_transfer_complete_time()->set_seconds(when);
  }

  v1::Job job_;
  FakeFiles files_;
  JobEvents events_;
  std::int64_t now_ = 0;
};

TEST_F(JobEventsTest, TransferredIsToldOnceForEachTime) {
  job_.set_notify_flags(BG_NOTIFY_JOB_TRANSFERRED);
  EXPECT_EQ(Show(v1::JOB_STATE_QUEUED), "");
  EnterTransferred(5);
  EXPECT_EQ(Show(v1::JOB_STATE_TRANSFERRED), "T");
  EXPECT_EQ(Show(v1::JOB_STATE_TRANSFERRED), "");
  EXPECT_EQ(Show(v1::JOB_STATE_QUEUED), "");
  EnterTransferred(9);
  EXPECT_EQ(Show(v1::JOB_STATE_TRANSFERRED), "T");
}

TEST_F(JobEventsTest, AnEventKnowsWhichNotificationItIs) {
  job_.set_notify_flags(BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_JOB_ERROR);
  job_.set_state(v1::JOB_STATE_ERROR);
  job_.set_error_count(1);
  job_.mutable_notification()->set_number(7);
  events_.Observe(job_, true, files_);
  ASSERT_FALSE(events_.empty());
  EXPECT_EQ(events_.front().notification, 7);
  events_.Pop();
  EnterTransferred(5);
  job_.clear_notification();
  job_.set_state(v1::JOB_STATE_TRANSFERRED);
  events_.Observe(job_, true, files_);
  ASSERT_FALSE(events_.empty());
  EXPECT_EQ(events_.front().notification, 0);
}

TEST_F(JobEventsTest, ErrorIsToldOnceForEachTime) {
  job_.set_notify_flags(BG_NOTIFY_JOB_ERROR);
  job_.set_error_count(1);
  EXPECT_EQ(Show(v1::JOB_STATE_ERROR), "E");
  EXPECT_EQ(Show(v1::JOB_STATE_ERROR), "");
  EXPECT_EQ(Show(v1::JOB_STATE_TRANSIENT_ERROR), "");
  job_.set_error_count(2);
  EXPECT_EQ(Show(v1::JOB_STATE_ERROR), "E");
}

TEST_F(JobEventsTest, AnEventWhoseStateIsOverIsDropped) {
  job_.set_notify_flags(BG_NOTIFY_JOB_TRANSFERRED);
  job_.set_state(v1::JOB_STATE_TRANSFERRED);
  events_.Observe(job_, true, files_);
  EXPECT_FALSE(events_.empty());
  EXPECT_EQ(Show(v1::JOB_STATE_ACKNOWLEDGED), "");
  EXPECT_TRUE(events_.finished());
}

TEST_F(JobEventsTest, ASnapshotThatIsOlderIsIgnored) {
  job_.set_notify_flags(BG_NOTIFY_JOB_TRANSFERRED);
  EXPECT_EQ(Show(v1::JOB_STATE_TRANSFERRED), "T");
  v1::Job old = job_;
  old.mutable_modify_time()->set_seconds(now_ - 1);
  old.set_state(v1::JOB_STATE_ACKNOWLEDGED);
  events_.Observe(old, true, files_);
  EXPECT_FALSE(events_.finished());
}

TEST_F(JobEventsTest, ModificationsBeginWithTheSecondSnapshotAndAreOne) {
  job_.set_notify_flags(BG_NOTIFY_JOB_MODIFICATION);
  EXPECT_EQ(Show(v1::JOB_STATE_QUEUED), "");
  EXPECT_EQ(Show(v1::JOB_STATE_CONNECTING), "M");
  events_.Observe(job_, true, files_);
  EXPECT_EQ(TakeAll(), "");
  for (int i = 0; i < 2; ++i) {
    job_.mutable_modify_time()->set_seconds(++now_);
    events_.Observe(job_, true, files_);
  }
  EXPECT_EQ(TakeAll(), "M");
}

TEST_F(JobEventsTest, AModificationThatMayNotBeToldYetIsKept) {
  job_.set_notify_flags(BG_NOTIFY_JOB_MODIFICATION);
  Show(v1::JOB_STATE_QUEUED);
  EXPECT_EQ(Show(v1::JOB_STATE_CONNECTING, /*tell_modification=*/false), "");
  EXPECT_TRUE(events_.modification_is_held());
  events_.Observe(*events_.last(), true, files_);
  EXPECT_EQ(TakeAll(), "M");
}

TEST_F(JobEventsTest, FilesComeBeforeTheJobAndOnce) {
  job_.set_notify_flags(BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_FILE_TRANSFERRED);
  files_.files.resize(2);
  files_.files[1].set_index(1);
  files_.files[1].set_transferred(true);
  job_.mutable_progress()->set_transferred_files(1);
  EXPECT_EQ(Show(v1::JOB_STATE_TRANSFERRING), "F");
  files_.files[0].set_transferred(true);
  job_.mutable_progress()->set_transferred_files(2);
  EXPECT_EQ(Show(v1::JOB_STATE_TRANSFERRED), "FT");
  EXPECT_EQ(Show(v1::JOB_STATE_TRANSFERRED), "");
}

TEST_F(JobEventsTest, AFileThatIsFetchedAgainIsToldAgain) {
  job_.set_notify_flags(BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_FILE_TRANSFERRED);
  files_.files.resize(1);
  v1::JobFile& file = files_.files[0];
  file.set_transferred(true);
  job_.mutable_progress()->set_transferred_files(1);
  EnterTransferred(5);
  EXPECT_EQ(Show(v1::JOB_STATE_TRANSFERRED), "FT");
  // Refused, and there again before anybody looked.
  file.set_validated(false);
  EnterTransferred(6);
  EXPECT_EQ(Show(v1::JOB_STATE_TRANSFERRED), "FT");
  file.set_validated(true);
  EXPECT_EQ(Show(v1::JOB_STATE_TRANSFERRED), "");
  // Refused once more; this time it was seen.
  file.set_validated(false);
  file.set_transferred(false);
  job_.mutable_progress()->set_transferred_files(0);
  EXPECT_EQ(Show(v1::JOB_STATE_ERROR), "");
  file.set_transferred(true);
  job_.mutable_progress()->set_transferred_files(1);
  EnterTransferred(7);
  EXPECT_EQ(Show(v1::JOB_STATE_TRANSFERRED), "FT");
}

TEST_F(JobEventsTest, RangesAreThoseThatAreNew) {
  job_.set_notify_flags(BG_NOTIFY_FILE_RANGES_TRANSFERRED);
  files_.files.resize(1);
  files_.filled = {Range(0, 10)};
  job_.mutable_progress()->set_transferred_bytes(10);
  EXPECT_EQ(Show(v1::JOB_STATE_TRANSFERRING), "R");
  files_.filled = {Range(0, 30)};
  job_.mutable_progress()->set_transferred_bytes(30);
  job_.mutable_modify_time()->set_seconds(++now_);
  events_.Observe(job_, true, files_);
  ASSERT_FALSE(events_.empty());
  ASSERT_EQ(events_.front().ranges.size(), 1u);
  EXPECT_EQ(events_.front().ranges[0].offset_bytes(), 10);
  EXPECT_EQ(events_.front().ranges[0].length_bytes(), 20);
}

// Whatever question the daemon did not answer, nothing is missed or doubled.
TEST_F(JobEventsTest, ASnapshotWhoseFilesCannotBeKnownIsShownAgain) {
  job_.set_notify_flags(BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_FILE_TRANSFERRED |
                        BG_NOTIFY_FILE_RANGES_TRANSFERRED);
  files_.files.resize(2);
  files_.files[0].set_transferred(true);
  files_.files[1].set_index(1);
  job_.mutable_progress()->set_transferred_files(1);
  job_.mutable_progress()->set_transferred_bytes(10);
  files_.filled = {Range(0, 10)};
  job_.set_state(v1::JOB_STATE_TRANSFERRED);
  std::string letters;
  for (int answers = 0; answers < 4; ++answers) {
    files_.answers_left = answers;
    EXPECT_FALSE(events_.Observe(job_, true, files_)) << answers;
    letters += TakeAll();
  }
  files_.answers_left = 4;
  EXPECT_TRUE(events_.Observe(job_, true, files_));
  EXPECT_EQ(letters + TakeAll(), "RFT");
  EXPECT_TRUE(events_.Observe(job_, true, files_));
  EXPECT_EQ(TakeAll(), "");
}

TEST_F(JobEventsTest, NothingIsToldWhereNotificationsAreDisabled) {
  job_.set_notify_flags(BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_DISABLE);
  EXPECT_EQ(Show(v1::JOB_STATE_TRANSFERRED), "");
  job_.set_notify_flags(BG_NOTIFY_JOB_TRANSFERRED);
  EXPECT_EQ(Show(v1::JOB_STATE_TRANSFERRED), "T");
}

TEST(SubtractTest, HolesAreTakenOut) {
  const auto text = [](const std::vector<v1::FileRange>& ranges) {
    std::string all;
    for (const v1::FileRange& range : ranges) {
      all += std::to_string(range.offset_bytes()) + "+" +
             std::to_string(range.length_bytes()) + " ";
    }
    return all;
  };
  EXPECT_EQ(text(Subtract({Range(0, 10)}, {})), "0+10 ");
  EXPECT_EQ(text(Subtract({Range(0, 10)}, {Range(0, 10)})), "");
  EXPECT_EQ(text(Subtract({Range(0, 10)}, {Range(2, 3), Range(7, 1)})),
            "0+2 5+2 8+2 ");
  EXPECT_EQ(text(Subtract({Range(0, 4), Range(6, 4)}, {Range(2, 6)})),
            "0+2 8+2 ");
  EXPECT_EQ(text(Subtract({Range(5, 5)}, {Range(0, 20)})), "");
}

}  // namespace
}  // namespace convoy::background_copy
