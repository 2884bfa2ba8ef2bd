#include "daemon/job_validation.h"

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "convoy/v1/error_detail.pb.h"
#include "convoy/v1/job.pb.h"
#include "convoy/v1/job_service.pb.h"
#include "daemon/config_file.h"
#include "daemon/job.h"
#include "daemon/job_proto.h"
#include "daemon/settings.h"
#include "gtest/gtest.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr std::int64_t kMaxSize = std::int64_t{1} << 62;

Settings DefaultSettings() { return *ParseConfig({}, {}); }

v1::JobFile File(std::string path = "/d/a", std::string url = "http://h/a") {
  v1::JobFile file;
  file.set_remote_url(std::move(url));
  file.set_local_path(std::move(path));
  return file;
}

v1::CreateJobRequest Request() {
  v1::CreateJobRequest request;
  request.mutable_job()->set_display_name("name");
  return request;
}

struct Expected {
  v1::ErrorReason reason;
  absl::string_view field;
  absl::string_view message;  // A part of it.
};

void ExpectRefused(const absl::Status& status, const Expected& expected) {
  ASSERT_FALSE(status.ok()) << expected.field << ": " << expected.message;
  const v1::ErrorDetail detail = ErrorDetailOf(status);
  EXPECT_EQ(ReasonName(detail.reason()), ReasonName(expected.reason)) << status;
  EXPECT_EQ(detail.field(), expected.field) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), expected.message)) << status;
}

constexpr v1::ErrorReason kInvalid = v1::ERROR_REASON_INVALID_ARGUMENT;
constexpr v1::ErrorReason kTooLong = v1::ERROR_REASON_STRING_TOO_LONG;
constexpr v1::ErrorReason kRange = v1::ERROR_REASON_INVALID_RANGE;
constexpr v1::ErrorReason kOverlap = v1::ERROR_REASON_OVERLAPPING_RANGES;

// CreateJob: options.

TEST(ValidateCreateTest, FillsInDefaults) {
  const auto job = ValidateCreate(Request(), DefaultSettings());
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ((*job)->display_name, "name");
  EXPECT_EQ((*job)->priority, v1::JOB_PRIORITY_NORMAL);
  EXPECT_EQ((*job)->state, v1::JOB_STATE_SUSPENDED);
  EXPECT_EQ((*job)->notify_flags, 3u);
  EXPECT_EQ((*job)->no_progress_timeout, std::nullopt);
  EXPECT_EQ((*job)->minimum_retry_delay, std::nullopt);
  EXPECT_EQ((*job)->http, nullptr);
  EXPECT_FALSE((*job)->complete_when_transferred);
  EXPECT_TRUE((*job)->files.empty());
}

TEST(ValidateCreateTest, TakesEveryOption) {
  v1::CreateJobRequest request = Request();
  v1::Job& options = *request.mutable_job();
  options.set_description("what for");
  options.set_type(v1::JOB_TYPE_DOWNLOAD);
  options.set_priority(v1::JOB_PRIORITY_FOREGROUND);
  options.mutable_no_progress_timeout()->set_seconds(0);
  options.mutable_minimum_retry_delay()->set_seconds(1);
  options.mutable_http()->add_headers()->set_name("A");
  options.set_notify_flags(0);
  *request.add_files() = File("/d/a");
  *request.add_files() = File("/d/b");
  request.set_request_id(std::string(64, 'r'));
  const auto job = ValidateCreate(request, DefaultSettings());
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ((*job)->description, "what for");
  EXPECT_EQ((*job)->priority, v1::JOB_PRIORITY_FOREGROUND);
  EXPECT_EQ((*job)->no_progress_timeout, absl::ZeroDuration());
  EXPECT_EQ((*job)->minimum_retry_delay, absl::Seconds(1));
  ASSERT_NE((*job)->http, nullptr);
  EXPECT_EQ((*job)->http->headers(0).name(), "A");
  EXPECT_EQ((*job)->notify_flags, 0u);
  ASSERT_EQ((*job)->files.size(), 2u);
  EXPECT_EQ((*job)->files[1].index, 1);
}

