// A BitTorrent client that is libtorrent and nothing else: a rival of the swarm
// lab. Downloads one torrent, says so by making a file, and gives it to others
// until it is killed.

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <libtorrent/add_torrent_params.hpp>
#include <libtorrent/address.hpp>
#include <libtorrent/alert.hpp>
#include <libtorrent/error_code.hpp>
#include <libtorrent/load_torrent.hpp>
#include <libtorrent/session.hpp>
#include <libtorrent/session_params.hpp>
#include <libtorrent/settings_pack.hpp>
#include <libtorrent/socket.hpp>
#include <libtorrent/torrent_flags.hpp>
#include <libtorrent/torrent_handle.hpp>
#include <libtorrent/torrent_status.hpp>
#include <limits>
#include <string>
#include <vector>

namespace {

struct Flags {
  std::string torrent;
  std::string folder;
  std::string done_file;
  std::string peer;
  bool tuned = false;
  bool no_web_seed = false;
};

// What made libtorrent fastest on a LAN with one origin.
void Tune(lt::settings_pack& settings) {
  using Pack = lt::settings_pack;
  settings.set_int(Pack::mmap_file_size_cutoff,
                   std::numeric_limits<int>::max());
  settings.set_int(Pack::disk_write_mode, Pack::always_pwrite);
  settings.set_int(Pack::whole_pieces_threshold, 0);
  settings.set_int(Pack::request_queue_time, 1);
  settings.set_bool(Pack::enable_outgoing_utp, false);
  settings.set_bool(Pack::enable_incoming_utp, false);
  settings.set_int(Pack::mixed_mode_algorithm, Pack::prefer_tcp);
  settings.set_int(Pack::out_enc_policy, Pack::pe_disabled);
  settings.set_bool(Pack::close_redundant_connections, false);
  settings.set_int(Pack::min_reconnect_time, 1);
  settings.set_int(Pack::max_failcount, 100);
  settings.set_int(Pack::torrent_connect_boost, 100);
  settings.set_int(Pack::connection_speed, 200);
  settings.set_int(Pack::listen_queue_size, 512);
  settings.set_int(Pack::unchoke_slots_limit, -1);
  settings.set_int(Pack::allowed_fast_set_size, 0);
  settings.set_int(Pack::send_buffer_watermark, 3 << 20);
  settings.set_int(Pack::send_buffer_low_watermark, 1 << 20);
  settings.set_int(Pack::max_queued_disk_bytes, 16 << 20);
  settings.set_int(Pack::local_service_announce_interval, 5);
  settings.set_bool(Pack::enable_dht, false);
  settings.set_bool(Pack::enable_upnp, false);
  settings.set_bool(Pack::enable_natpmp, false);
}

int Run(const Flags& flags) {
  lt::settings_pack settings;
  // The end of the download is one: it is seen at once.
  settings.set_int(
      lt::settings_pack::alert_mask,
      static_cast<int>(static_cast<std::uint32_t>(lt::alert_category::error |
                                                  lt::alert_category::status)));
  if (flags.tuned) Tune(settings);
  lt::session session{lt::session_params(settings)};
  lt::add_torrent_params torrent = lt::load_torrent_file(flags.torrent);
  torrent.save_path = flags.folder;
  if (flags.no_web_seed) torrent.url_seeds.clear();
  if (!flags.peer.empty()) {
    constexpr std::uint16_t kPort = 6881;
    torrent.peers.emplace_back(lt::make_address(flags.peer), kPort);
  }
  if (flags.tuned) {
    torrent.flags &=
        ~(lt::torrent_flags::auto_managed | lt::torrent_flags::paused);
  }
  const lt::torrent_handle handle = session.add_torrent(torrent);
  bool done = false;
  for (;;) {
    session.wait_for_alert(std::chrono::seconds(1));
    std::vector<lt::alert*> alerts;
    session.pop_alerts(&alerts);
    if (done || !handle.status().is_finished) continue;
    std::ofstream(flags.done_file).close();
    done = true;
  }
}

}  // namespace

int main(int argc, char** argv) {
  Flags flags;
  CLI::App app("One torrent, by libtorrent");
  app.add_option("torrent", flags.torrent)->required();
  app.add_option("folder", flags.folder)->required();
  app.add_option("done_file", flags.done_file, "made when all is there")
      ->required();
  app.add_option("--peer", flags.peer, "IPv4 address, with port 6881");
  app.add_flag("--tuned", flags.tuned, "settings for a LAN");
  app.add_flag("--no-web-seed", flags.no_web_seed);
  CLI11_PARSE(app, argc, argv);
  try {
    return Run(flags);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "plain_libtorrent: %s\n", error.what());
    return 1;
  }
}
