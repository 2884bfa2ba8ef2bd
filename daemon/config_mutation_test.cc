// A thousand configurations that somebody has damaged.

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "daemon/config_file.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

constexpr int kMutants = 1000;
constexpr const char* kTexts[] = {"-1",          "99999999999999999999",
                                  "0x10",        "~",
                                  "{",           "}",
                                  "[",           "]",
                                  ": ",          "\n- ",
                                  "#",           "\"",
                                  "'",           "&a",
                                  "*a",          "!!int ",
                                  "|\n",         ">-",
                                  "\t",          "\r\n",
                                  "---\n",       "...\n",
                                  "%YAML 1.2\n", "? ",
                                  ",",           "\xff",
                                  "true",        "swarm:\n"};

class Mutator {
 public:
  explicit Mutator(unsigned seed) : random_(seed) {}

  std::string Damage(std::string text) {
    for (int i = Below(4); i >= 0; --i) DamageOnce(&text);
    return text;
  }

 private:
  int Below(std::size_t end) {
    return static_cast<int>(random_() % std::max<std::size_t>(end, 1));
  }

  void DamageOnce(std::string* text) {
    const auto at = static_cast<std::size_t>(Below(text->size() + 1));
    switch (Below(6)) {
      case 0:
        if (at < text->size()) (*text)[at] = static_cast<char>(Below(256));
        break;
      case 1:
        text->erase(at, static_cast<std::size_t>(Below(40)));
        break;
      case 2:
        text->insert(at, kTexts[Below(std::size(kTexts))]);
        break;
      case 3:
        text->resize(at);
        break;
      case 4: {
        // A part of it once more, elsewhere.
        const std::string part =
            text->substr(static_cast<std::size_t>(Below(text->size() + 1)),
                         static_cast<std::size_t>(Below(200)));
        text->insert(at, part);
        break;
      }
      default: {
        std::vector<std::string> lines = absl::StrSplit(*text, '\n');
        std::swap(lines[static_cast<std::size_t>(Below(lines.size()))],
                  lines[static_cast<std::size_t>(Below(lines.size()))]);
        text->clear();
        for (const std::string& line : lines) *text += line + "\n";
      }
    }
  }

  std::minstd_rand random_;
};

std::string Read(const std::string& name) {
  std::stringstream text;
  text << std::ifstream("daemon/testdata/config/" + name).rdbuf();
  EXPECT_FALSE(text.str().empty()) << name;
  return text.str();
}

// "m.yaml:LINE: ...", and the line is one of the text, or the one where it
// ends.
bool NamesALine(absl::string_view mistake, std::size_t lines) {
  const std::vector<std::string> parts =
      absl::StrSplit(mistake, absl::MaxSplits(':', 2));
  std::size_t line = 0;
  return parts.size() == 3 && parts[0] == "m.yaml" &&
         absl::SimpleAtoi(parts[1], &line) && 1 <= line && line <= lines + 1 &&
         absl::StartsWith(parts[2], " ");
}

TEST(ConfigMutationTest, EachMistakeOfADamagedFileHasItsLine) {
  const std::vector<std::string> originals = {Read("all.yaml"),
                                              Read("flow.yaml")};
  for (const std::string& original : originals) {
    ASSERT_TRUE(ParseConfig({{"m.yaml", original}}, {}).ok());
  }
  int wrong = 0;
  for (unsigned seed = 1; seed <= kMutants; ++seed) {
    const std::string text =
        Mutator(seed).Damage(originals[seed % originals.size()]);
    const auto settings = ParseConfig({{"m.yaml", text}}, {});
    if (settings.ok()) continue;
    ++wrong;
    // YAML ends lines with CR as well.
    const auto lines =
        static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n') +
                                 std::count(text.begin(), text.end(), '\r'));
    for (const absl::string_view mistake :
         absl::StrSplit(settings.status().message(), '\n')) {
      if (absl::StartsWith(mistake, "and ")) continue;
      EXPECT_TRUE(NamesALine(mistake, lines + 1))
          << "seed " << seed << ": " << mistake;
    }
  }
  // Else the test would say nothing.
  EXPECT_GT(wrong, kMutants / 2);
}

}  // namespace
}  // namespace convoy
