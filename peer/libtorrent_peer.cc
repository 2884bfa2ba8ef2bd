#include "peer/libtorrent_peer.h"

#include <algorithm>
#include <boost/variant/get.hpp>
#include <libtorrent/aux_/socket_type.hpp>
#include <libtorrent/peer_connection.hpp>
#include <libtorrent/torrent_peer.hpp>
#include <optional>

#include "absl/strings/str_cat.h"
#include "peer/libtorrent_handshake.h"
#include "peer/traffic_mark.h"

namespace convoy {
namespace {

// Our number of the extension in BEP 10's handshake.
constexpr int kShareMessage = 21;
constexpr char kPieceMessage = 7;      // BEP 3.
constexpr char kExtendedMessage = 20;  // BEP 10.
// Of libtorrent's points for a peer, -7 to 7: nothing is held against it.
constexpr int kFullTrust = 7;
// More than what a peer that reads may have before it.
constexpr int kMaxUnsent = 4 << 20;

std::string BigEndian(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<char>(value >> shift));
  }
  return bytes;
}

PieceIndex FromLt(lt::piece_index_t piece) {
  return PieceIndex{static_cast<std::int32_t>(piece)};
}

}  // namespace

lt::string_view TorrentPeer::type() const { return kShareName; }

void TorrentPeer::add_handshake(lt::entry& handshake) {
  const auto torrent = torrent_.lock();
  if (torrent == nullptr) return;
  handshake["m"][kShareName] = kShareMessage;
  handshake[kMachineName] = std::to_string(torrent->parts_.machine);
}

bool TorrentPeer::on_handshake(lt::span<char const>) {
  const auto torrent = torrent_.lock();
  if (torrent == nullptr) return true;
  const std::string address = AddressText(connection_.remote());
  // Who passed TLS is a member.
  kind_ = torrent->parts_.kind_of(address, torrent->in_group());
  if (!torrent->MayMeet(kind_) || !torrent->AddConnection(this, address)) {
    connection_.disconnect(lt::errors::peer_banned,
                           lt::operation_t::bittorrent);
    return true;
  }
  if (kind_ != PeerKind::kLan) {
    torrent->parts_.session->Classify(connection_,
                                      torrent->content_.background);
  }
  Mark();
  return true;
}

bool TorrentPeer::on_extension_handshake(const lt::bdecode_node& handshake) {
  const auto torrent = Joined();
  const std::optional<ShareHandshake> read = ReadShareHandshake(handshake);
  if (torrent == nullptr || !read) return true;
  number_ = read->number;
  if (machine_ != 0 || read->machine == 0) return true;
  machine_ = read->machine;
  torrent->share_.SetMachine(id_, machine_, torrent->Now());
  torrent->Greet(this);
  return true;
}

bool TorrentPeer::on_have(lt::piece_index_t piece) {
  if (const auto torrent = Joined()) {
    torrent->share_.PeerHas(id_, FromLt(piece), torrent->Now());
    torrent->Touch();
  }
  return false;
}

bool TorrentPeer::on_have_all() {
  if (const auto torrent = Joined()) {
    torrent->share_.PeerHasAll(id_, torrent->Now());
    torrent->NoteHoldings();
  }
  return false;
}

bool TorrentPeer::on_bitfield(const lt::bitfield& pieces) {
  const auto torrent = Joined();
  if (torrent == nullptr) return false;
  const int count =
      std::min(pieces.size(), torrent->content_.manifest->layout.count());
  const absl::Duration now = torrent->Now();
  for (int i = 0; i < count; ++i) {
    if (pieces.get_bit(i)) torrent->share_.PeerHas(id_, PieceIndex{i}, now);
  }
  torrent->NoteHoldings();
  return false;
}

bool TorrentPeer::can_disconnect(const lt::error_code& error) {
  const auto torrent = torrent_.lock();
  return torrent == nullptr || !torrent->content_.downloads ||
         error != lt::error_code(lt::errors::upload_upload_connection);
}

