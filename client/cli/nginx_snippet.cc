#include "client/cli/nginx_snippet.h"

#include <map>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace convoy {
namespace {

constexpr absl::string_view kMark = "# Made by convoy publish.";
constexpr absl::string_view kHead =
    R"(# Made by convoy publish. It changes this file again; put nothing of yours here.
#
# Include it in the location that serves these files, or, if none of your
# locations does, in the server block: each location below takes root, access
# rules and limits from the block around it. It does not take add_header.
)";

// The location's first line; the same for the same file.
std::string OpeningOf(absl::string_view location) {
  const std::string quoted = absl::StrReplaceAll(location, {{"\\", "\\\\"},
                                                            {"\"", "\\\""},
                                                            {"\n", "\\n"},
                                                            {"\r", "\\r"},
                                                            {"\t", "\\t"}});
  return absl::StrCat("location = \"", quoted, "\" {\n");
}

// The rest. A digest is that of the file as it is, so nothing may encode it.
std::string BodyOf(const NginxFile& file) {
  const std::string digest = absl::Base64Escape(file.sha256);
  std::string body = "  gzip off;\n";
  if (!file.manifest_path.empty()) {
    absl::StrAppend(
        &body, "  add_header Link '<", file.manifest_path,
        ">; rel=describedby; type=\"application/x-bittorrent\"';\n");
  }
  absl::StrAppend(&body, "  add_header Digest \"sha-256=", digest, "\";\n",
                  "  add_header Repr-Digest \"sha-256=:", digest, ":\";\n}\n");
  return body;
}

// First lines to the rest, of whole locations only.
std::map<std::string, std::string> LocationsOf(absl::string_view snippet) {
  std::map<std::string, std::string> locations;
  std::string opening;
  std::string body;
  for (const absl::string_view line : absl::StrSplit(snippet, '\n')) {
    if (absl::StartsWith(line, "location ")) {
      opening = absl::StrCat(line, "\n");
      body.clear();
    } else if (!opening.empty()) {
      absl::StrAppend(&body, line, "\n");
      if (line != "}") continue;
      locations[opening] = body;
      opening.clear();
    }
  }
  return locations;
}

}  // namespace

std::string NginxSnippet(absl::string_view existing,
                         const std::vector<NginxFile>& files) {
  std::map<std::string, std::string> locations = LocationsOf(existing);
  for (const NginxFile& file : files) {
    locations[OpeningOf(file.location)] = BodyOf(file);
  }
  std::string text(kHead);
  for (const auto& [opening, body] : locations) {
    absl::StrAppend(&text, "\n", opening, body);
  }
  return text;
}

bool IsNginxSnippet(absl::string_view text) {
  return absl::StartsWith(text, kMark);
}

}  // namespace convoy
