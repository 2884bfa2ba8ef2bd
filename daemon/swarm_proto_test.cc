#include "daemon/swarm_proto.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "peer/contents.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

const std::string kId(20, '\xAB');
constexpr char kDigits[] = "abababababababababababababababababababab";

ContentInfo Info() {
  ContentInfo info;
  info.id = kId;
  info.name = "disk.img";
  info.source_url = "http://h/disk.img";
  info.size = 100;
  info.piece_length = 16;
  info.state = ContentState::kSeeding;
  info.available_bytes = 90;
  info.holding = ContentHolding::kReflink;
  info.local_path = "/d/disk.img";
  info.pinned = true;
  info.create_time = absl::FromUnixMillis(1500);
  info.last_use_time = absl::FromUnixSeconds(2);
  info.owner = 7;
  return info;
}

TEST(ContentSnapshotTest, ShowsAContent) {
  ContentInfo info = Info();
  ContentStats& stats = info.stats;
  stats.from_origin = 1;
  stats.from_mirrors = 2;
  stats.from_lan = 3;
  stats.from_group = 4;
  stats.from_internet = 5;
  stats.from_cache_hosts = 17;
  stats.to_lan = 6;
  stats.to_group = 7;
  stats.to_internet = 8;
  stats.http_connections = 9;
  stats.lan_connections = 10;
  stats.group_connections = 11;
  stats.internet_connections = 12;
  stats.download_duration = absl::Milliseconds(13500);
  stats.failed_bytes = 14;
  stats.redundant_bytes = 15;
  stats.wrong_bytes_addresses = 19;
  stats.false_hashes_addresses = 20;
  stats.background = true;
  stats.mode = DownloadMode::kGroup;
  EXPECT_EQ(
      ContentSnapshot(info, "the job").ShortDebugString(),
      absl::StrCat(
          "id: \"", kDigits,
          "\" name: \"disk.img\" source_url: \"http://h/disk.img\" "
          "size_bytes: 100 piece_length_bytes: 16 state: CONTENT_STATE_SEEDING "
          "available_bytes: 90 holding: CONTENT_HOLDING_REFLINK local_path: "
          "\"/d/disk.img\" pinned: true create_time { seconds: 1 nanos: "
          "500000000 } last_use_time { seconds: 2 } owner_uid: 7 stats { "
          "bytes_from_origin: 1 bytes_from_mirrors: 2 bytes_from_lan_peers: 3 "
          "bytes_from_group_peers: 4 bytes_from_internet_peers: 5 "
          "bytes_to_lan_peers: 6 bytes_to_group_peers: 7 "
          "bytes_to_internet_peers: 8 http_connection_count: 9 "
          "lan_connection_count: 10 group_connection_count: 11 "
          "internet_connection_count: 12 download_duration { seconds: 13 "
          "nanos: 500000000 } failed_bytes: 14 redundant_bytes: 15 background: "
          "true bytes_from_cache_hosts: 17 download_mode: DOWNLOAD_MODE_GROUP "
          "wrong_bytes_address_count: 19 false_hashes_address_count: 20 } "
          "job_id: \"the job\""));
}

TEST(ContentSnapshotTest, StatesAndHoldingsHaveTheirNames) {
  ContentInfo info = Info();
  info.state = ContentState::kDownloading;
  info.holding = ContentHolding::kJob;
  EXPECT_EQ(ContentSnapshot(info, "").state(), v1::CONTENT_STATE_DOWNLOADING);
  EXPECT_EQ(ContentSnapshot(info, "").holding(), v1::CONTENT_HOLDING_JOB);
  info.state = ContentState::kResting;
  info.holding = ContentHolding::kHardLink;
  EXPECT_EQ(ContentSnapshot(info, "").state(), v1::CONTENT_STATE_RESTING);
  EXPECT_EQ(ContentSnapshot(info, "").holding(), v1::CONTENT_HOLDING_HARD_LINK);
  info.holding = ContentHolding::kFinalPath;
  EXPECT_EQ(ContentSnapshot(info, "").holding(),
            v1::CONTENT_HOLDING_FINAL_PATH);
}

