// What BITS documents of notify commands: SetNotifyCmdLine's remarks, fact by
// fact; and how long jobs of each class are kept.
#include <bits.h>

#include <atomic>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/background_copy/guid_text.h"
#include "gtest/gtest.h"
#include "tests/background_copy_callback.h"
#include "tests/background_copy_world.h"

namespace convoy::testing {
namespace {

template <typename T>
using Com = Microsoft::WRL::ComPtr<T>;

constexpr ULONG kShortestRetryDelay = 5;

class NotifyCommandConformanceTest : public BackgroundCopyTest {
 protected:
  // The job's command is a shell script that counts its runs in Path("runs")
  // and then does `script`.
  void SetScript(IBackgroundCopyJob* job, const std::string& script) {
    WriteFile(Path("script"),
              absl::StrCat("echo run >> '", Path("runs"), "'\n", script, "\n"));
    const auto job2 = As<IBackgroundCopyJob2>(job);
    EXPECT_EQ(job2->SetNotifyCmdLine(
                  L"/bin/sh", (L"sh \"" + WidePath("script") + L"\"").c_str()),
              S_OK);
  }
  int Runs() {
    const std::string runs = ReadFile(Path("runs"));
    return static_cast<int>(runs.size() / std::string("run\n").size());
  }
  // A job with one file, suspended, that is retried as soon as may be.
  Com<IBackgroundCopyJob> JobWithScript(const std::string& script) {
    Com<IBackgroundCopyJob> job = MakeJob();
    const Content content = MakeContent("notified");
    EXPECT_EQ(job->AddFile(content.url.c_str(), WidePath("got").c_str()), S_OK);
    EXPECT_EQ(job->SetMinimumRetryDelay(kShortestRetryDelay), S_OK);
    SetScript(job.Get(), script);
    return job;
  }
  static std::string IdOf(IBackgroundCopyJob* job) {
    GUID id = {};
    EXPECT_EQ(job->GetId(&id), S_OK);
    return background_copy::TextOfGuid(id);
  }
  static v1::Job AtDaemon(IBackgroundCopyJob* job) {
    const auto read = daemon().Get(IdOf(job));
    EXPECT_TRUE(read.ok()) << read.status();
    return read.value_or(v1::Job());
  }
  static bool IsDelivered(IBackgroundCopyJob* job) {
    return Eventually([&] { return AtDaemon(job).notification().delivered(); });
  }
};

TEST_F(NotifyCommandConformanceTest, AProgramThatDoesNotAnswerZeroRunsAgain) {
  const Com<IBackgroundCopyJob> job = JobWithScript(
      absl::StrCat("test $(wc -l < '", Path("runs"), "') -ge 2 || exit 3"));
  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_TRUE(Eventually([&] {
    return AtDaemon(job.Get()).notification().last_exit_code() == 3;
  }));
  const v1::JobNotification failed = AtDaemon(job.Get()).notification();
  EXPECT_EQ(failed.last_result(), "exited with status 3");
  EXPECT_GE(failed.next_run_time().seconds() - failed.last_run_time().seconds(),
            kShortestRetryDelay);
  const auto explained = daemon().Explain(IdOf(job.Get()));
  ASSERT_TRUE(explained.ok());
  EXPECT_TRUE(absl::StrContains(explained->DebugString(),
                                "exited with status 3 (run 1, begun at "))
      << explained->DebugString();
  EXPECT_TRUE(IsDelivered(job.Get()));
  EXPECT_EQ(Runs(), 2);
  EXPECT_EQ(AtDaemon(job.Get()).notification().command_runs(), 2);
}

TEST_F(NotifyCommandConformanceTest, ItIsNotRunAgainOnceItCompletedTheJob) {
  // The program's exit code is not 0, but the job is complete.
  const Com<IBackgroundCopyJob> job = JobWithScript(absl::StrCat(
      "while ! test -e '", Path("completed"), "'; do sleep 0.1; done; exit 1"));
  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_TRUE(Eventually([&] { return Exists(Path("runs")); }));
  ASSERT_EQ(job->Complete(), S_OK);
  WriteFile(Path("completed"), "");
  ASSERT_TRUE(Eventually([&] {
    return AtDaemon(job.Get()).notification().last_exit_code() == 1;
  }));
  EXPECT_FALSE(AtDaemon(job.Get()).notification().has_next_run_time());
  EXPECT_EQ(Runs(), 1);
}

TEST_F(NotifyCommandConformanceTest, ARepeatOutlivesTheDaemon) {
  const Com<IBackgroundCopyJob> job = JobWithScript(
      absl::StrCat("test $(wc -l < '", Path("runs"), "') -ge 2 || exit 3"));
  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_TRUE(Eventually([&] {
    return AtDaemon(job.Get()).notification().last_exit_code() == 3;
  }));
  daemon().Kill();
  daemon().Start();
  EXPECT_TRUE(IsDelivered(job.Get()));
  EXPECT_EQ(Runs(), 2);
}

TEST_F(NotifyCommandConformanceTest, ItRunsForAnEventThatWasBefore) {
  const Com<IBackgroundCopyJob> transferred = TransferredJob();
  SetScript(transferred.Get(), "exit 0");
  EXPECT_TRUE(IsDelivered(transferred.Get()));
  const Com<IBackgroundCopyJob> failed = FailedJob();
  SetScript(failed.Get(), "exit 0");
  EXPECT_TRUE(IsDelivered(failed.Get()));
  EXPECT_EQ(Runs(), 2);
}

TEST_F(NotifyCommandConformanceTest, ItIsNotRunWhereTheCallbackAnswersOk) {
  RecordingCallback callback;
  const Com<IBackgroundCopyJob> job = JobWithScript("exit 0");
  const NotifyScope scope(job.Get(), callback);
  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_TRUE(IsDelivered(job.Get()));
  EXPECT_EQ(callback.Count("transferred"), 1);
  EXPECT_EQ(AtDaemon(job.Get()).notification().command_runs(), 0);
  // Nor for a command that comes later: the event is told.
  SetScript(job.Get(), "exit 1");
  EXPECT_EQ(AtDaemon(job.Get()).notification().command_runs(), 0);
  EXPECT_FALSE(AtDaemon(job.Get()).notification().has_next_run_time());
  EXPECT_FALSE(Exists(Path("runs")));
}

TEST_F(NotifyCommandConformanceTest,
       ItIsNotRunWhereTheCallbackCompletesTheJob) {
  RecordingCallback callback([](const std::string&, IBackgroundCopyJob* job) {
    return job->Complete();
  });
  const Com<IBackgroundCopyJob> job = JobWithScript("exit 0");
  const NotifyScope scope(job.Get(), callback);
  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_TRUE(Reaches(job.Get(), BG_JOB_STATE_ACKNOWLEDGED));
  ASSERT_TRUE(IsDelivered(job.Get()));
  EXPECT_FALSE(Exists(Path("runs")));
}

TEST_F(NotifyCommandConformanceTest, AnErrorIsToldToTheCallbackFirstToo) {
  RecordingCallback callback;
  const Com<IBackgroundCopyJob> job = MakeJob();
  ASSERT_EQ(job->AddFile(Wide(origin().Url("missing")).c_str(),
                         WidePath("got").c_str()),
            S_OK);
  SetScript(job.Get(), "exit 0");
  const NotifyScope scope(job.Get(), callback);
  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_TRUE(IsDelivered(job.Get()));
  EXPECT_EQ(callback.Count("error"), 1);
  EXPECT_FALSE(Exists(Path("runs")));
}

TEST_F(NotifyCommandConformanceTest, ItRunsWhereTheCallbackFails) {
  std::atomic<int> unheard{0};
  RecordingCallback failing(
      [](const std::string&, IBackgroundCopyJob*) -> HRESULT {
        return E_FAIL;
      });
  RecordingCallback always_failing(
      [&](const std::string&, IBackgroundCopyJob*) -> HRESULT {
        ++unheard;
        return E_FAIL;
      });
  const Com<IBackgroundCopyJob> job = JobWithScript("exit 0");
  const NotifyScope scope(job.Get(), failing);
  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_TRUE(IsDelivered(job.Get()));
  EXPECT_EQ(Runs(), 1);
  EXPECT_GE(failing.Count("transferred"), 1);
  // What the command was told the callback is not told again: while another
  // one is called over and over, this one is not, but for a call that was on
  // its way.
  const int told = failing.Count("transferred");
  const Com<IBackgroundCopyJob> other = FailedJob();
  const NotifyScope other_scope(other.Get(), always_failing);
  ASSERT_TRUE(Eventually([&] { return unheard >= 4; }));
  EXPECT_LE(failing.Count("transferred"), told + 1);
}

TEST_F(NotifyCommandConformanceTest, WhereBothFailTheCallbackMayTakeItLater) {
  std::atomic<bool> ready{false};
  RecordingCallback callback(
      [&](const std::string&, IBackgroundCopyJob*) -> HRESULT {
        return ready ? S_OK : E_FAIL;
      });
  const Com<IBackgroundCopyJob> job = JobWithScript("exit 1");
  ASSERT_EQ(job->SetMinimumRetryDelay(600), S_OK);
  const NotifyScope scope(job.Get(), callback);
  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_TRUE(Eventually(
      [&] { return AtDaemon(job.Get()).notification().has_next_run_time(); }));
  ready = true;
  EXPECT_TRUE(IsDelivered(job.Get()));
  EXPECT_FALSE(AtDaemon(job.Get()).notification().has_next_run_time());
  EXPECT_EQ(Runs(), 1);
}

TEST_F(NotifyCommandConformanceTest, ItRunsWhereTheCallbackWasTakenAway) {
  RecordingCallback callback;
  const Com<IBackgroundCopyJob> job = JobWithScript("exit 0");
  ASSERT_EQ(job->SetNotifyInterface(&callback), S_OK);
  EXPECT_NE(AtDaemon(job.Get()).notify_watcher(), "");
  ASSERT_EQ(job->SetNotifyInterface(nullptr), S_OK);
  EXPECT_EQ(AtDaemon(job.Get()).notify_watcher(), "");
  ASSERT_EQ(job->Resume(), S_OK);
  EXPECT_TRUE(IsDelivered(job.Get()));
  EXPECT_EQ(Runs(), 1);
  EXPECT_TRUE(callback.Calls().empty());
}

TEST_F(NotifyCommandConformanceTest, ItRunsWhereTheCallbacksProcessIsGone) {
  const Com<IBackgroundCopyJob> job = JobWithScript("exit 0");
  // What a process leaves that ends without SetNotifyInterface(NULL).
  v1::UpdateJobRequest update;
  update.mutable_job()->set_id(IdOf(job.Get()));
  update.mutable_job()->set_notify_watcher("a process that has ended");
  update.mutable_update_mask()->add_paths("notify_watcher");
  grpc::ClientContext context;
  v1::Job updated;
  ASSERT_TRUE(daemon().jobs().UpdateJob(&context, update, &updated).ok());
  ASSERT_EQ(job->Resume(), S_OK);
  EXPECT_TRUE(IsDelivered(job.Get()));
  EXPECT_EQ(Runs(), 1);
}

TEST_F(NotifyCommandConformanceTest, AKillOfTheDaemonDoesNotTellItTwice) {
  std::atomic<bool> entered{false};
  std::atomic<bool> leave{false};
  RecordingCallback callback(
      [&](const std::string&, IBackgroundCopyJob*) -> HRESULT {
        entered = true;
        return Eventually([&] { return leave.load(); }) ? S_OK : E_FAIL;
      });
  const Com<IBackgroundCopyJob> job = JobWithScript("exit 0");
  const NotifyScope scope(job.Get(), callback);
  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_TRUE(Eventually([&] { return entered.load(); }));
  daemon().Kill();
  leave = true;
  daemon().Start();
  EXPECT_TRUE(IsDelivered(job.Get()));
  EXPECT_EQ(callback.Count("transferred"), 1);
  EXPECT_FALSE(Exists(Path("runs")));
}

TEST_F(NotifyCommandConformanceTest, AJobOfBitsIsKeptFor90Days) {
  const Com<IBackgroundCopyJob> job = MakeJob();
  EXPECT_EQ(AtDaemon(job.Get()).inactivity_timeout().seconds(), 90 * 86'400);
  // One that another client made has the daemon's own default.
  const auto other = daemon().Create({}, v1::Job());
  ASSERT_TRUE(other.ok()) << other.status();
  EXPECT_EQ(other->inactivity_timeout().seconds(), 30 * 86'400);
  EXPECT_TRUE(daemon().Cancel(other->id()).ok());
}

TEST_F(NotifyCommandConformanceTest, NotificationsComeEvery500Milliseconds) {
  const auto job = As<IBackgroundCopyJob5>(MakeJob().Get());
  BITS_JOB_PROPERTY_VALUE value = {};
  const auto id = BITS_JOB_PROPERTY_MINIMUM_NOTIFICATION_INTERVAL_MS;
  EXPECT_EQ(job->GetProperty(id, &value), S_OK);
  EXPECT_EQ(value.Dword, 500u);
  value.Dword = 0;
  EXPECT_EQ(job->SetProperty(id, value), S_OK);
  value.Dword = 1;
  EXPECT_EQ(job->GetProperty(id, &value), S_OK);
  EXPECT_EQ(value.Dword, 0u);
}

}  // namespace
}  // namespace convoy::testing