TEST(ValidateCreateTest, IgnoresOutputOnlyFields) {
  v1::CreateJobRequest request = Request();
  v1::Job& options = *request.mutable_job();
  options.set_id("nonsense");
  options.set_state(v1::JOB_STATE_CANCELLED);
  options.mutable_owner()->set_uid(7);
  options.set_error_count(3);
  options.set_etag("x");
  v1::JobFile file = File();
  file.set_index(9);
  file.set_transferred(true);
  file.set_temporary_path("/etc/passwd");
  file.set_size_bytes(4);
  *request.add_files() = file;
  const auto job = ValidateCreate(request, DefaultSettings());
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ((*job)->state, v1::JOB_STATE_SUSPENDED);
  EXPECT_EQ((*job)->owner.uid, 0u);
  EXPECT_EQ((*job)->error_count, 0);
  EXPECT_EQ((*job)->files[0].index, 0);
  EXPECT_FALSE((*job)->files[0].transferred);
  EXPECT_EQ((*job)->files[0].size, std::nullopt);
  EXPECT_EQ((*job)->files[0].transfer, nullptr);
}

struct OptionCase {
  std::function<void(v1::Job* job)> edit;
  Expected expected;
};

TEST(ValidateCreateTest, RefusesWrongOptions) {
  const OptionCase cases[] = {
      {[](v1::Job* job) { job->clear_display_name(); },
       {kInvalid, "job.display_name", "is required"}},
      {[](v1::Job* job) { job->set_display_name(std::string(257, 'x')); },
       {kTooLong, "job.display_name", "longer than 256"}},
      {[](v1::Job* job) { job->set_display_name("\xFF"); },
       {kInvalid, "job.display_name", "not UTF-8"}},
      {[](v1::Job* job) { job->set_description(std::string(1025, 'x')); },
       {kTooLong, "job.description", "longer than 1024"}},
      {[](v1::Job* job) { job->set_type(static_cast<v1::JobType>(2)); },
       {kInvalid, "job.type", "uploads"}},
      {[](v1::Job* job) { job->set_priority(static_cast<v1::JobPriority>(5)); },
       {kInvalid, "job.priority", "JOB_PRIORITY_LOW"}},
      {[](v1::Job* job) {
         job->set_priority(static_cast<v1::JobPriority>(-1));
       },
       {kInvalid, "job.priority", "is unknown"}},
      {[](v1::Job* job) {
         job->mutable_no_progress_timeout()->set_seconds(-1);
       },
       {kInvalid, "job.no_progress_timeout", "allowed: 0 to 2160h"}},
      {[](v1::Job* job) {
         job->mutable_no_progress_timeout()->set_seconds(90 * 86400);
         job->mutable_no_progress_timeout()->set_nanos(1);
       },
       {kInvalid, "job.no_progress_timeout", "allowed: 0 to 2160h"}},
      {[](v1::Job* job) {
         job->mutable_minimum_retry_delay()->set_nanos(999999999);
       },
       {kInvalid, "job.minimum_retry_delay", "allowed: 1s to 168h"}},
      {[](v1::Job* job) {
         job->mutable_minimum_retry_delay()->set_seconds(7 * 86400 + 1);
       },
       {kInvalid, "job.minimum_retry_delay", "allowed: 1s to 168h"}},
      {[](v1::Job* job) { job->set_notify_flags(64); },
       {kInvalid, "job.notify_flags", "0 to 63"}},
      {[](v1::Job* job) { job->mutable_http()->add_headers(); },
       {kInvalid, "job.http.headers[0].name", "is required"}},
  };
  for (const OptionCase& one : cases) {
    v1::CreateJobRequest request = Request();
    one.edit(request.mutable_job());
    ExpectRefused(ValidateCreate(request, DefaultSettings()).status(),
                  one.expected);
  }
}

TEST(ValidateCreateTest, CountsCharactersOfTheName) {
  v1::CreateJobRequest request = Request();
  std::string name;
  for (int i = 0; i < 256; ++i) name += "\xE2\x82\xAC";
  request.mutable_job()->set_display_name(name);
  EXPECT_TRUE(ValidateCreate(request, DefaultSettings()).ok());
  request.mutable_job()->set_display_name(name + "x");
  ExpectRefused(ValidateCreate(request, DefaultSettings()).status(),
                {kTooLong, "job.display_name", "256 characters"});
}

TEST(ValidateCreateTest, RefusesALongRequestId) {
  v1::CreateJobRequest request = Request();
  request.set_request_id(std::string(65, 'r'));
  ExpectRefused(ValidateCreate(request, DefaultSettings()).status(),
                {kTooLong, "request_id", "64 characters"});
}

TEST(ValidateCreateTest, NeedsAJob) {
  ExpectRefused(
      ValidateCreate(v1::CreateJobRequest(), DefaultSettings()).status(),
      {kInvalid, "job.display_name", "is required"});
}

TEST(ValidateCreateTest, DropsWhatItDoesNotKnow) {
  v1::CreateJobRequest request = Request();
  v1::HttpOptions* http = request.mutable_job()->mutable_http();
  http->GetReflection()->MutableUnknownFields(http)->AddVarint(99, 1);
  const auto job = ValidateCreate(request, DefaultSettings());
  ASSERT_TRUE(job.ok());
  EXPECT_EQ((*job)->http, nullptr);
}

