// What peers say of the origin: decoded, encoded again, and told to the rule.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "peer/origin_share.h"
#include "peer/piece_layout.h"
#include "peer/share_message.h"

namespace convoy {
namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

void CheckSpan(PieceSpan span) {
  Check(!span.empty() && span.first.value >= 0 &&
        span.end.value <= PieceLayout::kMaxCount &&
        span.count() <= ClaimRecord::kMaxPieces);
}

void CheckBounds(const ShareMessage& message) {
  Check(message.records.size() <= ShareMessage::kMaxRecords);
  for (const ClaimRecord& record : message.records) {
    Check(record.claims.size() <= ClaimRecord::kMaxSpans);
    Check(record.fetched.size() <= ClaimRecord::kMaxSpans);
    for (const ClaimedSpan& claim : record.claims) CheckSpan(claim.pieces);
    for (const PieceSpan& span : record.fetched) CheckSpan(span);
  }
  Check(message.hashes.size() <= ShareMessage::kMaxHashes);
  for (const PieceHash& hash : message.hashes) {
    Check(hash.sha1.size() == PieceHash::kSize);
  }
  Check(message.hash_requests.size() <= ShareMessage::kMaxRequests);
}

// Whatever a peer says, this machine is not kept from the content.
void CheckRule(const ShareMessage& message) {
  const auto layout = PieceLayout::Make(100 << 18, 256 << 10);
  OriginShare share({}, 1, 2, *layout, {layout->All()}, absl::ZeroDuration());
  share.SetCrowd(2, absl::ZeroDuration());
  share.AddPeer(1);
  share.SetMachine(1, 3, absl::ZeroDuration());
  share.AddPeer(2);
  share.SetMachine(2, 4, absl::ZeroDuration());
  share.Receive(1, message, absl::ZeroDuration());
  bool taken = false;
  for (int tenths = 0; tenths < 600 && !taken; ++tenths) {
    const absl::Duration now = absl::Milliseconds(100 * tenths);
    share.Receive(1, message, now);
    share.Receive(2, message, now);
    const PieceSpan span = share.Take(now, 4);
    Check(span.count() <= 4 && span.first.value >= 0 && span.end.value <= 100);
    taken = !span.empty();
    for (const OriginShare::Outgoing& out : share.TakeOutgoing(now)) {
      const auto again = DecodeShareMessage(EncodeShareMessage(out.message));
      Check(again == out.message);
    }
  }
  Check(taken);
}

}  // namespace
}  // namespace convoy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const auto message = convoy::DecodeShareMessage(
      absl::string_view(reinterpret_cast<const char*>(data), size));
  if (!message) return 0;
  convoy::CheckBounds(*message);
  const auto again =
      convoy::DecodeShareMessage(convoy::EncodeShareMessage(*message));
  convoy::Check(again == message);
  convoy::CheckRule(*message);
  return 0;
}
