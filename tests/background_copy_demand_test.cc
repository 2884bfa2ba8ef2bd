// On-demand mode: RequestFileRanges, UpdateDownloadPosition, and which bytes
// come then.
#include <bits.h>

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/background_copy_callback.h"
#include "tests/background_copy_world.h"

namespace convoy::testing {
namespace {

template <typename T>
using Com = Microsoft::WRL::ComPtr<T>;

// Pieces of small files have 256 KiB; parts come by whole pieces.
constexpr UINT64 kPiece = 256 << 10;

class DemandTest : public BackgroundCopyTest {
 protected:
  // A job on demand with one file of eight pieces.
  Com<IBackgroundCopyJob> OnDemand(const std::wstring& url) {
    const Com<IBackgroundCopyJob> job = MakeJob();
    BITS_JOB_PROPERTY_VALUE value = {};
    value.Enable = TRUE;
    EXPECT_EQ(As<IBackgroundCopyJob5>(job.Get())->SetProperty(
                  BITS_JOB_PROPERTY_ON_DEMAND_MODE, value),
              S_OK);
    EXPECT_EQ(job->AddFile(url.c_str(), WidePath("got").c_str()), S_OK);
    return job;
  }
  static Com<IBackgroundCopyFile6> FirstFile(IBackgroundCopyJob* job) {
    Com<IEnumBackgroundCopyFiles> files;
    EXPECT_EQ(job->EnumFiles(&files), S_OK);
    Com<IBackgroundCopyFile> first;
    EXPECT_EQ(files->Next(1, &first, nullptr), S_OK);
    return As<IBackgroundCopyFile6>(first.Get());
  }
  // "first-last piece" of each filled range.
  static std::string Filled(IBackgroundCopyFile6* file) {
    DWORD count = 0;
    BG_FILE_RANGE* ranges = nullptr;
    EXPECT_EQ(file->GetFilledFileRanges(&count, &ranges), S_OK);
    std::string text;
    for (DWORD i = 0; i < count; ++i) {
      text += std::to_string(ranges[i].InitialOffset / kPiece) + "+" +
              std::to_string(ranges[i].Length / kPiece) + " ";
    }
    CoTaskMemFree(ranges);
    return text;
  }
};

TEST_F(DemandTest, WhatIsRequestedComesAndTheJobIsSuspended) {
  const Content content = MakeContent("demand", 8 * kPiece);
  const Com<IBackgroundCopyJob> job = OnDemand(content.url);
  RecordingCallback callback;
  ASSERT_EQ(job->SetNotifyFlags(BG_NOTIFY_FILE_RANGES_TRANSFERRED |
                                BG_NOTIFY_JOB_TRANSFERRED),
            S_OK);
  ASSERT_EQ(job->SetNotifyInterface(&callback), S_OK);
  const Com<IBackgroundCopyFile6> file = FirstFile(job.Get());
  const std::vector<BG_FILE_RANGE> some = {{5 * kPiece + 1, kPiece},
                                           {2 * kPiece, 10}};
  ASSERT_EQ(file->RequestFileRanges(2, some.data()), S_OK);
  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_TRUE(Reaches(job.Get(), BG_JOB_STATE_SUSPENDED));
  EXPECT_EQ(Filled(file.Get()), "2+1 5+2 ");
  EXPECT_TRUE(Eventually([&] { return callback.Count("ranges") > 0; }));
  LPWSTR name = nullptr;
  ASSERT_EQ(file->GetTemporaryName(&name), S_OK);
  const std::string bytes = ReadFile(Take(name));
  EXPECT_EQ(bytes.substr(5 * kPiece, 2 * kPiece),
            content.bytes.substr(5 * kPiece, 2 * kPiece));

  // Then the rest, which makes it whole.
  const BG_FILE_RANGE all = {0, BG_LENGTH_TO_EOF};
  ASSERT_EQ(file->RequestFileRanges(1, &all), S_OK);
  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_TRUE(Reaches(job.Get(), BG_JOB_STATE_TRANSFERRED));
  EXPECT_TRUE(Eventually([&] { return callback.Count("transferred") == 1; }));
  ASSERT_EQ(job->Complete(), S_OK);
  EXPECT_EQ(ReadFile(Path("got")), content.bytes);
  EXPECT_TRUE(Eventually([&] { return callback.references() == 0; }));
}

TEST_F(DemandTest, ARequestWhileTheJobRunsIsFilledToo) {
  Nginx::Options options;
  options.location = "limit_rate 128k;";
  Nginx slow(options);
  const std::string bytes = std::string(8 * kPiece, 'x');
  WriteFile(slow.root() + "/file", bytes);
  const Com<IBackgroundCopyJob> job = OnDemand(Wide(slow.Url("file")));
  const Com<IBackgroundCopyFile6> file = FirstFile(job.Get());
  const BG_FILE_RANGE first = {kPiece, 2 * kPiece};
  const BG_FILE_RANGE second = {7 * kPiece, 1};
  ASSERT_EQ(file->RequestFileRanges(1, &first), S_OK);
  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_TRUE(Reaches(job.Get(), BG_JOB_STATE_TRANSFERRING));
  ASSERT_EQ(file->RequestFileRanges(1, &second), S_OK);
  ASSERT_EQ(file->UpdateDownloadPosition(7 * kPiece), S_OK);
  ASSERT_TRUE(Reaches(job.Get(), BG_JOB_STATE_SUSPENDED));
  EXPECT_EQ(Filled(file.Get()), "1+2 7+1 ");
}

TEST_F(DemandTest, AJobThatIsNotOnDemandGoesOnWhereItIsTold) {
  Nginx::Options options;
  options.location = "limit_rate 128k;";
  Nginx slow(options);
  WriteFile(slow.root() + "/file", std::string(8 * kPiece, 'x'));
  const Com<IBackgroundCopyJob> job = MakeJob();
  ASSERT_EQ(
      job->AddFile(Wide(slow.Url("file")).c_str(), WidePath("got").c_str()),
      S_OK);
  const Com<IBackgroundCopyFile6> file = FirstFile(job.Get());
  ASSERT_EQ(file->UpdateDownloadPosition(6 * kPiece), S_OK);
  ASSERT_EQ(job->Resume(), S_OK);
  std::string filled;
  ASSERT_TRUE(Eventually([&] {
    filled = Filled(file.Get());
    return !filled.empty();
  }));
  // In order, the first pieces would be without it.
  EXPECT_NE(filled.find("6+"), std::string::npos) << filled;
  EXPECT_EQ(StateOf(job.Get()), BG_JOB_STATE_TRANSFERRING);
}

TEST_F(DemandTest, RequestsAreChecked) {
  const Content content = MakeContent("checked", 1000);
  const Com<IBackgroundCopyJob> job = OnDemand(content.url);
  const Com<IBackgroundCopyFile6> file = FirstFile(job.Get());
  EXPECT_EQ(file->RequestFileRanges(0, nullptr), E_INVALIDARG);
  const BG_FILE_RANGE none = {0, 0};
  EXPECT_EQ(file->RequestFileRanges(1, &none), BG_E_INVALID_RANGE);
  EXPECT_EQ(file->UpdateDownloadPosition(BG_SIZE_UNKNOWN), BG_E_INVALID_RANGE);
  // Before the size is known, the job tells.
  const BG_FILE_RANGE beyond = {1000, 1};
  ASSERT_EQ(file->RequestFileRanges(1, &beyond), S_OK);
  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_TRUE(Reaches(job.Get(), BG_JOB_STATE_ERROR));
  Com<IBackgroundCopyError> error;
  ASSERT_EQ(job->GetError(&error), S_OK);
  BG_ERROR_CONTEXT context;
  HRESULT code = S_OK;
  ASSERT_EQ(error->GetError(&context, &code), S_OK);
  EXPECT_EQ(code, BG_E_INVALID_RANGE);
  // It can be put right.
  EXPECT_EQ(file->RequestFileRanges(1, &beyond), BG_E_INVALID_RANGE);
  const BG_FILE_RANGE inside = {999, 1};
  ASSERT_EQ(file->RequestFileRanges(1, &inside), S_OK);
  ASSERT_EQ(job->Resume(), S_OK);
  EXPECT_TRUE(Reaches(job.Get(), BG_JOB_STATE_TRANSFERRED));

  // A local file comes as a whole.
  WriteFile(Path("source"), "local");
  const Com<IBackgroundCopyJob> local = OnDemand(WidePath("source"));
  EXPECT_EQ(FirstFile(local.Get())->RequestFileRanges(1, &beyond),
            BG_E_RANDOM_ACCESS_NOT_SUPPORTED);
}

}  // namespace
}  // namespace convoy::testing
