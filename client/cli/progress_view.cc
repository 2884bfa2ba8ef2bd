#include "client/cli/progress_view.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/format.h"

namespace convoy {
namespace {

constexpr int kMinLabel = 8;
constexpr int kMinJobLabel = 11;
constexpr int kMaxLabel = 24;
// Columns of rate and time left.
constexpr int kTail = 22;
constexpr int kMinBar = 10;
// From this width on, lines of a list say where the bytes come from.
constexpr int kWideList = 110;
constexpr int kMaxBar = 40;
constexpr char kRed[] = "\x1b[31m";
constexpr char kGreen[] = "\x1b[32m";
constexpr char kYellow[] = "\x1b[33m";
constexpr char kPlain[] = "\x1b[0m";

// What a bar shows.
struct Amount {
  std::int64_t done = 0;
  std::optional<std::int64_t> total;
};

Amount AmountOf(const v1::Job& job) {
  const v1::JobProgress& progress = job.progress();
  Amount amount{progress.transferred_bytes(), std::nullopt};
  if (progress.has_total_bytes()) amount.total = progress.total_bytes();
  return amount;
}

Amount AmountOf(const v1::JobFile& file) {
  Amount amount{file.transferred_bytes(), std::nullopt};
  if (file.has_size_bytes()) amount.total = file.size_bytes();
  return amount;
}

const char* ColorOf(v1::JobState state) {
  if (state == v1::JOB_STATE_ERROR || state == v1::JOB_STATE_CANCELLED) {
    return kRed;
  }
  return state == v1::JOB_STATE_TRANSIENT_ERROR ? kYellow : kGreen;
}

std::string Bar(const Amount& amount, int width, const char* color) {
  const int inner = width - 2;
  int full = 0;
  if (amount.total.has_value() && *amount.total > 0) {
    const double part =
        static_cast<double>(amount.done) / static_cast<double>(*amount.total);
    full = std::clamp(static_cast<int>(part * inner), 0, inner);
  } else if (amount.total.has_value()) {
    full = inner;
  }
  std::string filled(static_cast<std::size_t>(full), '=');
  if (full < inner) filled.push_back('>');
  filled.resize(static_cast<std::size_t>(inner), ' ');
  return absl::StrCat("[", color, filled, *color != '\0' ? kPlain : "", "]");
}

std::optional<absl::Duration> TimeLeft(const Amount& amount,
                                       std::int64_t rate) {
  if (!amount.total.has_value() || rate <= 0) return std::nullopt;
  const std::int64_t left = *amount.total - amount.done;
  return absl::Seconds(static_cast<double>(std::max<std::int64_t>(0, left)) /
                       static_cast<double>(rate));
}

// "1.2 GiB/2.7 GiB", or "1.2 GiB" when the size is not known.
std::string AmountText(const Amount& amount) {
  if (!amount.total.has_value()) return FormatBytes(amount.done);
  return absl::StrCat(FormatBytes(amount.done), "/",
                      FormatBytes(*amount.total));
}

std::string PercentText(const Amount& amount) {
  if (!amount.total.has_value()) return "";
  if (*amount.total == 0) return "100%";
  return FormatPercent(amount.done, *amount.total);
}

std::string WithoutTrailingBlanks(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

// As BarLine, where no bar fits.
std::string NarrowLine(const std::string& label, const Amount& amount,
                       const std::string& tail, int width) {
  std::string numbers = absl::StrJoin(
      std::vector<std::string>{PercentText(amount), AmountText(amount), tail},
      "  ");
  const int label_width = label.empty() ? 0 : kMinLabel + 2;
  if (DisplayWidth(numbers) + label_width > width) {
    numbers = absl::StrCat(PercentText(amount), "  ", AmountText(amount));
  }
  const int free = width - DisplayWidth(numbers) - 2;
  std::string line;
  if (!label.empty()) {
    line = absl::StrCat(Shorten(label, std::max(free, kMinLabel)), "  ");
  }
  absl::StrAppend(&line, absl::StripAsciiWhitespace(numbers));
  return Shorten(line, width);
}

// `label` [bar] 45% 1.2 GiB/2.7 GiB `tail`. An empty label takes no room, any
// other at least `min_label` columns.
std::string BarLine(const std::string& label, int min_label,
                    const Amount& amount, const std::string& tail,
                    const char* color, int width) {
  // As wide as the longest texts of each kind, so that nothing moves.
  const std::string numbers =
      absl::StrCat(" ", PadLeft(PercentText(amount), 4), " ",
                   PadLeft(AmountText(amount), 17), "  ", tail);
  const int free = width - DisplayWidth(numbers);
  const int label_width =
      label.empty() ? 0 : std::clamp(free * 2 / 5, min_label, kMaxLabel);
  const int bar_width =
      std::min(kMaxBar, free - label_width - (label.empty() ? 0 : 1));
  if (bar_width < kMinBar) return NarrowLine(label, amount, tail, width);
  return WithoutTrailingBlanks(absl::StrCat(
      label.empty() ? ""
                    : PadRight(Shorten(label, label_width), label_width + 1),
      Bar(amount, bar_width, color), numbers));
}

std::string RateTail(const Amount& amount, std::int64_t rate) {
  std::string tail = PadLeft(FormatRate(rate), 10);
  const std::optional<absl::Duration> left = TimeLeft(amount, rate);
  absl::StrAppend(
      &tail, "  ",
      PadRight(left.has_value() ? "eta " + FormatSpan(*left) : "", 10));
  return tail;
}

std::string RateTail(const v1::Job& job) {
  if (job.state() != v1::JOB_STATE_TRANSFERRING) return PadLeft("", kTail);
  return RateTail(AmountOf(job), job.progress().rate_bytes_per_second());
}

// "12 MiB/s, 2m 05s left".
std::string RateText(const Amount& amount, std::int64_t rate) {
  const std::optional<absl::Duration> left = TimeLeft(amount, rate);
  return absl::StrCat(
      FormatRate(rate),
      left.has_value() ? absl::StrCat(", ", FormatSpan(*left), " left") : "");
}

// "45% (1.2 GiB of 2.7 GiB)".
std::string PartText(const Amount& amount) {
  return absl::StrCat(PercentText(amount), " (", FormatBytes(amount.done),
                      " of ", FormatBytes(*amount.total), ")");
}

std::string SinceText(const v1::Job& job, absl::Time now) {
  const absl::Time next =
      absl::FromUnixSeconds(job.next_retry_time().seconds());
  if (!job.has_next_retry_time()) return "tries again";
  if (next <= now) return "tries again now";
  return absl::StrCat("tries again in ", FormatSpan(next - now));
}

// "origin 12%, LAN 88%"; empty when the job transfers from less than two.
std::string SplitText(const v1::Job& job) {
  const std::string sources = SourcesText(job.progress().source_bytes());
  const bool several = sources.find(',') != std::string::npos;
  return several && job.state() == v1::JOB_STATE_TRANSFERRING ? sources : "";
}

// What the job does, in words.
std::string Doing(const v1::Job& job, absl::Time now) {
  const std::string sources = SourcesText(job.progress().source_bytes());
  switch (job.state()) {
    case v1::JOB_STATE_SUSPENDED:
      return absl::StrCat("suspended; go on with: convoy resume ",
                          ShortId(job.id()));
    case v1::JOB_STATE_QUEUED:
      return absl::StrCat("queued; ask why with: convoy explain ",
                          ShortId(job.id()));
    case v1::JOB_STATE_TRANSFERRING:
      return sources.empty() ? "transferring"
                             : absl::StrCat("transferring from ", sources);
    case v1::JOB_STATE_TRANSIENT_ERROR:
      if (!job.error().detail().server_key().empty()) {
        return absl::StrCat("its server waits for approval; see: convoy show ",
                            ShortId(job.id()));
      }
      return absl::StrCat(SinceText(job, now), ": ",
                          Printable(job.error().message()));
    case v1::JOB_STATE_ERROR:
      return absl::StrCat("error: ", Printable(job.error().message()));
    case v1::JOB_STATE_TRANSFERRED:
      return absl::StrCat("transferred; finish with: convoy complete ",
                          ShortId(job.id()));
    case v1::JOB_STATE_ACKNOWLEDGED:
      return sources.empty() ? "complete"
                             : absl::StrCat("complete, from ", sources);
    default:
      return StateText(job.state());
  }
}

std::string FileName(const v1::JobFile& file) {
  const std::string& path = file.local_path();
  return Printable(path.substr(path.rfind('/') + 1));
}

std::string FileLine(const v1::JobFile& file, const ViewStyle& style) {
  const char* color = !style.color ? "" : file.has_error() ? kRed : kGreen;
  const char* tail = file.has_error()     ? "failed"
                     : file.transferred() ? "whole"
                                          : "";
  return BarLine(absl::StrCat("  ", FileName(file)), kMinLabel, AmountOf(file),
                 PadRight(tail, 6), color, style.width);
}

}  // namespace

std::vector<std::string> ProgressLines(const v1::Job& job,
                                       const std::vector<v1::JobFile>& files,
                                       const ViewStyle& style, absl::Time now) {
  const char* color = style.color ? ColorOf(job.state()) : "";
  const std::string doing = Doing(job, now);
  const int name_width =
      std::max(kMinLabel, style.width - 2 - DisplayWidth(doing));
  std::vector<std::string> lines;
  lines.push_back(Shorten(
      absl::StrCat(Shorten(job.display_name(), name_width), ": ", doing),
      style.width));
  lines.push_back(
      BarLine("", 0, AmountOf(job), RateTail(job), color, style.width));
  if (files.size() > 1 && files.size() <= kMaxFileLines) {
    for (const v1::JobFile& file : files) {
      lines.push_back(FileLine(file, style));
    }
  }
  return lines;
}

std::string CompactLine(const v1::Job& job, const ViewStyle& style) {
  // Where there is room, what several sources gave.
  std::string split = style.width < kWideList ? "" : SplitText(job);
  if (!split.empty()) split = absl::StrCat("  ", split);
  const char* color = style.color ? ColorOf(job.state()) : "";
  const std::string tail = job.state() == v1::JOB_STATE_TRANSFERRING
                               ? RateTail(job)
                               : PadRight(StateText(job.state()), kTail);
  const std::string id = absl::StrCat(ShortId(job.id()), " ");
  return absl::StrCat(
      id,
      BarLine(Printable(job.display_name()), kMinJobLabel, AmountOf(job), tail,
              color, style.width - DisplayWidth(id) - DisplayWidth(split)),
      split);
}

std::string PlainLine(const v1::Job& job, absl::Time now) {
  const Amount amount = AmountOf(job);
  std::string line = StateText(job.state());
  if (amount.total.has_value()) {
    absl::StrAppend(&line, " ", PartText(amount));
  } else if (amount.done > 0) {
    absl::StrAppend(&line, " (", FormatBytes(amount.done), ")");
  }
  if (job.state() == v1::JOB_STATE_TRANSFERRING) {
    absl::StrAppend(&line, ", ",
                    RateText(amount, job.progress().rate_bytes_per_second()));
    const std::string split = SplitText(job);
    if (!split.empty()) absl::StrAppend(&line, ", from ", split);
  }
  if (job.state() == v1::JOB_STATE_TRANSIENT_ERROR) {
    absl::StrAppend(&line, ", ", SinceText(job, now));
  }
  if (job.has_error()) {
    absl::StrAppend(&line, ": ", Printable(job.error().message()));
  }
  return line;
}

std::string WorkLine(const Work& work, const ViewStyle& style) {
  const Amount amount{work.done_bytes, work.total_bytes};
  return BarLine(Printable(work.label), kMinJobLabel, amount,
                 RateTail(amount, work.rate_bytes_per_second),
                 style.color ? kGreen : "", style.width);
}

std::string PlainLine(const Work& work) {
  const Amount amount{work.done_bytes, work.total_bytes};
  return absl::StrCat(Printable(work.label), " ", PartText(amount), ", ",
                      RateText(amount, work.rate_bytes_per_second));
}

}  // namespace convoy
