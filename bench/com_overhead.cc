// What do JobClient and BITS' interfaces cost on top of the gRPC stub? The same
// call (GetJob) three ways, in turn, from one thread and from eight.

#include <deliveryoptimization.h>
#include <grpcpp/grpcpp.h>
#include <objbase.h>
#include <wrl/client.h>

#include <cstddef>
#include <cstdlib>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "bench/arguments.h"
#include "bench/report.h"
#include "bench/usage.h"
#include "client/background_copy/guid_text.h"
#include "client/job_client.h"
#include "tests/test_daemon.h"

namespace convoy::bench {
namespace {

using Microsoft::WRL::ComPtr;

// One way to make the call.
struct Way {
  std::string name;
  std::function<void()> call;
  std::vector<double> calls_per_second = {};
  std::vector<double> microseconds = {};  // Of one call, one thread.
};

double CallsPerSecond(const Way& way, int threads, int calls) {
  const double begin = NowSeconds();
  std::vector<std::thread> running;
  for (int t = 0; t < threads; ++t) {
    running.emplace_back([&] {
      for (int i = 0; i < calls / threads; ++i) way.call();
    });
  }
  for (std::thread& thread : running) thread.join();
  return calls / (NowSeconds() - begin);
}

void MeasureLatency(int calls, Way& way) {
  for (int i = 0; i < calls; ++i) {
    const double begin = NowSeconds();
    way.call();
    way.microseconds.push_back((NowSeconds() - begin) * 1e6);
  }
}

void AddRows(const std::vector<Way>& ways, const std::string& of, int threads,
             Report& report) {
  const double raw = Median(ways[0].calls_per_second);
  for (std::size_t i = 1; i < ways.size(); ++i) {
    report.Add({absl::StrCat(ways[i].name, ", ", of), "calls/s",
                Median(ways[i].calls_per_second), ways[0].name, raw,
                RatioAtLeast(1 / 1.2)});
    if (threads > 1) continue;
    for (const double share : {0.5, 0.99}) {
      report.Add(
          {absl::StrCat(ways[i].name, ", one call, p",
                        static_cast<int>(share * 100)),
           "µs", Percentile(ways[i].microseconds, share), ways[0].name,
           Percentile(ways[0].microseconds, share),
           share < 0.9 ? std::optional(RatioAtMost(1.2)) : std::nullopt});
    }
  }
}

void Main(const Arguments& arguments) {
  Report report("What the client library costs", arguments);
  testing::TestDaemon::Options options;
  options.log_level = "info";
  static testing::TestDaemon daemon(options);  // Static: see Fail().
  setenv("CONVOY_SOCKET", daemon.socket().c_str(), 1);
  if (FAILED(CoInitializeEx(nullptr, COINIT_MULTITHREADED))) Fail("COM");
  ComPtr<IBackgroundCopyManager> manager;
  ComPtr<IBackgroundCopyJob> job;
  GUID guid;
  if (FAILED(CoCreateInstance(CLSID_BackgroundCopyManager, nullptr,
                              CLSCTX_LOCAL_SERVER, IID_PPV_ARGS(&manager))) ||
      FAILED(
          manager->CreateJob(L"measured", BG_JOB_TYPE_DOWNLOAD, &guid, &job))) {
    Fail("no job through COM");
  }
  const std::string id = background_copy::TextOfGuid(guid);
  ClientOptions client_options;
  client_options.socket_path = daemon.socket();
  const JobClient client(client_options);

  std::vector<Way> ways = {
      {"gRPC stub",
       [&] {
         grpc::ClientContext context;
         // As any program that must not wait for ever; the library's own.
         context.set_deadline(
             absl::ToChronoTime(absl::Now() + client_options.deadline));
         v1::GetJobRequest request;
         request.set_job_id(id);
         v1::Job answer;
         if (!daemon.jobs().GetJob(&context, request, &answer).ok()) {
           Fail("GetJob");
         }
       }},
      {"JobClient",
       [&] {
         if (!client.GetJob(id).ok()) Fail("JobClient::GetJob");
       }},
      {"IBackgroundCopyJob",
       [&] {
         BG_JOB_STATE state;
         if (FAILED(job->GetState(&state))) Fail("GetState");
       }},
  };
  const int calls = arguments.Get("calls");
  for (const Way& way : ways) CallsPerSecond(way, 1, calls / 10);  // Warm.
  for (const int threads : {1, 8}) {
    for (Way& way : ways) way.calls_per_second.clear();
    for (int round = 0; round < arguments.Get("rounds"); ++round) {
      for (Way& way : ways) {
        way.calls_per_second.push_back(CallsPerSecond(way, threads, calls));
        if (threads == 1) MeasureLatency(calls / 10, way);
      }
    }
    AddRows(ways, absl::StrCat(threads, threads == 1 ? " thread" : " threads"),
            threads, report);
  }
  report.Note(
      "GetJob of one job with the same deadline, over one connection each, in "
      "turn; the daemon runs on the same processors");
  report.Print();
  job->Cancel();
}

}  // namespace
}  // namespace convoy::bench

int main(int argc, char** argv) {
  convoy::bench::Main(convoy::bench::Arguments(
      argc, argv,
      "Calls per second and latency through JobClient and BITS' interfaces, "
      "against the gRPC stub.",
      {{"calls", 20000, 400, "calls of each way in a round"},
       {"rounds", 5, 1, "rounds"}}));
  return 0;
}
