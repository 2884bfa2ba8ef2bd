#include "peer/libtorrent_swarm.h"

#include <algorithm>
#include <future>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "peer/base/log.h"
#include "peer/beacon.h"
#include "peer/group_tls.h"
#include "peer/handshake_watch.h"
#include "peer/ip_address.h"
#include "peer/libtorrent_disk.h"
#include "peer/libtorrent_loop.h"
#include "peer/libtorrent_observer.h"
#include "peer/libtorrent_session.h"
#include "peer/libtorrent_torrent.h"
#include "peer/lone_member.h"
#include "peer/peer_filter.h"
#include "peer/shunned_peers.h"
#include "peer/upload_counter.h"

namespace convoy {
namespace {

// A download begins to meet peers when the first are known, or after this time:
// those that are known by then are dialed at once, later ones within a second.
constexpr absl::Duration kFirstAnswers = absl::Milliseconds(100);
// How often it is looked at who needs the budget that peers and origins share.
constexpr absl::Duration kRebalance = absl::Milliseconds(500);
// How often connections of a group are looked at.
constexpr absl::Duration kWatchTls = absl::Seconds(1);

std::uint64_t RandomId() {
  std::random_device random;
  const std::uint64_t id = std::uint64_t{random()} << 32 | random();
  return id == 0 ? 1 : id;
}

// What of the settings decides who may be a peer.
PeerRules RulesOf(const SwarmSettings& settings, const GroupMembership& group) {
  absl::StatusOr<PeerRules> rules = MakePeerRules(settings);
  if (!rules.ok()) {
    // The configuration was checked; a rule that is not understood allows
    // nothing.
    LogError("peers are off: ", rules.status().message());
    rules = PeerRules();
    rules->mode = DownloadMode::kSimple;
  }
  // Without a group there is nobody beyond the LAN.
  if (rules->mode == DownloadMode::kGroup && !group.is_configured()) {
    rules->mode = DownloadMode::kLan;
  }
  return *std::move(rules);
}

class Impl final : public LibtorrentSwarm, private BeaconListener {
 public:
  Impl(const Parts& parts, const SwarmSettings& settings,
       const GroupMembership& group, PeerRules rules)
      : parts_(parts),
        settings_(settings),
        group_(group),
        machine_(RandomId()),
        tls_(MakeTls(group, *parts.clock)),
        disk_({&loop_, parts.worker}),
        filter_(
            std::make_shared<const PeerFilter>(rules, ReadNetworkInterfaces())),
        session_(&loop_, &disk_, SessionOptions()) {
    ApplyFilter();
    session_.SetGives(settings.gives);
    if (group.is_configured() && !TlsStatus().ok()) return;
    BeaconOptions options;
    options.machine = machine_;
    options.beacon_port = settings.beacon_port;
    options.rules = std::move(rules);
    options.peers = settings.peers;
    options.group_id = settings.group_id;
    options.identity = group.identity();
    options.tcp_port = session_.listen_port();
    BeaconListener* const self = this;
    auto beacon = Beacon::Start(std::move(options), *parts.clock, self);
    beacon_status_ = beacon.status();
    if (!beacon.ok()) {
      LogError("peers cannot be found: ", beacon.status().message());
    } else {
      beacon_ = *std::move(beacon);
    }
    if (group.is_configured()) WatchTlsLater();
  }
  ~Impl() override { Stop(); }

  std::unique_ptr<SwarmMember> Join(SwarmContent content,
                                    SwarmObserver* observer) override;
  void Hold(const std::string& content_id) override {
    Tell(content_id, BeaconHolding::kResting);
  }
  void Unhold(const std::string& content_id) override {
    holdings_.erase(content_id);
    if (beacon_ != nullptr) beacon_->Unhold(content_id);
  }
  void SetAskedForContent(AskedForContent asked) override {
    asked_ = std::move(asked);
  }
  void ListPeers(std::string content_id, PeersAnswer answer) override;
  void SetSettings(const SwarmSettings& settings) override;
  PeerBytes Uploaded() const override { return uploaded_.total(); }
  void SetLimits(const BandwidthLimits& limits) override;
  std::string RefusalFor(DownloadMode mode, std::string* policy) override;
  void Stop() override;

 private:
  class Member;
  // A content that waits for its first answers, or has had them.
  struct Joined {
    std::shared_ptr<LibtorrentTorrent> torrent;
    bool started = false;
    std::vector<LibtorrentTorrent::Endpoint> first_peers;
  };

