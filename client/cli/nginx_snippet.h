#ifndef CONVOY_CLIENT_CLI_NGINX_SNIPPET_H_
#define CONVOY_CLIENT_CLI_NGINX_SNIPPET_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace convoy {

// A file as nginx serves it.
struct NginxFile {
  std::string location;  // The path of its URL, decoded.
  // The path of its manifest's URL, encoded. Empty: it has none.
  std::string manifest_path;
  std::string sha256;  // 32 bytes.
};

// Lines for nginx.conf that tell of each file its manifest (Link: RFC 6249) and
// its digest (Digest: RFC 3230, Repr-Digest: RFC 9530): a location for each
// file, sorted, and those of `existing`, an earlier result, that are about
// other files. Pure.
std::string NginxSnippet(absl::string_view existing,
                         const std::vector<NginxFile>& files);

// Whether `text` is a result of NginxSnippet: nothing else may be replaced.
bool IsNginxSnippet(absl::string_view text);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_NGINX_SNIPPET_H_
