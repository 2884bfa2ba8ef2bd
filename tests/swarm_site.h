#ifndef CONVOY_TESTS_SWARM_SITE_H_
#define CONVOY_TESTS_SWARM_SITE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "convoy/v1/swarm_service.grpc.pb.h"
#include "gtest/gtest.h"
#include "peer/piece_layout.h"
#include "tests/hostile_peer.h"
#include "tests/nginx.h"
#include "tests/swarm_net.h"
#include "tests/temp_dir.h"
#include "tests/test_daemon.h"

namespace convoy::testing {

// A file at the origin, with its manifest beside it.
struct PublishedFile {
  std::string name;
  std::string url;
  std::string bytes;
  std::string info_hash;
  PieceLayout layout;
};

// An origin that gives so many bytes a second for each request, until it is
// released.
Nginx::Options SlowOrigin(const std::string& rate);

// The right bytes of a block.
std::string BlockOf(const PublishedFile& file, const WireBlock& block);

// What a process holds now, and the most memory it has ever had.
struct ProcessUse {
  std::int64_t peak_memory_bytes = 0;
  int descriptors = 0;
};
ProcessUse UseOf(pid_t pid);

// The bytes are compared, not printed.
::testing::AssertionResult HasBytes(const std::string& path,
                                    const std::string& bytes);

// One origin and the machines of its LAN: daemons on loopback that find each
// other and nobody else. One thread, but for the calls of daemons.
class SwarmSite {
 public:
  using Settings = std::vector<std::pair<std::string, std::string>>;

  explicit SwarmSite(const Nginx::Options& origin = {})
      : SwarmSite(nullptr, origin) {}
  // On a net instead, which outlives it: the origin is its machine 0, machine 0
  // of the site its machine 1, and so on.
  explicit SwarmSite(SwarmNet* net, const Nginx::Options& origin = {});

  Nginx& origin() { return origin_; }
  TestDaemon& machine(int number) { return *machines_[AsIndex(number)]; }
  int beacon_port() const { return beacon_port_; }
  // Where its peers dial.
  int port(int number) const { return ports_[AsIndex(number)]; }
  std::string Local(const std::string& name) const {
    return destination_.path() + "/" + name;
  }

  std::string beacon_address(int number) const;

  // Serves a new file, with a manifest beside it if `publish`.
  PublishedFile Serve(const std::string& name, std::size_t size,
                      bool publish = true);
  // Makes the manifest of a file that is in the origin's folder; its bytes are
  // not read into memory.
  PublishedFile Publish(const std::string& name);

  // Puts another manifest in the place of the published file's: of version 2
  // alone (BEP 52), with pieces of the same length.
  void UseVersion2(PublishedFile* file);
  // Puts another manifest in the place of the published file's: with this
  // tracker, and private (BEP 27), which makes another content of it.
  void Amend(PublishedFile* file, const std::string& announce, bool is_private);

  // The next machine; at most kMaxMachines.
  TestDaemon& StartMachine(
      const Settings& more = {},
      const std::map<std::string, std::string>& environment = {});
  void StartMachines(int count, const Settings& more = {});

  // Gives the file to peers without a job: the origin's own copy.
  void Adopt(int number, const PublishedFile& file);
  // As the daemon answers.
  absl::Status TryAdopt(int number, const PublishedFile& file);
  // That the machine is connected with now for this content. None: it has not
  // begun with it, perhaps.
  std::vector<v1::SwarmPeer> Peers(int number, const PublishedFile& file);
  // What it counts of the content.
  v1::SwarmStats Stats(int number, const PublishedFile& file);

  // Begins a job of machine `number` for the file, to Local(NAME.NUMBER).
  // Answers its id; empty: a failure was recorded.
  std::string Begin(int number, const PublishedFile& file, v1::Job job = {});
  // Waits until it is transferred, completes it and compares its bytes. The job
  // as it was before that.
  v1::Job End(int number, const std::string& id, const PublishedFile& file,
              absl::Duration timeout = kPatience);
  // Lets the job's bytes come without the origin's limit from now on.
  void Hurry(int number, const std::string& id);
  // Begin and End.
  v1::Job Run(int number, const PublishedFile& file);

  // A bad peer that dials machine `number` for the file. REQUIRES: the file is
  // published.
  HostilePeer::Options Against(int number, const PublishedFile& file,
                               HostilePeer::Script script) const;

  static constexpr int kMaxMachines = 4;

 private:
  static std::size_t AsIndex(int number) {
    return static_cast<std::size_t>(number);
  }

  SwarmNet* const net_;  // Null: loopback.
  Nginx origin_;
  TempDir destination_;
  int ports_[kMaxMachines];
  const int beacon_port_ = FreePort();
  std::vector<std::unique_ptr<TestDaemon>> machines_;
};

}  // namespace convoy::testing

#endif  // CONVOY_TESTS_SWARM_SITE_H_
