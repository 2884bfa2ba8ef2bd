#include "peer/share_machines.h"

#include <algorithm>
#include <utility>

#include "peer/share_rank.h"

namespace convoy {
namespace {

// How long a piece is waited for that a machine far away fetched: it comes by
// way of others.
constexpr absl::Duration kSpread = absl::Seconds(30);
constexpr absl::Duration kLongestBench = absl::Minutes(1);
constexpr absl::Duration kShun = absl::Minutes(1);
constexpr int kMaxDoublings = 4;
// Machines that are waited for, one after another, to use a place.
constexpr int kMaxVacancy = 3;
// Pieces that a machine may claim and give up without having brought any.
constexpr std::int64_t kBrokenAllowance = 256;
constexpr std::size_t kMaxOnTheirWay = 1024;

bool Overlap(PieceSpan a, PieceSpan b) {
  return a.first < b.end && b.first < a.end;
}

bool Contains(PieceSpan span, PieceIndex piece) {
  return !(piece < span.first) && piece < span.end;
}

PieceSpan Clip(PieceSpan span, std::int32_t count) {
  return {span.first, std::min(span.end, PieceIndex{count})};
}

}  // namespace

bool ShareMachines::Machine::HasClaims() const {
  return std::any_of(held.begin(), held.end(), [](const Held& each) {
    return each.counted && !each.fetched;
  });
}

ShareMachines::ShareMachines(const Limits& limits, std::uint64_t content,
                             OpenPieces* pieces)
    : limits_(limits), content_(content), pieces_(*pieces) {}

ShareMachines::Machine* ShareMachines::Find(MachineId id) {
  const auto found = machines_.find(id);
  return found == machines_.end() ? nullptr : &found->second;
}

ShareMachines::Machine& ShareMachines::Add(MachineId id, absl::Duration now) {
  Machine& machine = machines_[id];
  machine.id = id;
  machine.rank = RankOf(id, content_);
  machine.heard_at = machine.sign_at = machine.seen_at = now;
  machine.claims_since = now;
  by_rank_.emplace(machine.rank, &machine);
  return machine;
}

void ShareMachines::Remove(MachineId id) {
  const auto found = machines_.find(id);
  Machine& machine = found->second;
  for (Held& held : machine.held) Uncount(held);
  if (!machine.direct) --remote_;
  by_rank_.erase({machine.rank, &machine});
  holding_.erase(id);
  machines_.erase(found);
}

bool ShareMachines::MakeRoom(std::uint64_t rank) {
  if (remote_ < limits_.max_remote) return true;
  for (const auto& [other_rank, other] : by_rank_) {
    if (other_rank >= rank) return false;
    if (other->direct || !other->held.empty()) continue;
    Remove(other->id);
    return true;
  }
  return false;
}

bool ShareMachines::Connect(MachineId id, ConnectionId connection,
                            absl::Duration now) {
  const auto found = machines_.find(id);
  if (found != machines_.end() && found->second.direct) return false;
  if (found != machines_.end()) --remote_;
  Machine& machine = found != machines_.end() ? found->second : Add(id, now);
  machine.direct = connection;
  machine.sequence.reset();
  machine.heard_at = now;
  machine.placed_at.reset();
  return true;
}

void ShareMachines::Disconnect(MachineId id, bool linger, absl::Duration now) {
  Machine& machine = machines_.at(id);
  std::vector<Held> kept;
  for (Held& held : machine.held) {
    if (linger && held.fetched && IsPending(held)) {
      held.since = now + limits_.claim_timeout - kSpread;
      kept.push_back(held);
    } else {
      Uncount(held);
    }
  }
  machine.held = std::move(kept);
  if (machine.held.empty()) return Remove(id);
  machine.direct.reset();
  machine.introducer = 0;
  machine.willing = false;
  NoteExpiry(machine);
  ++remote_;
}

ShareMachines::Machine* ShareMachines::Accept(const ClaimRecord& record,
                                              ConnectionId connection,
                                              absl::Duration now) {
  const auto found = machines_.find(record.machine);
  const bool known = found != machines_.end();
  if (known && found->second.direct && *found->second.direct != connection) {
    return nullptr;
  }
  if (!known) {
    if (!record.wants || !MakeRoom(RankOf(record.machine, content_))) {
      return nullptr;
    }
    ++remote_;
  }
  Machine& machine = known ? found->second : Add(record.machine, now);
  if (machine.sequence &&
      static_cast<std::int32_t>(record.sequence - *machine.sequence) <= 0) {
    return nullptr;
  }
  if (!machine.direct) machine.introducer = connection;
  machine.sequence = record.sequence;
  machine.willing = record.usable && record.wants;
  machine.heard_at = now;
  if (record.blocks != machine.record.blocks) {
    machine.sign_at = now;
    machine.stalled = false;
  }
  machine.record = record;
  Hold(machine, record, now);
  return &machine;
}

ShareMachines::Held ShareMachines::Inherit(const Machine& machine,
                                           const ClaimedSpan& claim,
                                           absl::Duration now) const {
  Held held;
  held.pieces = claim.pieces;
  held.takeover = claim.takeover;
  held.since = held.seen_at = now;
  bool inherited = false;
  for (const Held& old : machine.held) {
    if (old.fetched || !Overlap(old.pieces, held.pieces)) continue;
    held.since = std::min(held.since, old.since);
    held.seen_at =
        inherited ? std::max(held.seen_at, old.seen_at) : old.seen_at;
    held.void_ = held.void_ || old.void_;
    inherited = true;
  }
  return held;
}

// Pieces that are here or with a peer are of no interest any more.
std::vector<ShareMachines::Held> ShareMachines::OnTheirWay(
    const Machine& machine, const ClaimRecord& record,
    absl::Duration now) const {
  std::vector<Since> pieces;
  const auto add = [&](PieceSpan span, absl::Duration since, bool is_void) {
    span = Clip(span, pieces_.count());
    for (PieceIndex piece = span.first; piece < span.end; ++piece.value) {
      const bool claimed =
          std::any_of(record.claims.begin(), record.claims.end(),
                      [piece](const ClaimedSpan& claim) {
                        return Contains(claim.pieces, piece);
                      });
      if (claimed || pieces_.IsVisible(piece)) continue;
      if (pieces.size() < kMaxOnTheirWay) {
        pieces.push_back({piece, since, is_void});
      }
    }
  };
  for (const Held& old : machine.held) {
    if (old.fetched) add(old.pieces, old.since, old.void_);
  }
  for (const PieceSpan& span : record.fetched) add(span, now, false);
  // Of pieces told twice the older one stays.
  std::stable_sort(
      pieces.begin(), pieces.end(),
      [](const Since& a, const Since& b) { return a.piece < b.piece; });
  std::vector<Held> result;
  for (const Since& each : pieces) {
    if (!result.empty() && each.piece < result.back().pieces.end) continue;
    if (result.empty() || result.back().pieces.end != each.piece ||
        result.back().since != each.at || result.back().void_ != each.is_void) {
      Held held;
      held.fetched = true;
      held.since = held.seen_at = each.at;
      held.void_ = each.is_void;
      held.pieces = {each.piece, each.piece};
      result.push_back(held);
    }
    ++result.back().pieces.end.value;
  }
  return result;
}

void ShareMachines::Hold(Machine& machine, const ClaimRecord& record,
                         absl::Duration now) {
  std::vector<Held> next;
  std::int32_t claimed = 0;
  for (ClaimedSpan claim : record.claims) {
    claim.pieces = Clip(claim.pieces, pieces_.count());
    claimed += claim.pieces.count();
    const bool overlaps = std::any_of(
        next.begin(), next.end(),
        [&](const Held& held) { return Overlap(held.pieces, claim.pieces); });
    if (claim.pieces.empty() || overlaps) continue;
    if (claimed > ClaimRecord::kMaxPieces) break;
    next.push_back(Inherit(machine, claim, now));
  }
  for (Held& held : OnTheirWay(machine, record, now)) next.push_back(held);

  if (!HasPendingClaims(machine)) machine.claims_since = now;
  CountBroken(machine, next);
  if (record.claims.empty()) machine.stalled = false;
  for (Held& held : next) Count(machine, held, now);
  for (Held& held : machine.held) Uncount(held);
  machine.held = std::move(next);
  if (machine.HasClaims()) machine.active_at = now;
  if (machine.held.empty()) {
    holding_.erase(machine.id);
  } else {
    holding_.insert(machine.id);
    NoteExpiry(machine);
  }
  if (IsBreakingPromises(machine)) Shun(machine, now);
}

void ShareMachines::CountBroken(Machine& machine,
                                const std::vector<Held>& next) const {
  for (const Held& old : machine.held) {
    if (old.fetched || !old.counted) continue;
    for (PieceIndex piece = old.pieces.first; piece < old.pieces.end;
         ++piece.value) {
      if (pieces_.IsVisible(piece)) continue;
      const bool goes_on = std::any_of(
          next.begin(), next.end(),
          [piece](const Held& held) { return Contains(held.pieces, piece); });
      if (!goes_on) ++machine.broken;
    }
  }
}

void ShareMachines::Count(const Machine& machine, Held& held,
                          absl::Duration now) {
  if (now < machine.shunned_until) held.void_ = true;
  if (held.void_ || (machine.stalled && !held.fetched)) return;
  held.counted = true;
  pieces_.AddClaim(held.pieces);
}

void ShareMachines::Uncount(Held& held) {
  if (!held.counted) return;
  held.counted = false;
  pieces_.RemoveClaim(held.pieces);
}

bool ShareMachines::PieceAppeared(PieceIndex piece, MachineId holder,
                                  absl::Duration now) {
  bool counts = false;
  for (const MachineId id : holding_) {
    Machine& machine = machines_.at(id);
    if (machine.direct && id != holder) continue;
    for (Held& held : machine.held) {
      if (!Contains(held.pieces, piece)) continue;
      held.seen_at = machine.seen_at = machine.sign_at = now;
      machine.stalls = 0;
      ++machine.kept;
      counts = true;
    }
  }
  return counts;
}

bool ShareMachines::IsPending(const Held& held) const {
  return held.counted && !pieces_.IsVisible(held.pieces);
}

bool ShareMachines::HasPendingClaims(const Machine& machine) const {
  return std::any_of(
      machine.held.begin(), machine.held.end(),
      [this](const Held& held) { return !held.fetched && IsPending(held); });
}

absl::Duration ShareMachines::Deadline(const Machine& machine,
                                       const Held& held) const {
  // A machine that this one is connected with shows what it has at once.
  if (held.fetched && machine.direct) {
    return held.since + limits_.claim_timeout;
  }
  if (held.fetched) return held.since + kSpread;
  return held.seen_at + limits_.belief;
}

absl::Duration ShareMachines::SilenceDeadline(const Machine& machine) const {
  if (machine.direct) return absl::InfiniteDuration();
  return machine.heard_at + limits_.claim_timeout;
}

absl::Duration ShareMachines::StallDeadline(const Machine& machine) const {
  return std::max(machine.sign_at, machine.claims_since) +
         limits_.claim_timeout;
}

absl::Duration ShareMachines::LieDeadline(const Machine& machine) const {
  return std::max(machine.seen_at, machine.claims_since) + limits_.belief;
}

// Only what makes it earlier has to be noted; too early does no harm.
void ShareMachines::NoteExpiry(const Machine& machine) {
  bool claims = false;
  for (const Held& held : machine.held) {
    if (!IsPending(held)) continue;
    next_expiry_ = std::min(next_expiry_, Deadline(machine, held));
    claims = claims || !held.fetched;
  }
  if (!claims) return;
  next_expiry_ = std::min({next_expiry_, StallDeadline(machine),
                           LieDeadline(machine), SilenceDeadline(machine)});
}

bool ShareMachines::Expire(absl::Duration now) {
  if (now < next_expiry_) return false;
  next_expiry_ = absl::InfiniteDuration();
  bool changed = false;
  const std::vector<MachineId> ids(holding_.begin(), holding_.end());
  for (const MachineId id : ids) {
    Machine& machine = machines_.at(id);
    if (ExpireMachine(machine, now)) changed = true;
    if (ExpireHeld(machine, now)) changed = true;
    NoteExpiry(machine);
    if (machine.held.empty()) {
      holding_.erase(id);
      if (!machine.direct && !machine.willing) Remove(id);
    }
  }
  return changed;
}

bool ShareMachines::ExpireMachine(Machine& machine, absl::Duration now) {
  if (!HasPendingClaims(machine)) return false;
  if (now >= LieDeadline(machine)) {
    Shun(machine, now);
    return true;
  }
  const bool silent = now >= SilenceDeadline(machine);
  if (!silent && now < StallDeadline(machine)) return false;
  if (!silent) {
    machine.stalled = true;
    machine.benched_until =
        now + std::min(kLongestBench,
                       limits_.claim_timeout *
                           (1 << std::min(machine.stalls, kMaxDoublings)));
    ++machine.stalls;
  }
  for (Held& held : machine.held) {
    if (!held.fetched) Uncount(held);
  }
  return true;
}

bool ShareMachines::ExpireHeld(Machine& machine, absl::Duration now) {
  bool changed = false;
  std::vector<Held> kept;
  for (Held& held : machine.held) {
    if (IsPending(held) && now >= Deadline(machine, held)) {
      if (held.fetched) machine.broken += held.pieces.count();
      Uncount(held);
      held.void_ = true;
      changed = true;
    }
    // What is void stays, so that it is not believed when it is told again.
    if (held.fetched && pieces_.IsVisible(held.pieces)) {
      Uncount(held);
    } else {
      kept.push_back(held);
    }
  }
  machine.held = std::move(kept);
  if (IsBreakingPromises(machine)) Shun(machine, now);
  return changed;
}

bool ShareMachines::IsBreakingPromises(const Machine& machine) const {
  return machine.broken > kBrokenAllowance + 3 * machine.kept;
}

void ShareMachines::Shun(Machine& machine, absl::Duration now) {
  machine.shunned_until =
      now + kShun * (1 << std::min(machine.lies, kMaxDoublings));
  ++machine.lies;
  machine.broken = machine.kept = 0;
  for (Held& held : machine.held) {
    Uncount(held);
    held.void_ = true;
  }
  if (!machine.direct && machine.introducer != 0) {
    blamed_.push_back(machine.introducer);
  }
}

absl::Duration ShareMachines::IdleDeadline(const Machine& machine,
                                           absl::Duration open_since) const {
  if (!machine.placed_at || machine.HasClaims()) {
    return absl::InfiniteDuration();
  }
  const absl::Duration since =
      std::min(*machine.placed_at,
               vacant_since_ + (kMaxVacancy - 1) * limits_.claim_timeout);
  return std::max({machine.active_at, open_since, since}) +
         limits_.claim_timeout;
}

absl::Duration ShareMachines::CountsUntil(const Machine& machine,
                                          absl::Duration open_since) const {
  return std::min(SilenceDeadline(machine), IdleDeadline(machine, open_since));
}

std::vector<ShareMachines::Machine*> ShareMachines::Best(std::size_t max,
                                                         const Ranking& ranking,
                                                         absl::Duration now) {
  std::vector<Machine*> best;
  int places = limits_.places;
  int fetching = 0;
  bool own_place = ranking.own == 0;
  const auto take_own_place = [&] {
    if (std::exchange(own_place, true) || places == 0) return;
    --places;
    ++fetching;
  };
  for (auto each = by_rank_.rbegin(); each != by_rank_.rend(); ++each) {
    Machine& machine = *each->second;
    if (machine.rank < ranking.own) take_own_place();
    if (places == 0 || !machine.willing || now >= SilenceDeadline(machine)) {
      machine.placed_at.reset();
    } else if (!machine.placed_at) {
      machine.placed_at = now;
    }
    if (!machine.willing || now < machine.benched_until ||
        now < machine.shunned_until ||
        now >= CountsUntil(machine, ranking.open_since)) {
      continue;
    }
    if (machine.placed_at) --places;
    if (machine.placed_at && machine.HasClaims()) ++fetching;
    if (best.size() < max) best.push_back(&machine);
  }
  take_own_place();
  if (fetching == limits_.places ||
      ranking.open_since == absl::InfiniteDuration()) {
    vacant_since_ = absl::InfiniteDuration();
  } else {
    vacant_since_ = std::min(vacant_since_, now);
  }
  return best;
}

}  // namespace convoy
