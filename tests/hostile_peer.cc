#include "tests/hostile_peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdlib>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace convoy::testing {
namespace {

constexpr absl::string_view kProtocol =
    "\x13"
    "BitTorrent protocol";
// BEP 10 and BEP 6.
constexpr absl::string_view kReserved("\0\0\0\0\0\x10\0\x04", 8);
constexpr std::size_t kHandshakeSize = 68;
constexpr std::size_t kPeerNameSize = 20;
// The number under which this peer hears "cv_share".
constexpr int kShareNumber = 9;
constexpr int kTickMilliseconds = 200;
constexpr std::size_t kMaxMessage = 2 << 20;

std::string Big(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<char>(value >> shift));
  }
  return bytes;
}

std::uint32_t FromBig(absl::string_view bytes) {
  std::uint32_t value = 0;
  for (const char byte : bytes.substr(0, 4)) {
    value = value << 8 | static_cast<unsigned char>(byte);
  }
  return value;
}

// Peers at different addresses have different names: libtorrent closes one of
// two connections that lead to the same name.
std::string Handshake(const std::string& info_hash,
                      const std::string& address) {
  std::string name = absl::StrCat("-XX0001-", address);
  name.resize(kPeerNameSize, '.');
  return absl::StrCat(kProtocol, kReserved, info_hash, name);
}

std::string ExtensionHandshake(MachineId machine) {
  if (machine == 0) return "d1:mdee";
  const std::string name = absl::StrCat(machine);
  return absl::StrCat("d10:cv_machine", name.size(), ":", name,
                      "1:md8:cv_sharei", kShareNumber, "eee");
}

// The number that a handshake gives to "cv_share"; 0: none.
int ShareNumberIn(absl::string_view handshake) {
  constexpr absl::string_view kKey = "8:cv_sharei";
  const std::size_t at = handshake.find(kKey);
  if (at == absl::string_view::npos) return 0;
  return std::atoi(std::string(handshake.substr(at + kKey.size())).c_str());
}

sockaddr_in Endpoint(const std::string& address, int port) {
  sockaddr_in endpoint = {};
  endpoint.sin_family = AF_INET;
  endpoint.sin_port = htons(static_cast<std::uint16_t>(port));
  if (inet_pton(AF_INET, address.c_str(), &endpoint.sin_addr) != 1) {
    std::abort();
  }
  return endpoint;
}

}  // namespace

UniqueFd DialFrom(const std::string& address, int port) {
  UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return fd;
  const int on = 1;
  setsockopt(fd.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
  // A daemon that does not read must not hold the test.
  const timeval patience = {2, 0};
  setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
  const sockaddr_in from = Endpoint(address, 0);
  const sockaddr_in to = Endpoint("127.0.0.1", port);
  if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&from), sizeof(from)) !=
          0 ||
      connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof(to)) !=
          0) {
    fd.reset();
  }
  return fd;
}

