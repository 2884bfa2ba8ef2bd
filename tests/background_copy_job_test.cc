// Jobs, files and errors: facts 1 to 35, 39 to 44 and 54 to 71 of BITS, by
// their number.
#include <bits.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tests/background_copy_callback.h"
#include "tests/background_copy_world.h"

namespace convoy::testing {
namespace {

using ConformanceTest = BackgroundCopyTest;

template <typename T>
using Com = Microsoft::WRL::ComPtr<T>;

// Nobody listens there: errors that may pass.
std::wstring NobodysUrl() {
  return L"http://127.0.0.1:" + std::to_wstring(FreePort()) + L"/file";
}

// The progress of the job's file of that number.
BG_FILE_PROGRESS ProgressOf(IBackgroundCopyJob* job, ULONG number = 0) {
  BG_FILE_PROGRESS progress = {0, 0, -1};
  Com<IEnumBackgroundCopyFiles> files;
  Com<IBackgroundCopyFile> file;
  EXPECT_EQ(job->EnumFiles(&files), S_OK);
  EXPECT_EQ(files->Skip(number), S_OK);
  EXPECT_EQ(files->Next(1, &file, nullptr), S_OK);
  EXPECT_EQ(file->GetProgress(&progress), S_OK);
  return progress;
}

TEST_F(ConformanceTest, Fact01_EachClassMakesAManager) {
  const CLSID* const classes[] = {
      &CLSID_BackgroundCopyManager,     &CLSID_BackgroundCopyManager1_5,
      &CLSID_BackgroundCopyManager2_0,  &CLSID_BackgroundCopyManager2_5,
      &CLSID_BackgroundCopyManager3_0,  &CLSID_BackgroundCopyManager4_0,
      &CLSID_BackgroundCopyManager5_0,  &CLSID_BackgroundCopyManager10_1,
      &CLSID_BackgroundCopyManager10_2, &CLSID_BackgroundCopyManager10_3,
  };
  for (const CLSID* clsid : classes) {
    Com<IBackgroundCopyManager> made;
    EXPECT_EQ(CoCreateInstance(*clsid, nullptr, CLSCTX_LOCAL_SERVER,
                               IID_IBackgroundCopyManager,
                               reinterpret_cast<void**>(made.GetAddressOf())),
              S_OK);
  }
}

TEST_F(ConformanceTest, Fact01_WithoutADaemonTheServiceIsDisabled) {
  const TempDir empty;
  setenv("CONVOY_SOCKET", (empty.path() + "/none.sock").c_str(), 1);
  Com<IBackgroundCopyManager> made;
  EXPECT_EQ(CoCreateInstance(CLSID_BackgroundCopyManager, nullptr, CLSCTX_ALL,
                             IID_PPV_ARGS(&made)),
            HRESULT_FROM_WIN32(ERROR_SERVICE_DISABLED));
  EXPECT_EQ(made, nullptr);
  setenv("CONVOY_SOCKET", daemon().socket().c_str(), 1);
}

TEST_F(ConformanceTest, Fact02_CreateJobGivesAJob) {
  GUID id = GUID_NULL;
  IBackgroundCopyJob* job = nullptr;
  ASSERT_EQ(manager()->CreateJob(L"Test", BG_JOB_TYPE_DOWNLOAD, &id, &job),
            S_OK);
  ASSERT_NE(job, nullptr);
  EXPECT_NE(id, GUID_NULL);
  job->Release();
}

TEST_F(ConformanceTest, Fact03_TheLastReleaseReturnsZero) {
  IBackgroundCopyJob* const job = MakeJob().Detach();
  IEnumBackgroundCopyFiles* files = nullptr;
  ASSERT_EQ(job->EnumFiles(&files), S_OK);
  EXPECT_EQ(files->Release(), 0u);
  EXPECT_EQ(job->AddRef(), 2u);
  EXPECT_EQ(job->Release(), 1u);
  EXPECT_EQ(job->Release(), 0u);
}

TEST_F(ConformanceTest, Fact04_TwoManagersWorkSideBySide) {
  Com<IBackgroundCopyManager> other;
  ASSERT_EQ(CoCreateInstance(CLSID_BackgroundCopyManager, nullptr,
                             CLSCTX_LOCAL_SERVER, IID_PPV_ARGS(&other)),
            S_OK);
  GUID id;
  Com<IBackgroundCopyJob> made;
  ASSERT_EQ(manager()->CreateJob(L"a", BG_JOB_TYPE_DOWNLOAD, &id, &made), S_OK);
  Com<IBackgroundCopyJob> found;
  ASSERT_EQ(other->GetJob(id, &found), S_OK);
  ASSERT_EQ(found->SetDescription(L"seen by both"), S_OK);
  LPWSTR text = nullptr;
  ASSERT_EQ(made->GetDescription(&text), S_OK);
  EXPECT_EQ(Take(text), "seen by both");
}

TEST_F(ConformanceTest, Fact07_GetIdIsTheIdOfCreateJob) {
  GUID id;
  Com<IBackgroundCopyJob> job;
  ASSERT_EQ(manager()->CreateJob(L"a", BG_JOB_TYPE_DOWNLOAD, &id, &job), S_OK);
  GUID same = GUID_NULL;
  EXPECT_EQ(job->GetId(&same), S_OK);
  EXPECT_EQ(same, id);
}

TEST_F(ConformanceTest, Fact08_TheTypeIsDownload) {
  BG_JOB_TYPE type = BG_JOB_TYPE_UPLOAD;
  EXPECT_EQ(MakeJob()->GetType(&type), S_OK);
  EXPECT_EQ(type, BG_JOB_TYPE_DOWNLOAD);
}

TEST_F(ConformanceTest, Fact09_GetDisplayNameGivesTheName) {
  const Com<IBackgroundCopyJob> job = MakeJob(L"Grüße, 世界 \U0001F4E6");
  LPWSTR name = nullptr;
  EXPECT_EQ(job->GetDisplayName(&name), S_OK);
  EXPECT_EQ(std::wstring(name), L"Grüße, 世界 \U0001F4E6");
  CoTaskMemFree(name);
}

TEST_F(ConformanceTest, Fact10_ANewJobIsSuspended) {
  EXPECT_EQ(StateOf(MakeJob().Get()), BG_JOB_STATE_SUSPENDED);
}

TEST_F(ConformanceTest, Fact11_WithoutFilesAllProgressIsZero) {
  BG_JOB_PROGRESS progress = {1, 1, 1, 1};
  EXPECT_EQ(MakeJob()->GetProgress(&progress), S_OK);
  EXPECT_EQ(progress.BytesTotal, 0u);
  EXPECT_EQ(progress.BytesTransferred, 0u);
  EXPECT_EQ(progress.FilesTotal, 0u);
  EXPECT_EQ(progress.FilesTransferred, 0u);
}

TEST_F(ConformanceTest, Fact12_NotifyFlagsAreTransferredAndError) {
  ULONG flags = 0;
  EXPECT_EQ(MakeJob()->GetNotifyFlags(&flags), S_OK);
  EXPECT_EQ(flags, ULONG{BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_JOB_ERROR});
}

TEST_F(ConformanceTest, Fact13_AnUnsetNotifyInterfaceIsNull) {
  IUnknown* object = reinterpret_cast<IUnknown*>(1);
  EXPECT_EQ(MakeJob()->GetNotifyInterface(&object), S_OK);
  EXPECT_EQ(object, nullptr);
}

TEST_F(ConformanceTest, Fact14_ResumeWithoutFilesIsEmpty) {
  const Com<IBackgroundCopyJob> job = MakeJob();
  EXPECT_EQ(job->Resume(), BG_E_EMPTY);
  EXPECT_EQ(StateOf(job.Get()), BG_JOB_STATE_SUSPENDED);
}

TEST_F(ConformanceTest, Fact15_CostFlagsCanBeSet) {
  const auto job = As<IBackgroundCopyJob5>(MakeJob().Get());
  BITS_JOB_PROPERTY_VALUE value = {};
  value.Dword = BITS_COST_STATE_TRANSFER_ALWAYS;
  EXPECT_EQ(job->SetProperty(BITS_JOB_PROPERTY_ID_COST_FLAGS, value), S_OK);
  value = {};
  EXPECT_EQ(job->GetProperty(BITS_JOB_PROPERTY_ID_COST_FLAGS, &value), S_OK);
  EXPECT_EQ(value.Dword, BITS_COST_STATE_TRANSFER_ALWAYS);
}

TEST_F(ConformanceTest, Fact16_LocalPathsCanBeAdded) {
  const Com<IBackgroundCopyJob> job = MakeJob();
  WriteFile(Path("one"), "1");
  WriteFile(Path("two"), "2");
  EXPECT_EQ(job->AddFile(WidePath("one").c_str(), WidePath("a").c_str()), S_OK);
  EXPECT_EQ(job->AddFile(WidePath("two").c_str(), WidePath("b").c_str()), S_OK);
}

TEST_F(ConformanceTest, Fact17_And54_AFileSetRaisesTheTotals) {
  const Com<IBackgroundCopyJob> job = MakeJob();
  std::wstring names[] = {Wide(origin().Url("1")), WidePath("1"),
                          Wide(origin().Url("2")), WidePath("2")};
  BG_FILE_INFO files[] = {{names[0].data(), names[1].data()},
                          {names[2].data(), names[3].data()}};
  ASSERT_EQ(job->AddFileSet(2, files), S_OK);
  BG_JOB_PROGRESS progress = {};
  ASSERT_EQ(job->GetProgress(&progress), S_OK);
  EXPECT_EQ(progress.FilesTotal, 2u);
  EXPECT_EQ(progress.BytesTotal, BG_SIZE_UNKNOWN);
}

// A job with two files, whose names are as no other text: escapes stay as they
// are written; a plain path stays a path.
class GivenFilesTest : public BackgroundCopyTest {
 protected:
  void SetUp() override {
    BackgroundCopyTest::SetUp();
    job_ = MakeJob();
    remotes_ = {Wide(origin().Url("a%20b%2fc?q=%41")),
                WidePath("with blank & %41 #1")};
    locals_ = {WidePath("got & %42"), WidePath("got 2")};
    for (std::size_t i = 0; i < remotes_.size(); ++i) {
      ASSERT_EQ(job_->AddFile(remotes_[i].c_str(), locals_[i].c_str()), S_OK);
    }
  }