// Files.

struct FileCase {
  std::function<void(v1::JobFile* file)> edit;
  Expected expected;
};

void AddRange(v1::JobFile* file, std::int64_t offset,
              std::optional<std::int64_t> length) {
  v1::FileRange* range = file->add_ranges();
  range->set_offset_bytes(offset);
  if (length.has_value()) range->set_length_bytes(*length);
}

std::function<void(v1::JobFile*)> Ranges(
    std::vector<std::pair<std::int64_t, std::optional<std::int64_t>>> ranges,
    std::optional<std::int64_t> expected_size = std::nullopt) {
  return [=](v1::JobFile* file) {
    for (const auto& [offset, length] : ranges) AddRange(file, offset, length);
    if (expected_size.has_value()) {
      file->set_expected_size_bytes(*expected_size);
    }
  };
}

absl::StatusOr<std::vector<JobFile>> ValidateSecond(const v1::JobFile& file) {
  v1::CreateJobRequest request;
  *request.add_files() = File("/d/first");
  *request.add_files() = file;
  return ValidateFiles(request.files(), 10, DefaultSettings());
}

TEST(ValidateFilesTest, TakesWhatTheContractAllows) {
  const std::function<void(v1::JobFile*)> cases[] = {
      [](v1::JobFile*) {},
      [](v1::JobFile* file) { file->set_remote_url("file:///etc/hosts"); },
      [](v1::JobFile* file) {
        file->set_remote_url("file:///etc/hosts");
        AddRange(file, 0, 5);
      },
      [](v1::JobFile* file) { file->set_expected_size_bytes(0); },
      [](v1::JobFile* file) { file->set_expected_size_bytes(kMaxSize); },
      [](v1::JobFile* file) {
        for (int i = 0; i < 16; ++i) file->add_mirror_urls("https://m/a");
      },
      [](v1::JobFile* file) {
        file->set_client_file_id("a\n" + std::string(1022, 'x'));
      },
      Ranges({{0, std::nullopt}}),
      Ranges({{kMaxSize, std::nullopt}}),
      Ranges({{0, kMaxSize}}),
      Ranges({{0, 1}, {1, 1}, {5, std::nullopt}}),
      Ranges({{0, 4}, {6, 4}}, 10),
      Ranges({{10, 5}, {0, 5}}),
      Ranges({{100, 100}, {900, 100}, {400, 100}}),
      Ranges({{9, std::nullopt}, {0, 9}}, 10),
      Ranges({{9, std::nullopt}}, 10),
  };
  for (const auto& edit : cases) {
    v1::JobFile file = File();
    edit(&file);
    const auto files = ValidateSecond(file);
    EXPECT_TRUE(files.ok()) << files.status();
  }
}

TEST(ValidateFilesTest, KeepsValues) {
  v1::JobFile file = File("/d/b", "https://h/b");
  file.set_expected_size_bytes(100);
  file.set_expected_sha256(std::string(62, 'a') + "F0");
  file.add_mirror_urls("http://m/b");
  file.set_client_file_id("mine");
  AddRange(&file, 3, 4);
  AddRange(&file, 9, std::nullopt);
  const auto files = ValidateSecond(file);
  ASSERT_TRUE(files.ok()) << files.status();
  ASSERT_EQ(files->size(), 2u);
  const JobFile& read = (*files)[1];
  EXPECT_EQ(read.index, 11);
  EXPECT_EQ(read.remote_url, "https://h/b");
  EXPECT_EQ(read.local_path, "/d/b");
  EXPECT_EQ(read.expected_size, 100);
  EXPECT_EQ(read.expected_sha256, std::string(31, '\xAA') + "\xF0");
  EXPECT_EQ(read.mirror_urls, std::vector<std::string>{"http://m/b"});
  EXPECT_EQ(read.client_file_id, "mine");
  const std::vector<ByteRange> ranges = {{3, 4}, {9, ByteRange::kToEnd}};
  EXPECT_EQ(read.ranges, ranges);
}

