#ifndef CONVOY_CLIENT_CLI_FORMAT_H_
#define CONVOY_CLIENT_CLI_FORMAT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "convoy/v1/job.pb.h"

// Values as people read them. Pure functions.
namespace convoy {

// "0 B", "1.50 KiB", "12.3 MiB", "1023 GiB".
std::string FormatBytes(std::int64_t bytes);
// "1.50 MiB/s".
std::string FormatRate(std::int64_t bytes_per_second);
// "12s", "3m 05s", "2h 07m", "3d 04h"; a part of a second counts as a whole
// one.
std::string FormatSpan(absl::Duration span);
// What FormatSpan made of a finite span, and "1h30m", "1500ms", "100d",
// "1d12h". Null: `text` is no such span, or negative.
std::optional<absl::Duration> ParseSpan(absl::string_view text);
// "2026-03-01 08:05:00".
std::string FormatMoment(absl::Time time, absl::TimeZone zone);
// "45%"; "100%" only when all is there, "?" when `total` is 0.
std::string FormatPercent(std::int64_t part, std::int64_t total);

// "transient error" for JOB_STATE_TRANSIENT_ERROR.
std::string StateText(v1::JobState state);
// "transient-error": the same as a value of a flag.
std::string StateFlag(v1::JobState state);
// Each state but UNSPECIFIED, in the order of a job's life.
std::vector<v1::JobState> AllStates();
// "high" for JOB_PRIORITY_HIGH.
std::string PriorityText(v1::JobPriority priority);
// "origin", or "origin 12%, LAN 88%"; empty when nothing was received.
std::string SourcesText(const v1::SourceBytes& bytes);
// "origin 32.0 MiB, LAN 224 MiB"; empty when nothing was received.
std::string AmountsText(const v1::SourceBytes& bytes);
// The digits of an id that are shown where space is scarce.
std::string ShortId(absl::string_view job_id);

// `text` fit for a terminal: what is not a printable character of UTF-8 becomes
// "?". Texts that others wrote (names, URLs, paths) must pass through it.
std::string Printable(absl::string_view text);
// Columns on a terminal. REQUIRES: `text` from Printable().
int DisplayWidth(absl::string_view text);
// `text`, at most `width` columns: the middle of a longer one becomes "...".
std::string Shorten(absl::string_view text, int width);
// `text`, filled with blanks to `width` columns.
std::string PadRight(std::string text, int width);
std::string PadLeft(absl::string_view text, int width);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_FORMAT_H_
