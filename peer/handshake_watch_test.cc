#include "peer/handshake_watch.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "peer/base/unique_fd.h"
#include "peer/ip_address.h"

namespace convoy {
namespace {

using Endpoint = HandshakeWatch::Endpoint;

sockaddr_in Loopback(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int PortOf(int fd) {
  sockaddr_in address = {};
  socklen_t size = sizeof(address);
  EXPECT_EQ(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), 0);
  return ntohs(address.sin_port);
}

// A listening socket with connections to it, both ends of each.
class HandshakeWatchTest : public ::testing::Test {
 protected:
  struct Connection {
    UniqueFd client;
    UniqueFd accepted;
    Endpoint remote() const {
      return {*IpAddress::Parse("127.0.0.1"), PortOf(client.get())};
    }
    // Seen by the client.
    bool ended() const {
      pollfd poll = {client.get(), POLLIN, 0};
      return ::poll(&poll, 1, 0) == 1;
    }
  };

  HandshakeWatchTest() : listener_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in any = Loopback(0);
    EXPECT_EQ(
        bind(listener_.get(), reinterpret_cast<sockaddr*>(&any), sizeof(any)),
        0);
    EXPECT_EQ(listen(listener_.get(), 1000), 0);
    port_ = PortOf(listener_.get());
  }
  Connection Connect() {
    Connection made;
    made.client = UniqueFd(socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in to = Loopback(port_);
    EXPECT_EQ(connect(made.client.get(), reinterpret_cast<sockaddr*>(&to),
                      sizeof(to)),
              0);
    made.accepted = UniqueFd(accept(listener_.get(), nullptr, nullptr));
    return made;
  }

  UniqueFd listener_;
  int port_ = 0;
  bool allowed_ = true;
  HandshakeWatch watch_{[this](const IpAddress&) { return allowed_; }};
  const absl::Duration now_ = absl::Seconds(100);
};

TEST_F(HandshakeWatchTest, EndsWhoSaysNothingForTooLong) {
  const Connection silent = Connect();
  watch_.Sweep({port_}, {}, now_);
  watch_.Sweep({port_}, {}, now_ + absl::Seconds(9));
  EXPECT_FALSE(silent.ended());
  watch_.Sweep({port_}, {}, now_ + absl::Seconds(10));
  EXPECT_TRUE(silent.ended());
}

TEST_F(HandshakeWatchTest, SparesPeersAndOtherSockets) {
  const Connection peer = Connect();
  const Connection silent = Connect();
  for (int second = 0; second <= 20; second += 10) {
    watch_.Sweep({port_}, {peer.remote()}, now_ + absl::Seconds(second));
  }
  EXPECT_TRUE(silent.ended());
  EXPECT_FALSE(peer.ended());
  const Connection another_port = Connect();
  for (int second = 30; second <= 50; second += 10) {
    watch_.Sweep({port_ + 1}, {}, now_ + absl::Seconds(second));
  }
  EXPECT_FALSE(another_port.ended());
  // The listening socket works still.
  EXPECT_TRUE(Connect().accepted.valid());
}

TEST_F(HandshakeWatchTest, APlaceThatIsUsedAgainBeginsAnew) {
  const Connection first = Connect();
  watch_.Sweep({port_}, {}, now_);
  Connection second = Connect();
  ASSERT_GE(dup2(second.accepted.get(), first.accepted.get()), 0);
  second.accepted = UniqueFd();
  watch_.Sweep({port_}, {}, now_ + absl::Seconds(9));
  watch_.Sweep({port_}, {}, now_ + absl::Seconds(11));
  EXPECT_FALSE(second.ended());
}

TEST_F(HandshakeWatchTest, EndsTheOldestWhereThereAreTooMany) {
  std::vector<Connection> early;
  for (int i = 0; i < 10; ++i) early.push_back(Connect());
  watch_.Sweep({port_}, {}, now_);
  std::vector<Connection> late;
  while (late.size() < HandshakeWatch::kMost) late.push_back(Connect());
  watch_.Sweep({port_}, {}, now_ + absl::Seconds(1));
  for (const Connection& each : early) EXPECT_TRUE(each.ended());
  for (const Connection& each : late) EXPECT_FALSE(each.ended());
  EXPECT_EQ(watch_.waiting(), HandshakeWatch::kMost);
}

TEST_F(HandshakeWatchTest, EndsWhoMayNotBeAPeerAtOnce) {
  const Connection forbidden = Connect();
  allowed_ = false;
  watch_.Sweep({port_}, {}, now_);
  EXPECT_TRUE(forbidden.ended());
}

}  // namespace
}  // namespace convoy
