#include "peer/hash_words.h"

#include <algorithm>

namespace convoy {
namespace {

auto FindTeller(std::vector<HashWords::Teller>* tellers, ConnectionId id) {
  return std::find_if(
      tellers->begin(), tellers->end(),
      [id](const HashWords::Teller& teller) { return teller.id == id; });
}

}  // namespace

bool HashWords::Tell(Teller teller, absl::string_view address, PieceIndex piece,
                     absl::string_view hash) {
  if (!storage_->map().Has(piece)) return true;
  const PieceHashes& hashes = storage_->hashes();
  if (hashes.certain(piece)) return hashes.Find(piece) == hash;
  std::vector<Word>& words = words_[piece.value];
  if (!MaySpeak(teller, hash, &words)) return true;
  const auto same =
      std::find_if(words.begin(), words.end(),
                   [hash](const Word& word) { return word.hash == hash; });
  if (same != words.end()) {
    if (same->tellers.size() < kMaxTellers) same->tellers.push_back(teller);
  } else if (HasPlace(address, words)) {
    words.push_back({std::string(hash), std::string(address), {teller}});
  }
  Update(piece, words);
  return true;
}

bool HashWords::HasPlace(absl::string_view address,
                         const std::vector<Word>& words) {
  const auto of_address = std::count_if(
      words.begin(), words.end(),
      [address](const Word& word) { return word.address == address; });
  return words.size() < kMaxWords &&
         static_cast<std::size_t>(of_address) < kMaxWordsOfAddress;
}

bool HashWords::MaySpeak(Teller teller, absl::string_view hash,
                         std::vector<Word>* words) {
  for (auto word = words->begin(); word != words->end(); ++word) {
    const auto before = FindTeller(&word->tellers, teller.id);
    if (before == word->tellers.end()) continue;
    if (word->hash == hash) {
      before->relays = before->relays && teller.relays;
      return false;
    }
    if (!before->relays || teller.relays) return false;
    word->tellers.erase(before);
    if (word->tellers.empty()) words->erase(word);
    return true;
  }
  return true;
}

bool HashWords::Differ(PieceIndex piece, const std::vector<Word>& words) const {
  if (!storage_->verified(piece)) return words.size() > 1;
  const std::optional<std::string> known = storage_->hashes().Find(piece);
  return std::any_of(words.begin(), words.end(),
                     [&known](const Word& word) { return word.hash != known; });
}

void HashWords::Update(PieceIndex piece, const std::vector<Word>& words) {
  if (Differ(piece, words)) {
    disputed_.insert(piece.value);
  } else {
    disputed_.erase(piece.value);
  }
  storage_->SetWord(piece, words.size() == 1
                               ? std::optional<std::string>(words[0].hash)
                               : std::nullopt);
}

bool HashWords::IsDisputed(PieceIndex piece) const {
  return disputed_.count(piece.value) != 0 && !storage_->verified(piece);
}

std::optional<PieceIndex> HashWords::FirstDisputed(
    absl::FunctionRef<bool(PieceIndex)> wanted) const {
  for (const std::int32_t number : disputed_) {
    const PieceIndex piece{number};
    if (!storage_->hashes().certain(piece) && wanted(piece)) return piece;
  }
  return std::nullopt;
}

bool HashWords::Believe(PieceIndex piece, absl::string_view hash) {
  const auto found = words_.find(piece.value);
  if (found == words_.end()) return false;
  for (const Word& word : found->second) {
    if (word.hash != hash) continue;
    storage_->SetWord(piece, word.hash);
    return true;
  }
  return false;
}

std::vector<HashWords::Teller> HashWords::Decided(PieceIndex piece) {
  std::vector<Teller> wrong;
  disputed_.erase(piece.value);
  const auto found = words_.find(piece.value);
  if (found == words_.end()) return wrong;
  if (storage_->hashes().certain(piece)) {
    const std::optional<std::string> right = storage_->hashes().Find(piece);
    for (const Word& word : found->second) {
      if (word.hash == right) continue;
      wrong.insert(wrong.end(), word.tellers.begin(), word.tellers.end());
    }
  }
  words_.erase(found);
  return wrong;
}

std::vector<PieceIndex> HashWords::Suspects() const {
  // By teller; 0: those of which nobody is known who told them.
  std::map<ConnectionId, int> told;
  std::vector<std::pair<int, std::int32_t>> turns;
  for (const PieceSpan& span : storage_->map().pieces()) {
    for (PieceIndex piece = span.first; piece < span.end; ++piece.value) {
      if (storage_->hashes().certain(piece)) continue;
      int turn = -1;
      const auto found = words_.find(piece.value);
      if (found != words_.end()) {
        for (const Word& word : found->second) {
          for (const Teller& teller : word.tellers) {
            turn = std::max(turn, told[teller.id]++);
          }
        }
      }
      turns.emplace_back(turn < 0 ? told[0]++ : turn, piece.value);
    }
  }
  std::sort(turns.begin(), turns.end());
  std::vector<PieceIndex> suspects;
  for (const auto& [turn, number] : turns)
    suspects.push_back(PieceIndex{number});
  return suspects;
}

bool HashWords::StandsBy(PieceIndex piece,
                         const std::vector<Word>& words) const {
  if (!storage_->verified(piece)) return false;
  const std::optional<std::string> known = storage_->hashes().Find(piece);
  return std::any_of(words.begin(), words.end(),
                     [&known](const Word& word) { return word.hash == known; });
}

std::vector<PieceIndex> HashWords::Forget(
    const std::vector<ConnectionId>& liars) {
  const auto lies = [&liars](const Teller& teller) {
    return std::find(liars.begin(), liars.end(), teller.id) != liars.end();
  };
  std::vector<PieceIndex> changed;
  for (auto at = words_.begin(); at != words_.end();) {
    const PieceIndex piece{at->first};
    std::vector<Word>& words = at->second;
    const bool stood = StandsBy(piece, words);
    bool spoke = false;
    for (Word& word : words) {
      const auto end =
          std::remove_if(word.tellers.begin(), word.tellers.end(), lies);
      spoke = spoke || end != word.tellers.end();
      word.tellers.erase(end, word.tellers.end());
    }
    words.erase(
        std::remove_if(words.begin(), words.end(),
                       [](const Word& word) { return word.tellers.empty(); }),
        words.end());
    if (spoke) {
      Update(piece, words);
      if (stood && !StandsBy(piece, words)) disputed_.insert(piece.value);
      changed.push_back(piece);
    }
    at = words.empty() ? words_.erase(at) : std::next(at);
  }
  return changed;
}

}  // namespace convoy
