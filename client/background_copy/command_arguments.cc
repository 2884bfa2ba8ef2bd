#include "client/background_copy/command_arguments.h"

#include <cstddef>

#include "absl/strings/str_cat.h"

namespace convoy::background_copy {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t'; }

std::string Quoted(absl::string_view word) {
  const bool plain =
      !word.empty() && word.find_first_of(" \t\"") == absl::string_view::npos;
  if (plain) return std::string(word);
  std::string quoted = "\"";
  std::size_t backslashes = 0;
  for (const char c : word) {
    if (c == '\\') {
      ++backslashes;
      continue;
    }
    // Before a quote each backslash is written twice.
    quoted.append(c == '"' ? 2 * backslashes + 1 : backslashes, '\\');
    backslashes = 0;
    quoted += c;
  }
  quoted.append(2 * backslashes, '\\');
  return quoted + '"';
}

}  // namespace

std::vector<std::string> SplitCommandLine(absl::string_view line) {
  std::vector<std::string> words;
  std::size_t i = 0;
  while (true) {
    while (i < line.size() && IsBlank(line[i])) ++i;
    if (i == line.size()) return words;
    std::string word;
    bool quoted = false;
    for (; i < line.size() && (quoted || !IsBlank(line[i])); ++i) {
      std::size_t backslashes = 0;
      while (i < line.size() && line[i] == '\\') {
        ++backslashes;
        ++i;
      }
      const bool at_quote = i < line.size() && line[i] == '"';
      word.append(at_quote ? backslashes / 2 : backslashes, '\\');
      if (at_quote && backslashes % 2 == 1) {
        word += '"';
      } else if (at_quote && quoted && i + 1 < line.size() &&
                 line[i + 1] == '"') {
        word += '"';
        ++i;
      } else if (at_quote) {
        quoted = !quoted;
      } else if (i < line.size() && (quoted || !IsBlank(line[i]))) {
        word += line[i];
      } else {
        break;
      }
    }
    words.push_back(std::move(word));
  }
}

std::string JoinCommandLine(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) {
    absl::StrAppend(&line, line.empty() ? "" : " ", Quoted(word));
  }
  return line;
}

}  // namespace convoy::background_copy