  void OnFound(const BeaconFound& found) override;
  void OnAsked(const std::string& info_hash) override;
  void OnNetwork(const std::shared_ptr<const PeerFilter>& filter) override;

  using Tls = absl::StatusOr<std::unique_ptr<GroupTls>>;
  static Tls MakeTls(const GroupMembership& group, const Clock& clock);
  // Of a group: why its members cannot be met.
  absl::Status TlsStatus() const {
    return tls_.ok() ? session_.tls_status() : tls_.status();
  }
  void WatchTlsLater();

  LibtorrentSession::Options SessionOptions() const;
  std::vector<std::string> ListenAddresses() const;
  void ApplyFilter();
  void ApplyLimits();
  void Add(std::shared_ptr<LibtorrentTorrent> torrent, bool wait);
  void StartTorrent(const std::string& id);
  void Leave(const std::shared_ptr<LibtorrentTorrent>& torrent);
  PeerKind KindOf(const std::string& address, bool authenticated) const;
  // Others who ask are told that it is here, while this machine gives anything.
  void Tell(const std::string& id, BeaconHolding holding) {
    holdings_[id] = holding;
    if (beacon_ != nullptr && Gives()) beacon_->Hold(id, holding);
  }
  void TellAll();
  bool Gives() const { return settings_.gives != GivesTo::kNobody; }
  int Crowd(const std::string& id) const {
    return beacon_ == nullptr ? 0 : beacon_->Crowd(id);
  }

  const Parts parts_;
  // On the engine's executor.
  SwarmSettings settings_;
  const GroupMembership& group_;
  const std::uint64_t machine_;
  // Before the session, whose connections use it. Null: there is no group.
  const Tls tls_;
  LibtorrentLoop loop_;
  LibtorrentDisk disk_;
  // On the loop, once it runs.
  std::shared_ptr<const PeerFilter> filter_;
  LibtorrentSession session_;
  std::map<std::string, Joined> joined_;
  HandshakeWatch handshakes_{
      [this](const IpAddress& address) { return filter_->MayBePeer(address); }};
  UploadCounter uploaded_;
  ShunnedPeers shunned_{parts_.clock};
  BandwidthLimits limits_;
  bool rebalancing_ = false;

  // On the engine's executor.
  AskedForContent asked_;
  const std::shared_ptr<char> alive_ = std::make_shared<char>();
  std::unique_ptr<Beacon> beacon_;
  absl::Status beacon_status_;  // Why there is none.
  // What others are told of, or would be.
  std::map<std::string, BeaconHolding> holdings_;
  bool stopped_ = false;
};

// On the engine's executor; the torrent's calls are posted to the loop.
class Impl::Member final : public SwarmMember {
 public:
  Member(Impl* swarm, SwarmContent content, SwarmObserver* observer)
      : swarm_(swarm),
        id_(content.manifest->info_hash),
        silent_(content.manifest->is_private),
        observer_(std::make_shared<SwarmObserver*>(observer)) {
    const bool downloads = content.downloads;
    LibtorrentTorrent::Parts parts;
    parts.loop = &swarm->loop_;
    parts.disk = &swarm->disk_;
    parts.session = &swarm->session_;
    parts.clock = swarm->parts_.clock;
    parts.kind_of = [swarm](const std::string& address, bool authenticated) {
      return swarm->KindOf(address, authenticated);
    };
    parts.machine = swarm->machine_;
    parts.uploaded = &swarm->uploaded_;
    parts.shunned = &swarm->shunned_;
    parts.max_claimers = swarm->settings_.max_claimers;
    parts.limiter = swarm->parts_.limiter;
    torrent_ = std::make_shared<LibtorrentTorrent>(
        parts, std::move(content),
        std::make_unique<ObserverPost>(observer_, swarm->parts_.executor));
    swarm->loop_.Post([swarm, torrent = torrent_, downloads] {
      swarm->Add(torrent, downloads);
    });
    if (silent_) return;
    swarm->Tell(id_, downloads ? BeaconHolding::kSome : BeaconHolding::kAll);
    if (downloads && swarm->beacon_ != nullptr) swarm->beacon_->Want(id_);
  }
  ~Member() override {
    if (swarm_->beacon_ != nullptr) swarm_->beacon_->Unwant(id_);
    swarm_->Unhold(id_);
    swarm_->loop_.Post([swarm = swarm_, torrent = std::move(torrent_)] {
      swarm->Leave(torrent);
    });
  }

