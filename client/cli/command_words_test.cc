#include "client/cli/command_words.h"

#include <gtest/gtest.h>

namespace convoy {
namespace {

TEST(CommandWordsTest, MethodsBecomeTheCommandsThatCallThem) {
  EXPECT_EQ(InCommandWords("Call ResumeJob.", "1a2b3c4d"),
            "Run convoy resume 1a2b3c4d.");
  EXPECT_EQ(
      InCommandWords("Add files with AddFiles, then call ResumeJob.", "1a2b"),
      "Add files with convoy add 1a2b URL, then run convoy resume 1a2b.");
  EXPECT_EQ(InCommandWords("CompleteJob gives the files their names.", "1a2b"),
            "convoy complete 1a2b gives the files their names.");
  EXPECT_EQ(InCommandWords("give its right URL with UpdateFile", ""),
            "give its right URL with convoy set ID --file N --url URL");
}

TEST(CommandWordsTest, SetNamesTheFlagThatIsMeant) {
  EXPECT_EQ(InCommandWords("raise the job's priority with UpdateJob.", "1a2b"),
            "raise the job's priority with convoy set 1a2b --priority WHICH.");
  EXPECT_EQ(InCommandWords("give a mirror with UpdateFile.", "1a2b"),
            "give a mirror with convoy set 1a2b --file N --mirror URL.");
  EXPECT_EQ(
      InCommandWords("UpdateJob (minimum_retry_delay) sets the wait.", "1a2b"),
      "convoy set 1a2b --retry-delay SPAN sets the wait.");
}

TEST(CommandWordsTest, FieldsBecomeTheFlagsThatSetThem) {
  EXPECT_EQ(InCommandWords("job.minimum_retry_delay must be 5s at least", ""),
            "--retry-delay must be 5s at least");
  EXPECT_EQ(InCommandWords("correct job.inactivity_timeout and call again", ""),
            "correct --inactivity-timeout and call again");
}

TEST(CommandWordsTest, OtherWordsStay) {
  for (const char* text :
       {"", "no space left", "/srv/GetJob is a folder",
        "http://o.test/ResumeJob.bin answered 404", "ResumeJob.bin is gone",
        "UpdateJobs", "call the administrator", "see (xGetJob)"}) {
    EXPECT_EQ(InCommandWords(text, "1a2b"), text);
  }
}

}  // namespace
}  // namespace convoy
