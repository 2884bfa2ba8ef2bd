#ifndef CONVOY_PEER_SERVER_CERTIFICATES_H_
#define CONVOY_PEER_SERVER_CERTIFICATES_H_

#include <string>
#include <vector>

namespace convoy {

// What a server showed, for somebody who shall approve it.
struct ServerCertificates {
  // DER, the server's own first; at most 16 KiB together.
  std::vector<std::string> der;
  // Base64 of the SHA-256 of the first one's SubjectPublicKeyInfo (RFC 7469
  // section 2.4). Empty: not known.
  std::string key;
};

// `pem`: a certificate each, the server's own first. From one that cannot be
// read on, they are left out.
ServerCertificates ReadServerCertificates(const std::vector<std::string>& pem);

}  // namespace convoy

#endif  // CONVOY_PEER_SERVER_CERTIFICATES_H_
