#ifndef CONVOY_CLIENT_CLI_PUBLISH_PRODUCTS_H_
#define CONVOY_CLIENT_CLI_PUBLISH_PRODUCTS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/cli/publish_plan.h"

// What `convoy publish` writes when the manifests are there.
namespace convoy {

struct PublishedFile {
  PublishFile file;
  bool has_manifest = false;
  std::string sha256;  // 32 bytes.
};

// A file that was written, or had the right bytes already.
struct Product {
  std::string path;
  bool changed = false;
};

// A SHA256SUMS in each folder of `files`; lines of other files are kept.
std::vector<absl::StatusOr<Product>> WriteChecksums(
    const std::vector<PublishedFile>& files);

// Locations for nginx.conf, without those of earlier runs.
std::string SnippetOf(const std::vector<PublishedFile>& files);

// The same as a file, with those of earlier runs. PATH_NOT_REGULAR: `path` is
// of somebody else, and left alone.
absl::StatusOr<Product> WriteSnippet(const std::string& path,
                                     const std::vector<PublishedFile>& files);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_PUBLISH_PRODUCTS_H_
