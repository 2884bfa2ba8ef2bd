#include "client/cli/format.h"

#include <locale.h>
#include <wchar.h>
#include <wctype.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace convoy {
namespace {

// The C library reads UTF-8 while one of these lives, on this thread.
class Utf8Locale {
 public:
  Utf8Locale() : old_(uselocale(Utf8())) {}
  ~Utf8Locale() { uselocale(old_); }
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;

 private:
  static locale_t Utf8() {
    static const locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return utf8;
  }
  const locale_t old_;
};

struct Glyph {
  absl::string_view bytes;
  int columns;
};

// Controls that turn the reading direction around hide what follows.
bool IsDirectionControl(wchar_t c) {
  return (c >= 0x200e && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069);
}

std::vector<Glyph> Glyphs(absl::string_view text) {
  const Utf8Locale locale;
  std::vector<Glyph> glyphs;
  while (!text.empty()) {
    wchar_t c = 0;
    mbstate_t state = {};
    const std::size_t length = mbrtowc(&c, text.data(), text.size(), &state);
    if (length == 0 || length > text.size() || !iswprint(c) ||
        IsDirectionControl(c)) {
      const bool whole = length > 0 && length <= text.size();
      glyphs.push_back({"?", 1});
      text.remove_prefix(whole ? length : 1);
      continue;
    }
    glyphs.push_back({text.substr(0, length), std::max(0, wcwidth(c))});
    text.remove_prefix(length);
  }
  return glyphs;
}

int Width(const std::vector<Glyph>& glyphs) {
  int width = 0;
  for (const Glyph& glyph : glyphs) width += glyph.columns;
  return width;
}

std::string Blanks(int count) {
  return std::string(static_cast<std::size_t>(std::max(0, count)), ' ');
}

// The words of an enum's value, without its prefix.
std::string EnumText(absl::string_view name, absl::string_view prefix) {
  name.remove_prefix(std::min(prefix.size(), name.size()));
  return absl::StrReplaceAll(absl::AsciiStrToLower(name), {{"_", " "}});
}

using Sources = std::vector<std::pair<const char*, std::int64_t>>;

// Those that bytes came from.
Sources UsedSources(const v1::SourceBytes& bytes) {
  Sources all = {{"origin", bytes.origin_bytes()},
                 {"mirrors", bytes.mirror_bytes()},
                 {"cache hosts", bytes.cache_host_bytes()},
                 {"local files", bytes.local_bytes()},
                 {"LAN", bytes.lan_bytes()},
                 {"group", bytes.group_bytes()},
                 {"internet", bytes.internet_bytes()}};
  all.erase(std::remove_if(all.begin(), all.end(),
                           [](const auto& one) { return one.second <= 0; }),
            all.end());
  return all;
}

}  // namespace

