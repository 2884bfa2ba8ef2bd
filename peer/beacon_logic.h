#ifndef CONVOY_PEER_BEACON_LOGIC_H_
#define CONVOY_PEER_BEACON_LOGIC_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "peer/base/random.h"
#include "peer/beacon_key.h"
#include "peer/beacon_message.h"
#include "peer/beacon_news.h"
#include "peer/beacon_questions.h"
#include "peer/heard_peers.h"
#include "peer/ip_address.h"
#include "peer/source_limiter.h"

namespace convoy {

// Who asked, and so where an answer goes.
struct BeaconSender {
  IpAddress address;
  int port = 0;   // UDP.
  IpAddress own;  // The address of this machine that was asked.
  bool authenticated = false;
  PeerKind kind = PeerKind::kLan;
};

// What the beacon says and hears, without network, threads and clock: times are
// monotonic and passed in. Not thread-safe.
//
// So that N machines that meet do not cause N² datagrams, each question is
// answered by about kEnoughAnswers of those who could: a machine answers with
// the probability kEnoughAnswers / crowd, where the crowd is what the asker
// says it knows of, or what was heard here, whichever is more.
class BeaconLogic {
 public:
  static constexpr std::size_t kMaxHeld = 100'000;
  static constexpr double kEnoughAnswers = 32;
  // Answers, one datagram each.
  static constexpr SourceLimiter::Rate kAnswersToEach = {50, 100};
  static constexpr SourceLimiter::Rate kAnswersToAll = {200, 400};
  // How long somebody who asked waits for a content that must be loaded first.
  static constexpr absl::Duration kPatience = absl::Seconds(10);
  static constexpr std::size_t kMaxWaiting = 1024;
  static constexpr absl::Duration kAskedAgain = absl::Seconds(1);

  struct Options {
    std::uint64_t machine = 0;
    int tcp_port = 0;
    std::size_t max_entries_of_question = BeaconMessage::kMaxEntries;
    std::size_t max_entries_of_answer = BeaconMessage::kMaxEntries;
    BeaconKeyMaker keys = BeaconKeyMaker::Open("");
  };
  struct Answer {
    BeaconSender to;
    BeaconMessage message;
  };
  // What is to be done.
  struct Output {
    std::vector<BeaconMessage> questions;  // To everybody.
    std::vector<Answer> answers;
    std::vector<BeaconFound> found;
    std::vector<std::string> asked;

    void Append(Output other);
    bool empty() const {
      return questions.empty() && answers.empty() && found.empty() &&
             asked.empty();
    }
  };

  // `counts` is not owned.
  BeaconLogic(Options options, RandomSource random, BeaconCounts* counts);

  // As the methods of Beacon. False: too many.
  bool Want(absl::string_view info_hash, absl::Duration now, Output* output);
  void Unwant(absl::string_view info_hash);
  void SetPeerCount(absl::string_view info_hash, int peers);
  bool Hold(absl::string_view info_hash, BeaconHolding holding,
            absl::Duration now, Output* output);
  void Unhold(absl::string_view info_hash);
  int Crowd(absl::string_view info_hash, absl::Duration now);
  void SetTcpPort(int port) { options_.tcp_port = port; }

  // A message that passed all checks.
  void OnMessage(const BeaconMessage& message, const BeaconSender& sender,
                 absl::Duration now, Output* output);
  // There are new networks: all questions begin anew.
  void AskAnew(absl::Duration now);
  // Asks what is due.
  void Tick(absl::Duration now, Output* output);
  // When Tick has something to do. InfiniteDuration(): not by itself.
  absl::Duration NextTick(absl::Duration now);

 private:
  struct Held {
    std::string info_hash;
    BeaconHolding holding = BeaconHolding::kAll;
    absl::Duration asked = -absl::InfiniteDuration();
  };
  // Somebody who asked for a content that is being loaded.
  struct Waiting {
    BeaconKey key;
    BeaconSender sender;
    std::uint64_t nonce = 0;
    absl::Duration until;
  };

  void OnQuestion(const BeaconMessage& message, const BeaconSender& sender,
                  absl::Duration now, Output* output);
  void OnAnswer(const BeaconMessage& message, const BeaconSender& sender,
                absl::Duration now, Output* output);
  // Takes in what `message` says of `entry`, and reports it.
  void Note(const BeaconMessage& message, const BeaconMessage::Entry& entry,
            const BeaconSender& sender, absl::Duration now, Output* output);
  void Report(const BeaconKey& key, HeardPeer* heard, absl::Duration now,
              Output* output);
  // This machine's info-hash for the key; null: the content is neither wanted
  // nor held.
  const std::string* InfoHashOf(const BeaconKey& key) const;
  // Leave the answer to others?
  bool IsLeftToOthers(const BeaconMessage::Entry& entry);
  // What is said of it in an answer. 0: nothing now.
  std::uint8_t FlagsOf(const BeaconKey& key) const;
  void Asked(const BeaconMessage& message, const BeaconMessage::Entry& entry,
             const BeaconSender& sender, absl::Duration now, Output* output);
  void AddAnswers(const BeaconSender& to, std::uint64_t nonce,
                  const std::vector<BeaconMessage::Entry>& entries,
                  Output* output);
  void ExpireWaiting(absl::Duration now);

  Options options_;
  const RandomSource random_;
  BeaconCounts& counts_;
  HeardPeers heard_;
  BeaconQuestions questions_;
  absl::flat_hash_map<BeaconKey, Held> held_;
  std::deque<Waiting> waiting_;  // By `until`.
  SourceLimiter answers_{kAnswersToEach, kAnswersToAll};
};

}  // namespace convoy

#endif  // CONVOY_PEER_BEACON_LOGIC_H_
