#include <oleauto.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "client/background_copy/file.h"
#include "client/background_copy/job_notes.h"
#include "client/background_copy/remote_name.h"
#include "client/background_copy/wide_text.h"
#include "client/com/wide_text.h"

namespace convoy::background_copy {
namespace {

std::string FileIdOf(const v1::Job& job, int index) {
  const std::string ids = Note(job, kFileIdsNote).value_or("");
  for (const absl::string_view line : absl::StrSplit(ids, '\n')) {
    const std::pair<absl::string_view, absl::string_view> entry =
        absl::StrSplit(line, absl::MaxSplits(' ', 1));
    int number = 0;
    if (absl::SimpleAtoi(entry.first, &number) && number == index) {
      return std::string(entry.second);
    }
  }
  return "";
}

DownloadMode ModeOf(v1::DownloadMode mode) {
  switch (mode) {
    case v1::DOWNLOAD_MODE_LAN:
      return DownloadMode_Lan;
    case v1::DOWNLOAD_MODE_GROUP:
      return DownloadMode_Group;
    case v1::DOWNLOAD_MODE_INTERNET:
      return DownloadMode_Internet;
    case v1::DOWNLOAD_MODE_SIMPLE:
      return DownloadMode_Simple;
    default:
      return DownloadMode_CdnOnly;
  }
}

SwarmStatus StatusOf(const v1::Job& job, const v1::JobFile& file) {
  if (file.completed()) return SwarmStatus_Caching;
  if (file.transferred()) return SwarmStatus_Complete;
  return job.state() == v1::JOB_STATE_SUSPENDED ? SwarmStatus_Paused
                                                : SwarmStatus_Downloading;
}

UINT64 Unsigned(std::int64_t bytes) { return static_cast<UINT64>(bytes); }

}  // namespace

// Received bytes of this file. What is given to peers, and connections, belong
// to a content and not to a job: 0 (SwarmService has them). The strings are
// freed with CoTaskMemFree.
HRESULT BackgroundCopyFile::GetStats(DOSwarmStats* stats) {
  if (stats == nullptr) return E_INVALIDARG;
  *stats = {};
  v1::Job job;
  v1::JobFile file;
  HRESULT result = job_.Read(&job);
  if (FAILED(result)) return result;
  result = Read(&file);
  if (FAILED(result)) return result;
  const v1::SourceBytes& bytes = file.source_bytes();
  stats->fileSize = file.has_size_bytes() ? Unsigned(file.size_bytes())
                                          : DO_UNKNOWN_FILE_SIZE;
  stats->bytesFromLanPeers = Unsigned(bytes.lan_bytes());
  stats->bytesFromGroupPeers = Unsigned(bytes.group_bytes());
  stats->bytesFromInternetPeers = Unsigned(bytes.internet_bytes());
  stats->bytesFromHttp = Unsigned(bytes.origin_bytes() + bytes.mirror_bytes() +
                                  bytes.local_bytes());
  stats->bytesFromDoinc = Unsigned(bytes.cache_host_bytes());
  stats->totalBytesDownloaded = stats->bytesFromLanPeers +
                                stats->bytesFromGroupPeers +
                                stats->bytesFromInternetPeers +
                                stats->bytesFromHttp + stats->bytesFromDoinc;
  stats->downloadMode = ModeOf(job.download_mode());
  stats->status = StatusOf(job, file);
  stats->isBackground = job.priority() != v1::JOB_PRIORITY_FOREGROUND;
  result = GiveText(HasPath() ? FileIdOf(job, file.index()) : file_id_,
                    &stats->fileId);
  if (FAILED(result)) return result;
  return GiveText(RemoteNameOfUrl(file.remote_url()), &stats->sourceURL);
}

HRESULT BackgroundCopyFile::GetProperty(DOFilePropertyId id, VARIANT* value) {
  if (value == nullptr) return E_INVALIDARG;
  VariantInit(value);
  v1::JobFile file;
  const HRESULT result = Read(&file);
  if (FAILED(result)) return result;
  switch (id) {
    case DOFilePropertyId_TotalSizeBytes:
      value->vt = VT_UI8;
      value->ullVal = file.has_size_bytes() ? Unsigned(file.size_bytes())
                      : file.has_expected_size_bytes()
                          ? Unsigned(file.expected_size_bytes())
                          : DO_UNKNOWN_FILE_SIZE;
      return S_OK;
    case DOFilePropertyId_DownloadSinkFilePath:
      value->bstrVal = SysAllocString(WideFromUtf8(file.local_path()).c_str());
      if (value->bstrVal == nullptr) return E_OUTOFMEMORY;
      value->vt = VT_BSTR;
      return S_OK;
    case DOFilePropertyId_DecryptionInfo:
    case DOFilePropertyId_IntegrityCheckInfo:
    case DOFilePropertyId_IntegrityCheckMandatory:
    case DOFilePropertyId_DownloadSinkInterface:
    case DOFilePropertyId_DownloadSinkMemoryStream:
      return E_NOTIMPL;
  }
  return job_.flavour().unknown_property;
}

HRESULT BackgroundCopyFile::SetPath(const std::string& path) {
  MutexLock lock(&mutex_);
  if (HasPath()) return DO_E_FILE_DOWNLOADSINK_ALREADY_SET;
  if (path.empty()) return E_INVALIDARG;
  v1::JobFile file = made_of_;
  file.set_local_path(path);
  if (expected_size_ >= 0) file.set_expected_size_bytes(expected_size_);
  int index = 0;
  const HRESULT added = job_.AddFiles({file}, &index);
  if (FAILED(added)) return added;
  file.set_index(index);
  placed_ = std::make_unique<const v1::JobFile>(std::move(file));
  file_ = placed_.get();
  --*without_path_;
  if (file_id_.empty()) return S_OK;
  return job_.Edit({"annotations"}, [&](v1::Job& job) {
    NoteFileId(index, file_id_, &job);
    return S_OK;
  });
}

HRESULT BackgroundCopyFile::SetSize(UINT64 size) {
  if (size > std::numeric_limits<std::int64_t>::max()) return E_INVALIDARG;
  MutexLock lock(&mutex_);
  if (!HasPath()) {
    expected_size_ = static_cast<std::int64_t>(size);
    return S_OK;
  }
  v1::JobFile file;
  file.set_index(made_of().index());
  file.set_expected_size_bytes(static_cast<std::int64_t>(size));
  return job_.SetFile("expected_size_bytes", std::move(file));
}

// Streams are IDODownload's.
HRESULT BackgroundCopyFile::SetProperty(DOFilePropertyId id,
                                        const VARIANT* value) {
  switch (id) {
    case DOFilePropertyId_TotalSizeBytes:
      if (value == nullptr || value->vt != VT_UI8) return E_INVALIDARG;
      return SetSize(value->ullVal);
    case DOFilePropertyId_DownloadSinkFilePath: {
      if (HasPath()) return DO_E_FILE_DOWNLOADSINK_ALREADY_SET;
      if (value == nullptr || value->vt != VT_BSTR ||
          value->bstrVal == nullptr) {
        return E_INVALIDARG;
      }
      const std::optional<std::string> path = Utf8Of(value->bstrVal);
      return path.has_value() ? SetPath(*path) : E_INVALIDARG;
    }
    case DOFilePropertyId_DecryptionInfo:
    case DOFilePropertyId_IntegrityCheckInfo:
    case DOFilePropertyId_IntegrityCheckMandatory:
    case DOFilePropertyId_DownloadSinkInterface:
    case DOFilePropertyId_DownloadSinkMemoryStream:
      return E_NOTIMPL;
  }
  return job_.flavour().unknown_property;
}

}  // namespace convoy::background_copy
