// How fast the store is on this machine's disk (TEST_TMPDIR, else /tmp):
//   bazel run --config=opt //daemon:sqlite_job_store_benchmark
// Jobs have one file each. "fdatasync" is the disk's own price of a commit.

#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "benchmark/benchmark.h"
#include "daemon/job_store.h"
#include "daemon/job_testing.h"
#include "peer/base/unique_fd.h"

namespace convoy {
namespace {

constexpr int kJobs = 100'000;

// A folder of its own, and a store in it.
class Folder {
 public:
  Folder() {
    const char* const base = std::getenv("TEST_TMPDIR");
    name_ =
        absl::StrCat(base == nullptr ? "/tmp" : base, "/convoy-bench-XXXXXX");
    if (mkdtemp(&name_[0]) == nullptr) std::abort();
  }
  ~Folder() {
    for (const char* file : {"/jobs.db", "/jobs.db-wal", "/plain"}) {
      unlink(absl::StrCat(name_, file).c_str());
    }
    rmdir(name_.c_str());
  }
  std::unique_ptr<JobStore> OpenStore() const {
    auto store = OpenSqliteJobStore(name_ + "/jobs.db");
    if (!store.ok()) std::abort();
    return *std::move(store);
  }
  const std::string& name() const { return name_; }

 private:
  std::string name_;
};

void Put(JobStore& store, const Job& job) {
  store.PutJob(job);
  for (const JobFile& file : job.files) store.PutFile(job.id, file);
}

void Commit(JobStore& store) {
  if (!store.Commit().ok()) std::abort();
}

std::vector<Job> MakeJobs(int count, std::uint64_t first) {
  std::vector<Job> jobs;
  for (int i = 0; i < count; ++i) {
    jobs.push_back(MakeJob(first + static_cast<std::uint64_t>(i), 1));
  }
  return jobs;
}

void BM_Fdatasync(benchmark::State& state) {
  const Folder folder;
  const UniqueFd fd(
      open((folder.name() + "/plain").c_str(), O_CREAT | O_WRONLY, 0600));
  const std::string page(4096, 'x');
  for (auto _ : state) {
    if (write(fd.get(), page.data(), page.size()) < 0 ||
        fdatasync(fd.get()) != 0) {
      std::abort();
    }
  }
}
BENCHMARK(BM_Fdatasync)->UseRealTime();

void BM_CreateJobs(benchmark::State& state) {
  const int batch = static_cast<int>(state.range(0));
  const Folder folder;
  const std::unique_ptr<JobStore> store = folder.OpenStore();
  std::uint64_t next = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const std::vector<Job> jobs = MakeJobs(batch, next);
    next += jobs.size();
    state.ResumeTiming();
    for (const Job& job : jobs) Put(*store, job);
    Commit(*store);
  }
  state.SetItemsProcessed(state.iterations() * batch);
}
BENCHMARK(BM_CreateJobs)->Arg(1)->Arg(64)->UseRealTime();
// As many as a machine may have.
BENCHMARK(BM_CreateJobs)->Arg(64)->Iterations(kJobs / 64)->UseRealTime();

// What progress costs: the rows of 64 jobs out of 100,000.
void BM_UpdateJobs(benchmark::State& state) {
  const Folder folder;
  const std::unique_ptr<JobStore> store = folder.OpenStore();
  const std::vector<Job> jobs = MakeJobs(kJobs, 0);
  for (const Job& job : jobs) Put(*store, job);
  Commit(*store);
  std::size_t next = 0;
  for (auto _ : state) {
    for (int i = 0; i < 64; ++i) {
      Put(*store, jobs[next]);
      next = (next + 7919) % jobs.size();
    }
    Commit(*store);
  }
  state.SetItemsProcessed(state.iterations() * 64);
}
BENCHMARK(BM_UpdateJobs)->UseRealTime();

// A restart: opening, and reading every job.
void BM_Load(benchmark::State& state) {
  const Folder folder;
  {
    const std::unique_ptr<JobStore> store = folder.OpenStore();
    for (const Job& job : MakeJobs(kJobs, 0)) Put(*store, job);
    Commit(*store);
  }
  for (auto _ : state) {
    const std::unique_ptr<JobStore> store = folder.OpenStore();
    std::vector<std::unique_ptr<Job>> jobs;
    const absl::Status status = store->LoadJobs(
        [&](std::unique_ptr<Job> job) { jobs.push_back(std::move(job)); });
    if (!status.ok() || jobs.size() != kJobs) std::abort();
  }
  state.SetItemsProcessed(state.iterations() * kJobs);
}
BENCHMARK(BM_Load)->Unit(benchmark::kMillisecond)->UseRealTime();

// One job with 10,000 files, written at once.
void BM_CreateLargeJob(benchmark::State& state) {
  const Folder folder;
  const std::unique_ptr<JobStore> store = folder.OpenStore();
  std::uint64_t next = 0;
  for (auto _ : state) {
    Put(*store, MakeJob(next++, 10'000));
    Commit(*store);
  }
}
BENCHMARK(BM_CreateLargeJob)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace convoy

BENCHMARK_MAIN();
