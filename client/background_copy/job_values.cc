#include "client/background_copy/job_values.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "client/com/file_time.h"
#include "google/protobuf/timestamp.pb.h"

namespace convoy::background_copy {
namespace {

FILETIME FileTimeOf(const google::protobuf::Timestamp& time) {
  return FileTimeFromTime(absl::FromUnixSeconds(time.seconds()) +
                          absl::Nanoseconds(time.nanos()));
}

}  // namespace

BG_JOB_STATE StateOf(v1::JobState state, const Flavour& flavour) {
  switch (state) {
    case v1::JOB_STATE_QUEUED:
      return BG_JOB_STATE_QUEUED;
    case v1::JOB_STATE_CONNECTING:
      return flavour.tells_connecting ? BG_JOB_STATE_CONNECTING
                                      : BG_JOB_STATE_TRANSFERRING;
    case v1::JOB_STATE_TRANSFERRING:
      return BG_JOB_STATE_TRANSFERRING;
    case v1::JOB_STATE_TRANSIENT_ERROR:
      return BG_JOB_STATE_TRANSIENT_ERROR;
    case v1::JOB_STATE_ERROR:
      return BG_JOB_STATE_ERROR;
    case v1::JOB_STATE_TRANSFERRED:
      return BG_JOB_STATE_TRANSFERRED;
    case v1::JOB_STATE_ACKNOWLEDGED:
      return BG_JOB_STATE_ACKNOWLEDGED;
    case v1::JOB_STATE_CANCELLED:
      return BG_JOB_STATE_CANCELLED;
    default:
      return BG_JOB_STATE_SUSPENDED;
  }
}

BG_JOB_PRIORITY PriorityOf(v1::JobPriority priority) {
  switch (priority) {
    case v1::JOB_PRIORITY_FOREGROUND:
      return BG_JOB_PRIORITY_FOREGROUND;
    case v1::JOB_PRIORITY_HIGH:
      return BG_JOB_PRIORITY_HIGH;
    case v1::JOB_PRIORITY_LOW:
      return BG_JOB_PRIORITY_LOW;
    default:
      return BG_JOB_PRIORITY_NORMAL;
  }
}

std::optional<v1::JobPriority> PriorityFrom(BG_JOB_PRIORITY priority) {
  switch (priority) {
    case BG_JOB_PRIORITY_FOREGROUND:
      return v1::JOB_PRIORITY_FOREGROUND;
    case BG_JOB_PRIORITY_HIGH:
      return v1::JOB_PRIORITY_HIGH;
    case BG_JOB_PRIORITY_NORMAL:
      return v1::JOB_PRIORITY_NORMAL;
    case BG_JOB_PRIORITY_LOW:
      return v1::JOB_PRIORITY_LOW;
  }
  return std::nullopt;
}

BG_JOB_PROGRESS ProgressOf(const v1::JobProgress& progress) {
  BG_JOB_PROGRESS copy = {};
  copy.FilesTotal = static_cast<ULONG>(progress.total_files());
  copy.FilesTransferred = static_cast<ULONG>(progress.transferred_files());
  copy.BytesTransferred = static_cast<UINT64>(progress.transferred_bytes());
  if (copy.FilesTotal > 0) {
    copy.BytesTotal = progress.has_total_bytes()
                          ? static_cast<UINT64>(progress.total_bytes())
                          : BG_SIZE_UNKNOWN;
  }
  return copy;
}

BG_JOB_TIMES TimesOf(const v1::Job& job) {
  BG_JOB_TIMES times = {};
  times.CreationTime = FileTimeOf(job.create_time());
  times.ModificationTime = FileTimeOf(job.modify_time());
  if (job.has_transfer_complete_time()) {
    times.TransferCompletionTime = FileTimeOf(job.transfer_complete_time());
  }
  return times;
}

ULONG SecondsOf(const google::protobuf::Duration& duration) {
  return static_cast<ULONG>(std::clamp<std::int64_t>(
      duration.seconds(), 0, std::numeric_limits<ULONG>::max()));
}

void SetSeconds(ULONG seconds, absl::Duration longest,
                google::protobuf::Duration* duration) {
  duration->set_seconds(
      std::min<std::int64_t>(seconds, absl::ToInt64Seconds(longest)));
}

}  // namespace convoy::background_copy
