#ifndef CONVOY_PEER_LIBTORRENT_SESSION_H_
#define CONVOY_PEER_LIBTORRENT_SESSION_H_

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "peer/group_tls.h"
#include "peer/libtorrent_disk.h"
#include "peer/libtorrent_loop.h"
#include "peer/swarm_settings.h"

namespace libtorrent {
struct peer_connection_handle;
struct session;
struct torrent_handle;
}  // namespace libtorrent

namespace convoy {

// One libtorrent session: its settings, its listening sockets, its limits, and
// what it has to say into the log.
//
// Thread: the loop's, but for the constructor and Stop.
class LibtorrentSession {
 public:
  struct Options {
    int listen_port = 6881;
    int max_connections = 400;
    // Addresses to listen on; empty: none, no peers are met.
    std::vector<std::string> addresses;
    // Announces over LSD (BEP 14) for other BitTorrent clients.
    bool local_discovery = true;
    // Not owned. Peers speak TLS; null: they do not.
    GroupTls* tls = nullptr;
  };

  struct Step {
    std::string network;  // CIDR.
    bool allowed = false;
  };

  LibtorrentSession(LibtorrentLoop* loop, LibtorrentDisk* disk,
                    const Options& options);
  ~LibtorrentSession();
  LibtorrentSession(const LibtorrentSession&) = delete;
  LibtorrentSession& operator=(const LibtorrentSession&) = delete;

  // Ends the session; its torrents must have been removed. Not on the loop.
  void Stop();

  libtorrent::session& get() { return *session_; }
  // Null: there is none.
  GroupTls* tls() const { return options_.tls; }
  // Why there can be no TLS, though there must; no peers are met then.
  const absl::Status& tls_status() const { return tls_status_; }
  // All ports it has listened at for peers with TLS.
  const std::set<int>& tls_ports() const { return tls_ports_; }
  // The TCP port that peers reach. 0: none.
  int listen_port();
  void SetAddresses(const std::vector<std::string>& addresses);
  void SetMaxConnections(int max_connections);
  // How many connections all contents together may have, if they have as many;
  // 0: there is room. `torrent`: any that is in the session.
  static int FullConnections(const libtorrent::torrent_handle& torrent);
  // Whom bytes are given to, within seconds; all give them. At first to all.
  // Peers of the LAN that were given nothing and may be now: Unchoke them.
  void SetGives(GivesTo gives);
  void SetLimits(const BandwidthLimits& limits);
  // A peer outside of the LAN, of a content that is fetched in the background
  // or not: downloads of either kind have a limit of their own.
  void Classify(const libtorrent::peer_connection_handle& peer,
                bool background);
  // Background downloads are to be marked.
  bool low_effort() const { return low_effort_; }
  // Which addresses may be peers: none, but as the last step says that has the
  // address. And which of them are of the LAN.
  void SetAllowed(const std::vector<Step>& steps,
                  const std::vector<std::string>& lan_networks);

 private:
  void DrainAlerts();
  std::string ListenInterfaces(const std::vector<std::string>& addresses) const;

  LibtorrentLoop* const loop_;
  const Options options_;
  absl::Status tls_status_;
  std::set<int> tls_ports_;
  std::unique_ptr<libtorrent::session> session_;
  // Gone: nobody reads alerts any more. On the loop.
  std::shared_ptr<char> alive_ = std::make_shared<char>();
  bool low_effort_ = false;
  std::uint32_t lan_class_ = 0;
  // All others; and in addition those that foreground or background downloads
  // have.
  std::uint32_t wide_class_ = 0;
  std::uint32_t foreground_class_ = 0;
  std::uint32_t background_class_ = 0;
};

}  // namespace convoy

#endif  // CONVOY_PEER_LIBTORRENT_SESSION_H_