TEST(ValidateFilesTest, RefusesWrongFiles) {
  const FileCase cases[] = {
      {[](v1::JobFile* file) { file->clear_remote_url(); },
       {kInvalid, "files[1].remote_url", "is required"}},
      {[](v1::JobFile* file) { file->set_remote_url("ftp://h/a"); },
       {v1::ERROR_REASON_PROTOCOL_NOT_AVAILABLE, "files[1].remote_url",
        "allowed: http, https, file"}},
      {[](v1::JobFile* file) {
         file->set_remote_url("http://h/" + std::string(2200, 'x'));
       },
       {kTooLong, "files[1].remote_url", "2200 characters"}},
      {[](v1::JobFile* file) { file->set_remote_url("http://u:p@h/"); },
       {kInvalid, "files[1].remote_url", "http.credentials"}},
      {[](v1::JobFile* file) { file->clear_local_path(); },
       {kInvalid, "files[1].local_path", "is required"}},
      {[](v1::JobFile* file) { file->set_local_path("a"); },
       {kInvalid, "files[1].local_path", "not absolute"}},
      {[](v1::JobFile* file) { file->set_local_path("/a/../b"); },
       {kInvalid, "files[1].local_path", "component"}},
      {[](v1::JobFile* file) { file->set_local_path("/a/"); },
       {kInvalid, "files[1].local_path", "ends with"}},
      {[](v1::JobFile* file) {
         file->set_local_path("/" + std::string(4095, 'x'));
       },
       {kTooLong, "files[1].local_path", "4095 bytes"}},
      {[](v1::JobFile* file) { file->set_local_path("/d/first"); },
       {kInvalid, "files[1].local_path", "is that of files[0] too"}},
      {[](v1::JobFile* file) { file->set_local_path("//d///first"); },
       {kInvalid, "files[1].local_path", "is that of files[0] too"}},
      {[](v1::JobFile* file) { file->set_expected_size_bytes(-1); },
       {kInvalid, "files[1].expected_size_bytes", "0 to 2^62"}},
      {[](v1::JobFile* file) { file->set_expected_size_bytes(kMaxSize + 1); },
       {kInvalid, "files[1].expected_size_bytes", "0 to 2^62"}},
      {[](v1::JobFile* file) {
         file->set_client_file_id(std::string(1025, 'x'));
       },
       {kTooLong, "files[1].client_file_id", "1024 characters"}},
      {[](v1::JobFile* file) { file->set_expected_sha256("ab"); },
       {kInvalid, "files[1].expected_sha256", "64 hexadecimal"}},
      {[](v1::JobFile* file) {
         file->set_expected_sha256(std::string(63, 'a') + "g");
       },
       {kInvalid, "files[1].expected_sha256", "64 hexadecimal"}},
      {[](v1::JobFile* file) {
         file->set_expected_sha256(std::string(66, 'a'));
       },
       {kInvalid, "files[1].expected_sha256", "64 hexadecimal"}},
      {[](v1::JobFile* file) {
         for (int i = 0; i < 17; ++i) file->add_mirror_urls("http://m/");
       },
       {kInvalid, "files[1].mirror_urls", "17 entries; allowed: 16"}},
      {[](v1::JobFile* file) {
         file->add_mirror_urls("http://m/");
         file->add_mirror_urls("file:///a");
       },
       {v1::ERROR_REASON_PROTOCOL_NOT_AVAILABLE, "files[1].mirror_urls[1]",
        "allowed: http, https"}},
      {[](v1::JobFile* file) {
         file->set_remote_url("file:///a");
         file->add_mirror_urls("http://m/");
       },
       {kInvalid, "files[1].mirror_urls", "file:// remote_url"}},
  };
  for (const FileCase& one : cases) {
    v1::JobFile file = File();
    one.edit(&file);
    ExpectRefused(ValidateSecond(file).status(), one.expected);
  }
}

