#include "client/cli/file_flags.h"

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/cli/hints.h"
#include "client/cli/local_path.h"
#include "peer/base/status_macros.h"

namespace convoy {
namespace {

absl::StatusOr<v1::FileRange> ParseRange(const std::string& text) {
  const std::vector<absl::string_view> ends = absl::StrSplit(text, '-');
  std::int64_t first = 0;
  std::int64_t last = 0;
  const bool to_the_end = ends.size() == 2 && ends[1].empty();
  if (ends.size() != 2 || !absl::SimpleAtoi(ends[0], &first) ||
      (!to_the_end && !absl::SimpleAtoi(ends[1], &last))) {
    return UsageError(absl::StrCat("--range: \"", text, "\" is no range"),
                      "give the first and the last byte, as 0-1023, or 1024- "
                      "for all that follows");
  }
  if (!to_the_end && last < first) {
    return UsageError(absl::StrCat("--range: ", text, " is reversed"), "");
  }
  v1::FileRange range;
  range.set_offset_bytes(first);
  if (!to_the_end) range.set_length_bytes(last - first + 1);
  return range;
}

bool IsFolder(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error);
}

absl::StatusOr<std::string> LocalPath(const FileFlags& flags,
                                      const std::string& url) {
  if (!flags.output.empty()) {
    if (IsFolder(flags.output)) {
      return UsageError(absl::StrCat(flags.output, " is a folder"),
                        absl::StrCat("give -d ", flags.output));
    }
    return AbsolutePath(flags.output);
  }
  const std::string folder = flags.directory.empty() ? "." : flags.directory;
  if (!IsFolder(folder)) {
    return UsageError(absl::StrCat("there is no folder ", folder),
                      absl::StrCat("make it: mkdir -p ", folder));
  }
  CONVOY_ASSIGN_OR_RETURN(const std::string name, FileNameOfUrl(url));
  return AbsolutePath(absl::StrCat(folder, "/", name));
}

// INVALID_ARGUMENT: a URL of another scheme.
absl::StatusOr<std::string> ManifestLocation(const std::string& text) {
  if (!absl::StrContains(text, "://")) return AbsolutePath(text);
  if (absl::StartsWithIgnoreCase(text, "http://") ||
      absl::StartsWithIgnoreCase(text, "https://")) {
    return text;
  }
  return UsageError(
      absl::StrCat("--manifest: \"", text, "\" is no http or https URL"),
      "give a URL, or the path of a file");
}

absl::Status FillManifest(const FileFlags& flags, v1::JobFile& file) {
  if (flags.manifest.empty() && flags.info_hash.empty() &&
      flags.manifest_sha256.empty()) {
    return absl::OkStatus();
  }
  v1::Manifest& manifest = *file.mutable_manifest();
  if (!flags.manifest.empty()) {
    CONVOY_ASSIGN_OR_RETURN(*manifest.mutable_location(),
                            ManifestLocation(flags.manifest));
  }
  manifest.set_info_hash(flags.info_hash);
  manifest.set_sha256(flags.manifest_sha256);
  return absl::OkStatus();
}

// What only makes sense for one file.
absl::Status FillSingle(const FileFlags& flags, v1::JobFile& file) {
  file.set_expected_sha256(flags.sha256);
  if (!flags.size.empty()) {
    std::int64_t size = 0;
    if (!absl::SimpleAtoi(flags.size, &size) || size < 0) {
      return UsageError(
          absl::StrCat("--size: \"", flags.size, "\" is no number of bytes"),
          "");
    }
    file.set_expected_size_bytes(size);
  }
  for (const std::string& range : flags.ranges) {
    CONVOY_ASSIGN_OR_RETURN(*file.add_ranges(), ParseRange(range));
  }
  for (const std::string& mirror : flags.mirrors) {
    CONVOY_RETURN_IF_ERROR(CheckUrl(mirror));
    file.add_mirror_urls(mirror);
  }
  return FillManifest(flags, file);
}

void AddProofFlags(CLI::App& command, FileFlags& flags) {
  command
      .add_option("--manifest", flags.manifest,
                  "A BitTorrent metainfo file of the file, which tells its "
                  "pieces right from wrong; only with one URL")
      ->type_name("PATH|URL");
  command
      .add_option("--info-hash", flags.info_hash,
                  "What the manifest's info-hash must be, 40 digits or, of "
                  "version 2, 64; only with one URL")
      ->type_name("HEX");
  command
      .add_option("--manifest-sha256", flags.manifest_sha256,
                  "What the manifest's SHA-256 must be; only with one URL")
      ->type_name("HEX");
  command
      .add_option("--integrity", flags.integrity,
                  "mandatory: fail unless a digest or an authenticated "
                  "manifest vouches for the bytes")
      ->type_name("any|mandatory")
      ->check(CLI::IsMember({"any", "mandatory"}));
}

}  // namespace

