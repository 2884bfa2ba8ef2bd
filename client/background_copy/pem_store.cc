#include "client/background_copy/pem_store.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "peer/base/openssl_pointers.h"

namespace convoy::background_copy {
namespace {

// HttpTls's bound of a file.
constexpr std::uintmax_t kMaxBytes = 1 << 20;
// Of a folder; a caller waits for all of them.
constexpr std::size_t kMaxFiles = 1000;

BioPtr BioOf(const std::string& bytes) {
  return BioPtr(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

// Nobody is asked for a passphrase.
int NoPassphrase(char*, int, int, void*) { return -1; }

std::string ReadPlainFile(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error) ||
      std::filesystem::file_size(path, error) > kMaxBytes || error) {
    return "";
  }
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string Sha1Of(const X509& certificate) {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (X509_digest(&certificate, EVP_sha1(), bytes, &size) != 1) return "";
  return std::string(reinterpret_cast<const char*>(bytes), size);
}

std::string CommonNameOf(const X509_NAME& name) {
  const int at = X509_NAME_get_index_by_NID(&name, NID_commonName, -1);
  if (at < 0) return "";
  unsigned char* text = nullptr;
  const int size = ASN1_STRING_to_UTF8(
      &text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(&name, at)));
  if (size < 0) return "";
  std::string common_name(reinterpret_cast<const char*>(text),
                          static_cast<std::size_t>(size));
  OPENSSL_free(text);
  return common_name;
}

std::string SubjectOf(const X509& certificate) {
  const X509_NAME* const name = X509_get_subject_name(&certificate);
  std::string common_name = CommonNameOf(*name);
  if (!common_name.empty()) return common_name;
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (bio == nullptr ||
      X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253) < 0) {
    return "";
  }
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return std::string(text, static_cast<std::size_t>(size));
}

std::optional<PemCertificate> Parse(const std::string& path,
                                    const std::string& pem) {
  if (pem.empty()) return std::nullopt;
  const CertificatePtr certificate(
      PEM_read_bio_X509(BioOf(pem).get(), nullptr, NoPassphrase, nullptr));
  if (certificate == nullptr) return std::nullopt;
  PemCertificate found;
  found.path = path;
  found.sha1 = Sha1Of(*certificate);
  found.subject = SubjectOf(*certificate);
  const KeyPtr key(PEM_read_bio_PrivateKey(BioOf(pem).get(), nullptr,
                                           NoPassphrase, nullptr));
  found.has_key = key != nullptr &&
                  X509_check_private_key(certificate.get(), key.get()) == 1;
  return found;
}

}  // namespace

std::optional<PemCertificate> ReadPemFile(const std::string& path) {
  std::optional<PemCertificate> found = Parse(path, ReadPlainFile(path));
  // OpenSSL notes on the thread what it could not read.
  ERR_clear_error();
  return found;
}

std::vector<PemCertificate> ReadPemStore(const std::string& path) {
  std::vector<std::string> paths;
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    std::filesystem::directory_iterator file(path, error);
    for (; !error && file != std::filesystem::directory_iterator() &&
           paths.size() < kMaxFiles;
         file.increment(error)) {
      paths.push_back(file->path().string());
    }
    std::sort(paths.begin(), paths.end());
  } else {
    paths.push_back(path);
  }
  std::vector<PemCertificate> all;
  for (const std::string& one : paths) {
    std::optional<PemCertificate> found = ReadPemFile(one);
    if (found.has_value() && found->has_key) all.push_back(*std::move(found));
  }
  return all;
}

}  // namespace convoy::background_copy