void HostileLink::SendRaw(absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent =
        send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void HostileLink::Send(WireType type, absl::string_view payload) {
  SendRaw(absl::StrCat(Big(static_cast<std::uint32_t>(payload.size() + 1)),
                       std::string(1, static_cast<char>(type)), payload));
}

void HostileLink::SendHave(std::int32_t piece) {
  Send(WireType::kHave, Big(static_cast<std::uint32_t>(piece)));
}

void HostileLink::SendRequest(const WireBlock& block) {
  Send(WireType::kRequest,
       absl::StrCat(Big(static_cast<std::uint32_t>(block.piece)),
                    Big(static_cast<std::uint32_t>(block.begin)),
                    Big(static_cast<std::uint32_t>(block.length))));
}

void HostileLink::SendBlock(const WireBlock& at, absl::string_view bytes) {
  Send(WireType::kPiece,
       absl::StrCat(Big(static_cast<std::uint32_t>(at.piece)),
                    Big(static_cast<std::uint32_t>(at.begin)), bytes));
}

void HostileLink::SendExtended(int number, absl::string_view payload) {
  Send(WireType::kExtended,
       absl::StrCat(std::string(1, static_cast<char>(number)), payload));
}

void HostileLink::SendShare(const ShareMessage& message) {
  if (share_number_ == 0) return;
  SendExtended(share_number_, EncodeShareMessage(message));
}

void HostileLink::Close() { shutdown(socket_, SHUT_RDWR); }

HostilePeer::HostilePeer(Options options)
    : options_(std::move(options)), thread_([this] { Run(); }) {}

HostilePeer::~HostilePeer() {
  {
    const MutexLock lock(&mutex_);
    stopping_ = true;
    if (socket_ >= 0) shutdown(socket_, SHUT_RDWR);
  }
  changed_.NotifyAll();
  thread_.join();
}

HostilePeer::Counts HostilePeer::counts() const {
  const MutexLock lock(&mutex_);
  return counts_;
}

bool HostilePeer::WaitFor(const std::function<bool(const Counts&)>& enough,
                          absl::Duration timeout) {
  const absl::Time give_up = absl::Now() + timeout;
  const MutexLock lock(&mutex_);
  while (!enough(counts_)) {
    const absl::Duration left = give_up - absl::Now();
    if (left <= absl::ZeroDuration()) return false;
    changed_.WaitFor(&mutex_, left);
  }
  return true;
}

void HostilePeer::Count(int Counts::*what) {
  const MutexLock lock(&mutex_);
  ++(counts_.*what);
  changed_.NotifyAll();
}

void HostilePeer::Run() {
  while (true) {
    UniqueFd fd = DialFrom(options_.address, options_.port);
    {
      const MutexLock lock(&mutex_);
      if (stopping_) return;
      socket_ = fd.get();
      ++counts_.dials;
      changed_.NotifyAll();
    }
    if (fd.valid() && ShakeHands(fd.get())) {
      Count(&Counts::welcomes);
      Serve(fd.get());
      Count(&Counts::dropped);
    }
    const MutexLock lock(&mutex_);
    socket_ = -1;
    if (!stopping_) changed_.WaitFor(&mutex_, options_.pause);
    if (stopping_) return;
  }
}

bool HostilePeer::ShakeHands(int socket) {
  HostileLink link;
  link.socket_ = socket;
  link.SendRaw(Handshake(options_.info_hash, options_.address));
  link.SendExtended(0, ExtensionHandshake(options_.machine));
  char answer[kHandshakeSize];
  return recv(socket, answer, sizeof(answer), MSG_WAITALL) ==
         static_cast<ssize_t>(sizeof(answer));
}

void HostilePeer::Serve(int socket) {
  HostileLink link;
  link.socket_ = socket;
  std::string received;
  char buffer[64 << 10];
  absl::Time next_tick = absl::Now();
  while (true) {
    if (absl::Now() >= next_tick) {
      next_tick = absl::Now() + absl::Milliseconds(kTickMilliseconds);
      if (options_.script.on_tick) options_.script.on_tick(link);
      ++link.ticks_;
    }
    pollfd waiting = {socket, POLLIN, 0};
    if (poll(&waiting, 1, kTickMilliseconds) == 0) continue;
    const ssize_t got = recv(socket, buffer, sizeof(buffer), 0);
    if (got <= 0) return;
    received.append(buffer, static_cast<std::size_t>(got));
    std::size_t at = 0;
    while (received.size() - at >= 4) {
      const std::size_t length =
          FromBig(absl::string_view(received).substr(at));
      if (length > kMaxMessage) return;
      if (received.size() - at < 4 + length) break;
      OnMessage(link, absl::string_view(received).substr(at + 4, length));
      at += 4 + length;
    }
    received.erase(0, at);
  }
}

void HostilePeer::OnMessage(HostileLink& link, absl::string_view message) {
  if (message.empty()) return;
  const auto type = static_cast<WireType>(message[0]);
  message.remove_prefix(1);
  const Script& script = options_.script;
  if (type == WireType::kRequest && message.size() == 12) {
    Count(&Counts::requests);
    const WireBlock block = {
        static_cast<std::int32_t>(FromBig(message)),
        static_cast<std::int32_t>(FromBig(message.substr(4))),
        static_cast<std::int32_t>(FromBig(message.substr(8)))};
    if (script.on_request) script.on_request(link, block);
  }
  if (type == WireType::kPiece && message.size() > 8 && script.on_block) {
    const absl::string_view bytes = message.substr(8);
    script.on_block({static_cast<std::int32_t>(FromBig(message)),
                     static_cast<std::int32_t>(FromBig(message.substr(4))),
                     static_cast<std::int32_t>(bytes.size())},
                    bytes);
  }
  if (type != WireType::kExtended || message.empty()) return;
  const int number = static_cast<unsigned char>(message[0]);
  message.remove_prefix(1);
  if (number == 0) {
    link.share_number_ = ShareNumberIn(message);
    if (script.on_welcome) script.on_welcome(link);
  } else if (number == kShareNumber && script.on_share) {
    const std::optional<ShareMessage> share = DecodeShareMessage(message);
    if (share) script.on_share(link, *share);
  }
}

ConnectionFlood::ConnectionFlood(int port, int connections,
                                 const std::string& info_hash,
                                 const std::string& address)
    : port_(port),
      hello_(info_hash.empty() ? "" : Handshake(info_hash, address)),
      address_(address),
      sockets_(static_cast<std::size_t>(connections)) {
  rlimit limit = {};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  thread_ = std::thread([this] { Run(); });
}

ConnectionFlood::~ConnectionFlood() {
  stopping_ = true;
  thread_.join();
}

void ConnectionFlood::Run() {
  while (!stopping_) {
    bool opened = false;
    for (UniqueFd& fd : sockets_) {
      if (stopping_) return;
      char byte;
      const ssize_t got =
          fd.valid() ? recv(fd.get(), &byte, 1, MSG_DONTWAIT) : 0;
      if (got > 0 || (got < 0 && errno == EAGAIN)) continue;
      fd = DialFrom(address_, port_);
      if (!fd.valid()) continue;
      (void)send(fd.get(), hello_.data(), hello_.size(), MSG_NOSIGNAL);
      ++opened_;
      opened = true;
    }
    if (!opened) absl::SleepFor(absl::Milliseconds(10));
  }
}

}  // namespace convoy::testing