TEST(ValidateFilesTest, RefusesWrongRanges) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  const FileCase cases[] = {
      {Ranges({{-1, 1}}), {kRange, "files[1].ranges[0].offset_bytes", "2^62"}},
      {Ranges({{kLeast, 1}}),
       {kRange, "files[1].ranges[0].offset_bytes", "2^62"}},
      {Ranges({{kMaxSize + 1, std::nullopt}}),
       {kRange, "files[1].ranges[0].offset_bytes", "2^62"}},
      {Ranges({{0, 0}}),
       {kRange, "files[1].ranges[0].length_bytes", "at least 1"}},
      {Ranges({{0, 1}, {5, -2}}),
       {kRange, "files[1].ranges[1].length_bytes", "at least 1"}},
      {Ranges({{0, kMost}}), {kRange, "files[1].ranges[0]", "2^62"}},
      {Ranges({{kMaxSize, 1}}), {kRange, "files[1].ranges[0]", "2^62"}},
      {Ranges({{0, std::nullopt}, {5, 1}}),
       {kOverlap, "files[1].ranges[1]", "from byte 5 on"}},
      {Ranges({{0, 5}, {4, 1}}),
       {kOverlap, "files[1].ranges[1]", "from byte 4 on"}},
      {Ranges({{0, 5}, {0, 5}}),
       {kOverlap, "files[1].ranges[1]", "from byte 0 on"}},
      {Ranges({{10, 5}, {0, 11}}),
       {kOverlap, "files[1].ranges[1]", "files[1].ranges[0] have"}},
      {Ranges({{40, 5}, {0, 41}, {50, 5}}),
       {kOverlap, "files[1].ranges[1]", "from byte 40 on"}},
      {Ranges({{0, 5}, {50, 5}, {20, 5}, {22, 1}}),
       {kOverlap, "files[1].ranges[3]", "files[1].ranges[2] have"}},
      {Ranges({{10, 5}, {14, std::nullopt}}),
       {kOverlap, "files[1].ranges[1]", "from byte 14 on"}},
      {Ranges({{0, 11}}, 10), {kRange, "files[1].ranges[0]", "not inside"}},
      {Ranges({{8, 3}}, 10), {kRange, "files[1].ranges[0]", "not inside"}},
      {Ranges({{11, 1}}, 10), {kRange, "files[1].ranges[0]", "not inside"}},
      {Ranges({{10, std::nullopt}}, 10),
       {kRange, "files[1].ranges[0]", "not inside"}},
  };
  for (const FileCase& one : cases) {
    v1::JobFile file = File();
    one.edit(&file);
    ExpectRefused(ValidateSecond(file).status(), one.expected);
  }
}

TEST(ValidateFilesTest, RefusesNoFiles) {
  ExpectRefused(ValidateFiles({}, 0, DefaultSettings()).status(),
                {kInvalid, "files", "is required"});
}

TEST(ValidateFilesTest, HoldsJobsToTheQuotaOfFiles) {
  const Settings settings =
      *ParseConfig({}, {{"limits.max_files_per_job", "3"}});
  v1::CreateJobRequest request = Request();
  *request.add_files() = File("/d/a");
  *request.add_files() = File("/d/b");
  EXPECT_TRUE(ValidateFiles(request.files(), 1, settings).ok());
  const absl::Status status =
      ValidateFiles(request.files(), 2, settings).status();
  ExpectRefused(status, {v1::ERROR_REASON_TOO_MANY_FILES_IN_JOB, "files",
                         "to 4 files; allowed: 3 (limits.max_files_per_job, "
                         "command line)"});
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ErrorDetailOf(status).policy(), "limits.max_files_per_job");
}

TEST(ValidateFilesTest, HoldsFilesToTheQuotaOfRanges) {
  const Settings settings =
      *ParseConfig({}, {{"limits.max_ranges_per_file", "2"}});
  v1::CreateJobRequest request = Request();
  v1::JobFile* file = request.add_files();
  *file = File();
  AddRange(file, 0, 1);
  AddRange(file, 1, 1);
  EXPECT_TRUE(ValidateCreate(request, settings).ok());
  AddRange(file, 2, 1);
  const absl::Status status = ValidateCreate(request, settings).status();
  ExpectRefused(status,
                {v1::ERROR_REASON_TOO_MANY_RANGES_IN_FILE, "files[0].ranges",
                 "has 3 ranges; allowed: 2 "
                 "(limits.max_ranges_per_file, command line)"});
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ErrorDetailOf(status).policy(), "limits.max_ranges_per_file");
}

TEST(CheckLocalPathsAreNewTest, ComparesWithTheJobsFiles) {
  Job job;
  job.files.resize(2);
  job.files[1].index = 1;
  job.files[0].local_path = "/d/a";
  job.files[1].local_path = "/d/b";
  std::vector<JobFile> added(2);
  added[0].local_path = "/d/c";
  added[1].local_path = "/d/d";
  EXPECT_TRUE(CheckLocalPathsAreNew(job, added).ok());
  added[1].local_path = "/d//b";
  ExpectRefused(CheckLocalPathsAreNew(job, added),
                {kInvalid, "files[1].local_path", "the job's file 1 already"});
}

// Fetch.

TEST(ValidateFetchTest, NamesTheJobAfterItsFirstFile) {
  v1::FetchRequest request;
  *request.add_files() = File("/d/e/report.pdf");
  const auto job = ValidateFetch(request, DefaultSettings());
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ((*job)->display_name, "report.pdf");
  EXPECT_TRUE((*job)->complete_when_transferred);
  EXPECT_EQ((*job)->files.size(), 1u);
}

