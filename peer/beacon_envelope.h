#ifndef CONVOY_PEER_BEACON_ENVELOPE_H_
#define CONVOY_PEER_BEACON_ENVELOPE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "peer/base/clock.h"
#include "peer/beacon_message.h"
#include "peer/beacon_news.h"
#include "peer/group_identity.h"
#include "peer/ip_address.h"
#include "peer/source_limiter.h"

namespace convoy {

// Makes datagrams of messages, and messages of datagrams that are worth a look:
// in a group with proof, not too many, none twice. One thread.
class BeaconEnvelope {
 public:
  // How far the clocks of two members may differ.
  static constexpr absl::Duration kClockTolerance = absl::Seconds(120);
  // Questions are remembered so long, to know repetitions.
  static constexpr absl::Duration kOpenMemory = absl::Seconds(10);
  // Twice kClockTolerance: later a repetition is too old anyway.
  static constexpr absl::Duration kGroupMemory = absl::Seconds(240);
  static constexpr std::size_t kMaxRemembered = 131'072;

  // Datagrams that are looked at. In a group the rate for all times
  // kGroupMemory fits kMaxRemembered: no repetition is missed because the
  // memory is full.
  static constexpr SourceLimiter::Rate kEach = {100, 200};
  static constexpr SourceLimiter::Rate kOpenQuestions = {4000, 8000};
  static constexpr SourceLimiter::Rate kGroupQuestions = {500, 1000};
  static constexpr SourceLimiter::Rate kAnswers = {500, 1000};

  // `identity` may be null: there is no group. `clock` and `counts` are not
  // owned; the counts of what is dropped are kept there.
  BeaconEnvelope(std::uint64_t machine,
                 std::shared_ptr<const GroupIdentity> identity,
                 const Clock& clock, BeaconCounts* counts);

  // How many entries a message may have. 0: the certificate is too long.
  std::size_t MaxEntries(BeaconMessage::Type type) const;
  // `source`: where it will be sent from, and nobody else can send it from;
  // unspecified: from anywhere. INTERNAL: OpenSSL refused.
  absl::StatusOr<std::string> Seal(const BeaconMessage& message,
                                   const IpAddress& source) const;

  struct Opened {
    BeaconMessage message;
    bool authenticated = false;
  };
  // Nothing: it is none of our business, and was counted.
  std::optional<Opened> Open(absl::string_view bytes, const IpAddress& from);

 private:
  using Question = std::pair<std::uint64_t, std::uint64_t>;  // Machine, nonce.

  bool IsProven(const BeaconDatagram& datagram, absl::string_view bytes,
                const IpAddress& from);
  void Remember(const Question& question, absl::Duration now);
  void Forget(absl::Duration now);

  const std::uint64_t machine_;
  const std::shared_ptr<const GroupIdentity> identity_;
  const Clock& clock_;
  BeaconCounts& counts_;
  SourceLimiter questions_;
  SourceLimiter answers_;
  absl::flat_hash_set<Question> remembered_;
  std::deque<std::pair<absl::Duration, Question>> by_time_;
};

}  // namespace convoy

#endif  // CONVOY_PEER_BEACON_ENVELOPE_H_
