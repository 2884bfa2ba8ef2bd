#ifndef CONVOY_PEER_LIBTORRENT_PEER_H_
#define CONVOY_PEER_LIBTORRENT_PEER_H_

#include <cstdint>
#include <libtorrent/bdecode.hpp>
#include <libtorrent/bitfield.hpp>
#include <libtorrent/entry.hpp>
#include <libtorrent/extensions.hpp>
#include <libtorrent/peer_connection_handle.hpp>
#include <libtorrent/peer_request.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "peer/allowance.h"
#include "peer/libtorrent_torrent.h"
#include "peer/origin_share.h"
#include "peer/swarm_settings.h"

namespace convoy {

// One connection of a torrent: what libtorrent tells of it, and our extension
// message. Made and called by libtorrent, on the loop's thread; the torrent
// knows it from its handshake to its end.
class TorrentPeer final : public lt::peer_plugin {
 public:
  // That a peer may ask for at once; then one a second.
  static constexpr int kPaddedBlocks = 4;

  TorrentPeer(std::weak_ptr<LibtorrentTorrent> torrent,
              lt::peer_connection_handle connection)
      : torrent_(std::move(torrent)), connection_(std::move(connection)) {}

  lt::string_view type() const override;
  void add_handshake(lt::entry& handshake) override;
  bool on_handshake(lt::span<char const>) override;
  // True, whoever it is: a plugin that says no is not called any more.
  bool on_extension_handshake(const lt::bdecode_node& handshake) override;

  bool on_have(lt::piece_index_t piece) override;
  bool on_have_all() override;
  bool on_bitfield(const lt::bitfield& pieces) override;
  // A seed that finds us complete may go; before that, what looks redundant is
  // a piece that is announced and not yet asked for.
  bool can_disconnect(const lt::error_code& error) override;
  void on_disconnect(const lt::error_code&) override { Leave(); }
  ~TorrentPeer() override { Leave(); }

  bool on_request(const lt::peer_request& request) override;
  void sent_request(const lt::peer_request& request) override;
  bool on_piece(const lt::peer_request& request,
                lt::span<char const> bytes) override;
  // Of a piece that others gave as well: the guard finds out who is to blame.
  // libtorrent would ban all of them, the sooner the more right pieces they
  // gave: a peer with 8 points has -8 of them (four bits, with a sign).
  void on_piece_failed(lt::piece_index_t) override;
  void sent_payload(int bytes) override;

  bool on_extended(int length, int number, lt::span<char const> body) override;

  // What is sent to it is low effort while a background download has it.
  void Mark();
  // Dropped where the peer does not read what it was sent before.
  void Send(absl::string_view payload);

  std::uint64_t id_ = 0;   // 0: not joined.
  MachineId machine_ = 0;  // 0: no Convoy daemon.
  PeerKind kind_ = PeerKind::kLan;
  std::int64_t from_ = 0;
  std::int64_t to_ = 0;
  int number_ = 0;
  bool lied_ = false;
  // Hashes that it may tell, and pieces whose hashes it may ask for.
  std::optional<Allowance> hashes_told_;
  std::optional<Allowance> hashes_asked_;

  lt::peer_connection_handle& connection() { return connection_; }
  static std::string AddressText(const lt::tcp::endpoint& endpoint) {
    return endpoint.address().to_string();
  }

 private:
  std::shared_ptr<LibtorrentTorrent> Joined() const;
  // `message`: BitTorrent's, without its length. False: dropped, as by Send.
  bool SendMessage(absl::string_view message);
  void Leave();

  const std::weak_ptr<LibtorrentTorrent> torrent_;
  lt::peer_connection_handle connection_;
  // Last blocks with their padding: it may lose a few.
  Allowance padded_blocks_{kPaddedBlocks, 1};
};

}  // namespace convoy

#endif  // CONVOY_PEER_LIBTORRENT_PEER_H_
