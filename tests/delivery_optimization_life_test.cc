// A download between CreateDownload and its end: who finds it before Start,
// what a Start that fails leaves as it was, changes by several at once, how
// often it is told of.
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "peer/base/mutex.h"
#include "tests/delivery_optimization_world.h"

namespace convoy::testing {
namespace {

using Microsoft::WRL::ComPtr;

class LifeTest : public DeliveryOptimizationTest {
 protected:
  // Those that EnumDownloads finds by the property.
  std::vector<ComPtr<IDODownload>> Found(DODownloadProperty property,
                                         const std::string& value) {
    const std::wstring wide = Wide(value);
    const DO_DOWNLOAD_ENUM_CATEGORY category = {property, wide.c_str()};
    std::vector<ComPtr<IDODownload>> found;
    ComPtr<IEnumUnknown> all;
    if (FAILED(downloads()->EnumDownloads(&category, &all))) return found;
    ComPtr<IUnknown> one;
    while (all->Next(1, one.ReleaseAndGetAddressOf(), nullptr) == S_OK) {
      found.push_back(As<IDODownload>(one.Get()));
    }
    return found;
  }

  // A download that takes minutes, running.
  ComPtr<IDODownload> Running(const std::string& path) {
    WriteFile(slow_.root() + "/file", RandomBytes(20'000'000, 1));
    ComPtr<IDODownload> download =
        Make(Wide(slow_.Url("file")), WidePath(path));
    EXPECT_EQ(Start(download.Get()), S_OK);
    return download;
  }

 private:
  static Nginx::Options Slow() {
    Nginx::Options options;
    options.rate = "100k";
    return options;
  }

