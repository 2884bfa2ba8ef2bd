// A daemon that starts with 10,000 contents: what it reads, opens and tells.

#include <arpa/inet.h>
#include <grpcpp/grpcpp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <sstream>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "convoy/v1/swarm_service.grpc.pb.h"
#include "daemon/sqlite_cache_index.h"
#include "gtest/gtest.h"
#include "peer/base/unique_fd.h"
#include "peer/cache_index.h"
#include "peer/contents.h"
#include "tests/eventually.h"
#include "tests/swarm_site.h"
#include "tests/temp_dir.h"
#include "tests/test_daemon.h"

namespace convoy::testing {
namespace {

constexpr int kContents = 10'000;
// Of a content of some hundred pieces.
constexpr std::size_t kManifestBytes = 4096;

CacheRow Row(int number) {
  CacheRow row;
  row.content_id = absl::StrCat(
      absl::Hex(static_cast<std::uint32_t>(number) * 2'654'435'761u,
                absl::kZeroPad8),
      absl::Dec(number, absl::kZeroPad12));
  row.name = absl::StrCat("package_", number, "_amd64.deb");
  row.source_url = absl::StrCat("https://deliver.example.org/pool/", row.name);
  row.local_path = absl::StrCat("/var/cache/packages/", row.name);
  row.holding = ContentHolding::kHardLink;
  row.identity = {1, static_cast<std::uint64_t>(number), 1 << 20, 4};
  row.piece_length = 1 << 18;
  row.create_time = row.last_use_time = absl::Now();
  return row;
}

// Bytes that the process got from read(2) and its like, of files and sockets.
std::int64_t ReadBytes(pid_t pid) {
  std::istringstream lines(ReadFile(absl::StrCat("/proc/", pid, "/io")));
  std::string word;
  std::int64_t bytes = -1;
  while (lines >> word) {
    if (word == "rchar:") lines >> bytes;
  }
  return bytes;
}

// Hears what is multicast to the beacon's group on loopback.
class BeaconEar {
 public:
  explicit BeaconEar(int port)
      : socket_(
            ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    const int on = 1;
    setsockopt(socket_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    sockaddr_in any = {};
    any.sin_family = AF_INET;
    any.sin_port = htons(static_cast<std::uint16_t>(port));
    EXPECT_EQ(bind(socket_.get(), reinterpret_cast<const sockaddr*>(&any),
                   sizeof(any)),
              0);
    ip_mreqn group = {};
    inet_pton(AF_INET, "239.255.67.72", &group.imr_multiaddr);
    group.imr_ifindex = static_cast<int>(if_nametoindex("lo"));
    EXPECT_EQ(setsockopt(socket_.get(), IPPROTO_IP, IP_ADD_MEMBERSHIP, &group,
                         sizeof(group)),
              0);
  }
  // That were heard since the last call.
  int Datagrams() {
    int count = 0;
    char buffer[2048];
    while (recv(socket_.get(), buffer, sizeof(buffer), 0) >= 0) ++count;
    return count;
  }

 private:
  const UniqueFd socket_;
};

// Counts how often files of a folder are opened, by whomever.
class OpenWatch {
 public:
  explicit OpenWatch(const std::string& folder)
      : inotify_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
    EXPECT_GE(inotify_add_watch(inotify_.get(), folder.c_str(), IN_OPEN), 0);
  }
  // Since the last call.
  int Opened() {
    int count = 0;
    alignas(inotify_event) std::array<char, 64 << 10> buffer;
    ssize_t got = 0;
    while ((got = read(inotify_.get(), buffer.data(), buffer.size())) > 0) {
      for (ssize_t at = 0; at < got;) {
        const auto* event =
            reinterpret_cast<const inotify_event*>(buffer.data() + at);
        // The folder itself has no name.
        if (event->len > 0) ++count;
        at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
      }
    }
    return count;
  }

 private:
  const UniqueFd inotify_;
};

class CacheStartTest : public ::testing::Test {
 protected:
  CacheStartTest() {
    site_.StartMachine(
        {{"cache.max_size_percent", "100"}, {"cache.min_free_bytes", "0"}});
    links_ = daemon().state_directory() + "/cache";
  }

  TestDaemon& daemon() { return site_.machine(0); }
  // The daemon has them when it starts, as links.
  void Fill() {
    std::filesystem::create_directory(links_);
    chmod(links_.c_str(), 0700);
    // On a disk each row would wait for it.
    const TempDir memory(MemoryFolder());
    const std::string made = memory.path() + "/cache.db";
    auto index = OpenSqliteCacheIndex(made);
    ASSERT_TRUE(index.ok()) << index.status();
    for (int i = 0; i < kContents; ++i) {
      const CacheRow row = Row(i);
      ASSERT_TRUE(
          (*index)->Put(row, {std::string(kManifestBytes, 'x'), ""}).ok());
      WriteFile(Link(row.content_id), "x");
    }
    index->reset();
    std::filesystem::copy_file(
        made, daemon().state_directory() + "/cache.db",
        std::filesystem::copy_options::overwrite_existing);
  }
  std::string Link(const std::string& content_id) const {
    return absl::StrCat(links_, "/", absl::BytesToHexString(content_id));
  }
  int ListedContents() {
    const auto stub = v1::SwarmService::NewStub(daemon().Connect());
    v1::ListContentsRequest request;
    request.set_page_size(1000);
    int count = 0;
    do {
      grpc::ClientContext context;
      v1::ListContentsResponse page;
      const grpc::Status status = stub->ListContents(&context, request, &page);
      EXPECT_TRUE(status.ok()) << status.error_message();
      count += page.contents_size();
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return count;
  }

  SwarmSite site_;
  std::string links_;
};

TEST_F(CacheStartTest, TenThousandContentsAreNeitherReadNorOpenedNorTold) {
  EXPECT_EQ(ListedContents(), 0);
  const std::int64_t empty = ReadBytes(daemon().pid());
  ASSERT_GT(empty, 0);
  ASSERT_EQ(daemon().Stop(), 0);
  ASSERT_NO_FATAL_FAILURE(Fill());
  // Belongs to no content: it goes when all links have been looked at.
  const std::string stray = Link(std::string(20, 'z'));
  WriteFile(stray, "x");

  OpenWatch watch(links_);
  BeaconEar ear(site_.beacon_port());
  daemon().Start();
  EXPECT_TRUE(Eventually([this] { return ListedContents() == kContents; }));
  EXPECT_TRUE(Eventually([&stray] { return !Exists(stray); }));
  const std::int64_t read = ReadBytes(daemon().pid()) - empty;
  std::printf("%d contents: %lld bytes read at the start\n", kContents,
              static_cast<long long>(read));
  // Their rows, with URLs and paths; but not their manifests.
  EXPECT_GT(read, kContents * 100);
  EXPECT_LT(read, kContents * 1200);
  EXPECT_EQ(watch.Opened(), 0);
  EXPECT_EQ(ear.Datagrams(), 0);

  // Both would have been noticed.
  ReadFile(Link(Row(0).content_id));
  EXPECT_EQ(watch.Opened(), 1);
  const PublishedFile file = site_.Serve("a.bin", 2 << 20);
  site_.Run(0, file);
  EXPECT_GT(ear.Datagrams(), 0);
}

}  // namespace
}  // namespace convoy::testing
