#include <oleauto.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "client/background_copy/file.h"
#include "client/background_copy/integrity_info.h"
#include "client/background_copy/remote_name.h"
#include "client/background_copy/session.h"
#include "client/background_copy/stream_path.h"
#include "client/background_copy/wide_text.h"
#include "client/com/variant_values.h"
#include "client/swarm_client.h"
#include "convoy/v1/swarm_service.pb.h"
#include "google/protobuf/duration.pb.h"

namespace convoy::background_copy {
namespace {

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

// What belongs to a content: given bytes, connections, milliseconds, the mode
// in force.
void SetSwarmStats(const v1::SwarmStats& from, DOSwarmStats* to) {
  to->downloadMode = ModeOf(from.download_mode());
  to->bytesToLanPeers = Unsigned(from.bytes_to_lan_peers());
  to->bytesToGroupPeers = Unsigned(from.bytes_to_group_peers());
  to->bytesToInternetPeers = Unsigned(from.bytes_to_internet_peers());
  to->httpConnectionCount = static_cast<UINT>(from.http_connection_count());
  to->lanConnectionCount = static_cast<UINT>(from.lan_connection_count());
  to->groupConnectionCount = static_cast<UINT>(from.group_connection_count());
  to->internetConnectionCount =
      static_cast<UINT>(from.internet_connection_count());
  const google::protobuf::Duration& duration = from.download_duration();
  to->downloadDuration = static_cast<UINT>(std::min<std::int64_t>(
      duration.seconds() * 1000 + duration.nanos() / 1'000'000,
      std::numeric_limits<UINT>::max()));
}

}  // namespace

// Received bytes are this file's; the rest is its content's, and 0 where it is
// not shared. The strings are freed with CoTaskMemFree.
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
  if (!file.content_id().empty()) {
    const absl::StatusOr<v1::Content> content =
        SwarmClient(job_.client().options()).GetContent(file.content_id());
    if (content.ok()) {
      SetSwarmStats(content->stats(), stats);
    } else if (!absl::IsNotFound(content.status())) {
      return job_.Code(content.status());
    }
  }
  result = GiveText(file.client_file_id(), &stats->fileId);
  if (FAILED(result)) return result;
  return GiveText(RemoteNameOfUrl(file.remote_url()), &stats->sourceURL);
}

HRESULT BackgroundCopyFile::GetProperty(DOFilePropertyId id, VARIANT* value) {
  if (value == nullptr) return E_INVALIDARG;
  VariantInit(value);
  v1::JobFile file;
  switch (id) {
    case DOFilePropertyId_TotalSizeBytes:
    case DOFilePropertyId_DownloadSinkFilePath:
    case DOFilePropertyId_DownloadSinkInterface:
    case DOFilePropertyId_IntegrityCheckMandatory: {
      const HRESULT result = Read(&file);
      if (FAILED(result)) return result;
      break;
    }
    case DOFilePropertyId_DecryptionInfo:
    case DOFilePropertyId_IntegrityCheckInfo:
      return DO_E_WRITE_ONLY_PROPERTY;
    case DOFilePropertyId_DownloadSinkMemoryStream:
      return DO_E_MEMORYSTREAM_DOWNLOAD_NOT_SUPPORTED;
    default:
      return job_.flavour().unknown_property;
  }
  if (id == DOFilePropertyId_TotalSizeBytes) {
    return GiveLargeNumber(file.has_size_bytes() ? Unsigned(file.size_bytes())
                           : file.has_expected_size_bytes()
                               ? Unsigned(file.expected_size_bytes())
                               : DO_UNKNOWN_FILE_SIZE,
                           value);
  }
  if (id == DOFilePropertyId_IntegrityCheckMandatory) {
    return GiveBool(file.required_integrity() == v1::INTEGRITY_MANDATORY,
                    value);
  }
  const bool is_stream = IsStreamPath(file.local_path());
  if (id == DOFilePropertyId_DownloadSinkFilePath) {
    return convoy::GiveText(is_stream ? std::string() : file.local_path(),
                            value);
  }
  return GiveObject(
      is_stream ? job_.session().streams().Find(job_.id(), file.index()).Get()
                : nullptr,
      value);
}

