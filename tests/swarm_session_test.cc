// libtorrent's session and its sockets, looked at from inside the process.

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <atomic>
#include <cstdlib>
#include <future>
#include <libtorrent/session.hpp>
#include <libtorrent/settings_pack.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "peer/base/clock.h"
#include "peer/base/unique_fd.h"
#include "peer/file_worker.h"
#include "peer/late_manifest.h"
#include "peer/libtorrent_disk.h"
#include "peer/libtorrent_loop.h"
#include "peer/libtorrent_session.h"
#include "peer/libtorrent_torrent.h"
#include "peer/shunned_peers.h"
#include "peer/swarm_storage.h"
#include "peer/target_file.h"
#include "peer/upload_counter.h"
#include "tests/eventually.h"
#include "tests/hostile_peer.h"
#include "tests/nginx.h"

namespace convoy::testing {
namespace {

namespace lt = libtorrent;

constexpr int kLowEffort = 1 << 2;  // DSCP 1.
constexpr char kPeer[] = "127.0.0.77";

LibtorrentSession::Options OptionsFor(int port) {
  LibtorrentSession::Options options;
  options.listen_port = port;
  options.addresses = {"127.0.0.1"};
  return options;
}

class SwarmSessionTest : public ::testing::Test {
 protected:
  SwarmSessionTest() {
    session_.SetAllowed({{"127.0.0.0/8", true}}, {"127.0.0.1/8"});
  }
  ~SwarmSessionTest() override { session_.Stop(); }

  // Runs `task` on the swarm's thread, and waits for it.
  template <typename Task>
  void OnLoop(Task task) {
    std::promise<void> done;
    loop_.Post([&] {
      task();
      done.set_value();
    });
    done.get_future().wait();
  }

  FileWorkerPool worker_{1};
  LibtorrentLoop loop_;
  LibtorrentDisk disk_{{&loop_, &worker_}};
  const int port_ = FreePort();
  LibtorrentSession session_{&loop_, &disk_, OptionsFor(port_)};
};

TEST_F(SwarmSessionTest, NothingLeavesTheSiteThatWasNotAskedFor) {
  using Settings = lt::settings_pack;
  const Settings settings = session_.get().get_settings();
  EXPECT_FALSE(settings.get_bool(Settings::enable_dht));
  EXPECT_EQ(settings.get_str(Settings::dht_bootstrap_nodes), "");
  EXPECT_FALSE(settings.get_bool(Settings::enable_upnp));
  EXPECT_FALSE(settings.get_bool(Settings::enable_natpmp));
  EXPECT_FALSE(settings.get_bool(Settings::enable_outgoing_utp));
  EXPECT_FALSE(settings.get_bool(Settings::enable_incoming_utp));
  EXPECT_FALSE(session_.get().is_dht_running());
}

class SilentListener final : public LibtorrentTorrent::Listener {
 public:
  void OnPiecesHere(std::vector<PieceIndex>) override {}
  void OnClaimed(PieceSpan) override {}
  void OnUnclaimed(PieceSpan) override {}
  void OnDoubtsSettled() override {}
  void OnNews(const SwarmNews&) override {}
  void OnError(absl::Status status) override {
    ADD_FAILURE() << status.message();
  }
};

std::string TextOf(const sockaddr_in& endpoint) {
  char text[INET_ADDRSTRLEN] = "";
  inet_ntop(AF_INET, &endpoint.sin_addr, text, sizeof(text));
  return text;
}

// The traffic class of this process's end of the peer's connection; -1: there
// is none.
int MarkOfConnectionTo(const std::string& address, int local_port) {
  int mark = -1;
  DIR* const folder = opendir("/proc/self/fd");
  while (const dirent* entry = readdir(folder)) {
    const int fd = std::atoi(entry->d_name);
    sockaddr_in peer = {};
    sockaddr_in local = {};
    socklen_t peer_size = sizeof(peer);
    socklen_t local_size = sizeof(local);
    if (getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &peer_size) != 0 ||
        getsockname(fd, reinterpret_cast<sockaddr*>(&local), &local_size) !=
            0 ||
        peer.sin_family != AF_INET || ntohs(local.sin_port) != local_port ||
        TextOf(peer) != address) {
      continue;
    }
    socklen_t mark_size = sizeof(mark);
    getsockopt(fd, IPPROTO_IP, IP_TOS, &mark, &mark_size);
  }
  closedir(folder);
  return mark;
}

class PeerMarksTest : public SwarmSessionTest {
 protected:
  ~PeerMarksTest() override {
    peer_.reset();
    if (torrent_ == nullptr) return;
    OnLoop([&] { torrent_->Stop(); });
    torrent_.reset();
  }