  void SetDemand(int lanes, int max_pieces) override {
    Post([lanes, max_pieces](LibtorrentTorrent* torrent) {
      torrent->SetDemand(lanes, max_pieces);
    });
  }
  void SetOriginUsable(bool usable) override {
    Post([usable](LibtorrentTorrent* torrent) {
      torrent->SetOriginUsable(usable);
    });
  }
  // A message for each chunk would be too many.
  void NoteProgress(PieceIndex piece, std::int64_t bytes) override {
    const std::int64_t blocks = bytes / PieceLayout::kBlockLength;
    if (piece == noted_piece_ && blocks == noted_blocks_) return;
    noted_piece_ = piece;
    noted_blocks_ = blocks;
    Post([piece, bytes](LibtorrentTorrent* torrent) {
      torrent->NoteProgress(piece, bytes);
    });
  }
  void PiecePut(PieceIndex piece) override {
    Post([piece](LibtorrentTorrent* torrent) { torrent->PiecePut(piece); });
  }
  void Unclaim(PieceSpan span) override {
    Post([span](LibtorrentTorrent* torrent) { torrent->Unclaim(span); });
  }
  void Doubt(bool thorough) override {
    Post([thorough](LibtorrentTorrent* torrent) { torrent->Doubt(thorough); });
  }
  void SetBacklog(bool full) override {
    Post([full](LibtorrentTorrent* torrent) { torrent->SetBacklog(full); });
  }
  PeerBytes Received() const override { return torrent_->received(); }
  void Seed(SwarmObserver* observer) override {
    *observer_ = observer;
    if (swarm_->beacon_ != nullptr) swarm_->beacon_->Unwant(id_);
    if (!silent_) swarm_->Tell(id_, BeaconHolding::kAll);
    Post([](LibtorrentTorrent* torrent) { torrent->Seed(); });
  }

 private:
  template <typename Task>
  void Post(Task task) {
    swarm_->loop_.Post(
        [torrent = torrent_, task = std::move(task)] { task(torrent.get()); });
  }

