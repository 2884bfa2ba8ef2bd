#include "peer/late_hashes.h"

#include <cstddef>
#include <utility>

namespace convoy {

std::string KeptHashes(const PieceHashes& hashes) {
  std::string kept;
  if (!hashes.late_bound()) return kept;
  const auto known = hashes.Known();
  if (known.size() != static_cast<std::size_t>(hashes.layout().count())) {
    return kept;
  }
  for (const auto& [piece, hash] : known) kept += hash;
  return kept;
}

std::shared_ptr<PieceHashes> HashesOfKept(
    std::shared_ptr<const Manifest> manifest, absl::string_view kept) {
  const auto count = static_cast<std::size_t>(manifest->layout.count());
  if (kept.empty() || kept.size() != count * PieceHashes::kSize) {
    return std::make_shared<PieceHashes>(std::move(manifest));
  }
  auto hashes = std::make_shared<PieceHashes>(manifest->layout);
  for (std::size_t i = 0; i < count; ++i) {
    hashes->Learn(PieceIndex{static_cast<std::int32_t>(i)},
                  kept.substr(i * PieceHashes::kSize, PieceHashes::kSize));
  }
  return hashes;
}

}  // namespace convoy
