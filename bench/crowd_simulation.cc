#include "bench/crowd_simulation.h"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <queue>
#include <random>
#include <utility>
#include <vector>

#include "peer/piece_layout.h"
#include "peer/share_message.h"
#include "peer/share_rank.h"

namespace convoy::bench {
namespace {

using Time = double;  // Seconds.

constexpr std::uint64_t kContent = 0xc0117e17;
constexpr Time kForever = 1e9;
constexpr Time kCheckTime = 0.001;  // Of a piece, by its hash.
// News of pieces are told together.
constexpr Time kHearTime = 0.005;
constexpr Time kDeadTime = 5;
// A machine has heard of the others.
constexpr Time kSettled = 1;
constexpr double kOnItsWay = 64 << 10;
constexpr double kSlowness = 20;

absl::Duration At(Time time) { return absl::Seconds(time); }

class Bits {
 public:
  explicit Bits(int count)
      : words_(static_cast<std::size_t>(count + 63) / 64) {}
  bool Get(int i) const { return (words_[Word(i)] >> (i % 64) & 1) != 0; }
  void Set(int i) { words_[Word(i)] |= std::uint64_t{1} << (i % 64); }
  void Clear(int i) { words_[Word(i)] &= ~(std::uint64_t{1} << (i % 64)); }
  std::size_t size() const { return words_.size(); }
  std::uint64_t word(std::size_t i) const { return words_[i]; }

 private:
  static std::size_t Word(int i) { return static_cast<std::size_t>(i) / 64; }
  std::vector<std::uint64_t> words_;
};

// One request to the origin: pieces, one after another.
struct Fetch {
  std::deque<int> pieces;
  double bytes = 0;  // Of the first piece.
  Time begins = 0;   // Bytes come from here on.
  double rate = 0;
  double path = 0;  // The most that the machine's way to the origin carries.
  Time idle_since = 0;
};

struct Machine {
  explicit Machine(int pieces)
      : have(pieces),
        told(pieces),
        asked(pieces),
        holders(static_cast<std::size_t>(pieces)) {}

  std::unique_ptr<OriginShare> share;  // None: not there.
  int life = 0;
  Time settled = 0;
  std::vector<int> peers;
  Bits have;
  Bits told;   // Of `have`, what its peers know.
  Bits asked;  // On its way from a peer.
  int count = 0;
  std::vector<std::uint16_t> holders;  // Peers that have a piece.
  // Peers and their new pieces, to be heard of soon.
  std::vector<std::pair<int, int>> inbox;
  int sending = 0;
  int receiving = 0;
  std::size_t next_peer = 0;
  std::optional<Fetch> fetch;
  double path = 0;
  double speed = 0;  // Of its last fetches.
  Time wake = kForever;
  std::int64_t fetched = 0;
};

enum class Kind : std::uint8_t {
  kStart,
  kConnect,  // a, b
  kHear,     // a
  kArrive,   // a from b: piece c
  kMessage,  // a from b: message c
  kWake,     // a
  kChecked,  // a: piece b
  kOrigin,   // Version a.
  kHalfTime,
};

struct Event {
  Time at;
  std::uint64_t number;
  Kind kind;
  int a = 0;
  int b = 0;
  int c = 0;
  int life_a = 0;
  int life_b = 0;

  bool operator<(const Event& other) const {
    return at != other.at ? at > other.at : number > other.number;
  }
};

class Simulation {
 public:
  explicit Simulation(const Crowd& crowd);
  CrowdResult Run();

 private:
  void Add(Time at, Kind kind, int a = 0, int b = 0, int c = 0);
  void Handle(const Event& event);
  bool Lives(const Event& event) const;
  Machine& At(int i) { return *machines_[static_cast<std::size_t>(i)]; }
  Time Random(Time from, Time to) {
    return std::uniform_real_distribution<Time>(from, to)(random_);
  }
  Time Latency() { return Random(0.0005, 0.002); }

  void MakeMesh();
  void Start(int i);
  void Connect(int i, int j);
  void Introduce(int i, int j);
  void Die(int i);
  void Forget(Machine& machine, int gone);
  void HalfTime();