  Impl* const swarm_;
  const std::string id_;
  // The beacon says nothing of it: its peers come from its trackers (BEP 27).
  const bool silent_;
  PieceIndex noted_piece_{-1};
  std::int64_t noted_blocks_ = 0;
  const std::shared_ptr<SwarmObserver*> observer_;
  std::shared_ptr<LibtorrentTorrent> torrent_;
};

Impl::Tls Impl::MakeTls(const GroupMembership& group, const Clock& clock) {
  if (!group.is_configured()) return std::unique_ptr<GroupTls>();
  if (group.identity() == nullptr) {
    return absl::FailedPreconditionError("not a member");
  }
  Tls tls = GroupTls::Make(*group.identity(), clock);
  if (!tls.ok()) LogError("no peers are met: ", tls.status().message());
  return tls;
}

// On the loop, but for the first time.
void Impl::WatchTlsLater() {
  loop_.PostAfter(kWatchTls, [this] {
    (*tls_)->EndExpired();
    std::set<HandshakeWatch::Endpoint> peers;
    for (const auto& [id, content] : joined_) {
      content.torrent->AddEndpoints(&peers);
    }
    handshakes_.Sweep(session_.tls_ports(), peers, parts_.clock->Monotonic());
    WatchTlsLater();
  });
}

std::unique_ptr<SwarmMember> Impl::Join(SwarmContent content,
                                        SwarmObserver* observer) {
  std::string policy;
  std::string refused =
      RefusalFor(std::min(content.mode, DownloadMode::kLan), &policy);
  if (!refused.empty()) {
    return MakeLoneMember(content, observer, parts_.executor,
                          std::move(refused), std::move(policy));
  }
  if (content.mode >= DownloadMode::kGroup && !content.manifest->is_private) {
    content.trackers = settings_.trackers;
  }
  if (content.mode == DownloadMode::kInternet) {
    content.trackers.insert(content.trackers.end(),
                            content.manifest->trackers.begin(),
                            content.manifest->trackers.end());
  }
  return std::make_unique<Member>(this, std::move(content), observer);
}

void Impl::Add(std::shared_ptr<LibtorrentTorrent> torrent, bool wait) {
  const std::string id = torrent->id();
  joined_[id] = Joined{std::move(torrent), false, {}};
  ApplyLimits();
  if (!wait) return StartTorrent(id);
  loop_.PostAfter(kFirstAnswers, [this, id] { StartTorrent(id); });
}

void Impl::StartTorrent(const std::string& id) {
  const auto found = joined_.find(id);
  if (found == joined_.end() || found->second.started) return;
  found->second.started = true;
  found->second.torrent->Start(std::move(found->second.first_peers), Crowd(id));
}

void Impl::Leave(const std::shared_ptr<LibtorrentTorrent>& torrent) {
  torrent->Stop();
  const auto found = joined_.find(torrent->id());
  if (found != joined_.end() && found->second.torrent == torrent) {
    joined_.erase(found);
  }
  ApplyLimits();
}

void Impl::OnFound(const BeaconFound& found) {
  loop_.Post([this, found] {
    const auto joined = joined_.find(found.info_hash);
    if (joined == joined_.end()) return;
    Joined& content = joined->second;
    content.torrent->SetCrowd(Crowd(found.info_hash));
    // Of two that want it one dials: else each pair would meet twice.
    if (found.wants && machine_ < found.machine) return;
    LibtorrentTorrent::Endpoint peer{found.address, found.port,
                                     found.has_all || found.has_some};
    if (content.started) return content.torrent->AddPeer(peer);
    content.first_peers.push_back(std::move(peer));
    if (found.has_all) StartTorrent(found.info_hash);
  });
}

void Impl::OnAsked(const std::string& info_hash) {
  parts_.executor->Post([this, info_hash, alive = std::weak_ptr<char>(alive_)] {
    if (!alive.expired() && asked_) asked_(info_hash);
  });
}

void Impl::OnNetwork(const std::shared_ptr<const PeerFilter>& filter) {
  loop_.Post([this, filter] {
    const std::vector<std::string> before = ListenAddresses();
    filter_ = filter;
    ApplyFilter();
    if (ListenAddresses() == before) return;
    session_.SetAddresses(ListenAddresses());
    if (beacon_ != nullptr) beacon_->SetTcpPort(session_.listen_port());
  });
}

LibtorrentSession::Options Impl::SessionOptions() const {
  LibtorrentSession::Options options;
  options.tls = tls_.ok() ? tls_->get() : nullptr;
  // Other clients are no members.
  options.local_discovery = !group_.is_configured();
  options.listen_port = settings_.listen_port;
  options.max_connections = settings_.max_connections;
  options.addresses = ListenAddresses();
  return options;
}

std::vector<std::string> Impl::ListenAddresses() const {
  std::vector<std::string> addresses;
  if (!tls_.ok()) return addresses;
  for (const PeerFilter::LocalAddress& local : filter_->listen_addresses()) {
    // Every machine has an address beside the IPv6 link-local ones.
    if (local.address.is_link_local() && !local.address.is_v4()) continue;
    addresses.push_back(local.address.ToString());
  }
  return addresses;
}

void Impl::ApplyFilter() {
  std::vector<LibtorrentSession::Step> steps;
  for (const PeerFilter::Step& step : filter_->steps()) {
    steps.push_back({step.network.ToString(), step.allowed});
  }
  std::vector<std::string> lan;
  for (const PeerFilter::LocalAddress& local : filter_->listen_addresses()) {
    lan.push_back(
        absl::StrCat(local.address.ToString(), "/", local.prefix_length));
  }
  session_.SetAllowed(steps, lan);
}

// Peers may have all of the budget of foreground or background downloads, but
// half of it while origins want more than what is left.
void Impl::ApplyLimits() {
  BandwidthLimits limits = limits_;
  const auto share = [this](TrafficClass traffic, std::int64_t* limit) {
    if (*limit > 0 && parts_.limiter->IsShort(traffic)) {
      *limit = std::max<std::int64_t>(*limit / 2, 1);
    }
  };
  share(TrafficClass::kForeground, &limits.foreground);
  share(TrafficClass::kBackground, &limits.background);
  const bool remark = limits.low_effort_background != session_.low_effort();
  session_.SetLimits(limits);
  bool limited = false;
  for (const auto& [id, content] : joined_) {
    if (remark) content.torrent->MarkConnections();
    if (!content.torrent->downloads()) continue;
    limited |= (content.torrent->background() ? limits_.background
                                              : limits_.foreground) > 0;
  }
  if (!limited || std::exchange(rebalancing_, true)) return;
  loop_.PostAfter(kRebalance, [this] {
    rebalancing_ = false;
    if (!joined_.empty()) ApplyLimits();
  });
}

PeerKind Impl::KindOf(const std::string& address, bool authenticated) const {
  const std::optional<IpAddress> parsed = IpAddress::Parse(address);
  return parsed ? filter_->KindOf(*parsed, authenticated) : PeerKind::kInternet;
}

void Impl::ListPeers(std::string content_id, PeersAnswer answer) {
  loop_.Post([this, content_id = std::move(content_id),
              answer = std::move(answer)]() mutable {
    std::vector<PeerInfo> peers;
    for (const auto& [id, content] : joined_) {
      if (!content_id.empty() && id != content_id) continue;
      std::vector<PeerInfo> more = content.torrent->Peers();
      peers.insert(peers.end(), more.begin(), more.end());
    }
    parts_.executor->Post(
        [peers = std::move(peers), answer = std::move(answer)]() mutable {
          std::move(answer)(std::move(peers));
        });
  });
}

void Impl::SetSettings(const SwarmSettings& settings) {
  const bool gave = Gives();
  settings_ = settings;
  loop_.Post([this, max_connections = settings.max_connections,
              gives = settings.gives] {
    session_.SetMaxConnections(max_connections);
    session_.SetGives(gives);
    if (gives != GivesTo::kLan) return;
    for (const auto& [id, content] : joined_) content.torrent->UnchokeLan();
  });
  if (beacon_ == nullptr) return;
  if (gave != Gives()) TellAll();
  beacon_->SetRules(RulesOf(settings, group_));
  beacon_->SetPeers(settings.peers);
}

void Impl::TellAll() {
  for (const auto& [id, holding] : holdings_) {
    if (Gives()) {
      beacon_->Hold(id, holding);
    } else {
      beacon_->Unhold(id);
    }
  }
}

void Impl::SetLimits(const BandwidthLimits& limits) {
  loop_.Post([this, limits] {
    limits_ = limits;
    ApplyLimits();
  });
}

std::string Impl::RefusalFor(DownloadMode mode, std::string* policy) {
  policy->clear();
  if (mode < DownloadMode::kLan) {
    return "the download mode allows the origin and mirrors only";
  }
  if (group_.is_configured() || mode == DownloadMode::kGroup) {
    std::string refused = group_.Refusal(policy);
    if (!refused.empty()) return refused;
    if (const absl::Status tls = TlsStatus(); !tls.ok()) {
      *policy = "group.certificate_file";
      return absl::StrCat("the group cannot be met: ", tls.message());
    }
    if (mode == DownloadMode::kInternet) {
      *policy = "group.ca_file";
      return "a machine of an authenticated group meets its members only";
    }
  }
  if (!beacon_status_.ok()) {
    *policy = absl::IsInvalidArgument(beacon_status_) ? "group.certificate_file"
                                                      : "swarm.beacon_port";
    return absl::StrCat("peers cannot be found: ", beacon_status_.message());
  }
  if (beacon_ == nullptr) return "the daemon stops";
  const std::shared_ptr<const PeerFilter> filter = beacon_->filter();
  if (filter->usable()) {
    if (mode != DownloadMode::kGroup ||
        settings_.peer_selection == PeerSelection::kAll) {
      return "";
    }
    *policy = "swarm.peer_selection";
    return "only peers of this machine's own networks are met";
  }
  *policy = filter->policy();
  return filter->reason();
}

void Impl::Stop() {
  if (std::exchange(stopped_, true)) return;
  beacon_.reset();
  // Before the session ends: nothing on the loop looks for it afterwards.
  std::promise<void> cleared;
  loop_.Post([this, &cleared] {
    for (const auto& [id, content] : joined_) content.torrent->Stop();
    joined_.clear();
    cleared.set_value();
  });
  cleared.get_future().wait();
  session_.Stop();
}

}  // namespace

std::unique_ptr<LibtorrentSwarm> LibtorrentSwarm::Make(
    const Parts& parts, const SwarmSettings& settings,
    const GroupMembership& group) {
  return std::make_unique<Impl>(parts, settings, group,
                                RulesOf(settings, group));
}

}  // namespace convoy
