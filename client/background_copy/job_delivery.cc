#include <wrl/client.h>

#include <cstddef>
#include <cstdint>
#include <cwchar>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "client/background_copy/file.h"
#include "client/background_copy/file_ranges.h"
#include "client/background_copy/job.h"
#include "client/background_copy/remote_name.h"
#include "client/background_copy/session.h"
#include "client/background_copy/wide_text.h"

namespace convoy::background_copy {
namespace {

// The contract's bound, in characters.
constexpr std::size_t kMaxFileId = 1024;

// Empty: none. Nothing if it is not text, or too long.
std::optional<std::string> FileIdFrom(LPCWSTR id) {
  if (id == nullptr) return std::string();
  if (std::wcslen(id) > kMaxFileId) return std::nullopt;
  return Utf8Of(id);
}

}  // namespace

// No ranges: the whole file.
HRESULT BackgroundCopyJob::AddFileWithRanges(LPCWSTR file_id,
                                             LPCWSTR remote_url,
                                             LPCWSTR local_name, DWORD count,
                                             BG_FILE_RANGE ranges[],
                                             UINT64 file_size) {
  if (remote_url == nullptr || local_name == nullptr ||
      (count > 0 && ranges == nullptr)) {
    return E_INVALIDARG;
  }
  const std::optional<std::string> remote = Utf8Of(remote_url);
  const std::optional<std::string> local = Utf8Of(local_name);
  const std::optional<std::string> id = FileIdFrom(file_id);
  if (!remote.has_value() || !local.has_value() || !id.has_value()) {
    return E_INVALIDARG;
  }
  v1::JobFile file;
  file.set_remote_url(UrlOfRemoteName(*remote));
  file.set_local_path(*local);
  const HRESULT result = AddRangesOf(job_.flavour(), ranges, count, &file);
  if (FAILED(result)) return result;
  if (file_size != DO_UNKNOWN_FILE_SIZE) {
    if (file_size > std::numeric_limits<std::int64_t>::max()) {
      return E_INVALIDARG;
    }
    file.set_expected_size_bytes(static_cast<std::int64_t>(file_size));
  }
  file.set_client_file_id(*id);
  return job_.AddFiles({std::move(file)});
}

// The daemon hears of the file when it has a path (BackgroundCopyFile).
HRESULT BackgroundCopyJob::AddFile(LPCWSTR file_id, LPCWSTR remote_url,
                                   DWORD count, BG_FILE_RANGE ranges[],
                                   REFIID riid, void** object) {
  if (object == nullptr) return E_INVALIDARG;
  *object = nullptr;
  if (remote_url == nullptr || (count > 0 && ranges == nullptr)) {
    return E_INVALIDARG;
  }
  const std::optional<std::string> remote = Utf8Of(remote_url);
  const std::optional<std::string> id = FileIdFrom(file_id);
  if (!remote.has_value() || !id.has_value()) return E_INVALIDARG;
  v1::JobFile file;
  file.set_remote_url(UrlOfRemoteName(*remote));
  const HRESULT result = AddRangesOf(job_.flavour(), ranges, count, &file);
  if (FAILED(result)) return result;
  Microsoft::WRL::ComPtr<BackgroundCopyFile> made;
  file.set_client_file_id(*id);
  made.Attach(new BackgroundCopyFile(job_, std::move(file), without_path_));
  return made->QueryInterface(riid, object);
}

// The error's code as VT_UI4; 0 without one.
HRESULT BackgroundCopyJob::GetProperty(DOJobPropertyId id, VARIANT* value) {
  if (value == nullptr) return E_INVALIDARG;
  VariantInit(value);
  if (id != DOJobPropertyId_ExtendedErrorInfo) {
    return job_.flavour().unknown_property;
  }
  v1::Job job;
  const HRESULT result = job_.Read(&job);
  if (FAILED(result)) return result;
  value->vt = VT_UI4;
  value->ulVal = job.has_error()
                     ? static_cast<ULONG>(
                           job_.session().streams().CodeOf(job_, job.error()))
                     : 0;
  return S_OK;
}

HRESULT BackgroundCopyJob::SetProperty(DOJobPropertyId id, const VARIANT*) {
  return id == DOJobPropertyId_ExtendedErrorInfo
             ? job_.flavour().read_only_property
             : job_.flavour().unknown_property;
}

}  // namespace convoy::background_copy
