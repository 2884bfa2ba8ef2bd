#include "peer/libtorrent_torrent.h"

#include <algorithm>
#include <libtorrent/add_torrent_params.hpp>
#include <libtorrent/extensions.hpp>
#include <libtorrent/extensions/ut_metadata.hpp>
#include <libtorrent/peer_connection_handle.hpp>
#include <libtorrent/peer_info.hpp>
#include <libtorrent/session.hpp>
#include <libtorrent/torrent_flags.hpp>
#include <libtorrent/torrent_info.hpp>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "peer/libtorrent_metainfo.h"
#include "peer/libtorrent_peer.h"
#include "peer/piece_spans.h"

namespace convoy {
namespace {

// Less is not worth a timer.
constexpr absl::Duration kShortestWake = absl::Milliseconds(1);
// A connection to a machine of the LAN is there sooner.
constexpr absl::Duration kPatience = absl::Seconds(1);
constexpr absl::Duration kRateInterval = absl::Seconds(1);

lt::piece_index_t ToLt(PieceIndex piece) {
  return lt::piece_index_t(piece.value);
}

PieceSpan Only(PieceIndex piece) {
  return {piece, PieceIndex{piece.value + 1}};
}

OriginShare::Options ShareOptions(int max_claimers) {
  OriginShare::Options options;
  options.max_claimers = max_claimers;
  return options;
}

// The first 8 bytes of an info-hash.
std::uint64_t ShareKey(absl::string_view info_hash) {
  std::uint64_t key = 0;
  for (const char byte : info_hash.substr(0, 8)) {
    key = key << 8 | static_cast<unsigned char>(byte);
  }
  return key;
}

}  // namespace

class LibtorrentTorrent::Plugin final : public lt::torrent_plugin {
 public:
  explicit Plugin(std::weak_ptr<LibtorrentTorrent> torrent)
      : torrent_(std::move(torrent)) {}

  std::shared_ptr<lt::peer_plugin> new_connection(
      const lt::peer_connection_handle& connection) override {
    if (connection.type() != lt::connection_type::bittorrent) return nullptr;
    return std::make_shared<TorrentPeer>(torrent_, connection);
  }
  void on_files_checked() override {
    if (const auto torrent = torrent_.lock()) torrent->OnFilesChecked();
  }
  void on_piece_pass(lt::piece_index_t piece) override {
    if (const auto torrent = torrent_.lock()) {
      torrent->OnPiecePassed(PieceIndex{static_cast<std::int32_t>(piece)});
    }
  }
  void on_piece_failed(lt::piece_index_t piece) override {
    if (const auto torrent = torrent_.lock()) {
      torrent->OnPieceFailed(PieceIndex{static_cast<std::int32_t>(piece)});
    }
  }

