#include "peer/http_headers.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace convoy {
namespace {

// Sums of two never overflow.
constexpr std::int64_t kMaxBytes = std::int64_t{1} << 62;
constexpr absl::Duration kMaxRetryAfter = absl::Hours(24 * 365);

constexpr std::array<absl::string_view, 12> kMonths = {
    "Jan", "Feb", "Mar", "Apr", "May", "Jun",
    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

bool IsDigits(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
}

// A blank or tab is allowed in a header's value, other control characters are
// not.
bool IsFieldText(absl::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    return c != '\t' && absl::ascii_iscntrl(static_cast<unsigned char>(c));
  });
}

absl::string_view WithoutLineEnd(absl::string_view line) {
  if (!absl::ConsumeSuffix(&line, "\r\n")) absl::ConsumeSuffix(&line, "\n");
  return line;
}

// Takes digits off the front of `text`: as many as `width`, which is at most 4.
std::optional<int> TakeNumber(absl::string_view* text, std::size_t width) {
  int number = 0;
  if (text->size() < width || !IsDigits(text->substr(0, width)) ||
      !absl::SimpleAtoi(text->substr(0, width), &number)) {
    return std::nullopt;
  }
  text->remove_prefix(width);
  return number;
}

std::optional<int> TakeMonth(absl::string_view* text) {
  for (std::size_t i = 0; i < kMonths.size(); ++i) {
    if (absl::ConsumePrefix(text, kMonths[i])) return static_cast<int>(i) + 1;
  }
  return std::nullopt;
}

// "08:49:37". A leap second counts as the second after it.
std::optional<absl::Duration> TakeTimeOfDay(absl::string_view* text) {
  const std::optional<int> hour = TakeNumber(text, 2);
  if (!hour || *hour > 23 || !absl::ConsumePrefix(text, ":"))
    return std::nullopt;
  const std::optional<int> minute = TakeNumber(text, 2);
  if (!minute || *minute > 59 || !absl::ConsumePrefix(text, ":")) {
    return std::nullopt;
  }
  const std::optional<int> second = TakeNumber(text, 2);
  if (!second || *second > 60) return std::nullopt;
  return absl::Hours(*hour) + absl::Minutes(*minute) + absl::Seconds(*second);
}

std::optional<absl::Time> MakeTime(int year, int month, int day,
                                   absl::Duration time_of_day) {
  const absl::CivilDay civil(year, month, day);
  if (civil.month() != month || civil.day() != day) return std::nullopt;
  return absl::FromCivil(civil, absl::UTCTimeZone()) + time_of_day;
}

// "06 Nov 1994 08:49:37 GMT", or with `separator` '-' and two digits of the
// year "06-Nov-94 08:49:37 GMT".
std::optional<absl::Time> ParseDayMonthYear(absl::string_view text,
                                            absl::string_view separator,
                                            std::size_t year_width) {
  const std::optional<int> day = TakeNumber(&text, 2);
  if (!day || !absl::ConsumePrefix(&text, separator)) return std::nullopt;
  const std::optional<int> month = TakeMonth(&text);
  if (!month || !absl::ConsumePrefix(&text, separator)) return std::nullopt;
  std::optional<int> year = TakeNumber(&text, year_width);
  if (!year || !absl::ConsumePrefix(&text, " ")) return std::nullopt;
  // RFC 9110 wants the past for two digits that seem over 50 years ahead.
  if (year_width == 2) *year += *year < 70 ? 2000 : 1900;
  const std::optional<absl::Duration> time_of_day = TakeTimeOfDay(&text);
  if (!time_of_day || text != " GMT") return std::nullopt;
  return MakeTime(*year, *month, *day, *time_of_day);
}

// "Nov  6 08:49:37 1994", the rest of asctime()'s form.
std::optional<absl::Time> ParseAsctime(absl::string_view text) {
  const std::optional<int> month = TakeMonth(&text);
  if (!month || !absl::ConsumePrefix(&text, " ")) return std::nullopt;
  const std::optional<int> day =
      TakeNumber(&text, absl::ConsumePrefix(&text, " ") ? 1 : 2);
  if (!day || !absl::ConsumePrefix(&text, " ")) return std::nullopt;
  const std::optional<absl::Duration> time_of_day = TakeTimeOfDay(&text);
  if (!time_of_day || !absl::ConsumePrefix(&text, " ")) return std::nullopt;
  const std::optional<int> year = TakeNumber(&text, 4);
  if (!year || !text.empty()) return std::nullopt;
  return MakeTime(*year, *month, *day, *time_of_day);
}

}  // namespace

std::optional<int> ParseStatusLine(absl::string_view line) {
  line = WithoutLineEnd(line);
  if (!absl::ConsumePrefix(&line, "HTTP/")) return std::nullopt;
  const std::size_t blank = line.find(' ');
  if (blank == absl::string_view::npos || blank == 0) return std::nullopt;
  for (const char c : line.substr(0, blank)) {
    if (c != '.' && !absl::ascii_isdigit(static_cast<unsigned char>(c))) {
      return std::nullopt;
    }
  }
  line.remove_prefix(blank + 1);
  const std::optional<int> status = TakeNumber(&line, 3);
  if (!status || *status < 100 || *status > 599) return std::nullopt;
  if (!line.empty() && line[0] != ' ') return std::nullopt;
  return status;
}

