#ifndef CONVOY_PEER_PEER_USES_H_
#define CONVOY_PEER_PEER_USES_H_

#include <cstdint>
#include <vector>

#include "peer/byte_range.h"
#include "peer/content_rules.h"
#include "peer/piece_layout.h"
#include "peer/swarm.h"
#include "peer/swarm_settings.h"
#include "peer/transfer_engine.h"

// What a transfer within a swarm tells of itself; pure.
namespace convoy {

// One for each kind of peers that `mode` has, LAN peers in any case where peers
// are refused. `now`: what the membership told last.
std::vector<PeerUse> PeerUsesOf(const FoundContent& found, DownloadMode mode,
                                const SwarmNews& now, Swarm* swarm);

// How many bytes of a file's ranges (empty: all of it) lie in `pieces`.
std::int64_t BytesIn(const std::vector<PieceSpan>& pieces,
                     const PieceLayout& layout,
                     const std::vector<ByteRange>& ranges);

}  // namespace convoy

#endif  // CONVOY_PEER_PEER_USES_H_
