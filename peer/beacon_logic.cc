#include "peer/beacon_logic.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace convoy {
namespace {

using Entry = BeaconMessage::Entry;
using Type = BeaconMessage::Type;

// The same peer is reported again after so long.
constexpr absl::Duration kReportedAgain = HeardPeers::kMemory;

template <typename T>
void MoveTo(std::vector<T>* from, std::vector<T>* to) {
  to->insert(to->end(), std::make_move_iterator(from->begin()),
             std::make_move_iterator(from->end()));
}

bool Has(std::uint8_t flags, std::uint8_t flag) { return (flags & flag) != 0; }

}  // namespace

void BeaconLogic::Output::Append(Output other) {
  MoveTo(&other.questions, &questions);
  MoveTo(&other.answers, &answers);
  MoveTo(&other.found, &found);
  MoveTo(&other.asked, &asked);
}

BeaconLogic::BeaconLogic(Options options, RandomSource random,
                         BeaconCounts* counts)
    : options_(std::move(options)),
      random_(random),
      counts_(*counts),
      questions_(std::move(random)) {}

bool BeaconLogic::Want(absl::string_view info_hash, absl::Duration now,
                       Output* output) {
  const BeaconKey key = options_.keys.KeyOf(info_hash);
  if (!questions_.Add(key, info_hash, now)) return false;
  heard_.Expire(now);
  for (HeardPeer* heard : heard_.Of(key)) {
    heard->reported = -absl::InfiniteDuration();
    Report(key, heard, now, output);
  }
  return true;
}

void BeaconLogic::Unwant(absl::string_view info_hash) {
  questions_.Remove(options_.keys.KeyOf(info_hash));
}

void BeaconLogic::SetPeerCount(absl::string_view info_hash, int peers) {
  if (auto* const wanted = questions_.Find(options_.keys.KeyOf(info_hash))) {
    wanted->peers = peers;
  }
}

bool BeaconLogic::Hold(absl::string_view info_hash, BeaconHolding holding,
                       absl::Duration now, Output* output) {
  const BeaconKey key = options_.keys.KeyOf(info_hash);
  if (held_.size() >= kMaxHeld && !held_.contains(key)) return false;
  Held& held = held_[key];
  held.info_hash = std::string(info_hash);
  held.holding = holding;
  if (holding == BeaconHolding::kResting) return true;
  ExpireWaiting(now);
  std::deque<Waiting> still;
  for (Waiting& waiting : waiting_) {
    if (waiting.key != key) {
      still.push_back(std::move(waiting));
      continue;
    }
    AddAnswers(waiting.sender, waiting.nonce, {{key, 0, FlagsOf(key)}}, output);
  }
  waiting_ = std::move(still);
  return true;
}

void BeaconLogic::Unhold(absl::string_view info_hash) {
  held_.erase(options_.keys.KeyOf(info_hash));
}

int BeaconLogic::Crowd(absl::string_view info_hash, absl::Duration now) {
  heard_.Expire(now);
  return heard_.CountOf(options_.keys.KeyOf(info_hash));
}

void BeaconLogic::OnMessage(const BeaconMessage& message,
                            const BeaconSender& sender, absl::Duration now,
                            Output* output) {
  heard_.Expire(now);
  if (message.type == Type::kWant) {
    OnQuestion(message, sender, now, output);
  } else {
    OnAnswer(message, sender, now, output);
  }
}

void BeaconLogic::OnQuestion(const BeaconMessage& message,
                             const BeaconSender& sender, absl::Duration now,
                             Output* output) {
  ++counts_.wants_heard;
  std::vector<Entry> concern;
  for (const Entry& entry : message.entries) {
    Entry said = entry;
    said.flags |= BeaconMessage::kWants;
    Note(message, said, sender, now, output);
    if (InfoHashOf(entry.key) == nullptr) continue;
    if (IsLeftToOthers(entry)) {
      ++counts_.left_to_others;
    } else {
      concern.push_back(entry);
    }
  }
  // Who cannot be dialed has nothing to say.
  if (concern.empty() || options_.tcp_port == 0) return;
  if (!answers_.Admit(sender.address, now)) {
    ++counts_.unanswered_rate;
    return;
  }
  std::vector<Entry> said;
  for (const Entry& entry : concern) {
    Asked(message, entry, sender, now, output);
    const std::uint8_t flags = FlagsOf(entry.key);
    if (flags != 0) said.push_back({entry.key, 0, flags});
  }
  AddAnswers(sender, message.nonce, said, output);
}

void BeaconLogic::OnAnswer(const BeaconMessage& message,
                           const BeaconSender& sender, absl::Duration now,
                           Output* output) {
  if (!questions_.WasAsked(message.nonce, now)) {
    ++counts_.dropped_unasked;
    return;
  }
  ++counts_.answers_heard;
  for (const Entry& entry : message.entries) {
    if (questions_.Find(entry.key) == nullptr) continue;
    Note(message, entry, sender, now, output);
  }
}

