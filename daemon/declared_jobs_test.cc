#include "daemon/declared_jobs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "daemon/declaration_reader.h"
#include "daemon/job_manager_testing.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr JobOwner kOwner = {1000, 1000};

// Durable at once; what a crash leaves.
class FakeDeclaredStore final : public DeclaredStore {
 public:
  absl::StatusOr<std::vector<DeclaredRecord>> LoadAll() override {
    std::vector<DeclaredRecord> all;
    for (const auto& record : records) all.push_back(record.second);
    return all;
  }
  absl::Status Put(const DeclaredRecord& record) override {
    if (!failure.ok()) return failure;
    records[record.name] = record;
    return absl::OkStatus();
  }
  absl::Status Remove(const std::string& name) override {
    records.erase(name);
    return failure;
  }

  std::map<std::string, DeclaredRecord> records;
  absl::Status failure;
};

class FakeDeclaredFiles final : public DeclaredFiles {
 public:
  absl::StatusOr<std::string> Difference(const JobOwner& /*owner*/,
                                         const v1::JobFile& delivered,
                                         mode_t mode, bool digest) override {
    last_mode = mode;
    last_digest = digest;
    return differences[delivered.local_path()];
  }
  absl::StatusOr<std::string> Sha256Of(const JobOwner& /*owner*/,
                                       const std::string& /*path*/) override {
    return std::string(64, 'a');
  }
  absl::Status Remove(const JobOwner& owner, const std::string& path) override {
    if (!failure.ok()) return failure;
    EXPECT_EQ(owner.uid, kOwner.uid);
    removed.push_back(path);
    return absl::OkStatus();
  }

  std::map<std::string, std::string> differences;
  std::vector<std::string> removed;
  absl::Status failure;
  mode_t last_mode = 0;
  bool last_digest = false;
};

class DeclaredJobsTest : public ::testing::Test {
 protected:
  DeclaredJobsTest() { StartJobs(); }
  ~DeclaredJobsTest() override { jobs_.reset(); }

  void StartJobs() {
    DeclaredJobs::Parts parts;
    parts.clock = &manager_.clock;
    parts.control = &manager_.control;
    parts.blocking = &manager_.files_executor;
    parts.manager = &manager_.manager();
    parts.store = &store_;
    parts.files = &files_;
    parts.folder = [] { return "/j"; };
    parts.read_folder = [this](const std::string&) { return Folder(); };
    parts.machine = [this] { return machine_; };
    parts.run_command = [this](const DeclaredRecord&,
                               const std::vector<std::string>& command,
                               DeclaredJobs::Told told) {
      commands_.push_back(command);
      std::move(told)(command_status_);
    };
    parts.ask_origin =
        [this](const v1::HttpOptions&, const std::string& url,
               absl::AnyInvocable<void(absl::StatusOr<Validator>) &&> told) {
          manager_.engine.AskOrigin(url, nullptr, &manager_.control,
                                    std::move(told));
        };
    parts.zone = absl::UTCTimeZone();
    jobs_ = std::make_unique<DeclaredJobs>(std::move(parts));
    ASSERT_TRUE(jobs_->Start().ok());
    manager_.RunUntilIdle();
  }

  // kill -9 and a new start.
  void Restart() {
    jobs_.reset();
    manager_.Kill();
    manager_.Start();
    StartJobs();
  }

  DeclarationFolder Folder() {
    DeclarationFolder folder;
    folder.readable = readable_;
    for (const auto& [path, text] : texts_) {
      DeclarationFile file = ReadDeclarations(path, text);
      for (std::string& mistake : file.mistakes) {
        folder.mistakes.push_back(std::move(mistake));
        folder.wrong_files.insert(path);
      }
      if (folder.wrong_files.count(path) > 0) continue;
      for (Declaration& job : file.jobs) {
        folder.jobs.push_back({std::move(job), kOwner});
      }
    }
    return folder;
  }

