#include "tests/nginx.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <random>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "tests/eventually.h"

namespace convoy::testing {
namespace {

constexpr absl::string_view kConfig = R"(
daemon off;
user root;
worker_processes 1;
pid @DIR@/pid;
error_log @DIR@/error.log;
events { worker_connections 4096; }
http {
  log_format bytes '$status $body_bytes_sent $request';
  access_log @DIR@/access.log bytes;
  client_body_temp_path @DIR@/body;
  proxy_temp_path @DIR@/proxy;
  fastcgi_temp_path @DIR@/fastcgi;
  uwsgi_temp_path @DIR@/uwsgi;
  scgi_temp_path @DIR@/scgi;
  sendfile on;
  keepalive_requests 100000;
  default_type application/octet-stream;
  @HTTP@
  server {
    listen @ADDRESS@:@PORT@@TLS@;
    @SERVER@
    location / { root @ROOT@; @RATE@ @LOCATION@ }
  }
}
)";

sockaddr_in Loopback(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

}  // namespace

namespace {

// Nothing is bound to the port, at any address.
bool IsFree(int type, int port) {
  const int handle = socket(AF_INET, type | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(port);
  address.sin_addr.s_addr = htonl(INADDR_ANY);
  const bool bound = bind(handle, reinterpret_cast<const sockaddr*>(&address),
                          sizeof(address)) == 0;
  close(handle);
  return bound;
}

// Makes the port this process's among all that ask here, to its end: a name of
// the network, as ports are.
bool Claim(int port) {
  const int handle = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_un name = {};
  name.sun_family = AF_UNIX;
  const std::string text = absl::StrCat("convoy-test-port-", port);
  // The first byte stays 0: no file.
  text.copy(name.sun_path + 1, text.size());
  const auto size =
      static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + text.size());
  if (bind(handle, reinterpret_cast<const sockaddr*>(&name), size) == 0) {
    return true;
  }
  close(handle);
  return false;
}

}  // namespace

int FreePort() {
  // Below those that the kernel gives to connections.
  std::uniform_int_distribution<int> any(10'000, 32'000);
  std::random_device random;
  for (int tries = 0; tries < 10'000; ++tries) {
    const int port = any(random);
    if (Claim(port) && IsFree(SOCK_STREAM, port) && IsFree(SOCK_DGRAM, port)) {
      return port;
    }
  }
  std::abort();
}

Nginx::Nginx(const Options& options)
    : options_(options), directory_(options.parent_folder), port_(FreePort()) {
  root_ = directory_.path() + "/root";
  chmod(directory_.path().c_str(), 0755);
  mkdir(root_.c_str(), 0755);
  std::string tls;
  if (options_.tls) {
    certificate_path_ = directory_.path() + "/certificate.pem";
    RenewCertificate();
    tls = absl::StrCat(" ssl http2; ssl_certificate ", certificate_path_,
                       "; ssl_certificate_key ", KeyPath());
  }
  std::string rate;
  if (!options_.rate.empty()) {
    rate = absl::StrCat("set $rate ", options_.rate,
                        "; if (-f @DIR@/released) { set $rate 0; }"
                        " limit_rate $rate;");
  }
  const auto in_folder = [this](const std::string& lines) {
    return absl::StrReplaceAll(lines, {{"@DIR@", directory_.path()}});
  };
  WriteFile(directory_.path() + "/nginx.conf",
            absl::StrReplaceAll(kConfig, {{"@DIR@", directory_.path()},
                                          {"@HTTP@", in_folder(options_.http)},
                                          {"@SERVER@", options_.server},
                                          {"@ROOT@", root_},
                                          {"@RATE@", in_folder(rate)},
                                          {"@TLS@", tls},
                                          {"@ADDRESS@", options_.address},
                                          {"@PORT@", absl::StrCat(port_)},
                                          {"@LOCATION@", options_.location}}));
  Start();
}

std::string Nginx::Url(const std::string& path) const {
  return absl::StrCat(options_.tls ? "https" : "http", "://", options_.address,
                      ":", port_, "/", path);
}

void Nginx::Start() {
  ProcessOptions options;
  options.argv = {
      "/usr/sbin/nginx", "-c", directory_.path() + "/nginx.conf", "-p",
      directory_.path(), "-e", directory_.path() + "/error.log"};
  options.network_namespace = options_.network_namespace;
  // A killed one leaves it.
  unlink(PidPath().c_str());
  process_ = std::make_unique<Process>(options);
  const absl::Time give_up = absl::Now() + kPatience;
  while (ReadFile(PidPath()).empty()) {
    if (absl::Now() > give_up ||
        process_->Wait(absl::Milliseconds(5)).has_value()) {
      std::abort();
    }
  }
}

void Nginx::RenewCertificate() const {
  RunProcess(
      {{"/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
        "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-keyout",
        KeyPath(), "-out", certificate_path_, "-subj", "/CN=localhost",
        "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"}});
}

void Nginx::Release() const { WriteFile(directory_.path() + "/released", ""); }

void Nginx::Restrain() const {
  unlink((directory_.path() + "/released").c_str());
}

void Nginx::Stop() { process_.reset(); }

std::string Nginx::Log() const {
  return ReadFile(directory_.path() + "/access.log");
}

std::int64_t Nginx::BodyBytesSent() const {
  std::istringstream lines(Log());
  std::int64_t total = 0;
  std::string line;
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    int status = 0;
    std::int64_t bytes = 0;
    words >> status >> bytes;
    if (status == 200 || status == 206) total += bytes;
  }
  return total;
}

}  // namespace convoy::testing
