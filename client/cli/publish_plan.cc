#include "client/cli/publish_plan.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "client/cli/hints.h"
#include "client/cli/local_path.h"
#include "peer/base/status_macros.h"
#include "peer/base/url_text.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

// Of a job's remote_url and of its manifest's.
constexpr std::size_t kMaxUrlSize = 2200;
// Of a component of a path.
constexpr std::size_t kMaxNameSize = 255;

absl::Status BadPrefix(absl::string_view text, absl::string_view why) {
  return UsageError(absl::StrCat("--url-prefix: ", text, " ", why),
                    "give the URL of the folder on the web server, such as "
                    "https://files.example.org/pub");
}

bool IsLeftOut(absl::string_view name) {
  return absl::StartsWith(name, ".") || absl::EndsWith(name, kManifestSuffix) ||
         name == kChecksumsName || name == kSnippetName;
}

class Planner {
 public:
  Planner(const UrlPrefix& prefix, const std::string& snippet_path)
      : prefix_(prefix),
        snippet_path_(snippet_path.empty() ? "" : AbsolutePath(snippet_path)) {}

  absl::Status AddNamed(const std::string& typed) {
    const std::string path = AbsolutePath(typed);
    struct stat info = {};
    if (stat(path.c_str(), &info) != 0) {
      return UsageError(
          absl::StrCat("cannot publish ", typed, ": ", std::strerror(errno)),
          "name files and folders");
    }
    if (S_ISDIR(info.st_mode)) {
      NoteFolder(path);
      return AddFolder(path, "");
    }
    NoteFolder(fs::path(path).parent_path().string());
    if (!S_ISREG(info.st_mode)) {
      return UsageError(
          absl::StrCat("cannot publish ", typed, ": it is no plain file"),
          "name files and folders");
    }
    const std::string name = fs::path(path).filename().string();
    return IsLeftOut(name) ? absl::OkStatus()
                           : AddFile(path, info.st_size, name);
  }

  absl::StatusOr<PublishPlan> Finish() && {
    if (plan_.files.empty()) {
      return UsageError("there is nothing to publish",
                        absl::StrCat("files whose names begin with a dot, *",
                                     kManifestSuffix, ", ", kChecksumsName,
                                     " and ", kSnippetName, " are left out"));
    }
    return std::move(plan_);
  }

 private:
  void NoteFolder(const std::string& path) {
    if (plan_.first_folder.empty()) plan_.first_folder = path;
  }

  // `relative`: seen from the folder that was named.
  absl::Status AddFolder(const std::string& path, const std::string& relative) {
    std::error_code error;
    std::vector<std::string> names;
    for (fs::directory_iterator entry(path, error), end; !error && entry != end;
         entry.increment(error)) {
      names.push_back(entry->path().filename().string());
    }
    if (error) {
      return UsageError(
          absl::StrCat("cannot read the folder ", path, ": ", error.message()),
          "");
    }
    std::sort(names.begin(), names.end());
    for (const std::string& name : names) {
      if (IsLeftOut(name)) continue;
      const std::string child = absl::StrCat(path, "/", name);
      const std::string below =
          relative.empty() ? name : absl::StrCat(relative, "/", name);
      struct stat info = {};
      if (lstat(child.c_str(), &info) != 0) continue;  // It went just now.
      if (S_ISDIR(info.st_mode)) {
        CONVOY_RETURN_IF_ERROR(AddFolder(child, below));
      } else if (S_ISREG(info.st_mode)) {
        CONVOY_RETURN_IF_ERROR(AddFile(child, info.st_size, below));
      }
    }
    return absl::OkStatus();
  }