  // Puts the text of /j/a.yaml and has it read. Empty: no file.
  void Declare(const std::string& text) {
    texts_.clear();
    if (!text.empty()) texts_["/j/a.yaml"] = text;
    Reload();
  }
  void Reload() {
    manager_.control.Post(
        [this] { jobs_->Reload([](const std::vector<std::string>&) {}); });
    manager_.RunUntilIdle();
  }
  static std::string Words(const std::string& more = "") {
    return absl::StrCat(
        "words:\n  url: http://origin.example/w\n  path: /srv/w\n", more);
  }

  v1::DeclaredJob Shown(const std::string& name = "words") {
    const v1::ListDeclaredJobsResponse all = jobs_->List({0, 0, true});
    for (const v1::DeclaredJob& job : all.jobs()) {
      if (job.name() == name) return job;
    }
    return {};
  }
  std::string PhaseOf(const std::string& name = "words") {
    return v1::DeclaredJob::Phase_Name(Shown(name).phase()).substr(6);
  }
  void Succeed() {
    manager_.engine.Succeed(manager_.engine.count() - 1, "content");
    manager_.RunUntilIdle();
  }
  void Deliver(const std::string& more = "") {
    Declare(Words(more));
    ASSERT_EQ(PhaseOf(), "FETCHING");
    Succeed();
    ASSERT_EQ(PhaseOf(), "PRESENT");
  }

  ManagerHarness manager_;
  FakeDeclaredStore store_;
  FakeDeclaredFiles files_;
  RolloutMachine machine_{"m", {}};
  std::map<std::string, std::string> texts_;
  bool readable_ = true;
  std::vector<std::vector<std::string>> commands_;
  absl::Status command_status_;
  std::unique_ptr<DeclaredJobs> jobs_;
};

TEST_F(DeclaredJobsTest, FetchesWhatIsDeclaredAndHandsItOver) {
  Declare(Words("  mode: 0600\n  on_complete: [/bin/reload, now]\n"));
  EXPECT_EQ(PhaseOf(), "FETCHING");
  const auto job = manager_.Get(Shown().job_id());
  ASSERT_TRUE(job.ok());
  EXPECT_EQ(job->display_name(), "words");
  EXPECT_EQ(job->owner().uid(), 1000u);
  EXPECT_EQ(job->declared_in(), "/j/a.yaml");
  EXPECT_THAT(commands_, IsEmpty());

  Succeed();
  EXPECT_EQ(PhaseOf(), "PRESENT");
  EXPECT_EQ(Shown().provider(), "/j/a.yaml:1");
  EXPECT_EQ(manager_.StateOf(Shown().job_id()), v1::JOB_STATE_ACKNOWLEDGED);
  EXPECT_THAT(commands_, ElementsAre(ElementsAre("/bin/reload", "now")));
}

TEST_F(DeclaredJobsTest, ReadingTheSameAgainChangesNothing) {
  Deliver();
  const std::size_t count = manager_.engine.count();
  Reload();
  Restart();
  manager_.Advance(absl::Minutes(30));
  EXPECT_EQ(PhaseOf(), "PRESENT");
  EXPECT_EQ(manager_.engine.count(), count);
}

TEST_F(DeclaredJobsTest, GoesOnWithTheSameJobAfterACrash) {
  Declare(Words());
  const std::string id = Shown().job_id();
  Restart();
  EXPECT_EQ(Shown().job_id(), id);
  Succeed();
  EXPECT_EQ(PhaseOf(), "PRESENT");
}

TEST_F(DeclaredJobsTest, ACrashBeforeTheJobIsKnownMakesNoSecondOne) {
  Declare(Words());
  store_.records.at("words").job_id.clear();  // As it was written first.
  Restart();
  EXPECT_EQ(PhaseOf(), "FETCHING");
  v1::ListJobsRequest all;
  EXPECT_EQ(manager_.List(all)->jobs_size(), 1);
}

