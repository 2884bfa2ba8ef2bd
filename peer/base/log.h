#ifndef CONVOY_PEER_BASE_LOG_H_
#define CONVOY_PEER_BASE_LOG_H_

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

// Log lines on standard error: with a priority prefix ("<6>", sd-daemon(3))
// when journald reads it, else with time and level. Thread-safe. Secrets never
// go in.
namespace convoy {

enum class LogLevel { kError, kWarning, kInfo, kDebug };

// Lines above `level` are dropped. Default: kInfo.
void SetLogLevel(LogLevel level);

// Writes one line; control characters in it are escaped. The same text more
// than 10 times in 10 seconds is counted instead, and the count is written
// once, with the next line after that.
void LogLine(LogLevel level, absl::string_view text);

template <typename... Parts>
void LogError(const Parts&... parts) {
  LogLine(LogLevel::kError, absl::StrCat(parts...));
}
template <typename... Parts>
void LogWarning(const Parts&... parts) {
  LogLine(LogLevel::kWarning, absl::StrCat(parts...));
}
template <typename... Parts>
void LogInfo(const Parts&... parts) {
  LogLine(LogLevel::kInfo, absl::StrCat(parts...));
}
template <typename... Parts>
void LogDebug(const Parts&... parts) {
  LogLine(LogLevel::kDebug, absl::StrCat(parts...));
}

}  // namespace convoy

#endif  // CONVOY_PEER_BASE_LOG_H_
