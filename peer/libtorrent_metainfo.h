#ifndef CONVOY_PEER_LIBTORRENT_METAINFO_H_
#define CONVOY_PEER_LIBTORRENT_METAINFO_H_

#include <libtorrent/torrent_info.hpp>
#include <memory>

#include "absl/status/statusor.h"
#include "peer/manifest.h"

namespace convoy {

// What libtorrent is told that a content is. A manifest of version 2 alone
// becomes one of version 1 with the same file, pieces and info-hash, of which
// peers see 20 bytes in either version; the hashes of its pieces are the first
// 20 bytes of those in the manifest. LibtorrentDisk judges the bytes, and
// answers what is expected for a piece that is right.
//
// So libtorrent holds no hash trees (0.2 to 0.4 % of the file in memory), and
// has nothing to do with messages of peers about them, which 2.0.8 does not
// check well enough.
//
// INVALID_ARGUMENT: libtorrent does not take it.
absl::StatusOr<std::shared_ptr<libtorrent::torrent_info>> TorrentInfoOf(
    const Manifest& manifest);

// The info dictionary that TorrentInfoOf made is that of the info-hash: peers
// that ask for it (BEP 9) may have it.
bool HasInfoOfPeers(const Manifest& manifest);

}  // namespace convoy

#endif  // CONVOY_PEER_LIBTORRENT_METAINFO_H_