TEST_F(DeclaredJobsTest, CompletionWhileTheDaemonWasDownIsSeen) {
  Declare(Words());
  jobs_.reset();
  Succeed();
  StartJobs();
  EXPECT_EQ(PhaseOf(), "PRESENT");
}

TEST_F(DeclaredJobsTest, AChangedDeclarationIsFetchedAnew) {
  Deliver();
  Declare("words:\n  url: http://origin.example/v2\n  path: /srv/w\n");
  EXPECT_EQ(PhaseOf(), "FETCHING");
  EXPECT_EQ(manager_.engine.spec(manager_.engine.count() - 1).urls.front(),
            "http://origin.example/v2");
  Succeed();
  EXPECT_EQ(PhaseOf(), "PRESENT");
}

TEST_F(DeclaredJobsTest, AChangeInMidFlightMakesTheJobAnew) {
  Declare(Words());
  const std::string first = Shown().job_id();
  Declare("words:\n  url: http://origin.example/v2\n  path: /srv/w\n");
  EXPECT_EQ(manager_.StateOf(first), v1::JOB_STATE_CANCELLED);
  EXPECT_NE(Shown().job_id(), first);
  Succeed();
  EXPECT_EQ(PhaseOf(), "PRESENT");
}

TEST_F(DeclaredJobsTest, PriorityAndNeededByGoToTheRunningJob) {
  Declare(Words());
  const std::string id = Shown().job_id();
  Declare(Words("  priority: foreground\n  needed_by: 2030-01-01T00:00:00Z\n"));
  EXPECT_EQ(Shown().job_id(), id);
  const auto job = manager_.Get(id);
  ASSERT_TRUE(job.ok());
  EXPECT_EQ(job->priority(), v1::JOB_PRIORITY_FOREGROUND);
  EXPECT_EQ(job->needed_by().seconds(), 1893456000);
}

TEST_F(DeclaredJobsTest, AFileThatDiffersIsFetchedAnew) {
  Deliver("  check_seconds: 60\n");
  files_.differences["/srv/w"] = "is gone";
  manager_.Advance(absl::Seconds(50));
  EXPECT_EQ(PhaseOf(), "PRESENT");
  manager_.Advance(absl::Seconds(20));
  EXPECT_EQ(PhaseOf(), "FETCHING");
  files_.differences.clear();
  Succeed();
  EXPECT_EQ(PhaseOf(), "PRESENT");
}

TEST_F(DeclaredJobsTest, VerifySaysWhatIsLookedAt) {
  Deliver("  check_seconds: 60\n  verify: always\n");
  manager_.Advance(absl::Seconds(70));
  EXPECT_TRUE(files_.last_digest);

  Declare(Words("  check_seconds: 60\n  verify: never\n"));
  files_.differences["/srv/w"] = "is gone";
  manager_.Advance(absl::Seconds(130));
  EXPECT_EQ(PhaseOf(), "PRESENT");
}

TEST_F(DeclaredJobsTest, AnotherVersionAtTheOriginIsFetched) {
  Deliver("  check_seconds: 60\n");
  Validator same;
  same.etag = "\"fake\"";
  manager_.engine.SetOrigin("http://origin.example/w", same);
  manager_.Advance(absl::Seconds(70));
  EXPECT_EQ(PhaseOf(), "PRESENT");
  Validator other;
  other.etag = "\"two\"";
  manager_.engine.SetOrigin("http://origin.example/w", other);
  manager_.Advance(absl::Seconds(70));
  EXPECT_EQ(PhaseOf(), "FETCHING");
}

TEST_F(DeclaredJobsTest, ANewModeIsSetInPlace) {
  Deliver();
  const std::size_t count = manager_.engine.count();
  Declare(Words("  mode: 0600\n"));
  EXPECT_EQ(files_.last_mode, 0600u);
  EXPECT_EQ(PhaseOf(), "PRESENT");
  EXPECT_EQ(manager_.engine.count(), count);
}

