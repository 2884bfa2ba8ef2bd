#include "peer/libtorrent_session.h"

#include <algorithm>
#include <future>
#include <libtorrent/alert.hpp>
#include <libtorrent/alert_types.hpp>
#include <libtorrent/aux_/session_interface.hpp>
#include <libtorrent/extensions.hpp>
#include <libtorrent/extensions/ut_pex.hpp>
#include <libtorrent/fingerprint.hpp>
#include <libtorrent/ip_filter.hpp>
#include <libtorrent/peer_class.hpp>
#include <libtorrent/peer_class_type_filter.hpp>
#include <libtorrent/peer_connection.hpp>
#include <libtorrent/peer_connection_handle.hpp>
#include <libtorrent/session.hpp>
#include <libtorrent/session_params.hpp>
#include <libtorrent/settings_pack.hpp>
#include <libtorrent/torrent.hpp>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "peer/base/log.h"
#include "peer/base/version.h"

namespace convoy {
namespace {

using Settings = lt::settings_pack;

lt::settings_pack MakeSettings(const LibtorrentSession::Options& options,
                               const std::string& interfaces) {
  lt::settings_pack pack;
  pack.set_str(Settings::listen_interfaces, interfaces);
  pack.set_str(Settings::user_agent, absl::StrCat("convoy/", kVersion));
  pack.set_str(Settings::handshake_client_version,
               absl::StrCat("Convoy ", kVersion));
  pack.set_str(Settings::peer_fingerprint,
               lt::generate_fingerprint("CV", 0, 1, 0, 0));
  pack.set_bool(Settings::enable_dht, false);
  pack.set_str(Settings::dht_bootstrap_nodes, "");
  pack.set_bool(Settings::enable_upnp, false);
  pack.set_bool(Settings::enable_natpmp, false);
  pack.set_bool(Settings::enable_lsd, options.local_discovery);
  pack.set_int(Settings::local_service_announce_interval, 30);
  // uTP was five times slower on a LAN, and more redundant.
  pack.set_bool(Settings::enable_outgoing_utp, false);
  pack.set_bool(Settings::enable_incoming_utp, false);
  // Connections are marked one by one; the default is low effort.
  pack.set_int(Settings::peer_dscp, 0);
  pack.set_int(Settings::mixed_mode_algorithm, Settings::prefer_tcp);
  // RC4 is no protection; groups use TLS.
  pack.set_int(Settings::out_enc_policy, Settings::pe_disabled);
  pack.set_int(Settings::in_enc_policy, Settings::pe_enabled);

  pack.set_int(Settings::connections_limit, options.max_connections);
  pack.set_int(Settings::connection_speed, 200);
  pack.set_int(Settings::torrent_connect_boost, 100);
  pack.set_int(Settings::listen_queue_size, 512);
  pack.set_bool(Settings::allow_multiple_connections_per_ip, true);
  // A machine that comes back is found at once.
  pack.set_int(Settings::min_reconnect_time, 1);
  pack.set_int(Settings::max_failcount, 100);
  pack.set_int(Settings::peer_timeout, 60);
  pack.set_int(Settings::handshake_timeout, 5);
  pack.set_int(Settings::peer_connect_timeout, 5);
  pack.set_int(Settings::stop_tracker_timeout, 1);
  pack.set_int(Settings::unchoke_slots_limit, -1);
  pack.set_int(Settings::allowed_fast_set_size, 0);
  // Who has a piece already is not told of it.
  pack.set_bool(Settings::send_redundant_have, false);
  // Who wants a content dials those who have it; two who have it have nothing
  // to say to each other.
  pack.set_bool(Settings::seeding_outgoing_connections, false);

  // Blocks of one piece come from whoever has it: pieces are passed on sooner.
  pack.set_int(Settings::whole_pieces_threshold, 0);
  pack.set_int(Settings::request_queue_time, 1);
  pack.set_int(Settings::send_buffer_watermark, 1 << 20);
  pack.set_int(Settings::send_buffer_low_watermark, 64 << 10);
  // A tenth of a second: claims wait behind what is there.
  pack.set_int(Settings::send_buffer_watermark_factor, 10);

  pack.set_int(Settings::alert_mask,
               static_cast<int>(static_cast<std::uint32_t>(
                   lt::alert_category::error | lt::alert_category::status |
                   lt::alert_category::storage)));
  return pack;
}

// "10.1.0.0/16" as first and last address.
bool ToRange(const std::string& network, lt::address* first,
             lt::address* last) {
  const std::size_t slash = network.find('/');
  lt::error_code error;
  *first = lt::make_address(network.substr(0, slash), error);
  if (error) return false;
  int bits = 0;
  const auto mask = [&](auto bytes) {
    auto end = bytes;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      const int kept = std::clamp(bits - static_cast<int>(i) * 8, 0, 8);
      const auto low = static_cast<unsigned char>(0xff >> kept);
      bytes[i] = static_cast<unsigned char>(bytes[i] & ~low);
      end[i] = static_cast<unsigned char>(end[i] | low);
    }
    return std::make_pair(bytes, end);
  };
  const int most = first->is_v4() ? 32 : 128;
  bits = most;
  if (slash != std::string::npos &&
      !absl::SimpleAtoi(network.substr(slash + 1), &bits)) {
    return false;
  }
  bits = std::clamp(bits, 0, most);
  if (first->is_v4()) {
    const auto [low, high] = mask(first->to_v4().to_bytes());
    *first = lt::address_v4(low);
    *last = lt::address_v4(high);
  } else {
    const auto [low, high] = mask(first->to_v6().to_bytes());
    *first = lt::address_v6(low);
    *last = lt::address_v6(high);
  }
  return true;
}

void AddRule(const std::string& network, std::uint32_t flags,
             lt::ip_filter* filter) {
  lt::address first;
  lt::address last;
  if (ToRange(network, &first, &last)) filter->add_rule(first, last, flags);
}

constexpr const char* kEverything[] = {"0.0.0.0/0", "::/0"};

// libtorrent gives classes to addresses only, and to no torrent. These are
// nobody's (RFC 6666): whoever is told to be there gets the class.
constexpr char kForegroundAddress[] = "100::1";
constexpr char kBackgroundAddress[] = "100::2";

// Brings what each torrent is extended by.
class TorrentPlugin final : public lt::plugin {
 public:
  using Create = std::shared_ptr<lt::torrent_plugin> (*)(
      const lt::torrent_handle&, lt::client_data_t);

