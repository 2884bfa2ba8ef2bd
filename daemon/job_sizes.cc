#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "convoy/v1/error_detail.pb.h"
#include "daemon/job_life.h"
#include "daemon/job_proto.h"

// JobLife's part about how much a job may fetch.
namespace convoy {
namespace {

// What is known of it beforehand.
std::optional<std::int64_t> SizeToFetch(const Job& job, const JobFile& file) {
  if (IsOnDemand(job, file)) return std::nullopt;
  const std::optional<std::int64_t> size = LocalSize(file);
  return size.has_value() || !file.ranges.empty() ? size : file.expected_size;
}

}  // namespace

bool JobLife::CheckSize(JobEntry* entry) {
  const Job& job = *entry->job;
  const std::int64_t most = ExtrasOf(job).maximum_download_bytes;
  if (most == 0) return true;
  std::int64_t size = 0;
  for (const JobFile& file : job.files) {
    std::int64_t came = file.flushed_bytes;
    const auto run = entry->run->files.find(file.index);
    if (run != entry->run->files.end()) {
      came = std::max(came, run->second->news.flushed_bytes);
    }
    const std::int64_t own = SizeToFetch(job, file).value_or(came);
    if (__builtin_add_overflow(size, own, &size)) {
      size = std::numeric_limits<std::int64_t>::max();
    }
  }
  if (size <= most) return true;
  JobFailure failure;
  failure.detail.set_reason(v1::ERROR_REASON_MAX_DOWNLOAD_SIZE);
  failure.detail.set_context(v1::ERROR_CONTEXT_GENERAL_QUEUE_MANAGER);
  failure.message = absl::StrCat("the job's files have at least ", size,
                                 " bytes, and it may fetch ", most,
                                 " (maximum_download_bytes)");
  failure.time = parts_.clock->Now();
  Apply(entry, JobEvent::kFatalFailure, std::move(failure));
  return false;
}

}  // namespace convoy
