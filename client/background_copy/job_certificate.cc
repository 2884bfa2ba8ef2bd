#include <cstddef>
#include <cstring>
#include <cwchar>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/background_copy/job.h"
#include "client/background_copy/job_notes.h"
#include "client/background_copy/pem_store.h"
#include "client/background_copy/wide_text.h"

// The certificate that a job shows to servers. There are no certificate stores:
// a store's name is the absolute path of a PEM file, or of a folder of PEM
// files, and a certificate's key stands in its file. Names of Windows' stores
// ("MY") are E_NOTIMPL.
namespace convoy::background_copy {
namespace {

// Of a SHA-1.
constexpr std::size_t kHashBytes = 20;

using Wanted = std::function<bool(const PemCertificate& one)>;

HRESULT PathOfStore(LPCWSTR store, std::string* path) {
  if (store == nullptr || *store == L'\0') return E_INVALIDARG;
  const std::optional<std::string> text = Utf8Of(store);
  if (!text.has_value()) return E_INVALIDARG;
  if (!absl::StartsWith(*text, "/")) return E_NOTIMPL;
  *path = std::string(absl::StripSuffix(*text, "/"));
  return S_OK;
}

HRESULT Find(const std::string& store, const Wanted& is_wanted,
             std::string* path) {
  for (const PemCertificate& one : ReadPemStore(store)) {
    if (!is_wanted(one)) continue;
    *path = one.path;
    return S_OK;
  }
  return CRYPT_E_NOT_FOUND;
}

HRESULT SetFiles(const JobAccess& access, BG_CERT_STORE_LOCATION location,
                 const std::string& store, const std::string& certificate,
                 const std::string& key) {
  return access.Edit({"http.tls", "annotations"}, [&](v1::Job& job) {
    v1::HttpTls* const tls = job.mutable_http()->mutable_tls();
    tls->set_client_certificate_file(certificate);
    tls->set_client_key_file(key);
    SetNumberNote(kCertificateStoreNote, location, &job);
    SetNote(kCertificateStoreNameNote, store, &job);
    return S_OK;
  });
}

// The store as it was given, unless another client has named another
// certificate since: then its file.
std::string StoreOf(const v1::Job& job) {
  const std::string& path = job.http().tls().client_certificate_file();
  const std::string store = Note(job, kCertificateStoreNameNote).value_or("");
  const bool is_in_store =
      path == store || absl::StartsWith(path, absl::StrCat(store, "/"));
  return !store.empty() && is_in_store ? store : path;
}

HRESULT GiveHash(const std::string& hash, BYTE** out) {
  *out = static_cast<BYTE*>(CoTaskMemAlloc(hash.size()));
  if (*out == nullptr) return E_OUTOFMEMORY;
  std::memcpy(*out, hash.data(), hash.size());
  return S_OK;
}

}  // namespace

// `hash`: the SHA-1 of the certificate's DER, 20 bytes.
HRESULT BackgroundCopyJob::SetClientCertificateByID(
    BG_CERT_STORE_LOCATION location, LPCWSTR store, BYTE* hash) {
  if (hash == nullptr) return E_INVALIDARG;
  std::string folder;
  const HRESULT named = PathOfStore(store, &folder);
  if (FAILED(named)) return named;
  const std::string sha1(reinterpret_cast<const char*>(hash), kHashBytes);
  std::string path;
  const HRESULT found = Find(
      folder, [&sha1](const PemCertificate& one) { return one.sha1 == sha1; },
      &path);
  if (FAILED(found)) return found;
  return SetFiles(job_, location, folder, path, "");
}

// The first certificate whose subject holds `subject`. Two paths: those of the
// certificate and of its key, which the owner can read when the job runs; NULL
// or empty if the first file holds the key too.
HRESULT BackgroundCopyJob::SetClientCertificateByName(
    BG_CERT_STORE_LOCATION location, LPCWSTR store, LPCWSTR subject) {
  std::string folder;
  const HRESULT named = PathOfStore(store, &folder);
  if (FAILED(named)) return named;
  const std::optional<std::string> name =
      subject == nullptr ? std::string() : Utf8Of(subject);
  if (!name.has_value()) return E_INVALIDARG;
  if (name->empty() || absl::StartsWith(*name, "/")) {
    return SetFiles(job_, location, folder, folder, *name);
  }
  const std::string wanted = absl::AsciiStrToLower(*name);
  std::string path;
  const HRESULT found = Find(
      folder,
      [&wanted](const PemCertificate& one) {
        return absl::StrContains(absl::AsciiStrToLower(one.subject), wanted);
      },
      &path);
  if (FAILED(found)) return found;
  return SetFiles(job_, location, folder, path, "");
}

// The hash and the subject as they are in the file now; NULL if this process
// cannot read it. The subject of a certificate whose key is in another file is
// that file's path.
HRESULT BackgroundCopyJob::GetClientCertificate(
    BG_CERT_STORE_LOCATION* location, LPWSTR* store, BYTE** hash,
    LPWSTR* subject) {
  if (location == nullptr || store == nullptr || hash == nullptr ||
      subject == nullptr) {
    return E_INVALIDARG;
  }
  *store = nullptr;
  *hash = nullptr;
  *subject = nullptr;
  v1::Job job;
  HRESULT result = job_.Read(&job);
  if (FAILED(result)) return result;
  const v1::HttpTls& tls = job.http().tls();
  if (tls.client_certificate_file().empty()) return E_NOT_SET;
  *location = static_cast<BG_CERT_STORE_LOCATION>(NumberNote(
      job, kCertificateStoreNote, BG_CERT_STORE_LOCATION_CURRENT_USER));
  const std::optional<PemCertificate> found =
      ReadPemFile(tls.client_certificate_file());
  std::optional<std::string> name;
  if (!tls.client_key_file().empty()) {
    name = tls.client_key_file();
  } else if (found.has_value()) {
    name = found->subject;
  }
  result = GiveText(StoreOf(job), store);
  if (SUCCEEDED(result) && found.has_value()) {
    result = GiveHash(found->sha1, hash);
  }
  if (SUCCEEDED(result) && name.has_value()) result = GiveText(*name, subject);
  if (SUCCEEDED(result)) return result;
  CoTaskMemFree(*store);
  CoTaskMemFree(*hash);
  *store = nullptr;
  *hash = nullptr;
  return result;
}

// S_FALSE if there is none.
HRESULT BackgroundCopyJob::RemoveClientCertificate() {
  return job_.Edit({"http.tls", "annotations"}, [](v1::Job& job) {
    v1::HttpTls* const tls = job.mutable_http()->mutable_tls();
    if (tls->client_certificate_file().empty()) return S_FALSE;
    tls->clear_client_certificate_file();
    tls->clear_client_key_file();
    SetNote(kCertificateStoreNote, std::nullopt, &job);
    SetNote(kCertificateStoreNameNote, std::nullopt, &job);
    return S_OK;
  });
}

}  // namespace convoy::background_copy