TEST(ValidateFetchTest, CutsALongFileName) {
  v1::FetchRequest request;
  std::string name;
  for (int i = 0; i < 300; ++i) name += "\xC3\xA4";
  *request.add_files() = File("/d/" + name);
  const auto job = ValidateFetch(request, DefaultSettings());
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ((*job)->display_name, name.substr(0, 512));
}

TEST(ValidateFetchTest, KeepsAGivenName) {
  v1::FetchRequest request;
  request.mutable_job()->set_display_name("given");
  request.mutable_job()->set_priority(v1::JOB_PRIORITY_LOW);
  *request.add_files() = File();
  const auto job = ValidateFetch(request, DefaultSettings());
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ((*job)->display_name, "given");
  EXPECT_EQ((*job)->priority, v1::JOB_PRIORITY_LOW);
}

TEST(ValidateFetchTest, HasTheRulesOfCreateJob) {
  v1::FetchRequest request;
  ExpectRefused(ValidateFetch(request, DefaultSettings()).status(),
                {kInvalid, "files", "is required"});
  *request.add_files() = File();
  request.mutable_job()->set_notify_flags(64);
  ExpectRefused(ValidateFetch(request, DefaultSettings()).status(),
                {kInvalid, "job.notify_flags", "0 to 63"});
  request.set_request_id(std::string(65, 'x'));
  ExpectRefused(ValidateFetch(request, DefaultSettings()).status(),
                {kTooLong, "request_id", "64"});
}

// UpdateJob.

Job MakeJob() {
  Job job;
  job.display_name = "old";
  job.description = "old text";
  job.priority = v1::JOB_PRIORITY_LOW;
  job.notify_flags = 9;
  job.no_progress_timeout = absl::Hours(1);
  job.minimum_retry_delay = absl::Minutes(1);
  auto http = std::make_shared<v1::HttpOptions>();
  http->add_headers()->set_name("Old");
  job.http = http;
  job.revision = 5;
  return job;
}

TEST(ApplyUpdateTest, ChangesOnlyWhatTheMaskNames) {
  Job job = MakeJob();
  v1::UpdateJobRequest request;
  request.mutable_job()->set_display_name("new");
  request.mutable_job()->set_description("new text");
  request.mutable_job()->set_notify_flags(1);
  request.mutable_update_mask()->add_paths("display_name");
  request.mutable_update_mask()->add_paths("notify_flags");
  EXPECT_EQ(ApplyUpdate(request, DefaultSettings(), &job), absl::OkStatus());
  EXPECT_EQ(job.display_name, "new");
  EXPECT_EQ(job.description, "old text");
  EXPECT_EQ(job.notify_flags, 1u);
  EXPECT_EQ(job.priority, v1::JOB_PRIORITY_LOW);
}

TEST(ApplyUpdateTest, AbsentFieldsGoBackToTheirDefaults) {
  Job job = MakeJob();
  v1::UpdateJobRequest request;
  request.mutable_job();
  for (const char* name : {"description", "priority", "no_progress_timeout",
                           "minimum_retry_delay", "http", "notify_flags"}) {
    request.mutable_update_mask()->add_paths(name);
  }
  EXPECT_EQ(ApplyUpdate(request, DefaultSettings(), &job), absl::OkStatus());
  EXPECT_EQ(job.display_name, "old");
  EXPECT_EQ(job.description, "");
  EXPECT_EQ(job.priority, v1::JOB_PRIORITY_NORMAL);
  EXPECT_EQ(job.no_progress_timeout, std::nullopt);
  EXPECT_EQ(job.minimum_retry_delay, std::nullopt);
  EXPECT_EQ(job.http, nullptr);
  EXPECT_EQ(job.notify_flags, 3u);
}

TEST(ApplyUpdateTest, PartsOfTheHttpOptionsChangeOneByOne) {
  Job job = MakeJob();
  v1::UpdateJobRequest request;
  v1::HttpOptions* const http = request.mutable_job()->mutable_http();
  v1::HttpCredentials* const login = http->add_credentials();
  login->set_scheme(v1::HttpCredentials::SCHEME_BASIC);
  login->set_user_name("ann");
  login->set_password("pencil");
  request.mutable_update_mask()->add_paths("http.credentials");
  EXPECT_EQ(ApplyUpdate(request, DefaultSettings(), &job), absl::OkStatus());

  request.Clear();
  request.mutable_job()->mutable_http()->mutable_proxy()->set_mode(
      v1::HttpProxy::MODE_DIRECT);
  request.mutable_update_mask()->add_paths("http.proxy");
  EXPECT_EQ(ApplyUpdate(request, DefaultSettings(), &job), absl::OkStatus());
  EXPECT_EQ(job.http->credentials(0).password(), "pencil");
  EXPECT_EQ(job.http->proxy().mode(), v1::HttpProxy::MODE_DIRECT);

  // What a part may say depends on the others.
  request.Clear();
  request.mutable_job()->mutable_http()->add_headers()->set_name(
      "Authorization");
  request.mutable_update_mask()->add_paths("http.headers");
  ExpectRefused(ApplyUpdate(request, DefaultSettings(), &job),
                {kInvalid, "job.http.headers[0].name", "http.credentials"});
}

