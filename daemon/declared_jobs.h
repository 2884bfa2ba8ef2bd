#ifndef CONVOY_DAEMON_DECLARED_JOBS_H_
#define CONVOY_DAEMON_DECLARED_JOBS_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "convoy/v1/admin_service.pb.h"
#include "convoy/v1/job.pb.h"
#include "daemon/caller.h"
#include "daemon/declaration_folder.h"
#include "daemon/declared_files.h"
#include "daemon/declared_record.h"
#include "daemon/declared_step.h"
#include "daemon/file_work.h"
#include "daemon/job_manager.h"
#include "daemon/rollout_rule.h"
#include "peer/base/clock.h"
#include "peer/base/executor.h"
#include "peer/http_settings.h"

namespace convoy {

// Brings the machine into the state that files of paths.jobs_directory declare,
// and keeps it there (declared_jobs.md). Whatever happens, NextStep is asked
// what to do, one thing at a time for each declared job.
//
// Everything is on the control executor.
class DeclaredJobs {
 public:
  // Answers come on the control executor.
  using Told = absl::AnyInvocable<void(absl::Status) &&>;
  using RunCommand =
      std::function<void(const DeclaredRecord& record,
                         const std::vector<std::string>& command, Told told)>;
  // What vouches for the origin's version of a file now.
  using AskOrigin = std::function<void(
      const v1::HttpOptions& http, const std::string& url,
      absl::AnyInvocable<void(absl::StatusOr<Validator>) &&> told)>;

  struct Parts {  // Pointers are not owned.
    const Clock* clock = nullptr;
    Executor* control = nullptr;
    // For reading the folder and looking at files.
    Executor* blocking = nullptr;
    JobManager* manager = nullptr;
    DeclaredStore* store = nullptr;
    DeclaredFiles* files = nullptr;
    // Asked at each reading.
    std::function<std::string()> folder;
    std::function<RolloutMachine()> machine;
    // On `blocking`.
    std::function<DeclarationFolder(const std::string& folder)> read_folder;
    RunCommand run_command;
    AskOrigin ask_origin;
    absl::TimeZone zone;
  };

  explicit DeclaredJobs(Parts parts);
  // REQUIRES: on the control executor, or that has stopped.
  ~DeclaredJobs();
  DeclaredJobs(const DeclaredJobs&) = delete;
  DeclaredJobs& operator=(const DeclaredJobs&) = delete;

  // Reads the store, then the folder. Call once, after JobManager::Start.
  absl::Status Start();
  // Reads the folder again. `done` gets the mistakes.
  void Reload(
      absl::AnyInvocable<void(const std::vector<std::string>&) &&> done);
  // Begins nothing more. Before JobManager::Shutdown.
  void Shutdown();

  v1::ListDeclaredJobsResponse List(const Caller& caller) const;

 private:
  struct Entry;

  // Takes in what the folder says.
  void Apply(DeclarationFolder folder);
  void Take(OwnedDeclaration declared);
  Entry* Find(const std::string& name);
  // Looks at an entry as a later task, or at a time.
  void LookLater(const std::string& name);
  void LookAt(Entry* entry, absl::Time wake);
  void Look(Entry* entry);
  DeclaredStep StepOf(const Entry& entry) const;
  void Act(Entry* entry, const DeclaredStep& step);
  void Show(Entry* entry, v1::DeclaredJob::Phase phase, std::string message);
  // False: the store does not take it; tried again later.
  bool Save(Entry* entry);

  // What the actions do. Each ends with Done.
  void Fetch(Entry* entry);
  void Retry(Entry* entry);
  void Update(Entry* entry);
  void SetSuspended(Entry* entry, bool suspended);
  void Cancel(Entry* entry);
  // Has ExplainJob say why the job is suspended.
  void Hold(const Entry& entry);
  void Check(Entry* entry);
  void AskNextOrigin(const std::string& name, std::size_t index);
  void CheckDone(Entry* entry, const std::string& difference);
  void Command(Entry* entry);
  void Remove(Entry* entry);
  // The next thing may be done.
  void Done(const std::string& name);
  // The last thing failed, and is tried again after a while.
  void Failed(Entry* entry, std::string message);

  // The job of an entry.
  void Watch(Entry* entry);
  void Unwatch(Entry* entry);
  void OnJob(const std::string& name, std::shared_ptr<const v1::Job> job);
  void OnWatchEnd(const std::string& name, const absl::Status& status);
  // All its files have their names.
  void Delivered(Entry* entry);
  void CollectFiles(const std::string& name, std::string page_token,
                    std::vector<v1::JobFile> files);
  void FilesCollected(Entry* entry, std::vector<v1::JobFile> files);
  void JobIsGone(Entry* entry);

  const Parts parts_;
  RolloutMachine machine_;
  std::map<std::string, std::unique_ptr<Entry>> entries_;
  std::vector<std::string> mistakes_;
  bool loaded_ = false;  // The folder was read.
  bool stopped_ = false;
  Executor::TimerId reread_ = 0;  // While there are mistakes.
  FileWork work_;
  // Posted tasks look at it: this may be gone by then.
  std::shared_ptr<DeclaredJobs*> self_;
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_DECLARED_JOBS_H_
