#ifndef CONVOY_TESTS_BACKGROUND_COPY_WORLD_H_
#define CONVOY_TESTS_BACKGROUND_COPY_WORLD_H_

#include <deliveryoptimization.h>
#include <wrl/client.h>

#include <functional>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tests/eventually.h"
#include "tests/nginx.h"
#include "tests/temp_dir.h"
#include "tests/test_daemon.h"

namespace convoy::testing {

std::wstring Wide(const std::string& text);
// Frees the string; "(null)" for NULL.
std::string Take(LPWSTR text);

// A program that uses BITS: COM is initialised, a daemon and an origin run.
// They are shared by the tests of a suite, which each have a folder and jobs of
// their own.
class BackgroundCopyTest : public ::testing::Test {
 protected:
  template <typename T>
  using ComPtr = Microsoft::WRL::ComPtr<T>;

  static void SetUpTestSuite();
  static void TearDownTestSuite();

  void SetUp() override;
  // Cancels the jobs that the test left.
  void TearDown() override;

  static TestDaemon& daemon() { return *daemon_; }
  static Nginx& origin() { return *origin_; }

  IBackgroundCopyManager* manager() { return manager_.Get(); }
  // Makes a job, of the fixture's manager.
  ComPtr<IBackgroundCopyJob> MakeJob(const wchar_t* name = L"job");

  // A file at the origin, with random bytes.
  struct Content {
    std::string bytes;
    std::wstring url;
  };
  Content MakeContent(const std::string& name, std::size_t size = 5000);
  // A path in the test's own folder.
  std::string Path(const std::string& name) const;
  std::wstring WidePath(const std::string& name) const;

  static BG_JOB_STATE StateOf(IBackgroundCopyJob* job);
  // Waits until the job is in `state`.
  static ::testing::AssertionResult Reaches(IBackgroundCopyJob* job,
                                            BG_JOB_STATE state,
                                            absl::Duration timeout = kPatience);
  // A job in TRANSFERRED with one small file, at Path("got").
  ComPtr<IBackgroundCopyJob> TransferredJob(const std::string& name = "small");
  // A job in ERROR: its origin has no such file.
  ComPtr<IBackgroundCopyJob> FailedJob();

  template <typename T, typename From>
  static ComPtr<T> As(From* object) {
    ComPtr<T> found;
    EXPECT_EQ(object->QueryInterface(
                  __uuidof(T),
                  reinterpret_cast<void**>(found.ReleaseAndGetAddressOf())),
              S_OK);
    return found;
  }

 private:
  static TestDaemon* daemon_;
  static Nginx* origin_;

  std::unique_ptr<TempDir> folder_;
  ComPtr<IBackgroundCopyManager> manager_;
};

}  // namespace convoy::testing

#endif  // CONVOY_TESTS_BACKGROUND_COPY_WORLD_H_
