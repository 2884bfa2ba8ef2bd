#include "client/background_copy/certificate_registration.h"

#include <wincrypt.h>
#include <wrl/client.h>

#include <algorithm>

#include "client/background_copy/file.h"
#include "client/background_copy/job.h"
#include "client/job_watcher.h"

namespace convoy::background_copy {
namespace {

using Microsoft::WRL::ComPtr;

// ServerCertificateApproval's bound of a list.
constexpr int kMaxKeys = 64;

bool Waits(const v1::Job& job) {
  return job.state() == v1::JOB_STATE_TRANSIENT_ERROR &&
         job.error().detail().reason() ==
             v1::ERROR_REASON_SERVER_CERTIFICATE_NOT_APPROVED;
}

using Keys = google::protobuf::RepeatedPtrField<std::string>;

void RemoveKey(const std::string& key, Keys* keys) {
  keys->erase(std::remove(keys->begin(), keys->end(), key), keys->end());
}

// The oldest one goes where there are too many.
void AddKey(const std::string& key, Keys* keys) {
  RemoveKey(key, keys);
  if (keys->size() >= kMaxKeys) keys->erase(keys->begin());
  *keys->Add() = key;
}

const BYTE* BytesOf(const std::string& bytes) {
  return bytes.empty() ? nullptr : reinterpret_cast<const BYTE*>(bytes.data());
}

}  // namespace

void CertificateRegistration::Work(std::optional<v1::Job> news) {
  if (news.has_value()) last_ = std::move(news);
  if (!last_.has_value()) return;
  if (IsFinalState(last_->state())) return Finish();
  if (!Waits(*last_)) return;
  // News may be old, and a job that was suspended since must not be resumed.
  v1::Job now;
  const HRESULT read = job_.Read(&now);
  if (IsAway(read)) return RunAfter(kAskAgain);
  if (FAILED(read) || !Waits(now)) return;
  std::optional<CallbackTarget> target = BeginCall();
  if (!target.has_value()) return;
  const std::string& key = now.error().detail().server_key();
  auto answer = answers_.find(key);
  if (answer == answers_.end()) {
    answer = answers_.emplace(key, IsApproved(now, *target)).first;
  }
  const HRESULT written = removed() ? S_OK : Write(key, answer->second);
  target.reset();
  EndCall();
  if (IsAway(written)) RunAfter(kAskAgain);
}

bool CertificateRegistration::IsApproved(const v1::Job& job,
                                         const CallbackTarget& target) {
  const v1::ErrorDetail& detail = job.error().detail();
  std::string certificate;
  std::string store;
  for (const std::string& one : detail.server_certificates()) {
    if (certificate.empty()) certificate = one;
    store += one;
  }
  ComPtr<IBackgroundCopyJob5> object;
  object.Attach(new BackgroundCopyJob(job_));
  ComPtr<IBackgroundCopyFile> file;
  v1::JobFile found;
  if (job.error().has_file_index() &&
      SUCCEEDED(job_.ReadFile(job.error().file_index(), &found))) {
    file.Attach(new BackgroundCopyFile(job_, std::move(found)));
  }
  const MessageRedirect redirect(target.messages);
  return target.validation->ValidateServerCertificate(
             object.Get(), file.Get(), static_cast<DWORD>(certificate.size()),
             BytesOf(certificate), X509_ASN_ENCODING | PKCS_7_ASN_ENCODING,
             static_cast<DWORD>(store.size()), BytesOf(store)) == S_OK;
}

HRESULT CertificateRegistration::Write(const std::string& key,
                                       bool is_approved) {
  const HRESULT written =
      job_.Edit({"http.certificate_approval"}, [&](v1::Job& job) {
        // Somebody took the question back.
        if (!job.http().has_certificate_approval()) return S_FALSE;
        v1::ServerCertificateApproval& approval =
            *job.mutable_http()->mutable_certificate_approval();
        Keys* const approved = approval.mutable_approved_keys();
        Keys* const refused = approval.mutable_refused_keys();
        AddKey(key, is_approved ? approved : refused);
        RemoveKey(key, is_approved ? refused : approved);
        return S_OK;
      });
  if (written != S_OK) return written;
  return job_.Code(job_.client().ResumeJob(job_.id()).status());
}

}  // namespace convoy::background_copy
