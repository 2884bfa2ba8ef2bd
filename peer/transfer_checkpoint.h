#ifndef CONVOY_PEER_TRANSFER_CHECKPOINT_H_
#define CONVOY_PEER_TRANSFER_CHECKPOINT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "peer/byte_range.h"
#include "peer/http_settings.h"
#include "peer/piece_layout.h"

namespace convoy {

// What a transfer needs to go on where an earlier one into the same file was
// stopped. The bytes: peer/README.md.
struct TransferCheckpoint {
  enum class Source : std::uint8_t { kHttp = 1, kLocalFile = 2, kSwarm = 3 };

  Source source = Source::kHttp;
  // KeyOfUrl of the URL that `validator` is from.
  std::uint64_t url_key = 0;
  // KeyOfRanges of the transfer's ranges.
  std::uint64_t ranges_key = 0;
  // Size of the whole remote file. Absent: not known.
  std::optional<std::int64_t> complete_length;
  Validator validator;
  // Of the local file.
  PieceLayout layout;
  // Inside the layout, rising, with gaps between.
  std::vector<PieceSpan> flushed;

  // End of the last flushed byte.
  std::int64_t FlushedEnd() const {
    return flushed.empty() ? 0 : layout.RangeOf(flushed.back()).end();
  }

  std::string Encode() const;
  // Nothing for whatever Encode did not make. Bounded in time and memory by the
  // length of `bytes`.
  static std::optional<TransferCheckpoint> Decode(absl::string_view bytes);

  static std::uint64_t KeyOfUrl(absl::string_view url);
  static std::uint64_t KeyOfRanges(const std::vector<ByteRange>& ranges);
};

}  // namespace convoy

#endif  // CONVOY_PEER_TRANSFER_CHECKPOINT_H_