  absl::Status AddFile(const std::string& path, std::int64_t size,
                       const std::string& relative) {
    if (path == snippet_path_) return absl::OkStatus();
    PublishFile file;
    file.path = path;
    file.size = size;
    file.url = prefix_.url;
    for (const absl::string_view part : absl::StrSplit(relative, '/')) {
      absl::StrAppend(&file.url, "/", EncodedPathComponent(part));
    }
    file.location = absl::StrCat(prefix_.path, "/", relative);
    CONVOY_RETURN_IF_ERROR(CheckFile(file));
    const auto [known, is_new] = url_of_.emplace(path, file.url);
    if (!is_new && known->second == file.url) return absl::OkStatus();
    if (!is_new) {
      return UsageError(absl::StrCat(path, " would have two URLs: ",
                                     known->second, " and ", file.url),
                        "publish one folder at a time, each with its own "
                        "--url-prefix");
    }
    const auto [other, unused] = path_of_.emplace(file.url, path);
    if (!unused) {
      return UsageError(absl::StrCat(other->second, " and ", path,
                                     " would have the same URL: ", file.url),
                        "publish one folder at a time, each with its own "
                        "--url-prefix");
    }
    plan_.files.push_back(std::move(file));
    return absl::OkStatus();
  }

  static absl::Status CheckFile(const PublishFile& file) {
    if (file.name().size() + kManifestSuffix.size() > kMaxNameSize) {
      return UsageError(absl::StrCat("the name of ", file.path, " is too long"),
                        absl::StrCat("with ", kManifestSuffix, " it may have ",
                                     kMaxNameSize, " bytes"));
    }
    if (file.url.size() + kManifestSuffix.size() > kMaxUrlSize) {
      return UsageError(
          absl::StrCat("the URL of ", file.path, " is too long for a job"),
          absl::StrCat("with ", kManifestSuffix, " it may have ", kMaxUrlSize,
                       " characters"));
    }
    return absl::OkStatus();
  }

  const UrlPrefix& prefix_;
  const std::string snippet_path_;
  PublishPlan plan_;
  std::map<std::string, std::string> url_of_;   // By path.
  std::map<std::string, std::string> path_of_;  // By URL.
};

}  // namespace

std::string PublishFile::folder() const {
  return fs::path(path).parent_path().string();
}

std::string PublishFile::name() const {
  return fs::path(path).filename().string();
}

absl::StatusOr<UrlPrefix> ParseUrlPrefix(absl::string_view text) {
  absl::string_view rest = text;
  while (absl::ConsumeSuffix(&rest, "/")) {
  }
  UrlPrefix prefix{EncodedUrl(rest), ""};
  absl::string_view after = prefix.url;
  if (!absl::StartsWithIgnoreCase(after, "http://") &&
      !absl::StartsWithIgnoreCase(after, "https://")) {
    return BadPrefix(text, "is no http or https URL");
  }
  after.remove_prefix(after.find("//") + 2);
  const absl::string_view host = after.substr(0, after.find('/'));
  if (host.empty()) return BadPrefix(text, "names no host");
  if (absl::StrContains(host, '@')) {
    return BadPrefix(RedactedUrl(text),
                     "has a user name, which everybody would read");
  }
  if (after.find_first_of("?#") != absl::string_view::npos) {
    return BadPrefix(text, "has a query or a fragment");
  }
  after.remove_prefix(host.size());
  prefix.path = PercentDecoded(after);
  const std::vector<absl::string_view> parts = absl::StrSplit(prefix.path, '/');
  for (std::size_t i = 1; i < parts.size(); ++i) {
    if (parts[i].empty() || parts[i] == "." || parts[i] == ".." ||
        absl::StrContains(parts[i], '\0')) {
      return BadPrefix(text, "has a path that web servers change");
    }
  }
  return prefix;
}

absl::StatusOr<PublishPlan> PlanPublish(const std::vector<std::string>& paths,
                                        const UrlPrefix& prefix,
                                        const std::string& snippet_path) {
  Planner planner(prefix, snippet_path);
  for (const std::string& path : paths) {
    CONVOY_RETURN_IF_ERROR(planner.AddNamed(path));
  }
  return std::move(planner).Finish();
}

}  // namespace convoy
