#ifndef CONVOY_CLIENT_BACKGROUND_COPY_PROXY_LIST_H_
#define CONVOY_CLIENT_BACKGROUND_COPY_PROXY_LIST_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace convoy::background_copy {

// The proxy of SetProxySettings' list, as a URL: the first entry; "host:port",
// "http=host:port" and URLs are understood. Nothing if there is none.
std::optional<std::string> ProxyUrlOf(absl::string_view list);

// The entries of a bypass list, parted by blanks, commas or semicolons:
// HttpProxy.bypass has their forms.
std::vector<std::string> BypassOf(absl::string_view list);

}  // namespace convoy::background_copy

#endif  // CONVOY_CLIENT_BACKGROUND_COPY_PROXY_LIST_H_
