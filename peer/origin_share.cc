#include "peer/origin_share.h"

#include <algorithm>
#include <utility>

#include "peer/share_rank.h"

namespace convoy {
namespace {

// n machines that know nothing of each other and take k of m pieces each fetch
// about (n * k)^2 / (2 * m) pieces twice; n * k = m / 10 makes 0.5 % of all.
constexpr int kScatterRoom = 10;
// Everybody that was heard of is connected: time for the last records.
constexpr absl::Duration kLastWords = absl::Milliseconds(20);
// Not everybody will be: machines and ranks have stopped changing.
constexpr absl::Duration kQuiet = absl::Milliseconds(150);
constexpr absl::Duration kSoonestQuiet = absl::Milliseconds(250);

// A piece may be taken over from a machine that needs so many times longer than
// this one would, and so much more.
constexpr int kSlower = 3;
constexpr absl::Duration kSlowerBy = absl::Seconds(1);
// A piece that was fetched far away and has not shown up.
constexpr absl::Duration kLostOnTheWay = absl::Seconds(5);

constexpr absl::Duration kFree = absl::Minutes(1);
constexpr absl::Duration kGossipIgnored = absl::Minutes(1);
// How much of a long run is kept when a machine appears that could share it.
constexpr absl::Duration kKeptRun = absl::Seconds(1);

// Records of one peer: so many a second, and so many at once.
constexpr double kRecordRate = 200;
constexpr double kRecordBurst = 400;

constexpr std::int64_t kMib = 1 << 20;

ShareMachines::Limits MachineLimits(const OriginShare::Options& options,
                                    const PieceLayout& layout) {
  const double units =
      static_cast<double>(layout.piece_length()) / PieceLayout::kMinPieceLength;
  return {options.claim_timeout,
          std::min(options.belief * std::max(1.0, units), absl::Minutes(10)),
          options.max_claimers, 4 * options.max_claimers};
}

PieceSpan Clip(PieceSpan span, const PieceLayout& layout) {
  return {std::max(span.first, PieceIndex{0}),
          std::min(span.end, PieceIndex{layout.count()})};
}

}  // namespace

OriginShare::OriginShare(const Options& options, MachineId self,
                         std::uint64_t content, const PieceLayout& layout,
                         const std::vector<PieceSpan>& wanted,
                         absl::Duration now)
    : options_(options),
      self_(self),
      rank_(RankOf(self, content)),
      layout_(layout),
      start_(now),
      pieces_(layout.count(), wanted),
      own_(layout, &pieces_),
      trust_(layout.piece_length(), now),
      machines_(MachineLimits(options, layout), content, &pieces_),
      order_(self, &pieces_),
      mesh_changed_at_(now),
      news_at_(now) {}

// Events.

void OriginShare::SetHave(PieceSpan span, absl::Duration now) {
  span = Clip(span, layout_);
  for (PieceIndex piece = span.first; piece < span.end; ++piece.value) {
    if (pieces_.IsHere(piece)) continue;
    const bool own = own_.Find(piece) != nullptr;
    if (own_.SetHere(piece, now)) {
      lost_.push_back(piece);
      tell_ = true;
    } else if (!own) {
      trust_.PieceCame(layout_.RangeOf(piece).length);
    }
    // What this machine fetched is no merit of others who claimed it.
    if (!own && !pieces_.IsVisible(piece)) Appeared(piece, 0, now);
    pieces_.SetHere(piece);
    news_at_ = now;
    if (pieces_.missing() == 0) tell_ = true;
  }
  WatchHolders(now);
}

void OriginShare::SetOriginUsable(bool usable) {
  if (usable == usable_) return;
  usable_ = usable;
  tell_ = changed_ = true;
}

void OriginShare::SetCrowd(int machines, absl::Duration now) {
  if (machines == crowd_) return;
  const bool was_alone = alone();
  crowd_ = std::max(0, machines);
  mesh_changed_at_ = now;
  changed_ = true;
  if (was_alone) ShortenRuns();
}

OriginShare::Peer* OriginShare::Find(ConnectionId id) {
  const auto found = peers_.find(id);
  return found == peers_.end() ? nullptr : &found->second;
}

void OriginShare::AddPeer(ConnectionId peer) { peers_.try_emplace(peer); }

void OriginShare::SetMachine(ConnectionId id, MachineId machine,
                             absl::Duration now) {
  Peer* const peer = Find(id);
  if (peer == nullptr || peer->machine != 0 || machine == 0 ||
      machine == self_ || !machines_.Connect(machine, id, now)) {
    return;
  }
  const bool was_alone = alone();
  peer->machine = machine;
  peer->allowance = kRecordBurst;
  peer->allowance_at = now;
  sharers_.push_back(id);
  mesh_changed_at_ = now;
  greet_ = changed_ = true;
  if (was_alone) ShortenRuns();
}

void OriginShare::RemovePeer(ConnectionId id, absl::Duration now) {
  Peer* const peer = Find(id);
  if (peer == nullptr) return;
  peer->holdings.Clear(&pieces_);
  WatchHolders(now);
  if (peer->machine != 0) {
    machines_.Disconnect(peer->machine, Relaying(), now);
    sharers_.erase(std::find(sharers_.begin(), sharers_.end(), id));
    mesh_changed_at_ = now;
  }
  peers_.erase(id);
  changed_ = true;
}

void OriginShare::PeerHas(ConnectionId id, PieceIndex piece,
                          absl::Duration now) {
  Peer* const peer = Find(id);
  if (peer == nullptr || piece.value < 0 || piece.value >= layout_.count()) {
    return;
  }
  const bool visible = pieces_.IsVisible(piece);
  peer->holdings.Add(piece, &pieces_);
  WatchHolders(now);
  LoseToPeers(piece);
  if (!visible && trust_.trusted()) Appeared(piece, peer->machine, now);
}

void OriginShare::PeerHasAll(ConnectionId id, absl::Duration now) {
  Peer* const peer = Find(id);
  if (peer == nullptr) return;
  peer->holdings.AddAll(&pieces_);
  WatchHolders(now);
  for (const PieceIndex piece : own_.Unfinished()) LoseToPeers(piece);
  if (trust_.trusted()) news_at_ = now;
}

void OriginShare::Appeared(PieceIndex piece, MachineId holder,
                           absl::Duration now) {
  news_at_ = now;
  if (!machines_.PieceAppeared(piece, holder, now)) return;
  free_until_ = std::min(free_until_, now);
  WatchClaims(now);
}

void OriginShare::Lose(PieceIndex piece) {
  own_.Drop(piece);
  lost_.push_back(piece);
  tell_ = true;
}

void OriginShare::LoseToPeers(PieceIndex piece) {
  const OwnClaims::Claim* const claim = own_.Find(piece);
  if (claim == nullptr || claim->finished || own_.HalfDone(piece)) return;
  if (trust_.MayYield(claim->bytes > 0)) Lose(piece);
}

void OriginShare::ShortenRuns() {
  if (alone()) return;
  std::int32_t keep = 1;
  if (own_.piece_time() && *own_.piece_time() < kKeptRun) {
    const double pieces = absl::FDivDuration(
        kKeptRun, std::max(*own_.piece_time(), absl::Microseconds(1)));
    keep = static_cast<std::int32_t>(
        std::min<double>(pieces, ClaimRecord::kMaxPieces / 4));
  }
  for (const PieceIndex piece : own_.Beyond(keep)) {
    if (!own_.HalfDone(piece)) Lose(piece);
  }
}

// Records.

void OriginShare::Receive(ConnectionId id, const ShareMessage& message,
                          absl::Duration now) {
  Peer* const peer = Find(id);
  if (peer == nullptr || peer->machine == 0) return;
  bool news = false;
  for (const ClaimRecord& record : message.records) {
    if (!Affords(*peer, now)) break;
    if (ReceiveRecord(id, *peer, record, now)) news = true;
  }
  if (news) WatchRanks(now);
}

bool OriginShare::Affords(Peer& peer, absl::Duration now) const {
  const double earned =
      absl::ToDoubleSeconds(now - peer.allowance_at) * kRecordRate;
  peer.allowance = std::min(kRecordBurst, peer.allowance + earned) - 1;
  peer.allowance_at = now;
  if (peer.allowance >= 0) return true;
  peer.allowance = 0;
  return false;
}

bool OriginShare::ReceiveRecord(ConnectionId id, Peer& peer,
                                const ClaimRecord& record, absl::Duration now) {
  if (record.machine == 0) return false;
  if (record.machine == self_) {
    // Somebody speaks for this machine: the next record outbids it.
    if (static_cast<std::int32_t>(record.sequence - sequence_) <= 0)
      return false;
    sequence_ = record.sequence;
    tell_ = true;
    return false;
  }
  const bool gossip = record.machine != peer.machine;
  if (gossip && now < peer.gossip_ignored_until) return false;
  ShareMachines::Machine* const machine = machines_.Accept(record, id, now);
  if (machine == nullptr) return false;
  changed_ = true;
  BreakTies(*machine);
  if (!Relaying() || pieces_.missing() == 0) return true;
  relay_ = true;
  if (machine->relayed && !machine->willing) leavers_.push_back(machine->id);
  return true;
}

void OriginShare::BreakTies(const ShareMachines::Machine& machine) {
  if (own_.unfinished() == 0 || !pieces_.trusts_claims()) return;
  for (const PieceIndex piece : own_.Unfinished()) {
    for (const ShareMachines::Held& held : machine.held) {
      if (piece < held.pieces.first || !(piece < held.pieces.end)) continue;
      if (LosesTo(machine, held, piece)) Lose(piece);
      break;
    }
  }
}

bool OriginShare::LosesTo(const ShareMachines::Machine& machine,
                          const ShareMachines::Held& held,
                          PieceIndex piece) const {
  if (!held.counted || own_.HalfDone(piece)) return false;
  if (held.fetched) return true;
  const bool takeover = own_.Find(piece)->takeover;
  if (held.takeover != takeover) return held.takeover;
  return ScoreOf(machine.id, piece.value) > ScoreOf(self_, piece.value);
}

// The mesh has not settled while the best machines change.
void OriginShare::WatchRanks(absl::Duration now) {
  if (now >= start_ + options_.hold_off) return;
  std::vector<MachineId> ids;
  for (const ShareMachines::Machine* machine :
       Best(options_.max_claimers, now)) {
    ids.push_back(machine->id);
  }
  if (ids == first_best_) return;
  first_best_ = std::move(ids);
  mesh_changed_at_ = now;
}

// Taking.

PieceSpan OriginShare::Take(absl::Duration now, int max_pieces) {
  Tick(now);
  changed_ = false;
  wait_ = Refusal(now);
  if (wait_ == Wait::kOthersFetchIt && MayClaim(now)) return TakeOver(now);
  if (wait_ != Wait::kNothing) return {};
  const std::vector<MachineId> owners = Owners();
  order_.SetOwners(owners);
  PieceSpan span;
  if (alone()) {
    span = order_.Choose(ClaimOrder::Way::kInOrder, std::max(1, max_pieces));
  } else if (now < SettledAt()) {
    span = order_.Choose(ClaimOrder::Way::kScattered, 1);
    scattered_ += span.count();
  } else {
    span = order_.Choose(ClaimOrder::Way::kOwnFirst,
                         SpanLimit(owners.size(), max_pieces));
  }
  own_.Add(span, false, now);
  tell_ = true;
  return span;
}

OriginShare::Wait OriginShare::Refusal(absl::Duration now) {
  if (pieces_.missing() == 0) return Wait::kComplete;
  if (!usable_) return Wait::kOriginUnusable;
  if (HoldsOff(now)) return Wait::kHoldOff;
  if (pieces_.open() == 0) {
    return pieces_.waiting() == pieces_.missing() ? Wait::kPeersHaveIt
                                                  : Wait::kOthersFetchIt;
  }
  if (!MayClaim(now)) return Wait::kOthersRankBefore;
  if (!alone() && (own_.unfinished() >= ClaimRecord::kMaxPieces ||
                   own_.spans() >= ClaimRecord::kMaxSpans)) {
    return Wait::kOthersFetchIt;
  }
  return Wait::kNothing;
}

bool OriginShare::MayClaim(absl::Duration now) const {
  return rivals_.size() < static_cast<std::size_t>(options_.max_claimers) ||
         rivals_.back().rank < rank_ || now < free_until_;
}

std::vector<MachineId> OriginShare::Owners() const {
  std::vector<MachineId> owners;
  bool self = false;
  for (const Rival& rival : rivals_) {
    if (!self && rival.rank < rank_) {
      self = true;
      owners.push_back(self_);
    }
    owners.push_back(rival.machine);
  }
  if (owners.size() > static_cast<std::size_t>(options_.max_claimers)) {
    owners.pop_back();
  }
  if (!self) owners.push_back(self_);
  return owners;
}

// Towards the end spans shrink, so that all who fetch end at the same time.
std::int32_t OriginShare::SpanLimit(std::size_t owners, int max_pieces) const {
  const auto share = static_cast<std::int32_t>(
      static_cast<std::size_t>(pieces_.open()) / (2 * owners));
  const std::int32_t room = ClaimRecord::kMaxPieces - own_.unfinished();
  return std::max(1, std::min({max_pieces, share, room}));
}

PieceSpan OriginShare::TakeOver(absl::Duration now) {
  const Overdue overdue = MostOverdue();
  if (overdue.at > now) return {};
  const PieceSpan span{overdue.piece, PieceIndex{overdue.piece.value + 1}};
  own_.Add(span, true, now);
  tell_ = true;
  wait_ = Wait::kNothing;
  return span;
}

// Of each claim the last piece, for the machine will come to it last.
OriginShare::Overdue OriginShare::MostOverdue() const {
  Overdue most;
  if (!own_.piece_time() || own_.unfinished() > 0) return most;
  const absl::Duration patience = kSlower * *own_.piece_time() + kSlowerBy;
  machines_.ForEachHeld([&](const ShareMachines::Held& held) {
    const absl::Duration at =
        held.seen_at + (held.fetched ? kLostOnTheWay : patience);
    if (at >= most.at) return;
    for (PieceIndex piece{held.pieces.end.value - 1};
         !(piece < held.pieces.first); --piece.value) {
      if (!pieces_.IsWanted(piece) || pieces_.IsVisible(piece) ||
          pieces_.ClaimsOf(piece) != 1 || own_.Find(piece) != nullptr) {
        continue;
      }
      most = {at, piece};
      return;
    }
  });
  return most;
}

void OriginShare::Finished(PieceSpan span, absl::Duration now) {
  span = Clip(span, layout_);
  for (PieceIndex piece = span.first; piece < span.end; ++piece.value) {
    own_.Finish(piece, now);
  }
}

void OriginShare::Failed(PieceSpan span) {
  span = Clip(span, layout_);
  for (PieceIndex piece = span.first; piece < span.end; ++piece.value) {
    if (own_.Find(piece) == nullptr) continue;
    own_.Drop(piece);
    tell_ = changed_ = true;
  }
}

std::vector<PieceSpan> OriginShare::Losing() {
  std::sort(lost_.begin(), lost_.end());
  std::vector<PieceSpan> spans;
  for (const PieceIndex piece : lost_) {
    if (spans.empty() || spans.back().end != piece) {
      spans.push_back({piece, piece});
    }
    ++spans.back().end.value;
  }
  if (!lost_.empty()) changed_ = true;
  lost_.clear();
  return spans;
}

// Time.

void OriginShare::Tick(absl::Duration now) {
  if (machines_.Expire(now)) {
    for (const ConnectionId id : machines_.TakeBlamed()) {
      if (Peer* const peer = Find(id)) {
        peer->gossip_ignored_until = now + kGossipIgnored;
      }
    }
  }
  WatchHolders(now);
  if (pieces_.open() == 0) {
    open_since_ = absl::InfiniteDuration();
  } else if (open_since_ == absl::InfiniteDuration()) {
    open_since_ = now;
  }
  if (pieces_.missing() > 0 && now >= FreeAt()) free_until_ = now + kFree;
  WatchClaims(now);
  rivals_.clear();
  for (const ShareMachines::Machine* machine :
       Best(options_.max_claimers, now)) {
    rivals_.push_back({machine->id, machine->rank,
                       machines_.CountsUntil(*machine, open_since_)});
  }
  WatchRank(now);
}

std::vector<ShareMachines::Machine*> OriginShare::Best(int max,
                                                       absl::Duration now) {
  const bool willing = usable_ && pieces_.missing() > 0;
  return machines_.Best(static_cast<std::size_t>(max),
                        {willing ? rank_ : 0, open_since_}, now);
}

void OriginShare::WatchHolders(absl::Duration now) {
  trust_.SetWaiting(pieces_.waiting() > 0, now);
  if (trust_.trusted() == pieces_.trusts_holders()) return;
  pieces_.TrustHolders(trust_.trusted());
  changed_ = true;
}

void OriginShare::WatchClaims(absl::Duration now) {
  if (pieces_.trusts_claims() == (now >= free_until_)) return;
  pieces_.TrustClaims(now >= free_until_);
  changed_ = true;
}

// Not all at once: after the first one there is news.
absl::Duration OriginShare::FreeAt() const {
  const double mib = static_cast<double>(layout_.piece_length()) / kMib;
  const absl::Duration spread =
      std::max(absl::Seconds(10), absl::Milliseconds(100) * crowd_);
  const double place = static_cast<double>(MixBits(rank_) >> 11) / (1LL << 53);
  return news_at_ + options_.belief * std::max(1.0, mib) + spread * place;
}

absl::Duration OriginShare::SettledAt() const {
  if (crowd_ == 0) return start_;
  const absl::Duration latest = start_ + options_.hold_off;
  if (!Relaying()) return std::min(latest, mesh_changed_at_ + kLastWords);
  return std::min(latest,
                  std::max(start_ + kSoonestQuiet, mesh_changed_at_ + kQuiet));
}

bool OriginShare::MayScatter(std::int64_t picks) const {
  return crowd_ * kScatterRoom * picks <= pieces_.open();
}

bool OriginShare::HoldsOff(absl::Duration now) const {
  if (now < SettledAt()) {
    return own_.unfinished() > 0 || !MayScatter(scattered_ + 1);
  }
  return now < promoted_at_ + kQuiet && Relaying() && !MayScatter(1);
}

// A machine that was not among the best and now is, for others went, tells so
// and waits: far from it others see themselves as the next best.
void OriginShare::WatchRank(absl::Duration now) {
  const bool may_claim = MayClaim(now);
  if (may_claim && !may_claim_) {
    promoted_at_ = now;
    tell_ = true;
  }
  may_claim_ = may_claim;
}

// A wake that is due is one that Tick() or Take() answers by something: a time
// that stays in the past would keep the caller awake.
absl::Duration OriginShare::NextTake(absl::Duration now) const {
  if (changed_) return now;
  absl::Duration next = std::min(machines_.NextExpiry(),
                                 now < free_until_ ? free_until_ : FreeAt());
  next = std::min(next, trust_.NextJudgement());
  switch (wait_) {
    case Wait::kNothing:
      return now;
    case Wait::kComplete:
    case Wait::kOriginUnusable:
      return absl::InfiniteDuration();
    case Wait::kHoldOff:
      return std::min(next,
                      now < SettledAt() ? SettledAt() : promoted_at_ + kQuiet);
    case Wait::kPeersHaveIt:
      return next;
    case Wait::kOthersFetchIt:
      if (MayClaim(now)) return std::min(next, MostOverdue().at);
      [[fallthrough]];
    case Wait::kOthersRankBefore:
      for (const Rival& rival : rivals_) {
        if (rival.rank > rank_) next = std::min(next, rival.until);
      }
      return next;
  }
  return next;
}

absl::Duration OriginShare::NextWake(absl::Duration now, bool idle) const {
  if (tell_ || greet_ || !lost_.empty()) return now;
  absl::Duration next = idle ? NextTake(now) : absl::InfiniteDuration();
  if (relay_) next = std::min(next, relayed_at_ + options_.relay_interval);
  if (Renews()) next = std::min(next, told_at_ + options_.renewal);
  return next;
}

// Messages.

bool OriginShare::Renews() const {
  if (sharers_.empty()) return false;
  if (!own_.empty() || told_claims_) return true;
  // Ranks are to be known while something may still have to be fetched.
  return may_claim_ &&
         (wait_ == Wait::kOthersFetchIt || wait_ == Wait::kHoldOff);
}

ClaimRecord OriginShare::OwnRecord(absl::Duration now) {
  ClaimRecord record;
  record.machine = self_;
  record.sequence = sequence_;
  record.usable = usable_;
  record.wants = pieces_.missing() > 0;
  record.candidate = may_claim_;
  own_.Describe(now, &record);
  return record;
}

std::vector<OriginShare::Outgoing> OriginShare::TakeOutgoing(
    absl::Duration now) {
  std::vector<Outgoing> out;
  if (Renews() && now >= told_at_ + options_.renewal) tell_ = true;
  if (tell_) ++sequence_;
  if (tell_ && !sharers_.empty()) {
    out.emplace_back();
    out.back().to = sharers_;
    out.back().message.records.push_back(OwnRecord(now));
    told_claims_ = !out.back().message.records[0].claims.empty();
    told_at_ = now;
  }
  if (greet_) Greet(now, &out);
  Relay(now, &out);
  tell_ = greet_ = false;
  return out;
}

// A new peer learns where this machine stands, and the best ones that this
// machine knows.
void OriginShare::Greet(absl::Duration now, std::vector<Outgoing>* out) {
  Outgoing greeting;
  for (const ConnectionId id : sharers_) {
    Peer& peer = peers_.at(id);
    if (!peer.greeted) greeting.to.push_back(id);
    peer.greeted = true;
  }
  std::vector<ClaimRecord>& records = greeting.message.records;
  if (!tell_) records.push_back(OwnRecord(now));
  for (const ShareMachines::Machine* machine :
       Best(options_.max_claimers, now)) {
    if (records.size() == ShareMessage::kMaxRecords) {
      out->push_back(greeting);
      records.clear();
    }
    records.push_back(machine->record);
  }
  if (!records.empty()) out->push_back(std::move(greeting));
}

void OriginShare::Relay(absl::Duration now, std::vector<Outgoing>* out) {
  if (!relay_ || now < relayed_at_ + options_.relay_interval) return;
  relay_ = false;
  // Some more: others may know that those before them are gone.
  const auto claimers = static_cast<std::size_t>(options_.max_claimers);
  std::vector<ShareMachines::Machine*> machines =
      Best(2 * options_.max_claimers, now);
  for (std::size_t i = machines.size(); i-- > claimers;) {
    if (machines[i]->record.candidate) continue;
    machines.erase(machines.begin() + static_cast<std::ptrdiff_t>(i));
  }
  for (const MachineId id : std::exchange(leavers_, {})) {
    ShareMachines::Machine* const machine = machines_.Find(id);
    if (machine != nullptr && !machine->willing) machines.push_back(machine);
  }
  Outgoing news;
  for (ShareMachines::Machine* machine : machines) {
    if (!machine->sequence || machine->relayed == machine->sequence) continue;
    if (pieces_.open() == 0 && machine->willing && !machine->HasClaims()) {
      continue;
    }
    machine->relayed = machine->sequence;
    news.message.records.push_back(machine->record);
    if (news.message.records.size() == ShareMessage::kMaxRecords) {
      news.to = RelayTargets();
      out->push_back(std::exchange(news, {}));
    }
  }
  if (!news.message.records.empty()) {
    news.to = RelayTargets();
    out->push_back(std::move(news));
  }
  relayed_at_ = now;
}

// A few at a time, in turn: what one misses it gets from another.
std::vector<ConnectionId> OriginShare::RelayTargets() {
  std::vector<ConnectionId> targets;
  const std::size_t count = std::min(options_.relay_fanout, sharers_.size());
  for (std::size_t i = 0; i < count; ++i) {
    targets.push_back(sharers_[next_target_++ % sharers_.size()]);
  }
  return targets;
}

}  // namespace convoy