TEST(ContentSnapshotTest, AnEndIsShownWhereThereIsOne) {
  ContentInfo info = Info();
  EXPECT_FALSE(ContentSnapshot(info, "").has_expire_time());
  info.expire_time = absl::FromUnixSeconds(9);
  EXPECT_EQ(ContentSnapshot(info, "").expire_time().seconds(), 9);
}

TEST(ContentSnapshotTest, TextsOfOthersAreMadeUtf8) {
  ContentInfo info = Info();
  info.name = info.source_url = info.local_path = "\xFF";
  const v1::Content shown = ContentSnapshot(info, "");
  EXPECT_EQ(shown.name(), "?");
  EXPECT_EQ(shown.source_url(), "?");
  EXPECT_EQ(shown.local_path(), "?");
}

TEST(PeerSnapshotTest, ShowsAPeer) {
  PeerInfo info;
  info.content_id = kId;
  info.address = "10.0.0.1:6881";
  info.kind = PeerKind::kGroup;
  info.client = "convoy\xFF";
  info.shares_origin = true;
  info.authenticated = true;
  info.available_bytes = 1;
  info.bytes_from = 2;
  info.bytes_to = 3;
  info.rate_from = 4;
  info.rate_to = 5;
  EXPECT_EQ(PeerSnapshot(info).ShortDebugString(),
            absl::StrCat(
                "content_id: \"", kDigits,
                "\" address: \"10.0.0.1:6881\" kind: PEER_KIND_GROUP client: "
                "\"convoy?\" shares_origin: true available_bytes: 1 "
                "bytes_from: 2 bytes_to: 3 rate_from_bytes_per_second: 4 "
                "rate_to_bytes_per_second: 5 authenticated: true"));
  info.kind = PeerKind::kLan;
  EXPECT_EQ(PeerSnapshot(info).kind(), v1::PEER_KIND_LAN);
  info.kind = PeerKind::kInternet;
  EXPECT_EQ(PeerSnapshot(info).kind(), v1::PEER_KIND_INTERNET);
}

TEST(ReadContentIdTest, TakesFortyHexadecimalDigits) {
  EXPECT_EQ(*ReadContentId(kDigits, "f"), kId);
  EXPECT_EQ(*ReadContentId("ABABABABABABABABABABABABABABABABABABABAB", "f"),
            kId);
  for (const std::string& wrong :
       {std::string(), std::string(39, 'a'), std::string(41, 'a'),
        std::string(39, 'a') + "g"}) {
    const absl::Status status = ReadContentId(wrong, "f").status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << wrong;
    EXPECT_EQ(ErrorDetailOf(status).field(), "f");
  }
}

TEST(ContentPageTest, TokensLeadOnAndSizesHaveBounds) {
  v1::ListContentsRequest request;
  EXPECT_EQ(ReadContentPage(request)->size, 100);
  EXPECT_EQ(ReadContentPage(request)->after, "");
  request.set_page_size(5000);
  request.set_page_token(ContentPageToken(kId));
  EXPECT_EQ(ReadContentPage(request)->size, 1000);
  EXPECT_EQ(ReadContentPage(request)->after, kId);
}

TEST(ContentPageTest, RefusesGarbage) {
  v1::ListContentsRequest request;
  request.set_page_size(-1);
  EXPECT_EQ(ErrorDetailOf(ReadContentPage(request).status()).field(),
            "page_size");
  request.set_page_size(1);
  for (const std::string& wrong :
       {std::string("c"), std::string(kDigits), absl::StrCat("a", kDigits),
        absl::StrCat(ContentPageToken(kId), "0")}) {
    request.set_page_token(wrong);
    EXPECT_EQ(ErrorDetailOf(ReadContentPage(request).status()).field(),
              "page_token")
        << wrong;
  }
}

}  // namespace
}  // namespace convoy
