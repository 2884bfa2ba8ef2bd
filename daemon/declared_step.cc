#include "daemon/declared_step.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace convoy {
namespace {

using Action = DeclaredAction;
using Job = v1::DeclaredJob;

constexpr absl::Duration kShortestRetry = absl::Minutes(1);
constexpr absl::Duration kLongestRetry = absl::Hours(6);

std::string At(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

DeclaredStep Do(Action action, Job::Phase phase, std::string message) {
  return {action, phase, std::move(message), absl::InfiniteFuture()};
}

DeclaredStep Wait(Job::Phase phase, std::string message, absl::Time wake) {
  return {Action::kNone, phase, std::move(message), wake};
}

class Stepper {
 public:
  explicit Stepper(const DeclaredView& view)
      : view_(view), record_(*view.record) {}

  DeclaredStep Next() const {
    if (view_.wanted == nullptr) return Gone();
    if (!view_.not_selected.empty()) return NotSelected();
    return view_.wanted->present() ? Present() : Absent();
  }

 private:
  const v1::JobDeclaration& keys() const { return view_.wanted->keys; }

  DeclaredStep Gone() const {
    const std::string& rule = record_.when_removed;
    if (record_.running && rule == "keep" && !view_.failed) {
      return Wait(Job::PHASE_FETCHING,
                  "nothing declares it any more; its job goes on",
                  absl::InfiniteFuture());
    }
    if (record_.running) {
      return Do(Action::kCancel, Job::PHASE_FETCHING,
                "nothing declares it any more; its job is cancelled");
    }
    if (rule == "delete" && !record_.files.empty()) {
      if (MustWait()) return Failed();
      return Do(Action::kRemove, Job::PHASE_FETCHING,
                "nothing declares it any more; its files are removed");
    }
    return Do(Action::kForget, record_.phase, record_.message);
  }

  DeclaredStep NotSelected() const {
    if (record_.running) {
      return Do(Action::kCancel, Job::PHASE_NOT_SELECTED, view_.not_selected);
    }
    return Wait(Job::PHASE_NOT_SELECTED, view_.not_selected,
                absl::InfiniteFuture());
  }

  DeclaredStep Absent() const {
    if (record_.running) {
      return Do(Action::kCancel, Job::PHASE_FETCHING,
                "declared absent; its job is cancelled");
    }
    if (MustWait()) return Failed();
    if (!view_.hours.open) return WaitForHours();
    if (record_.delivered != Identity()) {
      return Do(Action::kRemove, Job::PHASE_FETCHING, "the files are removed");
    }
    if (CheckIsDue()) {
      return Do(Action::kRemove, Job::PHASE_ABSENT, "the files are gone");
    }
    return Wait(Job::PHASE_ABSENT, "the files are gone", NextCheck());
  }

  DeclaredStep Present() const {
    if (record_.running) return Running();
    if (record_.delivered == Identity()) return Delivered();
    if (MustWait()) return Failed();
    if (!view_.hours.open) return WaitForHours();
    return Do(Action::kFetch, Job::PHASE_FETCHING, "a job is made");
  }

  DeclaredStep Running() const {
    const v1::FetchRequest wanted = FetchRequestOf(*view_.wanted);
    if (record_.fetching != Identity() ||
        AskedOf(record_.fetch) != AskedOf(wanted)) {
      return Do(Action::kCancel, Job::PHASE_FETCHING,
                "the declaration has changed; its job is made anew");
    }
    if (record_.job_id.empty()) {
      return Wait(Job::PHASE_FETCHING, "a job is made", absl::InfiniteFuture());
    }
    if (TermsOf(record_.fetch).SerializeAsString() !=
        TermsOf(wanted).SerializeAsString()) {
      return Do(Action::kUpdate, Job::PHASE_FETCHING, "its job runs");
    }
    if (!view_.hours.open) {
      if (record_.suspended || view_.failed) return WaitForHours();
      return Do(Action::kSuspend, Job::PHASE_WAITING, HoursText());
    }
    if (record_.suspended) {
      return Do(Action::kResume, Job::PHASE_FETCHING, "its job runs");
    }
    if (view_.failed) {
      if (MustWait()) return Failed();
      return Do(Action::kRetry, Job::PHASE_FETCHING, "its job is tried again");
    }
    return Wait(Job::PHASE_FETCHING, "its job runs", view_.hours.until);
  }

  DeclaredStep Delivered() const {
    if (MustWait()) return Failed();
    if (record_.command_due) {
      return Do(Action::kCommand, Job::PHASE_FETCHING, "on_complete runs");
    }
    if (CheckIsDue() || record_.mode != view_.wanted->mode) {
      return Do(Action::kCheck, Job::PHASE_PRESENT, record_.message);
    }
    return Wait(Job::PHASE_PRESENT, "the files are there", NextCheck());
  }

  std::string Identity() const {
    return DeclaredIdentity(*view_.wanted, view_.owner);
  }
  absl::Duration Interval() const {
    return absl::Seconds(keys().check_seconds());
  }
  // A clock that was put back must not put checks off.
  bool CheckIsDue() const {
    return view_.now >= record_.checked_time + Interval() ||
           view_.now < record_.checked_time;
  }
  absl::Time NextCheck() const { return record_.checked_time + Interval(); }

  bool MustWait() const {
    return record_.failures > 0 && view_.now < record_.next_try_time;
  }
  DeclaredStep Failed() const {
    return Wait(Job::PHASE_FAILED, record_.message, record_.next_try_time);
  }
  std::string HoursText() const {
    const std::string until =
        view_.hours.until == absl::InfiniteFuture()
            ? ""
            : absl::StrCat(" until ", At(view_.hours.until));
    return absl::StrCat(
        "waits for its ",
        view_.now < view_.wanted->rollout.not_before ? "not_before" : "window",
        until);
  }
  DeclaredStep WaitForHours() const {
    return Wait(Job::PHASE_WAITING, HoursText(), view_.hours.until);
  }

  const DeclaredView& view_;
  const DeclaredRecord& record_;
};

}  // namespace

DeclaredStep NextStep(const DeclaredView& view) { return Stepper(view).Next(); }

v1::Job TermsOf(const v1::FetchRequest& request) {
  v1::Job terms;
  terms.set_priority(request.job().priority());
  terms.set_download_mode(request.job().download_mode());
  if (request.job().has_needed_by()) {
    *terms.mutable_needed_by() = request.job().needed_by();
  }
  return terms;
}

std::string AskedOf(const v1::FetchRequest& request) {
  v1::FetchRequest asked = request;
  asked.clear_request_id();
  asked.mutable_job()->clear_priority();
  asked.mutable_job()->clear_download_mode();
  asked.mutable_job()->clear_needed_by();
  return asked.SerializeAsString();
}

absl::Duration DeclaredRetryDelay(int failures) {
  absl::Duration delay = kShortestRetry;
  for (int i = 1; i < failures && delay < kLongestRetry; ++i) delay *= 2;
  return std::min(delay, kLongestRetry);
}

}  // namespace convoy
