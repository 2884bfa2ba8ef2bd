#include "bench/contest.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "bench/machine.h"
#include "bench/payload.h"
#include "tests/temp_dir.h"

namespace convoy::bench {
namespace {

double MedianOf(const std::vector<Effort>& efforts, double Effort::*number) {
  std::vector<double> values;
  for (const Effort& effort : efforts) values.push_back(effort.*number);
  return Median(values);
}

}  // namespace

std::vector<Result> Contest(
    const std::vector<Contender>& contenders, int rounds,
    const std::function<void(const std::string& folder)>& check) {
  // Static: see Fail().
  static const testing::TempDir scratch;
  std::vector<std::vector<Effort>> efforts(contenders.size());
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < contenders.size(); ++i) {
      const std::string folder = scratch.path() + "/out";
      std::filesystem::create_directory(folder);
      // What the one before left to write is not this one's.
      SyncFileSystem(folder);
      efforts[i].push_back(contenders[i].run(folder));
      check(folder);
      std::filesystem::remove_all(folder);
    }
  }
  std::vector<Result> results;
  for (std::size_t i = 0; i < contenders.size(); ++i) {
    Effort medians;
    for (double Effort::*number :
         {&Effort::wall_seconds, &Effort::on_disk_seconds, &Effort::cpu_seconds,
          &Effort::peak_mib}) {
      medians.*number = MedianOf(efforts[i], number);
    }
    results.push_back({contenders[i].name, medians});
  }
  return results;
}

const Result& Fastest(const std::vector<Result>& results) {
  return *std::min_element(
      results.begin(), results.end(), [](const Result& a, const Result& b) {
        return a.effort.on_disk_seconds < b.effort.on_disk_seconds;
      });
}

Effort FetchFiles(testing::TestDaemon& daemon,
                  const std::vector<v1::JobFile>& files) {
  v1::FetchRequest request;
  request.mutable_job()->set_display_name("bench");
  request.mutable_job()->set_priority(v1::JOB_PRIORITY_FOREGROUND);
  for (const v1::JobFile& file : files) *request.add_files() = file;
  ResetPeak(daemon.pid());
  const double cpu = CpuSeconds(daemon.pid());
  const double begin = NowSeconds();
  const absl::StatusOr<v1::Job> job = daemon.Fetch(request, absl::Minutes(5));
  Effort effort;
  effort.wall_seconds = NowSeconds() - begin;
  effort.on_disk_seconds = effort.wall_seconds;
  effort.cpu_seconds = CpuSeconds(daemon.pid()) - cpu;
  effort.peak_mib = PeakResidentMib(daemon.pid());
  if (!job.ok()) Fail(absl::StrCat("Fetch: ", job.status().ToString()));
  if (job->state() != v1::JOB_STATE_ACKNOWLEDGED) {
    Fail(absl::StrCat("Fetch ended with ", job->ShortDebugString()));
  }
  return effort;
}

std::vector<std::string> Aria2(const std::vector<std::string>& options) {
  std::vector<std::string> argv = {Aria2Program(), "--no-conf", "--quiet"};
  argv.insert(argv.end(), options.begin(), options.end());
  return argv;
}

}  // namespace convoy::bench
