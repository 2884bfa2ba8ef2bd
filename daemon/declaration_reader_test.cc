#include "daemon/declaration_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"

namespace convoy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

std::string ReadText(const std::string& path) {
  std::ifstream in(path);
  EXPECT_TRUE(in.good()) << path;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

DeclarationFile Read(const std::string& text) {
  return ReadDeclarations("j.yaml", text);
}

// The mistakes of a job "a" with a URL, a path and these lines.
std::vector<std::string> MistakesOf(const std::string& lines) {
  return Read(absl::StrCat("a:\n  url: https://example.org/f\n  path: /f\n",
                           lines))
      .mistakes;
}

TEST(DeclarationReaderTest, ReadsEveryKey) {
  const DeclarationFile file =
      ReadDeclarations("all.yaml", ReadText("daemon/testdata/jobs/all.yaml"));
  ASSERT_THAT(file.mistakes, IsEmpty());
  ASSERT_EQ(file.jobs.size(), 3u);
  const Declaration& job = file.jobs[0];
  EXPECT_EQ(job.name, "dictionary");
  EXPECT_EQ(job.provider(), "all.yaml:2");
  EXPECT_EQ(job.mode, 0640u);
  EXPECT_EQ(job.rollout.percent, 25);
  EXPECT_THAT(job.rollout.labels, ElementsAre("ring=canary", "site=a"));
  EXPECT_EQ(job.rollout.window.size(), 2u);
  EXPECT_EQ(absl::FormatTime(job.needed_by, absl::UTCTimeZone()),
            "2026-12-01T05:00:00+00:00");
  EXPECT_EQ(job.lines.at("owner"), 10);

  const v1::FetchRequest request = FetchRequestOf(job);
  EXPECT_EQ(request.job().display_name(), "dictionary");
  EXPECT_EQ(request.job().priority(), v1::JOB_PRIORITY_HIGH);
  EXPECT_EQ(request.job().download_mode(), v1::DOWNLOAD_MODE_LAN);
  EXPECT_EQ(request.job().http().headers(0).value(), "blue");
  ASSERT_EQ(request.files_size(), 1);
  EXPECT_EQ(request.files(0).local_path(), "/srv/words/dictionary.bin");
  EXPECT_EQ(request.files(0).required_integrity(), v1::INTEGRITY_MANDATORY);
  EXPECT_EQ(request.files(0).expected_size_bytes(), 4);

  EXPECT_EQ(FetchRequestOf(file.jobs[1]).files_size(), 2);
  EXPECT_EQ(file.jobs[1].keys.verify(), "size");
  EXPECT_FALSE(file.jobs[2].present());
}

TEST(DeclarationReaderTest, EachMistakeHasFileLineAndKey) {
  const DeclarationFile file = ReadDeclarations(
      "wrong.yaml", ReadText("daemon/testdata/jobs/wrong.yaml"));
  EXPECT_THAT(file.jobs, IsEmpty());
  EXPECT_THAT(
      file.mistakes,
      ElementsAre(StartsWith("wrong.yaml:1: spaced name: not the name"),
                  StartsWith("wrong.yaml:4: one.files[0].url: "),
                  StartsWith("wrong.yaml:9: two.mode: \"9\""),
                  StartsWith("wrong.yaml:10: two.percent: \"101\""),
                  StartsWith("wrong.yaml:11: two.window: "),
                  StartsWith("wrong.yaml:12: two.needed_by: \"tomorrow\""),
                  StartsWith("wrong.yaml:14: three.pth: unknown key; did you "
                             "mean \"path\"?"),
                  StartsWith("wrong.yaml:15: four: not a map"),
                  StartsWith("wrong.yaml:17: five.files[0]: has no path")));
}

TEST(DeclarationReaderTest, SaysWhatIsAllowed) {
  EXPECT_THAT(MistakesOf("  verify: sometimes\n"),
              ElementsAre("j.yaml:4: a.verify: \"sometimes\" is none of the "
                          "known values; allowed: never, size, always"));
  EXPECT_THAT(MistakesOf("  check_seconds: 0\n"),
              ElementsAre("j.yaml:4: a.check_seconds: \"0\" is out of range; "
                          "allowed: 1 to 2592000"));
  EXPECT_THAT(MistakesOf("  mode: 0200\n"),
              ElementsAre(HasSubstr("readable by the owner")));
  EXPECT_THAT(MistakesOf("  private: yes\n"),
              ElementsAre(HasSubstr("allowed: true, false")));
  EXPECT_THAT(MistakesOf("  owner:\n"),
              ElementsAre(StartsWith("j.yaml:4: a.owner: has no value")));
  EXPECT_THAT(MistakesOf("  on_complete: [reload]\n"),
              ElementsAre(HasSubstr("absolute path")));
  EXPECT_THAT(MistakesOf("  on_complete: /bin/reload\n"),
              ElementsAre(HasSubstr("is not a list")));
  EXPECT_THAT(MistakesOf("  labels: [canary]\n"),
              ElementsAre(HasSubstr("NAME=VALUE")));
  EXPECT_THAT(MistakesOf("  sha256: abc\n"),
              ElementsAre(StartsWith("j.yaml:4: a.files[0].sha256: ")));
  EXPECT_THAT(MistakesOf("  mirrors: [x]\n"),
              ElementsAre(StartsWith("j.yaml:4: a.files[0].mirrors: ")));
  EXPECT_THAT(MistakesOf("  headers: [\"Range: 1\"]\n"),
              ElementsAre(StartsWith("j.yaml:4: a.headers: ")));
  EXPECT_THAT(MistakesOf("  url: https://example.org/g\n"),
              ElementsAre(StartsWith("j.yaml:4: a.url: given twice")));
}

TEST(DeclarationReaderTest, AnEmptyFileDeclaresNothing) {
  EXPECT_THAT(Read("").mistakes, IsEmpty());
  EXPECT_THAT(Read("# nothing\n").jobs, IsEmpty());
  EXPECT_THAT(Read("- a\n").mistakes, ElementsAre(StartsWith("j.yaml:1: ")));
}

// The page shows what the reader takes.
TEST(DeclarationReaderTest, TheExampleOfThePageIsRight) {
  const std::string page = ReadText("daemon/declared_jobs.md");
  const std::vector<std::string> parts = absl::StrSplit(page, "```yaml\n");
  ASSERT_GT(parts.size(), 1u);
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const DeclarationFile file = Read(parts[i].substr(0, parts[i].find("```")));
    EXPECT_THAT(file.mistakes, IsEmpty());
    EXPECT_FALSE(file.jobs.empty());
  }
}

