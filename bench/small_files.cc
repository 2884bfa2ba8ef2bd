// What do many small files cost? One job of convoyd against one list of aria2's
// and one of curl's, with as many files at a time.

#include <cmath>
#include <cstdint>
#include <random>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "bench/arguments.h"
#include "bench/contest.h"
#include "bench/machine.h"
#include "bench/payload.h"
#include "bench/report.h"
#include "tests/nginx.h"
#include "tests/temp_dir.h"

namespace convoy::bench {
namespace {

constexpr int kAtOnce = 16;

std::string Name(int index) { return absl::StrCat("file", index); }

// 64 KiB–1 MiB, small ones more often. Returns the sum of the sizes.
std::int64_t MakePayloads(const std::string& folder, int count) {
  std::mt19937_64 random(2);
  std::uniform_real_distribution<double> doublings(0, 4);
  std::int64_t sum = 0;
  for (int i = 0; i < count; ++i) {
    const auto size =
        static_cast<std::int64_t>(65536 * std::exp2(doublings(random)));
    testing::WriteFile(
        absl::StrCat(folder, "/", Name(i)),
        testing::RandomBytes(static_cast<std::size_t>(size), random()));
    sum += size;
  }
  SyncFileSystem(folder);
  return sum;
}

Contender Convoyd(testing::TestDaemon& daemon, const testing::Nginx& nginx,
                  int count) {
  return {"convoyd", [&daemon, &nginx, count](const std::string& folder) {
            std::vector<v1::JobFile> files;
            for (int i = 0; i < count; ++i) {
              files.push_back(testing::File(
                  nginx.Url(Name(i)), absl::StrCat(folder, "/", Name(i))));
            }
            return FetchFiles(daemon, files);
          }};
}

Contender Aria2Of(const testing::Nginx& nginx, int count) {
  std::string list;
  for (int i = 0; i < count; ++i) {
    absl::StrAppend(&list, nginx.Url(Name(i)), "\n  out=", Name(i), "\n");
  }
  return {absl::StrCat("aria2 -j", kAtOnce), [list](const std::string& folder) {
            const std::string list_path = folder + "/list";
            testing::WriteFile(list_path, list);
            return RunProgram(
                Aria2({"--input-file=" + list_path, absl::StrCat("-j", kAtOnce),
                       "--file-allocation=falloc", "--dir=" + folder}),
                [&] { SyncFileSystem(folder); });
          }};
}

Contender Curl(const testing::Nginx& nginx, int count) {
  return {absl::StrCat("curl --parallel-max ", kAtOnce),
          [&nginx, count](const std::string& folder) {
            std::string list;
            for (int i = 0; i < count; ++i) {
              absl::StrAppend(&list, "url = \"", nginx.Url(Name(i)),
                              "\"\noutput = \"", folder, "/", Name(i), "\"\n");
            }
            const std::string list_path = folder + "/list";
            testing::WriteFile(list_path, list);
            return RunProgram({CurlProgram(), "--disable", "--silent",
                               "--show-error", "--parallel", "--parallel-max",
                               absl::StrCat(kAtOnce), "--config", list_path},
                              [&] { SyncFileSystem(folder); });
          }};
}

// The target is against aria2, which can go on with its list after a restart,
// as convoyd can; curl keeps nothing.
void Summarize(const std::vector<Result>& results, Report& report) {
  const Result& ours = results[0];
  const std::vector<Result> rivals(results.begin() + 1, results.end());
  for (const Result& rival : rivals) {
    Row row = {"wall time, all on disk", "s", ours.effort.on_disk_seconds,
               rival.name, rival.effort.on_disk_seconds};
    if (absl::StartsWith(rival.name, "aria2")) row.target = RatioAtMost(1);
    report.Add(row);
    report.Add({"wall time, rival in page cache only", "s",
                ours.effort.on_disk_seconds, rival.name,
                rival.effort.wall_seconds});
    report.Add({"processor time", "s", ours.effort.cpu_seconds, rival.name,
                rival.effort.cpu_seconds});
    report.Add({"peak memory", "MiB", ours.effort.peak_mib, rival.name,
                rival.effort.peak_mib});
  }
}

void Main(const Arguments& arguments) {
  Report report("Small files", arguments);
  const int count = arguments.Get("files");
  const int rounds = arguments.Get("rounds");
  // Static: see Fail().
  static testing::Nginx nginx;
  testing::TestDaemon::Options options;
  options.log_level = "info";
  options.settings = {{"scheduler.max_running_files", absl::StrCat(kAtOnce)}};
  static testing::TestDaemon daemon(options);
  const std::int64_t sum = MakePayloads(nginx.root(), count);

  std::vector<Contender> contenders = {Convoyd(daemon, nginx, count)};
  if (!Aria2Program().empty()) contenders.push_back(Aria2Of(nginx, count));
  contenders.push_back(Curl(nginx, count));
  Summarize(Contest(contenders, rounds,
                    [&](const std::string& folder) {
                      for (int i = 0; i < count; ++i) {
                        CheckSameBytes(absl::StrCat(nginx.root(), "/", Name(i)),
                                       absl::StrCat(folder, "/", Name(i)));
                      }
                    }),
            report);
  report.Note(absl::StrCat(count, " files, ", sum >> 20, " MiB, ", kAtOnce,
                           " at a time, median of ", rounds,
                           " interleaved rounds; rivals end with `sync -f`"));
  report.Print();
}

}  // namespace
}  // namespace convoy::bench

int main(int argc, char** argv) {
  convoy::bench::Main({argc,
                       argv,
                       "Many small files, against aria2 and curl",
                       {{"files", 1000, 50, "number of files"},
                        {"rounds", 3, 1, "deliveries by each program"}}});
  return 0;
}
