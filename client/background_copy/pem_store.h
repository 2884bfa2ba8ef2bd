#ifndef CONVOY_CLIENT_BACKGROUND_COPY_PEM_STORE_H_
#define CONVOY_CLIENT_BACKGROUND_COPY_PEM_STORE_H_

#include <optional>
#include <string>
#include <vector>

namespace convoy::background_copy {

// Where Windows has certificate stores: a PEM file, or a folder of such files.
// The first certificate of a file counts; those after it are its chain.
struct PemCertificate {
  std::string path;
  std::string sha1;      // 20 bytes, of its DER.
  std::string subject;   // Its common name; without one, all of its subject.
  bool has_key = false;  // In the same file.
};

// Nothing if there is no certificate. Other files than plain ones, and those
// above HttpTls's bound, have none.
std::optional<PemCertificate> ReadPemFile(const std::string& path);

// Those of `path` that have their key, in the order of the files' names.
std::vector<PemCertificate> ReadPemStore(const std::string& path);

}  // namespace convoy::background_copy

#endif  // CONVOY_CLIENT_BACKGROUND_COPY_PEM_STORE_H_