void AddFileFlags(CLI::App& command, FileFlags& flags, bool urls_required) {
  command.add_option("URL", flags.urls, "http, https or file URLs")
      ->type_name("")
      ->required(urls_required);
  auto* output = command
                     .add_option("-o,--output", flags.output,
                                 "The file to make; only with one URL")
                     ->type_name("PATH");
  command
      .add_option("-d,--directory", flags.directory,
                  "The folder for files named as in their URLs. Default: the "
                  "working directory")
      ->type_name("DIR")
      ->excludes(output);
  command
      .add_option("--sha256", flags.sha256,
                  "What the file's SHA-256 must be; only with one URL")
      ->type_name("HEX");
  command
      .add_option("--size", flags.size,
                  "What the remote file's size must be; only with one URL")
      ->type_name("BYTES");
  command
      .add_option("--range", flags.ranges,
                  "Only these bytes: 0-1023 is the first KiB, 1024- the rest. "
                  "Can be repeated; only with one URL")
      ->type_name("FIRST-LAST")
      ->expected(1)
      ->take_all();
  command
      .add_option("--mirror", flags.mirrors,
                  "Another URL of the same bytes. Can be repeated; only with "
                  "one URL")
      ->type_name("URL")
      ->expected(1)
      ->take_all();
  AddProofFlags(command, flags);
}

absl::Status CheckUrl(absl::string_view url) {
  for (const absl::string_view scheme : {"http://", "https://", "file:/"}) {
    if (absl::StartsWithIgnoreCase(url, scheme)) return absl::OkStatus();
  }
  return UsageError(absl::StrCat("\"", url, "\" is no http, https or file URL"),
                    "give it as https://HOST/PATH or file:///PATH");
}

absl::StatusOr<std::vector<v1::JobFile>> JobFilesFrom(const FileFlags& flags) {
  const bool single = !flags.output.empty() || !flags.sha256.empty() ||
                      !flags.size.empty() || !flags.ranges.empty() ||
                      !flags.mirrors.empty() || !flags.manifest.empty() ||
                      !flags.info_hash.empty() ||
                      !flags.manifest_sha256.empty();
  if (single && flags.urls.size() != 1) {
    return UsageError(
        "-o, --sha256, --size, --range, --mirror, --manifest and what goes "
        "with it are for one URL",
        "make the job with convoy create, then add each file with convoy add");
  }
  std::vector<v1::JobFile> files;
  std::set<std::string> paths;
  for (const std::string& url : flags.urls) {
    v1::JobFile file;
    CONVOY_RETURN_IF_ERROR(CheckUrl(url));
    file.set_remote_url(url);
    CONVOY_ASSIGN_OR_RETURN(std::string path, LocalPath(flags, url));
    if (!paths.insert(path).second) {
      return UsageError(absl::StrCat("two URLs would become ", path),
                        "get them one by one with -o PATH");
    }
    file.set_local_path(std::move(path));
    if (single) CONVOY_RETURN_IF_ERROR(FillSingle(flags, file));
    if (flags.integrity == "mandatory") {
      file.set_required_integrity(v1::INTEGRITY_MANDATORY);
    } else if (flags.integrity == "any") {
      file.set_required_integrity(v1::INTEGRITY_ANY);
    }
    files.push_back(std::move(file));
  }
  return files;
}

}  // namespace convoy
