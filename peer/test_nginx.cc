#include "peer/test_nginx.h"

#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "peer/base/unique_fd.h"

namespace convoy {
namespace {

// The set-up of a test has no way to go on.
void Require(bool holds) {
  if (!holds) std::abort();
}

sockaddr_in Loopback(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// A port that was free just now.
int FreePort() {
  const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  Require(::bind(socket.get(), generic, size) == 0);
  Require(::getsockname(socket.get(), generic, &size) == 0);
  return ntohs(address.sin_port);
}

// Until a server listens there; for a minute at most.
void AwaitListener(int port) {
  const sockaddr_in address = Loopback(port);
  for (int i = 0; i < 6000; ++i) {
    const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address),
                  sizeof(address)) == 0) {
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  Require(false);
}

// `user`: as root, nginx would change to a user whose rights the sandbox of a
// test does not have; others ignore it.
constexpr char kConfiguration[] = R"(
user root;
pid {folder}/pid;
error_log {folder}/error.log;
events {}
http {
  access_log off;
  sendfile on;
  client_body_temp_path {folder}/t1;
  proxy_temp_path {folder}/t2;
  fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4;
  scgi_temp_path {folder}/t5;
  keepalive_requests 100000;
  server {
    listen 127.0.0.1:{port} ssl http2;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_cache shared:sessions:1m;
    ssl_certificate {folder}/certificate.pem;
    ssl_certificate_key {folder}/key.pem;
    root {root};
    {directives}
  }
}
)";

void WriteFile(const std::string& path, absl::string_view content) {
  std::ofstream file(path, std::ios::binary);
  file << content;
  file.close();
  Require(file.good());
}

}  // namespace

TestNginx::TestNginx(const std::string& certificate_pem,
                     const std::string& key_pem,
                     const std::string& directives) {
  char folder[] = "/tmp/convoy-nginx-XXXXXX";
  Require(::mkdtemp(folder) != nullptr);
  folder_ = folder;
  ::mkdir(absl::StrCat(folder_, "/root").c_str(), 0755);
  port_ = FreePort();
  WriteFile(absl::StrCat(folder_, "/certificate.pem"), certificate_pem);
  WriteFile(absl::StrCat(folder_, "/key.pem"), key_pem);
  const std::string text =
      absl::StrReplaceAll(kConfiguration, {{"{directives}", directives}});
  WriteFile(
      absl::StrCat(folder_, "/nginx.conf"),
      absl::StrReplaceAll(text, {{"{folder}", folder_},
                                 {"{root}", absl::StrCat(folder_, "/root")},
                                 {"{port}", absl::StrCat(port_)}}));

  const std::string configuration = absl::StrCat(folder_, "/nginx.conf");
  const char* const arguments[] = {"nginx",
                                   "-p",
                                   folder,
                                   "-c",
                                   configuration.c_str(),
                                   "-g",
                                   "daemon off; master_process off;",
                                   nullptr};
  Require(::posix_spawn(&process_, "/usr/sbin/nginx", nullptr, nullptr,
                        const_cast<char* const*>(arguments), environ) == 0);
  AwaitListener(port_);
}

TestNginx::~TestNginx() {
  ::kill(process_, SIGTERM);
  ::waitpid(process_, nullptr, 0);
  std::filesystem::remove_all(folder_);
}

void TestNginx::Write(const std::string& name, absl::string_view content) {
  WriteFile(absl::StrCat(folder_, "/root/", name), content);
}

std::string TestNginx::Url(absl::string_view path) const {
  return absl::StrCat("https://127.0.0.1:", port_, path);
}

}  // namespace convoy
