#include "peer/curl_sockets.h"

#include <netinet/in.h>
#include <netinet/ip.h>
#include <sys/socket.h>

#include <cstdint>

#include "gtest/gtest.h"
#include "peer/base/unique_fd.h"

namespace convoy {
namespace {

constexpr char kLoopback[] = "127.0.0.1";

// TCP over loopback, whose other end is this process too.
class CurlSocketsTest : public testing::Test {
 protected:
  CurlSocketsTest() : listener_(MakeSocket()) {
    sockaddr_in address = Loopback(0);
    EXPECT_EQ(::bind(listener_.get(), Generic(&address), sizeof(address)), 0);
    EXPECT_EQ(::listen(listener_.get(), 8), 0);
    port_ = LocalPort(listener_);
  }

  static UniqueFd MakeSocket() {
    return UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  }
  void Connect(const UniqueFd& socket) {
    sockaddr_in address = Loopback(port_);
    EXPECT_EQ(::connect(socket.get(), Generic(&address), sizeof(address)), 0);
  }
  // A request uses the connection that began at `local_port`.
  void Use(int local_port, bool low_effort) {
    sockets_.OnUsed(kLoopback, local_port, kLoopback, port_, low_effort);
  }

  static int MarkOf(const UniqueFd& socket) {
    int value = -1;
    socklen_t size = sizeof(value);
    getsockopt(socket.get(), IPPROTO_IP, IP_TOS, &value, &size);
    return value;
  }
  static int LocalPort(const UniqueFd& socket) {
    sockaddr_in address = {};
    socklen_t size = sizeof(address);
    EXPECT_EQ(::getsockname(socket.get(), Generic(&address), &size), 0);
    return ntohs(address.sin_port);
  }

  CurlSockets sockets_;

 private:
  static sockaddr* Generic(sockaddr_in* address) {
    return reinterpret_cast<sockaddr*>(address);
  }
  static sockaddr_in Loopback(int port) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }

  const UniqueFd listener_;
  int port_ = 0;
};

TEST_F(CurlSocketsTest, ASocketIsMarkedWhenItIsMade) {
  const UniqueFd low = MakeSocket();
  const UniqueFd other = MakeSocket();
  sockets_.OnMade(low.get(), true);
  sockets_.OnMade(other.get(), false);
  EXPECT_EQ(MarkOf(low), 4);
  EXPECT_EQ(MarkOf(other), 0);
}

TEST_F(CurlSocketsTest, TheSocketOfAConnectionIsFound) {
  const UniqueFd a = MakeSocket();
  const UniqueFd b = MakeSocket();
  for (const UniqueFd* socket : {&a, &b}) {
    sockets_.OnMade(socket->get(), false);
    Connect(*socket);
  }
  for (int i = 0; i < 2; ++i) {
    Use(LocalPort(b), true);
    EXPECT_EQ(MarkOf(a), 0);
    EXPECT_EQ(MarkOf(b), 4);
    Use(LocalPort(a), true);
    Use(LocalPort(b), false);
    EXPECT_EQ(MarkOf(a), 4);
    EXPECT_EQ(MarkOf(b), 0);
    Use(LocalPort(a), false);
  }
}

TEST_F(CurlSocketsTest, AClosedSocketsNumberIsNotTakenForTheConnection) {
  UniqueFd old = MakeSocket();
  const int number = old.get();
  sockets_.OnMade(number, false);
  Connect(old);
  const int port = LocalPort(old);
  Use(port, true);
  old.reset();
  const UniqueFd stranger = MakeSocket();
  ASSERT_EQ(stranger.get(), number);
  Connect(stranger);
  Use(port, true);
  EXPECT_EQ(MarkOf(stranger), 0);
}

}  // namespace
}  // namespace convoy
