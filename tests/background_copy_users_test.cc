// Jobs of other users, as BITS shows them to an administrator: facts 65, 66,
// 69 and 79, by their number.
#include <bits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <future>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "client/background_copy/guid_text.h"
#include "gtest/gtest.h"
#include "tests/background_copy_callback.h"
#include "tests/background_copy_world.h"
#include "tests/process.h"

namespace convoy::testing {
namespace {

template <typename T>
using Com = Microsoft::WRL::ComPtr<T>;

constexpr uid_t kAnna = 61'001;

class UsersTest : public BackgroundCopyTest {
 protected:
  void SetUp() override {
    BackgroundCopyTest::SetUp();
    if (geteuid() != 0) GTEST_SKIP() << "only root can be another user";
    // Other users cannot enter the folder that Bazel's outputs are in.
    ASSERT_EQ(chmod(shared_.path().c_str(), 0755), 0);
    std::filesystem::copy_file(Runfile("tests/background_copy_maker"),
                               shared_.path() + "/maker");
  }

  // The C program, as Anna.
  ProcessResult Run(const std::vector<std::string>& arguments = {},
                    const TestDaemon& at = daemon()) {
    ProcessOptions options;
    options.argv = {shared_.path() + "/maker"};
    options.argv.insert(options.argv.end(), arguments.begin(), arguments.end());
    options.environment = {{"CONVOY_SOCKET", at.socket()}};
    options.uid = kAnna;
    return RunProcess(options);
  }

  // Where Anna may write.
  std::string AnnasFolder() {
    const std::string folder = shared_.path() + "/annas";
    EXPECT_EQ(mkdir(folder.c_str(), 0755), 0);
    EXPECT_EQ(chown(folder.c_str(), kAnna, kAnna), 0);
    return folder;
  }

  // The first job of all users' that has the name.
  Com<IBackgroundCopyJob> FindJob(const std::string& name) {
    Com<IEnumBackgroundCopyJobs> jobs;
    EXPECT_EQ(manager()->EnumJobs(BG_JOB_ENUM_ALL_USERS, &jobs), S_OK);
    Com<IBackgroundCopyJob> job;
    while (jobs->Next(1, job.ReleaseAndGetAddressOf(), nullptr) == S_OK) {
      LPWSTR text = nullptr;
      EXPECT_EQ(job->GetDisplayName(&text), S_OK);
      if (Take(text) == name) return job;
    }
    return nullptr;
  }

