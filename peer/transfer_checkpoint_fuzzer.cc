#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "peer/piece_ledger.h"
#include "peer/transfer_checkpoint.h"

namespace {

// What can be decoded must fit a ledger, and encode to what it came from.
void Check(absl::string_view bytes) {
  const auto checkpoint = convoy::TransferCheckpoint::Decode(bytes);
  if (!checkpoint) return;
  const convoy::PieceLedger ledger(checkpoint->layout, checkpoint->flushed);
  if (ledger.FlushedSpans() != checkpoint->flushed) std::abort();
  const auto again = convoy::TransferCheckpoint::Decode(checkpoint->Encode());
  if (!again || again->flushed != checkpoint->flushed) std::abort();
}

// With the checksum that Decode wants, so that what lies behind it is reached.
std::string WithChecksum(absl::string_view body) {
  std::string bytes(body);
  const std::uint64_t sum = convoy::TransferCheckpoint::KeyOfUrl(body);
  for (int i = 0; i < 8; ++i) {
    bytes.push_back(static_cast<char>(sum >> (8 * i)));
  }
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  Check(bytes);
  Check(WithChecksum(bytes));
  return 0;
}
