#include "client/background_copy/file.h"

#include <cstddef>
#include <cstdint>
#include <cwchar>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "client/background_copy/file_ranges.h"
#include "client/background_copy/remote_name.h"
#include "client/background_copy/security_flags.h"
#include "client/background_copy/stream_path.h"
#include "client/background_copy/wide_text.h"
#include "convoy/v1/error_detail.pb.h"
#include "proto/error_detail.h"

namespace convoy::background_copy {
namespace {

// BITS' bound of a file's URL.
constexpr std::size_t kMaxRemoteName = 2200;

// The contract's.
constexpr UINT64 kMaxOffset = UINT64{1} << 62;

std::int64_t FromPeers(const v1::SourceBytes& bytes) {
  return bytes.lan_bytes() + bytes.group_bytes() + bytes.internet_bytes();
}

}  // namespace

HRESULT BackgroundCopyFile::QueryInterface(REFIID riid, void** object) {
  if (object == nullptr) return E_POINTER;
  *object = nullptr;
  if (IsOneOf<IUnknown, IBackgroundCopyFile, IBackgroundCopyFile2,
              IBackgroundCopyFile3, IBackgroundCopyFile4, IBackgroundCopyFile5,
              IBackgroundCopyFile6>(riid)) {
    *object = static_cast<IBackgroundCopyFile6*>(this);
  } else if (job_.flavour().kind == Flavour::Kind::kBits) {
    return E_NOINTERFACE;
  } else if (IsOneOf<IDeliveryOptimizationFile>(riid)) {
    *object = static_cast<IDeliveryOptimizationFile*>(this);
  } else if (IsOneOf<IDeliveryOptimizationFile2>(riid)) {
    *object = static_cast<IDeliveryOptimizationFile2*>(this);
  } else {
    return E_NOINTERFACE;
  }
  AddRef();
  return S_OK;
}

HRESULT BackgroundCopyFile::Read(v1::JobFile* file) const {
  if (!HasPath()) {
    MutexLock lock(&mutex_);
    *file = wanted_;
    return S_OK;
  }
  const HRESULT result = job_.ReadFile(made_of().index(), file);
  if (result != job_.flavour().not_found) return result;
  *file = made_of();
  return S_OK;
}

// With BG_HTTP_REDIRECT_POLICY_ALLOW_REPORT the URL that redirects led to.
HRESULT BackgroundCopyFile::GetRemoteName(LPWSTR* name) {
  if (name == nullptr) return E_INVALIDARG;
  *name = nullptr;
  v1::JobFile file;
  const HRESULT result = Read(&file);
  if (FAILED(result)) return result;
  if (!file.effective_url().empty() &&
      file.effective_url() != file.remote_url()) {
    v1::Job job;
    const HRESULT read = job_.Read(&job);
    if (FAILED(read) && read != job_.flavour().not_found) return read;
    if (SecurityFlagsOf(job) & BG_HTTP_REDIRECT_POLICY_ALLOW_REPORT) {
      return GiveText(file.effective_url(), name);
    }
  }
  return GiveText(RemoteNameOfUrl(file.remote_url()), name);
}

// Empty: a stream gets it.
HRESULT BackgroundCopyFile::GetLocalName(LPWSTR* name) {
  const std::string& path = made_of().local_path();
  return GiveText(IsStreamPath(path) ? std::string() : path, name);
}

// Completed: the file has its name.
HRESULT BackgroundCopyFile::GetProgress(BG_FILE_PROGRESS* progress) {
  if (progress == nullptr) return E_INVALIDARG;
  v1::JobFile file;
  const HRESULT result = Read(&file);
  if (FAILED(result)) return result;
  progress->BytesTotal = file.has_size_bytes()
                             ? static_cast<UINT64>(file.size_bytes())
                             : BG_SIZE_UNKNOWN;
  progress->BytesTransferred = static_cast<UINT64>(file.transferred_bytes());
  progress->Completed = file.completed() ? TRUE : FALSE;
  return S_OK;
}

HRESULT BackgroundCopyFile::GetFileRanges(DWORD* count,
                                          BG_FILE_RANGE** ranges) {
  if (count == nullptr || ranges == nullptr) return E_INVALIDARG;
  const HRESULT result =
      GiveRanges(CopyRangesOf(made_of().ranges()), count, ranges);
  return result == S_OK && *count == 0 ? S_FALSE : result;
}

HRESULT BackgroundCopyFile::SetRemoteName(LPCWSTR name) {
  if (name == nullptr || std::wcslen(name) > kMaxRemoteName) {
    return E_INVALIDARG;
  }
  if (!HasPath()) return DO_E_FILE_DOWNLOADSINK_UNSPECIFIED;
  const std::optional<std::string> utf8 = Utf8Of(name);
  if (!utf8.has_value()) return E_INVALIDARG;
  v1::JobFile file;
  file.set_index(made_of().index());
  file.set_remote_url(UrlOfRemoteName(*utf8));
  return job_.SetFile("remote_url", std::move(file));
}

// Empty until the transfer begins.
HRESULT BackgroundCopyFile::GetTemporaryName(LPWSTR* name) {
  if (name == nullptr) return E_INVALIDARG;
  *name = nullptr;
  v1::JobFile file;
  const HRESULT result = Read(&file);
  if (FAILED(result)) return result;
  return GiveText(file.completed() ? file.local_path() : file.temporary_path(),
                  name);
}

// FALSE: the daemon throws the bytes away. Those of the origin bring the job to
// ERROR, others are fetched again from there.
HRESULT BackgroundCopyFile::SetValidationState(BOOL state) {
  v1::JobFile now;
  const HRESULT result = Read(&now);
  if (FAILED(result)) return result;
  if (!now.transferred()) return E_PENDING;
  v1::JobFile file;
  file.set_index(made_of().index());
  file.set_validated(state != FALSE);
  return job_.SetFile("validated", std::move(file));
}

HRESULT BackgroundCopyFile::GetValidationState(BOOL* state) {
  if (state == nullptr) return E_INVALIDARG;
  v1::JobFile file;
  const HRESULT result = Read(&file);
  if (FAILED(result)) return result;
  *state = file.validated() ? TRUE : FALSE;
  return S_OK;
}

HRESULT BackgroundCopyFile::IsDownloadedFromPeer(BOOL* from_peer) {
  if (from_peer == nullptr) return E_INVALIDARG;
  v1::JobFile file;
  const HRESULT result = Read(&file);
  if (FAILED(result)) return result;
  *from_peer = FromPeers(file.source_bytes()) > 0 ? TRUE : FALSE;
  return S_OK;
}

HRESULT BackgroundCopyFile::GetPeerDownloadStats(UINT64* from_origin,
                                                 UINT64* from_peers) {
  if (from_origin == nullptr || from_peers == nullptr) return E_INVALIDARG;
  v1::JobFile file;
  const HRESULT result = Read(&file);
  if (FAILED(result)) return result;
  const v1::SourceBytes& bytes = file.source_bytes();
  *from_origin =
      static_cast<UINT64>(bytes.origin_bytes() + bytes.mirror_bytes() +
                          bytes.local_bytes() + bytes.cache_host_bytes());
  *from_peers = static_cast<UINT64>(FromPeers(bytes));
  return S_OK;
}

HRESULT BackgroundCopyFile::SetProperty(BITS_FILE_PROPERTY_ID id,
                                        BITS_FILE_PROPERTY_VALUE) {
  return id == BITS_FILE_PROPERTY_ID_HTTP_RESPONSE_HEADERS
             ? job_.flavour().read_only_property
             : job_.flavour().unknown_property;
}

// The headers as lines, each ended by CR LF.
HRESULT BackgroundCopyFile::GetProperty(BITS_FILE_PROPERTY_ID id,
                                        BITS_FILE_PROPERTY_VALUE* value) {
  if (value == nullptr) return E_INVALIDARG;
  value->String = nullptr;
  if (id != BITS_FILE_PROPERTY_ID_HTTP_RESPONSE_HEADERS) {
    return job_.flavour().unknown_property;
  }
  v1::JobFile file;
  const HRESULT result = Read(&file);
  if (FAILED(result)) return result;
  std::string lines;
  for (const v1::HttpHeader& header : file.response_headers()) {
    absl::StrAppend(&lines, header.name(), ": ", header.value(), "\r\n");
  }
  return GiveText(lines, &value->String);
}

HRESULT BackgroundCopyFile::Request(v1::RequestRangesRequest request) {
  request.set_job_id(job_.id());
  request.set_file_index(made_of().index());
  const absl::Status status = job_.client().RequestRanges(request).status();
  const std::optional<v1::ErrorDetail> detail = GetErrorDetail(status);
  return detail.has_value() &&
                 detail->reason() == v1::ERROR_REASON_INSUFFICIENT_RANGE_SUPPORT
             ? job_.flavour().no_random_access
             : job_.Code(status);
}

HRESULT BackgroundCopyFile::UpdateDownloadPosition(UINT64 offset) {
  if (!HasPath()) return DO_E_FILE_DOWNLOADSINK_UNSPECIFIED;
  if (offset > kMaxOffset) return job_.flavour().invalid_range;
  v1::RequestRangesRequest request;
  request.set_position_bytes(static_cast<std::int64_t>(offset));
  return Request(std::move(request));
}

// Does not resume the job.
HRESULT BackgroundCopyFile::RequestFileRanges(DWORD count,
                                              const BG_FILE_RANGE* ranges) {
  if (!HasPath()) return DO_E_FILE_DOWNLOADSINK_UNSPECIFIED;
  if (count == 0 || ranges == nullptr) return E_INVALIDARG;
  v1::JobFile asked;
  if (!AddRanges(ranges, count, &asked)) return job_.flavour().invalid_range;
  v1::RequestRangesRequest request;
  request.mutable_ranges()->Swap(asked.mutable_ranges());
  return Request(std::move(request));
}

HRESULT BackgroundCopyFile::GetFilledFileRanges(DWORD* count,
                                                BG_FILE_RANGE** ranges) {
  if (count == nullptr || ranges == nullptr) return E_INVALIDARG;
  *count = 0;
  *ranges = nullptr;
  if (!HasPath()) return S_OK;
  absl::StatusOr<v1::GetFilledRangesResponse> filled =
      job_.client().GetFilledRanges(job_.id(), made_of().index());
  if (!filled.ok()) return job_.Code(filled.status());
  return GiveRanges(CopyRangesOf(filled->ranges()), count, ranges);
}

}  // namespace convoy::background_copy