  explicit TorrentPlugin(Create create) : create_(create) {}
  std::shared_ptr<lt::torrent_plugin> new_torrent(
      const lt::torrent_handle& torrent, lt::client_data_t data) override {
    return create_(torrent, data);
  }

 private:
  const Create create_;
};

}  // namespace

LibtorrentSession::LibtorrentSession(LibtorrentLoop* loop, LibtorrentDisk* disk,
                                     const Options& options)
    : loop_(loop), options_(options) {
  // Nobody may connect before TLS is set up. Without smart_ban: it takes all
  // peers of one address for one, and PeerGuard does its work.
  lt::session_params params(
      MakeSettings(options, options.tls == nullptr
                                ? ListenInterfaces(options.addresses)
                                : ""),
      {std::make_shared<TorrentPlugin>(lt::create_ut_pex_plugin)});
  params.disk_io_constructor =
      [disk](lt::io_context&, const lt::settings_interface&, lt::counters&) {
        return disk->MakeInterface();
      };
  const auto make = [&] {
    session_ =
        std::make_unique<lt::session>(std::move(params), loop->context());
  };
  if (options.tls == nullptr) {
    make();
  } else {
    tls_status_ = options.tls->SetUpSession(make);
    if (tls_status_.ok()) SetAddresses(options.addresses);
  }
  session_->set_alert_notify([this, alive = std::weak_ptr<char>(alive_)] {
    loop_->Post([this, alive] {
      if (!alive.expired()) DrainAlerts();
    });
  });
  lan_class_ = static_cast<std::uint32_t>(session_->create_peer_class("lan"));
  wide_class_ = static_cast<std::uint32_t>(session_->create_peer_class("wide"));
  foreground_class_ =
      static_cast<std::uint32_t>(session_->create_peer_class("foreground"));
  background_class_ =
      static_cast<std::uint32_t>(session_->create_peer_class("background"));
  // No class comes with the kind of a socket.
  session_->set_peer_class_type_filter({});
}

LibtorrentSession::~LibtorrentSession() { Stop(); }

void LibtorrentSession::Stop() {
  if (session_ == nullptr) return;
  session_->set_alert_notify([] {});
  // The loop may be reading alerts.
  std::promise<void> read;
  loop_->Post([this, &read] {
    alive_.reset();
    read.set_value();
  });
  read.get_future().wait();
  // Keeps what must still be done alive; gone when the loop has run dry.
  lt::session_proxy rest = session_->abort();
  session_.reset();
  loop_->Stop();
}

int LibtorrentSession::listen_port() {
  return options_.tls == nullptr ? session_->listen_port()
                                 : session_->ssl_listen_port();
}

std::string LibtorrentSession::ListenInterfaces(
    const std::vector<std::string>& addresses) const {
  return absl::StrJoin(
      addresses, ",", [this](std::string* out, const std::string& address) {
        const bool v6 = address.find(':') != std::string::npos;
        absl::StrAppend(out, v6 ? "[" : "", address, v6 ? "]" : "", ":",
                        options_.listen_port,
                        options_.tls == nullptr ? "" : "s");
      });
}

