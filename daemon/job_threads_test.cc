#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "daemon/config_file.h"
#include "daemon/fake_job_store.h"
#include "daemon/fake_owner_commands.h"
#include "daemon/fake_owner_files.h"
#include "daemon/job_manager.h"
#include "gtest/gtest.h"
#include "peer/base/clock.h"
#include "peer/base/serial_executor.h"
#include "peer/fake_transfer_engine.h"

// The manager on real threads: what ThreadSanitizer shall look at.
namespace convoy {
namespace {

// Carries one answer from the control thread to the test.
template <typename T>
class Answer {
 public:
  void Set(absl::StatusOr<T> value) {
    std::lock_guard<std::mutex> lock(mutex_);
    value_ = std::move(value);
    ready_.notify_all();
  }
  absl::StatusOr<T> Wait() {
    std::unique_lock<std::mutex> lock(mutex_);
    ready_.wait(lock, [this] { return value_.has_value(); });
    return *value_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable ready_;
  std::optional<absl::StatusOr<T>> value_;
};

class JobThreadsTest : public testing::Test {
 protected:
  JobThreadsTest() {
    Answer<bool> started;
    control_.Post([&] { started.Set(manager_->Start().ok()); });
    EXPECT_TRUE(*started.Wait());
  }
  ~JobThreadsTest() override {
    Answer<bool> stopped;
    control_.Post([&] { manager_->Shutdown([&] { stopped.Set(true); }); });
    EXPECT_TRUE(*stopped.Wait());
    files_thread_.Stop();
    control_.Stop();
    manager_.reset();
  }

  template <typename T, typename Request>
  absl::StatusOr<T> Call(void (JobManager::*method)(const Caller&,
                                                    const Request&,
                                                    JobManager::Reply<T>),
                         const Request& request) {
    Answer<T> answer;
    control_.Post([&, method] {
      (manager_.get()->*method)(
          caller_, request,
          [&](absl::StatusOr<T> result) { answer.Set(std::move(result)); });
    });
    return answer.Wait();
  }

  const Caller caller_{1000, 1000, false};
  const Settings settings_ = *ParseConfig({}, {});
  RealClock clock_;
  FakeJobStore store_;
  FakeOwnerFiles files_;
  FakeTransferEngine engine_;
  FakeOwnerCommands commands_;
  SerialExecutor control_{"control"};
  SerialExecutor files_thread_{"files"};
  std::unique_ptr<JobManager> manager_ = std::make_unique<JobManager>(
      JobManager::Parts{&clock_, &control_, &files_thread_, &store_, &files_,
                        &engine_, &settings_, &commands_});
};

TEST_F(JobThreadsTest, JobsGoThroughTheirLives) {
  for (int i = 0; i < 20; ++i) {
    v1::CreateJobRequest create;
    create.mutable_job()->set_display_name("job");
    create.add_files()->set_remote_url("http://origin.example/a");
    create.mutable_files(0)->set_local_path(absl::StrCat("/d/", i));
    v1::ResumeJobRequest resume;
    resume.set_job_id(Call(&JobManager::CreateJob, create)->id());
    EXPECT_TRUE(Call(&JobManager::ResumeJob, resume).ok());
    const auto index = static_cast<std::size_t>(i);
    ASSERT_TRUE(engine_.WaitForCount(index + 1));
    engine_.Succeed(index, "content");
    v1::CompleteJobRequest complete;
    complete.set_job_id(resume.job_id());
    EXPECT_TRUE(Call(&JobManager::CompleteJob, complete).ok());
  }
  EXPECT_EQ(files_.Paths().size(), 20u);
}

TEST_F(JobThreadsTest, AStopWhileFilesAreBeingOpenedIsClean) {
  v1::CreateJobRequest create;
  create.mutable_job()->set_display_name("job");
  for (int i = 0; i < 50; ++i) {
    v1::JobFile* const file = create.add_files();
    file->set_remote_url("http://origin.example/a");
    file->set_local_path(absl::StrCat("/d/", i));
  }
  v1::ResumeJobRequest resume;
  resume.set_job_id(Call(&JobManager::CreateJob, create)->id());
  EXPECT_TRUE(Call(&JobManager::ResumeJob, resume).ok());
}

}  // namespace
}  // namespace convoy
