#include <malloc.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "daemon/config_file.h"
#include "daemon/fake_owner_files.h"
#include "daemon/job_manager.h"
#include "daemon/job_table.h"
#include "peer/base/clock.h"
#include "peer/base/fake_executor.h"
#include "peer/fake_transfer_engine.h"

// What jobs cost that do nothing: memory, lists, a start. usage:
// resting_jobs_bench [JOBS], default 100,000; each has one file.
namespace convoy {
namespace {

// Forgets what it is told, and loads `count` jobs.
class EmptyStore final : public JobStore {
 public:
  absl::Status LoadJobs(
      const std::function<void(std::unique_ptr<Job>)>& on_job) override {
    for (int i = 1; i <= count; ++i) on_job(MakeRestingJob(i));
    return absl::OkStatus();
  }
  absl::StatusOr<std::unique_ptr<Job>> LoadJob(const JobId&) override {
    return std::unique_ptr<Job>();
  }
  void PutJob(const Job&) override {}
  void PutFile(const JobId&, const JobFile&) override {}
  void RemoveJob(const JobId&) override {}
  void PutRequest(const UsedRequest&) override {}
  void RemoveRequestsBefore(absl::Time) override {}
  absl::Status Commit() override { return absl::OkStatus(); }
  absl::Status CheckWritable() override { return absl::OkStatus(); }
  absl::StatusOr<std::optional<UsedRequest>> FindRequest(
      uid_t, const std::string&) override {
    return std::optional<UsedRequest>();
  }

  int count = 0;

 private:
  static std::unique_ptr<Job> MakeRestingJob(int number) {
    auto job = std::make_unique<Job>();
    job->id = JobId::Random();
    job->owner = {1000, 1000};
    job->sequence = static_cast<std::uint64_t>(number);
    job->display_name = absl::StrCat("nightly build ", number, ".tar.zst");
    job->create_time = job->modify_time = absl::FromUnixSeconds(1'700'000'000);
    job->files.resize(1);
    job->files[0].remote_url = absl::StrCat(
        "https://artifacts.example.org/builds/nightly/", number, ".tar.zst");
    job->files[0].local_path =
        absl::StrCat("/srv/builds/nightly/", number, ".tar.zst");
    return job;
  }
};

std::size_t Allocated() { return mallinfo2().uordblks; }

class Bench {
 public:
  explicit Bench(int jobs) { store_.count = jobs; }

  void Run() {
    std::printf("jobs: %d\n", store_.count);
    std::printf("sizeof: Job %zu, JobFile %zu, JobEntry %zu\n", sizeof(Job),
                sizeof(JobFile), sizeof(JobEntry));
    const std::size_t before = Allocated();
    Report("start", [&] {
      if (!manager_.Start().ok()) std::abort();
      control_.RunUntilIdle();
    });
    std::printf(
        "memory: %zu bytes a job\n",
        (Allocated() - before) / static_cast<std::size_t>(store_.count));

    v1::ListJobsRequest page;
    page.set_page_size(1000);
    Report("first page of 1,000", [&] { List(page); });
    Report("page that no job fits", [&] {
      page.set_display_name("no such job");
      List(page);
    });
    page.clear_display_name();
    Report("all pages", [&] {
      do {
        page.set_page_token(List(page).next_page_token());
      } while (!page.page_token().empty());
    });
  }

 private:
  void Report(const char* what, const std::function<void()>& work) {
    const absl::Duration begin = real_.Monotonic();
    work();
    std::printf("%s: %.2f ms\n", what,
                absl::ToDoubleMilliseconds(real_.Monotonic() - begin));
  }
  v1::ListJobsResponse List(const v1::ListJobsRequest& request) {
    v1::ListJobsResponse response;
    manager_.ListJobs({1000, 1000, false}, request,
                      [&](absl::StatusOr<v1::ListJobsResponse> answer) {
                        response = *std::move(answer);
                      });
    return response;
  }

  const RealClock real_;
  FakeClock clock_;
  FakeExecutor control_{clock_};
  EmptyStore store_;
  FakeOwnerFiles files_;
  FakeTransferEngine engine_;
  const Settings settings_ = *ParseConfig({}, {});
  JobManager manager_{
      {&clock_, &control_, &control_, &store_, &files_, &engine_, &settings_}};
};

}  // namespace
}  // namespace convoy

int main(int argc, char** argv) {
  convoy::Bench(argc > 1 ? std::max(1, std::atoi(argv[1])) : 100000).Run();
}