  // A download that a peer has connected to.
  void Download(bool background) {
    LateContent name;
    name.size = 1 << 20;
    name.sha256 = std::string(32, 's');
    const auto manifest = MakeLateManifest(name);
    ASSERT_TRUE(manifest.ok()) << manifest.status();
    SwarmContent content;
    content.manifest = *manifest;
    content.storage = std::make_shared<SwarmStorage>(
        OpenTargetFile(UniqueFd(memfd_create("content", MFD_CLOEXEC))),
        std::make_shared<PieceHashes>((*manifest)->layout),
        StorageMap::Whole((*manifest)->layout));
    content.downloads = true;
    content.background = background;
    LibtorrentTorrent::Parts parts;
    parts.loop = &loop_;
    parts.disk = &disk_;
    parts.session = &session_;
    parts.clock = &clock_;
    parts.kind_of = [](const std::string&, bool) { return PeerKind::kLan; };
    parts.machine = 1;
    parts.uploaded = &uploaded_;
    parts.shunned = &shunned_;
    torrent_ = std::make_shared<LibtorrentTorrent>(
        parts, std::move(content), std::make_unique<SilentListener>());
    OnLoop([&] { torrent_->Start({}, 0); });
    HostilePeer::Options options;
    options.info_hash = (*manifest)->info_hash;
    options.port = port_;
    options.address = kPeer;
    options.script.on_welcome = [this](HostileLink&) { welcome_ = true; };
    peer_ = std::make_unique<HostilePeer>(std::move(options));
    ASSERT_TRUE(Eventually([this] { return welcome_.load(); }));
  }
  void SetLowEffort(bool low_effort) {
    BandwidthLimits limits;
    limits.low_effort_background = low_effort;
    OnLoop([&] {
      session_.SetLimits(limits);
      if (torrent_ != nullptr) torrent_->MarkConnections();
    });
  }
  // Behind what the loop has to do.
  int Mark() {
    OnLoop([] {});
    return MarkOfConnectionTo(kPeer, port_);
  }

  const RealClock clock_;
  std::atomic<bool> welcome_{false};
  UploadCounter uploaded_;
  ShunnedPeers shunned_{&clock_};
  std::shared_ptr<LibtorrentTorrent> torrent_;
  std::unique_ptr<HostilePeer> peer_;
};

TEST_F(PeerMarksTest, ABackgroundDownloadIsMarkedAsLongAsItIsOne) {
  SetLowEffort(true);
  ASSERT_NO_FATAL_FAILURE(Download(true));
  EXPECT_EQ(Mark(), kLowEffort);
  SetLowEffort(false);
  EXPECT_EQ(Mark(), 0);
  SetLowEffort(true);
  EXPECT_EQ(Mark(), kLowEffort);
  // A seed serves others.
  OnLoop([&] { torrent_->Seed(); });
  EXPECT_EQ(Mark(), 0);
}

TEST_F(PeerMarksTest, AForegroundDownloadIsNot) {
  SetLowEffort(true);
  ASSERT_NO_FATAL_FAILURE(Download(false));
  EXPECT_EQ(Mark(), 0);
}

TEST_F(PeerMarksTest, WithoutBeingAskedNothingIsMarked) {
  SetLowEffort(false);
  ASSERT_NO_FATAL_FAILURE(Download(true));
  EXPECT_EQ(Mark(), 0);
}

}  // namespace
}  // namespace convoy::testing