HRESULT BackgroundCopyFile::Place(
    const std::string& path, Microsoft::WRL::ComPtr<ISequentialStream> stream) {
  MutexLock lock(&mutex_);
  if (HasPath()) return DO_E_FILE_DOWNLOADSINK_ALREADY_SET;
  v1::JobFile file = wanted_;
  file.set_local_path(path);
  int index = 0;
  const HRESULT added = job_.AddFiles({file}, &index);
  if (FAILED(added)) return added;
  file.set_index(index);
  placed_ = std::make_unique<const v1::JobFile>(std::move(file));
  file_ = placed_.get();
  --*without_path_;
  if (stream != nullptr) {
    job_.session().streams().Add(job_, index, std::move(stream));
  }
  return S_OK;
}

HRESULT BackgroundCopyFile::Want(
    const std::function<void(v1::JobFile& file)>& change) {
  MutexLock lock(&mutex_);
  if (HasPath()) return DO_E_INVALID_STATE;
  change(wanted_);
  return S_OK;
}

HRESULT BackgroundCopyFile::SetPath(const VARIANT& value) {
  if (HasPath()) return DO_E_FILE_DOWNLOADSINK_ALREADY_SET;
  const std::optional<std::string> path = TextIn(value);
  if (!path.has_value() || path->empty()) return E_INVALIDARG;
  return Place(*path, nullptr);
}

HRESULT BackgroundCopyFile::SetStream(const VARIANT& value) {
  if (HasPath()) return DO_E_FILE_DOWNLOADSINK_ALREADY_SET;
  Microsoft::WRL::ComPtr<ISequentialStream> stream;
  const HRESULT result = ObjectIn<ISequentialStream>(value, stream);
  if (FAILED(result)) return result;
  if (stream == nullptr) return E_INVALIDARG;
  return Place(NewStreamPath(), std::move(stream));
}

HRESULT BackgroundCopyFile::SetSize(const VARIANT& value) {
  if (value.vt != VT_UI8 ||
      value.ullVal > std::numeric_limits<std::int64_t>::max()) {
    return E_INVALIDARG;
  }
  const auto size = static_cast<std::int64_t>(value.ullVal);
  const HRESULT wanted =
      Want([size](v1::JobFile& file) { file.set_expected_size_bytes(size); });
  if (wanted != DO_E_INVALID_STATE) return wanted;
  v1::JobFile file;
  file.set_index(made_of().index());
  file.set_expected_size_bytes(size);
  return job_.SetFile("expected_size_bytes", std::move(file));
}

HRESULT BackgroundCopyFile::SetIntegrityInfo(const VARIANT& value) {
  const std::optional<std::string> json = TextIn(value);
  if (!json.has_value()) return E_INVALIDARG;
  const std::optional<v1::Manifest> manifest = ParseIntegrityInfo(*json);
  if (!manifest.has_value()) return E_INVALIDARG;
  return Want([&](v1::JobFile& file) { *file.mutable_manifest() = *manifest; });
}

HRESULT BackgroundCopyFile::SetIntegrityMandatory(const VARIANT& value) {
  const std::optional<bool> mandatory = BoolIn(value);
  if (!mandatory.has_value()) return E_INVALIDARG;
  return Want([&](v1::JobFile& file) {
    file.set_required_integrity(*mandatory ? v1::INTEGRITY_MANDATORY
                                           : v1::INTEGRITY_UNSPECIFIED);
  });
}

HRESULT BackgroundCopyFile::SetProperty(DOFilePropertyId id,
                                        const VARIANT* value) {
  if (value == nullptr) return E_INVALIDARG;
  switch (id) {
    case DOFilePropertyId_TotalSizeBytes:
      return SetSize(*value);
    case DOFilePropertyId_DownloadSinkFilePath:
      return SetPath(*value);
    case DOFilePropertyId_DownloadSinkInterface:
      return SetStream(*value);
    case DOFilePropertyId_IntegrityCheckInfo:
      return SetIntegrityInfo(*value);
    case DOFilePropertyId_IntegrityCheckMandatory:
      return SetIntegrityMandatory(*value);
    // Windows says of it: deprecated, do not use.
    case DOFilePropertyId_DownloadSinkMemoryStream:
      return DO_E_MEMORYSTREAM_DOWNLOAD_NOT_SUPPORTED;
    // What the values of its JSON mean is published nowhere.
    case DOFilePropertyId_DecryptionInfo: {
      const std::optional<std::string> json = TextIn(*value);
      return json.has_value() && IsJsonObject(*json) ? E_NOTIMPL : E_INVALIDARG;
    }
  }
  return job_.flavour().unknown_property;
}

}  // namespace convoy::background_copy
