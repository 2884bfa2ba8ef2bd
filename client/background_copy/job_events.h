#ifndef CONVOY_CLIENT_BACKGROUND_COPY_JOB_EVENTS_H_
#define CONVOY_CLIENT_BACKGROUND_COPY_JOB_EVENTS_H_

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "convoy/v1/job.pb.h"

namespace convoy::background_copy {

// One call of a callback.
struct JobEvent {
  enum class Kind {
    kFileRangesTransferred,
    kFileTransferred,
    kModification,
    kTransferred,
    kError
  };

  Kind kind;
  v1::JobFile file;                   // Of the first two.
  std::vector<v1::FileRange> ranges;  // Of the first.
  v1::JobError error;                 // Of the last.
  // JobNotification.number, of the last two. 0: none.
  std::int64_t notification = 0;
};

// Makes a job's events from snapshots of it, by its notify flags:
//
// 1. Of each entry into TRANSFERRED and ERROR, and of each transferred file
//    and range, there is one event, however often it is seen.
// 2. What has happened before the first snapshot has its events too, but
//    modifications.
// 3. Modifications that wait are one event.
// 4. TRANSFERRED and ERROR that wait are dropped when the job leaves the state.
//
// One thread.
class JobEvents {
 public:
  // Asked only where the flags need it. Nothing: it cannot be known now, but
  // may be later.
  class Files {
   public:
    virtual ~Files() = default;
    virtual std::optional<std::vector<v1::JobFile>> List() = 0;
    virtual std::optional<std::vector<v1::FileRange>> Filled(int index) = 0;
  };

  // A snapshot; one that is older than the last is ignored. Without
  // `tell_modification`, a modification is kept for the next call. False: its
  // files could not be known, and it must be shown again.
  bool Observe(const v1::Job& job, bool tell_modification, Files& files);

  // A modification was kept.
  bool modification_is_held() const { return modified_; }
  const std::optional<v1::Job>& last() const { return last_; }

  bool empty() const { return events_.empty(); }
  // REQUIRES: not empty.
  const JobEvent& front() const { return events_.front(); }
  void Pop() { events_.pop_front(); }
  // The job is in a final state and no event waits.
  bool finished() const;

 private:
  // False: the files could not be known, and nothing has changed.
  bool ObserveFiles(const v1::Job& job, Files& files);
  bool ObserveRanges(const v1::Job& job, Files& files);
  void Drop(JobEvent::Kind kind);
  bool Waits(JobEvent::Kind kind) const;

  std::optional<v1::Job> last_;
  bool modified_ = false;
  std::deque<JobEvent> events_;

  // What has been made an event.
  std::optional<std::string> transferred_at_;
  std::optional<int> error_count_;
  // Files, and whether their owner had refused their bytes before: then they
  // were fetched again, which is an event of its own.
  std::set<std::pair<int, bool>> files_;
  // At what number of transferred files, and at which end, they were listed.
  std::pair<int, std::string> listed_at_;
  std::int64_t range_bytes_ = 0;
  std::map<int, std::vector<v1::FileRange>> ranges_;
};

// The bytes of `ranges` that are not in `without`; both in rising order.
std::vector<v1::FileRange> Subtract(const std::vector<v1::FileRange>& ranges,
                                    const std::vector<v1::FileRange>& without);

}  // namespace convoy::background_copy

#endif  // CONVOY_CLIENT_BACKGROUND_COPY_JOB_EVENTS_H_
