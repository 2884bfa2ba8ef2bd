#include "peer/curl_sockets.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "peer/traffic_mark.h"

namespace convoy {
namespace {

std::string EndOf(absl::string_view ip, int port) {
  return absl::StrCat(ip, " ", port);
}

// As above; empty: there is no such end.
std::string EndOf(const sockaddr_storage& address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    inet_ntop(AF_INET, &v4.sin_addr, text, sizeof(text));
    return EndOf(text, ntohs(v4.sin_port));
  }
  if (address.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof(text));
    return EndOf(text, ntohs(v6.sin6_port));
  }
  return "";
}

// Empty: not connected, or not even a socket.
std::string ConnectionOf(int socket) {
  sockaddr_storage local = {};
  sockaddr_storage remote = {};
  socklen_t local_size = sizeof(local);
  socklen_t remote_size = sizeof(remote);
  if (getsockname(socket, reinterpret_cast<sockaddr*>(&local), &local_size) !=
          0 ||
      getpeername(socket, reinterpret_cast<sockaddr*>(&remote), &remote_size) !=
          0) {
    return "";
  }
  return absl::StrCat(EndOf(local), " ", EndOf(remote));
}

}  // namespace

void CurlSockets::OnMade(int socket, bool low_effort) {
  sockets_[socket].clear();
  MarkSocket(socket, low_effort);
}

int CurlSockets::OnUsed(absl::string_view local_ip, int local_port,
                        absl::string_view remote_ip, int remote_port,
                        bool low_effort) {
  const int socket = Find(absl::StrCat(EndOf(local_ip, local_port), " ",
                                       EndOf(remote_ip, remote_port)));
  if (socket >= 0) MarkSocket(socket, low_effort);
  return socket;
}

int CurlSockets::Find(const std::string& connection) {
  for (const auto& [socket, known] : sockets_) {
    if (known == connection && ConnectionOf(socket) == connection) {
      return socket;
    }
  }
  for (auto next = sockets_.begin(); next != sockets_.end();) {
    const auto one = next++;
    one->second = ConnectionOf(one->first);
    if (one->second == connection) return one->first;
    if (one->second.empty()) sockets_.erase(one);
  }
  return -1;
}

}  // namespace convoy
