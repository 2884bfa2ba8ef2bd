#ifndef CONVOY_PEER_TEST_NGINX_H_
#define CONVOY_PEER_TEST_NGINX_H_

#include <sys/types.h>

#include <string>

#include "absl/strings/string_view.h"

namespace convoy {

// A real nginx on a free port of 127.0.0.1, with files and configuration in a
// folder of its own: what a well-behaved origin says, over TLS and HTTP/2.
class TestNginx {
 public:
  // `directives` go into the server block; "{root}" in them is the folder that
  // Write fills.
  TestNginx(const std::string& certificate_pem, const std::string& key_pem,
            const std::string& directives);
  ~TestNginx();
  TestNginx(const TestNginx&) = delete;
  TestNginx& operator=(const TestNginx&) = delete;

  void Write(const std::string& name, absl::string_view content);
  // "https://127.0.0.1:PORT" and `path`.
  std::string Url(absl::string_view path) const;

 private:
  std::string folder_;
  int port_ = 0;
  pid_t process_ = 0;
};

}  // namespace convoy

#endif  // CONVOY_PEER_TEST_NGINX_H_
