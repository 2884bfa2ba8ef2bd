#ifndef CONVOY_PEER_SIGNATURE_TESTING_H_
#define CONVOY_PEER_SIGNATURE_TESTING_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace convoy {

// A signer for tests: a key pair of its own and a certificate that it made for
// itself.
struct TestSigner {
  enum class Kind { kEd25519, kEc, kRsa, kEd448 };
  struct Wish {
    Kind kind = Kind::kEd25519;
    int rsa_bits = 2048;
    std::string curve = "P-256";
    std::string name = "test signer";  // Empty: the subject has no name.
    absl::Time begin = absl::FromUnixSeconds(0);
    absl::Time end = absl::FromUnixSeconds(4'000'000'000);
  };

  std::string private_pem;
  std::string public_pem;
  std::string certificate_pem;
  std::string certificate_der;
  // With the passphrase "sesame".
  std::string encrypted_pem;
};

TestSigner MakeTestSigner(const TestSigner::Wish& wish);
TestSigner MakeTestSigner();

// `metainfo`, a metainfo file that ends with its info dictionary, with bencoded
// `signatures`.
std::string WithSignatures(absl::string_view metainfo,
                           absl::string_view signatures);
// The bencoded dictionary of one signature under `name`. `info`: bencoded, or
// empty. `signed_bytes`: what is signed, without `info`.
std::string SignatureEntry(absl::string_view name, const TestSigner& signer,
                           absl::string_view signed_bytes,
                           absl::string_view info = "");

}  // namespace convoy

#endif  // CONVOY_PEER_SIGNATURE_TESTING_H_
