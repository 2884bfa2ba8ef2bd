#include "peer/base/log.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_format.h"
#include "peer/base/clock.h"
#include "peer/base/line_limiter.h"
#include "peer/base/mutex.h"
#include "spdlog/logger.h"
#include "spdlog/pattern_formatter.h"
#include "spdlog/sinks/stdout_sinks.h"

namespace convoy {
namespace {

// systemd sets JOURNAL_STREAM to "DEVICE:INODE" of the stream that it gave us;
// standard error may have been redirected since.
bool JournalReadsStandardError() {
  const char* const stream = std::getenv("JOURNAL_STREAM");
  if (stream == nullptr) return false;
  struct stat found = {};
  if (fstat(STDERR_FILENO, &found) != 0) return false;
  return stream == absl::StrCat(found.st_dev, ":", found.st_ino);
}

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kError:
      return spdlog::level::err;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kDebug:
      return spdlog::level::debug;
  }
  return spdlog::level::err;
}

absl::string_view PriorityPrefix(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::err:
      return "<3>";
    case spdlog::level::warn:
      return "<4>";
    case spdlog::level::info:
      return "<6>";
    default:
      return "<7>";
  }
}

// The flag %* of the journal's pattern.
class PriorityFlag final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& out) override {
    const absl::string_view prefix = PriorityPrefix(message.level);
    out.append(prefix.data(), prefix.data() + prefix.size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<PriorityFlag>();
  }
};

std::unique_ptr<spdlog::formatter> MakeFormatter() {
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  if (JournalReadsStandardError()) {
    formatter->add_flag<PriorityFlag>('*').set_pattern("%*%v");
  } else {
    formatter->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l: %v");
  }
  return formatter;
}

// One line whatever `text` holds: what comes from the network must not be able
// to write lines of its own, nor to steer a terminal.
std::string OneLine(absl::string_view text) {
  std::string line;
  line.reserve(text.size());
  for (const char c : text) {
    const unsigned char byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      absl::StrAppendFormat(&line, "\\x%02x", byte);
    } else {
      line.push_back(c);
    }
  }
  return line;
}

// Lives as long as the process, as threads may log until its end.
class Log {
 public:
  static Log& Instance() {
    static Log* const log = new Log;
    return *log;
  }

  void SetLevel(LogLevel level) { logger_.set_level(ToSpdlog(level)); }

  void Write(LogLevel level, absl::string_view text) {
    if (!logger_.should_log(ToSpdlog(level))) return;
    const std::string line = OneLine(text);
    // The level, a digit, is a part of what is counted.
    const std::string key = absl::StrCat(static_cast<int>(level), line);
    const absl::Duration now = RealClock().Monotonic();
    MutexLock lock(&mutex_);
    const bool admitted = limiter_.Admit(key, now);
    for (const LineLimiter::Counted& counted : limiter_.TakeCounted(now)) {
      const auto counted_level = static_cast<LogLevel>(counted.text[0] - '0');
      logger_.log(ToSpdlog(counted_level),
                  absl::StrCat("repeated ", counted.count,
                               counted.count == 1 ? " time" : " times",
                               " more: ", counted.text.substr(1)));
    }
    if (admitted) logger_.log(ToSpdlog(level), line);
  }

 private:
  Log() : logger_("", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
    logger_.set_formatter(MakeFormatter());
  }

  spdlog::logger logger_;  // Thread-safe.
  Mutex mutex_;
  LineLimiter limiter_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

void SetLogLevel(LogLevel level) { Log::Instance().SetLevel(level); }

void LogLine(LogLevel level, absl::string_view text) {
  Log::Instance().Write(level, text);
}

}  // namespace convoy
