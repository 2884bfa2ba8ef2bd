#include "bench/lab_site.h"

#include <filesystem>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "bench/payload.h"
#include "bench/torrent_file.h"

namespace convoy::bench {
namespace {

constexpr char kName[] = "file";

testing::Nginx::Options OriginOn(const testing::SwarmNet& net) {
  testing::Nginx::Options options;
  options.address = net.address(0);
  options.network_namespace = net.network_namespace(0);
  options.parent_folder = net.folder(0);
  return options;
}

}  // namespace

LabSite::LabSite(const LabSiteOptions& options)
    : options_(options),
      net_(options.machines + 1),
      nginx_(OriginOn(net_)),
      url_(nginx_.Url(kName)),
      torrent_(net_.folder(0) + "/torrent") {
  SetOriginRate(options_.origin_mbit);
  const std::string path = nginx_.root() + "/" + kName;
  sha256_ = MakePayload(path, options_.size, 1);
  WriteTorrent(path, options_.piece_length, url_, torrent_);
  if (options_.published) {
    std::filesystem::copy_file(torrent_, path + ".torrent");
  }
}

std::string LabSite::Path(int machine) const {
  return net_.folder(machine) + "/" + kName;
}

double LabSite::CopiesOnCable() const {
  return static_cast<double>(net_.SentBytes(0)) / testing::kWireBytesPerByte /
         static_cast<double>(options_.size);
}

double LabSite::CopiesByNginx() const {
  // It sees the end of a connection, and then writes its log, within moments.
  constexpr absl::Duration kQuiet = absl::Milliseconds(200);
  std::int64_t counted = -1;
  for (std::int64_t now = nginx_.BodyBytesSent(); now != counted;
       now = nginx_.BodyBytesSent()) {
    counted = now;
    absl::SleepFor(kQuiet);
  }
  return static_cast<double>(counted) / static_cast<double>(options_.size);
}

double LabSite::BoundSeconds() const {
  return static_cast<double>(options_.size) * 8 * testing::kWireBytesPerByte /
         (options_.origin_mbit * 1e6);
}

}  // namespace convoy::bench