  Nginx slow_{Slow()};
};

TEST_F(LifeTest, AnUnstartedDownloadIsFoundAndCanBeStarted) {
  const Content content = MakeContent("unstarted");
  const auto made = Make(content.url, WidePath("unstarted"));
  const std::string id = TextOf(made.Get(), DODownloadProperty_Id);
  std::vector<ComPtr<IDODownload>> found = Found(DODownloadProperty_Id, id);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(StatusOf(found[0].Get()).State, DODownloadState_Created);
  ASSERT_EQ(Start(found[0].Get()), S_OK);
  ASSERT_TRUE(Reaches(made.Get(), DODownloadState_Transferred));
  // Now the daemon tells of it, once.
  EXPECT_EQ(Found(DODownloadProperty_Id, id).size(), 1u);
  EXPECT_EQ(made->Finalize(), S_OK);
  EXPECT_EQ(ReadFile(Path("unstarted")), content.bytes);
  EXPECT_TRUE(Found(DODownloadProperty_Id, id).empty());
}

TEST_F(LifeTest, AnUnstartedDownloadIsFoundByWhatItWillBe) {
  const auto made = Make(L"http://127.0.0.1/here", WidePath("will-be"));
  Set(made.Get(), DODownloadProperty_DisplayName, L"an unstarted one");
  const std::string path = Path("will-be");
  EXPECT_EQ(Found(DODownloadProperty_Uri, "http://127.0.0.1/here").size(), 1u);
  EXPECT_EQ(Found(DODownloadProperty_LocalPath, path).size(), 1u);
  EXPECT_EQ(Found(DODownloadProperty_DisplayName, "an unstarted one").size(),
            1u);
  EXPECT_TRUE(Found(DODownloadProperty_Uri, "http://127.0.0.1/there").empty());
  // It has no id yet.
  EXPECT_TRUE(Found(DODownloadProperty_Id, "").empty());
  EXPECT_EQ(made->Abort(), S_OK);
  EXPECT_TRUE(Found(DODownloadProperty_LocalPath, path).empty());
}

TEST_F(LifeTest, AFoundUnstartedDownloadOutlivesItsMaker) {
  auto made = Make(L"http://127.0.0.1/", WidePath("outlives"));
  const std::string id = TextOf(made.Get(), DODownloadProperty_Id);
  std::vector<ComPtr<IDODownload>> found = Found(DODownloadProperty_Id, id);
  ASSERT_EQ(found.size(), 1u);
  made.Reset();
  EXPECT_EQ(TextOf(found[0].Get(), DODownloadProperty_Id), id);
  found.clear();
  EXPECT_TRUE(Found(DODownloadProperty_Id, id).empty());
  EXPECT_EQ(daemon().Get(id)->state(), v1::JOB_STATE_CANCELLED);
}

TEST_F(LifeTest, EnumerationsAndEndsOfDownloadsDoNotMeet) {
  std::atomic<bool> stop{false};
  std::thread enumerates([&] {
    while (!stop) Found(DODownloadProperty_DisplayName, "short-lived");
  });
  for (int i = 0; i < 200; ++i) {
    const auto made = Make(L"http://127.0.0.1/", WidePath("meet"));
    Set(made.Get(), DODownloadProperty_DisplayName, L"short-lived");
  }
  stop = true;
  enumerates.join();
  EXPECT_TRUE(Found(DODownloadProperty_DisplayName, "short-lived").empty());
}

TEST_F(LifeTest, AStartThatFailsAbortsNobody) {
  const auto first = Running("same");
  const auto failing = Make(L"gopher://127.0.0.1/file", WidePath("same"));
  EXPECT_TRUE(FAILED(Start(failing.Get())));
  EXPECT_EQ(StatusOf(first.Get()).State, DODownloadState_Transferring);
  // The same with a job that was made for its id.
  TextOf(failing.Get(), DODownloadProperty_Id);
  EXPECT_TRUE(FAILED(Start(failing.Get())));
  EXPECT_EQ(StatusOf(first.Get()).State, DODownloadState_Transferring);
  const Content content = MakeContent("second");
  ASSERT_EQ(Set(failing.Get(), DODownloadProperty_Uri, content.url), S_OK);
  ASSERT_EQ(Start(failing.Get()), S_OK);
  EXPECT_EQ(StatusOf(first.Get()).State, DODownloadState_Aborted);
}

TEST_F(LifeTest, NoChangeByManyAtOnceIsLost) {
  const auto started = Running("many");
  const std::string id = TextOf(started.Get(), DODownloadProperty_Id);
  const std::vector<DODownloadProperty> properties = {
      DODownloadProperty_DisplayName, DODownloadProperty_ContentId,
      DODownloadProperty_CorrelationVector,
      DODownloadProperty_HttpCustomHeaders};
  constexpr int kChanges = 30;
  std::vector<std::thread> threads;
  for (const DODownloadProperty property : properties) {
    // Each with an object of its own, as another process would have.
    ComPtr<IDODownload> own = Found(DODownloadProperty_Id, id).at(0);
    threads.emplace_back([property, own] {
      for (int i = 1; i <= kChanges; ++i) {
        EXPECT_EQ(Set(own.Get(), property, L"A: " + std::to_wstring(i)), S_OK)
            << property;
      }
    });
  }
  // The state changes too.
  for (int i = 0; i < kChanges; ++i) {
    EXPECT_EQ(started->Pause(), S_OK);
    EXPECT_EQ(started->Start(nullptr), S_OK);
  }
  for (std::thread& thread : threads) thread.join();
  for (const DODownloadProperty property : properties) {
    EXPECT_EQ(TextOf(started.Get(), property), "A: " + std::to_string(kChanges))
        << property;
  }
}

// By percent alone there would be no news between the states.
TEST_F(LifeTest, NewsOfBytesComeAfterSoManySeconds) {
  const auto download = Running("seconds");
  ASSERT_EQ(
      SetNumber(download.Get(), DODownloadProperty_CallbackFreqPercent, 100),
      S_OK);
  ASSERT_EQ(
      SetNumber(download.Get(), DODownloadProperty_CallbackFreqSeconds, 1),
      S_OK);
  Mutex mutex;
  UINT64 bytes = 0;
  std::vector<absl::Time> told;
  const auto callback = Microsoft::WRL::Make<StatusCallback>(
      [&](IDODownload*, const DO_DOWNLOAD_STATUS& status) {
        MutexLock lock(&mutex);
        if (status.BytesTransferred > bytes) told.push_back(absl::Now());
        bytes = status.BytesTransferred;
      });
  ASSERT_EQ(SetObject(download.Get(), DODownloadProperty_CallbackInterface,
                      callback.Get()),
            S_OK);
  EXPECT_TRUE(Eventually([&] {
    MutexLock lock(&mutex);
    return told.size() >= 4;
  }));
  SetObject(download.Get(), DODownloadProperty_CallbackInterface, nullptr);
  MutexLock lock(&mutex);
  // The first may be of another state; a call may be late, but none is early.
  EXPECT_GE(told[3] - told[0], absl::Seconds(1));
}

TEST_F(LifeTest, NoNewsOfBytesComeBeforeSoManySeconds) {
  Nginx::Options options;
  options.rate = "100k";
  Nginx origin(options);
  WriteFile(origin.root() + "/file", RandomBytes(300'000, 1));
  const auto download = Make(Wide(origin.Url("file")), WidePath("never"));
  const auto callback = Microsoft::WRL::Make<StatusCallback>();
  SetObject(download.Get(), DODownloadProperty_CallbackInterface,
            callback.Get());
  ASSERT_EQ(
      SetNumber(download.Get(), DODownloadProperty_CallbackFreqSeconds, 1000),
      S_OK);
  ASSERT_EQ(Start(download.Get()), S_OK);
  ASSERT_TRUE(
      Eventually([&] { return callback->Saw(DODownloadState_Transferred); }));
  // One for each state; Transferring may be told before and after the start.
  EXPECT_LE(callback->states().size(), 3u);
}

}  // namespace
}  // namespace convoy::testing