void BeaconLogic::Note(const BeaconMessage& message, const Entry& entry,
                       const BeaconSender& sender, absl::Duration now,
                       Output* output) {
  HeardPeer said;
  said.machine = message.machine;
  said.address = sender.address;
  said.port = message.port;
  said.flags = entry.flags;
  said.authenticated = sender.authenticated;
  said.kind = sender.kind;
  said.heard = now;
  if (HeardPeer* const heard = heard_.Note(entry.key, said)) {
    Report(entry.key, heard, now, output);
  }
}

void BeaconLogic::Report(const BeaconKey& key, HeardPeer* heard,
                         absl::Duration now, Output* output) {
  const std::string* const info_hash = InfoHashOf(key);
  if (info_hash == nullptr || heard->port == 0) return;
  if (heard->reported + kReportedAgain > now) return;
  heard->reported = now;
  BeaconFound found;
  found.info_hash = *info_hash;
  found.address = heard->address.ToString();
  found.port = heard->port;
  found.machine = heard->machine;
  found.has_all = Has(heard->flags, BeaconMessage::kHasAll);
  found.has_some = Has(heard->flags, BeaconMessage::kHasSome);
  found.wants = Has(heard->flags, BeaconMessage::kWants);
  found.authenticated = heard->authenticated;
  found.kind = heard->kind;
  output->found.push_back(std::move(found));
}

const std::string* BeaconLogic::InfoHashOf(const BeaconKey& key) const {
  if (const auto* const wanted = questions_.Find(key)) {
    return &wanted->info_hash;
  }
  const auto held = held_.find(key);
  return held == held_.end() ? nullptr : &held->second.info_hash;
}

bool BeaconLogic::IsLeftToOthers(const Entry& entry) {
  const int crowd = std::max(int{entry.known}, heard_.CountOf(entry.key));
  return crowd > kEnoughAnswers &&
         UniformFrom(random_()) * crowd >= kEnoughAnswers;
}

std::uint8_t BeaconLogic::FlagsOf(const BeaconKey& key) const {
  std::uint8_t flags = 0;
  const auto held = held_.find(key);
  if (held != held_.end()) {
    if (held->second.holding == BeaconHolding::kAll) {
      flags |= BeaconMessage::kHasAll;
    }
    if (held->second.holding == BeaconHolding::kSome) {
      flags |= BeaconMessage::kHasSome;
    }
  }
  if (questions_.Find(key) != nullptr) flags |= BeaconMessage::kWants;
  return flags;
}

void BeaconLogic::Asked(const BeaconMessage& message, const Entry& entry,
                        const BeaconSender& sender, absl::Duration now,
                        Output* output) {
  const auto found = held_.find(entry.key);
  if (found == held_.end()) return;
  Held& held = found->second;
  if (held.asked + kAskedAgain <= now) {
    held.asked = now;
    output->asked.push_back(held.info_hash);
  }
  if (held.holding != BeaconHolding::kResting) return;
  ExpireWaiting(now);
  if (waiting_.size() >= kMaxWaiting) {
    ++counts_.unanswered_rate;
    return;
  }
  waiting_.push_back({entry.key, sender, message.nonce, now + kPatience});
}

void BeaconLogic::AddAnswers(const BeaconSender& to, std::uint64_t nonce,
                             const std::vector<Entry>& entries,
                             Output* output) {
  for (std::size_t at = 0; at < entries.size();
       at += options_.max_entries_of_answer) {
    const std::size_t count =
        std::min(options_.max_entries_of_answer, entries.size() - at);
    Answer answer;
    answer.to = to;
    answer.message.type = Type::kHere;
    answer.message.machine = options_.machine;
    answer.message.port = static_cast<std::uint16_t>(options_.tcp_port);
    answer.message.nonce = nonce;
    answer.message.entries.assign(entries.begin() + at,
                                  entries.begin() + at + count);
    output->answers.push_back(std::move(answer));
  }
}

void BeaconLogic::ExpireWaiting(absl::Duration now) {
  while (!waiting_.empty() && waiting_.front().until < now) {
    waiting_.pop_front();
  }
}

void BeaconLogic::AskAnew(absl::Duration now) { questions_.RestartAll(now); }

void BeaconLogic::Tick(absl::Duration now, Output* output) {
  heard_.Expire(now);
  const auto crowd = [this](const BeaconKey& key) {
    return heard_.CountOf(key);
  };
  BeaconMessage question;
  while (questions_.Next(options_.max_entries_of_question, now, crowd,
                         &question)) {
    question.machine = options_.machine;
    question.port = static_cast<std::uint16_t>(options_.tcp_port);
    for (Entry& entry : question.entries) {
      entry.flags = static_cast<std::uint8_t>(FlagsOf(entry.key) &
                                              ~BeaconMessage::kWants);
    }
    output->questions.push_back(question);
  }
}

absl::Duration BeaconLogic::NextTick(absl::Duration now) {
  return questions_.NextDue(now);
}

}  // namespace convoy
