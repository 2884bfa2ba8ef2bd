#include "daemon/job_log.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "daemon/job_state.h"

namespace convoy {
namespace {

bool Failed(v1::JobState state) {
  return state == v1::JOB_STATE_ERROR || state == v1::JOB_STATE_TRANSIENT_ERROR;
}

}  // namespace

LogLevel LevelOfState(v1::JobState state) {
  switch (state) {
    case v1::JOB_STATE_ERROR:
      return LogLevel::kWarning;
    case v1::JOB_STATE_TRANSIENT_ERROR:
    case v1::JOB_STATE_TRANSFERRED:
    case v1::JOB_STATE_ACKNOWLEDGED:
    case v1::JOB_STATE_CANCELLED:
      return LogLevel::kInfo;
    default:
      return LogLevel::kDebug;
  }
}

std::string JobStateLine(const Job& job) {
  std::string line = absl::StrCat("job ", job.id.ToString(), " of uid ",
                                  job.owner.uid, " is ", StateName(job.state));
  if (Failed(job.state) && job.failure != nullptr) {
    absl::StrAppend(&line, ": ", job.failure->message);
  } else if (LevelOfState(job.state) == LogLevel::kInfo) {
    std::int64_t bytes = 0;
    for (const JobFile& file : job.files) bytes += file.flushed_bytes;
    absl::StrAppend(&line, ": ", job.files.size(), " files, ", bytes, " bytes");
  }
  return line;
}

}  // namespace convoy