TEST(ApplyUpdateTest, IsAllOrNothing) {
  Job job = MakeJob();
  v1::UpdateJobRequest request;
  request.mutable_job()->set_display_name("new");
  request.mutable_job()->set_notify_flags(64);
  request.mutable_update_mask()->add_paths("display_name");
  request.mutable_update_mask()->add_paths("notify_flags");
  ExpectRefused(ApplyUpdate(request, DefaultSettings(), &job),
                {kInvalid, "job.notify_flags", "0 to 63"});
  EXPECT_EQ(job.display_name, "old");
  EXPECT_EQ(job.notify_flags, 9u);
}

TEST(ApplyUpdateTest, RefusesUnknownNames) {
  for (const char* name : {"state", "http.header", "*", "", "Display_name"}) {
    Job job = MakeJob();
    v1::UpdateJobRequest request;
    request.mutable_job()->set_display_name("new");
    request.mutable_update_mask()->add_paths("display_name");
    request.mutable_update_mask()->add_paths(name);
    ExpectRefused(
        ApplyUpdate(request, DefaultSettings(), &job),
        {kInvalid, "update_mask",
         "allowed: display_name, description, priority, no_progress_timeout, "
         "minimum_retry_delay, http, notify_flags"});
    EXPECT_EQ(job.display_name, "old");
  }
}

TEST(ApplyUpdateTest, NeedsAJobAndAMask) {
  Job job = MakeJob();
  v1::UpdateJobRequest request;
  request.mutable_update_mask()->add_paths("description");
  ExpectRefused(ApplyUpdate(request, DefaultSettings(), &job),
                {kInvalid, "job", "is required"});
  request.mutable_job();
  request.clear_update_mask();
  ExpectRefused(ApplyUpdate(request, DefaultSettings(), &job),
                {kInvalid, "update_mask", "is required"});
  request.mutable_update_mask()->add_paths("display_name");
  ExpectRefused(ApplyUpdate(request, DefaultSettings(), &job),
                {kInvalid, "job.display_name", "is required"});
}

TEST(ApplyUpdateTest, ChecksTheEtag) {
  Job job = MakeJob();
  v1::UpdateJobRequest request;
  request.mutable_job()->set_etag(EtagOf(job));
  request.mutable_update_mask()->add_paths("description");
  EXPECT_TRUE(ApplyUpdate(request, DefaultSettings(), &job).ok());
  ++job.revision;
  const absl::Status status = ApplyUpdate(request, DefaultSettings(), &job);
  ExpectRefused(status,
                {v1::ERROR_REASON_ETAG_MISMATCH, "job.etag", "changed"});
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
}

// UpdateFile.

TEST(ApplyFileUpdateTest, ChangesOnlyWhatTheMaskNames) {
  JobFile file;
  file.remote_url = "http://old/";
  file.mirror_urls = {"http://m1/"};
  v1::UpdateFileRequest request;
  request.mutable_file()->set_remote_url("https://new/");
  request.mutable_file()->add_mirror_urls("http://m2/");
  request.mutable_update_mask()->add_paths("remote_url");
  EXPECT_EQ(ApplyFileUpdate(request, DefaultSettings(), nullptr, &file),
            absl::OkStatus());
  EXPECT_EQ(file.remote_url, "https://new/");
  EXPECT_EQ(file.mirror_urls, std::vector<std::string>{"http://m1/"});
  *request.mutable_update_mask()->mutable_paths(0) = "mirror_urls";
  EXPECT_EQ(ApplyFileUpdate(request, DefaultSettings(), nullptr, &file),
            absl::OkStatus());
  EXPECT_EQ(file.mirror_urls, std::vector<std::string>{"http://m2/"});
  request.mutable_file()->clear_mirror_urls();
  EXPECT_EQ(ApplyFileUpdate(request, DefaultSettings(), nullptr, &file),
            absl::OkStatus());
  EXPECT_TRUE(file.mirror_urls.empty());
}

