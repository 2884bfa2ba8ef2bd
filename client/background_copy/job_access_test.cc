#include "client/background_copy/job_access.h"

#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/background_copy/session.h"
#include "client/fake_daemon.h"
#include "convoy/v1/job.pb.h"
#include "gtest/gtest.h"

namespace convoy::background_copy {
namespace {

constexpr char kId[] = "0a0a0a0a-0000-4000-8000-000000000001";

class JobAccessTest : public ::testing::Test {
 protected:
  JobAccessTest() {
    setenv("CONVOY_SOCKET", daemon_.socket_path().c_str(), 1);
    std::vector<v1::JobFile> files(2500);
    for (int i = 0; i < 2500; ++i) {
      files[i].set_index(i);
      files[i].set_remote_url(absl::StrCat("http://origin/", i));
    }
    v1::Job job;
    job.set_id(kId);
    daemon_.PutJob(job, files);
  }

  FakeDaemon daemon_;
};

TEST_F(JobAccessTest, OneFileIsReadAlone) {
  const JobAccess access(Session::Get(), BitsFlavour(), kId);
  v1::JobFile file;
  ASSERT_EQ(access.ReadFile(2400, &file), S_OK);
  EXPECT_EQ(file.remote_url(), "http://origin/2400");
  EXPECT_EQ(daemon_.CallCount("ListFiles"), 1);
  std::vector<v1::JobFile> all;
  ASSERT_EQ(access.ReadFiles(&all), S_OK);
  EXPECT_EQ(all.size(), 2500u);
}

TEST_F(JobAccessTest, AFileThatIsNotThereIsNoJobThatIsNotThere) {
  v1::JobFile file;
  EXPECT_EQ(JobAccess(Session::Get(), BitsFlavour(), kId).ReadFile(2500, &file),
            E_UNEXPECTED);
  EXPECT_EQ(JobAccess(Session::Get(), BitsFlavour(),
                      "0a0a0a0a-0000-4000-8000-000000000002")
                .ReadFile(0, &file),
            BG_E_NOT_FOUND);
}

}  // namespace
}  // namespace convoy::background_copy
