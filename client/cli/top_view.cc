#include "client/cli/top_view.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/format.h"
#include "client/cli/host_text.h"
#include "client/cli/json_output.h"

namespace convoy {
namespace {

constexpr int kKeyWidth = 18;
constexpr int kRateWidth = 12;
constexpr int kMaxBar = 40;
constexpr char kGreen[] = "\x1b[32m";
constexpr char kPlain[] = "\x1b[0m";

using Lines = std::vector<std::string>;

struct Source {
  const char* key;
  const char* label;
  std::int64_t (*bytes)(const v1::HostStatistics& statistics);
};

constexpr Source kSources[] = {
    {"origin", "from origins",
     [](const v1::HostStatistics& s) { return s.origin_bytes(); }},
    {"mirror", "from mirrors",
     [](const v1::HostStatistics& s) { return s.mirror_bytes(); }},
    {"cache_host", "from cache hosts",
     [](const v1::HostStatistics& s) { return s.cache_host_bytes(); }},
    {"lan", "from LAN",
     [](const v1::HostStatistics& s) { return s.lan_bytes(); }},
    {"group", "from group",
     [](const v1::HostStatistics& s) { return s.group_bytes(); }},
    {"internet", "from internet",
     [](const v1::HostStatistics& s) { return s.internet_bytes(); }},
    {"local", "from disk",
     [](const v1::HostStatistics& s) { return s.local_bytes(); }},
    {"to_lan", "to LAN",
     [](const v1::HostStatistics& s) { return s.uploaded_lan_bytes(); }},
    {"to_group", "to group",
     [](const v1::HostStatistics& s) { return s.uploaded_group_bytes(); }},
    {"to_internet", "to internet",
     [](const v1::HostStatistics& s) { return s.uploaded_internet_bytes(); }},
};

std::string Bar(std::int64_t part, std::int64_t whole, int width, bool color) {
  int full = 0;
  if (whole > 0) {
    full = static_cast<int>(static_cast<double>(part) /
                            static_cast<double>(whole) * width);
  }
  std::string filled(static_cast<std::size_t>(std::clamp(full, 0, width)), '=');
  filled.resize(static_cast<std::size_t>(width), ' ');
  return absl::StrCat("[", color ? kGreen : "", filled, color ? kPlain : "",
                      "]");
}

std::string Head(const char* key, const std::string& value, int width) {
  return Shorten(absl::StrCat(PadRight(key, kKeyWidth), value), width);
}

void AddHead(const HostSnapshot& snapshot, absl::TimeZone zone, int width,
             Lines& lines) {
  const v1::HostStatistics& statistics = snapshot.statistics;
  lines.push_back(
      Shorten(absl::StrCat("convoyd ", Printable(statistics.version()),
                           snapshot.serving ? "" : ", NOT SERVING", ", up ",
                           FormatSpan(UptimeOf(statistics)), "   ",
                           FormatMoment(snapshot.time, zone)),
              width));
  if (!statistics.config_mistakes().empty()) {
    lines.push_back(
        Head("mistake", Printable(statistics.config_mistakes(0)), width));
  }
  lines.push_back(Head("jobs", JobsText(statistics), width));
  if (snapshot.declared.has_value() && snapshot.declared->jobs_size() > 0) {
    lines.push_back(
        Head("declared jobs", DeclaredText(*snapshot.declared), width));
  }
  if (snapshot.declared.has_value() && snapshot.declared->mistakes_size() > 0) {
    lines.push_back(
        Head("mistake", Printable(snapshot.declared->mistakes(0)), width));
  }
  lines.push_back(Head("peers", PeersText(snapshot.peers), width));
}

void AddRates(const std::vector<SourceRate>& rates, const ViewStyle& style,
              Lines& lines) {
  std::int64_t fastest = 0;
  for (const SourceRate& rate : rates) {
    fastest = std::max(fastest, rate.bytes_per_second);
  }
  // The whole line: key, rate, bar with its brackets, total.
  constexpr int kTotalWidth = 10;
  const int bar =
      std::min(kMaxBar, style.width - kKeyWidth - kRateWidth - kTotalWidth - 6);
  bool any = false;
  for (const SourceRate& rate : rates) {
    if (rate.bytes == 0) continue;
    if (!std::exchange(any, true)) lines.push_back("");
    std::string line =
        absl::StrCat(PadRight(rate.label, kKeyWidth),
                     PadLeft(FormatRate(rate.bytes_per_second), kRateWidth));
    if (bar > 0) {
      absl::StrAppend(&line, "  ",
                      Bar(rate.bytes_per_second, fastest, bar, style.color),
                      "  ", PadLeft(FormatBytes(rate.bytes), kTotalWidth));
    }
    lines.push_back(bar > 0 ? line : Shorten(line, style.width));
  }
}

// The fastest first; those that stand still in the order of their ids.
std::vector<const v1::Job*> InOrder(const std::vector<v1::Job>& jobs) {
  std::vector<const v1::Job*> order;
  for (const v1::Job& job : jobs) order.push_back(&job);
  std::stable_sort(order.begin(), order.end(),
                   [](const v1::Job* a, const v1::Job* b) {
                     if (a->progress().rate_bytes_per_second() !=
                         b->progress().rate_bytes_per_second()) {
                       return a->progress().rate_bytes_per_second() >
                              b->progress().rate_bytes_per_second();
                     }
                     return a->id() < b->id();
                   });
  return order;
}

void AddJobs(const std::vector<v1::Job>& jobs, const ViewStyle& style,
             int height, Lines& lines) {
  if (jobs.empty()) return;
  lines.push_back("");
  const int room = std::max(height - static_cast<int>(lines.size()), 1);
  const bool all = static_cast<int>(jobs.size()) <= room;
  const std::size_t shown =
      all ? jobs.size() : static_cast<std::size_t>(std::max(room - 1, 0));
  const std::vector<const v1::Job*> order = InOrder(jobs);
  for (std::size_t i = 0; i < shown; ++i) {
    lines.push_back(CompactLine(*order[i], style));
  }
  if (!all) {
    lines.push_back(Shorten(
        absl::StrCat("and ", jobs.size() - shown, " more; see: convoy jobs"),
        style.width));
  }
}

}  // namespace

std::vector<SourceRate> RatesBetween(const HostSnapshot& before,
                                     const HostSnapshot& now) {
  const double seconds = absl::ToDoubleSeconds(now.time - before.time);
  std::vector<SourceRate> rates;
  for (const Source& source : kSources) {
    const std::int64_t bytes = source.bytes(now.statistics);
    const std::int64_t more = bytes - source.bytes(before.statistics);
    const bool moved = more > 0 && seconds > 0;
    rates.push_back(
        {source.key, source.label, bytes,
         moved ? static_cast<std::int64_t>(static_cast<double>(more) / seconds)
               : 0});
  }
  return rates;
}

std::vector<std::string> TopLines(const HostSnapshot& snapshot,
                                  const std::vector<SourceRate>& rates,
                                  const ViewStyle& style, int height,
                                  absl::TimeZone zone) {
  Lines lines;
  AddHead(snapshot, zone, style.width, lines);
  AddRates(rates, style, lines);
  AddJobs(snapshot.jobs, style, height, lines);
  if (static_cast<int>(lines.size()) > height) {
    lines.resize(static_cast<std::size_t>(std::max(height, 1)));
  }
  return lines;
}

std::string TopToJson(const HostSnapshot& snapshot,
                      const std::vector<SourceRate>& rates) {
  std::vector<std::string> per_second, jobs;
  for (const SourceRate& rate : rates) {
    per_second.push_back(
        absl::StrCat("\"", rate.key, "\":", rate.bytes_per_second));
  }
  for (const v1::Job& job : snapshot.jobs) jobs.push_back(ToJson(job));
  return absl::StrCat(
      "{\"time\":\"",
      absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", snapshot.time,
                       absl::UTCTimeZone()),
      "\",\"rates\":{", absl::StrJoin(per_second, ","),
      "},\"statistics\":", ToJson(snapshot.statistics), ",\"jobs\":[",
      absl::StrJoin(jobs, ","), "]",
      snapshot.declared.has_value()
          ? absl::StrCat(",\"declared_jobs\":", ToJson(*snapshot.declared))
          : "",
      "}");
}

}  // namespace convoy
