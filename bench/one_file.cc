// What does one large file cost: time, processor, memory? Against curl and
// aria2, from nginx on loopback to disk.

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "bench/arguments.h"
#include "bench/contest.h"
#include "bench/machine.h"
#include "bench/payload.h"
#include "bench/report.h"
#include "tests/nginx.h"

namespace convoy::bench {
namespace {

struct Origin {
  std::string path;
  std::string url;
  std::string sha256;
};

Contender Convoyd(testing::TestDaemon& daemon, const Origin& origin,
                  bool with_sha256) {
  return {"convoyd", [&daemon, origin, with_sha256](const std::string& folder) {
            v1::JobFile file = testing::File(origin.url, folder + "/file");
            if (with_sha256) file.set_expected_sha256(origin.sha256);
            return FetchFiles(daemon, {file});
          }};
}

Contender Curl(const Origin& origin) {
  return {"curl", [origin](const std::string& folder) {
            const std::string out = folder + "/file";
            return RunProgram({CurlProgram(), "--disable", "--silent",
                               "--show-error", "--output", out, origin.url},
                              [&] { SyncFile(out); });
          }};
}

Contender Aria2Of(const Origin& origin, const std::string& name,
                  const std::vector<std::string>& more) {
  return {name, [origin, more](const std::string& folder) {
            std::vector<std::string> options = {"-x8", "-s8", "--dir=" + folder,
                                                "--out=file", origin.url};
            options.insert(options.begin(), more.begin(), more.end());
            return RunProgram(Aria2(options),
                              [&] { SyncFile(folder + "/file"); });
          }};
}

void AddTimes(const Result& ours, const Result& theirs,
              const std::string& suffix, Report& report) {
  report.Add({"wall time, both on disk" + suffix, "s",
              ours.effort.on_disk_seconds, theirs.name,
              theirs.effort.on_disk_seconds});
  report.Add({"wall time, rival in page cache only" + suffix, "s",
              ours.effort.on_disk_seconds, theirs.name,
              theirs.effort.wall_seconds});
}

void AddCosts(const Result& ours, const Result& theirs,
              const std::string& suffix, Report& report) {
  report.Add({"processor time" + suffix, "s", ours.effort.cpu_seconds,
              theirs.name, theirs.effort.cpu_seconds});
  report.Add({"peak memory" + suffix, "MiB", ours.effort.peak_mib, theirs.name,
              theirs.effort.peak_mib});
}

void Summarize(const std::vector<Result>& plain,
               const std::vector<Result>& checked, Report& report) {
  const Result& ours = plain[0];
  const std::vector<Result> rivals(plain.begin() + 1, plain.end());
  const Result& best = Fastest(rivals);
  report.Add({"wall time, both on disk, best rival", "s",
              ours.effort.on_disk_seconds, best.name,
              best.effort.on_disk_seconds, RatioAtMost(1.05)});
  report.Add({"processor time, against curl", "s", ours.effort.cpu_seconds,
              rivals[0].name, rivals[0].effort.cpu_seconds, RatioAtMost(1.3)});
  report.Add({"peak memory", "MiB", ours.effort.peak_mib, "", 0, AtMost(64)});
  for (const Result& rival : rivals) {
    AddTimes(ours, rival, "", report);
    AddCosts(ours, rival, "", report);
  }
  if (checked.size() < 2) return;
  report.Add({"wall time, both on disk, SHA-256 checked", "s",
              checked[0].effort.on_disk_seconds, checked[1].name,
              checked[1].effort.on_disk_seconds, RatioAtMost(1.05)});
  AddCosts(checked[0], checked[1], ", SHA-256 checked", report);
}

void Main(const Arguments& arguments) {
  Report report("One file", arguments);
  // Static: see Fail().
  static testing::Nginx nginx;
  testing::TestDaemon::Options options;
  options.log_level = "info";
  static testing::TestDaemon daemon(options);

  const std::int64_t mib = arguments.Get("size-mib");
  Origin origin;
  origin.path = nginx.root() + "/file";
  origin.url = nginx.Url("file");
  origin.sha256 = MakePayload(origin.path, mib << 20, 1);

  std::vector<Contender> plain = {Convoyd(daemon, origin, false), Curl(origin)};
  std::vector<Contender> checked = {Convoyd(daemon, origin, true)};
  if (!Aria2Program().empty()) {
    plain.push_back(
        Aria2Of(origin, "aria2 -x8 (falloc)", {"--file-allocation=falloc"}));
    plain.push_back(Aria2Of(origin, "aria2 -x8 (prealloc)", {}));
    checked.push_back(Aria2Of(
        origin, "aria2 -x8 --checksum",
        {"--file-allocation=falloc", "--checksum=sha-256=" + origin.sha256}));
  }
  const auto check = [&](const std::string& folder) {
    CheckSameBytes(origin.path, folder + "/file");
  };
  const int rounds = arguments.Get("rounds");
  const std::vector<Result> plain_results = Contest(plain, rounds, check);
  Summarize(plain_results, Contest(checked, rounds, check), report);
  report.Note(absl::StrCat("one file of ", mib, " MiB, median of ", rounds,
                           " interleaved rounds"));
  report.Print();
}

}  // namespace
}  // namespace convoy::bench

int main(int argc, char** argv) {
  convoy::bench::Main({argc,
                       argv,
                       "One large file, against curl and aria2",
                       {{"size-mib", 2048, 64, "size of the file"},
                        {"rounds", 3, 1, "deliveries by each program"}}});
  return 0;
}
