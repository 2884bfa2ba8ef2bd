#include "peer/peer_uses.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace convoy {
namespace {

// "1 address is met no more: it gave wrong bytes".
void AddShunned(int addresses, const char* what, std::string* reason) {
  if (addresses == 0) return;
  absl::StrAppend(reason, "; ", addresses,
                  addresses == 1 ? " address is met no more: it "
                                 : " addresses are met no more: they ",
                  what);
}

// Addresses that are kept out, of all kinds.
std::string KeptOutText(const SwarmNews& now) {
  std::string text;
  AddShunned(now.stats.wrong_bytes_addresses, "gave wrong bytes", &text);
  AddShunned(now.stats.false_hashes_addresses, "told false hashes", &text);
  if (now.crowded_addresses > 0) {
    absl::StrAppend(&text, "; ", now.crowded_addresses,
                    now.crowded_addresses == 1
                        ? " address has all connections that one may have"
                        : " addresses have all connections that one may have");
  }
  return text;
}

void AddFull(const SwarmNews& now, PeerUse* use) {
  if (now.full_connections > 0) {
    absl::StrAppend(&use->reason, "; no more peers are met: all ",
                    now.full_connections, " connections to peers are in use");
    use->policy = "swarm.max_connections";
  }
}

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
  if (use.use != PeerUse::Use::kRefused) AddFull(now, &use);
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
  // Told once.
  const auto met = std::find_if(all.begin(), all.end(), [](const PeerUse& use) {
    return use.use != PeerUse::Use::kRefused;
  });
  if (met != all.end()) absl::StrAppend(&met->reason, KeptOutText(now));
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
