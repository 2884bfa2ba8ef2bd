#include "client/cli/swarm_text.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "absl/strings/str_join.h"
#include "absl/time/time.h"

namespace convoy {
namespace {

constexpr std::int64_t kMiB = 1 << 20;
const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

v1::Content SomeContent() {
  v1::Content content;
  content.set_id("1a2b3c4d00000000000000000000000000000000");
  content.set_name("disk.img\x1b");
  content.set_source_url("http://o.test/disk.img");
  content.set_size_bytes(256 * kMiB);
  content.set_piece_length_bytes(256 << 10);
  content.set_state(v1::CONTENT_STATE_SEEDING);
  content.set_available_bytes(64 * kMiB);
  content.set_holding(v1::CONTENT_HOLDING_REFLINK);
  content.set_local_path("/srv/disk.img");
  content.mutable_create_time()->set_seconds(1'700'000'000);
  content.mutable_expire_time()->set_seconds(1'700'003'600);
  content.set_owner_uid(1000);
  v1::SwarmStats& stats = *content.mutable_stats();
  stats.set_bytes_from_origin(32 * kMiB);
  stats.set_bytes_from_lan_peers(224 * kMiB);
  stats.set_bytes_to_lan_peers(512 * kMiB);
  stats.set_lan_connection_count(3);
  return content;
}

std::string Row(const v1::Content& content) {
  return absl::StrJoin(ContentRow(content, kNow), "|");
}

TEST(SwarmTextTest, AContentInAList) {
  v1::Content content = SomeContent();
  EXPECT_EQ(absl::StrJoin(ContentHeads(), "|"),
            "ID|STATE|SIZE|HERE|SENT|GOES|NAME");
  EXPECT_EQ(Row(content),
            "1a2b3c4d|seeding|256 MiB|25%|512 MiB|in 1h 00m|disk.img?");
  content.clear_expire_time();
  content.set_state(v1::CONTENT_STATE_DOWNLOADING);
  EXPECT_EQ(Row(content),
            "1a2b3c4d|downloading|256 MiB|25%|512 MiB|-|disk.img?");
  content.set_pinned(true);
  EXPECT_EQ(Row(content),
            "1a2b3c4d|downloading|256 MiB|25%|512 MiB|pinned|disk.img?");
}

TEST(SwarmTextTest, AContentInFull) {
  v1::Content content = SomeContent();
  EXPECT_EQ(absl::StrJoin(ContentLines(content, absl::UTCTimeZone()), "\n"),
            "content:        1a2b3c4d00000000000000000000000000000000\n"
            "name:           disk.img?\n"
            "state:          seeding\n"
            "url:            http://o.test/disk.img\n"
            "path:           /srv/disk.img\n"
            "held by:        a copy that shares its blocks with the file\n"
            "size:           256 MiB\n"
            "here:           64.0 MiB (25%)\n"
            "piece length:   256 KiB\n"
            "owner:          uid 1000\n"
            "since:          2023-11-14 22:13:20\n"
            "goes:           2023-11-14 23:13:20\n"
            "received from:  origin 32.0 MiB, LAN 224 MiB\n"
            "sent to:        LAN 512 MiB\n"
            "connections:    3 LAN");
}

TEST(SwarmTextTest, WhoIsMetNoMore) {
  v1::Content content = SomeContent();
  content.mutable_stats()->set_wrong_bytes_address_count(2);
  EXPECT_EQ(ContentLines(content, absl::UTCTimeZone()).back(),
            "met no more:    2 for wrong bytes");
  content.mutable_stats()->set_false_hashes_address_count(1);
  EXPECT_EQ(ContentLines(content, absl::UTCTimeZone()).back(),
            "met no more:    2 for wrong bytes, 1 for false hashes");
}

TEST(SwarmTextTest, APeer) {
  v1::SwarmPeer peer;
  peer.set_content_id("1a2b3c4d00000000000000000000000000000000");
  peer.set_address("10.0.0.1:6881");
  peer.set_kind(v1::PEER_KIND_LAN);
  peer.set_client("Transmission\x1b");
  peer.set_available_bytes(kMiB);
  peer.set_bytes_from(2 * kMiB);
  peer.set_rate_from_bytes_per_second(kMiB);
  EXPECT_EQ(PeerHeads().size(), PeerRow(peer).size());
  EXPECT_EQ(absl::StrJoin(PeerRow(peer), "|"),
            "1a2b3c4d|LAN|1.00 MiB|2.00 MiB|1.00 MiB/s|0 B|0 "
            "B/s|10.0.0.1:6881|Transmission?");
  peer.set_kind(v1::PEER_KIND_GROUP);
  peer.set_client("convoy");
  peer.set_shares_origin(true);
  peer.set_authenticated(true);
  EXPECT_EQ(PeerRow(peer)[1], "group");
  EXPECT_EQ(PeerRow(peer).back(), "convoy, shares the origin, of the group");
}

}  // namespace
}  // namespace convoy