std::string FormatBytes(std::int64_t bytes) {
  static constexpr std::array<const char*, 7> kUnits = {
      "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (bytes < 1024) return absl::StrCat(bytes, " B");
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  // More would be shown as "1024".
  while (value >= 1023.5 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  if (value < 9.995) return absl::StrFormat("%.2f %s", value, kUnits[unit]);
  if (value < 99.95) return absl::StrFormat("%.1f %s", value, kUnits[unit]);
  return absl::StrFormat("%.0f %s", value, kUnits[unit]);
}

std::string FormatRate(std::int64_t bytes_per_second) {
  return absl::StrCat(FormatBytes(bytes_per_second), "/s");
}

std::string FormatSpan(absl::Duration span) {
  if (span == absl::InfiniteDuration()) return "forever";
  const std::int64_t seconds = std::max<std::int64_t>(
      0, absl::ToInt64Seconds(absl::Ceil(span, absl::Seconds(1))));
  if (seconds < 60) return absl::StrFormat("%ds", seconds);
  if (seconds < 3600) {
    return absl::StrFormat("%dm %02ds", seconds / 60, seconds % 60);
  }
  if (seconds < 86400) {
    return absl::StrFormat("%dh %02dm", seconds / 3600, seconds / 60 % 60);
  }
  return absl::StrFormat("%dd %02dh", seconds / 86400, seconds / 3600 % 24);
}

std::optional<absl::Duration> ParseSpan(absl::string_view text) {
  const std::vector<absl::string_view> parts =
      absl::StrSplit(text, ' ', absl::SkipEmpty());
  if (parts.empty()) return std::nullopt;
  absl::Duration sum;
  for (absl::string_view part : parts) {
    const std::size_t d = part.find('d');
    if (d != absl::string_view::npos) {
      std::uint32_t days = 0;
      if (!absl::SimpleAtoi(part.substr(0, d), &days)) return std::nullopt;
      sum += days * absl::Hours(24);
      part.remove_prefix(d + 1);
      if (part.empty()) continue;
      if (!absl::ascii_isdigit(static_cast<unsigned char>(part.front()))) {
        return std::nullopt;
      }
    }
    absl::Duration rest;
    if (!absl::ParseDuration(part, &rest) || rest < absl::ZeroDuration()) {
      return std::nullopt;
    }
    sum += rest;
  }
  if (sum == absl::InfiniteDuration()) return std::nullopt;
  return sum;
}

std::string FormatMoment(absl::Time time, absl::TimeZone zone) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S", time, zone);
}

std::string FormatPercent(std::int64_t part, std::int64_t total) {
  if (total <= 0) return "?";
  if (part >= total) return "100%";
  const double percent =
      100.0 * static_cast<double>(part) / static_cast<double>(total);
  return absl::StrCat(std::min(99, static_cast<int>(percent)), "%");
}

std::string StateText(v1::JobState state) {
  return EnumText(v1::JobState_Name(state), "JOB_STATE_");
}

std::string StateFlag(v1::JobState state) {
  return absl::StrReplaceAll(StateText(state), {{" ", "-"}});
}

std::vector<v1::JobState> AllStates() {
  std::vector<v1::JobState> states;
  for (int state = v1::JobState_MIN + 1; state <= v1::JobState_MAX; ++state) {
    states.push_back(static_cast<v1::JobState>(state));
  }
  return states;
}

std::string PriorityText(v1::JobPriority priority) {
  return EnumText(v1::JobPriority_Name(priority), "JOB_PRIORITY_");
}

std::string SourcesText(const v1::SourceBytes& bytes) {
  const Sources used = UsedSources(bytes);
  if (used.empty()) return "";
  if (used.size() == 1) return used.front().first;
  std::int64_t total = 0;
  std::size_t largest = 0;
  for (std::size_t i = 0; i < used.size(); ++i) {
    total += used[i].second;
    if (used[i].second > used[largest].second) largest = i;
  }
  // What rounding takes from all, the largest part gets: it is 100% together.
  std::vector<int> percents;
  int left = 100;
  for (const auto& [name, count] : used) {
    percents.push_back(static_cast<int>(100.0 * static_cast<double>(count) /
                                        static_cast<double>(total)));
    left -= percents.back();
  }
  percents[largest] += left;
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < used.size(); ++i) {
    parts.push_back(absl::StrCat(used[i].first, " ", percents[i], "%"));
  }
  return absl::StrJoin(parts, ", ");
}

std::string AmountsText(const v1::SourceBytes& bytes) {
  std::vector<std::string> parts;
  for (const auto& [name, count] : UsedSources(bytes)) {
    parts.push_back(absl::StrCat(name, " ", FormatBytes(count)));
  }
  return absl::StrJoin(parts, ", ");
}

std::string ShortId(absl::string_view job_id) {
  return Printable(job_id.substr(0, 8));
}

std::string Printable(absl::string_view text) {
  std::string printable;
  for (const Glyph& glyph : Glyphs(text)) {
    absl::StrAppend(&printable, glyph.bytes);
  }
  return printable;
}

int DisplayWidth(absl::string_view text) { return Width(Glyphs(text)); }

std::string Shorten(absl::string_view text, int width) {
  const std::vector<Glyph> glyphs = Glyphs(text);
  if (Width(glyphs) <= width) return Printable(text);
  const std::string dots(static_cast<std::size_t>(std::clamp(width, 0, 3)),
                         '.');
  const int left = (width - 3 + 1) / 2;
  const int right = width - 3 - left;
  std::string head;
  std::size_t next = 0;
  for (int used = 0; next < glyphs.size(); ++next) {
    used += glyphs[next].columns;
    if (used > left) break;
    absl::StrAppend(&head, glyphs[next].bytes);
  }
  std::size_t tail = glyphs.size();
  for (int used = 0; tail > next; --tail) {
    used += glyphs[tail - 1].columns;
    if (used > right) break;
  }
  absl::StrAppend(&head, dots);
  for (; tail < glyphs.size(); ++tail) {
    absl::StrAppend(&head, glyphs[tail].bytes);
  }
  return head;
}

std::string PadRight(std::string text, int width) {
  return text.append(Blanks(width - DisplayWidth(text)));
}

std::string PadLeft(absl::string_view text, int width) {
  return absl::StrCat(Blanks(width - DisplayWidth(text)), text);
}

}  // namespace convoy
