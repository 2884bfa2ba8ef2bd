#include "client/cli/unknown_word.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace convoy {
namespace {

TEST(UnknownWordTest, FindsTheNearestWord) {
  const std::vector<std::string> words = {"jobs", "show", "suspend", "set"};
  EXPECT_EQ(NearestWord("jbos", words), "jobs");
  EXPECT_EQ(NearestWord("job", words), "jobs");
  EXPECT_EQ(NearestWord("suspnd", words), "suspend");
  EXPECT_EQ(NearestWord("ste", words), "set");
  EXPECT_EQ(NearestWord("download", words), "");
  EXPECT_EQ(NearestWord("", words), "");
  EXPECT_EQ(NearestWord(std::string(100'000, 'j'), words), "");
}

class UnknownWordOfTest : public ::testing::Test {
 protected:
  UnknownWordOfTest() {
    app_.require_subcommand(1);
    app_.fallthrough();
    app_.add_flag("--json");
    CLI::App* jobs = app_.add_subcommand("jobs");
    jobs->add_flag("-a,--all");
    app_.add_subcommand("show")->add_option("ID")->required();
    CLI::App* cache = app_.add_subcommand("cache");
    cache->require_subcommand(0, 1);
    cache->add_subcommand("list")->add_flag("--quiet");
  }
  std::string Of(const std::string& line) {
    try {
      app_.parse(line);
    } catch (const CLI::ParseError&) {
      return UnknownWord(app_);
    }
    return "it is right";
  }
  CLI::App app_{"", "convoy"};
};

TEST_F(UnknownWordOfTest, NamesACommandThatThereIsNot) {
  EXPECT_EQ(Of("jbos --all"),
            "there is no command \"jbos\"; did you mean \"jobs\"?");
  EXPECT_EQ(Of("teleport"), "there is no command \"teleport\"");
}

TEST_F(UnknownWordOfTest, NamesAFlagThatThereIsNot) {
  EXPECT_EQ(Of("jobs --al"),
            "there is no flag \"--al\"; did you mean "
            "\"--all\"?");
  EXPECT_EQ(Of("--jsn=1 jobs"),
            "there is no flag \"--jsn\"; did you mean \"--json\"?");
  EXPECT_EQ(Of("show --al 1"), "there is no flag \"--al\"");
}

TEST_F(UnknownWordOfTest, LooksIntoCommandsOfCommands) {
  EXPECT_EQ(Of("cache"), "it is right");
  EXPECT_EQ(Of("cache lits"),
            "there is no command \"lits\"; did you mean \"list\"?");
  EXPECT_EQ(Of("cache list --quit"),
            "there is no flag \"--quit\"; did you mean \"--quiet\"?");
  EXPECT_EQ(Of("cache list --jso"),
            "there is no flag \"--jso\"; did you mean \"--json\"?");
}

TEST_F(UnknownWordOfTest, LeavesOtherMistakesToTheParser) {
  EXPECT_EQ(Of("jobs"), "it is right");
  EXPECT_EQ(Of(""), "");
  EXPECT_EQ(Of("show"), "");
  EXPECT_EQ(Of("jobs one two"), "");
}

}  // namespace
}  // namespace convoy
