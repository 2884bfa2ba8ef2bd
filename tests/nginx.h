#ifndef CONVOY_TESTS_NGINX_H_
#define CONVOY_TESTS_NGINX_H_

#include <cstdint>
#include <memory>
#include <string>

#include "tests/process.h"
#include "tests/temp_dir.h"

namespace convoy::testing {

// A real nginx on 127.0.0.1 that serves one folder.
class Nginx {
 public:
  struct Options {
    // Lines for the location "/", e.g. "limit_rate 1m;".
    std::string location;
    // TLS with a certificate of its own: certificate_path().
    bool tls = false;
  };

  Nginx() : Nginx(Options()) {}
  // Ready to answer when this returns; aborts the test if nginx does not start.
  explicit Nginx(const Options& options);

  const std::string& root() const { return root_; }
  std::string Url(const std::string& path) const;
  const std::string& certificate_path() const { return certificate_path_; }
  // Bytes of all bodies sent so far, by the access log.
  std::int64_t BodyBytesSent() const;
  // Stops it, at once; connections break.
  void Stop();
  // Starts it again on the same port.
  void Start();

 private:
  bool Answers() const;

  const Options options_;
  TempDir directory_;
  std::string root_;
  std::string certificate_path_;
  int port_ = 0;
  std::unique_ptr<Process> process_;
};

// A TCP port of 127.0.0.1 that nothing listens on.
int FreePort();

}  // namespace convoy::testing

#endif  // CONVOY_TESTS_NGINX_H_
