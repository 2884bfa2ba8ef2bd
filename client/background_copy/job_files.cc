#include <cstddef>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/background_copy/file.h"
#include "client/background_copy/file_ranges.h"
#include "client/background_copy/job.h"
#include "client/background_copy/remote_name.h"
#include "client/background_copy/snapshot_enum.h"
#include "client/background_copy/wide_text.h"
#include "client/com/wide_text.h"

namespace convoy::background_copy {
namespace {

// BITS' bound of a file's URL, in characters.
constexpr std::size_t kMaxUrl = 2200;

// A file of the names that a caller gave. Nothing if one is NULL or not text.
std::optional<v1::JobFile> FileOf(LPCWSTR remote_url, LPCWSTR local_name) {
  if (remote_url == nullptr || local_name == nullptr) return std::nullopt;
  const std::optional<std::string> remote = Utf8Of(remote_url);
  const std::optional<std::string> local = Utf8Of(local_name);
  if (!remote.has_value() || !local.has_value()) return std::nullopt;
  v1::JobFile file;
  file.set_remote_url(UrlOfRemoteName(*remote));
  file.set_local_path(*local);
  return file;
}

}  // namespace

HRESULT BackgroundCopyJob::AddFileSet(ULONG count, BG_FILE_INFO* files) {
  if (count == 0 || files == nullptr) return E_INVALIDARG;
  std::vector<v1::JobFile> added;
  for (ULONG i = 0; i < count; ++i) {
    std::optional<v1::JobFile> file =
        FileOf(files[i].RemoteName, files[i].LocalName);
    if (!file.has_value()) return E_INVALIDARG;
    added.push_back(*std::move(file));
  }
  return job_.AddFiles(std::move(added));
}

HRESULT BackgroundCopyJob::AddFile(LPCWSTR remote_url, LPCWSTR local_name) {
  std::optional<v1::JobFile> file = FileOf(remote_url, local_name);
  if (!file.has_value()) return E_INVALIDARG;
  return job_.AddFiles({*std::move(file)});
}

HRESULT BackgroundCopyJob::AddFileWithRanges(LPCWSTR remote_url,
                                             LPCWSTR local_name, DWORD count,
                                             BG_FILE_RANGE* ranges) {
  std::optional<v1::JobFile> file = FileOf(remote_url, local_name);
  if (!file.has_value() || count == 0 || ranges == nullptr) {
    return E_INVALIDARG;
  }
  const HRESULT result = AddRangesOf(job_.flavour(), ranges, count, &*file);
  if (FAILED(result)) return result;
  return job_.AddFiles({*std::move(file)});
}

HRESULT BackgroundCopyJob::EnumFiles(IEnumBackgroundCopyFiles** files) {
  if (files == nullptr) return E_INVALIDARG;
  *files = nullptr;
  std::vector<v1::JobFile> read;
  const HRESULT result = job_.ReadFiles(&read);
  if (FAILED(result)) return result;
  using Enum = SnapshotEnum<IEnumBackgroundCopyFiles, IBackgroundCopyFile>;
  Enum::Elements elements(read.size());
  for (std::size_t i = 0; i < read.size(); ++i) {
    elements[i].Attach(new BackgroundCopyFile(job_, std::move(read[i])));
  }
  *files = new Enum(std::move(elements));
  return S_OK;
}

// S_FALSE if no file's remote name begins with the old prefix. Either all of
// them get the new one, or, where a name would be too long, none.
HRESULT BackgroundCopyJob::ReplaceRemotePrefix(LPCWSTR old_prefix,
                                               LPCWSTR new_prefix) {
  if (old_prefix == nullptr || new_prefix == nullptr) return E_INVALIDARG;
  const std::optional<std::string> before = Utf8Of(old_prefix);
  const std::optional<std::string> after = Utf8Of(new_prefix);
  if (!before.has_value() || !after.has_value()) return E_INVALIDARG;
  std::vector<v1::JobFile> files;
  HRESULT result = job_.ReadFiles(&files);
  if (FAILED(result)) return result;
  std::vector<v1::JobFile> all;
  for (const v1::JobFile& file : files) {
    const std::string name = RemoteNameOfUrl(file.remote_url());
    if (file.transferred() || !absl::StartsWithIgnoreCase(name, *before)) {
      continue;
    }
    v1::JobFile& changed = all.emplace_back();
    changed.set_index(file.index());
    changed.set_remote_url(
        UrlOfRemoteName(absl::StrCat(*after, name.substr(before->size()))));
    if (WideFromUtf8(changed.remote_url()).size() > kMaxUrl) {
      return job_.flavour().string_too_long;
    }
  }
  for (v1::JobFile& changed : all) {
    result = job_.SetFile("remote_url", std::move(changed));
    if (FAILED(result)) return result;
  }
  return all.empty() ? S_FALSE : S_OK;
}

}  // namespace convoy::background_copy
