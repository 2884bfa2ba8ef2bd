#ifndef CONVOY_BENCH_TORRENT_FILE_H_
#define CONVOY_BENCH_TORRENT_FILE_H_

#include <string>

namespace convoy::bench {

// Writes `torrent`: metainfo, version 1, of the one file `path`, whose web seed
// is `url`. Without trackers. Ends the bench if it cannot.
void WriteTorrent(const std::string& path, int piece_length,
                  const std::string& url, const std::string& torrent);

}  // namespace convoy::bench

#endif  // CONVOY_BENCH_TORRENT_FILE_H_