TEST(ApplyFileUpdateTest, IsAllOrNothing) {
  JobFile file;
  file.remote_url = "http://old/";
  v1::UpdateFileRequest request;
  request.mutable_file()->set_remote_url("https://new/");
  request.mutable_file()->add_mirror_urls("nonsense");
  request.mutable_update_mask()->add_paths("remote_url");
  request.mutable_update_mask()->add_paths("mirror_urls");
  ExpectRefused(ApplyFileUpdate(request, DefaultSettings(), nullptr, &file),
                {kInvalid, "file.mirror_urls[0]", "is not a URL"});
  EXPECT_EQ(file.remote_url, "http://old/");
}

TEST(ApplyFileUpdateTest, RefusesWrongRequests) {
  JobFile file;
  file.remote_url = "http://old/";
  file.mirror_urls = {"http://m/"};
  v1::UpdateFileRequest request;
  ExpectRefused(ApplyFileUpdate(request, DefaultSettings(), nullptr, &file),
                {kInvalid, "file", "is required"});
  request.mutable_file();
  ExpectRefused(ApplyFileUpdate(request, DefaultSettings(), nullptr, &file),
                {kInvalid, "update_mask", "is required"});
  request.mutable_update_mask()->add_paths("local_path");
  ExpectRefused(ApplyFileUpdate(request, DefaultSettings(), nullptr, &file),
                {kInvalid, "update_mask", "allowed: remote_url, mirror_urls"});
  *request.mutable_update_mask()->mutable_paths(0) = "remote_url";
  ExpectRefused(ApplyFileUpdate(request, DefaultSettings(), nullptr, &file),
                {kInvalid, "file.remote_url", "is required"});
  request.mutable_file()->set_remote_url("file:///a");
  ExpectRefused(ApplyFileUpdate(request, DefaultSettings(), nullptr, &file),
                {kInvalid, "file.mirror_urls", "file:// remote_url"});
  EXPECT_EQ(file.remote_url, "http://old/");
}

// The rest.

TEST(ValidateJobIdTest, TakesGuids) {
  const std::string text = "01234567-89ab-cdef-0123-456789abcdef";
  EXPECT_EQ(ValidateJobId(text, "job_id")->ToString(), text);
  ExpectRefused(ValidateJobId("", "job_id").status(),
                {kInvalid, "job_id", "is required"});
  ExpectRefused(ValidateJobId("x", "job.id").status(),
                {kInvalid, "job.id", "is not a job's id"});
}

TEST(ParsePageTest, TokensLeadOn) {
  for (std::uint64_t last : {std::uint64_t{1}, std::uint64_t{255},
                             std::numeric_limits<std::uint64_t>::max()}) {
    const auto page = ParsePage(7, MakePageToken(last));
    ASSERT_TRUE(page.ok()) << page.status();
    EXPECT_EQ(page->size, 7);
    EXPECT_EQ(page->after, last);
  }
}

TEST(ParsePageTest, SizesHaveADefaultAndAMost) {
  EXPECT_EQ(ParsePage(0, "")->size, 100);
  EXPECT_EQ(ParsePage(0, "")->after, 0u);
  EXPECT_EQ(ParsePage(1, "")->size, 1);
  EXPECT_EQ(ParsePage(1000, "")->size, 1000);
  EXPECT_EQ(ParsePage(1001, "")->size, 1000);
  EXPECT_EQ(ParsePage(std::numeric_limits<int>::max(), "")->size, 1000);
  ExpectRefused(ParsePage(-1, "").status(),
                {kInvalid, "page_size", "is negative"});
}

TEST(ParsePageTest, RefusesGarbage) {
  const std::string token = MakePageToken(7);
  for (const std::string& text : std::vector<std::string>{
           "x", "7", token + "0", token.substr(1), "b" + token.substr(1),
           token.substr(0, token.size() - 1) + "g", "a0x00000000000007",
           "a               7", std::string("\0", 1)}) {
    ExpectRefused(ParsePage(0, text).status(),
                  {kInvalid, "page_token", "is not a next_page_token"});
  }
}

TEST(ParseProgressIntervalTest, HasADefaultAndBounds) {
  EXPECT_EQ(*ParseProgressInterval(nullptr), absl::Milliseconds(500));
  google::protobuf::Duration interval;
  interval.set_nanos(50000000);
  EXPECT_EQ(*ParseProgressInterval(&interval), absl::Milliseconds(50));
  interval.set_nanos(49999999);
  ExpectRefused(ParseProgressInterval(&interval).status(),
                {kInvalid, "progress_interval", "50ms to 1h"});
  interval.set_seconds(3600);
  ExpectRefused(ParseProgressInterval(&interval).status(),
                {kInvalid, "progress_interval", "50ms to 1h"});
}

}  // namespace
}  // namespace convoy
