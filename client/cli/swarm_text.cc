#include "client/cli/swarm_text.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "client/cli/format.h"
#include "convoy/v1/job.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace convoy {
namespace {

constexpr int kKeyWidth = 16;

std::string Words(absl::string_view name, absl::string_view prefix) {
  return absl::StrReplaceAll(
      absl::AsciiStrToLower(name.substr(std::min(prefix.size(), name.size()))),
      {{"_", " "}});
}

std::string KindText(v1::PeerKind kind) {
  return kind == v1::PEER_KIND_LAN
             ? "LAN"
             : Words(v1::PeerKind_Name(kind), "PEER_KIND_");
}

std::string HoldingText(v1::ContentHolding holding) {
  switch (holding) {
    case v1::CONTENT_HOLDING_JOB:
      return "a job's temporary file";
    case v1::CONTENT_HOLDING_REFLINK:
      return "a copy that shares its blocks with the file";
    case v1::CONTENT_HOLDING_HARD_LINK:
      return "another name of the file";
    case v1::CONTENT_HOLDING_FINAL_PATH:
      return "the file itself";
    default:
      return "";
  }
}

absl::Time TimeFrom(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) +
         absl::Nanoseconds(time.nanos());
}

// When it goes.
std::string EndText(const v1::Content& content, absl::Time now) {
  if (content.pinned()) return "pinned";
  if (!content.has_expire_time()) return "-";
  return absl::StrCat("in ", FormatSpan(TimeFrom(content.expire_time()) - now));
}

std::int64_t SentBytes(const v1::SwarmStats& stats) {
  return stats.bytes_to_lan_peers() + stats.bytes_to_group_peers() +
         stats.bytes_to_internet_peers();
}

v1::SourceBytes Received(const v1::SwarmStats& stats) {
  v1::SourceBytes bytes;
  bytes.set_origin_bytes(stats.bytes_from_origin());
  bytes.set_mirror_bytes(stats.bytes_from_mirrors());
  bytes.set_cache_host_bytes(stats.bytes_from_cache_hosts());
  bytes.set_lan_bytes(stats.bytes_from_lan_peers());
  bytes.set_group_bytes(stats.bytes_from_group_peers());
  bytes.set_internet_bytes(stats.bytes_from_internet_peers());
  return bytes;
}

v1::SourceBytes Sent(const v1::SwarmStats& stats) {
  v1::SourceBytes bytes;
  bytes.set_lan_bytes(stats.bytes_to_lan_peers());
  bytes.set_group_bytes(stats.bytes_to_group_peers());
  bytes.set_internet_bytes(stats.bytes_to_internet_peers());
  return bytes;
}

std::string ConnectionsText(const v1::SwarmStats& stats) {
  const std::pair<const char*, int> all[] = {
      {"HTTP", stats.http_connection_count()},
      {"LAN", stats.lan_connection_count()},
      {"group", stats.group_connection_count()},
      {"internet", stats.internet_connection_count()}};
  std::vector<std::string> parts;
  for (const auto& [name, count] : all) {
    if (count > 0) parts.push_back(absl::StrCat(count, " ", name));
  }
  return absl::StrJoin(parts, ", ");
}

std::string ShunnedText(const v1::SwarmStats& stats) {
  std::vector<std::string> parts;
  if (const int wrong = stats.wrong_bytes_address_count(); wrong > 0) {
    parts.push_back(absl::StrCat(wrong, " for wrong bytes"));
  }
  if (const int lied = stats.false_hashes_address_count(); lied > 0) {
    parts.push_back(absl::StrCat(lied, " for false hashes"));
  }
  return absl::StrJoin(parts, ", ");
}

// Adds "key:   value", unless the value is empty.
void Add(std::vector<std::string>& lines, const std::string& key,
         const std::string& value) {
  if (value.empty()) return;
  lines.push_back(
      absl::StrCat(PadRight(key + ":", kKeyWidth), Printable(value)));
}

void AddMoment(std::vector<std::string>& lines, const std::string& key,
               bool known, const google::protobuf::Timestamp& time,
               absl::TimeZone zone) {
  if (known) Add(lines, key, FormatMoment(TimeFrom(time), zone));
}

void AddStats(std::vector<std::string>& lines, const v1::SwarmStats& stats) {
  Add(lines, "received from", AmountsText(Received(stats)));
  Add(lines, "sent to", AmountsText(Sent(stats)));
  Add(lines, "connections", ConnectionsText(stats));
  if (stats.failed_bytes() > 0) {
    Add(lines, "wrong", FormatBytes(stats.failed_bytes()));
  }
  if (stats.redundant_bytes() > 0) {
    Add(lines, "received twice", FormatBytes(stats.redundant_bytes()));
  }
  Add(lines, "met no more", ShunnedText(stats));
}

}  // namespace

std::string ContentStateText(v1::ContentState state) {
  return Words(v1::ContentState_Name(state), "CONTENT_STATE_");
}

std::vector<std::string> ContentHeads() {
  return {"ID", "STATE", "SIZE", "HERE", "SENT", "GOES", "NAME"};
}

std::vector<std::string> ContentRow(const v1::Content& content,
                                    absl::Time now) {
  return {ShortId(content.id()),
          ContentStateText(content.state()),
          FormatBytes(content.size_bytes()),
          FormatPercent(content.available_bytes(), content.size_bytes()),
          FormatBytes(SentBytes(content.stats())),
          EndText(content, now),
          Printable(content.name())};
}

std::vector<std::string> PeerHeads() {
  return {"CONTENT", "KIND", "HAS",     "RECEIVED", "AT",
          "SENT",    "AT",   "ADDRESS", "CLIENT"};
}

std::vector<std::string> PeerRow(const v1::SwarmPeer& peer) {
  return {ShortId(peer.content_id()),
          KindText(peer.kind()),
          FormatBytes(peer.available_bytes()),
          FormatBytes(peer.bytes_from()),
          FormatRate(peer.rate_from_bytes_per_second()),
          FormatBytes(peer.bytes_to()),
          FormatRate(peer.rate_to_bytes_per_second()),
          Printable(peer.address()),
          absl::StrCat(Printable(peer.client()),
                       peer.shares_origin() ? ", shares the origin" : "",
                       peer.authenticated() ? ", of the group" : "")};
}

std::vector<std::string> ContentLines(const v1::Content& content,
                                      absl::TimeZone zone) {
  std::vector<std::string> lines;
  Add(lines, "content", content.id());
  Add(lines, "name", content.name());
  Add(lines, "state", ContentStateText(content.state()));
  Add(lines, "job", content.job_id());
  Add(lines, "url", content.source_url());
  Add(lines, "path", content.local_path());
  Add(lines, "held by", HoldingText(content.holding()));
  Add(lines, "size", FormatBytes(content.size_bytes()));
  Add(lines, "here",
      absl::StrCat(
          FormatBytes(content.available_bytes()), " (",
          FormatPercent(content.available_bytes(), content.size_bytes()), ")"));
  Add(lines, "piece length", FormatBytes(content.piece_length_bytes()));
  Add(lines, "pinned", content.pinned() ? "yes" : "");
  Add(lines, "owner", absl::StrCat("uid ", content.owner_uid()));
  AddMoment(lines, "since", content.has_create_time(), content.create_time(),
            zone);
  AddMoment(lines, "last used", content.has_last_use_time(),
            content.last_use_time(), zone);
  AddMoment(lines, "goes", content.has_expire_time(), content.expire_time(),
            zone);
  AddStats(lines, content.stats());
  return lines;
}

}  // namespace convoy
