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

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "peer/piece_layout.h"
#include "peer/share_machines.h"
#include "peer/swarm_storage.h"

namespace convoy {

// What peers say are the hashes of a late-bound content's pieces, and all who
// say so. While all say the same of a piece, the storage's hashes know it;
// while they do not, it is disputed, and they do not: somebody is wrong, and
// the origin's own bytes show who. What is verified on a word stays so, and is
// disputed if somebody says otherwise, or if only liars stood by it. Words of
// pieces that the storage has no place for are not listened to. Not
// thread-safe.
//
// Invariant: no words are kept of pieces that are certain.
class HashWords {
 public:
  // Of one piece that differ; more are not listened to.
  static constexpr std::size_t kMaxWords = 4;
  // Of one piece that differ and were first told from one address: the last
  // place is for somebody else.
  static constexpr std::size_t kMaxWordsOfAddress = kMaxWords - 1;
  // Of one word; who says the same after them is not remembered.
  static constexpr std::size_t kMaxTellers = 32;

  struct Teller {
    ConnectionId id = 0;
    // It has the hash of other peers, and may be deceived; else it says that it
    // is that of the origin's bytes.
    bool relays = false;

    friend bool operator==(Teller a, Teller b) {
      return a.id == b.id && a.relays == b.relays;
    }
  };

  explicit HashWords(std::shared_ptr<SwarmStorage> storage)
      : storage_(std::move(storage)) {}

  // Of one teller the first hash of a piece counts, or the first that it does
  // not relay: a machine that was deceived may learn what is right. False: it
  // is not so, the origin's bytes have another hash.
  bool Tell(Teller teller, absl::string_view address, PieceIndex piece,
            absl::string_view hash);
  // It is not verified, and it is not known what it must be: words differ.
  bool IsDisputed(PieceIndex piece) const;
  // The first that the origin must decide, verified or not, of those that
  // `wanted` takes.
  std::optional<PieceIndex> FirstDisputed(
      absl::FunctionRef<bool(PieceIndex)> wanted) const;
  // Of a disputed piece this is believed from now on, if somebody says so.
  // False: nobody does.
  bool Believe(PieceIndex piece, absl::string_view hash);
  // The piece is in the storage, put there by this machine. Who told another
  // hash of it than the origin's bytes have, if they are the origin's.
  std::vector<Teller> Decided(PieceIndex piece);
  // All pieces that are not certain, in the order in which they are to be
  // looked at: of each teller the first one, then of each the second, and so
  // on, so that all are soon found out who tell false hashes.
  std::vector<PieceIndex> Suspects() const;
  // Takes back what they said. Pieces that they spoke of, rising.
  std::vector<PieceIndex> Forget(const std::vector<ConnectionId>& liars);

 private:
  struct Word {
    std::string hash;
    std::string address;  // From where it was told first.
    std::vector<Teller> tellers;
  };

  // There is a place for one more that is told from this address.
  static bool HasPlace(absl::string_view address,
                       const std::vector<Word>& words);
  // False: what the teller said before stays, whatever it says now.
  static bool MaySpeak(Teller teller, absl::string_view hash,
                       std::vector<Word>* words);
  // They differ from each other, or from what the piece was verified on.
  bool Differ(PieceIndex piece, const std::vector<Word>& words) const;
  // Somebody says of a verified piece what it was verified on.
  bool StandsBy(PieceIndex piece, const std::vector<Word>& words) const;
  // What the storage knows follows from the words.
  void Update(PieceIndex piece, const std::vector<Word>& words);

  const std::shared_ptr<SwarmStorage> storage_;
  // Different hashes, in the order in which they were told.
  std::map<std::int32_t, std::vector<Word>> words_;
  // Pieces that the origin must decide.
  std::set<std::int32_t> disputed_;
};

}  // namespace convoy

#endif  // CONVOY_PEER_HASH_WORDS_H_
