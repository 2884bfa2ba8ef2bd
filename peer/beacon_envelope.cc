#include "peer/beacon_envelope.h"

#include <utility>

#include "peer/base/status_macros.h"

namespace convoy {
namespace {

using Type = BeaconMessage::Type;

static_assert(
    BeaconEnvelope::kGroupQuestions.per_second * 240 /* kGroupMemory */ +
        BeaconEnvelope::kGroupQuestions.burst <=
    BeaconEnvelope::kMaxRemembered);

}  // namespace

BeaconEnvelope::BeaconEnvelope(std::uint64_t machine,
                               std::shared_ptr<const GroupIdentity> identity,
                               const Clock& clock, BeaconCounts* counts)
    : machine_(machine),
      identity_(std::move(identity)),
      clock_(clock),
      counts_(*counts),
      questions_(kEach,
                 identity_ == nullptr ? kOpenQuestions : kGroupQuestions),
      answers_(kEach, kAnswers) {}

std::size_t BeaconEnvelope::MaxEntries(Type type) const {
  return MaxBeaconEntries(
      type, identity_ == nullptr ? 0 : identity_->max_signed_bytes());
}

absl::StatusOr<std::string> BeaconEnvelope::Seal(
    const BeaconMessage& message, const IpAddress& source) const {
  if (identity_ == nullptr) return EncodeBeaconMessage(message);
  BeaconProof proof;
  proof.time = clock_.Now();
  proof.source = source;
  proof.certificate = identity_->certificate();
  std::string bytes = EncodeForSignature(message, proof);
  CONVOY_ASSIGN_OR_RETURN(const GroupIdentity::Signed made,
                          identity_->Sign(bytes));
  AppendSignature(made.signature, &bytes);
  return bytes;
}

std::optional<BeaconEnvelope::Opened> BeaconEnvelope::Open(
    absl::string_view bytes, const IpAddress& from) {
  std::optional<BeaconDatagram> datagram = DecodeBeaconDatagram(bytes);
  if (!datagram) {
    ++counts_.dropped_malformed;
    return std::nullopt;
  }
  const BeaconMessage& message = datagram->message;
  if (message.machine == machine_) return std::nullopt;  // Our own, come back.
  const bool question = message.type == Type::kWant;
  const absl::Duration now = clock_.Monotonic();
  // What comes twice costs no signature: a machine is heard over each of its
  // interfaces.
  Forget(now);
  const Question name(message.machine, message.nonce);
  if (question && remembered_.contains(name)) {
    ++counts_.dropped_repeated;
    return std::nullopt;
  }
  if (!(question ? questions_ : answers_).Admit(from, now)) {
    ++counts_.dropped_rate;
    return std::nullopt;
  }
  if (!IsProven(*datagram, bytes, from)) return std::nullopt;
  if (question) Remember(name, now);
  return Opened{std::move(datagram->message), identity_ != nullptr};
}

bool BeaconEnvelope::IsProven(const BeaconDatagram& datagram,
                              absl::string_view bytes, const IpAddress& from) {
  if (identity_ == nullptr && !datagram.proof) return true;
  if (identity_ == nullptr || !datagram.proof) {
    ++counts_.dropped_unauthenticated;
    return false;
  }
  const BeaconProof& proof = *datagram.proof;
  if (absl::AbsDuration(clock_.Now() - proof.time) > kClockTolerance) {
    ++counts_.dropped_time;
    return false;
  }
  // A listener that says again, from its own address, what it heard.
  const bool moved =
      !proof.source.is_unspecified() && proof.source.bytes() != from.bytes();
  if (moved || !identity_
                    ->Verify(bytes.substr(0, datagram.signed_bytes),
                             proof.certificate, proof.signature)
                    .ok()) {
    ++counts_.dropped_unauthenticated;
    return false;
  }
  return true;
}

void BeaconEnvelope::Remember(const Question& question, absl::Duration now) {
  if (by_time_.size() >= kMaxRemembered) {
    remembered_.erase(by_time_.front().second);
    by_time_.pop_front();
  }
  remembered_.insert(question);
  by_time_.emplace_back(now, question);
}

void BeaconEnvelope::Forget(absl::Duration now) {
  const absl::Duration memory =
      identity_ == nullptr ? kOpenMemory : kGroupMemory;
  while (!by_time_.empty() && by_time_.front().first + memory < now) {
    remembered_.erase(by_time_.front().second);
    by_time_.pop_front();
  }
}

}  // namespace convoy
