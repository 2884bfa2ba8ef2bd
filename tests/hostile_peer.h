#ifndef CONVOY_TESTS_HOSTILE_PEER_H_
#define CONVOY_TESTS_HOSTILE_PEER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "peer/base/mutex.h"
#include "peer/base/unique_fd.h"
#include "peer/piece_layout.h"
#include "peer/share_message.h"
#include "tests/eventually.h"

namespace convoy::testing {

// A block as it is asked for (BEP 3).
struct WireBlock {
  std::int32_t piece = 0;
  std::int32_t begin = 0;
  std::int32_t length = 0;
};

// Messages of the peer protocol that tests send.
enum class WireType {
  kChoke = 0,
  kUnchoke = 1,
  kInterested = 2,
  kHave = 4,
  kBitfield = 5,
  kRequest = 6,
  kPiece = 7,
  kHaveAll = 14,
  kHaveNone = 15,
  kExtended = 20,
};

// One connection of a HostilePeer, after both sides have shaken hands. What
// cannot be sent any more is dropped. On the peer's thread.
class HostileLink {
 public:
  // Exactly these bytes.
  void SendRaw(absl::string_view bytes);
  void Send(WireType type, absl::string_view payload = "");
  void SendHave(std::int32_t piece);
  void SendRequest(const WireBlock& block);
  // As the block at `at`, whatever the bytes are.
  void SendBlock(const WireBlock& at, absl::string_view bytes);
  // Payload of an extension message (BEP 10); number 0 is the handshake.
  void SendExtended(int number, absl::string_view payload);
  // Nothing where the other side does not speak "cv_share".
  void SendShare(const ShareMessage& message);
  void Close();
  // How often on_tick was called before.
  int ticks() const { return ticks_; }

 private:
  friend class HostilePeer;

  int socket_ = -1;
  int share_number_ = 0;  // The other side's; 0: not spoken.
  int ticks_ = 0;
};

// A BitTorrent peer (BEP 3, 6, 10) that does what a test says. It dials one
// daemon, one connection at a time, and again whenever it was closed. It has an
// address of its own on loopback, so it is not taken for the honest ones.
//
// A thread of its own, which calls the functions of Script.
class HostilePeer {
 public:
  struct Script {
    // Both hands are shaken.
    std::function<void(HostileLink&)> on_welcome;
    std::function<void(HostileLink&, const WireBlock&)> on_request;
    // A block that it asked for.
    std::function<void(const WireBlock& at, absl::string_view bytes)> on_block;
    std::function<void(HostileLink&, const ShareMessage&)> on_share;
    // About five times a second.
    std::function<void(HostileLink&)> on_tick;
  };
  struct Options {
    std::string info_hash;
    int port = 0;  // Of the daemon.
    std::string address = "127.0.0.66";
    // Its name among those that share the origin; 0: it does not speak
    // "cv_share".
    MachineId machine = 0;
    // Waits between a closed connection and the next.
    absl::Duration pause = absl::Milliseconds(50);
    Script script;
  };
  struct Counts {
    int dials = 0;
    // Handshakes that were answered.
    int welcomes = 0;
    // Connections that the daemon closed after its handshake.
    int dropped = 0;
    int requests = 0;
  };

  explicit HostilePeer(Options options);
  ~HostilePeer();
  HostilePeer(const HostilePeer&) = delete;
  HostilePeer& operator=(const HostilePeer&) = delete;

  Counts counts() const;
  // Blocks until `enough`. False: not within `timeout`.
  bool WaitFor(const std::function<bool(const Counts&)>& enough,
               absl::Duration timeout = kPatience);

 private:
  void Run();
  // Both handshakes; false: it was closed before.
  bool ShakeHands(int socket);
  void Serve(int socket);
  void OnMessage(HostileLink& link, absl::string_view message);
  void Count(int Counts::*what);

  const Options options_;
  mutable Mutex mutex_;
  CondVar changed_;
  Counts counts_ ABSL_GUARDED_BY(mutex_);
  int socket_ ABSL_GUARDED_BY(mutex_) = -1;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // Last: starts when all else is there.
};

// Connections that say nothing, or only the handshake of `info_hash`. Those
// that are closed are opened again until the end.
class ConnectionFlood {
 public:
  ConnectionFlood(int port, int connections, const std::string& info_hash,
                  const std::string& address = "127.0.0.67");
  ~ConnectionFlood();

  // That were opened so far, again and again.
  std::int64_t opened() const { return opened_; }

 private:
  void Run();

  const int port_;
  const std::string hello_;
  const std::string address_;
  std::vector<UniqueFd> sockets_;
  std::atomic<std::int64_t> opened_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

// A TCP connection from `address` to 127.0.0.1; invalid if refused.
UniqueFd DialFrom(const std::string& address, int port);

}  // namespace convoy::testing

#endif  // CONVOY_TESTS_HOSTILE_PEER_H_
