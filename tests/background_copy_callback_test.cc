// Callbacks: facts 36 to 38, 68 and 72 to 75 of BITS, by their number, and
// what the library promises besides.
#include "tests/background_copy_callback.h"

#include <bits.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "peer/base/mutex.h"
#include "tests/background_copy_world.h"

namespace convoy::testing {
namespace {

using ConformanceTest = BackgroundCopyTest;

template <typename T>
using Com = Microsoft::WRL::ComPtr<T>;

constexpr ULONG kAllFlags = BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_JOB_ERROR |
                            BG_NOTIFY_JOB_MODIFICATION |
                            BG_NOTIFY_FILE_TRANSFERRED |
                            BG_NOTIFY_FILE_RANGES_TRANSFERRED;

TEST_F(ConformanceTest, Fact36_And72_AnObjectWithCountZeroIsTaken) {
  const Com<IBackgroundCopyJob> job = MakeJob();
  RecordingCallback callback;
  ASSERT_EQ(job->SetNotifyInterface(&callback), S_OK);
  EXPECT_GE(callback.references(), 1u);
  IUnknown* object = nullptr;
  ASSERT_EQ(job->GetNotifyInterface(&object), S_OK);
  EXPECT_EQ(object, static_cast<IUnknown*>(&callback));
  object->Release();
  ASSERT_EQ(job->SetNotifyInterface(nullptr), S_OK);
  EXPECT_EQ(callback.references(), 0u);
  ASSERT_EQ(job->GetNotifyInterface(&object), S_OK);
  EXPECT_EQ(object, nullptr);
}

TEST_F(ConformanceTest, Fact36_AnObjectWithoutCallbacksIsRefused) {
  const Com<IBackgroundCopyJob> job = MakeJob();
  EXPECT_EQ(job->SetNotifyInterface(manager()), E_NOINTERFACE);
}

TEST_F(ConformanceTest, Fact37_AllFlagsOfBitsAreTaken) {
  const Com<IBackgroundCopyJob> job = MakeJob();
  EXPECT_EQ(job->SetNotifyFlags(0x1F), S_OK);
  EXPECT_EQ(job->SetNotifyFlags(kAllFlags), S_OK);
  ULONG flags = 0;
  EXPECT_EQ(job->GetNotifyFlags(&flags), S_OK);
  EXPECT_EQ(flags, kAllFlags);
}

TEST_F(ConformanceTest, Fact38_TheCallbackOutlivesTheJobsObject) {
  RecordingCallback callback([](const std::string&, IBackgroundCopyJob* job) {
    return job->Complete();
  });
  {
    const Com<IBackgroundCopyJob> job = MakeJob();
    const Content content = MakeContent("outlives");
    ASSERT_EQ(job->AddFile(content.url.c_str(), WidePath("got").c_str()), S_OK);
    ASSERT_EQ(job->SetNotifyInterface(&callback), S_OK);
    ASSERT_EQ(job->Resume(), S_OK);
  }
  EXPECT_TRUE(Eventually([&] { return callback.Count("transferred") == 1; }));
  // Released when the job has come to its end.
  EXPECT_TRUE(Eventually([&] { return callback.references() == 0; }));
}

TEST_F(ConformanceTest, Fact68_WhatHappenedBeforeIsCalledBack) {
  RecordingCallback transferred;
  const Com<IBackgroundCopyJob> done = TransferredJob();
  const NotifyScope scope(done.Get(), transferred);
  EXPECT_TRUE(
      Eventually([&] { return transferred.Count("transferred") == 1; }));

  RecordingCallback error;
  const Com<IBackgroundCopyJob> failed = FailedJob();
  const NotifyScope scope2(failed.Get(), error);
  EXPECT_TRUE(Eventually([&] { return error.Count("error") == 1; }));
  EXPECT_EQ(error.Calls().size(), 1u);

  // Again for another object: the last setter wins.
  RecordingCallback other;
  const NotifyScope scope3(done.Get(), other);
  EXPECT_EQ(transferred.references(), 0u);
  EXPECT_TRUE(Eventually([&] { return other.Count("transferred") == 1; }));
  EXPECT_EQ(transferred.Calls().size(), 1u);
}

TEST_F(ConformanceTest, Fact68_ACallThatFailsIsMadeAgain) {
  std::atomic<int> calls{0};
  absl::Time first;
  absl::Time second;
  RecordingCallback callback(
      [&](const std::string&, IBackgroundCopyJob*) -> HRESULT {
        (calls == 0 ? first : second) = absl::Now();
        return ++calls == 1 ? E_FAIL : S_OK;
      });
  const Com<IBackgroundCopyJob> job = TransferredJob();
  const NotifyScope scope(job.Get(), callback);
  ASSERT_TRUE(Eventually([&] { return calls == 2; }));
  EXPECT_GE(second - first, absl::Milliseconds(500));
  ASSERT_EQ(job->Complete(), S_OK);
  EXPECT_TRUE(Eventually([&] { return callback.references() == 0; }));
  EXPECT_EQ(calls, 2);
}

// As in an apartment of Windows: the loop is that of the thread that set the
// callback, also for a job that is made in a callback.
TEST_F(ConformanceTest, ACallbackEndsTheLoopOfTheThreadThatSetIt) {
  const Content content = MakeContent("loop");
  const Com<IBackgroundCopyJob> second = MakeJob();
  ASSERT_EQ(second->AddFile(content.url.c_str(), WidePath("second").c_str()),
            S_OK);
  RecordingCallback second_callback(
      [](const std::string&, IBackgroundCopyJob* job) -> HRESULT {
        EXPECT_EQ(job->Complete(), S_OK);
        PostQuitMessage(7);
        return S_OK;
      });
  RecordingCallback first_callback(
      [&](const std::string&, IBackgroundCopyJob* job) -> HRESULT {
        EXPECT_EQ(job->Complete(), S_OK);
        PostMessage(nullptr, WM_APP, 1, 0);
        EXPECT_EQ(second->SetNotifyInterface(&second_callback), S_OK);
        return second->Resume();
      });
  std::thread([&] {
    EXPECT_EQ(CoInitialize(nullptr), S_OK);
    const Com<IBackgroundCopyJob> job = MakeJob();
    ASSERT_EQ(job->AddFile(content.url.c_str(), WidePath("first").c_str()),
              S_OK);
    const NotifyScope scope(job.Get(), first_callback);
    ASSERT_EQ(job->Resume(), S_OK);
    MSG message = {};
    std::vector<UINT> messages;
    while (GetMessage(&message, nullptr, 0, 0) > 0) {
      TranslateMessage(&message);
      DispatchMessage(&message);
      messages.push_back(message.message);
    }
    EXPECT_EQ(messages, std::vector<UINT>{WM_APP});
    EXPECT_EQ(message.wParam, 7u);
    CoUninitialize();
  }).join();
  EXPECT_EQ(StateOf(second.Get()), BG_JOB_STATE_ACKNOWLEDGED);
  EXPECT_TRUE(Eventually([&] { return second_callback.references() == 0; }));
}

TEST_F(ConformanceTest, Fact73_AnObjectWithTheFirstInterfaceAloneIsEnough) {
  RecordingCallback callback;
  callback.OfferOnlyTheFirst();
  const Com<IBackgroundCopyJob> job = TransferredJob();
  ASSERT_EQ(job->SetNotifyFlags(kAllFlags), S_OK);
  const NotifyScope scope(job.Get(), callback);
  EXPECT_TRUE(Eventually([&] { return callback.Count("transferred") == 1; }));
  EXPECT_EQ(callback.Count("file"), 0);
}

TEST_F(ConformanceTest, Fact74_CompleteAndRemovalFromInsideTheCallback) {
  std::atomic<HRESULT> completed{E_PENDING};
  std::atomic<HRESULT> removed{E_PENDING};
  RecordingCallback callback(
      [&](const std::string&, IBackgroundCopyJob* job) -> HRESULT {
        removed = job->SetNotifyInterface(nullptr);
        completed = job->Complete();
        return S_OK;
      });
  const Com<IBackgroundCopyJob> job = TransferredJob();
  const NotifyScope scope(job.Get(), callback);
  EXPECT_TRUE(Reaches(job.Get(), BG_JOB_STATE_ACKNOWLEDGED));
  EXPECT_TRUE(Eventually([&] { return callback.references() == 0; }));
  EXPECT_EQ(removed, S_OK);
  EXPECT_EQ(completed, S_OK);
  EXPECT_EQ(callback.Calls().size(), 1u);
}

// Ends `job` from inside the first call of its callback.
void CancelInside(IBackgroundCopyJob* job, const std::string& expected) {
  std::atomic<HRESULT> cancelled{E_PENDING};
  RecordingCallback callback(
      [&](const std::string&, IBackgroundCopyJob* told) -> HRESULT {
        cancelled = told->Cancel();
        return S_OK;
      });
  const NotifyScope scope(job, callback);
  EXPECT_TRUE(Eventually([&] { return callback.references() == 0; }));
  EXPECT_EQ(cancelled, S_OK);
  // It is released: there is nothing any more that could be called.
  EXPECT_EQ(callback.Calls(), std::vector<std::string>{expected});
  IUnknown* object = nullptr;
  EXPECT_EQ(job->GetNotifyInterface(&object), S_OK);
  EXPECT_EQ(object, nullptr);
}

TEST_F(ConformanceTest, CancelFromInsideJobTransferredEndsTheCalls) {
  const Com<IBackgroundCopyJob> job = TransferredJob();
  CancelInside(job.Get(), "transferred");
  EXPECT_EQ(StateOf(job.Get()), BG_JOB_STATE_CANCELLED);
  EXPECT_FALSE(Exists(Path("got")));
}

TEST_F(ConformanceTest, CancelFromInsideJobErrorEndsTheCalls) {
  const Com<IBackgroundCopyJob> job = FailedJob();
  CancelInside(job.Get(), "error");
  EXPECT_EQ(StateOf(job.Get()), BG_JOB_STATE_CANCELLED);
}

TEST_F(ConformanceTest, Fact75_CallsComeOnAThreadOfTheLibrary) {
  std::atomic<bool> elsewhere{false};
  const std::thread::id here = std::this_thread::get_id();
  RecordingCallback callback(
      [&](const std::string&, IBackgroundCopyJob*) -> HRESULT {
        elsewhere = std::this_thread::get_id() != here;
        return S_OK;
      });
  const Com<IBackgroundCopyJob> job = TransferredJob();
  const NotifyScope scope(job.Get(), callback);
  EXPECT_TRUE(Eventually([&] { return elsewhere.load(); }));
}

TEST_F(ConformanceTest, EventsOfAJobComeInOrder) {
  RecordingCallback callback;
  const Com<IBackgroundCopyJob> job = MakeJob();
  const Content a = MakeContent("order-a", 200'000);
  const Content b = MakeContent("order-b", 100);
  ASSERT_EQ(job->AddFile(a.url.c_str(), WidePath("a").c_str()), S_OK);
  ASSERT_EQ(job->AddFile(b.url.c_str(), WidePath("b").c_str()), S_OK);
  ASSERT_EQ(job->SetNotifyFlags(kAllFlags), S_OK);
  const NotifyScope scope(job.Get(), callback);
  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_TRUE(Eventually([&] { return callback.Count("transferred") == 1; }));
  const std::vector<std::string> calls = callback.Calls();
  EXPECT_EQ(calls.back(), "transferred");
  EXPECT_EQ(callback.Count("file"), 2);
  EXPECT_GE(callback.Count("modification"), 1);
  EXPECT_EQ(callback.Count("error"), 0);
  // Each byte was told of once.
  EXPECT_EQ(callback.range_bytes(), 200'100u);
}

TEST_F(ConformanceTest, DisabledNotificationsAreNotMade) {
  RecordingCallback callback;
  const Com<IBackgroundCopyJob> job = TransferredJob();
  ASSERT_EQ(job->SetNotifyFlags(kAllFlags | BG_NOTIFY_DISABLE), S_OK);
  const NotifyScope scope(job.Get(), callback);
  ASSERT_EQ(job->SetNotifyFlags(BG_NOTIFY_JOB_TRANSFERRED), S_OK);
  EXPECT_TRUE(Eventually([&] { return callback.Count("transferred") == 1; }));
  EXPECT_EQ(callback.Calls().size(), 1u);
}

TEST_F(ConformanceTest, NoCallAfterRemovalHasReturned) {
  absl::Notification entered;
  absl::Notification leave;
  std::atomic<bool> left{false};
  RecordingCallback callback(
      [&](const std::string&, IBackgroundCopyJob*) -> HRESULT {
        if (!entered.HasBeenNotified()) entered.Notify();
        leave.WaitForNotification();
        left = true;
        return S_OK;
      });
  const Com<IBackgroundCopyJob> job = TransferredJob();
  ASSERT_EQ(job->SetNotifyInterface(&callback), S_OK);
  entered.WaitForNotification();
  std::atomic<bool> removed{false};
  std::thread remover([&] {
    EXPECT_EQ(job->SetNotifyInterface(nullptr), S_OK);
    // The call that was being made is over.
    EXPECT_TRUE(left);
    EXPECT_EQ(callback.references(), 0u);
    removed = true;
  });
  leave.Notify();
  remover.join();
  EXPECT_TRUE(removed);
}

TEST_F(ConformanceTest, RemovalUnderALockThatTheCallbackWantsEnds) {
  Mutex mutex;
  absl::Notification entered;
  RecordingCallback callback(
      [&](const std::string&, IBackgroundCopyJob*) -> HRESULT {
        entered.Notify();
        const MutexLock lock(&mutex);
        return S_OK;
      });
  const Com<IBackgroundCopyJob> job = TransferredJob();
  {
    const MutexLock lock(&mutex);
    ASSERT_EQ(job->SetNotifyInterface(&callback), S_OK);
    entered.WaitForNotification();
    EXPECT_EQ(job->SetNotifyInterface(nullptr), S_OK);
  }
  EXPECT_TRUE(Eventually([&] { return callback.references() == 0; }));
}

TEST_F(ConformanceTest, ADaemonThatRestartsIsFoundAgain) {
  RecordingCallback callback;
  const Com<IBackgroundCopyJob> job = MakeJob();
  const Content content = MakeContent("restart");
  ASSERT_EQ(job->AddFile(content.url.c_str(), WidePath("got").c_str()), S_OK);
  const NotifyScope scope(job.Get(), callback);
  daemon().Kill();
  BG_JOB_STATE state;
  EXPECT_EQ(job->GetState(&state),
            HRESULT_FROM_WIN32(RPC_S_SERVER_UNAVAILABLE));
  EXPECT_EQ(job->Resume(), HRESULT_FROM_WIN32(RPC_S_SERVER_UNAVAILABLE));
  daemon().Start();
  ASSERT_TRUE(Eventually([&] { return job->Resume() == S_OK; }));
  EXPECT_TRUE(Eventually([&] { return callback.Count("transferred") == 1; }));
  EXPECT_EQ(callback.Calls().size(), 1u);
}

TEST_F(ConformanceTest, Fact05_And06_AJobOfAnotherProcessIsFoundByItsName) {
  const pid_t child = fork();
  if (child == 0) {
    execl(Runfile("tests/background_copy_maker").c_str(), "maker", nullptr);
    _exit(127);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  Com<IEnumBackgroundCopyJobs> jobs;
  ASSERT_EQ(manager()->EnumJobs(0, &jobs), S_OK);
  Com<IBackgroundCopyJob> job;
  ASSERT_EQ(jobs->Next(1, &job, nullptr), S_OK);
  LPWSTR text = nullptr;
  ASSERT_EQ(job->GetDisplayName(&text), S_OK);
  EXPECT_EQ(Take(text), "made elsewhere");
  ASSERT_EQ(
      As<IBackgroundCopyJobHttpOptions>(job.Get())->GetCustomHeaders(&text),
      S_OK);
  EXPECT_EQ(Take(text), "X-From: elsewhere\r\n");
}

// One job, eight threads that do everything at once: no call fails otherwise
// than by the job's state, and nothing is lost.
TEST_F(ConformanceTest, EightThreadsHammerOneJob) {
  const Com<IBackgroundCopyJob> job = MakeJob();
  const Content content = MakeContent("hammered", 50'000);
  std::atomic<int> files{0};
  RecordingCallback callback;
  ASSERT_EQ(job->SetNotifyFlags(kAllFlags), S_OK);
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  const auto expect = [&](HRESULT result) {
    if (result != S_OK && result != BG_E_EMPTY) ++wrong;
  };
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      Com<IBackgroundCopyManager> own;
      expect(CoCreateInstance(CLSID_BackgroundCopyManager, nullptr,
                              CLSCTX_LOCAL_SERVER, IID_PPV_ARGS(&own)));
      GUID id;
      expect(job->GetId(&id));
      Com<IBackgroundCopyJob> same;
      expect(own->GetJob(id, &same));
      const auto http = As<IBackgroundCopyJobHttpOptions>(same.Get());
      for (int i = 0; i < 20; ++i) {
        const std::wstring local =
            WidePath("got-" + std::to_string(t) + "-" + std::to_string(i));
        expect(same->AddFile(content.url.c_str(), local.c_str()));
        ++files;
        expect(http->SetCustomHeaders(L"X-A: b\r\n"));
        expect(http->SetSecurityFlags(t % 2));
        expect(i % 2 == 0 ? same->SetNotifyInterface(&callback)
                          : same->SetNotifyInterface(nullptr));
        expect(same->Resume());
        Com<IEnumBackgroundCopyFiles> list;
        expect(same->EnumFiles(&list));
        if (i % 5 == 0) expect(same->Suspend());
        BG_JOB_PROGRESS progress;
        expect(same->GetProgress(&progress));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  const HRESULT resumed = job->Resume();
  EXPECT_TRUE(resumed == S_OK || resumed == BG_E_EMPTY);
  ASSERT_TRUE(Reaches(job.Get(), BG_JOB_STATE_TRANSFERRED));
  BG_JOB_PROGRESS progress = {};
  ASSERT_EQ(job->GetProgress(&progress), S_OK);
  EXPECT_EQ(progress.FilesTotal, 160u);
  EXPECT_EQ(progress.FilesTransferred, 160u);
  EXPECT_EQ(job->Complete(), S_OK);
  EXPECT_EQ(ReadFile(Path("got-7-19")), content.bytes);
  EXPECT_TRUE(Eventually([&] { return callback.references() == 0; }));
}

// 1,000 jobs, each with a callback that completes it: each is told of its end
// once, and once only.
TEST_F(ConformanceTest, AThousandJobsHaveOneEventEach) {
  constexpr int kJobs = 1000;
  WriteFile(Path("source"), "bytes");
  std::vector<std::unique_ptr<RecordingCallback>> callbacks;
  std::atomic<int> failed{0};
  for (int i = 0; i < kJobs; ++i) {
    const Com<IBackgroundCopyJob> job = MakeJob();
    ASSERT_EQ(job->AddFile(WidePath("source").c_str(),
                           WidePath("got" + std::to_string(i)).c_str()),
              S_OK);
    callbacks.push_back(std::make_unique<RecordingCallback>(
        [&](const std::string&, IBackgroundCopyJob* done) -> HRESULT {
          if (done->Complete() != S_OK) ++failed;
          return S_OK;
        }));
    ASSERT_EQ(job->SetNotifyInterface(callbacks.back().get()), S_OK);
    ASSERT_EQ(job->Resume(), S_OK);
  }
  for (const auto& callback : callbacks) {
    ASSERT_TRUE(Eventually([&] { return callback->references() == 0; }));
  }
  EXPECT_EQ(failed, 0);
  for (int i = 0; i < kJobs; ++i) {
    EXPECT_EQ(callbacks[i]->Calls(), std::vector<std::string>{"transferred"});
    EXPECT_TRUE(Exists(Path("got" + std::to_string(i))));
  }
}

}  // namespace
}  // namespace convoy::testing
