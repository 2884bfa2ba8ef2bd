#include "tests/background_copy_world.h"

#include <objbase.h>

#include <cstdlib>
#include <functional>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/com/wide_text.h"

namespace convoy::testing {

std::wstring Wide(const std::string& text) { return WideFromUtf8(text); }

std::string Take(LPWSTR text) {
  if (text == nullptr) return "(null)";
  std::string taken = Utf8FromWide(text);
  CoTaskMemFree(text);
  return taken;
}

TestDaemon* BackgroundCopyTest::daemon_ = nullptr;
Nginx* BackgroundCopyTest::origin_ = nullptr;

void BackgroundCopyTest::SetUpTestSuite() {
  // These tests make thousands of small changes to jobs.
  TestDaemon::Options options;
  options.parent_folder = MemoryFolder();
  daemon_ = new TestDaemon(options);
  origin_ = new Nginx();
  setenv("CONVOY_SOCKET", daemon_->socket().c_str(), 1);
  ASSERT_EQ(CoInitializeEx(nullptr, COINIT_MULTITHREADED), S_OK);
}

void BackgroundCopyTest::TearDownTestSuite() {
  CoUninitialize();
  delete origin_;
  delete daemon_;
}

void BackgroundCopyTest::SetUp() {
  folder_ = std::make_unique<TempDir>();
  ASSERT_EQ(CoCreateInstance(__uuidof(BackgroundCopyManager), nullptr,
                             CLSCTX_LOCAL_SERVER, IID_PPV_ARGS(&manager_)),
            S_OK);
}

void BackgroundCopyTest::TearDown() {
  ComPtr<IEnumBackgroundCopyJobs> jobs;
  if (manager_ == nullptr || FAILED(manager_->EnumJobs(0, &jobs))) return;
  ComPtr<IBackgroundCopyJob> job;
  while (jobs->Next(1, &job, nullptr) == S_OK) job->Cancel();
}

Microsoft::WRL::ComPtr<IBackgroundCopyJob> BackgroundCopyTest::MakeJob(
    const wchar_t* name) {
  ComPtr<IBackgroundCopyJob> job;
  GUID id;
  EXPECT_EQ(manager_->CreateJob(name, BG_JOB_TYPE_DOWNLOAD, &id, &job), S_OK);
  return job;
}

BackgroundCopyTest::Content BackgroundCopyTest::MakeContent(
    const std::string& name, std::size_t size) {
  Content content;
  content.bytes = RandomBytes(size, std::hash<std::string>()(name));
  WriteFile(absl::StrCat(origin_->root(), "/", name), content.bytes);
  content.url = Wide(origin_->Url(name));
  return content;
}

std::string BackgroundCopyTest::Path(const std::string& name) const {
  return absl::StrCat(folder_->path(), "/", name);
}

std::wstring BackgroundCopyTest::WidePath(const std::string& name) const {
  return Wide(Path(name));
}

BG_JOB_STATE BackgroundCopyTest::StateOf(IBackgroundCopyJob* job) {
  BG_JOB_STATE state = static_cast<BG_JOB_STATE>(-1);
  EXPECT_EQ(job->GetState(&state), S_OK);
  return state;
}

::testing::AssertionResult BackgroundCopyTest::Reaches(IBackgroundCopyJob* job,
                                                       BG_JOB_STATE state,
                                                       absl::Duration timeout) {
  if (Eventually([&] { return StateOf(job) == state; }, timeout)) {
    return ::testing::AssertionSuccess();
  }
  return ::testing::AssertionFailure() << "its state is " << StateOf(job);
}

Microsoft::WRL::ComPtr<IBackgroundCopyJob> BackgroundCopyTest::TransferredJob(
    const std::string& name) {
  ComPtr<IBackgroundCopyJob> job = MakeJob();
  const Content content = MakeContent(name);
  EXPECT_EQ(job->AddFile(content.url.c_str(), WidePath("got").c_str()), S_OK);
  EXPECT_EQ(job->Resume(), S_OK);
  EXPECT_TRUE(Reaches(job.Get(), BG_JOB_STATE_TRANSFERRED));
  return job;
}

Microsoft::WRL::ComPtr<IBackgroundCopyJob> BackgroundCopyTest::FailedJob() {
  ComPtr<IBackgroundCopyJob> job = MakeJob();
  EXPECT_EQ(job->AddFile(Wide(origin_->Url("no-such-file")).c_str(),
                         WidePath("got").c_str()),
            S_OK);
  EXPECT_EQ(job->Resume(), S_OK);
  EXPECT_TRUE(Reaches(job.Get(), BG_JOB_STATE_ERROR));
  return job;
}

}  // namespace convoy::testing
