// What do JobClient and BITS' interfaces cost on top of the gRPC stub? The same
// call (GetJob) three ways, in turn, from one thread and from eight. And is
// each event of many jobs told to their callbacks, once?

#include <deliveryoptimization.h>
#include <grpcpp/grpcpp.h>
#include <objbase.h>
#include <wrl.h>

#include <algorithm>
#include <atomic>
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
#include "client/com/wide_text.h"
#include "client/job_client.h"
#include "tests/eventually.h"
#include "tests/temp_dir.h"
#include "tests/test_daemon.h"

namespace convoy::bench {
namespace {

using Microsoft::WRL::ComPtr;

// One way to make the call.
struct Way {
  std::string name;
  std::function<void()> call;
  std::vector<double> calls_per_second = {};
  std::vector<double> microseconds = {};  // Of one call.
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

void MeasureLatency(int threads, int calls, Way& way) {
  std::vector<std::vector<double>> measured(static_cast<std::size_t>(threads));
  std::vector<std::thread> running;
  for (std::vector<double>& own : measured) {
    running.emplace_back([&way, &own, count = calls / threads] {
      for (int i = 0; i < count; ++i) {
        const double begin = NowSeconds();
        way.call();
        own.push_back((NowSeconds() - begin) * 1e6);
      }
    });
  }
  for (std::thread& thread : running) thread.join();
  for (const std::vector<double>& own : measured) {
    way.microseconds.insert(way.microseconds.end(), own.begin(), own.end());
  }
}

void AddRows(const std::vector<Way>& ways, const std::string& of,
             Report& report) {
  const double raw = Median(ways[0].calls_per_second);
  for (std::size_t i = 1; i < ways.size(); ++i) {
    report.Add({absl::StrCat(ways[i].name, ", ", of), "calls/s",
                Median(ways[i].calls_per_second), ways[0].name, raw,
                RatioAtLeast(1 / 1.2)});
    for (const double share : {0.5, 0.99}) {
      report.Add(
          {absl::StrCat(ways[i].name, ", one call, ", of, ", p",
                        static_cast<int>(share * 100)),
           "µs", Percentile(ways[i].microseconds, share), ways[0].name,
           Percentile(ways[0].microseconds, share),
           share < 0.9 ? std::optional(RatioAtMost(1.2)) : std::nullopt});
    }
  }
}

// What the callbacks of one job were told.
struct Told {
  std::atomic<int> file{0};
  std::atomic<int> transferred{0};
  std::atomic<bool> released{false};
};

// Completes its job from inside, as programs do.
class Callback final
    : public Microsoft::WRL::RuntimeClass<
          Microsoft::WRL::RuntimeClassFlags<Microsoft::WRL::ClassicCom>,
          Microsoft::WRL::ChainInterfaces<IBackgroundCopyCallback2,
                                          IBackgroundCopyCallback>> {
 public:
  explicit Callback(Told& told) : told_(told) {}
  ~Callback() override { told_.released = true; }

  HRESULT STDMETHODCALLTYPE JobTransferred(IBackgroundCopyJob* job) override {
    ++told_.transferred;
    return job->Complete();
  }
  HRESULT STDMETHODCALLTYPE JobError(IBackgroundCopyJob*,
                                     IBackgroundCopyError*) override {
    Fail("a job is in error");
  }
  HRESULT STDMETHODCALLTYPE JobModification(IBackgroundCopyJob*,
                                            DWORD) override {
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE FileTransferred(IBackgroundCopyJob*,
                                            IBackgroundCopyFile*) override {
    ++told_.file;
    return S_OK;
  }

 private:
  Told& told_;
};

// Many jobs at once, each of one small file of this machine.
void WatchJobs(int jobs, IBackgroundCopyManager* manager, Report& report) {
  static testing::TempDir folder;  // Static: see Fail().
  const std::wstring path = WideFromUtf8(folder.path());
  testing::WriteFile(folder.path() + "/source", "bytes");
  std::vector<Told> told(static_cast<std::size_t>(jobs));
  const double begin = NowSeconds();
  for (int i = 0; i < jobs; ++i) {
    const auto callback =
        Microsoft::WRL::Make<Callback>(told[static_cast<std::size_t>(i)]);
    ComPtr<IBackgroundCopyJob> job;
    GUID id;
    if (FAILED(
            manager->CreateJob(L"watched", BG_JOB_TYPE_DOWNLOAD, &id, &job)) ||
        FAILED(job->AddFile((path + L"/source").c_str(),
                            (path + L"/" + std::to_wstring(i)).c_str())) ||
        FAILED(job->SetNotifyFlags(BG_NOTIFY_JOB_TRANSFERRED |
                                   BG_NOTIFY_FILE_TRANSFERRED)) ||
        FAILED(job->SetNotifyInterface(callback.Get())) ||
        FAILED(job->Resume())) {
      Fail("no job with a callback");
    }
  }
  // A callback is released when its job has come to its end.
  const bool all_ended = testing::Eventually([&told] {
    return std::all_of(told.begin(), told.end(),
                       [](const Told& one) { return one.released.load(); });
  });
  const double seconds = NowSeconds() - begin;
  int missed = 0;
  int doubled = 0;
  for (const Told& one : told) {
    for (const int count : {one.file.load(), one.transferred.load()}) {
      missed += count == 0 ? 1 : 0;
      doubled += count > 1 ? count - 1 : 0;
    }
  }
  if (!all_ended) Fail("jobs did not come to their end");
  const std::string name = absl::StrCat(jobs, " jobs with callbacks: ");
  report.Add({name + "events missed", "", static_cast<double>(missed), "", 0,
              AtMost(0)});
  report.Add({name + "events told twice", "", static_cast<double>(doubled), "",
              0, AtMost(0)});
  report.Add({name + "made, told and completed", "s", seconds});
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
    for (Way& way : ways) {
      way.calls_per_second.clear();
      way.microseconds.clear();
    }
    for (int round = 0; round < arguments.Get("rounds"); ++round) {
      for (Way& way : ways) {
        way.calls_per_second.push_back(CallsPerSecond(way, threads, calls));
        MeasureLatency(threads, calls / 10, way);
      }
    }
    AddRows(ways, absl::StrCat(threads, threads == 1 ? " thread" : " threads"),
            report);
  }
  WatchJobs(arguments.Get("jobs"), manager.Get(), report);
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
       {"rounds", 5, 1, "rounds"},
       {"jobs", 1000, 20, "jobs that are watched by callbacks"}}));
  return 0;
}
