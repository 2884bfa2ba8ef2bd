#include "tests/tracker.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "peer/base/url_text.h"

namespace convoy::testing {
namespace {

// Seconds between announces: short, so that late peers are heard of soon.
constexpr int kInterval = 2;
constexpr std::size_t kMaxHead = 16 << 10;

void Require(bool holds) {
  if (!holds) std::abort();
}

absl::string_view BytesOf(const void* data, std::size_t size) {
  return absl::string_view(static_cast<const char*>(data), size);
}

// The head of a request; empty if none comes.
std::string ReadHead(int socket) {
  std::string head;
  char buffer[4096];
  while (head.size() < kMaxHead && !absl::StrContains(head, "\r\n\r\n")) {
    const ssize_t got = recv(socket, buffer, sizeof(buffer), 0);
    if (got <= 0) return "";
    head.append(buffer, static_cast<std::size_t>(got));
  }
  return head;
}

// A thread's network is its own: that of the process stays.
UniqueFd SocketIn(const std::string& network_namespace) {
  UniqueFd made;
  std::thread([&] {
    if (!network_namespace.empty()) {
      const UniqueFd network(open(("/run/netns/" + network_namespace).c_str(),
                                  O_RDONLY | O_CLOEXEC));
      Require(setns(network.get(), CLONE_NEWNET) == 0);
    }
    made = UniqueFd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  }).join();
  return made;
}

std::string Failure(absl::string_view reason) {
  return absl::StrCat("d14:failure reason", reason.size(), ":", reason, "e");
}

}  // namespace

Tracker::Tracker(const std::string& address,
                 const std::string& network_namespace)
    : listener_(SocketIn(network_namespace)) {
  sockaddr_in name = {};
  name.sin_family = AF_INET;
  Require(inet_pton(AF_INET, address.c_str(), &name.sin_addr) == 1);
  socklen_t size = sizeof(name);
  auto* const generic = reinterpret_cast<sockaddr*>(&name);
  Require(bind(listener_.get(), generic, size) == 0);
  Require(listen(listener_.get(), 128) == 0);
  Require(getsockname(listener_.get(), generic, &size) == 0);
  announce_url_ =
      absl::StrCat("http://", address, ":", ntohs(name.sin_port), "/announce");
  accepting_ = std::thread([this] { Accept(); });
}

Tracker::~Tracker() {
  shutdown(listener_.get(), SHUT_RDWR);
  accepting_.join();
}

int Tracker::PeerCount(const std::string& info_hash) const {
  const MutexLock lock(&mutex_);
  return Count(info_hash, false);
}

int Tracker::SeedCount(const std::string& info_hash) const {
  const MutexLock lock(&mutex_);
  return Count(info_hash, true);
}

bool Tracker::WaitForSeeds(const std::string& info_hash, int count,
                           absl::Duration timeout) {
  const absl::Time give_up = absl::Now() + timeout;
  const MutexLock lock(&mutex_);
  while (Count(info_hash, true) < count) {
    const absl::Duration left = give_up - absl::Now();
    if (left <= absl::ZeroDuration()) return false;
    changed_.WaitFor(&mutex_, left);
  }
  return true;
}

int Tracker::Count(const std::string& info_hash, bool seeds_only) const {
  int count = 0;
  for (const auto& [key, peer] : peers_) {
    if (key.first == info_hash && (!seeds_only || peer.left == 0)) ++count;
  }
  return count;
}

void Tracker::Accept() {
  while (true) {
    sockaddr_in peer = {};
    socklen_t size = sizeof(peer);
    const UniqueFd socket(accept4(listener_.get(),
                                  reinterpret_cast<sockaddr*>(&peer), &size,
                                  SOCK_CLOEXEC));
    if (!socket.valid()) return;
    Serve(socket, BytesOf(&peer.sin_addr, sizeof(peer.sin_addr)));
  }
}

void Tracker::Serve(const UniqueFd& socket, absl::string_view address) {
  // Nobody may hold the others up.
  const timeval timeout = {5, 0};
  setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
  const std::vector<std::string> words =
      absl::StrSplit(ReadHead(socket.get()), absl::MaxSplits(' ', 2));
  if (words.size() < 3) return;
  const std::string body = Announce(words[1], address);
  const std::string answer = absl::StrCat(
      "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
      "Connection: close\r\nContent-Length: ",
      body.size(), "\r\n\r\n", body);
  (void)send(socket.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
}

std::string Tracker::Announce(absl::string_view target,
                              absl::string_view address) {
  if (!absl::ConsumePrefix(&target, "/announce?")) {
    return Failure("only announces");
  }
  std::map<std::string, std::string> query;
  for (const absl::string_view part : absl::StrSplit(target, '&')) {
    const std::pair<absl::string_view, absl::string_view> sides =
        absl::StrSplit(part, absl::MaxSplits('=', 1));
    query[std::string(sides.first)] = PercentDecoded(sides.second);
  }
  const std::string& info_hash = query["info_hash"];
  int port = 0;
  std::int64_t left = 0;
  if (info_hash.size() != 20 || query["peer_id"].size() != 20 ||
      !absl::SimpleAtoi(query["port"], &port) ||
      !absl::SimpleAtoi(query["left"], &left)) {
    return Failure("a field is missing");
  }
  const std::uint16_t ordered = htons(static_cast<std::uint16_t>(port));
  const std::string compact =
      absl::StrCat(address, BytesOf(&ordered, sizeof(ordered)));

  const MutexLock lock(&mutex_);
  const auto key = std::make_pair(info_hash, query["peer_id"]);
  if (query["event"] == "stopped") {
    peers_.erase(key);
  } else {
    peers_[key] = Peer{compact, left};
  }
  changed_.NotifyAll();
  std::string others;
  for (const auto& [other, peer] : peers_) {
    if (other.first == info_hash && other != key) others += peer.compact;
  }
  return absl::StrCat("d8:completei", Count(info_hash, true), "e10:incompletei",
                      Count(info_hash, false) - Count(info_hash, true),
                      "e8:intervali", kInterval, "e12:min intervali", kInterval,
                      "e5:peers", others.size(), ":", others, "e");
}

}  // namespace convoy::testing
