#include "peer/piece_digest.h"

#include <utility>

#include "peer/sha256.h"

namespace convoy {
namespace {

constexpr std::size_t kHash = Sha256::kSize;
constexpr std::size_t kBlock = PieceLayout::kBlockLength;

// Stands for a leaf that has no block.
std::string NoBlock() { return std::string(kHash, '\0'); }

std::int64_t NextPowerOfTwo(std::int64_t count) {
  std::int64_t power = 1;
  while (power < count) power *= 2;
  return power;
}

// The root over `width` nodes, a power of two. `nodes`: the first of them, at
// least one; each of the others is `pad`.
std::string RootOf(std::string nodes, std::int64_t width, std::string pad) {
  Sha256 sha256;
  for (; width > 1; width /= 2) {
    if (nodes.size() / kHash % 2 != 0) nodes += pad;
    std::string above;
    above.reserve(nodes.size() / 2);
    for (std::size_t at = 0; at < nodes.size(); at += 2 * kHash) {
      sha256.Update(absl::string_view(nodes).substr(at, 2 * kHash));
      above += sha256.Finish();
    }
    sha256.Update(pad);
    sha256.Update(pad);
    pad = sha256.Finish();
    nodes = std::move(above);
  }
  return nodes;
}

}  // namespace

PieceHashKind PieceHashKind::Version2(const PieceLayout& layout) {
  const std::int64_t length =
      layout.count() > 1 ? layout.piece_length() : layout.size();
  PieceHashKind kind;
  kind.leaves_ = NextPowerOfTwo((length + PieceLayout::kBlockLength - 1) /
                                PieceLayout::kBlockLength);
  return kind;
}

PieceDigest::PieceDigest(PieceHashKind kind)
    : kind_(kind),
      digest_(kind.is_version2() ? EvpDigest::Algorithm::kSha256
                                 : EvpDigest::Algorithm::kSha1) {}

void PieceDigest::Update(absl::string_view bytes) {
  if (!kind_.is_version2()) return digest_.Update(bytes);
  while (!bytes.empty()) {
    const absl::string_view part = bytes.substr(0, kBlock - in_block_);
    digest_.Update(part);
    in_block_ += part.size();
    if (in_block_ == kBlock) EndBlock();
    bytes.remove_prefix(part.size());
  }
}

void PieceDigest::EndBlock() {
  blocks_ += digest_.Finish();
  in_block_ = 0;
}

std::string PieceDigest::Finish() {
  if (!kind_.is_version2()) return digest_.Finish();
  if (in_block_ > 0) EndBlock();
  return RootOf(std::exchange(blocks_, std::string()), kind_.leaves(),
                NoBlock());
}

std::string PiecesRoot(const PieceLayout& layout, std::string hashes) {
  const std::int64_t leaves = PieceHashKind::Version2(layout).leaves();
  return RootOf(std::move(hashes), NextPowerOfTwo(layout.count()),
                RootOf(NoBlock(), leaves, NoBlock()));
}

}  // namespace convoy
