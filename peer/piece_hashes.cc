#include "peer/piece_hashes.h"

#include <cstddef>

#include "peer/sha1.h"

namespace convoy {

PieceHashes::PieceHashes(std::shared_ptr<const Manifest> manifest)
    : manifest_(std::move(manifest)), layout_(manifest_->layout) {}

PieceHashes::PieceHashes(PieceLayout layout) : layout_(layout) {}

PieceDigest PieceHashes::NewDigest() const {
  return PieceDigest(late_bound() ? PieceHashKind() : manifest_->hash_kind);
}

std::string PieceHashes::HashOf(absl::string_view bytes) const {
  PieceDigest digest = NewDigest();
  digest.Update(bytes);
  return digest.Finish();
}

std::optional<std::string> PieceHashes::Find(PieceIndex piece) const {
  if (manifest_ != nullptr) return std::string(manifest_->HashOf(piece));
  const auto slot = static_cast<std::size_t>(piece.value);
  MutexLock lock(&mutex_);
  if (known_.empty() || !known_[slot]) return std::nullopt;
  return learned_.substr(slot * kSize, kSize);
}

bool PieceHashes::certain(PieceIndex piece) const {
  if (manifest_ != nullptr) return true;
  MutexLock lock(&mutex_);
  return !certain_.empty() && certain_[static_cast<std::size_t>(piece.value)];
}

bool PieceHashes::Learn(PieceIndex piece, absl::string_view hash) {
  if (manifest_ != nullptr) return manifest_->HashOf(piece) == hash;
  MutexLock lock(&mutex_);
  return LearnLocked(static_cast<std::size_t>(piece.value), hash);
}

bool PieceHashes::LearnLocked(std::size_t slot, absl::string_view hash) {
  if (known_.empty()) {
    const auto count = static_cast<std::size_t>(layout_.count());
    known_.resize(count);
    certain_.resize(count);
    learned_.resize(count * kSize);
  }
  if (known_[slot])
    return absl::string_view(learned_).substr(slot * kSize, kSize) == hash;
  known_[slot] = true;
  learned_.replace(slot * kSize, kSize, hash.data(), hash.size());
  return true;
}

bool PieceHashes::Decide(PieceIndex piece, absl::string_view hash) {
  if (manifest_ != nullptr) return manifest_->HashOf(piece) == hash;
  const auto slot = static_cast<std::size_t>(piece.value);
  MutexLock lock(&mutex_);
  LearnLocked(slot, hash);
  learned_.replace(slot * kSize, kSize, hash.data(), hash.size());
  certain_[slot] = true;
  return true;
}

void PieceHashes::Forget(PieceIndex piece) {
  const auto slot = static_cast<std::size_t>(piece.value);
  MutexLock lock(&mutex_);
  if (!known_.empty() && !certain_[slot]) known_[slot] = false;
}

std::vector<std::pair<PieceIndex, std::string>> PieceHashes::Known() const {
  std::vector<std::pair<PieceIndex, std::string>> known;
  MutexLock lock(&mutex_);
  for (std::size_t slot = 0; slot < known_.size(); ++slot) {
    if (!known_[slot]) continue;
    known.emplace_back(PieceIndex{static_cast<std::int32_t>(slot)},
                       learned_.substr(slot * kSize, kSize));
  }
  return known;
}

std::string Sha1Of(absl::string_view bytes) {
  Sha1 sha1;
  sha1.Update(bytes);
  return sha1.Finish();
}

}  // namespace convoy
