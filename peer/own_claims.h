#ifndef CONVOY_PEER_OWN_CLAIMS_H_
#define CONVOY_PEER_OWN_CLAIMS_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "peer/open_pieces.h"
#include "peer/piece_layout.h"
#include "peer/share_message.h"

namespace convoy {

// The pieces that this machine fetches from the origin, how far each has come,
// and what that says of its speed. OpenPieces is told. Not thread-safe.
class OwnClaims {
 public:
  struct Claim {
    // The span that was taken at once begins here.
    PieceIndex span;
    std::int64_t bytes = 0;
    bool takeover = false;
    // All bytes have come; the piece is being checked.
    bool finished = false;
    // When its fetch began; rises as those before it come.
    absl::Duration began;
  };

  // `pieces` is not owned.
  OwnClaims(const PieceLayout& layout, OpenPieces* pieces);

  bool empty() const { return claims_.empty(); }
  // Without those that are finished.
  std::int32_t unfinished() const { return unfinished_; }
  // Runs of neighbours, those that are finished included.
  std::size_t spans() const;
  // Null: not claimed.
  const Claim* Find(PieceIndex piece) const;
  bool HalfDone(PieceIndex piece) const;
  // First pieces that are not finished, rising.
  std::vector<PieceIndex> Unfinished() const;

  void Add(PieceSpan span, bool takeover, absl::Duration now);
  void SetProgress(PieceIndex piece, std::int64_t bytes);
  void Finish(PieceIndex piece, absl::Duration now);
  // Drops the claim. True: there was one that was not finished.
  bool Drop(PieceIndex piece);
  // The piece is here. True: it was still being fetched.
  bool SetHere(PieceIndex piece, absl::Duration now);
  // Of each span that was taken at once, what lies more than `keep` pieces
  // behind what is being fetched.
  std::vector<PieceIndex> Beyond(std::int32_t keep) const;

  // Bytes that came from the origin.
  std::int64_t bytes() const { return bytes_; }
  // How long one piece takes; nothing before the first one has come.
  std::optional<absl::Duration> piece_time() const { return piece_time_; }
  // Fills in blocks, claims and fetched, as far as there is room.
  void Describe(absl::Duration now, ClaimRecord* record);

 private:
  const PieceLayout layout_;
  OpenPieces& pieces_;
  std::map<PieceIndex, Claim> claims_;
  std::int32_t unfinished_ = 0;
  std::int64_t bytes_ = 0;
  std::optional<absl::Duration> piece_time_;
  // Fetched last, and when it was here.
  std::deque<std::pair<PieceIndex, absl::Duration>> fetched_;
};

}  // namespace convoy

#endif  // CONVOY_PEER_OWN_CLAIMS_H_
