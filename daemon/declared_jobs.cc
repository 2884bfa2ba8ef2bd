#include "daemon/declared_jobs.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/declared_jobs_entry.h"
#include "daemon/proto_time.h"
#include "peer/base/log.h"
#include "peer/base/status_macros.h"

// Which declared jobs there are, and when each is looked at. What is then done
// is in declared_actions.cc.
namespace convoy {
namespace {

// The calendar's clock may be set at any time.
constexpr absl::Duration kLongestWait = absl::Minutes(1);
// A user may be there a little later, a disk may have space again.
constexpr absl::Duration kTryAgain = absl::Minutes(1);

}  // namespace

DeclaredJobs::DeclaredJobs(Parts parts)
    : parts_(std::move(parts)),
      work_(*parts_.control, *parts_.blocking),
      self_(std::make_shared<DeclaredJobs*>(this)) {}

DeclaredJobs::~DeclaredJobs() { Shutdown(); }

absl::Status DeclaredJobs::Start() {
  CONVOY_ASSIGN_OR_RETURN(std::vector<DeclaredRecord> records,
                          parts_.store->LoadAll());
  for (DeclaredRecord& record : records) {
    const std::string name = record.name;
    entries_.emplace(name, std::make_unique<Entry>(this, std::move(record)));
  }
  for (const auto& [name, entry] : entries_) {
    if (entry->record.running) Watch(entry.get());
  }
  Reload([](const std::vector<std::string>&) {});
  return absl::OkStatus();
}

void DeclaredJobs::Shutdown() {
  if (stopped_) return;
  stopped_ = true;
  self_.reset();
  parts_.control->CancelTimer(reread_);
  for (const auto& [name, entry] : entries_) {
    Unwatch(entry.get());
    parts_.control->CancelTimer(entry->timer);
  }
}

void DeclaredJobs::Reload(
    absl::AnyInvocable<void(const std::vector<std::string>&) &&> done) {
  if (stopped_) return;
  machine_ = parts_.machine();
  work_.Run<DeclarationFolder>(
      [read = parts_.read_folder, folder = parts_.folder()] {
        return read(folder);
      },
      [this, done = std::move(done)](DeclarationFolder folder) mutable {
        if (stopped_) return;
        Apply(std::move(folder));
        std::move(done)(mistakes_);
      });
}

void DeclaredJobs::Apply(DeclarationFolder folder) {
  loaded_ = true;
  if (folder.mistakes != mistakes_) {
    for (const std::string& mistake : folder.mistakes) LogError(mistake);
  }
  mistakes_ = std::move(folder.mistakes);
  std::set<std::string> declared;
  for (OwnedDeclaration& job : folder.jobs) {
    declared.insert(job.declaration.name);
    Take(std::move(job));
  }
  // What no file declares may have moved to one that cannot be read.
  const bool complete = folder.readable && folder.wrong_files.empty();
  for (const auto& [name, entry] : entries_) {
    if (declared.count(name) == 0) {
      entry->frozen = !complete;
      if (complete) entry->wanted.reset();
    }
    LookLater(name);
  }
  parts_.control->CancelTimer(std::exchange(reread_, 0));
  if (mistakes_.empty()) return;
  reread_ = parts_.control->PostAfter(
      kTryAgain, [self = std::weak_ptr<DeclaredJobs*>(self_)] {
        const auto alive = self.lock();
        if (alive == nullptr) return;
        (*alive)->reread_ = 0;
        (*alive)->Reload([](const std::vector<std::string>&) {});
      });
}

void DeclaredJobs::Take(OwnedDeclaration declared) {
  const Declaration& declaration = declared.declaration;
  std::unique_ptr<Entry>& entry = entries_[declaration.name];
  if (entry == nullptr) {
    DeclaredRecord record;
    record.name = declaration.name;
    entry = std::make_unique<Entry>(this, std::move(record));
  }
  DeclaredRecord& record = entry->record;
  const bool changed = record.file != declaration.file ||
                       record.line != declaration.line ||
                       record.when_removed != declaration.keys.when_removed();
  // Somebody has looked at it: no reason to wait any longer.
  if (entry->wanted.has_value() &&
      entry->wanted->declaration.keys.SerializeAsString() !=
          declaration.keys.SerializeAsString()) {
    record.next_try_time = absl::InfinitePast();
  }
  record.file = declaration.file;
  record.line = declaration.line;
  record.when_removed = declaration.keys.when_removed();
  entry->frozen = false;
  entry->wanted = std::move(declared);
  if (changed) Save(entry.get());
}

DeclaredJobs::Entry* DeclaredJobs::Find(const std::string& name) {
  const auto found = entries_.find(name);
  return stopped_ || found == entries_.end() ? nullptr : found->second.get();
}

void DeclaredJobs::LookLater(const std::string& name) {
  parts_.control->Post([self = std::weak_ptr<DeclaredJobs*>(self_), name] {
    const auto alive = self.lock();
    if (alive == nullptr) return;
    if (Entry* const entry = (*alive)->Find(name)) (*alive)->Look(entry);
  });
}

void DeclaredJobs::LookAt(Entry* entry, absl::Time wake) {
  parts_.control->CancelTimer(std::exchange(entry->timer, 0));
  if (wake == absl::InfiniteFuture()) return;
  const absl::Duration wait = std::clamp(wake - parts_.clock->Now(),
                                         absl::Milliseconds(1), kLongestWait);
  entry->timer = parts_.control->PostAfter(
      wait,
      [self = std::weak_ptr<DeclaredJobs*>(self_), name = entry->record.name] {
        const auto alive = self.lock();
        if (alive == nullptr) return;
        if (Entry* const due = (*alive)->Find(name)) {
          due->timer = 0;
          (*alive)->Look(due);
        }
      });
}

DeclaredStep DeclaredJobs::StepOf(const Entry& entry) const {
  DeclaredView view;
  view.record = &entry.record;
  view.failed = entry.failed;
  view.now = parts_.clock->Now();
  if (entry.wanted.has_value()) {
    const Declaration& wanted = entry.wanted->declaration;
    view.wanted = &wanted;
    view.owner = entry.wanted->owner;
    view.not_selected = WhyNotSelected(wanted.rollout, wanted.name, machine_);
    view.hours = HoursAt(wanted.rollout, view.now, parts_.zone);
  }
  return NextStep(view);
}

void DeclaredJobs::Look(Entry* entry) {
  if (!loaded_ || entry->busy) return;
  LookAt(entry, absl::InfiniteFuture());
  if (entry->frozen) {
    return Show(entry, entry->record.phase,
                "a file has a mistake, or cannot be read, and may declare it: "
                "it is left as it is");
  }
  const DeclaredStep step = StepOf(*entry);
  if (step.action == DeclaredAction::kForget) {
    const absl::Status status = parts_.store->Remove(entry->record.name);
    if (!status.ok()) {
      LogError(status.message());
      return LookAt(entry, parts_.clock->Now() + kTryAgain);
    }
    Unwatch(entry);
    LogInfo("declared job ", entry->record.name, " is forgotten");
    entries_.erase(entry->record.name);
    return;
  }
  const bool own_words = step.phase == v1::DeclaredJob::PHASE_FETCHING &&
                         step.action == DeclaredAction::kNone &&
                         !entry->note.empty();
  Show(entry, step.phase, own_words ? entry->note : step.message);
  if (step.action == DeclaredAction::kNone) return LookAt(entry, step.wake);
  entry->busy = true;
  Act(entry, step);
}

void DeclaredJobs::Show(Entry* entry, v1::DeclaredJob::Phase phase,
                        std::string message) {
  DeclaredRecord& record = entry->record;
  record.message = std::move(message);
  if (record.phase == phase) return;
  record.phase = phase;
  record.change_time = parts_.clock->Now();
  LogInfo("declared job ", record.name, " is ",
          v1::DeclaredJob::Phase_Name(phase).substr(6), ": ", record.message);
  Save(entry);
}

bool DeclaredJobs::Save(Entry* entry) {
  const absl::Status status = parts_.store->Put(entry->record);
  if (status.ok()) return true;
  LogError("declared job ", entry->record.name, ": ", status.message());
  LookAt(entry, parts_.clock->Now() + kTryAgain);
  return false;
}

void DeclaredJobs::Done(const std::string& name) {
  Entry* const entry = Find(name);
  if (entry == nullptr) return;
  entry->busy = false;
  if (entry->ended) return Delivered(entry);
  LookLater(name);
}

void DeclaredJobs::Failed(Entry* entry, std::string message) {
  DeclaredRecord& record = entry->record;
  ++record.failures;
  record.next_try_time =
      parts_.clock->Now() + DeclaredRetryDelay(record.failures);
  record.message = std::move(message);
  Save(entry);
}

v1::ListDeclaredJobsResponse DeclaredJobs::List(const Caller& caller) const {
  v1::ListDeclaredJobsResponse response;
  for (const auto& [name, entry] : entries_) {
    const DeclaredRecord& record = entry->record;
    v1::DeclaredJob& job = *response.add_jobs();
    job.set_name(name);
    job.set_provider(absl::StrCat(record.file, ":", record.line));
    job.set_phase(record.phase);
    SetTime(record.change_time, job.mutable_change_time());
    const bool waits =
        record.failures > 0 && record.next_try_time > parts_.clock->Now();
    if (waits) SetTime(record.next_try_time, job.mutable_next_try_time());
    job.set_transferred_bytes(entry->progress.transferred_bytes());
    job.set_total_bytes(entry->progress.total_bytes());
    const uid_t uid =
        entry->wanted.has_value() ? entry->wanted->owner.uid : record.owner.uid;
    if (!caller.administrator && caller.uid != uid) continue;
    job.set_message(record.message);
    job.set_job_id(record.job_id);
  }
  for (const std::string& mistake : mistakes_) response.add_mistakes(mistake);
  return response;
}

}  // namespace convoy
