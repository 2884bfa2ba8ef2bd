// What a file of Delivery Optimization's job tells of its content, on machines
// that get it together.
#include <deliveryoptimization.h>
#include <objbase.h>
#include <wrl/client.h>

#include <cstdlib>
#include <string>

#include "client/com/wide_text.h"
#include "gtest/gtest.h"
#include "tests/eventually.h"
#include "tests/swarm_site.h"

namespace convoy::testing {
namespace {

using Microsoft::WRL::ComPtr;

class DeliverySwarmTest : public ::testing::Test {
 protected:
  DeliverySwarmTest() {
    EXPECT_EQ(CoInitializeEx(nullptr, COINIT_MULTITHREADED), S_OK);
    site_.StartMachine();
    setenv("CONVOY_SOCKET", site_.machine(0).socket().c_str(), 1);
  }
  ~DeliverySwarmTest() override { CoUninitialize(); }

  // On the first machine; suspended.
  ComPtr<IBackgroundCopyJob> JobFor(const PublishedFile& file) {
    ComPtr<IBackgroundCopyManager> manager;
    EXPECT_EQ(CoCreateInstance(CLSID_DeliveryOptimization, nullptr, CLSCTX_ALL,
                               IID_PPV_ARGS(&manager)),
              S_OK);
    GUID id;
    ComPtr<IBackgroundCopyJob> job;
    EXPECT_EQ(manager->CreateJob(L"job", BG_JOB_TYPE_DOWNLOAD, &id, &job),
              S_OK);
    EXPECT_EQ(job->AddFile(WideFromUtf8(file.url).c_str(),
                           WideFromUtf8(site_.Local("got")).c_str()),
              S_OK);
    return job;
  }

  static ComPtr<IBackgroundCopyFile> FileOf(IBackgroundCopyJob* job) {
    ComPtr<IEnumBackgroundCopyFiles> files;
    EXPECT_EQ(job->EnumFiles(&files), S_OK);
    ComPtr<IBackgroundCopyFile> file;
    EXPECT_EQ(files->Next(1, &file, nullptr), S_OK);
    return file;
  }
  static bool IsTransferred(IBackgroundCopyJob* job) {
    BG_JOB_STATE state = BG_JOB_STATE_ERROR;
    return job->GetState(&state) == S_OK && state == BG_JOB_STATE_TRANSFERRED;
  }

  static DOSwarmStats StatsOf(IBackgroundCopyJob* job) {
    ComPtr<IDeliveryOptimizationFile> own;
    EXPECT_EQ(FileOf(job).As(&own), S_OK);
    DOSwarmStats stats = {};
    EXPECT_EQ(own->GetStats(&stats), S_OK);
    CoTaskMemFree(stats.fileId);
    CoTaskMemFree(stats.sourceURL);
    return stats;
  }

  SwarmSite site_;
};

TEST_F(DeliverySwarmTest, StatisticsAreThoseOfTheContentToo) {
  const PublishedFile file = site_.Serve("file", 4 << 20);
  const ComPtr<IBackgroundCopyJob> job = JobFor(file);
  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_TRUE(Eventually([&] { return IsTransferred(job.Get()); }));
  EXPECT_TRUE(
      Eventually([&] { return StatsOf(job.Get()).downloadDuration > 0; }));
  EXPECT_EQ(StatsOf(job.Get()).bytesToLanPeers, 0u);
  // The mode in force: the job asks for none.
  EXPECT_EQ(StatsOf(job.Get()).downloadMode, DownloadMode_Lan);

  site_.StartMachine(FromPeersAlone());
  site_.Run(1, file);
  EXPECT_TRUE(Eventually(
      [&] { return StatsOf(job.Get()).bytesToLanPeers >= file.bytes.size(); }));
  EXPECT_EQ(StatsOf(job.Get()).bytesFromHttp, file.bytes.size());
}

TEST_F(DeliverySwarmTest, BytesOfPeersThatAreFoundWrongComeFromTheOrigin) {
  const PublishedFile file = site_.Serve("file", 4 << 20);
  site_.Run(0, file);
  site_.StartMachine(FromPeersAlone());
  setenv("CONVOY_SOCKET", site_.machine(1).socket().c_str(), 1);
  const ComPtr<IBackgroundCopyJob> job = JobFor(file);
  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_TRUE(Eventually([&] { return IsTransferred(job.Get()); }));
  ComPtr<IBackgroundCopyFile3> own;
  ASSERT_EQ(FileOf(job.Get()).As(&own), S_OK);
  BOOL from_peer = FALSE;
  ASSERT_EQ(own->IsDownloadedFromPeer(&from_peer), S_OK);
  EXPECT_EQ(from_peer, TRUE);

  ASSERT_EQ(own->SetValidationState(FALSE), S_OK);
  ASSERT_TRUE(Eventually([&] { return IsTransferred(job.Get()); }));
  ASSERT_EQ(own->IsDownloadedFromPeer(&from_peer), S_OK);
  EXPECT_EQ(from_peer, FALSE);
  EXPECT_EQ(StatsOf(job.Get()).bytesFromHttp, file.bytes.size());
  ASSERT_EQ(job->Complete(), S_OK);
  EXPECT_TRUE(ReadFile(site_.Local("got")) == file.bytes);
}

}  // namespace
}  // namespace convoy::testing
