#include "daemon/http_method.h"

#include <functional>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "convoy/v1/error_detail.pb.h"
#include "daemon/job.h"
#include "gtest/gtest.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

std::shared_ptr<const v1::HttpOptions> By(const std::string& method) {
  auto http = std::make_shared<v1::HttpOptions>();
  http->set_method(method);
  return http;
}

void ExpectRefused(const absl::Status& status, const std::string& field,
                   const std::string& message) {
  const v1::ErrorDetail detail = ErrorDetailOf(status);
  EXPECT_EQ(detail.reason(), v1::ERROR_REASON_NOT_WITH_HTTP_METHOD) << status;
  EXPECT_EQ(detail.field(), field) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), message)) << status;
}

struct Misfit {
  std::string field;
  std::function<void(JobFile* file)> edit;
};

const Misfit kMisfits[] = {
    {"ranges",
     [](JobFile* file) {
       file->ranges = {{0, 10}};
     }},
    {"mirror_urls", [](JobFile* file) { file->mirror_urls = {"http://m/"}; }},
    {"manifest",
     [](JobFile* file) {
       file->proof = std::make_unique<FileProof>();
       file->proof->manifest_location = "http://o/m";
     }},
    {"manifest",
     [](JobFile* file) {
       file->proof = std::make_unique<FileProof>();
       file->proof->manifest_info_hash = std::string(20, 'h');
     }},
    {"manifest",
     [](JobFile* file) {
       file->proof = std::make_unique<FileProof>();
       file->proof->manifest_sha256 = std::string(32, 'h');
     }},
    {"requested_ranges",
     [](JobFile* file) {
       file->demand = std::make_unique<FileDemand>();
       file->demand->ranges = {{0, 10}};
     }},
};

// A job of two files; the second is `edit`ed.
Job JobWith(const std::function<void(JobFile* file)>& edit,
            const std::string& url = "http://o/a") {
  Job job;
  job.files.resize(2);
  job.files[0].remote_url = "http://o/b";
  job.files[1].remote_url = url;
  job.files[1].index = 1;
  edit(&job.files[1]);
  return job;
}

TEST(HttpMethodTest, GetIsNoOther) {
  EXPECT_EQ(MethodOf(nullptr), "");
  EXPECT_EQ(MethodOf(By("").get()), "");
  EXPECT_EQ(MethodOf(By("GET").get()), "");
  EXPECT_EQ(MethodOf(By("POST").get()), "POST");
  EXPECT_EQ(MethodOf(By("get").get()), "get");
}

TEST(HttpMethodTest, ANewJobsFilesMustFit) {
  for (const Misfit& misfit : kMisfits) {
    Job job = JobWith(misfit.edit);
    EXPECT_TRUE(CheckJobFitsMethod(job).ok());
    job.http = By("GET");
    EXPECT_TRUE(CheckJobFitsMethod(job).ok());
    job.http = By("POST");
    ExpectRefused(CheckJobFitsMethod(job), "files[1]." + misfit.field,
                  "asks by POST");
    job.files[1].remote_url = "file:///srv/a";
    EXPECT_TRUE(CheckJobFitsMethod(job).ok());
  }
}

TEST(HttpMethodTest, AnExpectedDigestAndMandatoryIntegrityFit) {
  Job job = JobWith([](JobFile* file) {
    file->expected_size = 10;
    file->expected_sha256 = std::string(32, 'h');
    file->proof = std::make_unique<FileProof>();
    file->proof->required = v1::INTEGRITY_MANDATORY;
  });
  job.http = By("POST");
  EXPECT_TRUE(CheckJobFitsMethod(job).ok());
}

TEST(HttpMethodTest, AJobOnDemandFitsGetAlone) {
  Job job;
  MutableExtras(&job).on_demand = true;
  EXPECT_TRUE(CheckJobFitsMethod(job).ok());
  job.http = By("PUT");
  ExpectRefused(CheckJobFitsMethod(job), "job.on_demand", "asks by PUT");
}

TEST(HttpMethodTest, AChangeNamesWhatIsNew) {
  const auto post = By("POST");
  for (const Misfit& misfit : kMisfits) {
    const Job job = JobWith(misfit.edit);
    ExpectRefused(CheckChangedJobFitsMethod(post.get(), false, job.files, true),
                  "job.http.method", "the job's file 1 has " + misfit.field);
    EXPECT_TRUE(
        CheckChangedJobFitsMethod(By("GET").get(), true, job.files, true).ok());
  }
  ExpectRefused(CheckChangedJobFitsMethod(post.get(), true, {}, true),
                "job.http.method", "on demand");
  ExpectRefused(CheckChangedJobFitsMethod(post.get(), true, {}, false),
                "job.on_demand", "asks by POST");
}

TEST(HttpMethodTest, AFileMayNotGetWhatDoesNotFit) {
  const auto post = By("POST");
  JobFile file;
  EXPECT_TRUE(
      CheckChangedFileFitsMethod(post.get(), "http://o/a", {}, file).ok());
  ExpectRefused(
      CheckChangedFileFitsMethod(post.get(), "http://o/a", {"http://m/"}, file),
      "file.mirror_urls", "asks by POST");
  EXPECT_TRUE(
      CheckChangedFileFitsMethod(nullptr, "http://o/a", {"http://m/"}, file)
          .ok());
  // A local file has ranges; one of the origin may not.
  file.ranges = {{0, 10}};
  EXPECT_TRUE(
      CheckChangedFileFitsMethod(post.get(), "file:///a", {}, file).ok());
  ExpectRefused(CheckChangedFileFitsMethod(post.get(), "http://o/a", {}, file),
                "file.remote_url", "the file has ranges");
}

TEST(HttpMethodTest, RangesAreRequestedOfGetAlone) {
  EXPECT_TRUE(CheckRangesFitMethod(nullptr).ok());
  ExpectRefused(CheckRangesFitMethod(By("POST").get()), "ranges",
                "asks by POST");
}

}  // namespace
}  // namespace convoy
