#ifndef CONVOY_PEER_SHARE_MESSAGE_H_
#define CONVOY_PEER_SHARE_MESSAGE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "peer/piece_layout.h"

namespace convoy {

// What machines that share an origin tell each other: the payload of the BEP 10
// extension message "cv_share". Its bytes, and what each part is for:
// origin_sharing.md.

// Names one machine for one content: random, new in each process. Never 0.
using MachineId = std::uint64_t;

// Neighbouring pieces that a machine fetches from the origin, one after
// another.
struct ClaimedSpan {
  PieceSpan pieces;
  // Taken over from a machine that is too slow.
  bool takeover = false;

  friend bool operator==(const ClaimedSpan& a, const ClaimedSpan& b) {
    return a.pieces == b.pieces && a.takeover == b.takeover;
  }
};

// Where one machine stands. A newer one (by `sequence`) replaces all older
// ones, so what is not named any more is released.
struct ClaimRecord {
  // Of `claims`, and of `fetched`.
  static constexpr std::size_t kMaxSpans = 64;
  // In all spans of `claims`, and of `fetched`.
  static constexpr std::int32_t kMaxPieces = 1024;

  MachineId machine = 0;
  std::uint32_t sequence = 0;
  // It may fetch from the origin, and can.
  bool usable = true;
  // It has not got all that it wants.
  bool wants = true;
  // It sees itself among those that fetch.
  bool candidate = false;
  // Blocks of 16 KiB that it has got from the origin: grows while bytes come.
  std::uint32_t blocks = 0;
  std::vector<ClaimedSpan> claims;
  // What it fetched last: on its way through the swarm.
  std::vector<PieceSpan> fetched;

  friend bool operator==(const ClaimRecord& a, const ClaimRecord& b) {
    return a.machine == b.machine && a.sequence == b.sequence &&
           a.usable == b.usable && a.wants == b.wants &&
           a.candidate == b.candidate && a.blocks == b.blocks &&
           a.claims == b.claims && a.fetched == b.fetched;
  }
};

// The hash of a piece, known first to who fetched it from the origin
// (late-bound hashes).
struct PieceHash {
  static constexpr int kSize = 20;

  PieceIndex piece;
  std::string sha1;  // kSize bytes.

  friend bool operator==(const PieceHash& a, const PieceHash& b) {
    return a.piece == b.piece && a.sha1 == b.sha1;
  }
};

struct ShareMessage {
  static constexpr std::size_t kMaxLength = 16 << 10;
  static constexpr std::size_t kMaxRecords = 8;
  static constexpr std::size_t kMaxHashes = 600;
  static constexpr std::size_t kMaxRequests = 1024;

  // The sender's own, and those that it relays.
  std::vector<ClaimRecord> records;
  std::vector<PieceHash> hashes;
  // The sender has these hashes of other peers: its own bytes agree with them,
  // and are none of the origin's. Else they are those of the origin's bytes.
  bool relayed = false;
  // Pieces whose hashes the sender wants to know.
  std::vector<PieceIndex> hash_requests;

  friend bool operator==(const ShareMessage& a, const ShareMessage& b) {
    return a.records == b.records && a.hashes == b.hashes &&
           a.relayed == b.relayed && a.hash_requests == b.hash_requests;
  }
};

// REQUIRES: inside the bounds above, and at most kMaxLength bytes: either
// records, or hashes, or requests are always short enough.
std::string EncodeShareMessage(const ShareMessage& message);

// Nothing if `payload` is not a message of this version, or beyond the bounds.
// Sections of unknown types are skipped. Pieces are from 0 to
// PieceLayout::kMaxCount - 1, spans are not empty; they may be beyond the
// content's end.
std::optional<ShareMessage> DecodeShareMessage(absl::string_view payload);

}  // namespace convoy

#endif  // CONVOY_PEER_SHARE_MESSAGE_H_
