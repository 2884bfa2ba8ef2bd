#include "daemon/remote_control.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "convoy/v1/config.pb.h"
#include "daemon/pem_file.h"
#include "peer/base/status_macros.h"

namespace convoy {
namespace {

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Bio = std::unique_ptr<BIO, Free>;
using Certificate = std::unique_ptr<X509, Free>;
using Key = std::unique_ptr<EVP_PKEY, Free>;

// Nobody is there who could type a passphrase.
int NoPassphrase(char* /*buffer*/, int /*size*/, int /*writing*/,
                 void* /*user*/) {
  return -1;
}

Bio Reader(const std::string& pem) {
  return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

// The first certificate of the text. Null: there is none.
Certificate FirstCertificate(const std::string& pem) {
  return Certificate(
      PEM_read_bio_X509(Reader(pem).get(), nullptr, &NoPassphrase, nullptr));
}

absl::Status CheckKey(const PemFile& file, const std::string& pem,
                      const Certificate& certificate) {
  const Key key(PEM_read_bio_PrivateKey(Reader(pem).get(), nullptr,
                                        &NoPassphrase, nullptr));
  if (key == nullptr) {
    return file.Problem(v1::ERROR_REASON_INVALID_ARGUMENT,
                        "holds no private key without a passphrase");
  }
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    return file.Problem(
        v1::ERROR_REASON_INVALID_ARGUMENT,
        "is not the key of the certificate in remote_control.certificate_file");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::optional<SecurePort>> MakeSecurePort(
    const Settings& settings) {
  const v1::RemoteControlConfig& config = settings.config.remote_control();
  const auto listen = ParseListenAddress(config.listen());
  if (!listen.has_value()) return std::nullopt;
  const PemFile ca(settings, "remote_control.ca_file", config.ca_file());
  const PemFile certificate(settings, "remote_control.certificate_file",
                            config.certificate_file());
  const PemFile key(settings, "remote_control.key_file", config.key_file());
  SecurePort port;
  port.listen = *listen;
  CONVOY_ASSIGN_OR_RETURN(port.ca_pem, ca.Read());
  CONVOY_ASSIGN_OR_RETURN(port.certificate_pem, certificate.Read());
  CONVOY_ASSIGN_OR_RETURN(port.key_pem, key.Read());
  if (FirstCertificate(port.ca_pem) == nullptr) {
    return ca.Problem(v1::ERROR_REASON_INVALID_ARGUMENT,
                      "holds no certificate");
  }
  const Certificate own = FirstCertificate(port.certificate_pem);
  if (own == nullptr) {
    return certificate.Problem(v1::ERROR_REASON_INVALID_ARGUMENT,
                               "holds no certificate");
  }
  CONVOY_RETURN_IF_ERROR(CheckKey(key, port.key_pem, own));
  return port;
}

}  // namespace convoy
