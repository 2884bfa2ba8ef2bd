#ifndef CONVOY_TESTS_PEM_FOLDER_H_
#define CONVOY_TESTS_PEM_FOLDER_H_

#include <string>
#include <vector>

#include "tests/temp_dir.h"

namespace convoy::testing {

// Certificates and their keys, made by openssl. What cannot be made is a
// failure of the test. One thread.
class PemFolder {
 public:
  // Of a certificate or authority; its key's is Path(name + "-key").
  std::string Path(const std::string& name) const {
    return folder_.path() + "/" + name + ".pem";
  }

  void MakeAuthority(const std::string& name);
  // `extension` as in openssl's x509v3_config, such as
  // "subjectAltName=DNS:localhost". Negative days: it is over.
  void MakeCertificate(const std::string& name, const std::string& authority,
                       const std::string& extension = "",
                       const std::string& days = "1");

 private:
  void OpenSsl(const std::vector<std::string>& arguments);

  TempDir folder_;
};

}  // namespace convoy::testing

#endif  // CONVOY_TESTS_PEM_FOLDER_H_