TEST_F(DeclaredJobsTest, AFailedJobIsTriedAgainWithGrowingWaits) {
  Declare(Words());
  const std::string id = Shown().job_id();
  manager_.engine.Fail(0, FatalFailure());
  manager_.RunUntilIdle();
  EXPECT_EQ(PhaseOf(), "FAILED");
  EXPECT_THAT(Shown().message(), HasSubstr("HTTP status 404"));
  EXPECT_TRUE(Shown().has_next_try_time());

  manager_.Advance(absl::Seconds(61));
  EXPECT_EQ(PhaseOf(), "FETCHING");
  manager_.engine.Fail(1, FatalFailure());
  manager_.RunUntilIdle();
  manager_.Advance(absl::Seconds(100));
  EXPECT_EQ(PhaseOf(), "FAILED");
  // Over a restart, too.
  Restart();
  EXPECT_EQ(PhaseOf(), "FAILED");
  manager_.Advance(absl::Seconds(30));
  EXPECT_EQ(PhaseOf(), "FETCHING");
  EXPECT_EQ(Shown().job_id(), id);
  Succeed();
  EXPECT_EQ(PhaseOf(), "PRESENT");
}

TEST_F(DeclaredJobsTest, AJobThatCannotBeMadeSaysWhy) {
  manager_.files.Fail("/srv/w", Error(v1::ERROR_REASON_PATH_NOT_FOUND,
                                      v1::ERROR_CONTEXT_LOCAL_FILE)
                                    .Status("there is no folder /srv"));
  Declare(Words());
  EXPECT_EQ(PhaseOf(), "FAILED");
  EXPECT_THAT(Shown().message(), HasSubstr("there is no folder /srv"));
  manager_.files.Fail("/srv/w", absl::OkStatus());
  manager_.Advance(absl::Seconds(61));
  EXPECT_EQ(PhaseOf(), "FETCHING");
}

TEST_F(DeclaredJobsTest, ACancelledJobIsMadeAgain) {
  Declare(Words());
  const std::string id = Shown().job_id();
  ASSERT_TRUE(manager_.Cancel(id).ok());
  EXPECT_EQ(PhaseOf(), "FAILED");
  manager_.Advance(absl::Seconds(61));
  EXPECT_EQ(PhaseOf(), "FETCHING");
  EXPECT_NE(Shown().job_id(), id);
}

TEST_F(DeclaredJobsTest, AFailedCommandIsRunAgain) {
  command_status_ = absl::AbortedError("exited with status 3");
  Declare(Words("  on_complete: [/bin/reload]\n"));
  Succeed();
  EXPECT_EQ(PhaseOf(), "FAILED");
  EXPECT_THAT(Shown().message(), HasSubstr("exited with status 3"));
  command_status_ = absl::OkStatus();
  manager_.Advance(absl::Seconds(61));
  EXPECT_EQ(PhaseOf(), "PRESENT");
  EXPECT_EQ(commands_.size(), 2u);
}

TEST_F(DeclaredJobsTest, OnlySelectedMachinesTakePart) {
  Declare(Words("  labels: [ring=canary]\n"));
  EXPECT_EQ(PhaseOf(), "NOT_SELECTED");
  EXPECT_EQ(manager_.engine.count(), 0u);
  machine_.labels = {"ring=canary"};
  Reload();
  EXPECT_EQ(PhaseOf(), "FETCHING");
  // Halted: percent is lowered.
  Declare(Words("  percent: 0\n"));
  EXPECT_EQ(PhaseOf(), "NOT_SELECTED");
  EXPECT_TRUE(manager_.engine.Running().empty());
  // And rolled out again.
  Declare(Words("  percent: 100\n"));
  EXPECT_EQ(PhaseOf(), "FETCHING");
}

