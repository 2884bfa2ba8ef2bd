#ifndef CONVOY_PEER_HASH_WORDS_H_
#define CONVOY_PEER_HASH_WORDS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "peer/piece_layout.h"
#include "peer/share_machines.h"
#include "peer/swarm_storage.h"

namespace convoy {

// What peers say are the hashes of a late-bound content's pieces, and who said
// it. While all say the same of a piece, the storage's hashes know it; while
// they do not, it is disputed, and they do not: somebody lies, and the origin's
// own bytes show who. Not thread-safe.
//
// Invariant: no words are kept of pieces that are certain.
class HashWords {
 public:
  // Of one piece that differ; more are not listened to.
  static constexpr std::size_t kMaxWords = 4;

  explicit HashWords(std::shared_ptr<SwarmStorage> storage)
      : storage_(std::move(storage)) {}

  // False: the teller lies, the origin's bytes had another hash.
  bool Tell(ConnectionId teller, PieceIndex piece, absl::string_view hash);
  bool IsDisputed(PieceIndex piece) const;
  std::optional<PieceIndex> FirstDisputed() const;
  // Of a disputed piece this is believed from now on, if somebody says so.
  // False: nobody does.
  bool Believe(PieceIndex piece, absl::string_view hash);
  // The piece is in the storage, put there by this machine. Who lied about it.
  std::vector<ConnectionId> Decided(PieceIndex piece);
  // Takes back what it said. Pieces that are disputed no more.
  std::vector<PieceIndex> Forget(ConnectionId liar);

 private:
  struct Word {
    ConnectionId teller;
    std::string hash;
  };

  // What the storage knows follows from the words.
  void Update(PieceIndex piece, const std::vector<Word>& words);

  const std::shared_ptr<SwarmStorage> storage_;
  // Different hashes, in the order in which they were told.
  std::map<std::int32_t, std::vector<Word>> words_;
  // Pieces that have several.
  std::set<std::int32_t> disputed_;
};

}  // namespace convoy

#endif  // CONVOY_PEER_HASH_WORDS_H_
