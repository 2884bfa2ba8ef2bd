#include "client/cli/host_text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "client/cli/format.h"
#include "client/cli/json_output.h"

namespace convoy {
namespace {

constexpr int kKeyWidth = 18;

using Lines = std::vector<std::string>;

std::string Line(const std::string& key, const std::string& value) {
  return absl::StrCat(PadRight(key + ":", kKeyWidth), Printable(value));
}

std::string JoinOrNone(const std::vector<std::string>& parts) {
  return parts.empty() ? "none" : absl::StrJoin(parts, ", ");
}

// "LAN 1.20 GiB, group 3.00 MiB"; "0 B".
std::string BytesOfPeers(std::int64_t lan, std::int64_t group,
                         std::int64_t internet) {
  v1::SourceBytes bytes;
  bytes.set_lan_bytes(lan);
  bytes.set_group_bytes(group);
  bytes.set_internet_bytes(internet);
  const std::string text = AmountsText(bytes);
  return text.empty() ? FormatBytes(0) : text;
}

// Addresses of peers, by where they are.
std::map<v1::PeerKind, std::set<std::string>> Machines(
    const std::vector<v1::SwarmPeer>& peers) {
  std::map<v1::PeerKind, std::set<std::string>> machines;
  for (const v1::SwarmPeer& peer : peers) {
    machines[peer.kind()].insert(
        peer.address().substr(0, peer.address().rfind(':')));
  }
  return machines;
}

constexpr std::array<std::pair<v1::PeerKind, const char*>, 3> kNetworks = {
    {{v1::PEER_KIND_LAN, "LAN"},
     {v1::PEER_KIND_GROUP, "group"},
     {v1::PEER_KIND_INTERNET, "internet"}}};

std::string PhaseText(v1::DeclaredJob::Phase phase) {
  return absl::StrReplaceAll(absl::AsciiStrToLower(absl::StripPrefix(
                                 v1::DeclaredJob::Phase_Name(phase), "PHASE_")),
                             {{"_", " "}});
}

void AddBytes(const v1::HostStatistics& statistics, Lines& lines) {
  lines.push_back(Line("from origins", FormatBytes(statistics.origin_bytes())));
  lines.push_back(Line("from mirrors", FormatBytes(statistics.mirror_bytes())));
  if (statistics.cache_host_bytes() > 0) {
    lines.push_back(
        Line("from cache hosts", FormatBytes(statistics.cache_host_bytes())));
  }
  lines.push_back(Line("from disk", FormatBytes(statistics.local_bytes())));
  lines.push_back(
      Line("from peers",
           BytesOfPeers(statistics.lan_bytes(), statistics.group_bytes(),
                        statistics.internet_bytes())));
  lines.push_back(
      Line("to peers", BytesOfPeers(statistics.uploaded_lan_bytes(),
                                    statistics.uploaded_group_bytes(),
                                    statistics.uploaded_internet_bytes())));
}

void AddMonth(const v1::MonthStatistics& month, Lines& lines) {
  v1::SourceBytes from;
  from.set_origin_bytes(month.origin_bytes());
  from.set_mirror_bytes(month.mirror_bytes());
  from.set_cache_host_bytes(month.cache_host_bytes());
  from.set_lan_bytes(month.lan_bytes());
  from.set_group_bytes(month.group_bytes());
  from.set_internet_bytes(month.internet_bytes());
  const std::string text = AmountsText(from);
  lines.push_back(
      Line("this month", text.empty() ? FormatBytes(0) : "from " + text));
  lines.push_back(absl::StrCat(
      PadRight("", kKeyWidth), "to peers ",
      BytesOfPeers(month.uploaded_lan_bytes(), month.uploaded_group_bytes(),
                   month.uploaded_internet_bytes())));
}

void AddConfiguration(const v1::HostStatistics& statistics, Lines& lines) {
  if (!statistics.config_mistakes().empty()) {
    lines.push_back(Line("configuration",
                         "its files have mistakes, and what they said before "
                         "is in force"));
  }
  for (const std::string& mistake : statistics.config_mistakes()) {
    lines.push_back(Line("mistake", mistake));
  }
  for (const std::string& key : statistics.config_keys_for_restart()) {
    lines.push_back(
        Line("restart needed", absl::StrCat("for the new value of ", key)));
  }
}

void AddDeclared(const v1::ListDeclaredJobsResponse& declared, Lines& lines) {
  if (declared.jobs().empty() && declared.mistakes().empty()) return;
  lines.push_back(Line("declared jobs", DeclaredText(declared)));
  for (const v1::DeclaredJob& job : declared.jobs()) {
    if (job.phase() != v1::DeclaredJob::PHASE_FAILED) continue;
    lines.push_back(
        Line("failed", absl::StrCat(job.name(), ": ", job.message())));
  }
  for (const std::string& mistake : declared.mistakes()) {
    lines.push_back(Line("mistake", mistake));
  }
}

}  // namespace

std::string JobsText(const v1::HostStatistics& statistics) {
  std::vector<std::string> parts;
  for (const v1::JobState state : AllStates()) {
    const auto found =
        statistics.jobs_by_state().find(v1::JobState_Name(state));
    if (found != statistics.jobs_by_state().end() && found->second > 0) {
      parts.push_back(absl::StrCat(found->second, " ", StateText(state)));
    }
  }
  return JoinOrNone(parts);
}

std::string DeclaredText(const v1::ListDeclaredJobsResponse& declared) {
  std::map<int, int> phases;
  for (const v1::DeclaredJob& job : declared.jobs()) ++phases[job.phase()];
  std::vector<std::string> parts;
  for (const auto& [phase, count] : phases) {
    parts.push_back(absl::StrCat(
        count, " ", PhaseText(static_cast<v1::DeclaredJob::Phase>(phase))));
  }
  return JoinOrNone(parts);
}

std::string PeersText(const std::vector<v1::SwarmPeer>& peers) {
  const auto machines = Machines(peers);
  std::vector<std::string> parts;
  for (const auto& [kind, name] : kNetworks) {
    const auto found = machines.find(kind);
    if (found == machines.end()) continue;
    parts.push_back(absl::StrCat(found->second.size(), " ", name));
  }
  return JoinOrNone(parts);
}

absl::Duration UptimeOf(const v1::HostStatistics& statistics) {
  return absl::Seconds(statistics.uptime().seconds()) +
         absl::Nanoseconds(statistics.uptime().nanos());
}

std::vector<std::string> StatusLines(const HostSnapshot& snapshot) {
  const v1::HostStatistics& statistics = snapshot.statistics;
  Lines lines = {
      Line("daemon", absl::StrCat(snapshot.serving ? "serving" : "not serving",
                                  ", version ", statistics.version())),
      Line("up for", FormatSpan(UptimeOf(statistics)))};
  AddConfiguration(statistics, lines);
  lines.push_back(Line("jobs", JobsText(statistics)));
  lines.push_back(
      Line("running", absl::StrCat(statistics.running_jobs(), " jobs, ",
                                   statistics.running_files(), " files, ",
                                   FormatRate(RateOf(snapshot)))));
  lines.push_back(Line("watchers", absl::StrCat(statistics.watchers())));
  if (snapshot.declared.has_value()) AddDeclared(*snapshot.declared, lines);
  AddBytes(statistics, lines);
  if (statistics.has_month()) AddMonth(statistics.month(), lines);
  lines.push_back(Line("peers", PeersText(snapshot.peers)));
  if (snapshot.cache.has_value()) {
    lines.push_back(
        Line("cache", absl::StrCat(snapshot.cache->contents, " contents, ",
                                   FormatBytes(snapshot.cache->bytes))));
  }
  lines.push_back(
      Line("done", absl::StrCat(statistics.files_transferred(), " files, ",
                                statistics.jobs_completed(), " jobs")));
  lines.push_back(
      Line("memory", FormatBytes(statistics.resident_memory_bytes())));
  const std::map<std::string, std::int64_t> failures(
      statistics.failures_by_reason().begin(),
      statistics.failures_by_reason().end());
  for (const auto& [reason, count] : failures) {
    lines.push_back(Line("failures", absl::StrCat(count, " ", reason)));
  }
  return lines;
}

std::vector<std::string> SelfTestLines(const v1::RunSelfTestResponse& result) {
  std::vector<std::string> lines;
  for (const v1::SelfTestCheck& check : result.checks()) {
    lines.push_back(absl::StrCat(check.passed() ? "ok      " : "FAILED  ",
                                 Printable(check.name()), ": ",
                                 Printable(check.message())));
  }
  lines.push_back(result.passed() ? "self test passed" : "self test FAILED");
  return lines;
}

std::string StatusToJson(const HostSnapshot& snapshot) {
  std::string json =
      absl::StrCat("{\"serving\":", snapshot.serving ? "true" : "false",
                   ",\"statistics\":", ToJson(snapshot.statistics),
                   ",\"rate_bytes_per_second\":", RateOf(snapshot));
  if (snapshot.declared.has_value()) {
    absl::StrAppend(&json, ",\"declared_jobs\":", ToJson(*snapshot.declared));
  }
  const auto machines = Machines(snapshot.peers);
  std::vector<std::string> peers;
  for (const auto& [kind, name] : kNetworks) {
    const auto found = machines.find(kind);
    peers.push_back(absl::StrCat(
        "\"", absl::AsciiStrToLower(name),
        "\":", found == machines.end() ? 0 : found->second.size()));
  }
  absl::StrAppend(&json, ",\"peers\":{", absl::StrJoin(peers, ","), "}");
  if (snapshot.cache.has_value()) {
    absl::StrAppend(&json,
                    ",\"cache\":{\"contents\":", snapshot.cache->contents,
                    ",\"bytes\":", snapshot.cache->bytes, "}");
  }
  return json + "}";
}

}  // namespace convoy
