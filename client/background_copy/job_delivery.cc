#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/background_copy/file_ranges.h"
#include "client/background_copy/hresult.h"
#include "client/background_copy/job.h"
#include "client/background_copy/job_notes.h"
#include "client/background_copy/remote_name.h"
#include "client/background_copy/wide_text.h"

namespace convoy::background_copy {

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
  const std::optional<std::string> id =
      file_id == nullptr ? std::string() : Utf8Of(file_id);
  if (!remote.has_value() || !local.has_value() || !id.has_value() ||
      id->find('\n') != std::string::npos) {
    return E_INVALIDARG;
  }
  v1::JobFile file;
  file.set_remote_url(UrlOfRemoteName(*remote));
  file.set_local_path(*local);
  if (!AddRanges(ranges, count, &file)) return DO_E_INVALID_RANGE;
  if (file_size != DO_UNKNOWN_FILE_SIZE) {
    if (file_size > std::numeric_limits<std::int64_t>::max()) {
      return E_INVALIDARG;
    }
    file.set_expected_size_bytes(static_cast<std::int64_t>(file_size));
  }
  int index = 0;
  const HRESULT added = Add({std::move(file)}, &index);
  if (FAILED(added) || id->empty()) return added;
  return job_.Edit({"annotations"}, [&](v1::Job& job) {
    SetNote(kFileIdsNote,
            absl::StrCat(Note(job, kFileIdsNote).value_or(""), index, " ", *id,
                         "\n"),
            &job);
    return S_OK;
  });
}

// A file without a local path; IDODownload has streams.
HRESULT BackgroundCopyJob::AddFile(LPCWSTR, LPCWSTR, DWORD, BG_FILE_RANGE[],
                                   REFIID, void** file) {
  if (file != nullptr) *file = nullptr;
  return E_NOTIMPL;
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
  value->ulVal = job.has_error() ? static_cast<ULONG>(HresultOfDetail(
                                       job.error().detail(), job_.flavour()))
                                 : 0;
  return S_OK;
}

HRESULT BackgroundCopyJob::SetProperty(DOJobPropertyId id, const VARIANT*) {
  return id == DOJobPropertyId_ExtendedErrorInfo
             ? job_.flavour().read_only_property
             : job_.flavour().unknown_property;
}

}  // namespace convoy::background_copy