  void Got(int i, int piece);
  void Tell(int i, int piece);
  void Hear(int i);
  void Arrive(int i, int j, int piece);
  void Offer(int i);
  void Ask(int i);
  int Rarest(const Machine& to, const Machine& from) const;
  void Send(int from, int to, int piece);

  void Pump(int i);
  void PumpIfDue(int i);
  void CountFetches();
  void GiveUp(int i, PieceSpan span);
  void Deliver(int i, int j, int message);
  void SyncOrigin();
  void ShareOrigin();
  void PieceEnds(int i);

  const Crowd crowd_;
  const PieceLayout layout_;
  std::mt19937 random_;
  Time now_ = 0;
  std::uint64_t events_ = 0;
  std::priority_queue<Event> queue_;
  std::vector<std::unique_ptr<Machine>> machines_;
  std::vector<std::vector<int>> mesh_;
  std::vector<int> fetching_;
  Time origin_synced_ = 0;
  int origin_version_ = 0;
  double origin_bytes_ = 0;
  std::vector<std::pair<ShareMessage, int>> messages_;
  std::vector<int> free_messages_;
  int complete_ = 0;
  CrowdResult result_;
};

Simulation::Simulation(const Crowd& crowd)
    : crowd_(crowd),
      layout_(*PieceLayout::Make(crowd.pieces * crowd.piece_length,
                                 crowd.piece_length)),
      random_(crowd.seed) {
  for (int i = 0; i < crowd.machines; ++i) {
    machines_.push_back(std::make_unique<Machine>(crowd.pieces));
    const double place = Random(0, 1);
    Machine& machine = *machines_.back();
    machine.path = crowd.lan_rate;
    if (place < crowd.slow) machine.path = crowd.origin_rate / kSlowness;
    if (place >= 1 - crowd.stalled) machine.path = 0;
    Add(Random(0, absl::ToDoubleSeconds(crowd.start_spread)) +
            Random(0.02, 0.1),
        Kind::kStart, i);
  }
  MakeMesh();
  result_.bound =
      absl::Seconds(static_cast<double>(layout_.size()) / crowd.origin_rate);
  if (crowd.churn) {
    Add(absl::ToDoubleSeconds(result_.bound) / 2, Kind::kHalfTime);
  }
}

void Simulation::MakeMesh() {
  mesh_.resize(machines_.size());
  const int count = crowd_.machines;
  const auto join = [this](int i, int j) {
    mesh_[static_cast<std::size_t>(i)].push_back(j);
    mesh_[static_cast<std::size_t>(j)].push_back(i);
  };
  if (count <= crowd_.degree + 1) {
    for (int i = 0; i < count; ++i) {
      for (int j = 0; j < i; ++j) join(i, j);
    }
    return;
  }
  for (int i = 0; i < count; ++i) {
    for (int n = 0; n < crowd_.degree / 2; ++n) {
      const int j = static_cast<int>(random_() % static_cast<unsigned>(count));
      const auto& known = mesh_[static_cast<std::size_t>(i)];
      if (j == i || std::find(known.begin(), known.end(), j) != known.end()) {
        continue;
      }
      join(i, j);
    }
  }
}

void Simulation::Add(Time at, Kind kind, int a, int b, int c) {
  Event event{at, events_++, kind, a, b, c, 0, 0};
  if (kind != Kind::kOrigin && kind != Kind::kHalfTime) {
    event.life_a = At(a).life;
  }
  if (kind == Kind::kConnect || kind == Kind::kArrive ||
      kind == Kind::kMessage) {
    event.life_b = At(b).life;
  }
  queue_.push(event);
}

bool Simulation::Lives(const Event& event) const {
  const auto lives = [this](int i, int life) {
    return machines_[static_cast<std::size_t>(i)]->life == life;
  };
  switch (event.kind) {
    case Kind::kOrigin:
      return event.a == origin_version_;
    case Kind::kHalfTime:
      return true;
    case Kind::kConnect:
    case Kind::kArrive:
    case Kind::kMessage:
      return lives(event.a, event.life_a) && lives(event.b, event.life_b);
    default:
      return lives(event.a, event.life_a);
  }
}

CrowdResult Simulation::Run() {
  const Time limit = 60 + 20 * absl::ToDoubleSeconds(result_.bound);
  while (!queue_.empty() && complete_ < crowd_.machines) {
    const Event event = queue_.top();
    queue_.pop();
    if (event.at > limit) break;
    now_ = event.at;
    if (Lives(event)) {
      Handle(event);
    } else if (event.kind == Kind::kArrive) {
      // A dead end frees the slot at the other one.
      if (At(event.b).life == event.life_b) --At(event.b).sending;
      if (At(event.a).life == event.life_a) {
        --At(event.a).receiving;
        At(event.a).asked.Clear(event.c);
        Ask(event.a);
      }
    } else if (event.kind == Kind::kMessage) {
      auto& message = messages_[static_cast<std::size_t>(event.c)];
      if (--message.second == 0) free_messages_.push_back(event.c);
    }
  }
  const double count = crowd_.machines;
  result_.done = complete_ == crowd_.machines;
  result_.time = absl::Seconds(now_);
  result_.copies = origin_bytes_ / static_cast<double>(layout_.size());
  result_.claims /= count;
  result_.messages /= count;
  result_.message_bytes /= count;
  for (const auto& machine : machines_) {
    if (machine->fetched > 0) ++result_.fetchers;
  }
  return result_;
}

void Simulation::Handle(const Event& event) {
  switch (event.kind) {
    case Kind::kStart:
      return Start(event.a);
    case Kind::kConnect:
      return Connect(event.a, event.b);
    case Kind::kHear:
      return Hear(event.a);
    case Kind::kArrive:
      return Arrive(event.a, event.b, event.c);
    case Kind::kMessage:
      return Deliver(event.a, event.b, event.c);
    case Kind::kWake:
      if (At(event.a).wake <= now_) Pump(event.a);
      return;
    case Kind::kChecked:
      return Got(event.a, event.b);
    case Kind::kOrigin:
      SyncOrigin();
      return ShareOrigin();
    case Kind::kHalfTime:
      return HalfTime();
  }
}

// Life and death.

void Simulation::Start(int i) {
  Machine& machine = At(i);
  machine.settled = now_ + kSettled;
  MachineId id = MixBits(static_cast<std::uint64_t>(i) * 1000 +
                         static_cast<std::uint64_t>(machine.life)) ^
                 crowd_.seed;
  machine.share = std::make_unique<OriginShare>(
      crowd_.options, id, kContent, layout_,
      std::vector<PieceSpan>{layout_.All()}, convoy::bench::At(now_));
  for (int piece = 0; piece < crowd_.pieces; ++piece) {
    if (!machine.have.Get(piece)) continue;
    machine.share->SetHave({PieceIndex{piece}, PieceIndex{piece + 1}},
                           convoy::bench::At(now_));
  }
  machine.told = machine.have;
  machine.share->SetCrowd(crowd_.machines - 1, convoy::bench::At(now_));
  for (const int j : mesh_[static_cast<std::size_t>(i)]) {
    if (At(j).share != nullptr)
      Add(now_ + Random(0.01, 0.2), Kind::kConnect, i, j);
  }
  Pump(i);
}

void Simulation::Connect(int i, int j) {
  Introduce(i, j);
  Introduce(j, i);
  for (const int each : {i, j}) {
    Ask(each);
    Pump(each);
  }
}

// j to i.
void Simulation::Introduce(int i, int j) {
  Machine& machine = At(i);
  Machine& peer = At(j);
  const absl::Duration now = convoy::bench::At(now_);
  const auto connection = static_cast<ConnectionId>(j);
  machine.peers.push_back(j);
  machine.share->AddPeer(connection);
  const MachineId id = MixBits(static_cast<std::uint64_t>(j) * 1000 +
                               static_cast<std::uint64_t>(peer.life)) ^
                       crowd_.seed;
  machine.share->SetMachine(connection, id, now);
  for (int piece = 0; piece < crowd_.pieces; ++piece) {
    if (!peer.told.Get(piece)) continue;
    ++machine.holders[static_cast<std::size_t>(piece)];
    machine.share->PeerHas(connection, PieceIndex{piece}, now);
  }
}

void Simulation::Die(int i) {
  Machine& machine = At(i);
  if (machine.share == nullptr) return;
  ++machine.life;
  if (machine.fetch) {
    SyncOrigin();
    machine.fetch.reset();
    fetching_.erase(std::find(fetching_.begin(), fetching_.end(), i));
    ShareOrigin();
  }
  machine.share.reset();
  for (const int j : std::exchange(machine.peers, {})) {
    Machine& peer = At(j);
    peer.peers.erase(std::find(peer.peers.begin(), peer.peers.end(), i));
    Forget(peer, i);
    peer.share->RemovePeer(static_cast<ConnectionId>(i),
                           convoy::bench::At(now_));
    PumpIfDue(j);
  }
  machine.inbox.clear();
  machine.asked = Bits(crowd_.pieces);
  std::fill(machine.holders.begin(), machine.holders.end(), 0);
  machine.sending = machine.receiving = 0;
  machine.wake = kForever;
  Add(now_ + kDeadTime, Kind::kStart, i);
}

// What `gone` had.
void Simulation::Forget(Machine& machine, int gone) {
  const Bits& told = At(gone).told;
  for (int piece = 0; piece < crowd_.pieces; ++piece) {
    if (told.Get(piece)) --machine.holders[static_cast<std::size_t>(piece)];
  }
  // Not counted yet.
  const auto from_gone = [gone](const auto& news) {
    return news.first == gone;
  };
  for (const auto& news : machine.inbox) {
    if (from_gone(news))
      ++machine.holders[static_cast<std::size_t>(news.second)];
  }
  machine.inbox.erase(
      std::remove_if(machine.inbox.begin(), machine.inbox.end(), from_gone),
      machine.inbox.end());
}

void Simulation::HalfTime() {
  for (int i = 0; i < crowd_.machines; ++i) {
    if (At(i).count < crowd_.pieces && random_() % 3 == 0) Die(i);
  }
}

// From peer to peer.

void Simulation::Got(int i, int piece) {
  Machine& machine = At(i);
  machine.share->SetHave({PieceIndex{piece}, PieceIndex{piece + 1}},
                         convoy::bench::At(now_));
  if (!machine.have.Get(piece)) {
    machine.have.Set(piece);
    if (++machine.count == crowd_.pieces) ++complete_;
    Tell(i, piece);
  }
  PumpIfDue(i);
}

void Simulation::Tell(int i, int piece) {
  Machine& machine = At(i);
  machine.told.Set(piece);
  for (const int j : machine.peers) {
    Machine& peer = At(j);
    if (peer.count == crowd_.pieces) continue;
    if (peer.inbox.empty()) Add(now_ + kHearTime, Kind::kHear, j);
    peer.inbox.emplace_back(i, piece);
  }
  Offer(i);
}

void Simulation::Hear(int i) {
  Machine& machine = At(i);
  if (machine.fetch) SyncOrigin();
  for (const auto& [j, piece] : machine.inbox) {
    ++machine.holders[static_cast<std::size_t>(piece)];
    machine.share->PeerHas(static_cast<ConnectionId>(j), PieceIndex{piece},
                           convoy::bench::At(now_));
  }
  machine.inbox.clear();
  if (machine.fetch) Pump(i);
}

void Simulation::Arrive(int i, int j, int piece) {
  --At(i).receiving;
  --At(j).sending;
  At(i).asked.Clear(piece);
  if (!At(i).have.Get(piece)) Got(i, piece);
  Ask(i);
  Offer(j);
}

// What `from` has and `to` needs, rarest first; -1: nothing.
int Simulation::Rarest(const Machine& to, const Machine& from) const {
  int best = -1;
  std::uint32_t best_holders = ~0u;
  for (std::size_t i = 0; i < to.have.size(); ++i) {
    std::uint64_t word =
        from.told.word(i) & ~to.have.word(i) & ~to.asked.word(i);
    for (; word != 0; word &= word - 1) {
      const int piece = static_cast<int>(i) * 64 + __builtin_ctzll(word);
      const std::uint32_t holders = to.holders[static_cast<std::size_t>(piece)];
      if (holders >= best_holders) continue;
      best = piece;
      best_holders = holders;
    }
  }
  return best;
}

// To those who need something, in turn.
void Simulation::Offer(int i) {
  Machine& machine = At(i);
  for (std::size_t n = machine.peers.size();
       n > 0 && machine.sending < crowd_.slots; --n) {
    const int j = machine.peers[machine.next_peer++ % machine.peers.size()];
    Machine& peer = At(j);
    if (peer.count == crowd_.pieces || peer.receiving >= crowd_.slots) continue;
    const int piece = Rarest(peer, machine);
    if (piece >= 0) Send(i, j, piece);
  }
}

void Simulation::Ask(int i) {
  Machine& machine = At(i);
  if (machine.count == crowd_.pieces) return;
  std::size_t next = random_();
  for (std::size_t n = machine.peers.size();
       n > 0 && machine.receiving < crowd_.slots; --n) {
    const int j = machine.peers[next++ % machine.peers.size()];
    if (At(j).sending >= crowd_.slots) continue;
    const int piece = Rarest(machine, At(j));
    if (piece >= 0) Send(j, i, piece);
  }
}

void Simulation::Send(int from, int to, int piece) {
  ++At(from).sending;
  ++At(to).receiving;
  At(to).asked.Set(piece);
  const double rate = crowd_.lan_rate / crowd_.slots;
  Add(now_ + Latency() + static_cast<double>(crowd_.piece_length) / rate +
          kCheckTime,
      Kind::kArrive, to, from, piece);
}

// The rule, and the origin.

void Simulation::PumpIfDue(int i) {
  Machine& machine = At(i);
  const Time wake = absl::ToDoubleSeconds(machine.share->NextWake(
      convoy::bench::At(now_), !machine.fetch.has_value()));
  if (wake <= now_) {
    Pump(i);
  } else if (wake < machine.wake) {
    machine.wake = wake;
    Add(wake, Kind::kWake, i);
  }
}

void Simulation::Pump(int i) {
  Machine& machine = At(i);
  const absl::Duration now = convoy::bench::At(now_);
  if (machine.fetch) SyncOrigin();
  for (const PieceSpan& span : machine.share->Losing()) GiveUp(i, span);
  if (!machine.fetch) {
    const double pieces =
        machine.speed * 0.5 / static_cast<double>(crowd_.piece_length);
    const PieceSpan span =
        machine.share->Take(now, std::max(1, static_cast<int>(pieces)));
    if (!span.empty()) {
      ++result_.claims;
      SyncOrigin();
      Fetch fetch;
      for (int p = span.first.value; p < span.end.value; ++p) {
        fetch.pieces.push_back(p);
      }
      fetch.begins = now_ + absl::ToDoubleSeconds(crowd_.origin_latency);
      fetch.path = machine.path;
      fetch.idle_since = now_;
      machine.fetch = fetch;
      fetching_.push_back(i);
      CountFetches();
      ShareOrigin();
    }
  }
  for (OriginShare::Outgoing& out : machine.share->TakeOutgoing(now)) {
    if (!crowd_.claims) break;
    int slot = static_cast<int>(messages_.size());
    if (free_messages_.empty()) {
      messages_.emplace_back();
    } else {
      slot = free_messages_.back();
      free_messages_.pop_back();
    }
    const std::size_t bytes = EncodeShareMessage(out.message).size();
    result_.messages += static_cast<double>(out.to.size());
    result_.message_bytes += static_cast<double>(bytes * out.to.size());
    auto& message = messages_[static_cast<std::size_t>(slot)];
    message = {std::move(out.message), static_cast<int>(out.to.size())};
    for (const ConnectionId to : out.to) {
      Add(now_ + Latency(), Kind::kMessage, static_cast<int>(to), i, slot);
    }
  }
  machine.wake = kForever;
  const Time wake = absl::ToDoubleSeconds(
      machine.share->NextWake(now, !machine.fetch.has_value()));
  // A wake that is due at once has nothing new to say.
  machine.wake = std::max(wake, now_ + 0.001);
  if (machine.wake < kForever) Add(machine.wake, Kind::kWake, i);
}

void Simulation::CountFetches() {
  const auto count =
      std::count_if(fetching_.begin(), fetching_.end(),
                    [this](int i) { return At(i).settled <= now_; });
  result_.fetch_at_once =
      std::max(result_.fetch_at_once, static_cast<int>(count));
}

void Simulation::GiveUp(int i, PieceSpan span) {
  Machine& machine = At(i);
  if (!machine.fetch) return;
  std::deque<int>& pieces = machine.fetch->pieces;
  const auto lost = [span](int piece) {
    return piece >= span.first.value && piece < span.end.value;
  };
  const bool broken = lost(pieces.front());
  pieces.erase(std::remove_if(pieces.begin(), pieces.end(), lost),
               pieces.end());
  if (broken) {
    if (machine.fetch->bytes > 0) origin_bytes_ += kOnItsWay;
    machine.fetch->bytes = 0;
    machine.fetch->begins = now_ + absl::ToDoubleSeconds(crowd_.origin_latency);
  }
  if (pieces.empty()) {
    machine.fetch.reset();
    fetching_.erase(std::find(fetching_.begin(), fetching_.end(), i));
  }
  ShareOrigin();
}

void Simulation::Deliver(int i, int j, int slot) {
  Machine& machine = At(i);
  auto& message = messages_[static_cast<std::size_t>(slot)];
  if (machine.fetch) SyncOrigin();
  machine.share->Receive(static_cast<ConnectionId>(j), message.first,
                         convoy::bench::At(now_));
  if (--message.second == 0) free_messages_.push_back(slot);
  PumpIfDue(i);
}

// Bytes that came since the last time; pieces that are whole.
void Simulation::SyncOrigin() {
  const Time from = origin_synced_;
  origin_synced_ = now_;
  if (from == now_) return;
  const std::vector<int> fetching = fetching_;
  std::vector<int> whole;
  for (const int i : fetching) {
    Fetch& fetch = *At(i).fetch;
    const double length = static_cast<double>(crowd_.piece_length);
    const double bytes = std::min(
        length - fetch.bytes,
        fetch.rate * std::max(0.0, now_ - std::max(from, fetch.begins)));
    fetch.bytes += bytes;
    origin_bytes_ += bytes;
    At(i).share->SetProgress(PieceIndex{fetch.pieces.front()},
                             static_cast<std::int64_t>(fetch.bytes));
    if (fetch.bytes >= length - 1) whole.push_back(i);
  }
  for (const int i : whole) PieceEnds(i);
}

void Simulation::PieceEnds(int i) {
  Machine& machine = At(i);
  Fetch& fetch = *machine.fetch;
  const int piece = fetch.pieces.front();
  const Time took = std::max(1e-6, now_ - std::max(fetch.idle_since, 0.0));
  const double speed = static_cast<double>(crowd_.piece_length) / took;
  machine.speed =
      machine.speed == 0 ? speed : 0.7 * machine.speed + 0.3 * speed;
  fetch.idle_since = now_;
  ++machine.fetched;
  machine.share->Finished({PieceIndex{piece}, PieceIndex{piece + 1}},
                          convoy::bench::At(now_));
  Add(now_ + kCheckTime, Kind::kChecked, i, piece);
  fetch.pieces.pop_front();
  fetch.bytes = 0;
  if (fetch.pieces.empty()) {
    machine.fetch.reset();
    fetching_.erase(std::find(fetching_.begin(), fetching_.end(), i));
    Add(now_, Kind::kWake, i);
    machine.wake = now_;
  }
}

// Equal shares; what a slow way leaves is for the others.
void Simulation::ShareOrigin() {
  std::vector<Fetch*> fetches;
  Time next = kForever;
  for (const int i : fetching_) {
    Fetch& fetch = *At(i).fetch;
    fetch.rate = 0;
    if (fetch.begins > now_) {
      next = std::min(next, fetch.begins);
    } else {
      fetches.push_back(&fetch);
    }
  }
  std::sort(fetches.begin(), fetches.end(),
            [](const Fetch* a, const Fetch* b) { return a->path < b->path; });
  double left = crowd_.origin_rate;
  std::size_t count = fetches.size();
  for (Fetch* fetch : fetches) {
    fetch->rate = std::min(fetch->path, left / static_cast<double>(count--));
    left -= fetch->rate;
    if (fetch->rate <= 0) continue;
    next = std::min(
        next, now_ + (static_cast<double>(crowd_.piece_length) - fetch->bytes) /
                         fetch->rate);
  }
  ++origin_version_;
  if (next < kForever)
    Add(std::max(next, now_ + 1e-6), Kind::kOrigin, origin_version_);
}

}  // namespace

CrowdResult SimulateCrowd(const Crowd& crowd) {
  return Simulation(crowd).Run();
}

}  // namespace convoy::bench