 private:
  TempDir shared_;
};

TEST_F(UsersTest, Fact79_AnAdministratorSeesAndTakesTheJobsOfOthers) {
  ASSERT_EQ(Run().exit_code, 0);
  Com<IEnumBackgroundCopyJobs> own;
  ASSERT_EQ(manager()->EnumJobs(0, &own), S_OK);
  ULONG count = 9;
  EXPECT_EQ(own->GetCount(&count), S_OK);
  EXPECT_EQ(count, 0u);

  const Com<IBackgroundCopyJob> job = FindJob("made elsewhere");
  ASSERT_NE(job, nullptr);
  LPWSTR owner = nullptr;
  ASSERT_EQ(job->GetOwner(&owner), S_OK);
  EXPECT_EQ(Take(owner), std::to_string(kAnna));
  const auto job4 = As<IBackgroundCopyJob4>(job.Get());
  BOOL elevated = TRUE;
  EXPECT_EQ(job4->GetOwnerElevationState(&elevated), S_OK);
  EXPECT_EQ(elevated, FALSE);

  EXPECT_EQ(job->TakeOwnership(), S_OK);
  ASSERT_EQ(job->GetOwner(&owner), S_OK);
  EXPECT_EQ(Take(owner), "root");
  EXPECT_EQ(job4->GetOwnerElevationState(&elevated), S_OK);
  EXPECT_EQ(elevated, TRUE);
}

// The callback's watch of the own jobs becomes one of all jobs.
TEST_F(UsersTest, AnAdministratorIsCalledBackForTheJobsOfOthers) {
  RecordingCallback of_own;
  const Com<IBackgroundCopyJob> own = MakeJob();
  const NotifyScope own_scope(own.Get(), of_own);
  ASSERT_EQ(Run().exit_code, 0);
  const Com<IBackgroundCopyJob> job = FindJob("made elsewhere");
  ASSERT_NE(job, nullptr);
  RecordingCallback callback;
  ASSERT_EQ(job->SetNotifyFlags(BG_NOTIFY_JOB_MODIFICATION), S_OK);
  const NotifyScope scope(job.Get(), callback);
  EXPECT_TRUE(Eventually([&] {
    EXPECT_EQ(job->SetDescription(L"changed"), S_OK);
    return callback.Count("modification") > 0;
  }));
  const Content content = MakeContent("own");
  ASSERT_EQ(own->AddFile(content.url.c_str(), WidePath("own").c_str()), S_OK);
  ASSERT_EQ(own->Resume(), S_OK);
  EXPECT_TRUE(Eventually([&] { return of_own.Count("transferred") == 1; }));
  EXPECT_EQ(job->Cancel(), S_OK);
}

// And what is an administrator's alone. The job is taken while a program of its
// owner sets its callback again and again.
TEST_F(UsersTest, Fact06_And13_ToSomebodyElseThereIsNoSuchJob) {
  const Com<IBackgroundCopyJob> own = MakeJob(L"root's");
  GUID id;
  ASSERT_EQ(own->GetId(&id), S_OK);
  const std::string text = "{" + background_copy::TextOfGuid(id) + "}";
  std::future<ProcessResult> anna =
      std::async(std::launch::async, [&] { return Run({text}); });
  Com<IBackgroundCopyJob> job;
  EXPECT_TRUE(Eventually([&] {
    job = FindJob("to be taken");
    return job != nullptr;
  }));
  if (job != nullptr) {
    EXPECT_EQ(job->TakeOwnership(), S_OK);
  }
  const ProcessResult result = anna.get();
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_EQ(result.output,
            "EnumJobs: 0x80070005\n"
            "GetJob: 0x80200001\n"
            "SetNotifyInterface: 0x80200001\n"
            "SetNotifyFlags: 0x80200001\n"
            "Cancel: 0x80200001\n");
  EXPECT_EQ(StateOf(own.Get()), BG_JOB_STATE_SUSPENDED);
}

// What the daemon may not remove with the owner's rights stays, and Cancel says
// so.
TEST_F(UsersTest, Fact69_CancelSaysThatFilesAreLeft) {
  ASSERT_EQ(Run().exit_code, 0);
  const Com<IBackgroundCopyJob> job = FindJob("made elsewhere");
  ASSERT_NE(job, nullptr);
  const std::string folder = AnnasFolder();
  const Content content = MakeContent("left");
  ASSERT_EQ(job->AddFile(content.url.c_str(), Wide(folder + "/got").c_str()),
            S_OK);
  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_TRUE(Reaches(job.Get(), BG_JOB_STATE_TRANSFERRED));
  Com<IEnumBackgroundCopyFiles> files;
  ASSERT_EQ(job->EnumFiles(&files), S_OK);
  Com<IBackgroundCopyFile> file;
  ASSERT_EQ(files->Next(1, &file, nullptr), S_OK);
  LPWSTR name = nullptr;
  ASSERT_EQ(As<IBackgroundCopyFile3>(file.Get())->GetTemporaryName(&name),
            S_OK);
  const std::string temporary = Take(name);
  ASSERT_TRUE(Exists(temporary));
  ASSERT_EQ(chown(folder.c_str(), 0, 0), 0);
  EXPECT_EQ(job->Cancel(), BG_S_UNABLE_TO_DELETE_FILES);
  EXPECT_EQ(StateOf(job.Get()), BG_JOB_STATE_CANCELLED);
  EXPECT_TRUE(Exists(temporary));
}

// An administrator's jobs are not counted so.
TEST_F(UsersTest, Fact65_AUserHasSoManyJobsOnly) {
  TestDaemon::Options options;
  options.parent_folder = MemoryFolder();
  options.settings = {{"limits.max_jobs_per_user", "1"}};
  const TestDaemon small(options);
  const ProcessResult result =
      Run({origin().Url("any"), AnnasFolder() + "/got"}, small);
  EXPECT_EQ(result.exit_code, 8) << result.output;
  EXPECT_TRUE(absl::StrContains(result.output, "CreateJob: 0x80200049"))
      << result.output;
}

TEST_F(UsersTest, Fact66_AFileInAFolderOfAnotherUserIsDenied) {
  MakeContent("denied");
  const ProcessResult result = Run({origin().Url("denied"), Path("not-annas")});
  EXPECT_EQ(result.exit_code, 9) << result.output;
  EXPECT_TRUE(absl::StrContains(result.output, "AddFile: 0x80070005"))
      << result.output;
}

}  // namespace
}  // namespace convoy::testing
