#include "peer/running_hashes.h"

namespace convoy {

void RunningHashes::Add(PieceIndex piece, std::int64_t begin,
                        absl::string_view bytes) {
  auto found = pieces_.find(piece.value);
  if (found != pieces_.end() && found->second.end != begin) {
    pieces_.erase(found);
    found = pieces_.end();
  }
  if (found == pieces_.end()) {
    if (begin != 0 || pieces_.size() >= kMost) return;
    found = pieces_.try_emplace(piece.value, kind_).first;
  }
  found->second.digest.Update(bytes);
  found->second.end += static_cast<std::int64_t>(bytes.size());
}

std::optional<std::string> RunningHashes::Take(PieceIndex piece,
                                               std::int64_t length) {
  const auto found = pieces_.find(piece.value);
  if (found == pieces_.end()) return std::nullopt;
  std::optional<std::string> hash;
  if (found->second.end == length) hash = found->second.digest.Finish();
  pieces_.erase(found);
  return hash;
}

}  // namespace convoy