std::optional<HttpHeader> ParseHeaderLine(absl::string_view line) {
  line = WithoutLineEnd(line);
  const std::size_t colon = line.find(':');
  if (colon == absl::string_view::npos) return std::nullopt;
  const absl::string_view name = line.substr(0, colon);
  const absl::string_view value =
      absl::StripAsciiWhitespace(line.substr(colon + 1));
  if (!IsToken(name) || !IsFieldText(value)) return std::nullopt;
  return HttpHeader{std::string(name), std::string(value)};
}

std::optional<ContentRange> ParseContentRange(absl::string_view value) {
  if (!absl::StartsWithIgnoreCase(value, "bytes ")) return std::nullopt;
  value.remove_prefix(6);
  const std::size_t slash = value.find('/');
  if (slash == absl::string_view::npos) return std::nullopt;
  const absl::string_view range = value.substr(0, slash);
  const absl::string_view length = value.substr(slash + 1);

  ContentRange parsed;
  if (length != "*") {
    parsed.complete_length = ParseContentLength(length);
    if (!parsed.complete_length) return std::nullopt;
  }
  if (range == "*") {
    if (!parsed.complete_length) return std::nullopt;
    return parsed;
  }
  const std::size_t dash = range.find('-');
  if (dash == absl::string_view::npos) return std::nullopt;
  const std::optional<std::int64_t> first =
      ParseContentLength(range.substr(0, dash));
  const std::optional<std::int64_t> last =
      ParseContentLength(range.substr(dash + 1));
  if (!first || !last || *first > *last) return std::nullopt;
  if (parsed.complete_length && *last >= *parsed.complete_length) {
    return std::nullopt;
  }
  parsed.range = ByteRange{*first, *last - *first + 1};
  return parsed;
}

std::optional<std::int64_t> ParseContentLength(absl::string_view value) {
  std::int64_t number = 0;
  if (!IsDigits(value) || !absl::SimpleAtoi(value, &number) ||
      number > kMaxBytes) {
    return std::nullopt;
  }
  return number;
}

std::optional<absl::Time> ParseHttpDate(absl::string_view value) {
  // The day's name is not looked at: it says nothing that the date does not.
  const std::size_t comma = value.find(", ");
  if (comma == absl::string_view::npos) {
    const std::size_t blank = value.find(' ');
    if (blank != 3) return std::nullopt;
    return ParseAsctime(value.substr(blank + 1));
  }
  const absl::string_view rest = value.substr(comma + 2);
  return comma == 3 ? ParseDayMonthYear(rest, " ", 4)
                    : ParseDayMonthYear(rest, "-", 2);
}

std::optional<absl::Duration> ParseRetryAfter(absl::string_view value,
                                              absl::Time now) {
  absl::Duration wait;
  if (IsDigits(value)) {
    std::int64_t seconds = 0;
    wait = absl::SimpleAtoi(value, &seconds) ? absl::Seconds(seconds)
                                             : kMaxRetryAfter;
  } else {
    const std::optional<absl::Time> date = ParseHttpDate(value);
    if (!date) return std::nullopt;
    wait = *date - now;
  }
  return std::clamp(wait, absl::ZeroDuration(), kMaxRetryAfter);
}

bool IsEntityTag(absl::string_view value) {
  absl::ConsumePrefix(&value, "W/");
  if (value.size() < 2 || value.front() != '"' || value.back() != '"') {
    return false;
  }
  value = value.substr(1, value.size() - 2);
  return std::all_of(value.begin(), value.end(), [](char c) {
    return c != '"' && absl::ascii_isgraph(static_cast<unsigned char>(c));
  });
}

std::string HostAmong(const std::vector<HttpHeader>& headers) {
  for (const HttpHeader& header : headers) {
    if (absl::EqualsIgnoreCase(header.name, "Host")) return header.value;
  }
  return "";
}

bool IsToken(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           absl::StrContains("!#$%&'*+-.^_`|~", absl::string_view(&c, 1));
  });
}

bool IsSecretHeader(absl::string_view name) {
  constexpr absl::string_view kSecret[] = {
      "Authentication-Info",
      "Authorization",
      "Cookie",
      "Cookie2",
      "Proxy-Authenticate",
      "Proxy-Authentication-Info",
      "Proxy-Authorization",
      "Set-Cookie",
      "Set-Cookie2",
      "WWW-Authenticate",
      "X-Amz-Security-Token",
      "X-Auth-Token",
      "X-Csrf-Token",
  };
  return std::any_of(std::begin(kSecret), std::end(kSecret),
                     [name](absl::string_view secret) {
                       return absl::EqualsIgnoreCase(name, secret);
                     });
}

}  // namespace convoy
