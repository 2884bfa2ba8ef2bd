// The daemon goes and comes back, the program ends as it likes: nothing hangs,
// nothing is told twice, and what a caller would free is NULL.
#include <bits.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "tests/background_copy_callback.h"
#include "tests/background_copy_world.h"
#include "tests/process.h"

namespace convoy::testing {
namespace {

using FaultTest = BackgroundCopyTest;

template <typename T>
using Com = Microsoft::WRL::ComPtr<T>;

const HRESULT kNoDaemon = HRESULT_FROM_WIN32(RPC_S_SERVER_UNAVAILABLE);

bool IsReached(IBackgroundCopyJob* job) {
  BG_JOB_STATE state;
  return job->GetState(&state) == S_OK;
}

TEST_F(FaultTest, WhatACallerWouldFreeIsNullAfterAFailure) {
  const Com<IBackgroundCopyJob> first = MakeJob();
  ASSERT_EQ(
      first->AddFile(Wide(origin().Url("a")).c_str(), WidePath("a").c_str()),
      S_OK);
  Com<IEnumBackgroundCopyFiles> files;
  ASSERT_EQ(first->EnumFiles(&files), S_OK);
  Com<IBackgroundCopyFile> found;
  ASSERT_EQ(files->Next(1, &found, nullptr), S_OK);
  const auto job = As<IBackgroundCopyJob5>(first.Get());
  const auto http = As<IBackgroundCopyJobHttpOptions>(first.Get());
  const auto file = As<IBackgroundCopyFile6>(found.Get());
  daemon().Kill();

  const auto garbage = reinterpret_cast<void*>(0x5a5a5a5a);
  const auto text = [&](const auto& call) {
    auto out = static_cast<LPWSTR>(garbage);
    EXPECT_TRUE(FAILED(call(&out)));
    EXPECT_EQ(out, nullptr);
  };
  text([&](LPWSTR* out) { return job->GetDisplayName(out); });
  text([&](LPWSTR* out) { return job->GetDescription(out); });
  text([&](LPWSTR* out) { return job->GetOwner(out); });
  text([&](LPWSTR* out) { return job->GetReplyFileName(out); });
  text([&](LPWSTR* out) { return http->GetCustomHeaders(out); });
  text([&](LPWSTR* out) { return file->GetRemoteName(out); });
  text([&](LPWSTR* out) { return file->GetTemporaryName(out); });
  text([&](LPWSTR* out) {
    LPWSTR program = nullptr;
    return job->GetNotifyCmdLine(&program, out);
  });
  text([&](LPWSTR* out) {
    BG_JOB_PROXY_USAGE usage;
    LPWSTR list = nullptr;
    return job->GetProxySettings(&usage, &list, out);
  });
  text([&](LPWSTR* out) {
    return As<IBitsTokenOptions>(first.Get())
        ->GetHelperTokenSid(BG_TOKEN_NETWORK, out);
  });
  BITS_FILE_PROPERTY_VALUE headers = {static_cast<LPWSTR>(garbage)};
  EXPECT_EQ(
      file->GetProperty(BITS_FILE_PROPERTY_ID_HTTP_RESPONSE_HEADERS, &headers),
      kNoDaemon);
  EXPECT_EQ(headers.String, nullptr);
  DWORD count = 9;
  auto ranges = static_cast<BG_FILE_RANGE*>(garbage);
  EXPECT_EQ(file->GetFilledFileRanges(&count, &ranges), kNoDaemon);
  EXPECT_EQ(ranges, nullptr);
  auto made = static_cast<IBackgroundCopyJob*>(garbage);
  GUID id;
  EXPECT_EQ(manager()->CreateJob(L"a", BG_JOB_TYPE_DOWNLOAD, &id, &made),
            kNoDaemon);
  EXPECT_EQ(made, nullptr);
  made = static_cast<IBackgroundCopyJob*>(garbage);
  EXPECT_EQ(manager()->GetJob(id, &made), kNoDaemon);
  EXPECT_EQ(made, nullptr);
  auto jobs = static_cast<IEnumBackgroundCopyJobs*>(garbage);
  EXPECT_EQ(manager()->EnumJobs(0, &jobs), kNoDaemon);
  EXPECT_EQ(jobs, nullptr);
  auto error = static_cast<IBackgroundCopyError*>(garbage);
  EXPECT_EQ(job->GetError(&error), kNoDaemon);
  EXPECT_EQ(error, nullptr);
  daemon().Start();
  EXPECT_TRUE(Eventually([&] { return IsReached(first.Get()); }));
}

// Somebody listens on the socket and never answers: creation ends all the same.
TEST_F(FaultTest, ADaemonThatDoesNotAnswerIsADisabledService) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  const std::string path = Path("silent");
  ASSERT_LT(path.size(), sizeof(address.sun_path));
  path.copy(address.sun_path, path.size());
  const int silent = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(
      bind(silent, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  ASSERT_EQ(listen(silent, 16), 0);
  setenv("CONVOY_SOCKET", path.c_str(), 1);
  const absl::Time begin = absl::Now();
  Com<IBackgroundCopyManager> made;
  EXPECT_EQ(CoCreateInstance(CLSID_BackgroundCopyManager, nullptr,
                             CLSCTX_LOCAL_SERVER, IID_PPV_ARGS(&made)),
            HRESULT_FROM_WIN32(ERROR_SERVICE_DISABLED));
  EXPECT_LT(absl::Now() - begin, absl::Seconds(60));
  setenv("CONVOY_SOCKET", daemon().socket().c_str(), 1);
  close(silent);
}

TEST_F(FaultTest, AnEnumeratorOutlivesTheDaemon) {
  const Com<IBackgroundCopyJob> first = MakeJob(L"kept");
  Com<IEnumBackgroundCopyJobs> jobs;
  ASSERT_EQ(manager()->EnumJobs(0, &jobs), S_OK);
  daemon().Kill();
  Com<IBackgroundCopyJob> job;
  EXPECT_EQ(jobs->Next(1, &job, nullptr), S_OK);
  Com<IBackgroundCopyJob> beyond;
  EXPECT_EQ(jobs->Next(1, &beyond, nullptr), S_FALSE);
  EXPECT_FALSE(IsReached(job.Get()));
  daemon().Start();
  ASSERT_TRUE(Eventually([&] { return IsReached(job.Get()); }));
  LPWSTR name = nullptr;
  ASSERT_EQ(job->GetDisplayName(&name), S_OK);
  EXPECT_EQ(Take(name), "kept");
}

// Whatever moment the daemon dies in: all jobs, or the code of its absence.
TEST_F(FaultTest, EnumJobsSeesAllOrSaysThatTheDaemonIsGone) {
  constexpr ULONG kJobs = 30;
  std::vector<Com<IBackgroundCopyJob>> made;
  for (ULONG i = 0; i < kJobs; ++i) made.push_back(MakeJob());
  std::atomic<bool> over{false};
  std::atomic<int> whole{0};
  std::atomic<int> gone{0};
  std::atomic<int> wrong{0};
  std::thread reader([&] {
    while (!over) {
      Com<IEnumBackgroundCopyJobs> jobs;
      const HRESULT result = manager()->EnumJobs(0, &jobs);
      ULONG count = 0;
      if (result == S_OK) jobs->GetCount(&count);
      if (result == S_OK && count == kJobs) {
        ++whole;
      } else if (result == kNoDaemon) {
        ++gone;
      } else {
        ++wrong;
      }
    }
  });
  for (int i = 0; i < 3; ++i) {
    const int seen = whole;
    EXPECT_TRUE(Eventually([&] { return whole > seen; }));
    daemon().Kill();
    const int missed = gone;
    EXPECT_TRUE(Eventually([&] { return gone > missed; }));
    daemon().Start();
  }
  const int seen = whole;
  EXPECT_TRUE(Eventually([&] { return whole > seen; }));
  over = true;
  reader.join();
  EXPECT_EQ(wrong, 0);
}

TEST_F(FaultTest, ACallbackThatFindsNoDaemonIsCalledAgain) {
  std::atomic<int> calls{0};
  std::atomic<HRESULT> first{S_OK};
  RecordingCallback callback(
      [&](const std::string&, IBackgroundCopyJob* job) -> HRESULT {
        if (++calls == 1) {
          daemon().Kill();
          first = job->Complete();
          return first;
        }
        return job->Complete();
      });
  const Com<IBackgroundCopyJob> job = TransferredJob();
  const NotifyScope scope(job.Get(), callback);
  ASSERT_TRUE(Eventually([&] { return FAILED(first); }));
  EXPECT_EQ(first, kNoDaemon);
  daemon().Start();
  EXPECT_TRUE(Eventually([&] { return Exists(Path("got")); }));
  EXPECT_TRUE(Eventually([&] { return callback.references() == 0; }));
  EXPECT_EQ(callback.Count("transferred"), calls);
}

TEST_F(FaultTest, EventsAreNeitherMissedNorDoubledOverKills) {
  constexpr int kFiles = 20;
  RecordingCallback callback;
  const Com<IBackgroundCopyJob> job = MakeJob();
  for (int i = 0; i < kFiles; ++i) {
    const Content content = MakeContent("killed-" + std::to_string(i), 20'000);
    ASSERT_EQ(
        job->AddFile(content.url.c_str(), WidePath(std::to_string(i)).c_str()),
        S_OK);
  }
  ASSERT_EQ(job->SetNotifyFlags(BG_NOTIFY_JOB_TRANSFERRED |
                                BG_NOTIFY_FILE_TRANSFERRED),
            S_OK);
  const NotifyScope scope(job.Get(), callback);
  ASSERT_EQ(job->Resume(), S_OK);
  for (int i = 0; i < 3; ++i) {
    daemon().Kill();
    daemon().Start();
    ASSERT_TRUE(Eventually([&] { return IsReached(job.Get()); }));
  }
  ASSERT_TRUE(Reaches(job.Get(), BG_JOB_STATE_TRANSFERRED));
  ASSERT_TRUE(Eventually([&] { return callback.Count("transferred") > 0; }));
  daemon().Kill();
  daemon().Start();
  ASSERT_TRUE(Eventually([&] { return job->Complete() == S_OK; }));
  EXPECT_TRUE(Eventually([&] { return callback.references() == 0; }));
  EXPECT_EQ(callback.Count("file"), kFiles);
  EXPECT_EQ(callback.Count("transferred"), 1);
  EXPECT_EQ(callback.Calls().back(), "transferred");
}

// A callback may end its own job while other threads do what they like to it.
TEST_F(FaultTest, ManyThreadsEndAJobInsideItsCallback) {
  for (int i = 0; i < 5; ++i) {
    std::atomic<int> completed{0};
    std::atomic<int> wrong{0};
    const Com<IBackgroundCopyJob> job = TransferredJob();
    std::vector<std::thread> threads;
    RecordingCallback callback(
        [&](const std::string&, IBackgroundCopyJob* given) -> HRESULT {
          for (int t = 0; t < 4; ++t) {
            given->AddRef();
            threads.emplace_back([&, given, t] {
              const HRESULT result = t % 2 == 0
                                         ? given->Complete()
                                         : given->SetNotifyInterface(nullptr);
              if (t % 2 == 0 && result == S_OK) ++completed;
              if (result != S_OK && result != BG_E_INVALID_STATE) ++wrong;
              given->Release();
            });
          }
          return given->SetNotifyInterface(nullptr) == E_FAIL ? E_FAIL : S_OK;
        });
    ASSERT_EQ(job->SetNotifyInterface(&callback), S_OK);
    EXPECT_TRUE(Reaches(job.Get(), BG_JOB_STATE_ACKNOWLEDGED));
    EXPECT_TRUE(Eventually([&] { return callback.references() == 0; }));
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(completed, 1);
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(callback.Calls().size(), 1u);
    unlink(Path("got").c_str());
  }
}

TEST_F(FaultTest, ObjectsWorkAfterCoUninitialize) {
  std::thread([&] {
    ASSERT_TRUE(SUCCEEDED(CoInitializeEx(nullptr, COINIT_MULTITHREADED)));
    IBackgroundCopyManager* own = nullptr;
    ASSERT_EQ(CoCreateInstance(CLSID_BackgroundCopyManager, nullptr,
                               CLSCTX_LOCAL_SERVER, IID_PPV_ARGS(&own)),
              S_OK);
    IBackgroundCopyJob* job = nullptr;
    GUID id;
    ASSERT_EQ(own->CreateJob(L"late", BG_JOB_TYPE_DOWNLOAD, &id, &job), S_OK);
    RecordingCallback callback;
    ASSERT_EQ(job->SetNotifyInterface(&callback), S_OK);
    CoUninitialize();
    EXPECT_EQ(StateOf(job), BG_JOB_STATE_SUSPENDED);
    EXPECT_EQ(job->SetNotifyInterface(nullptr), S_OK);
    EXPECT_EQ(job->Cancel(), S_OK);
    EXPECT_EQ(job->Release(), 0u);
    EXPECT_EQ(own->Release(), 0u);
  }).join();
}

// A program in C, whose callback is a table of its own, ends with the callback
// set, objects held and COM initialised.
TEST_F(FaultTest, AProgramInCMayEndAsItIs) {
#if defined(__has_feature)
#if __has_feature(undefined_behavior_sanitizer)
  GTEST_SKIP() << "the sanitizer looks for the C++ type of each object";
#endif
#endif
  const Content content = MakeContent("in-c");
  for (int i = 0; i < 5; ++i) {
    const std::string path = Path("c" + std::to_string(i));
    ProcessOptions options;
    options.argv = {Runfile("tests/background_copy_maker"),
                    origin().Url("in-c"), path};
    options.environment = {{"CONVOY_SOCKET", daemon().socket()}};
    const ProcessResult result = RunProcess(options);
    EXPECT_EQ(result.exit_code, 0) << result.output;
    EXPECT_EQ(ReadFile(path), content.bytes);
  }
}

}  // namespace
}  // namespace convoy::testing