void LibtorrentSession::SetAddresses(
    const std::vector<std::string>& addresses) {
  if (!tls_status_.ok()) return;
  lt::settings_pack pack;
  pack.set_str(Settings::listen_interfaces, ListenInterfaces(addresses));
  session_->apply_settings(std::move(pack));
}

void LibtorrentSession::SetMaxConnections(int max_connections) {
  lt::settings_pack pack;
  pack.set_int(Settings::connections_limit, max_connections);
  session_->apply_settings(std::move(pack));
}

int LibtorrentSession::FullConnections(const lt::torrent_handle& torrent) {
  const std::shared_ptr<lt::torrent> there = torrent.native_handle();
  if (there == nullptr) return 0;
  const int most =
      there->session().settings().get_int(Settings::connections_limit);
  return there->session().num_connections() >= most ? most : 0;
}

void LibtorrentSession::SetGives(GivesTo gives) {
  // Those who need no place among all who are given something.
  const lt::peer_class_t lan(lan_class_);
  lt::peer_class_info info = session_->get_peer_class(lan);
  info.ignore_unchoke_slots = gives == GivesTo::kLan;
  session_->set_peer_class(lan, info);
  lt::settings_pack pack;
  // Everybody, at once, or nobody, with the next second.
  pack.set_int(Settings::unchoke_slots_limit, gives == GivesTo::kAll ? -1 : 0);
  session_->apply_settings(std::move(pack));
}

void LibtorrentSession::SetLimits(const BandwidthLimits& limits) {
  low_effort_ = limits.low_effort_background;
  const auto set = [&](std::uint32_t number, std::int64_t download,
                       std::int64_t upload) {
    const auto rate = [](std::int64_t bytes_per_second) {
      return static_cast<int>(
          std::min<std::int64_t>(bytes_per_second, 1 << 30));
    };
    const lt::peer_class_t peer_class(number);
    lt::peer_class_info info = session_->get_peer_class(peer_class);
    info.download_limit = rate(download);
    info.upload_limit = rate(upload);
    session_->set_peer_class(peer_class, info);
  };
  set(lan_class_, limits.lan_download, limits.lan_upload);
  set(wide_class_, 0, limits.upload);
  set(foreground_class_, limits.foreground, 0);
  set(background_class_, limits.background, 0);
  const bool limited = limits.lan_download > 0 || limits.lan_upload > 0 ||
                       limits.upload > 0 || limits.foreground > 0 ||
                       limits.background > 0;
  // Connections that a limit holds up go on with the next tick.
  lt::settings_pack pack;
  pack.set_int(Settings::tick_interval, limited ? 100 : 500);
  session_->apply_settings(std::move(pack));
}

void LibtorrentSession::Classify(const lt::peer_connection_handle& peer,
                                 bool background) {
  const std::shared_ptr<lt::peer_connection> connection = peer.native_handle();
  if (connection == nullptr) return;
  const std::shared_ptr<lt::torrent> torrent =
      connection->associated_torrent().lock();
  if (torrent == nullptr) return;
  torrent->session().set_peer_classes(
      connection.get(),
      lt::make_address(background ? kBackgroundAddress : kForegroundAddress),
      lt::socket_type_t::tcp);
}

void LibtorrentSession::SetAllowed(
    const std::vector<Step>& steps,
    const std::vector<std::string>& lan_networks) {
  lt::ip_filter filter;
  lt::ip_filter classes;
  for (const char* const network : kEverything) {
    AddRule(network, lt::ip_filter::blocked, &filter);
    AddRule(network, 1U << wide_class_, &classes);
  }
  for (const Step& step : steps) {
    AddRule(step.network, step.allowed ? 0 : lt::ip_filter::blocked, &filter);
  }
  for (const std::string& network : lan_networks) {
    AddRule(network, 1U << lan_class_, &classes);
  }
  AddRule(kForegroundAddress, 1U << foreground_class_, &classes);
  AddRule(kBackgroundAddress, 1U << background_class_, &classes);
  session_->set_ip_filter(filter);
  session_->set_peer_class_filter(classes);
}

void LibtorrentSession::DrainAlerts() {
  std::vector<lt::alert*> alerts;
  session_->pop_alerts(&alerts);
  for (const lt::alert* const alert : alerts) {
    if (const auto* const listens =
            lt::alert_cast<lt::listen_succeeded_alert>(alert)) {
      if (listens->socket_type == lt::socket_type_t::tcp_ssl) {
        tls_ports_.insert(listens->port);
      }
    } else if (alert->type() == lt::listen_failed_alert::alert_type) {
      LogWarning("peers: ", alert->message());
    } else if (static_cast<std::uint32_t>(alert->category() &
                                          lt::alert_category::error) != 0) {
      LogDebug("swarm: ", alert->message());
    }
  }
}

}  // namespace convoy
