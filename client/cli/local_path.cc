#include "client/cli/local_path.h"

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "client/cli/hints.h"
#include "peer/base/url_text.h"

namespace convoy {

std::string AbsolutePath(const std::string& path) {
  std::error_code error;
  const std::filesystem::path whole = std::filesystem::absolute(path, error);
  if (error) return path;
  if (!whole.has_filename() || whole.filename() == "." ||
      whole.filename() == "..") {
    const auto folder = std::filesystem::weakly_canonical(whole, error);
    return error ? whole.lexically_normal().string() : folder.string();
  }
  // The last component stays: it may be a link, which the daemon refuses.
  const auto folder =
      std::filesystem::weakly_canonical(whole.parent_path(), error);
  if (error) return whole.lexically_normal().string();
  return (folder / whole.filename()).string();
}

absl::StatusOr<std::string> FileNameOfUrl(absl::string_view url) {
  absl::string_view path = url.substr(0, url.find_first_of("?#"));
  const std::size_t scheme = path.find("://");
  if (scheme != absl::string_view::npos) path.remove_prefix(scheme + 3);
  const std::size_t slash = path.rfind('/');
  const std::string name = slash == absl::string_view::npos
                               ? ""
                               : PercentDecoded(path.substr(slash + 1));
  if (name.empty() || name == "." || name == ".." || name.size() > 255 ||
      name.find('/') != std::string::npos ||
      name.find('\0') != std::string::npos) {
    return UsageError(absl::StrCat("the URL ", url, " ends with no file name"),
                      "name the file with -o PATH");
  }
  return name;
}

}  // namespace convoy
