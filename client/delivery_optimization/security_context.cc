#include "client/delivery_optimization/security_context.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>
#include <vector>

#include "peer/base/openssl_pointers.h"

namespace convoy::delivery_optimization {
namespace {

// HttpTls's bound of a file.
constexpr std::size_t kMaxBytes = 1 << 20;

BioPtr BioOf(absl::string_view bytes) {
  return BioPtr(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

// Nobody is asked for a passphrase.
int NoPassphrase(char*, int, int, void*) { return -1; }

CertificatePtr FromDer(absl::string_view bytes) {
  auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  const auto* const end = at + bytes.size();
  CertificatePtr certificate(
      d2i_X509(nullptr, &at, static_cast<long>(bytes.size())));
  if (at != end) certificate.reset();
  return certificate;
}

CertificatePtr NextFromPem(BIO* text) {
  return CertificatePtr(
      PEM_read_bio_X509(text, nullptr, NoPassphrase, nullptr));
}

KeyPtr NextKey(BIO* text) {
  return KeyPtr(PEM_read_bio_PrivateKey(text, nullptr, NoPassphrase, nullptr));
}

SecurityContext Read(absl::string_view bytes) {
  if (bytes.empty() || bytes.size() > kMaxBytes) return SecurityContext::kNone;
  if (FromDer(bytes) != nullptr) return SecurityContext::kCertificateAlone;
  const CertificatePtr certificate = NextFromPem(BioOf(bytes).get());
  if (certificate == nullptr) return SecurityContext::kNone;
  const KeyPtr key = NextKey(BioOf(bytes).get());
  if (key == nullptr) return SecurityContext::kCertificateAlone;
  return X509_check_private_key(certificate.get(), key.get()) == 1
             ? SecurityContext::kCertificateAndKey
             : SecurityContext::kNone;
}

// Files that may hold a key, in the order of their names.
std::vector<std::filesystem::path> KeyFiles(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) return {path};
  std::vector<std::filesystem::path> files;
  std::filesystem::directory_iterator entry(path, error);
  for (; !error && entry != std::filesystem::directory_iterator();
       entry.increment(error)) {
    const std::filesystem::path end = entry->path().extension();
    if (end == ".pem" || end == ".key") files.push_back(entry->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// Empty: it is no plain file, or too large.
std::string ReadKeyFile(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return "";
  std::ifstream file(path, std::ios::binary);
  std::string text(kMaxBytes + 1, '\0');
  file.read(&text[0], static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text.size() <= kMaxBytes ? text : "";
}

KeyPtr FindKey(const std::string& path, X509* certificate) {
  for (const std::filesystem::path& file : KeyFiles(path)) {
    const std::string text = ReadKeyFile(file);
    const BioPtr bio = BioOf(text);
    while (KeyPtr key = NextKey(bio.get())) {
      if (X509_check_private_key(certificate, key.get()) == 1) return key;
    }
  }
  return nullptr;
}

std::string PemOf(const std::vector<CertificatePtr>& certificates,
                  EVP_PKEY* key) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  for (const CertificatePtr& one : certificates) {
    if (PEM_write_bio_X509(bio.get(), one.get()) != 1) return "";
  }
  if (PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr,
                               nullptr) != 1) {
    return "";
  }
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<std::size_t>(size));
}

}  // namespace

SecurityContext SecurityContextOf(absl::string_view bytes) {
  const SecurityContext context = Read(bytes);
  // OpenSSL notes on the thread what it could not read.
  ERR_clear_error();
  return context;
}

std::string WithKeyFrom(const std::string& path,
                        absl::string_view certificate) {
  std::vector<CertificatePtr> all;
  if (CertificatePtr one = FromDer(certificate)) {
    all.push_back(std::move(one));
  } else {
    const BioPtr text = BioOf(certificate);
    while (CertificatePtr next = NextFromPem(text.get())) {
      all.push_back(std::move(next));
    }
  }
  const KeyPtr key = all.empty() ? nullptr : FindKey(path, all.front().get());
  std::string pem = key == nullptr ? "" : PemOf(all, key.get());
  ERR_clear_error();
  return pem;
}

}  // namespace convoy::delivery_optimization
