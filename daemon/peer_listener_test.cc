#include "daemon/peer_listener.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "daemon/control_socket.h"
#include "daemon/descriptor_blocks.h"
#include "gtest/gtest.h"
#include "peer/base/mutex.h"
#include "peer/base/unique_fd.h"

namespace convoy {
namespace {

constexpr int kFirst = 300;
constexpr int kSize = DescriptorBlocks::kBlockSize;

UniqueFd ConnectTo(const std::string& path) {
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&address),
                sizeof(address)) != 0) {
    fd.reset();
  }
  return fd;
}

bool Become(uid_t uid, gid_t gid) {
  return ::setresgid(gid, gid, gid) == 0 && ::setresuid(uid, uid, uid) == 0;
}

// Runs `body` in a child; what it answers.
bool InChild(const std::function<bool()>& body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body() ? 0 : 1);
  int status = -1;
  ::waitpid(child, &status, 0);
  return status == 0;
}

// False also for root in a sandbox that has one user.
bool CanBecomeOthers() {
  return InChild([] { return Become(1001, 1001); });
}

// A listener and what it has accepted.
class PeerListenerTest : public ::testing::Test {
 protected:
  PeerListenerTest() : blocks_(kFirst, kFirst + 4 * kSize) {
    char name[] = "/tmp/convoy-listener-XXXXXX";
    directory_ = ::mkdtemp(name);
    ::chmod(directory_.c_str(), 0755);
    path_ = directory_ + "/s";
    auto socket = ControlSocket::Make(path_, 0666);
    listener_ = std::make_unique<PeerListener>(
        socket->TakeListening(), blocks_, [this](UniqueFd connection) {
          MutexLock lock(&mutex_);
          accepted_.push_back(std::move(connection));
          changed_.NotifyAll();
        });
    socket_ = std::make_unique<ControlSocket>(*std::move(socket));
  }

  // The connection accepted next.
  UniqueFd Accepted() {
    MutexLock lock(&mutex_);
    while (accepted_.empty()) changed_.Wait(&mutex_);
    UniqueFd connection = std::move(accepted_.front());
    accepted_.erase(accepted_.begin());
    return connection;
  }

  // Connects as another user, in a child that ends at once.
  void ConnectAs(uid_t uid, gid_t gid) {
    ASSERT_TRUE(
        InChild([&] { return Become(uid, gid) && ConnectTo(path_).valid(); }));
  }

  std::string directory_;
  std::string path_;
  DescriptorBlocks blocks_;
  Mutex mutex_;
  CondVar changed_;
  std::vector<UniqueFd> accepted_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<ControlSocket> socket_;
  std::unique_ptr<PeerListener> listener_;
};

TEST_F(PeerListenerTest, ConnectionsAreNonBlockingAndCloseOnExec) {
  const UniqueFd client = ConnectTo(path_);
  const UniqueFd connection = Accepted();
  EXPECT_TRUE(::fcntl(connection.get(), F_GETFL) & O_NONBLOCK);
  EXPECT_EQ(::fcntl(connection.get(), F_GETFD), FD_CLOEXEC);
  const SocketPeer self = {::geteuid(), ::getegid()};
  EXPECT_EQ(blocks_.OwnerOf(connection.get()), self);
}

TEST_F(PeerListenerTest, EachUserIsKnownByTheNumber) {
  if (!CanBecomeOthers()) GTEST_SKIP() << "this needs real root";
  ConnectAs(1001, 1001);
  const UniqueFd ann = Accepted();
  ConnectAs(1002, 1003);
  const UniqueFd bob = Accepted();
  const UniqueFd client = ConnectTo(path_);
  const UniqueFd root = Accepted();
  EXPECT_EQ(blocks_.OwnerOf(ann.get()), (SocketPeer{1001, 1001}));
  EXPECT_EQ(blocks_.OwnerOf(bob.get()), (SocketPeer{1002, 1003}));
  EXPECT_EQ(blocks_.OwnerOf(root.get()), (SocketPeer{0, 0}));
}

TEST_F(PeerListenerTest, NumberOfAClosedConnectionNeverGoesToAnotherUser) {
  if (!CanBecomeOthers()) GTEST_SKIP() << "this needs real root";
  ConnectAs(1001, 1001);
  UniqueFd ann = Accepted();
  const int number = ann.get();
  ann.reset();
  ConnectAs(1002, 1002);
  const UniqueFd bob = Accepted();
  EXPECT_NE(bob.get(), number);
  EXPECT_EQ(blocks_.OwnerOf(number), (SocketPeer{1001, 1001}));
}

TEST_F(PeerListenerTest, WhoFindsNoRoomIsToldInHttp2) {
  std::vector<UniqueFd> kept;
  const int room = ::geteuid() == 0 ? 4 * kSize : 3 * kSize;
  for (int i = 0; i < room; ++i) {
    kept.push_back(ConnectTo(path_));
    kept.push_back(Accepted());
  }
  const UniqueFd refused = ConnectTo(path_);
  std::string received;
  char buffer[1000];
  for (ssize_t size;
       (size = ::read(refused.get(), buffer, sizeof(buffer))) > 0;) {
    received.append(buffer, static_cast<std::size_t>(size));
  }
  ASSERT_GT(received.size(), 26u);
  EXPECT_EQ(received.substr(0, 9), std::string("\0\0\0\4\0\0\0\0\0", 9));
  EXPECT_EQ(received[9 + 3], 7);  // GOAWAY.
  EXPECT_EQ(static_cast<std::size_t>(received[9 + 2]), received.size() - 9 - 9);
  EXPECT_EQ(received[9 + 9 + 7], 11);  // ENHANCE_YOUR_CALM.
  EXPECT_NE(received.find("no descriptor number is left"), std::string::npos);
  // A place that becomes free is given out again.
  kept.pop_back();
  const UniqueFd client = ConnectTo(path_);
  EXPECT_TRUE(Accepted().valid());
}

TEST_F(PeerListenerTest, AcceptsNoneAfterStop) {
  listener_->Stop();
  listener_->Stop();
  EXPECT_FALSE(ConnectTo(path_).valid());
}

TEST_F(PeerListenerTest, ServesASocketThatSomebodyElseMade) {
  const std::string path = directory_ + "/other";
  UniqueFd listening(::socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  ASSERT_EQ(::bind(listening.get(), reinterpret_cast<sockaddr*>(&address),
                   sizeof(address)),
            0);
  ASSERT_EQ(::listen(listening.get(), 1), 0);
  // Made before the listener is there: activation.
  const UniqueFd early = ConnectTo(path);
  std::promise<UniqueFd> accepted;
  const PeerListener listener(
      std::move(listening), blocks_,
      [&](UniqueFd connection) { accepted.set_value(std::move(connection)); });
  EXPECT_TRUE(accepted.get_future().get().valid());
}

}  // namespace
}  // namespace convoy
