#include "daemon/declaration_check.h"

#include <cstddef>
#include <cstdint>
#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "daemon/config_file.h"
#include "daemon/field_check.h"
#include "daemon/job_validation.h"
#include "daemon/rollout_rule.h"
#include "peer/bandwidth_plan.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr std::size_t kMaxCommandWords = 65;
constexpr std::size_t kMaxCommandBytes = 4096;
// As Job.needed_by has it.
constexpr std::int64_t kLastSecond = 8835955199;

// The configuration's own limits are held against a job when it is made.
const Settings& DefaultSettings() {
  static const Settings* const settings =
      new Settings(ParseConfig({}, {}).value());
  return *settings;
}

// The key that JobService's name of a field stands for.
std::string KeyOfField(absl::string_view field) {
  if (absl::StartsWith(field, "job.http.headers")) return "headers";
  const std::string key =
      absl::StrReplaceAll(field, {{"remote_url", "url"},
                                  {"local_path", "path"},
                                  {"expected_sha256", "sha256"},
                                  {"expected_size_bytes", "size_bytes"},
                                  {"manifest.location", "manifest"},
                                  {"mirror_urls", "mirrors"}});
  const std::size_t mirrors = key.find(".mirrors");
  return mirrors == std::string::npos
             ? key
             : key.substr(0, mirrors + sizeof(".mirrors") - 1);
}

class Checker {
 public:
  Checker(Declaration* declaration, std::vector<std::string>* mistakes)
      : job_(*declaration), keys_(job_.keys), mistakes_(*mistakes) {}

  void Check() {
    CheckFiles();
    ReadMode();
    CheckCommand();
    for (const std::string& header : keys_.headers()) CheckHeader(header);
    ReadRollout();
    if (keys_.has_needed_by()) {
      ReadTime("needed_by", keys_.needed_by(), &job_.needed_by);
    }
  }

 private:
  void Wrong(absl::string_view key, absl::string_view what) {
    mistakes_.push_back(job_.Mistake(key, what));
  }

  void CheckFiles() {
    if (keys_.files().empty()) {
      return Wrong("", "has no file; allowed: url and path, or files");
    }
    if (!job_.present()) return CheckPaths();
    bool complete = true;
    for (int i = 0; i < keys_.files_size(); ++i) {
      const v1::DeclaredFile& file = keys_.files(i);
      const std::string prefix = absl::StrCat("files[", i, "]");
      if (!file.has_url() || !file.has_path()) {
        complete = false;
        Wrong(job_.lines.count(prefix) > 0 ? prefix : "",
              absl::StrCat("has no ", file.has_url() ? "path" : "url",
                           "; allowed: url and path"));
      }
    }
    if (complete) CheckRequest();
  }

  // Of files that shall be absent, the rest is of no use.
  void CheckPaths() {
    for (int i = 0; i < keys_.files_size(); ++i) {
      const std::string key = absl::StrCat("files[", i, "].path");
      if (!keys_.files(i).has_path()) {
        Wrong("", "has no path; allowed: the path of a file");
        continue;
      }
      TellOf(CheckAbsolutePath(key, keys_.files(i).path()), key);
    }
  }

  // What JobService would say of it.
  void CheckRequest() {
    const absl::Status status =
        ValidateFetch(FetchRequestOf(job_), DefaultSettings()).status();
    TellOf(status, KeyOfField(ErrorDetailOf(status).field()));
  }

  void TellOf(const absl::Status& status, const std::string& key) {
    if (status.ok()) return;
    const std::string field = ErrorDetailOf(status).field();
    absl::string_view what = status.message();
    absl::ConsumePrefix(&what, absl::StrCat(field, " "));
    Wrong(key, what);
  }

  void ReadMode() {
    const std::string& text = keys_.mode();
    mode_t mode = 0;
    const bool octal =
        text.size() >= 3 && text.size() <= 4 &&
        (text.size() == 3 || text.front() == '0') &&
        absl::c_all_of(text, [](char c) { return c >= '0' && c <= '7'; });
    for (const char c : text) mode = mode * 8 + static_cast<mode_t>(c - '0');
    if (!octal || (mode & 0400) == 0) {
      return Wrong("mode", absl::StrCat("\"", Excerpt(text),
                                        "\" is no such mode; allowed: octal, "
                                        "0400 to 0777, readable by the owner"));
    }
    job_.mode = mode;
  }

  void CheckCommand() {
    if (keys_.on_complete().empty()) return;
    const bool bounded =
        static_cast<std::size_t>(keys_.on_complete_size()) <=
            kMaxCommandWords &&
        absl::c_all_of(keys_.on_complete(), [](const std::string& word) {
          return word.size() <= kMaxCommandBytes;
        });
    if (!bounded) {
      return Wrong("on_complete",
                   "is too long; allowed: a program and 64 arguments, each of "
                   "at most 4096 bytes");
    }
    if (!absl::StartsWith(keys_.on_complete(0), "/")) {
      Wrong("on_complete",
            "does not begin with an absolute path; allowed: [/path/of/program, "
            "argument, ...]");
    }
  }

  void CheckHeader(absl::string_view header) {
    if (header.find(':') == absl::string_view::npos) {
      Wrong("headers", "has an item without a colon; allowed: \"NAME: VALUE\"");
    }
  }

  void ReadRollout() {
    RolloutRule& rule = job_.rollout;
    if (const auto percent = ParsePercent(keys_.percent()); percent.ok()) {
      rule.percent = *percent;
    } else {
      Wrong("percent", absl::StrCat("\"", Excerpt(keys_.percent()), "\" ",
                                    percent.status().message(),
                                    "; allowed: 0 to 100, up to two decimals"));
    }
    for (const std::string& label : keys_.labels()) {
      const std::size_t equals = label.find('=');
      if (equals == std::string::npos || equals == 0) {
        Wrong("labels", absl::StrCat("\"", Excerpt(label),
                                     "\" is no label; allowed: NAME=VALUE"));
      }
      rule.labels.push_back(label);
    }
    if (keys_.has_not_before()) {
      ReadTime("not_before", keys_.not_before(), &rule.not_before);
    }
    for (const std::string& line : keys_.window()) {
      const absl::StatusOr<BandwidthHours> hours = ParseWeeklyHours(line);
      if (hours.ok()) {
        rule.window.push_back(*hours);
      } else {
        Wrong("window",
              absl::StrCat(hours.status().message(),
                           "; allowed: days and times, such as \"mon-fri "
                           "22:00-06:00\""));
      }
    }
  }

  void ReadTime(absl::string_view key, const std::string& text,
                absl::Time* time) {
    std::string error;
    if (absl::ParseTime(absl::RFC3339_full, text, time, &error) &&
        *time > absl::UnixEpoch() &&
        *time < absl::FromUnixSeconds(kLastSecond)) {
      return;
    }
    Wrong(key,
          absl::StrCat("\"", Excerpt(text),
                       "\" is no time; allowed: such as "
                       "2026-11-27T22:00:00Z or 2026-11-27T22:00:00+01:00"));
  }

  Declaration& job_;
  const v1::JobDeclaration& keys_;
  std::vector<std::string>& mistakes_;
};

}  // namespace

void CheckDeclaration(Declaration* declaration,
                      std::vector<std::string>* mistakes) {
  Checker(declaration, mistakes).Check();
}

}  // namespace convoy