// Deletes, doubles, swaps and changes bytes and lines.
std::string Mutated(std::string text, std::mt19937& random) {
  const auto below = [&random](std::size_t n) { return random() % n; };
  for (int edits = 1 + static_cast<int>(below(4)); edits > 0; --edits) {
    if (text.empty()) return text;
    const std::size_t at = below(text.size());
    const std::size_t length =
        below(std::min<std::size_t>(40, text.size() - at) + 1);
    switch (below(4)) {
      case 0:
        text.erase(at, length);
        break;
      case 1:
        text.insert(at, text.substr(at, length));
        break;
      case 2:
        text[at] = static_cast<char>(random());
        break;
      default:
        text.insert(at, 1, ":-[]{}\n \t\"'#&*!|>%@`,?0"[below(23)]);
    }
  }
  return text;
}

TEST(DeclarationReaderTest, AThousandMutatedFilesNeverLackALineNumber) {
  const std::string whole = ReadText("daemon/testdata/jobs/all.yaml");
  std::mt19937 random(1);
  int wrong = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::string text = Mutated(whole, random);
    const DeclarationFile file = Read(text);
    if (!file.mistakes.empty()) ++wrong;
    const auto lines = 1 + std::count(text.begin(), text.end(), '\n');
    for (const std::string& mistake : file.mistakes) {
      const std::vector<std::string> parts =
          absl::StrSplit(mistake, absl::MaxSplits(':', 2));
      int line = 0;
      ASSERT_EQ(parts.size(), 3u) << mistake;
      ASSERT_TRUE(absl::SimpleAtoi(parts[1], &line)) << mistake;
      // The library counts a text's end as a line of its own.
      ASSERT_TRUE(line >= 1 && line <= lines + 1) << mistake << "\n" << text;
    }
  }
  // The test must have something to look at.
  EXPECT_GT(wrong, 400);
}

}  // namespace
}  // namespace convoy
