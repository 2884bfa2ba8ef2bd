#include "peer/peer_uses.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace convoy {
namespace {

PeerUse UseOf(const FoundContent& found, const SwarmNews& now, Swarm* swarm,
              PeerKind kind, DownloadMode mode, int connections) {
  PeerUse use;
  use.kind = kind;
  use.connections = connections;
  if (!found.peers_allowed) {
    use.reason = found.refused;
    use.policy = found.policy;
  } else if (!now.refused.empty()) {
    use.reason = now.refused;
    use.policy = now.policy;
  } else {
    use.reason = swarm->RefusalFor(mode, &use.policy);
  }
  if (!use.reason.empty()) {
    use.use = PeerUse::Use::kRefused;
  } else if (connections == 0) {
    use.use = PeerUse::Use::kIdle;
    use.reason =
        now.crowd > 0
            ? absl::StrCat(now.crowd, " machines are known, none is connected")
            : "no machine that has or wants it is known";
  } else {
    use.use = PeerUse::Use::kUsed;
    use.reason =
        absl::StrCat(connections, connections == 1 ? " peer, " : " peers, ",
                     now.sharing_peers, " of all share the origin, ", now.seeds,
                     " of all have the whole content");
    if (now.slow_peers) {
      absl::StrAppend(&use.reason,
                      "; they are slow, and the rest comes from the origin");
      use.policy = "swarm.background_min_bytes_per_second";
    }
  }
  return use;
}

}  // namespace

std::vector<PeerUse> PeerUsesOf(const FoundContent& found, DownloadMode mode,
                                const SwarmNews& now, Swarm* swarm) {
  const ContentStats& stats = now.stats;
  std::vector<PeerUse> all;
  if (mode >= DownloadMode::kLan || !found.peers_allowed) {
    all.push_back(UseOf(found, now, swarm, PeerKind::kLan, DownloadMode::kLan,
                        stats.lan_connections));
  }
  if (mode >= DownloadMode::kGroup) {
    all.push_back(UseOf(found, now, swarm, PeerKind::kGroup,
                        DownloadMode::kGroup, stats.group_connections));
  }
  if (mode >= DownloadMode::kInternet) {
    all.push_back(UseOf(found, now, swarm, PeerKind::kInternet,
                        DownloadMode::kInternet, stats.internet_connections));
  }
  return all;
}

std::int64_t BytesIn(const std::vector<PieceSpan>& pieces,
                     const PieceLayout& layout,
                     const std::vector<ByteRange>& ranges) {
  std::int64_t bytes = 0;
  for (const PieceSpan& span : pieces) {
    const ByteRange have = layout.RangeOf(span);
    if (ranges.empty()) bytes += have.length;
    for (const ByteRange& range : ranges) {
      const std::int64_t end =
          range.length == ByteRange::kToEnd ? layout.size() : range.end();
      bytes += std::max<std::int64_t>(
          std::min(end, have.end()) - std::max(range.offset, have.offset), 0);
    }
  }
  return bytes;
}

}  // namespace convoy
