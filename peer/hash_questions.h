#ifndef CONVOY_PEER_HASH_QUESTIONS_H_
#define CONVOY_PEER_HASH_QUESTIONS_H_

#include <cstdint>
#include <map>
#include <vector>

#include "peer/piece_layout.h"

namespace convoy {

// Which question about a piece was the last one. Who was asked about bytes that
// are not there any more, or was asked again since, is not out of time yet. Not
// thread-safe.
class HashQuestions {
 public:
  // They are asked about now. The number of the question.
  std::uint64_t Ask(const std::vector<PieceIndex>& pieces) {
    ++last_;
    for (const PieceIndex piece : pieces) asked_[piece.value] = last_;
    return last_;
  }
  // The time to answer is over: of these pieces those that were not asked about
  // since. They are forgotten.
  std::vector<PieceIndex> End(std::uint64_t question,
                              const std::vector<PieceIndex>& pieces) {
    std::vector<PieceIndex> over;
    for (const PieceIndex piece : pieces) {
      const auto found = asked_.find(piece.value);
      if (found == asked_.end() || found->second != question) continue;
      asked_.erase(found);
      over.push_back(piece);
    }
    return over;
  }

 private:
  std::uint64_t last_ = 0;
  std::map<std::int32_t, std::uint64_t> asked_;
};

}  // namespace convoy

#endif  // CONVOY_PEER_HASH_QUESTIONS_H_
