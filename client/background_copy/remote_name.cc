#include "client/background_copy/remote_name.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "peer/base/url_text.h"

namespace convoy::background_copy {
namespace {

constexpr absl::string_view kPathScheme = "File://";

}  // namespace

std::string UrlOfRemoteName(absl::string_view name) {
  if (!absl::StartsWith(name, "/")) return std::string(name);
  std::string url(kPathScheme);
  name.remove_prefix(1);
  for (absl::string_view component : absl::StrSplit(name, '/')) {
    absl::StrAppend(&url, "/", EncodedPathComponent(component));
  }
  return url;
}

std::string RemoteNameOfUrl(absl::string_view url) {
  if (!absl::ConsumePrefix(&url, kPathScheme)) return std::string(url);
  return PercentDecoded(url);
}

}  // namespace convoy::background_copy
