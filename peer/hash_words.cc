#include "peer/hash_words.h"

#include <algorithm>

namespace convoy {

bool HashWords::Tell(ConnectionId teller, PieceIndex piece,
                     absl::string_view hash) {
  PieceHashes& hashes = storage_->hashes();
  if (hashes.certain(piece)) return hashes.Find(piece) == hash;
  // It is too late.
  if (storage_->verified(piece)) return true;
  std::vector<Word>& words = words_[piece.value];
  const bool told =
      std::any_of(words.begin(), words.end(),
                  [hash](const Word& word) { return word.hash == hash; });
  if (told || words.size() >= kMaxWords) return true;
  words.push_back({teller, std::string(hash)});
  Update(piece, words);
  return true;
}

void HashWords::Update(PieceIndex piece, const std::vector<Word>& words) {
  if (words.size() > 1) {
    disputed_.insert(piece.value);
  } else {
    disputed_.erase(piece.value);
  }
  PieceHashes& hashes = storage_->hashes();
  if (storage_->verified(piece)) return;
  hashes.Forget(piece);
  if (words.size() == 1) hashes.Learn(piece, words[0].hash);
}

bool HashWords::IsDisputed(PieceIndex piece) const {
  return disputed_.count(piece.value) != 0 && !storage_->verified(piece);
}

std::optional<PieceIndex> HashWords::FirstDisputed() const {
  for (const std::int32_t number : disputed_) {
    if (!storage_->verified(PieceIndex{number})) return PieceIndex{number};
  }
  return std::nullopt;
}

bool HashWords::Believe(PieceIndex piece, absl::string_view hash) {
  const auto found = words_.find(piece.value);
  if (found == words_.end()) return false;
  for (const Word& word : found->second) {
    if (word.hash != hash) continue;
    storage_->hashes().Forget(piece);
    storage_->hashes().Learn(piece, hash);
    return true;
  }
  return false;
}

std::vector<ConnectionId> HashWords::Decided(PieceIndex piece) {
  std::vector<ConnectionId> liars;
  const auto found = words_.find(piece.value);
  if (found == words_.end()) return liars;
  if (storage_->hashes().certain(piece)) {
    const std::optional<std::string> right = storage_->hashes().Find(piece);
    for (const Word& word : found->second) {
      if (word.hash != right) liars.push_back(word.teller);
    }
  }
  words_.erase(found);
  disputed_.erase(piece.value);
  return liars;
}

std::vector<PieceIndex> HashWords::Forget(ConnectionId liar) {
  std::vector<PieceIndex> settled;
  for (auto at = words_.begin(); at != words_.end();) {
    const PieceIndex piece{at->first};
    std::vector<Word>& words = at->second;
    const std::size_t before = words.size();
    words.erase(std::remove_if(
                    words.begin(), words.end(),
                    [liar](const Word& word) { return word.teller == liar; }),
                words.end());
    if (words.size() != before) {
      Update(piece, words);
      if (words.size() == 1) settled.push_back(piece);
    }
    at = words.empty() ? words_.erase(at) : std::next(at);
  }
  return settled;
}

}  // namespace convoy
