#ifndef CONVOY_CLIENT_DELIVERY_OPTIMIZATION_SECURITY_CONTEXT_H_
#define CONVOY_CLIENT_DELIVERY_OPTIMIZATION_SECURITY_CONTEXT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace convoy::delivery_optimization {

// What the bytes of DODownloadProperty_SecurityContext are.
enum class SecurityContext {
  // No certificate, one with another's key, or more than 1 MiB.
  kNone,
  // A certificate, in DER or PEM, whose key is not there or wants a passphrase.
  kCertificateAlone,
  // PEM: a certificate and its key.
  kCertificateAndKey,
};

SecurityContext SecurityContextOf(absl::string_view bytes);

// A certificate that came alone, and those that came with it, as PEM with the
// key from `path`: a PEM file, or a folder of .pem and .key files. Empty: the
// key is not there, or wants a passphrase.
std::string WithKeyFrom(const std::string& path, absl::string_view certificate);

}  // namespace convoy::delivery_optimization

#endif  // CONVOY_CLIENT_DELIVERY_OPTIMIZATION_SECURITY_CONTEXT_H_