TEST_F(DeclaredJobsTest, WaitsForNotBefore) {
  const absl::Time later = manager_.clock.Now() + absl::Hours(2);
  Declare(Words(absl::StrCat(
      "  not_before: ",
      absl::FormatTime(absl::RFC3339_sec, later, absl::UTCTimeZone()), "\n")));
  EXPECT_EQ(PhaseOf(), "WAITING");
  EXPECT_THAT(Shown().message(), HasSubstr("waits for its not_before"));
  manager_.Advance(absl::Hours(1));
  EXPECT_EQ(PhaseOf(), "WAITING");
  manager_.Advance(absl::Minutes(62));
  EXPECT_EQ(PhaseOf(), "FETCHING");
}

// The clock stands at 2023-11-14T22:13:20Z, a Tuesday.
TEST_F(DeclaredJobsTest, TheWindowSuspendsAndResumes) {
  Declare(Words("  window: [mon-fri 22:00-23:00]\n"));
  const std::string id = Shown().job_id();
  EXPECT_EQ(PhaseOf(), "FETCHING");
  manager_.Advance(absl::Minutes(47));
  EXPECT_EQ(PhaseOf(), "WAITING");
  EXPECT_EQ(manager_.StateOf(id), v1::JOB_STATE_SUSPENDED);
  const auto explained = manager_.Explain(id);
  ASSERT_TRUE(explained.ok());
  EXPECT_THAT(explained->summary(),
              HasSubstr("/j/a.yaml:1 and waits for its window until "
                        "2023-11-15T22:00:00Z"));
  Restart();
  EXPECT_EQ(PhaseOf(), "WAITING");
  manager_.Advance(absl::Hours(23) + absl::Minutes(1));
  EXPECT_EQ(PhaseOf(), "FETCHING");
  EXPECT_EQ(Shown().job_id(), id);
  Succeed();
  EXPECT_EQ(PhaseOf(), "PRESENT");
}

TEST_F(DeclaredJobsTest, AbsentRemovesAndStaysSo) {
  Deliver("  check_seconds: 60\n");
  Declare("words:\n  state: absent\n  path: /srv/w\n  check_seconds: 60\n");
  EXPECT_EQ(PhaseOf(), "ABSENT");
  EXPECT_THAT(files_.removed, ElementsAre("/srv/w"));
  manager_.Advance(absl::Seconds(70));
  EXPECT_EQ(files_.removed.size(), 2u);
  EXPECT_EQ(PhaseOf(), "ABSENT");
}

TEST_F(DeclaredJobsTest, AFileThatCannotBeRemovedIsAFailure) {
  files_.failure = absl::PermissionDeniedError("cannot remove /srv/w");
  Declare("words:\n  state: absent\n  path: /srv/w\n");
  EXPECT_EQ(PhaseOf(), "FAILED");
  files_.failure = absl::OkStatus();
  manager_.Advance(absl::Seconds(61));
  EXPECT_EQ(PhaseOf(), "ABSENT");
}

TEST_F(DeclaredJobsTest, WhenRemovedSaysWhatStays) {
  Deliver();  // cancel
  Declare("");
  EXPECT_THAT(files_.removed, IsEmpty());
  EXPECT_TRUE(store_.records.empty());

  Deliver("  when_removed: delete\n");
  Declare("");
  EXPECT_THAT(files_.removed, ElementsAre("/srv/w"));
  EXPECT_TRUE(store_.records.empty());
}

TEST_F(DeclaredJobsTest, WhenRemovedSaysWhatBecomesOfTheJob) {
  Declare(Words());
  std::string id = Shown().job_id();
  Declare("");
  EXPECT_EQ(manager_.StateOf(id), v1::JOB_STATE_CANCELLED);

  Declare(Words("  when_removed: keep\n"));
  id = Shown().job_id();
  Declare("");
  EXPECT_EQ(manager_.StateOf(id), v1::JOB_STATE_CONNECTING);
  Succeed();
  EXPECT_EQ(manager_.StateOf(id), v1::JOB_STATE_ACKNOWLEDGED);
  EXPECT_TRUE(store_.records.empty());
  EXPECT_THAT(files_.removed, IsEmpty());
}

