#include "daemon/swarm_proto.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "daemon/download_policy.h"
#include "daemon/proto_time.h"
#include "peer/base/status_macros.h"
#include "peer/swarm_settings.h"
#include "proto/error_detail.h"
#include "proto/utf8.h"

namespace convoy {
namespace {

constexpr std::size_t kIdSize = 20;
constexpr int kDefaultPageSize = 100;
constexpr int kMaxPageSize = 1000;
// Tells a token from those of other lists and formats.
constexpr absl::string_view kTokenPrefix = "c";

v1::ContentState ToProto(ContentState state) {
  switch (state) {
    case ContentState::kDownloading:
      return v1::CONTENT_STATE_DOWNLOADING;
    case ContentState::kSeeding:
      return v1::CONTENT_STATE_SEEDING;
    case ContentState::kResting:
      return v1::CONTENT_STATE_RESTING;
  }
  return v1::CONTENT_STATE_UNSPECIFIED;
}

v1::ContentHolding ToProto(ContentHolding holding) {
  switch (holding) {
    case ContentHolding::kJob:
      return v1::CONTENT_HOLDING_JOB;
    case ContentHolding::kReflink:
      return v1::CONTENT_HOLDING_REFLINK;
    case ContentHolding::kHardLink:
      return v1::CONTENT_HOLDING_HARD_LINK;
    case ContentHolding::kFinalPath:
      return v1::CONTENT_HOLDING_FINAL_PATH;
  }
  return v1::CONTENT_HOLDING_UNSPECIFIED;
}

v1::PeerKind ToProto(PeerKind kind) {
  switch (kind) {
    case PeerKind::kLan:
      return v1::PEER_KIND_LAN;
    case PeerKind::kGroup:
      return v1::PEER_KIND_GROUP;
    case PeerKind::kInternet:
      return v1::PEER_KIND_INTERNET;
  }
  return v1::PEER_KIND_UNSPECIFIED;
}

void SetStats(const ContentStats& stats, v1::SwarmStats* shown) {
  shown->set_bytes_from_origin(stats.from_origin);
  shown->set_bytes_from_mirrors(stats.from_mirrors);
  shown->set_bytes_from_cache_hosts(stats.from_cache_hosts);
  shown->set_bytes_from_lan_peers(stats.from_lan);
  shown->set_bytes_from_group_peers(stats.from_group);
  shown->set_bytes_from_internet_peers(stats.from_internet);
  shown->set_bytes_to_lan_peers(stats.to_lan);
  shown->set_bytes_to_group_peers(stats.to_group);
  shown->set_bytes_to_internet_peers(stats.to_internet);
  shown->set_http_connection_count(stats.http_connections);
  shown->set_lan_connection_count(stats.lan_connections);
  shown->set_group_connection_count(stats.group_connections);
  shown->set_internet_connection_count(stats.internet_connections);
  SetDuration(stats.download_duration, shown->mutable_download_duration());
  shown->set_failed_bytes(stats.failed_bytes);
  shown->set_redundant_bytes(stats.redundant_bytes);
  shown->set_wrong_bytes_address_count(stats.wrong_bytes_addresses);
  shown->set_false_hashes_address_count(stats.false_hashes_addresses);
  shown->set_background(stats.background);
  shown->set_download_mode(ToProto(stats.mode));
}

bool IsFinite(absl::Time time) {
  return time != absl::InfiniteFuture() && time != absl::InfinitePast();
}

}  // namespace

v1::Content ContentSnapshot(const ContentInfo& info,
                            const std::string& job_id) {
  v1::Content shown;
  shown.set_id(absl::BytesToHexString(info.id));
  // Names and URLs may come from anybody's manifest.
  shown.set_name(ToUtf8(info.name));
  shown.set_source_url(ToUtf8(info.source_url));
  shown.set_size_bytes(info.size);
  shown.set_piece_length_bytes(static_cast<std::int32_t>(std::min<std::int64_t>(
      info.piece_length, std::numeric_limits<std::int32_t>::max())));
  shown.set_state(ToProto(info.state));
  shown.set_available_bytes(info.available_bytes);
  shown.set_holding(ToProto(info.holding));
  shown.set_local_path(ToUtf8(info.local_path));
  shown.set_pinned(info.pinned);
  if (IsFinite(info.create_time)) {
    SetTime(info.create_time, shown.mutable_create_time());
  }
  if (IsFinite(info.last_use_time)) {
    SetTime(info.last_use_time, shown.mutable_last_use_time());
  }
  if (IsFinite(info.expire_time)) {
    SetTime(info.expire_time, shown.mutable_expire_time());
  }
  shown.set_owner_uid(info.owner);
  SetStats(info.stats, shown.mutable_stats());
  shown.set_job_id(job_id);
  return shown;
}

v1::SwarmPeer PeerSnapshot(const PeerInfo& info) {
  v1::SwarmPeer shown;
  shown.set_content_id(absl::BytesToHexString(info.content_id));
  shown.set_address(ToUtf8(info.address));
  shown.set_kind(ToProto(info.kind));
  shown.set_client(ToUtf8(info.client));
  shown.set_shares_origin(info.shares_origin);
  shown.set_authenticated(info.authenticated);
  shown.set_available_bytes(info.available_bytes);
  shown.set_bytes_from(info.bytes_from);
  shown.set_bytes_to(info.bytes_to);
  shown.set_rate_from_bytes_per_second(info.rate_from);
  shown.set_rate_to_bytes_per_second(info.rate_to);
  return shown;
}

absl::StatusOr<std::string> ReadContentId(absl::string_view digits,
                                          absl::string_view field) {
  if (digits.empty()) {
    return InvalidField(field,
                        absl::StrCat(field, " is required: a content's id"));
  }
  if (digits.size() != 2 * kIdSize ||
      !absl::c_all_of(digits, absl::ascii_isxdigit)) {
    return InvalidField(
        field, absl::StrCat(field,
                            " is not a content's id: 40 hexadecimal digits, "
                            "such as ListContents answers"));
  }
  return absl::HexStringToBytes(digits);
}

absl::StatusOr<ContentPage> ReadContentPage(
    const v1::ListContentsRequest& request) {
  if (request.page_size() < 0) {
    return InvalidField(
        "page_size",
        absl::StrCat("page_size is negative; allowed: 1 to ", kMaxPageSize));
  }
  ContentPage page;
  page.size = request.page_size() == 0
                  ? kDefaultPageSize
                  : std::min(request.page_size(), kMaxPageSize);
  if (request.page_token().empty()) return page;
  absl::string_view digits = request.page_token();
  const bool ours = absl::ConsumePrefix(&digits, kTokenPrefix);
  absl::StatusOr<std::string> after = ReadContentId(digits, "page_token");
  if (!ours || !after.ok()) {
    return InvalidField("page_token",
                        "page_token is not a next_page_token of a response: "
                        "begin again without");
  }
  page.after = *std::move(after);
  return page;
}

std::string ContentPageToken(absl::string_view id) {
  return absl::StrCat(kTokenPrefix, absl::BytesToHexString(id));
}

}  // namespace convoy
