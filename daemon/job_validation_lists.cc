#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "daemon/field_check.h"
#include "daemon/job_validation.h"
#include "google/protobuf/duration.pb.h"
#include "peer/base/ids.h"
#include "proto/error_detail.h"

// Ids, pages and intervals.
namespace convoy {
namespace {

constexpr int kDefaultPageSize = 100;
constexpr int kMaxPageSize = 1000;
// Of a page token: tells it from the tokens of another format.
constexpr absl::string_view kPageTokenPrefix = "a";

absl::Status Wrong(absl::string_view field, absl::string_view what) {
  return InvalidField(field, absl::StrCat(field, " ", what));
}

}  // namespace

absl::StatusOr<JobId> ValidateJobId(absl::string_view text,
                                    absl::string_view field) {
  if (text.empty()) return Wrong(field, "is required: a job's id");
  const std::optional<JobId> id = JobId::Parse(text);
  if (!id.has_value()) {
    return Wrong(field,
                 "is not a job's id: 8-4-4-4-12 hexadecimal digits, such as "
                 "CreateJob and ListJobs answer");
  }
  return *id;
}

absl::StatusOr<Page> ParsePage(int page_size, absl::string_view page_token) {
  if (page_size < 0) {
    return Wrong("page_size",
                 absl::StrCat("is negative; allowed: 1 to ", kMaxPageSize));
  }
  Page page;
  page.size =
      page_size == 0 ? kDefaultPageSize : std::min(page_size, kMaxPageSize);
  if (page_token.empty()) return page;
  absl::string_view digits = page_token;
  const bool ours = absl::ConsumePrefix(&digits, kPageTokenPrefix) &&
                    digits.size() == 16 &&
                    absl::c_all_of(digits, absl::ascii_isxdigit) &&
                    absl::SimpleHexAtoi(digits, &page.after);
  if (!ours) {
    return Wrong("page_token",
                 "is not a next_page_token of a response: begin again without");
  }
  return page;
}

std::string MakePageToken(std::uint64_t last) {
  return absl::StrFormat("%s%016x", kPageTokenPrefix, last);
}

absl::StatusOr<absl::Duration> ParseProgressInterval(
    const google::protobuf::Duration* interval) {
  if (interval == nullptr) return absl::Milliseconds(500);
  return ReadDuration("progress_interval", *interval, absl::Milliseconds(50),
                      absl::Hours(1));
}

}  // namespace convoy
