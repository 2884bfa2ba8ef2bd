// What settings of a job change: how often a callback is called, which class
// makes it, what its answers mean; and a daemon that stands still.
#include <bits.h>
#include <signal.h>
#include <sys/wait.h>
#include <wrl.h>

#include <atomic>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/background_copy_callback.h"
#include "tests/background_copy_world.h"

namespace convoy::testing {
namespace {

using EffectTest = BackgroundCopyTest;

template <typename T>
using Com = Microsoft::WRL::ComPtr<T>;

constexpr ULONG kModifications =
    BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_JOB_MODIFICATION;

void Describe(IBackgroundCopyJob* job) {
  static int number = 0;
  EXPECT_EQ(job->SetDescription(std::to_wstring(++number).c_str()), S_OK);
}

// Changes the job until the callback is told once more: what changed before it
// knew the job is not told.
bool IsToldOfAChange(IBackgroundCopyJob* job, RecordingCallback& callback) {
  const int before = callback.Count("modification");
  return Eventually([&] {
    Describe(job);
    return callback.Count("modification") > before;
  });
}

TEST_F(EffectTest, ModificationsAreToldAsTheyCome) {
  RecordingCallback callback;
  const Com<IBackgroundCopyJob> job = MakeJob();
  ASSERT_EQ(job->SetNotifyFlags(kModifications), S_OK);
  const NotifyScope scope(job.Get(), callback);
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(IsToldOfAChange(job.Get(), callback));
  }
}

TEST_F(EffectTest, TheNotificationIntervalHoldsModificationsBack) {
  RecordingCallback callback;
  const Content content = MakeContent("interval");
  const Com<IBackgroundCopyJob> job = MakeJob();
  ASSERT_EQ(job->AddFile(content.url.c_str(), WidePath("got").c_str()), S_OK);
  BITS_JOB_PROPERTY_VALUE hour = {};
  hour.Dword = 3'600'000;
  ASSERT_EQ(As<IBackgroundCopyJob5>(job.Get())->SetProperty(
                BITS_JOB_PROPERTY_MINIMUM_NOTIFICATION_INTERVAL_MS, hour),
            S_OK);
  ASSERT_EQ(job->SetNotifyFlags(kModifications), S_OK);
  const NotifyScope scope(job.Get(), callback);
  ASSERT_TRUE(IsToldOfAChange(job.Get(), callback));
  for (int i = 0; i < 5; ++i) Describe(job.Get());
  ASSERT_EQ(job->Resume(), S_OK);
  // Other events come at once, and after what was before them.
  ASSERT_TRUE(Eventually([&] { return callback.Count("transferred") == 1; }));
  EXPECT_EQ(callback.Count("modification"), 1);
}

TEST_F(EffectTest, NotImplementedIsAFailureLikeOthers) {
  std::atomic<int> calls{0};
  RecordingCallback callback(
      [&](const std::string&, IBackgroundCopyJob*) -> HRESULT {
        return ++calls == 1 ? E_NOTIMPL : S_OK;
      });
  const Com<IBackgroundCopyJob> job = TransferredJob();
  const NotifyScope scope(job.Get(), callback);
  ASSERT_TRUE(Eventually([&] { return calls == 2; }));
  EXPECT_EQ(callback.Count("transferred"), 2);
  ASSERT_EQ(job->Complete(), S_OK);
  EXPECT_TRUE(Eventually([&] { return callback.references() == 0; }));
  EXPECT_EQ(calls, 2);
}

TEST_F(EffectTest, AFileThatIsFoundWrongIsAnErrorAndResumeFetchesItAgain) {
  RecordingCallback callback;
  const Content content = MakeContent("wrong");
  const Com<IBackgroundCopyJob> job = MakeJob();
  ASSERT_EQ(job->AddFile(content.url.c_str(), WidePath("got").c_str()), S_OK);
  ASSERT_EQ(
      job->SetNotifyFlags(BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_JOB_ERROR |
                          BG_NOTIFY_FILE_TRANSFERRED),
      S_OK);
  const NotifyScope scope(job.Get(), callback);
  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_TRUE(Eventually([&] { return callback.Count("transferred") == 1; }));
  Com<IEnumBackgroundCopyFiles> files;
  ASSERT_EQ(job->EnumFiles(&files), S_OK);
  Com<IBackgroundCopyFile> first;
  ASSERT_EQ(files->Next(1, &first, nullptr), S_OK);
  const auto file = As<IBackgroundCopyFile3>(first.Get());
  ASSERT_EQ(file->SetValidationState(FALSE), S_OK);

  EXPECT_EQ(StateOf(job.Get()), BG_JOB_STATE_ERROR);
  Com<IBackgroundCopyError> error;
  ASSERT_EQ(job->GetError(&error), S_OK);
  BG_ERROR_CONTEXT context = BG_ERROR_CONTEXT_NONE;
  HRESULT code = S_OK;
  ASSERT_EQ(error->GetError(&context, &code), S_OK);
  EXPECT_EQ(context, BG_ERROR_CONTEXT_REMOTE_FILE);
  EXPECT_EQ(code, BG_E_VALIDATION_FAILED);
  Com<IBackgroundCopyFile> wrong;
  EXPECT_EQ(error->GetFile(&wrong), S_OK);
  BG_FILE_PROGRESS progress = {};
  ASSERT_EQ(file->GetProgress(&progress), S_OK);
  EXPECT_EQ(progress.BytesTransferred, 0u);
  EXPECT_EQ(progress.Completed, FALSE);
  EXPECT_EQ(file->SetValidationState(TRUE), E_PENDING);
  EXPECT_TRUE(Eventually([&] { return callback.Count("error") == 1; }));

  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_TRUE(Reaches(job.Get(), BG_JOB_STATE_TRANSFERRED));
  EXPECT_TRUE(Eventually([&] { return callback.Count("transferred") == 2; }));
  EXPECT_EQ(callback.Count("file"), 2);
  ASSERT_EQ(file->SetValidationState(TRUE), S_OK);
  ASSERT_EQ(job->Complete(), S_OK);
  EXPECT_EQ(ReadFile(Path("got")), content.bytes);
}

// {0d8f7c52-6f0e-4a55-9d0b-5a1c8f1f0c11}, of a class that tests register.
constexpr CLSID kClass = {0x0d8f7c52,
                          0x6f0e,
                          0x4a55,
                          {0x9d, 0x0b, 0x5a, 0x1c, 0x8f, 0x1f, 0x0c, 0x11}};

// Gives one object, however often it is asked.
class Factory final
    : public Microsoft::WRL::RuntimeClass<
          Microsoft::WRL::RuntimeClassFlags<Microsoft::WRL::ClassicCom>,
          IClassFactory> {
 public:
  explicit Factory(RecordingCallback& callback) : callback_(callback) {}
  HRESULT STDMETHODCALLTYPE CreateInstance(IUnknown*, REFIID riid,
                                           void** object) override {
    ++made_;
    return callback_.QueryInterface(riid, object);
  }
  HRESULT STDMETHODCALLTYPE LockServer(BOOL) override { return S_OK; }
  int made() const { return made_; }

 private:
  RecordingCallback& callback_;
  std::atomic<int> made_{0};
};

class NotificationClassTest : public BackgroundCopyTest {
 protected:
  static HRESULT SetClass(IBackgroundCopyJob* job, const CLSID& clsid) {
    BITS_JOB_PROPERTY_VALUE value = {};
    value.ClsID = clsid;
    return As<IBackgroundCopyJob5>(job)->SetProperty(
        BITS_JOB_PROPERTY_NOTIFICATION_CLSID, value);
  }
  static CLSID ClassOf(IBackgroundCopyJob* job) {
    BITS_JOB_PROPERTY_VALUE value = {};
    EXPECT_EQ(As<IBackgroundCopyJob5>(job)->GetProperty(
                  BITS_JOB_PROPERTY_NOTIFICATION_CLSID, &value),
              S_OK);
    return value.ClsID;
  }
  Com<IBackgroundCopyJob> Again(IBackgroundCopyJob* job) {
    GUID id;
    EXPECT_EQ(job->GetId(&id), S_OK);
    Com<IBackgroundCopyJob> same;
    EXPECT_EQ(manager()->GetJob(id, &same), S_OK);
    return same;
  }
  static IUnknown* ObjectOf(IBackgroundCopyJob* job) {
    Com<IUnknown> object;
    EXPECT_EQ(job->GetNotifyInterface(&object), S_OK);
    return object.Get();
  }
};

TEST_F(NotificationClassTest, ARegisteredClassIsCalledBack) {
  RecordingCallback callback;
  const auto factory = Microsoft::WRL::Make<Factory>(callback);
  const Com<IBackgroundCopyJob> job = TransferredJob();
  EXPECT_EQ(ClassOf(job.Get()), GUID_NULL);
  ASSERT_EQ(SetClass(job.Get(), kClass), S_OK);
  EXPECT_EQ(ClassOf(job.Get()), kClass);
  EXPECT_EQ(ObjectOf(job.Get()), nullptr);  // Nobody has the class yet.

  DWORD cookie = 0;
  ASSERT_EQ(CoRegisterClassObject(kClass, factory.Get(), CLSCTX_LOCAL_SERVER,
                                  REGCLS_MULTIPLEUSE, &cookie),
            S_OK);
  Again(job.Get());
  EXPECT_TRUE(Eventually([&] { return callback.Count("transferred") == 1; }));
  // The job has its object.
  Again(job.Get());
  EXPECT_EQ(factory->made(), 1);
  EXPECT_EQ(job->SetNotifyInterface(nullptr), S_OK);
  EXPECT_EQ(callback.references(), 0u);
  EXPECT_EQ(CoRevokeClassObject(cookie), S_OK);
  ASSERT_EQ(SetClass(job.Get(), GUID_NULL), S_OK);
  EXPECT_EQ(ClassOf(job.Get()), GUID_NULL);
}

TEST_F(NotificationClassTest, AnObjectThatWasSetComesFirst) {
  RecordingCallback of_class;
  RecordingCallback own;
  const auto factory = Microsoft::WRL::Make<Factory>(of_class);
  DWORD cookie = 0;
  ASSERT_EQ(CoRegisterClassObject(kClass, factory.Get(), CLSCTX_LOCAL_SERVER,
                                  REGCLS_MULTIPLEUSE, &cookie),
            S_OK);
  const Com<IBackgroundCopyJob> job = TransferredJob();
  {
    const NotifyScope scope(job.Get(), own);
    ASSERT_EQ(SetClass(job.Get(), kClass), S_OK);
    EXPECT_EQ(factory->made(), 0);
    EXPECT_TRUE(Eventually([&] { return own.Count("transferred") == 1; }));
  }
  EXPECT_EQ(of_class.Calls().size(), 0u);
  EXPECT_EQ(CoRevokeClassObject(cookie), S_OK);
}

// It takes the client's deadline, 30 seconds.
TEST_F(EffectTest, ADaemonThatStandsStillIsATimeoutUntilItGoesOn) {
  const Com<IBackgroundCopyJob> job = MakeJob();
  ASSERT_EQ(kill(daemon().pid(), SIGSTOP), 0);
  // Until then a thread of its may still answer.
  siginfo_t stopped = {};
  ASSERT_EQ(waitid(P_PID, static_cast<id_t>(daemon().pid()), &stopped,
                   WSTOPPED | WNOWAIT),
            0);
  BG_JOB_STATE state = BG_JOB_STATE_ERROR;
  const HRESULT asked = job->GetState(&state);
  ASSERT_EQ(kill(daemon().pid(), SIGCONT), 0);
  EXPECT_EQ(asked, HRESULT_FROM_WIN32(ERROR_TIMEOUT));
  ASSERT_TRUE(Eventually([&] { return job->GetState(&state) == S_OK; }));
  EXPECT_EQ(state, BG_JOB_STATE_SUSPENDED);
}

}  // namespace
}  // namespace convoy::testing
