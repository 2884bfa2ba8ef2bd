// Certificates that a server showed: DER inside of PEM, and PEM that is none.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "peer/server_certificates.h"

namespace convoy {
namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

std::string Pem(absl::string_view der) {
  const std::string base64 = absl::Base64Escape(der);
  std::string lines;
  for (std::size_t at = 0; at < base64.size(); at += 64) {
    absl::StrAppend(&lines, base64.substr(at, 64), "\n");
  }
  return absl::StrCat("-----BEGIN CERTIFICATE-----\n", lines,
                      "-----END CERTIFICATE-----\n");
}

// What is told is bounded.
ServerCertificates Read(const std::vector<std::string>& pem) {
  ServerCertificates read = ReadServerCertificates(pem);
  std::size_t bytes = 0;
  for (const std::string& der : read.der) {
    Check(!der.empty());
    bytes += der.size();
  }
  Check(read.der.size() <= pem.size() && bytes <= 16 << 10);
  std::string digest;
  Check(read.key.empty() ||
        (absl::Base64Unescape(read.key, &digest) && digest.size() == 32));
  return read;
}

}  // namespace
}  // namespace convoy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  convoy::Read({input, input});
  const std::string pem = convoy::Pem(input);
  const convoy::ServerCertificates read = convoy::Read({pem, pem, pem});
  if (read.der.empty()) return 0;
  // Who approves the key approves this one, also when it is shown again.
  convoy::Check(convoy::Read({convoy::Pem(read.der[0])}).key == read.key);
  return 0;
}
