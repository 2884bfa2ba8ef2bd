#include "client/delivery_optimization/gateway.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "peer/base/mutex.h"
#include "peer/base/url_text.h"

namespace convoy::delivery_optimization {
namespace {

constexpr absl::string_view kName = "GatewayHostName";
// A Connected Cache finds the origin's name there.
constexpr absl::string_view kOriginParameter = "cacheHostOrigin=";
// JobFile.mirror_urls' bound.
constexpr std::size_t kMaxUrl = 2200;
constexpr std::size_t kMaxHost = 253;

struct Holder {
  Mutex mutex;
  std::string host ABSL_GUARDED_BY(mutex);
};

Holder& TheHolder() {
  static Holder& holder = *new Holder;
  return holder;
}

bool IsPort(absl::string_view text) {
  int port = 0;
  return text.find_first_not_of("0123456789") == absl::string_view::npos &&
         absl::SimpleAtoi(text, &port) && port >= 1 && port <= 65535;
}

bool IsHost(absl::string_view text) {
  if (absl::ConsumePrefix(&text, "[")) {
    in6_addr address;
    return absl::ConsumeSuffix(&text, "]") &&
           inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
  }
  if (text.empty() || text.size() > kMaxHost) return false;
  for (const char c : text) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '.' &&
        c != '-' && c != '_') {
      return false;
    }
  }
  return true;
}

bool IsHostAndPort(absl::string_view text) {
  const bool in_brackets = absl::StartsWith(text, "[");
  const std::size_t colon =
      text.find(':', in_brackets ? text.find(']') : std::size_t{0});
  if (colon == absl::string_view::npos) return IsHost(text);
  return IsHost(text.substr(0, colon)) && IsPort(text.substr(colon + 1));
}

// Empty: there is none.
std::string UrlAt(absl::string_view gateway, absl::string_view url) {
  const absl::string_view origin = HostOfUrl(url);
  if (gateway.empty() || origin.empty() || origin == gateway ||
      !absl::StartsWithIgnoreCase(url, "http://")) {
    return "";
  }
  url = url.substr(0, url.find('#'));
  const std::size_t path = url.find_first_of("/?", url.find("://") + 3);
  absl::string_view rest;
  if (path != absl::string_view::npos) rest = url.substr(path);
  const bool has_query = absl::StrContains(rest, "?");
  std::string at =
      absl::StrCat("http://", gateway, absl::StartsWith(rest, "/") ? "" : "/",
                   rest, has_query ? "&" : "?", kOriginParameter, origin);
  return at.size() <= kMaxUrl ? at : "";
}

// What is sent to each URL of the download, and not meant for all.
bool HasSecrets(const DownloadParts& parts) {
  return !parts.headers.empty() || !parts.auth_headers.empty() ||
         !parts.certificate.empty() ||
         !parts.job.http().tls().client_certificate_file().empty();
}

}  // namespace

std::optional<std::string> GatewayIn(absl::string_view connection_string) {
  for (absl::string_view part : absl::StrSplit(connection_string, ';')) {
    part = absl::StripAsciiWhitespace(part);
    const std::pair<absl::string_view, absl::string_view> entry =
        absl::StrSplit(part, absl::MaxSplits('=', 1));
    if (!absl::EqualsIgnoreCase(entry.first, kName)) continue;
    if (entry.second.empty()) break;
    if (!IsHostAndPort(entry.second)) return std::nullopt;
    return std::string(entry.second);
  }
  return "";
}

void SetGateway(std::string host) {
  Holder& holder = TheHolder();
  MutexLock lock(&holder.mutex);
  holder.host = std::move(host);
}

std::string Gateway() {
  Holder& holder = TheHolder();
  MutexLock lock(&holder.mutex);
  return holder.host;
}

bool NameGateway(absl::string_view gateway, DownloadParts* parts) {
  const std::string at =
      HasSecrets(*parts) ? "" : UrlAt(gateway, parts->file.remote_url());
  v1::JobFile mirrors;
  if (!at.empty()) mirrors.add_mirror_urls(at);
  for (const std::string& url : parts->file.mirror_urls()) {
    if (!absl::StrContains(url, kOriginParameter)) mirrors.add_mirror_urls(url);
  }
  const auto& before = parts->file.mirror_urls();
  const auto& after = mirrors.mirror_urls();
  if (std::equal(before.begin(), before.end(), after.begin(), after.end())) {
    return false;
  }
  parts->file.mutable_mirror_urls()->Swap(mirrors.mutable_mirror_urls());
  return true;
}

}  // namespace convoy::delivery_optimization
