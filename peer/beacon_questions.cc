#include "peer/beacon_questions.h"

#include <algorithm>
#include <iterator>
#include <limits>

namespace convoy {
namespace {

// From one question to the next, in the first second.
constexpr absl::Duration kFirstPauses[] = {
    absl::Milliseconds(100), absl::Milliseconds(200), absl::Milliseconds(700)};
constexpr int kFirstRounds = 1 + static_cast<int>(std::size(kFirstPauses));
constexpr absl::Duration kRestartSpread = absl::Milliseconds(500);

std::uint16_t Known(int machines) {
  return static_cast<std::uint16_t>(
      std::clamp(machines, 0, int{std::numeric_limits<std::uint16_t>::max()}));
}

}  // namespace

BeaconQuestions::BeaconQuestions(RandomSource random)
    : random_(std::move(random)) {}

bool BeaconQuestions::Add(const BeaconKey& key, absl::string_view info_hash,
                          absl::Duration now) {
  auto found = wanted_.find(key);
  if (found == wanted_.end()) {
    if (wanted_.size() >= kMaxWanted) return false;
    found = wanted_.emplace(key, Wanted()).first;
    found->second.info_hash = std::string(info_hash);
    found->second.due = absl::InfiniteDuration();
  }
  found->second.round = 0;
  Schedule(key, &found->second, now);
  return true;
}

void BeaconQuestions::Remove(const BeaconKey& key) {
  const auto found = wanted_.find(key);
  if (found == wanted_.end()) return;
  by_due_.erase({found->second.due, key});
  wanted_.erase(found);
}

BeaconQuestions::Wanted* BeaconQuestions::Find(const BeaconKey& key) {
  const auto found = wanted_.find(key);
  return found == wanted_.end() ? nullptr : &found->second;
}

const BeaconQuestions::Wanted* BeaconQuestions::Find(
    const BeaconKey& key) const {
  const auto found = wanted_.find(key);
  return found == wanted_.end() ? nullptr : &found->second;
}

void BeaconQuestions::RestartAll(absl::Duration now) {
  // Together, so that many fit one datagram; not together with other machines,
  // whose network came back at the same moment.
  const absl::Duration due = now + kRestartSpread * Between(0, 1);
  for (auto& [key, wanted] : wanted_) {
    wanted.round = 0;
    Schedule(key, &wanted, due);
  }
}

bool BeaconQuestions::Next(std::size_t max_entries, absl::Duration now,
                           const Crowd& crowd, BeaconMessage* message) {
  if (by_due_.empty() || by_due_.begin()->first > now) return false;
  if (!datagrams_.Take(now)) return false;
  message->entries.clear();
  while (message->entries.size() < max_entries && !by_due_.empty()) {
    const auto [due, key] = *by_due_.begin();
    Wanted& wanted = wanted_.find(key)->second;
    const bool in_no_hurry = wanted.round >= kFirstRounds;
    if (due > now + (in_no_hurry ? kEarly : absl::ZeroDuration())) break;
    const int known = std::max(crowd(key), wanted.peers);
    message->entries.push_back({key, Known(known), 0});
    wanted.round = known >= kLargeCrowd
                       ? kFirstRounds
                       : std::min(wanted.round + 1, kFirstRounds);
    Schedule(key, &wanted, now + Pause(wanted, known));
  }
  message->type = BeaconMessage::Type::kWant;
  message->nonce = NewNonce(now);
  return true;
}

absl::Duration BeaconQuestions::NextDue(absl::Duration now) {
  if (by_due_.empty()) return absl::InfiniteDuration();
  return std::max(by_due_.begin()->first, now + datagrams_.WaitFor(now));
}

bool BeaconQuestions::WasAsked(std::uint64_t nonce, absl::Duration now) {
  ForgetAsked(now);
  return asked_.contains(nonce);
}

void BeaconQuestions::Schedule(const BeaconKey& key, Wanted* wanted,
                               absl::Duration due) {
  by_due_.erase({wanted->due, key});
  wanted->due = due;
  by_due_.emplace(due, key);
}

absl::Duration BeaconQuestions::Pause(const Wanted& wanted, int crowd) {
  if (wanted.round < kFirstRounds) {
    return kFirstPauses[wanted.round - 1] * Between(0.9, 1.1);
  }
  // 5 s alone, 30 s from five large crowds on.
  const double stretch = 1 + static_cast<double>(crowd) / kLargeCrowd;
  const absl::Duration least = std::min(kShortest * stretch, kLongest / 1.25);
  return least * Between(1, 1.25);
}

double BeaconQuestions::Between(double low, double high) {
  return low + (high - low) * UniformFrom(random_());
}

std::uint64_t BeaconQuestions::NewNonce(absl::Duration now) {
  ForgetAsked(now);
  if (asked_in_order_.size() >= kMaxAsked) {
    asked_.erase(asked_in_order_.front());
    asked_in_order_.pop_front();
  }
  std::uint64_t nonce = random_();
  while (!asked_.emplace(nonce, now + kPatience).second) nonce = random_();
  asked_in_order_.push_back(nonce);
  return nonce;
}

void BeaconQuestions::ForgetAsked(absl::Duration now) {
  while (!asked_in_order_.empty()) {
    const auto oldest = asked_.find(asked_in_order_.front());
    if (oldest->second >= now) return;
    asked_.erase(oldest);
    asked_in_order_.pop_front();
  }
}

}  // namespace convoy