  std::vector<Com<IBackgroundCopyFile>> Files() {
    Com<IEnumBackgroundCopyFiles> files;
    EXPECT_EQ(job_->EnumFiles(&files), S_OK);
    std::vector<Com<IBackgroundCopyFile>> all(remotes_.size());
    for (Com<IBackgroundCopyFile>& file : all) {
      EXPECT_EQ(files->Next(1, &file, nullptr), S_OK);
    }
    return all;
  }

  Com<IBackgroundCopyJob> job_;
  std::vector<std::wstring> remotes_;
  std::vector<std::wstring> locals_;
};

TEST_F(GivenFilesTest, Fact18_EnumFilesGivesAnEnumerator) {
  Com<IEnumBackgroundCopyFiles> files;
  EXPECT_EQ(job_->EnumFiles(&files), S_OK);
  EXPECT_NE(files, nullptr);
}

TEST_F(GivenFilesTest, Fact19_GetRemoteNameIsTheSourceAsGiven) {
  const auto files = Files();
  for (std::size_t i = 0; i < files.size(); ++i) {
    LPWSTR text = nullptr;
    EXPECT_EQ(files[i]->GetRemoteName(&text), S_OK);
    EXPECT_EQ(Wide(Take(text)), remotes_[i]);
  }
}

TEST_F(GivenFilesTest, Fact20_GetLocalNameIsTheDestinationAsGiven) {
  const auto files = Files();
  for (std::size_t i = 0; i < files.size(); ++i) {
    LPWSTR text = nullptr;
    EXPECT_EQ(files[i]->GetLocalName(&text), S_OK);
    EXPECT_EQ(Wide(Take(text)), locals_[i]);
  }
}

TEST_F(GivenFilesTest, Fact21_NothingIsTransferredYet) {
  for (const auto& file : Files()) {
    BG_FILE_PROGRESS progress = {1, 1, 1};
    EXPECT_EQ(file->GetProgress(&progress), S_OK);
    EXPECT_EQ(progress.BytesTotal, BG_SIZE_UNKNOWN);
    EXPECT_EQ(progress.BytesTransferred, 0u);
    EXPECT_EQ(progress.Completed, FALSE);
  }
}

// A job with two local files, one by its path, one by its URL.
class LocalFilesTest : public BackgroundCopyTest {
 protected:
  void SetUp() override {
    BackgroundCopyTest::SetUp();
    job_ = MakeJob();
    WriteFile(Path("one"), RandomBytes(70'000, 1));
    WriteFile(Path("two"), RandomBytes(10, 2));
    ASSERT_EQ(job_->AddFile(WidePath("one").c_str(), WidePath("a").c_str()),
              S_OK);
    ASSERT_EQ(job_->AddFile((L"file://" + WidePath("two")).c_str(),
                            WidePath("b").c_str()),
              S_OK);
  }
  void Transfer() {
    ASSERT_EQ(job_->Resume(), S_OK);
    ASSERT_TRUE(
        Reaches(job_.Get(), BG_JOB_STATE_TRANSFERRED, absl::Seconds(30)));
  }
  void Deliver() {
    Transfer();
    ASSERT_EQ(job_->Complete(), S_OK);
  }

  Com<IBackgroundCopyJob> job_;
};

TEST_F(LocalFilesTest, Fact22_ResumeIsFine) { EXPECT_EQ(job_->Resume(), S_OK); }

// And 71.
TEST_F(LocalFilesTest, Fact23_AfterResumeTheStateIsNeverSuspendedOrError) {
  ASSERT_EQ(job_->Resume(), S_OK);
  EXPECT_TRUE(Eventually([&] {
    const BG_JOB_STATE state = StateOf(job_.Get());
    EXPECT_TRUE(
        state == BG_JOB_STATE_QUEUED || state == BG_JOB_STATE_CONNECTING ||
        state == BG_JOB_STATE_TRANSFERRING || state == BG_JOB_STATE_TRANSFERRED)
        << state;
    return state == BG_JOB_STATE_TRANSFERRED;
  }));
}

TEST_F(LocalFilesTest, Fact25_TheyAreTransferredWithin30Seconds) {
  Transfer();
  EXPECT_FALSE(Exists(Path("a")));
  EXPECT_FALSE(Exists(Path("b")));
}

TEST_F(LocalFilesTest, Fact26_CompleteLeadsToAcknowledged) {
  Transfer();
  EXPECT_EQ(job_->Complete(), S_OK);
  EXPECT_EQ(StateOf(job_.Get()), BG_JOB_STATE_ACKNOWLEDGED);
}

TEST_F(LocalFilesTest, Fact27_TheDestinationsEqualTheSources) {
  Deliver();
  EXPECT_EQ(ReadFile(Path("a")), ReadFile(Path("one")));
  EXPECT_EQ(ReadFile(Path("b")), ReadFile(Path("two")));
}

TEST_F(LocalFilesTest, Fact29_NoNotifyInterfaceAfterTheEnd) {
  Deliver();
  EXPECT_EQ(job_->SetNotifyInterface(nullptr), BG_E_INVALID_STATE);
}

TEST_F(LocalFilesTest, Fact30_GetErrorWithoutAnErrorIsUnavailable) {
  Com<IBackgroundCopyError> error;
  EXPECT_EQ(job_->GetError(&error), BG_E_ERROR_INFORMATION_UNAVAILABLE);
  Transfer();
  EXPECT_EQ(job_->GetError(&error), BG_E_ERROR_INFORMATION_UNAVAILABLE);
  EXPECT_EQ(error, nullptr);
}

TEST_F(LocalFilesTest, Fact31_GettersGoOnAfterTheEnd) {
  Deliver();
  EXPECT_EQ(StateOf(job_.Get()), BG_JOB_STATE_ACKNOWLEDGED);
  BG_JOB_PROGRESS progress = {};
  EXPECT_EQ(job_->GetProgress(&progress), S_OK);
  EXPECT_EQ(progress.BytesTransferred, 70'010u);
  const Com<IBackgroundCopyJob> cancelled = MakeJob();
  ASSERT_EQ(cancelled->Cancel(), S_OK);
  EXPECT_EQ(StateOf(cancelled.Get()), BG_JOB_STATE_CANCELLED);
  LPWSTR name = nullptr;
  EXPECT_EQ(cancelled->GetDisplayName(&name), S_OK);
  EXPECT_EQ(Take(name), "job");
}

TEST_F(ConformanceTest, Fact24_ResumeInATransientErrorIsFine) {
  const Com<IBackgroundCopyJob> job = MakeJob();
  const std::wstring nobody = NobodysUrl();
  ASSERT_EQ(job->AddFile(nobody.c_str(), WidePath("got").c_str()), S_OK);
  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_TRUE(Reaches(job.Get(), BG_JOB_STATE_TRANSIENT_ERROR));
  Com<IBackgroundCopyError> error;
  ASSERT_EQ(job->GetError(&error), S_OK);
  BG_ERROR_CONTEXT context = BG_ERROR_CONTEXT_NONE;
  HRESULT code = S_OK;
  ASSERT_EQ(error->GetError(&context, &code), S_OK);
  EXPECT_EQ(context, BG_ERROR_CONTEXT_GENERAL_TRANSPORT);
  EXPECT_EQ(code, BG_E_CONNECT_FAILURE);
  EXPECT_EQ(job->Resume(), S_OK);
}

TEST_F(ConformanceTest, Fact28_CompleteAgainIsInvalidState) {
  const Com<IBackgroundCopyJob> job = TransferredJob();
  EXPECT_EQ(job->Complete(), S_OK);
  EXPECT_EQ(job->Complete(), BG_E_INVALID_STATE);
}

TEST_F(ConformanceTest, Fact32_And62_AnHttpErrorSaysWhatHappened) {
  const Com<IBackgroundCopyJob> job = FailedJob();
  Com<IBackgroundCopyError> error;
  ASSERT_EQ(job->GetError(&error), S_OK);
  BG_ERROR_CONTEXT context = BG_ERROR_CONTEXT_NONE;
  HRESULT code = S_OK;
  ASSERT_EQ(error->GetError(&context, &code), S_OK);
  EXPECT_EQ(context, BG_ERROR_CONTEXT_REMOTE_FILE);
  EXPECT_EQ(code, BG_E_HTTP_ERROR_404);
  const DWORD english = MAKELANGID(LANG_ENGLISH, SUBLANG_ENGLISH_US);
  LPWSTR text = nullptr;
  ASSERT_EQ(error->GetErrorDescription(english, &text), S_OK);
  EXPECT_TRUE(absl::StrContains(Take(text), "404"));
  ASSERT_EQ(error->GetErrorContextDescription(english, &text), S_OK);
  EXPECT_TRUE(absl::StrContains(Take(text), "remote file"));
  ASSERT_EQ(error->GetProtocol(&text), S_OK);
  EXPECT_EQ(Take(text), "http");
  Com<IBackgroundCopyFile> file;
  ASSERT_EQ(error->GetFile(&file), S_OK);
  ASSERT_EQ(file->GetLocalName(&text), S_OK);
  EXPECT_EQ(Take(text), Path("got"));
  ASSERT_EQ(manager()->GetErrorDescription(code, english, &text), S_OK);
  EXPECT_TRUE(absl::StrContains(Take(text), "404"));
  ULONG errors = 0;
  EXPECT_EQ(job->GetErrorCount(&errors), S_OK);
  EXPECT_EQ(errors, 1u);
}

TEST_F(ConformanceTest, Fact33_And34_CancelIsFinal) {
  const Com<IBackgroundCopyJob> job = MakeJob();
  EXPECT_EQ(job->Cancel(), S_OK);
  EXPECT_EQ(StateOf(job.Get()), BG_JOB_STATE_CANCELLED);
  EXPECT_EQ(job->Cancel(), BG_E_INVALID_STATE);
}

TEST_F(ConformanceTest, Fact33_CancelRemovesTheTemporaryFile) {
  const Com<IBackgroundCopyJob> job = TransferredJob();
  Com<IEnumBackgroundCopyFiles> files;
  ASSERT_EQ(job->EnumFiles(&files), S_OK);
  Com<IBackgroundCopyFile> file;
  ASSERT_EQ(files->Next(1, &file, nullptr), S_OK);
  LPWSTR name = nullptr;
  ASSERT_EQ(As<IBackgroundCopyFile3>(file.Get())->GetTemporaryName(&name),
            S_OK);
  const std::string temporary = Take(name);
  ASSERT_TRUE(Exists(temporary)) << temporary;
  EXPECT_EQ(job->Cancel(), S_OK);
  EXPECT_FALSE(Exists(temporary));
  EXPECT_FALSE(Exists(Path("got")));
}

TEST_F(ConformanceTest, Fact29_And57_NothingIsSetInAFinalState) {
  const Com<IBackgroundCopyJob> completed = TransferredJob();
  ASSERT_EQ(completed->Complete(), S_OK);
  const Com<IBackgroundCopyJob> cancelled = MakeJob();
  ASSERT_EQ(cancelled->Cancel(), S_OK);
  for (IBackgroundCopyJob* job : {completed.Get(), cancelled.Get()}) {
    RecordingCallback callback;
    EXPECT_EQ(job->SetNotifyFlags(BG_NOTIFY_JOB_ERROR), BG_E_INVALID_STATE);
    EXPECT_EQ(job->SetNoProgressTimeout(60), BG_E_INVALID_STATE);
    EXPECT_EQ(job->SetNotifyInterface(&callback), BG_E_INVALID_STATE);
    EXPECT_EQ(callback.references(), 0u);
    IUnknown* set = reinterpret_cast<IUnknown*>(1);
    EXPECT_EQ(job->GetNotifyInterface(&set), S_OK);
    EXPECT_EQ(set, nullptr);
    ULONG value = 0;
    EXPECT_EQ(job->GetNotifyFlags(&value), S_OK);
    EXPECT_EQ(value, ULONG{BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_JOB_ERROR});
    EXPECT_EQ(job->GetNoProgressTimeout(&value), S_OK);
    EXPECT_EQ(value, 1'209'600u);
  }
}

TEST_F(ConformanceTest, Fact35_CancelAfterCompleteHarmsNothing) {
  const Com<IBackgroundCopyJob> job = TransferredJob();
  ASSERT_EQ(job->Complete(), S_OK);
  job->Cancel();
  EXPECT_EQ(StateOf(job.Get()), BG_JOB_STATE_ACKNOWLEDGED);
  EXPECT_TRUE(Exists(Path("got")));
}

TEST_F(ConformanceTest, Fact55_ResumeInFinalStatesAndWithNothingToDo) {
  const Com<IBackgroundCopyJob> job = TransferredJob();
  EXPECT_EQ(job->Resume(), BG_E_EMPTY);
  ASSERT_EQ(job->Complete(), S_OK);
  EXPECT_EQ(job->Resume(), BG_E_INVALID_STATE);
  EXPECT_EQ(job->Suspend(), BG_E_INVALID_STATE);
  const Com<IBackgroundCopyJob> cancelled = TransferredJob("cancelled");
  ASSERT_EQ(cancelled->Cancel(), S_OK);
  EXPECT_EQ(cancelled->Resume(), BG_E_INVALID_STATE);
}

TEST_F(ConformanceTest, Fact55_ResumeClearsTheLastError) {
  const Com<IBackgroundCopyJob> job = FailedJob();
  Com<IBackgroundCopyError> error;
  ASSERT_EQ(job->GetError(&error), S_OK);
  const Content content = MakeContent("there-now");
  Com<IEnumBackgroundCopyFiles> files;
  ASSERT_EQ(job->EnumFiles(&files), S_OK);
  Com<IBackgroundCopyFile> file;
  ASSERT_EQ(files->Next(1, &file, nullptr), S_OK);
  ASSERT_EQ(
      As<IBackgroundCopyFile2>(file.Get())->SetRemoteName(content.url.c_str()),
      S_OK);
  EXPECT_EQ(job->Resume(), S_OK);
  Com<IBackgroundCopyError> none;
  EXPECT_EQ(job->GetError(&none), BG_E_ERROR_INFORMATION_UNAVAILABLE);
  EXPECT_TRUE(Reaches(job.Get(), BG_JOB_STATE_TRANSFERRED));
}

TEST_F(ConformanceTest, Fact56_AnEarlyCompleteKeepsWholeFiles) {
  const Com<IBackgroundCopyJob> job = MakeJob();
  const Content whole = MakeContent("whole");
  ASSERT_EQ(job->AddFile(whole.url.c_str(), WidePath("whole").c_str()), S_OK);
  ASSERT_EQ(job->AddFile(NobodysUrl().c_str(), WidePath("none").c_str()), S_OK);
  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_TRUE(Eventually([&] {
    BG_JOB_PROGRESS progress = {};
    job->GetProgress(&progress);
    return progress.FilesTransferred == 1;
  }));
  EXPECT_EQ(ProgressOf(job.Get(), 0).BytesTransferred, whole.bytes.size());
  EXPECT_EQ(ProgressOf(job.Get(), 0).Completed, FALSE);
  EXPECT_EQ(job->Complete(), BG_S_PARTIAL_COMPLETE);
  EXPECT_EQ(ProgressOf(job.Get(), 0).Completed, TRUE);
  EXPECT_EQ(ProgressOf(job.Get(), 1).Completed, FALSE);
  EXPECT_EQ(StateOf(job.Get()), BG_JOB_STATE_ACKNOWLEDGED);
  EXPECT_EQ(ReadFile(Path("whole")), whole.bytes);
  EXPECT_FALSE(Exists(Path("none")));
}

TEST_F(ConformanceTest, Fact57_NullAndLongTexts) {
  const Com<IBackgroundCopyJob> job = MakeJob();
  EXPECT_EQ(job->GetId(nullptr), E_INVALIDARG);
  EXPECT_EQ(job->GetState(nullptr), E_INVALIDARG);
  EXPECT_EQ(job->GetProgress(nullptr), E_INVALIDARG);
  EXPECT_EQ(job->GetTimes(nullptr), E_INVALIDARG);
  EXPECT_EQ(job->GetError(nullptr), E_INVALIDARG);
  EXPECT_EQ(job->GetOwner(nullptr), E_INVALIDARG);
  EXPECT_EQ(job->GetDisplayName(nullptr), E_INVALIDARG);
  EXPECT_EQ(job->GetDescription(nullptr), E_INVALIDARG);
  EXPECT_EQ(job->GetPriority(nullptr), E_INVALIDARG);
  EXPECT_EQ(job->GetNotifyFlags(nullptr), E_INVALIDARG);
  EXPECT_EQ(job->GetNotifyInterface(nullptr), E_INVALIDARG);
  EXPECT_EQ(job->EnumFiles(nullptr), E_INVALIDARG);
  EXPECT_EQ(job->SetDescription(nullptr), E_INVALIDARG);
  EXPECT_EQ(job->SetDescription(std::wstring(1025, L'x').c_str()),
            BG_E_STRING_TOO_LONG);
  EXPECT_EQ(job->SetDescription(std::wstring(1024, L'x').c_str()), S_OK);
  ASSERT_EQ(job->Cancel(), S_OK);
  EXPECT_EQ(job->SetDescription(L"late"), BG_E_INVALID_STATE);
}

TEST_F(ConformanceTest, Fact58_UnknownNotifyFlagsAreNotImplemented) {
  EXPECT_EQ(MakeJob()->SetNotifyFlags(0x40), E_NOTIMPL);
}

TEST_F(ConformanceTest, Fact59_GetJob) {
  Com<IBackgroundCopyJob> job;
  EXPECT_EQ(manager()->GetJob(GUID_NULL, nullptr), E_INVALIDARG);
  EXPECT_EQ(manager()->GetJob(CLSID_BackgroundCopyManager, &job),
            BG_E_NOT_FOUND);
  EXPECT_EQ(job, nullptr);
}

TEST_F(ConformanceTest, Fact61_AnErrorWithoutAFileSaysSo) {
  Nginx::Options options;
  options.location = "limit_rate 1k;";
  Nginx slow(options);
  WriteFile(slow.root() + "/file", std::string(100'000, 'x'));
  const Com<IBackgroundCopyJob> job = MakeJob();
  ASSERT_EQ(
      job->AddFile(Wide(slow.Url("file")).c_str(), WidePath("got").c_str()),
      S_OK);
  ASSERT_EQ(As<IBackgroundCopyJob4>(job.Get())->SetMaximumDownloadTime(1),
            S_OK);
  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_TRUE(Reaches(job.Get(), BG_JOB_STATE_ERROR));
  Com<IBackgroundCopyError> error;
  ASSERT_EQ(job->GetError(&error), S_OK);
  BG_ERROR_CONTEXT context = BG_ERROR_CONTEXT_NONE;
  HRESULT code = S_OK;
  ASSERT_EQ(error->GetError(&context, &code), S_OK);
  EXPECT_EQ(context, BG_ERROR_CONTEXT_GENERAL_QUEUE_MANAGER);
  EXPECT_EQ(code, BG_E_MAXDOWNLOAD_TIMEOUT);
  IBackgroundCopyFile* file = reinterpret_cast<IBackgroundCopyFile*>(1);
  EXPECT_EQ(error->GetFile(&file), BG_E_FILE_NOT_AVAILABLE);
  EXPECT_EQ(file, nullptr);
}

TEST_F(ConformanceTest, Fact63_ClassesDoNotAggregate) {
  Com<IClassFactory> factory;
  ASSERT_EQ(CoGetClassObject(CLSID_BackgroundCopyManager, CLSCTX_LOCAL_SERVER,
                             nullptr, IID_PPV_ARGS(&factory)),
            S_OK);
  void* made = nullptr;
  EXPECT_EQ(factory->CreateInstance(manager(), IID_IUnknown, &made),
            CLASS_E_NOAGGREGATION);
  ASSERT_EQ(factory->CreateInstance(nullptr, IID_IBackgroundCopyManager, &made),
            S_OK);
  static_cast<IBackgroundCopyManager*>(made)->Release();
}

TEST_F(ConformanceTest, Fact65_CreateJobChecksItsArguments) {
  GUID id;
  Com<IBackgroundCopyJob> job;
  const std::wstring longest(256, L'n');
  EXPECT_EQ(
      manager()->CreateJob(longest.c_str(), BG_JOB_TYPE_DOWNLOAD, &id, &job),
      S_OK);
  EXPECT_EQ(manager()->CreateJob((longest + L'n').c_str(), BG_JOB_TYPE_DOWNLOAD,
                                 &id, &job),
            E_INVALIDARG);
  EXPECT_EQ(manager()->CreateJob(nullptr, BG_JOB_TYPE_DOWNLOAD, &id, &job),
            E_INVALIDARG);
  EXPECT_EQ(manager()->CreateJob(L"", BG_JOB_TYPE_DOWNLOAD, &id, &job),
            E_INVALIDARG);
  EXPECT_EQ(manager()->CreateJob(L"up", BG_JOB_TYPE_UPLOAD, &id, &job),
            E_NOTIMPL);
}

TEST_F(ConformanceTest, Fact66_AddFileChecksItsArguments) {
  const Com<IBackgroundCopyJob> job = MakeJob();
  const std::wstring url = Wide(origin().Url("a"));
  const std::wstring local = WidePath("a");
  EXPECT_EQ(job->AddFile(L"gopher://host/a", local.c_str()), E_INVALIDARG);
  EXPECT_EQ(job->AddFile(L"no url", local.c_str()), E_INVALIDARG);
  EXPECT_EQ(job->AddFile(url.c_str(), L"relative"), E_INVALIDARG);
  EXPECT_EQ(job->AddFile(url.c_str(), L""), E_INVALIDARG);
  EXPECT_EQ(job->AddFile(nullptr, local.c_str()), E_INVALIDARG);
  EXPECT_EQ(job->AddFile(url.c_str(), nullptr), E_INVALIDARG);
  EXPECT_EQ(job->AddFile(std::wstring(3000, L'x').c_str(), local.c_str()),
            E_INVALIDARG);
}

TEST_F(ConformanceTest, Fact67_PriorityAndTimeouts) {
  const Com<IBackgroundCopyJob> job = MakeJob();
  BG_JOB_PRIORITY priority = BG_JOB_PRIORITY_LOW;
  EXPECT_EQ(job->GetPriority(&priority), S_OK);
  EXPECT_EQ(priority, BG_JOB_PRIORITY_NORMAL);
  EXPECT_EQ(job->SetPriority(static_cast<BG_JOB_PRIORITY>(4)), E_NOTIMPL);
  for (const BG_JOB_PRIORITY each :
       {BG_JOB_PRIORITY_FOREGROUND, BG_JOB_PRIORITY_HIGH,
        BG_JOB_PRIORITY_NORMAL, BG_JOB_PRIORITY_LOW}) {
    EXPECT_EQ(job->SetPriority(each), S_OK);
    EXPECT_EQ(job->GetPriority(&priority), S_OK);
    EXPECT_EQ(priority, each);
  }
  ULONG seconds = 0;
  EXPECT_EQ(job->GetMinimumRetryDelay(&seconds), S_OK);
  EXPECT_EQ(seconds, 600u);
  EXPECT_EQ(job->SetMinimumRetryDelay(1), S_OK);
  EXPECT_EQ(job->GetMinimumRetryDelay(&seconds), S_OK);
  EXPECT_EQ(seconds, 5u);
  EXPECT_EQ(job->GetNoProgressTimeout(&seconds), S_OK);
  EXPECT_EQ(seconds, 1'209'600u);
  EXPECT_EQ(job->SetNoProgressTimeout(77), S_OK);
  EXPECT_EQ(job->GetNoProgressTimeout(&seconds), S_OK);
  EXPECT_EQ(seconds, 77u);
}

TEST_F(ConformanceTest, Fact67_ANoProgressTimeoutOfZeroMakesFailuresFatal) {
  const Com<IBackgroundCopyJob> job = MakeJob();
  const std::wstring nobody = NobodysUrl();
  ASSERT_EQ(job->AddFile(nobody.c_str(), WidePath("got").c_str()), S_OK);
  ASSERT_EQ(job->SetNoProgressTimeout(0), S_OK);
  ASSERT_EQ(job->Resume(), S_OK);
  EXPECT_TRUE(Reaches(job.Get(), BG_JOB_STATE_ERROR));
}

TEST_F(ConformanceTest, Fact69_CompleteCanBeRepeatedWhenANameCannotBeGiven) {
  const Com<IBackgroundCopyJob> job = MakeJob();
  const Content first = MakeContent("first");
  const Content second = MakeContent("second");
  ASSERT_EQ(job->AddFile(first.url.c_str(), WidePath("got").c_str()), S_OK);
  ASSERT_EQ(job->AddFile(second.url.c_str(), WidePath("second").c_str()), S_OK);
  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_TRUE(Reaches(job.Get(), BG_JOB_STATE_TRANSFERRED));
  ASSERT_EQ(mkdir(Path("got").c_str(), 0755), 0);
  EXPECT_TRUE(FAILED(job->Complete()));
  EXPECT_EQ(StateOf(job.Get()), BG_JOB_STATE_TRANSFERRED);
  // Completed says which files are there for the user.
  EXPECT_EQ(ProgressOf(job.Get(), 0).Completed, FALSE);
  EXPECT_EQ(ProgressOf(job.Get(), 1).Completed,
            Exists(Path("second")) ? TRUE : FALSE);
  ASSERT_EQ(rmdir(Path("got").c_str()), 0);
  EXPECT_EQ(job->Complete(), S_OK);
  EXPECT_EQ(ReadFile(Path("got")), first.bytes);
  EXPECT_EQ(ReadFile(Path("second")), second.bytes);
  EXPECT_EQ(ProgressOf(job.Get(), 0).Completed, TRUE);
  EXPECT_EQ(ProgressOf(job.Get(), 1).Completed, TRUE);
}

TEST_F(ConformanceTest, Fact70_RangesAreJoinedAndChecked) {
  const Content content = MakeContent("ranges", 4000);
  const auto job = As<IBackgroundCopyJob3>(MakeJob().Get());
  const auto add = [&](std::initializer_list<BG_FILE_RANGE> ranges) {
    std::vector<BG_FILE_RANGE> copy(ranges);
    return job->AddFileWithRanges(content.url.c_str(), WidePath("got").c_str(),
                                  static_cast<DWORD>(copy.size()), copy.data());
  };
  EXPECT_EQ(job->AddFileWithRanges(content.url.c_str(), L"/tmp/x", 0, nullptr),
            E_INVALIDARG);
  EXPECT_EQ(add({{0, 0}}), BG_E_INVALID_RANGE);
  EXPECT_EQ(add({{UINT64{1} << 63, 1}}), BG_E_INVALID_RANGE);
  EXPECT_EQ(add({{0, 100}, {50, 100}}), BG_E_OVERLAPPING_RANGES);
  ASSERT_EQ(add({{10, 100}, {200, 300}, {3900, BG_LENGTH_TO_EOF}}), S_OK);
  Com<IEnumBackgroundCopyFiles> files;
  ASSERT_EQ(job->EnumFiles(&files), S_OK);
  Com<IBackgroundCopyFile> file;
  ASSERT_EQ(files->Next(1, &file, nullptr), S_OK);
  DWORD count = 0;
  BG_FILE_RANGE* ranges = nullptr;
  ASSERT_EQ(
      As<IBackgroundCopyFile2>(file.Get())->GetFileRanges(&count, &ranges),
      S_OK);
  ASSERT_EQ(count, 3u);
  EXPECT_EQ(ranges[1].InitialOffset, 200u);
  EXPECT_EQ(ranges[2].Length, BG_LENGTH_TO_EOF);
  CoTaskMemFree(ranges);
  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_TRUE(Reaches(job.Get(), BG_JOB_STATE_TRANSFERRED));
  BG_JOB_PROGRESS progress = {};
  ASSERT_EQ(job->GetProgress(&progress), S_OK);
  EXPECT_EQ(progress.BytesTotal, 500u);
  ASSERT_EQ(job->Complete(), S_OK);
  EXPECT_EQ(ReadFile(Path("got")), content.bytes.substr(10, 100) +
                                       content.bytes.substr(200, 300) +
                                       content.bytes.substr(3900));
}

// The example of AddFileWithRanges' documentation.
TEST_F(ConformanceTest, Fact70_TheLocalFileHasTheOrderOfTheRanges) {
  const Content content = MakeContent("unordered", 3'000'000);
  const auto job = As<IBackgroundCopyJob3>(MakeJob().Get());
  BG_FILE_RANGE ranges[] = {{100, 100}, {900, 100}, {400, 100}};
  ASSERT_EQ(job->AddFileWithRanges(content.url.c_str(), WidePath("got").c_str(),
                                   3, ranges),
            S_OK);
  BG_FILE_RANGE large[] = {
      {2'999'990, BG_LENGTH_TO_EOF}, {1'000'000, 1'500'000}, {7, 600'000}};
  ASSERT_EQ(job->AddFileWithRanges(content.url.c_str(),
                                   WidePath("large").c_str(), 3, large),
            S_OK);
  BG_FILE_RANGE overlapping[] = {{400, 100}, {100, 301}};
  EXPECT_EQ(job->AddFileWithRanges(content.url.c_str(), WidePath("no").c_str(),
                                   2, overlapping),
            BG_E_OVERLAPPING_RANGES);
  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_TRUE(Reaches(job.Get(), BG_JOB_STATE_TRANSFERRED));
  ASSERT_EQ(job->Complete(), S_OK);
  const std::string& bytes = content.bytes;
  EXPECT_EQ(
      ReadFile(Path("got")),
      bytes.substr(100, 100) + bytes.substr(900, 100) + bytes.substr(400, 100));
  EXPECT_TRUE(ReadFile(Path("large")) ==
              bytes.substr(2'999'990) + bytes.substr(1'000'000, 1'500'000) +
                  bytes.substr(7, 600'000));
}

TEST_F(ConformanceTest, Fact79_GetOwnerIsAUserName) {
  LPWSTR owner = nullptr;
  ASSERT_EQ(MakeJob()->GetOwner(&owner), S_OK);
  EXPECT_EQ(Take(owner), getpwuid(geteuid())->pw_name);
}

TEST_F(ConformanceTest, SuspendAndResumeLoseNothing) {
  const Com<IBackgroundCopyJob> job = MakeJob();
  const Content content = MakeContent("suspended", 300'000);
  ASSERT_EQ(job->AddFile(content.url.c_str(), WidePath("got").c_str()), S_OK);
  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_EQ(job->Suspend(), S_OK);
  const BG_JOB_STATE state = StateOf(job.Get());
  EXPECT_TRUE(state == BG_JOB_STATE_SUSPENDED ||
              state == BG_JOB_STATE_TRANSFERRED);
  const HRESULT resumed = job->Resume();
  EXPECT_TRUE(resumed == S_OK || resumed == BG_E_EMPTY);
  ASSERT_TRUE(Reaches(job.Get(), BG_JOB_STATE_TRANSFERRED));
  ASSERT_EQ(job->Complete(), S_OK);
  EXPECT_EQ(ReadFile(Path("got")), content.bytes);
}

}  // namespace
}  // namespace convoy::testing
