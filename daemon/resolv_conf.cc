#include "daemon/resolv_conf.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "daemon/text_lines.h"

namespace convoy {

std::string SearchDomain(const std::string& root) {
  std::string search;
  std::string domain;
  for (const std::string& line : LinesOf(root + "/etc/resolv.conf")) {
    const std::vector<std::string> words =
        absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
    if (words.size() < 2) continue;
    if (words[0] == "search") search = words[1];
    if (words[0] == "domain") domain = words[1];
  }
  const std::string suffix =
      absl::AsciiStrToLower(search.empty() ? domain : search);
  // "." alone: no search domain.
  return std::string(absl::StripSuffix(suffix, "."));
}

}  // namespace convoy