 private:
  const std::weak_ptr<LibtorrentTorrent> torrent_;
};

LibtorrentTorrent::LibtorrentTorrent(const Parts& parts, SwarmContent content,
                                     std::unique_ptr<Listener> listener)
    : parts_(parts),
      content_(std::move(content)),
      listener_(std::move(listener)),
      entry_(std::make_shared<LibtorrentDisk::Entry>(content_.manifest,
                                                     content_.storage)),
      share_(ShareOptions(parts.max_claimers), parts.machine,
             ShareKey(content_.manifest->info_hash), content_.manifest->layout,
             content_.storage->map().pieces(), parts.clock->Monotonic()),
      guard_(content_.storage, content_.manifest->info_hash, parts.shunned),
      slow_peers_(content_.min_peer_rate),
      offered_(content_.storage, content_.manifest->layout),
      words_(content_.storage) {
  entry_->listener = this;
}

LibtorrentTorrent::~LibtorrentTorrent() { Stop(); }

void LibtorrentTorrent::Start(const std::vector<Endpoint>& peers, int crowd) {
  lt::add_torrent_params params;
  absl::StatusOr<std::shared_ptr<lt::torrent_info>> info =
      TorrentInfoOf(*content_.manifest);
  if (!info.ok()) {
    return OnDiskError(absl::InvalidArgumentError(absl::StrCat(
        "the manifest cannot be used: ", info.status().message())));
  }
  params.ti = *std::move(info);
  if (params.ti->ssl_cert().empty() == in_group()) {
    return OnDiskError(absl::FailedPreconditionError(
        "the content belongs to another group of machines"));
  }
  // Never opened: the disk has files of its own.
  params.save_path = "/nonexistent";
  params.flags = lt::torrent_flags::update_subscribe |
                 lt::torrent_flags::need_save_resume |
                 lt::torrent_flags::override_trackers |
                 lt::torrent_flags::override_web_seeds |
                 lt::torrent_flags::disable_dht |
                 lt::torrent_flags::apply_ip_filter;
  params.flags &=
      ~(lt::torrent_flags::paused | lt::torrent_flags::auto_managed);
  if (content_.mode < DownloadMode::kLan || content_.manifest->is_private) {
    params.flags |=
        lt::torrent_flags::disable_lsd | lt::torrent_flags::disable_pex;
  }
  params.trackers = content_.trackers;
  const PieceLayout& layout = content_.manifest->layout;
  params.have_pieces.resize(layout.count(), false);
  std::vector<PieceIndex> have;
  for (PieceIndex piece; piece.value < layout.count(); ++piece.value) {
    if (!content_.storage->verified(piece)) continue;
    params.have_pieces.set_bit(ToLt(piece));
    have.push_back(piece);
  }
  missing_pieces_ = -static_cast<std::int32_t>(have.size());
  for (const PieceSpan& span : content_.storage->map().pieces()) {
    missing_pieces_ += span.count();
  }
  for (const PieceSpan& span : SpansOf(have)) share_.SetHave(span, Now());
  AvoidUnwanted(&params);
  lt::error_code error;
  for (const Endpoint& peer : peers) {
    const lt::address parsed = lt::make_address(peer.address, error);
    if (error || !MayMeet(parts_.kind_of(peer.address, in_group())) ||
        guard_.IsShunned(parsed.to_string())) {
      continue;
    }
    params.peers.emplace_back(parsed, static_cast<std::uint16_t>(peer.port));
    if (peer.holds) BePatient(parsed.to_string());
  }
  crowd_ = crowd;
  share_.SetCrowd(crowd, Now());
  params.extensions.push_back(
      [weak = weak_from_this()](const lt::torrent_handle&, lt::client_data_t) {
        return std::make_shared<Plugin>(weak);
      });
  if (HasInfoOfPeers(*content_.manifest)) {
    params.extensions.emplace_back(lt::create_ut_metadata_plugin);
  }
  parts_.disk->Add(id(), entry_);
  const absl::Status added = Add(std::move(params));
  if (!added.ok()) {
    OnDiskError(absl::FailedPreconditionError(
        absl::StrCat("the content cannot join the swarm: ", added.message())));
  }
}

absl::Status LibtorrentTorrent::Add(lt::add_torrent_params params) {
  lt::session& session = parts_.session->get();
  lt::error_code error;
  const auto add = [&] {
    handle_ = session.add_torrent(std::move(params), error);
  };
  absl::Status status;
  if (in_group()) {
    status = parts_.session->tls()->SetUpContent(id(), add);
  } else {
    add();
  }
  if (error) return absl::InternalError(error.message());
  if (!status.ok()) {
    session.remove_torrent(handle_);
    handle_ = lt::torrent_handle();
  }
  return status;
}

bool LibtorrentTorrent::MayMeet(PeerKind kind) const {
  switch (kind) {
    case PeerKind::kLan:
      return content_.mode >= DownloadMode::kLan;
    case PeerKind::kGroup:
      return content_.mode >= DownloadMode::kGroup;
    case PeerKind::kInternet:
      return content_.mode >= DownloadMode::kInternet;
  }
  return false;
}

// Pieces that no range of the job touches.
void LibtorrentTorrent::AvoidUnwanted(lt::add_torrent_params* params) const {
  const PieceLayout& layout = content_.manifest->layout;
  const PieceSpans others =
      Complement(content_.storage->map().pieces(), layout);
  if (others.empty()) return;
  params->piece_priorities.assign(static_cast<std::size_t>(layout.count()),
                                  lt::default_priority);
  for (const PieceSpan& span : others) {
    for (PieceIndex piece = span.first; piece < span.end; ++piece.value) {
      params->piece_priorities[static_cast<std::size_t>(piece.value)] =
          lt::dont_download;
    }
  }
}

void LibtorrentTorrent::Stop() {
  if (std::exchange(stopped_, true)) return;
  entry_->listener = nullptr;
  entry_->held.clear();
  entry_->right.clear();
  if (wake_timer_ != 0) parts_.loop->CancelTimer(wake_timer_);
  for (const auto& [id, peer] : connections_) peer->id_ = 0;
  parts_.loop->NoteConnections(-static_cast<int>(connections_.size()));
  connections_.clear();
  listener_.reset();
  if (handle_.is_valid()) parts_.session->get().remove_torrent(handle_);
  if (in_group()) parts_.session->tls()->RemoveContent(id());
  parts_.disk->Remove(id());
}

absl::Duration LibtorrentTorrent::Now() const {
  return parts_.clock->Monotonic();
}

void LibtorrentTorrent::SetDemand(int lanes, int max_pieces) {
  lanes_ = lanes;
  max_pieces_ = max_pieces;
  // The last piece may be there: who gave it is told before the transfer ends.
  if (lanes == 0 && news_due_) SendNews();
  SettleDisputes();
  Touch();
}

void LibtorrentTorrent::SetOriginUsable(bool usable) {
  share_.SetOriginUsable(usable);
  origin_usable_ = usable;
  SettleDisputes();
  Touch();
}

void LibtorrentTorrent::NoteProgress(PieceIndex piece, std::int64_t bytes) {
  if (offered_.IsTaken(piece)) return;
  share_.SetProgress(piece, bytes);
}

// libtorrent takes the piece as it takes blocks of peers; the disk sees that it
// is verified, and writes nothing.
void LibtorrentTorrent::PiecePut(PieceIndex piece) {
  if (stopped_ || !checked_) return;
  if (!offered_.Remove(piece)) share_.Finished(Only(piece), Now());
  if (content_.storage->hashes().late_bound()) DecideHash(piece);
  static const char kNothing[1] = {};
  handle_.add_piece(ToLt(piece), kNothing, {});
  Touch();
}

void LibtorrentTorrent::Unclaim(PieceSpan span) {
  if (span.empty() || !offered_.IsTaken(span.first)) {
    share_.Failed(span);
    return Touch();
  }
  for (PieceIndex piece = span.first; piece < span.end; ++piece.value) {
    offered_.Remove(piece);
    if (doubts_) doubts_->suspects.push_front(piece);
  }
  SettleDisputes();
  Touch();
}

void LibtorrentTorrent::SetBacklog(bool full) {
  LibtorrentDisk::SetBacklog(entry_.get(), full);
}

void LibtorrentTorrent::Seed() {
  content_.downloads = false;
  lanes_ = 0;
  MarkConnections();
}

void LibtorrentTorrent::UnchokeLan() {
  for (const auto& [id, peer] : connections_) {
    const lt::peer_connection_handle& connection = peer->connection();
    if (peer->kind_ == PeerKind::kLan && connection.is_choked() &&
        connection.is_peer_interested()) {
      peer->connection().maybe_unchoke_this_peer();
    }
  }
}

void LibtorrentTorrent::MarkConnections() {
  for (const auto& [id, peer] : connections_) peer->Mark();
}

void LibtorrentTorrent::AddPeer(const Endpoint& peer) {
  lt::error_code error;
  const lt::address parsed = lt::make_address(peer.address, error);
  if (error || stopped_ || !handle_.is_valid() ||
      !MayMeet(parts_.kind_of(peer.address, in_group())) ||
      guard_.IsShunned(parsed.to_string())) {
    return;
  }
  if (peer.holds) BePatient(parsed.to_string());
  handle_.connect_peer(
      lt::tcp::endpoint(parsed, static_cast<std::uint16_t>(peer.port)));
  DialNow();
}

// libtorrent dials once a second, and besides when a torrent is resumed. It
// resumes one that runs, too, unless everything is to be announced to.
void LibtorrentTorrent::DialNow() {
  if (!checked_ || !content_.downloads) return;
  handle_.set_flags(lt::torrent_flags::disable_dht);
  handle_.resume();
}

void LibtorrentTorrent::SetCrowd(int machines) {
  crowd_ = machines;
  share_.SetCrowd(machines, Now());
  Touch();
  NewsSoon();
}

std::vector<PeerInfo> LibtorrentTorrent::Peers() const {
  std::vector<PeerInfo> infos;
  const PieceLayout& layout = content_.manifest->layout;
  for (const auto& [number, peer] : connections_) {
    lt::peer_info from;
    peer->connection().get_peer_info(from);
    PeerInfo info;
    info.content_id = id();
    info.address = absl::StrCat(
        from.ip.address().is_v6() ? "[" : "", TorrentPeer::AddressText(from.ip),
        from.ip.address().is_v6() ? "]:" : ":", from.ip.port());
    info.kind = peer->kind_;
    info.client = from.client;
    info.shares_origin = peer->machine_ != 0;
    info.authenticated = in_group();
    info.available_bytes =
        from.pieces.all_set()
            ? layout.size()
            : std::min(layout.size(),
                       from.pieces.count() * layout.piece_length());
    info.bytes_from = peer->from_;
    info.bytes_to = peer->to_;
    info.rate_from = from.payload_down_speed;
    info.rate_to = from.payload_up_speed;
    infos.push_back(std::move(info));
  }
  return infos;
}

void LibtorrentTorrent::AddEndpoints(
    std::set<std::pair<IpAddress, int>>* endpoints) const {
  for (const auto& [number, peer] : connections_) {
    const lt::tcp::endpoint remote = peer->connection().remote();
    const std::optional<IpAddress> address =
        IpAddress::Parse(TorrentPeer::AddressText(remote));
    if (address) endpoints->emplace(*address, remote.port());
  }
}

void LibtorrentTorrent::OnBlockWritten(PieceIndex piece, std::int64_t begin) {
  guard_.Written(piece, begin);
}

void LibtorrentTorrent::OnDiskError(absl::Status status) {
  if (listener_ != nullptr) listener_->OnError(std::move(status));
}

void LibtorrentTorrent::OnFilesChecked() {
  checked_ = true;
  parts_.loop->Post([weak = weak_from_this()] {
    const auto torrent = weak.lock();
    if (torrent != nullptr && !torrent->stopped_) torrent->DialNow();
  });
  WatchRate();
  Touch();
}

void LibtorrentTorrent::OnPiecePassed(PieceIndex piece) {
  // Of those that were there from the start, too.
  if (!checked_) return;
  Drop(guard_.Passed(piece));
  if (offered_.Remove(piece) && listener_ != nullptr) {
    listener_->OnUnclaimed(Only(piece));
  }
  share_.SetHave(Only(piece), Now());
  untold_pieces_.push_back(piece);
  NewsSoon();
  if (--missing_pieces_ == 0) TellPieces();
  if (FewAreMissing()) LibtorrentDisk::TellRight(entry_.get());
  Touch();
}

void LibtorrentTorrent::BePatient(const std::string& address) {
  holders_.insert(address);
  if (!connections_.empty() || std::exchange(was_patient_, true)) return;
  patience_until_ = Now() + kPatience;
  Touch();
}

void LibtorrentTorrent::NoteHoldings() {
  patience_until_ = -absl::InfiniteDuration();
  Touch();
}

void LibtorrentTorrent::OnPieceFailed(PieceIndex piece) {
  Drop(guard_.Failed(piece));
  // When it is there, it is known who was to blame.
  parts_.loop->Post([weak = weak_from_this(), piece] {
    const auto torrent = weak.lock();
    if (torrent == nullptr || torrent->stopped_) return;
    torrent->handle_.piece_priority(ToLt(piece), lt::top_priority);
  });
}

// In a later task: libtorrent may be in the middle of a list that they are in.
void LibtorrentTorrent::Drop(std::vector<ConnectionId> peers) {
  if (peers.empty() || stopped_) return;
  NewsSoon();
  parts_.loop->Post([weak = weak_from_this(), peers = std::move(peers)] {
    const auto torrent = weak.lock();
    if (torrent == nullptr) return;
    for (const ConnectionId id : peers) {
      const auto found = torrent->connections_.find(id);
      if (found == torrent->connections_.end()) continue;
      found->second->connection().disconnect(lt::errors::peer_banned,
                                             lt::operation_t::bittorrent);
    }
  });
}

bool LibtorrentTorrent::AddConnection(TorrentPeer* peer,
                                      const std::string& address) {
  const ConnectionId id = ++last_connection_;
  if (!guard_.Admit(id, address)) return false;
  peer->id_ = id;
  connections_[id] = peer;
  parts_.loop->NoteConnections(1);
  share_.AddPeer(id);
  // What it has is known a tick after its handshake.
  if (Now() < patience_until_ && holders_.count(address) != 0 &&
      !std::exchange(was_more_patient_, true)) {
    patience_until_ = Now() + kPatience;
    Touch();
  }
  NewsSoon();
  return true;
}

void LibtorrentTorrent::RemoveConnection(TorrentPeer* peer) {
  connections_.erase(peer->id_);
  parts_.loop->NoteConnections(-1);
  guard_.Leave(peer->id_);
  share_.RemovePeer(peer->id_, Now());
  Touch();
  NewsSoon();
}

void LibtorrentTorrent::CountFrom(const TorrentPeer& peer, std::int64_t bytes) {
  if (peer.kind_ != PeerKind::kLan && parts_.limiter != nullptr) {
    parts_.limiter->Charge(content_.background ? TrafficClass::kBackground
                                               : TrafficClass::kForeground,
                           bytes);
  }
  switch (peer.kind_) {
    case PeerKind::kLan:
      from_lan_ += bytes;
      break;
    case PeerKind::kGroup:
      from_group_ += bytes;
      break;
    case PeerKind::kInternet:
      from_internet_ += bytes;
      break;
  }
  NewsSoon();
}

void LibtorrentTorrent::CountTo(const TorrentPeer& peer, std::int64_t bytes) {
  switch (peer.kind_) {
    case PeerKind::kLan:
      stats_.to_lan += bytes;
      break;
    case PeerKind::kGroup:
      stats_.to_group += bytes;
      break;
    case PeerKind::kInternet:
      stats_.to_internet += bytes;
      break;
  }
  parts_.uploaded->Add(peer.kind_, bytes);
  NewsSoon();
}

void LibtorrentTorrent::Broadcast(const ShareMessage& message) {
  const std::string payload = EncodeShareMessage(message);
  for (const auto& [id, peer] : connections_) peer->Send(payload);
}

void LibtorrentTorrent::OnShareMessage(TorrentPeer* peer,
                                       absl::string_view payload) {
  const std::optional<ShareMessage> message = DecodeShareMessage(payload);
  if (!message) return;
  share_.Receive(peer->id_, *message, Now());
  OnHashes(peer, *message);
  Touch();
}

// Once for all that happens in one turn of the loop.
void LibtorrentTorrent::Touch() {
  if (stopped_ || std::exchange(touched_, true)) return;
  parts_.loop->Post([weak = weak_from_this()] {
    const auto torrent = weak.lock();
    if (torrent != nullptr && !torrent->stopped_) torrent->RunShare();
  });
}

void LibtorrentTorrent::RunShare() {
  touched_ = false;
  if (!checked_) return;
  const absl::Duration now = Now();
  for (const PieceSpan& span : share_.Losing()) listener_->OnUnclaimed(span);
  const bool patient = now < patience_until_;
  while (lanes_ > 0 && content_.downloads && !patient) {
    const PieceSpan span = share_.Take(now, max_pieces_);
    if (span.empty()) break;
    --lanes_;
    listener_->OnClaimed(span);
  }
  while (lanes_ > 0 && content_.downloads && slow_peers_.slow()) {
    const PieceSpan span = offered_.Take(Availability(), max_pieces_);
    if (span.empty()) break;
    --lanes_;
    listener_->OnClaimed(span);
  }
  SendOutgoing();
  const absl::Duration wake =
      patient ? patience_until_ : share_.NextWake(now, lanes_ > 0);
  if (wake == wake_time_) return;
  wake_time_ = wake;
  if (wake_timer_ != 0) {
    parts_.loop->CancelTimer(std::exchange(wake_timer_, 0));
  }
  if (wake == absl::InfiniteDuration()) return;
  wake_timer_ = parts_.loop->PostAfter(
      std::max(wake - now, kShortestWake), [weak = weak_from_this()] {
        const auto torrent = weak.lock();
        if (torrent == nullptr || torrent->stopped_) return;
        torrent->wake_timer_ = 0;
        torrent->wake_time_ = absl::InfiniteDuration();
        torrent->RunShare();
      });
}

void LibtorrentTorrent::WatchRate() {
  if (stopped_ || !content_.downloads || !slow_peers_.watches()) return;
  slow_peers_.Sample(Now(), offered_.Bytes(Availability()),
                     from_lan_ + from_group_ + from_internet_);
  if (slow_peers_.slow()) {
    NewsSoon();
    return Touch();
  }
  parts_.loop->PostAfter(kRateInterval, [weak = weak_from_this()] {
    if (const auto torrent = weak.lock()) torrent->WatchRate();
  });
}

std::vector<int> LibtorrentTorrent::Availability() const {
  std::vector<int> availability;
  handle_.piece_availability(availability);
  return availability;
}

void LibtorrentTorrent::SendOutgoing() {
  for (const OriginShare::Outgoing& outgoing : share_.TakeOutgoing(Now())) {
    const std::string payload = EncodeShareMessage(outgoing.message);
    for (const ConnectionId id : outgoing.to) {
      const auto found = connections_.find(id);
      if (found != connections_.end()) found->second->Send(payload);
    }
  }
}

}  // namespace convoy
