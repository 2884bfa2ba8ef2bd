#ifndef CONVOY_TESTS_NGINX_H_
#define CONVOY_TESTS_NGINX_H_

#include <cstdint>
#include <memory>
#include <string>

#include "tests/process.h"
#include "tests/temp_dir.h"

namespace convoy::testing {

// A real nginx that serves one folder.
class Nginx {
 public:
  struct Options {
    // Lines for the location "/", e.g. "limit_rate 1m;".
    std::string location;
    // Bytes a second for each request, e.g. "100k", after as many at once;
    // until Release(). Empty: no limit.
    std::string rate = "";
    // Lines for the blocks "http" and "server". @DIR@ is its private folder.
    std::string http = "";
    std::string server = "";
    // TLS with a certificate of its own: certificate_path().
    bool tls = false;
    // IPv4.
    std::string address = "127.0.0.1";
    // Where it runs: a name of `ip netns` (swarm_net.h). Empty: with the test.
    std::string network_namespace = "";
    // Its private folder is made in here.
    std::string parent_folder = "/tmp";
  };

  Nginx() : Nginx(Options()) {}
  // Ready to answer when this returns; aborts the test if nginx does not start.
  explicit Nginx(const Options& options);

  const std::string& root() const { return root_; }
  std::string Url(const std::string& path) const;
  const std::string& certificate_path() const { return certificate_path_; }
  // Bytes of all bodies sent so far, by the access log.
  std::int64_t BodyBytesSent() const;
  // A line for each request that has ended: status, bytes of the body, and the
  // request's first line.
  std::string Log() const;
  pid_t pid() const { return process_->pid(); }
  // Requests that begin from now on have no limit; or have it again.
  void Release() const;
  void Restrain() const;
  // Another key and certificate, from the next Start on.
  void RenewCertificate() const;
  // Stops it, at once; connections break.
  void Stop();
  // Starts it again on the same port.
  void Start();

 private:
  // It writes its process id when it listens.
  std::string PidPath() const { return directory_.path() + "/pid"; }
  std::string KeyPath() const { return directory_.path() + "/key.pem"; }

  const Options options_;
  TempDir directory_;
  std::string root_;
  std::string certificate_path_;
  int port_ = 0;
  std::unique_ptr<Process> process_;
};

// A port on which nothing is, for TCP and UDP. No other test of this network
// gets it while this process lives, and no connection by chance.
int FreePort();

}  // namespace convoy::testing

#endif  // CONVOY_TESTS_NGINX_H_
