#include "peer/block_blame.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "peer/piece_hashes.h"

namespace convoy {

std::int32_t BlockBlame::BlocksOf(PieceIndex piece) const {
  const std::int64_t length = layout_.RangeOf(piece).length;
  return static_cast<std::int32_t>((length + PieceLayout::kBlockLength - 1) /
                                   PieceLayout::kBlockLength);
}

void BlockBlame::Wrote(PieceIndex piece, std::int32_t block, Sender sender) {
  std::vector<Sender>& senders = senders_[piece.value];
  if (senders.empty()) {
    senders.resize(static_cast<std::size_t>(BlocksOf(piece)));
  }
  Sender& who = senders[static_cast<std::size_t>(block)];
  if (who == 0) who = sender;
}

std::optional<BlockBlame::Sender> BlockBlame::Failed(PieceIndex piece,
                                                     Reader read) {
  const auto found = senders_.find(piece.value);
  if (found == senders_.end()) return std::nullopt;
  const std::vector<Sender> senders = std::move(found->second);
  senders_.erase(found);
  const Sender first = senders.front();
  if (first != 0 && std::all_of(senders.begin(), senders.end(),
                                [first](Sender s) { return s == first; })) {
    return first;
  }
  NoteSuspects(piece, senders, read);
  return std::nullopt;
}

void BlockBlame::Doubted(PieceIndex piece, Reader read) {
  const auto found = senders_.find(piece.value);
  if (found == senders_.end()) return;
  const std::vector<Sender> senders = std::move(found->second);
  senders_.erase(found);
  NoteSuspects(piece, senders, read);
}

void BlockBlame::NoteSuspects(PieceIndex piece,
                              const std::vector<Sender>& senders, Reader read) {
  for (std::size_t i = 0; i < senders.size(); ++i) {
    if (senders[i] == 0 || suspect_count_ >= kMaxSuspects) continue;
    const auto block = static_cast<std::int32_t>(i);
    const std::optional<std::string> bytes = read(block);
    if (!bytes) continue;
    suspects_[piece.value].push_back({block, senders[i], Sha1Of(*bytes)});
    ++suspect_count_;
  }
}

void BlockBlame::Excuse(PieceIndex piece, Sender sender) {
  const auto senders = senders_.find(piece.value);
  if (senders != senders_.end()) {
    std::replace(senders->second.begin(), senders->second.end(), sender,
                 Sender{0});
  }
  const auto found = suspects_.find(piece.value);
  if (found == suspects_.end()) return;
  std::vector<Suspect>& suspects = found->second;
  const auto end = std::remove_if(
      suspects.begin(), suspects.end(),
      [sender](const Suspect& suspect) { return suspect.sender == sender; });
  suspect_count_ -= static_cast<std::size_t>(suspects.end() - end);
  suspects.erase(end, suspects.end());
  if (suspects.empty()) suspects_.erase(found);
}

void BlockBlame::Forget(PieceIndex piece) {
  senders_.erase(piece.value);
  const auto found = suspects_.find(piece.value);
  if (found == suspects_.end()) return;
  suspect_count_ -= found->second.size();
  suspects_.erase(found);
}

std::vector<BlockBlame::Sender> BlockBlame::SendersOf(PieceIndex piece) const {
  const auto found = senders_.find(piece.value);
  return found == senders_.end() ? std::vector<Sender>() : found->second;
}

std::vector<BlockBlame::Sender> BlockBlame::Passed(PieceIndex piece,
                                                   Reader read) {
  senders_.erase(piece.value);
  const auto found = suspects_.find(piece.value);
  if (found == suspects_.end()) return {};
  std::vector<Suspect> suspects = std::move(found->second);
  suspects_.erase(found);
  suspect_count_ -= suspects.size();
  std::sort(
      suspects.begin(), suspects.end(),
      [](const Suspect& a, const Suspect& b) { return a.block < b.block; });
  std::vector<Sender> liars;
  std::int32_t block = -1;
  std::string right;
  for (const Suspect& suspect : suspects) {
    if (suspect.block != block) {
      block = suspect.block;
      const std::optional<std::string> bytes = read(block);
      right = bytes ? Sha1Of(*bytes) : "";
    }
    if (!right.empty() && suspect.digest != right) {
      liars.push_back(suspect.sender);
    }
  }
  std::sort(liars.begin(), liars.end());
  liars.erase(std::unique(liars.begin(), liars.end()), liars.end());
  return liars;
}

}  // namespace convoy
