#include "client/background_copy/job_events.h"

#include <bits.h>

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <utility>

#include "client/job_watcher.h"
#include "google/protobuf/timestamp.pb.h"

namespace convoy::background_copy {
namespace {

std::tuple<std::int64_t, std::int32_t> Key(
    const google::protobuf::Timestamp& time) {
  return {time.seconds(), time.nanos()};
}

bool Differs(const v1::Job& a, const v1::Job& b) {
  return a.etag() != b.etag() || a.state() != b.state() ||
         Key(a.modify_time()) != Key(b.modify_time()) ||
         a.progress().transferred_bytes() != b.progress().transferred_bytes();
}

v1::FileRange Range(std::int64_t begin, std::int64_t end) {
  v1::FileRange range;
  range.set_offset_bytes(begin);
  range.set_length_bytes(end - begin);
  return range;
}

std::int64_t End(const v1::FileRange& range) {
  return range.offset_bytes() + range.length_bytes();
}

}  // namespace

std::vector<v1::FileRange> Subtract(const std::vector<v1::FileRange>& ranges,
                                    const std::vector<v1::FileRange>& without) {
  std::vector<v1::FileRange> left;
  auto hole = without.begin();
  for (const v1::FileRange& range : ranges) {
    std::int64_t begin = range.offset_bytes();
    const std::int64_t end = End(range);
    while (hole != without.end() && End(*hole) <= begin) ++hole;
    for (auto it = hole; it != without.end() && it->offset_bytes() < end;
         ++it) {
      if (it->offset_bytes() > begin) {
        left.push_back(Range(begin, it->offset_bytes()));
      }
      begin = std::max(begin, End(*it));
    }
    if (begin < end) left.push_back(Range(begin, end));
  }
  return left;
}

bool JobEvents::Observe(const v1::Job& job, bool tell_modification,
                        Files& files) {
  if (last_.has_value() && Key(job.modify_time()) < Key(last_->modify_time())) {
    return true;
  }
  const std::uint32_t flags =
      job.notify_flags() & BG_NOTIFY_DISABLE ? 0 : job.notify_flags();
  if ((flags & BG_NOTIFY_FILE_RANGES_TRANSFERRED) &&
      !ObserveRanges(job, files)) {
    return false;
  }
  if ((flags & BG_NOTIFY_FILE_TRANSFERRED) && !ObserveFiles(job, files)) {
    return false;
  }

  if (last_.has_value() && Differs(*last_, job)) modified_ = true;
  if (!(flags & BG_NOTIFY_JOB_MODIFICATION)) {
    modified_ = false;
  } else if (modified_ && tell_modification) {
    modified_ = false;
    if (!Waits(JobEvent::Kind::kModification)) {
      events_.push_back({JobEvent::Kind::kModification, {}, {}, {}, 0});
    }
  }

  if (job.state() != v1::JOB_STATE_TRANSFERRED) {
    Drop(JobEvent::Kind::kTransferred);
  } else if (flags & BG_NOTIFY_JOB_TRANSFERRED) {
    std::string at = job.transfer_complete_time().SerializeAsString();
    if (transferred_at_ != at) {
      transferred_at_ = std::move(at);
      events_.push_back({JobEvent::Kind::kTransferred,
                         {},
                         {},
                         {},
                         job.notification().number()});
    }
  }
  if (job.state() != v1::JOB_STATE_ERROR) {
    Drop(JobEvent::Kind::kError);
  } else if (flags & BG_NOTIFY_JOB_ERROR) {
    if (error_count_ != job.error_count()) {
      error_count_ = job.error_count();
      events_.push_back({JobEvent::Kind::kError,
                         {},
                         {},
                         job.error(),
                         job.notification().number()});
    }
  }
  last_ = job;
  return true;
}

bool JobEvents::ObserveFiles(const v1::Job& job, Files& files) {
  const std::pair<int, std::string> now = {
      job.progress().transferred_files(),
      job.transfer_complete_time().SerializeAsString()};
  if (now == listed_at_) return true;
  std::optional<std::vector<v1::JobFile>> list = files.List();
  if (!list.has_value()) return false;
  for (v1::JobFile& file : *list) {
    const int index = file.index();
    const bool was_refused = file.has_validated() && !file.validated();
    if (!file.transferred()) {
      files_.erase({index, false});
      files_.erase({index, true});
    } else if (files_.insert({index, was_refused}).second) {
      // A file that was fetched again and is approved now was told before.
      files_.insert({index, false});
      events_.push_back(
          {JobEvent::Kind::kFileTransferred, std::move(file), {}, {}, 0});
    }
  }
  listed_at_ = now;
  return true;
}

bool JobEvents::ObserveRanges(const v1::Job& job, Files& files) {
  if (job.progress().transferred_bytes() == range_bytes_) return true;
  std::optional<std::vector<v1::JobFile>> list = files.List();
  if (!list.has_value()) return false;
  std::map<int, std::vector<v1::FileRange>> all;
  for (const v1::JobFile& file : *list) {
    std::optional<std::vector<v1::FileRange>> filled =
        files.Filled(file.index());
    if (!filled.has_value()) return false;
    all[file.index()] = *std::move(filled);
  }
  for (v1::JobFile& file : *list) {
    const int index = file.index();
    std::vector<v1::FileRange> fresh = Subtract(all[index], ranges_[index]);
    if (fresh.empty()) continue;
    events_.push_back({JobEvent::Kind::kFileRangesTransferred,
                       std::move(file),
                       std::move(fresh),
                       {},
                       0});
  }
  ranges_ = std::move(all);
  range_bytes_ = job.progress().transferred_bytes();
  return true;
}

void JobEvents::Drop(JobEvent::Kind kind) {
  events_.erase(
      std::remove_if(events_.begin(), events_.end(),
                     [kind](const JobEvent& e) { return e.kind == kind; }),
      events_.end());
}

bool JobEvents::Waits(JobEvent::Kind kind) const {
  return std::any_of(events_.begin(), events_.end(),
                     [kind](const JobEvent& e) { return e.kind == kind; });
}

bool JobEvents::finished() const {
  return last_.has_value() && IsFinalState(last_->state()) && events_.empty() &&
         !modified_;
}

}  // namespace convoy::background_copy
