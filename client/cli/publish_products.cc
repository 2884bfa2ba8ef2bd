#include "client/cli/publish_products.h"

#include <cstddef>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "client/cli/checksum_file.h"
#include "client/cli/nginx_snippet.h"
#include "client/cli/whole_file.h"
#include "peer/base/status_macros.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr std::size_t kMaxProductSize = 256 << 20;

absl::StatusOr<Product> Write(const std::string& path,
                              const std::string& bytes) {
  CONVOY_ASSIGN_OR_RETURN(const bool changed, WriteWholeFile(path, bytes));
  return Product{path, changed};
}

absl::StatusOr<Product> WriteChecksums(
    const std::string& folder,
    const std::map<std::string, std::string>& digests) {
  const std::string path = absl::StrCat(folder, "/", kChecksumsName);
  CONVOY_ASSIGN_OR_RETURN(const std::string before,
                          ReadWholeFile(path, kMaxProductSize));
  return Write(path, WithChecksums(before, digests));
}

NginxFile NginxFileOf(const PublishedFile& published) {
  NginxFile file{published.file.location, "", published.sha256};
  if (published.has_manifest) {
    const absl::string_view url = published.file.url;
    const std::size_t path = url.find('/', url.find("//") + 2);
    file.manifest_path = absl::StrCat(url.substr(path), kManifestSuffix);
  }
  return file;
}

std::vector<NginxFile> NginxFilesOf(const std::vector<PublishedFile>& files) {
  std::vector<NginxFile> nginx_files;
  for (const PublishedFile& file : files) {
    nginx_files.push_back(NginxFileOf(file));
  }
  return nginx_files;
}

}  // namespace

std::vector<absl::StatusOr<Product>> WriteChecksums(
    const std::vector<PublishedFile>& files) {
  std::map<std::string, std::map<std::string, std::string>> folders;
  for (const PublishedFile& published : files) {
    folders[published.file.folder()][published.file.name()] = published.sha256;
  }
  std::vector<absl::StatusOr<Product>> products;
  for (const auto& [folder, digests] : folders) {
    products.push_back(WriteChecksums(folder, digests));
  }
  return products;
}

std::string SnippetOf(const std::vector<PublishedFile>& files) {
  return NginxSnippet("", NginxFilesOf(files));
}

absl::StatusOr<Product> WriteSnippet(const std::string& path,
                                     const std::vector<PublishedFile>& files) {
  CONVOY_ASSIGN_OR_RETURN(const std::string before,
                          ReadWholeFile(path, kMaxProductSize));
  if (!before.empty() && !IsNginxSnippet(before)) {
    return Error(v1::ERROR_REASON_PATH_NOT_REGULAR,
                 v1::ERROR_CONTEXT_LOCAL_FILE)
        .LocalPath(path)
        .Status(absl::StrCat(path, " was not made by convoy publish"));
  }
  return Write(path, NginxSnippet(before, NginxFilesOf(files)));
}

}  // namespace convoy
