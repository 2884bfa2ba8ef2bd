// Runs the example of the README against a fake daemon.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "client/cli/cli_process.h"
#include "client/fake_daemon.h"

namespace convoy {
namespace {

class JobClientExampleTest : public ::testing::Test {
 protected:
  CliProcess::Options OnFake() const {
    CliProcess::Options options;
    options.environment = {"CONVOY_SOCKET=" + daemon_.socket_path()};
    return options;
  }
  // The id of the job that the example made, once it is running.
  std::string RunningJob() const {
    daemon_.WaitForCalls("WatchJob", 1);
    return daemon_.LastRequest<v1::WatchJobRequest>().job_id();
  }

  FakeDaemon daemon_;
  const std::string program_ =
      std::filesystem::absolute(std::getenv("CONVOY_EXAMPLE"));
};

TEST_F(JobClientExampleTest, CompletesAJobThatIsTransferred) {
  CliProcess example({program_, "http://origin.test/a", "/srv/a"}, OnFake());
  const std::string id = RunningJob();
  EXPECT_EQ(daemon_.GetJob(id).annotations().at("made-by"),
            "job_client_example");
  daemon_.ChangeJob(
      id, [](v1::Job& job) { job.set_state(v1::JOB_STATE_TRANSFERRED); });
  EXPECT_EQ(example.Wait(), 0) << example.Errors();
  EXPECT_EQ(daemon_.GetJob(id).state(), v1::JOB_STATE_ACKNOWLEDGED);
}

TEST_F(JobClientExampleTest, SaysWhyAJobFailedAndCleansUp) {
  v1::ExplainJobResponse explanation;
  explanation.set_remedy("Free space.");
  daemon_.SetExplanation(explanation);
  CliProcess example({program_, "http://origin.test/a", "/srv/a"}, OnFake());
  daemon_.ChangeJob(RunningJob(), [](v1::Job& job) {
    job.set_state(v1::JOB_STATE_ERROR);
    job.mutable_error()->set_message("no space");
  });
  EXPECT_EQ(example.Wait(), 1);
  EXPECT_EQ(example.Errors(), "Free space.\nno space\n");
  EXPECT_EQ(daemon_.CallCount("CancelJob"), 1);
}

}  // namespace
}  // namespace convoy
