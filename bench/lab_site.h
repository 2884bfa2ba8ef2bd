#ifndef CONVOY_BENCH_LAB_SITE_H_
#define CONVOY_BENCH_LAB_SITE_H_

#include <cstdint>
#include <string>

#include "tests/nginx.h"
#include "tests/swarm_net.h"

namespace convoy::bench {

struct LabSiteOptions {
  int machines = 8;
  std::int64_t size = 0;  // Of the file.
  int piece_length = 256 << 10;
  int origin_mbit = 100;
  // The origin has the metainfo as well, at the file's URL + ".torrent".
  bool published = true;
};

// A LAN whose machine 0 is the origin, nginx behind a slow link, with one file
// of random bytes. The others are empty: `first_machine` to `last_machine`.
class LabSite {
 public:
  explicit LabSite(const LabSiteOptions& options);

  testing::SwarmNet& net() { return net_; }
  int first_machine() const { return 1; }
  int last_machine() const { return options_.machines; }
  bool published() const { return options_.published; }
  std::int64_t size() const { return options_.size; }
  const std::string& url() const { return url_; }
  const std::string& torrent() const { return torrent_; }  // Path.
  const std::string& sha256() const { return sha256_; }

  // Where every program puts the file.
  std::string Path(int machine) const;
  void SetOriginRate(int mbit) { net_.SetRate(0, mbit); }
  // How often the origin sent the file since it began: what is on its cable,
  // less the headers; and what nginx counts as sent, which includes what was in
  // the buffers of connections that were given up.
  double CopiesOnCable() const;
  // Waits until nginx has nothing more to count. REQUIRES: the programs ended.
  double CopiesByNginx() const;
  // No crowd can be faster: the origin sends one copy, headers included.
  double BoundSeconds() const;

 private:
  const LabSiteOptions options_;
  testing::SwarmNet net_;
  testing::Nginx nginx_;
  std::string url_;
  std::string torrent_;
  std::string sha256_;
};

}  // namespace convoy::bench

#endif  // CONVOY_BENCH_LAB_SITE_H_