// libtorrent before 2.0.13 asks for the last block of a version 2 file with the
// padding behind it, and takes no shorter one. The session here has no padding,
// and would reject that. No limit of bandwidth holds for such a block; there is
// one for each peer to take, once.
bool TorrentPeer::on_request(const lt::peer_request& request) {
  const auto torrent = Joined();
  if (torrent == nullptr ||
      !torrent->content_.manifest->hash_kind.is_version2()) {
    return false;
  }
  const PieceLayout& layout = torrent->content_.manifest->layout;
  const PieceIndex last{layout.count() - 1};
  const std::int64_t there = layout.RangeOf(last).length - request.start;
  if (FromLt(request.piece) != last || request.start < 0 || there <= 0 ||
      request.length <= there || request.length > PieceLayout::kBlockLength ||
      connection_.is_choked() || !torrent->content_.storage->MayGive(last) ||
      !padded_blocks_.Take(torrent->Now())) {
    return false;
  }
  std::string block(static_cast<std::size_t>(request.length), '\0');
  if (!torrent->content_.storage
           ->Read(last, request.start, &block[0],
                  static_cast<std::size_t>(there))
           .ok()) {
    return false;
  }
  if (!SendMessage(absl::StrCat(
          std::string(1, kPieceMessage),
          BigEndian(static_cast<std::uint32_t>(last.value)),
          BigEndian(static_cast<std::uint32_t>(request.start)), block))) {
    return false;
  }
  sent_payload(static_cast<int>(there));
  return true;
}

void TorrentPeer::sent_request(const lt::peer_request& request) {
  if (const auto torrent = Joined()) {
    torrent->guard_.Asked(id_, FromLt(request.piece), request.start);
  }
}

bool TorrentPeer::on_piece(const lt::peer_request& request,
                           lt::span<char const> bytes) {
  const auto torrent = Joined();
  if (torrent == nullptr) return true;
  if (!torrent->guard_.Arrived(id_, FromLt(request.piece), request.start)) {
    connection_.disconnect(lt::errors::invalid_piece,
                           lt::operation_t::bittorrent);
    return true;
  }
  from_ += static_cast<std::int64_t>(bytes.size());
  torrent->CountFrom(*this, static_cast<std::int64_t>(bytes.size()));
  return false;
}

void TorrentPeer::on_piece_failed(lt::piece_index_t) {
  const auto connection = connection_.native_handle();
  if (connection == nullptr) return;
  lt::torrent_peer* const peer = connection->peer_info_struct();
  if (peer != nullptr) peer->trust_points = kFullTrust;
}

void TorrentPeer::sent_payload(int bytes) {
  to_ += bytes;
  if (const auto torrent = Joined()) torrent->CountTo(*this, bytes);
}

bool TorrentPeer::on_extended(int length, int number,
                              lt::span<char const> body) {
  if (number != kShareMessage) return false;
  // Called for every part that comes; only the whole is of use.
  if (body.size() < length) return true;
  const auto torrent = Joined();
  if (torrent != nullptr && machine_ != 0) {
    torrent->OnShareMessage(
        this,
        absl::string_view(body.data(), static_cast<std::size_t>(body.size())));
  }
  return true;
}

void TorrentPeer::Mark() {
  const auto torrent = Joined();
  const auto connection = connection_.native_handle();
  if (torrent == nullptr || connection == nullptr) return;
  const SwarmContent& content = torrent->content_;
  const bool low_effort = content.downloads && content.background &&
                          torrent->parts_.session->low_effort();
  lt::aux::socket_type& socket = connection->get_socket();
  if (auto* const tcp = boost::get<lt::tcp::socket>(&socket)) {
    MarkSocket(tcp->native_handle(), low_effort);
  } else if (auto* const tls =
                 boost::get<lt::ssl_stream<lt::tcp::socket>>(&socket)) {
    MarkSocket(tls->next_layer().native_handle(), low_effort);
  }
}

void TorrentPeer::Send(absl::string_view payload) {
  if (number_ == 0) return;
  std::string message = {kExtendedMessage, static_cast<char>(number_)};
  absl::StrAppend(&message, payload);
  SendMessage(message);
}

bool TorrentPeer::SendMessage(absl::string_view message) {
  const auto connection = connection_.native_handle();
  if (connection == nullptr || connection->send_buffer_size() > kMaxUnsent) {
    return false;
  }
  const std::string bytes = absl::StrCat(
      BigEndian(static_cast<std::uint32_t>(message.size())), message);
  connection_.send_buffer(bytes.data(), static_cast<int>(bytes.size()));
  return true;
}

std::shared_ptr<LibtorrentTorrent> TorrentPeer::Joined() const {
  return id_ == 0 ? nullptr : torrent_.lock();
}

void TorrentPeer::Leave() {
  const auto torrent = Joined();
  if (torrent != nullptr) torrent->RemoveConnection(this);
  id_ = 0;
}

}  // namespace convoy
