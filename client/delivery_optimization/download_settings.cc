// The properties of a Download.
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "client/background_copy/job_notes.h"
#include "client/com/variant_values.h"
#include "client/delivery_optimization/download.h"
#include "client/delivery_optimization/gateway.h"

namespace convoy::delivery_optimization {
namespace {

using background_copy::JobAccess;

constexpr absl::Duration kLongestWait = absl::Seconds(5);
// Each try that fails is one that somebody else's change took.
constexpr int kMaxTries = 1000;

// A cache that serves everybody does not get it.
bool IsSecret(DODownloadProperty property) {
  return property == DODownloadProperty_HttpCustomHeaders ||
         property == DODownloadProperty_HttpCustomAuthHeaders ||
         property == DODownloadProperty_SecurityContext;
}

}  // namespace

HRESULT Download::SetProperty(DODownloadProperty property,
                              const VARIANT* value) {
  if (value == nullptr) return E_INVALIDARG;
  const HRESULT local = SetLocalProperty(property, *value);
  if (local != S_FALSE) return local;
  const PropertyRule* const rule = FindPropertyRule(property);
  if (rule == nullptr) return DO_E_UNKNOWN_PROPERTY_ID;
  if (rule->set == nullptr) return DO_E_READ_ONLY_PROPERTY;
  MutexLock call(&calls_);
  if (is_started()) return ChangeStarted(*rule, *value);
  DownloadParts changed = parts_;
  const HRESULT result = rule->set(*value, &changed);
  if (SUCCEEDED(result)) parts_ = std::move(changed);
  return result;
}

HRESULT Download::ChangeStarted(const PropertyRule& rule,
                                const VARIANT& value) {
  if (rule.change == PropertyRule::Change::kBeforeStart) {
    return DO_E_INVALID_STATE;
  }
  if (rule.change == PropertyRule::Change::kFile) {
    return ChangeFile(rule, value);
  }
  DownloadParts alone = parts_;
  if (IsSecret(rule.property) && NameGateway("", &alone)) {
    const HRESULT left = job()->SetFile("mirror_urls", alone.file);
    if (FAILED(left)) return left;
    parts_ = std::move(alone);
  }
  HRESULT result = E_CHANGED_STATE;
  for (int i = 0; i < kMaxTries && result == E_CHANGED_STATE; ++i) {
    result = ChangeJob(rule, value);
  }
  return result;
}

HRESULT Download::ChangeFile(const PropertyRule& rule, const VARIANT& value) {
  DownloadParts changed = parts_;
  const HRESULT result = rule.set(value, &changed);
  if (FAILED(result)) return result;
  v1::UpdateFileRequest request;
  request.set_job_id(job()->id());
  for (const absl::string_view field : rule.fields) {
    request.mutable_update_mask()->add_paths(std::string(field));
  }
  // The mirror goes with the URL.
  if (NameGateway("", &changed)) {
    NameGateway(Gateway(), &changed);
    request.mutable_update_mask()->add_paths("mirror_urls");
  }
  request.mutable_file()->set_remote_url(changed.file.remote_url());
  *request.mutable_file()->mutable_mirror_urls() = changed.file.mirror_urls();
  const HRESULT written =
      job()->Code(session_.client().UpdateFile(request).status());
  if (SUCCEEDED(written)) parts_ = std::move(changed);
  return written;
}

HRESULT Download::ChangeJob(const PropertyRule& rule, const VARIANT& value) {
  const JobAccess access = *job();
  DownloadParts changed = parts_;
  v1::Job now;
  HRESULT result = access.Read(&now);
  if (FAILED(result)) return result;
  changed.job = now;
  result = rule.set(value, &changed);
  if (FAILED(result) || rule.fields.empty()) return result;
  const bool is_certificate =
      rule.property == DODownloadProperty_SecurityContext;
  UniqueFd lock;
  if (is_certificate) result = PlaceCertificate(&changed, &lock);
  if (FAILED(result)) return result;
  v1::UpdateJobRequest request;
  *request.mutable_job() = changed.job;
  request.mutable_job()->set_id(access.id());
  request.mutable_job()->set_etag(now.etag());
  for (const absl::string_view field : rule.fields) {
    request.mutable_update_mask()->add_paths(std::string(field));
  }
  result = access.Code(session_.client().UpdateJob(request).status());
  lock.reset();
  if (is_certificate) {
    // Of the two files, the one that no job names any more.
    RemoveCertificate(now.http().tls().client_certificate_file());
    RemoveCertificate(changed.job.http().tls().client_certificate_file());
  }
  if (SUCCEEDED(result)) parts_ = std::move(changed);
  return result;
}

HRESULT Download::GetProperty(DODownloadProperty property, VARIANT* value) {
  if (value == nullptr) return E_INVALIDARG;
  VariantInit(value);
  const HRESULT local = GetLocalProperty(property, value);
  if (local != S_FALSE) return local;
  const PropertyRule* const rule = FindPropertyRule(property);
  if (rule == nullptr) return DO_E_UNKNOWN_PROPERTY_ID;
  if (rule->get == nullptr) return DO_E_WRITE_ONLY_PROPERTY;
  MutexLock call(&calls_);
  if (!is_started()) {
    if (property == DODownloadProperty_Id) {
      if (!job().has_value()) {
        const HRESULT made = MakeJob(/*with_file=*/false);
        if (FAILED(made)) return made;
      }
      return GiveText(job()->id(), value);
    }
    return rule->get(parts_, value);
  }
  const JobAccess access = *job();
  DownloadParts now;
  HRESULT result = access.Read(&now.job);
  if (FAILED(result)) return result;
  result = access.ReadFile(0, &now.file);
  // A cancelled job's files may be gone.
  if (FAILED(result)) now.file = parts_.file;
  now.auth_headers = parts_.auth_headers;
  return rule->get(now, value);
}

HRESULT Download::SetLocalProperty(DODownloadProperty property,
                                   const VARIANT& value) {
  switch (property) {
    case DODownloadProperty_CallbackInterface:
      return SetCallback(value);
    case DODownloadProperty_StreamInterface:
      return SetStream(value);
    case DODownloadProperty_BlockingMode: {
      const std::optional<bool> blocking = BoolIn(value);
      if (!blocking.has_value()) return E_INVALIDARG;
      MutexLock lock(&mutex_);
      blocking_ = *blocking;
      return S_OK;
    }
    case DODownloadProperty_CallbackFreqPercent:
    case DODownloadProperty_CallbackFreqSeconds: {
      const std::optional<std::uint32_t> number = NumberIn(value);
      const bool is_percent =
          property == DODownloadProperty_CallbackFreqPercent;
      if (!number.has_value() || (is_percent && *number > 100)) {
        return E_INVALIDARG;
      }
      MutexLock lock(&mutex_);
      (is_percent ? callback_percent_ : callback_seconds_) = *number;
      return S_OK;
    }
    default:
      return S_FALSE;
  }
}

HRESULT Download::GetLocalProperty(DODownloadProperty property,
                                   VARIANT* value) {
  MutexLock lock(&mutex_);
  switch (property) {
    case DODownloadProperty_CallbackInterface:
      return GiveObject(callback_.Get(), value);
    case DODownloadProperty_StreamInterface:
      return GiveObject(stream_.Get(), value);
    case DODownloadProperty_BlockingMode:
      return GiveBool(blocking_, value);
    case DODownloadProperty_CallbackFreqPercent:
      return GiveNumber(callback_percent_, value);
    case DODownloadProperty_CallbackFreqSeconds:
      return GiveNumber(callback_seconds_, value);
    default:
      return S_FALSE;
  }
}

HRESULT Download::SetStream(const VARIANT& value) {
  StreamPointer stream;
  const HRESULT result = ObjectIn<ISequentialStream>(value, stream);
  if (FAILED(result)) return result;
  MutexLock lock(&mutex_);
  if (started_) return DO_E_INVALID_STATE;
  stream_.Swap(stream);  // The old one goes without the lock.
  return S_OK;
}

HRESULT Download::SetCallback(const VARIANT& value) {
  CallbackPointer callback;
  const HRESULT result = ObjectIn<IDODownloadStatusCallback>(value, callback);
  if (FAILED(result)) return result;
  {
    MutexLock lock(&mutex_);
    callback_.Swap(callback);  // The old one goes without the lock.
    callback_messages_ = MessagesOfThisThread();
    told_.reset();
  }
  if (callback != nullptr) WaitForCall(callback.Get());
  Watch();
  return S_OK;
}

void Download::WaitForCall(const IDODownloadStatusCallback* old) {
  if (DownloadWatch::Of(session_).IsCurrent()) return;
  const absl::Time end = absl::Now() + kLongestWait;
  MutexLock lock(&mutex_);
  while (called_ == old && absl::Now() < end) {
    changed_.WaitFor(&mutex_, end - absl::Now());
  }
}

}  // namespace convoy::delivery_optimization
