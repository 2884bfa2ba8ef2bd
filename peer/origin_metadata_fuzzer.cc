// What an origin's headers say of the file is bounded, whatever they are.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "peer/curl_url.h"
#include "peer/origin_metadata.h"

namespace convoy {
namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

void CheckLinks(absl::string_view value) {
  const std::vector<WebLink> links = ParseLinks(value);
  Check(links.size() <= kMaxLinks);
  for (const WebLink& link : links) {
    Check(!link.target.empty() && link.target.size() <= WebLink::kMaxTarget);
    Check(link.relations.size() <= 16);
    Check(link.priority >= 1 && link.priority <= WebLink::kNoPriority);
  }
}

// One header a line: "L" a Link, "R" a Repr-Digest, "D" a Digest.
std::vector<HttpHeader> HeadersOf(absl::string_view input) {
  std::vector<HttpHeader> headers;
  while (!input.empty()) {
    const absl::string_view line = input.substr(0, input.find('\n'));
    input.remove_prefix(line.size());
    if (!input.empty()) input.remove_prefix(1);
    if (line.empty()) continue;
    const char* name = line[0] == 'R'   ? "Repr-Digest"
                       : line[0] == 'D' ? "Digest"
                                        : "Link";
    headers.push_back({name, std::string(line.substr(1))});
  }
  return headers;
}

void CheckMetadata(const OriginMetadata& metadata) {
  Check(metadata.sha256.empty() || metadata.sha256.size() == 32);
  Check(metadata.mirrors.size() <= OriginMetadata::kMaxMirrors);
  static const auto& base = *new HttpUrl(*HttpUrl::Parse("https://h/a/b"));
  std::vector<std::string> targets = metadata.mirrors;
  targets.push_back(metadata.manifest);
  for (const std::string& target : targets) {
    const auto url = base.Resolve(target);
    if (!url.ok()) continue;
    const auto again = HttpUrl::Parse(url->text());
    Check(again.ok() && again->normalized() == url->normalized());
    if (const auto beside = url->WithSuffix(".torrent"); beside.ok()) {
      Check(beside->origin() == url->origin());
    }
  }
}

}  // namespace
}  // namespace convoy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  convoy::CheckLinks(input);
  convoy::CheckMetadata(convoy::ReadOriginMetadata(convoy::HeadersOf(input)));
  return 0;
}