TEST_F(DeclaredJobsTest, FilesThatANewVersionHasNotGo) {
  Deliver("  when_removed: delete\n");
  Declare(
      "words:\n  url: http://origin.example/w\n  path: /srv/v2\n"
      "  when_removed: delete\n");
  EXPECT_THAT(files_.removed, IsEmpty());
  Succeed();
  EXPECT_THAT(files_.removed, ElementsAre("/srv/w"));
}

TEST_F(DeclaredJobsTest, AMistakeTakesNothingBack) {
  Deliver("  when_removed: delete\n");
  texts_["/j/a.yaml"] = "words: [\n";
  texts_["/j/b.yaml"] =
      "more:\n  url: http://origin.example/m\n  path: /srv/m\n";
  Reload();
  EXPECT_EQ(PhaseOf(), "PRESENT");
  EXPECT_THAT(Shown().message(), HasSubstr("a file has a mistake"));
  EXPECT_EQ(PhaseOf("more"), "FETCHING");
  EXPECT_EQ(jobs_->List({0, 0, true}).mistakes_size(), 1);
  Restart();
  EXPECT_EQ(PhaseOf(), "PRESENT");
  EXPECT_THAT(files_.removed, IsEmpty());
  // Put right, it is looked at by itself.
  texts_["/j/a.yaml"] = Words();
  manager_.Advance(absl::Seconds(61));
  EXPECT_EQ(Shown().message(), "the files are there");
}

TEST_F(DeclaredJobsTest, AMistakeInTheFileAJobMovesToTakesNothingBack) {
  Deliver("  when_removed: delete\n");
  texts_["/j/a.yaml"] =
      "other:\n  url: http://origin.example/o\n  path: /srv/o\n";
  texts_["/j/b.yaml"] = Words("  oops: 1\n");
  Reload();
  EXPECT_EQ(PhaseOf(), "PRESENT");
  EXPECT_EQ(PhaseOf("other"), "FETCHING");
  EXPECT_THAT(files_.removed, IsEmpty());
  // Once all files are right, what none of them declares goes.
  texts_.erase("/j/b.yaml");
  Reload();
  EXPECT_THAT(files_.removed, ElementsAre("/srv/w"));
}

TEST_F(DeclaredJobsTest, AFolderThatIsNotThereTakesNothingBack) {
  Deliver("  when_removed: delete\n");
  readable_ = false;
  Declare("");
  EXPECT_EQ(PhaseOf(), "PRESENT");
  EXPECT_THAT(files_.removed, IsEmpty());
}

TEST_F(DeclaredJobsTest, OthersSeeOnlyNamesAndPhases) {
  Deliver();
  const v1::ListDeclaredJobsResponse shown = jobs_->List({1001, 1001, false});
  ASSERT_EQ(shown.jobs_size(), 1);
  EXPECT_EQ(shown.jobs(0).name(), "words");
  EXPECT_EQ(shown.jobs(0).phase(), v1::DeclaredJob::PHASE_PRESENT);
  EXPECT_EQ(shown.jobs(0).job_id(), "");
  EXPECT_EQ(shown.jobs(0).message(), "");
  EXPECT_NE(jobs_->List({1000, 1000, false}).jobs(0).job_id(), "");
}

TEST_F(DeclaredJobsTest, NothingBeginsThatTheStoreDoesNotHold) {
  store_.failure = absl::UnavailableError("disk full");
  Declare(Words());
  EXPECT_EQ(manager_.engine.count(), 0u);
  store_.failure = absl::OkStatus();
  manager_.Advance(absl::Minutes(2));
  EXPECT_EQ(PhaseOf(), "FETCHING");
}

}  // namespace
}  // namespace convoy
