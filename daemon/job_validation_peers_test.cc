#include <functional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "convoy/v1/error_detail.pb.h"
#include "convoy/v1/job.pb.h"
#include "convoy/v1/job_service.pb.h"
#include "daemon/config_file.h"
#include "daemon/job.h"
#include "daemon/job_validation.h"
#include "gtest/gtest.h"
#include "proto/error_detail.h"

// What a request may say of peers and manifests.
namespace convoy {
namespace {

absl::StatusOr<std::unique_ptr<Job>> Validate(
    const std::function<void(v1::Job*, v1::JobFile*)>& edit) {
  v1::CreateJobRequest request;
  request.mutable_job()->set_display_name("name");
  v1::JobFile* const file = request.add_files();
  file->set_remote_url("http://h/a");
  file->set_local_path("/d/a");
  edit(request.mutable_job(), file);
  return ValidateCreate(request, *ParseConfig({}, {}));
}

absl::StatusOr<std::unique_ptr<Job>> ValidateManifest(
    const std::function<void(v1::Manifest*)>& edit) {
  return Validate(
      [&](v1::Job*, v1::JobFile* file) { edit(file->mutable_manifest()); });
}

void ExpectRefused(const absl::Status& status, v1::ErrorReason reason,
                   absl::string_view field, absl::string_view message) {
  ASSERT_FALSE(status.ok()) << field << ": " << message;
  const v1::ErrorDetail detail = ErrorDetailOf(status);
  EXPECT_EQ(ReasonName(detail.reason()), ReasonName(reason)) << status;
  EXPECT_EQ(detail.field(), field) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), message)) << status;
}

constexpr v1::ErrorReason kInvalid = v1::ERROR_REASON_INVALID_ARGUMENT;

TEST(ValidatePeersTest, WithoutAnyThereIsNothing) {
  const auto job = Validate([](v1::Job*, v1::JobFile*) {});
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ((*job)->download_mode, v1::DOWNLOAD_MODE_UNSPECIFIED);
  EXPECT_FALSE((*job)->is_private);
  EXPECT_EQ((*job)->files[0].proof, nullptr);
  // An empty message is none.
  EXPECT_EQ((*ValidateManifest([](v1::Manifest*) {}))->files[0].proof, nullptr);
}

TEST(ValidatePeersTest, TakesWhatTheContractAllows) {
  const auto job = Validate([](v1::Job* options, v1::JobFile* file) {
    options->set_download_mode(v1::DOWNLOAD_MODE_GROUP);
    options->set_private_(true);
    file->set_required_integrity(v1::INTEGRITY_MANDATORY);
    file->mutable_manifest()->set_location("https://h/a.torrent");
    file->mutable_manifest()->set_info_hash(std::string(38, 'a') + "F0");
    file->mutable_manifest()->set_sha256(std::string(64, '0'));
  });
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ((*job)->download_mode, v1::DOWNLOAD_MODE_GROUP);
  EXPECT_TRUE((*job)->is_private);
  const FileProof& proof = *(*job)->files[0].proof;
  EXPECT_EQ(proof.required, v1::INTEGRITY_MANDATORY);
  EXPECT_EQ(proof.manifest_location, "https://h/a.torrent");
  EXPECT_EQ(proof.manifest_info_hash, std::string(19, '\xAA') + "\xF0");
  EXPECT_EQ(proof.manifest_sha256, std::string(32, '\0'));
}

TEST(ValidatePeersTest, TakesAnInfoHashOfVersion2) {
  const auto job = Validate([](v1::Job*, v1::JobFile* file) {
    file->mutable_manifest()->set_info_hash(std::string(62, 'a') + "F0");
  });
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ((*job)->files[0].proof->manifest_info_hash,
            std::string(31, '\xAA') + "\xF0");
}

TEST(ValidatePeersTest, EachPartOfAProofStandsAlone) {
  for (const auto& edit : {
           std::function<void(v1::JobFile*)>([](v1::JobFile* file) {
             file->set_required_integrity(v1::INTEGRITY_ANY);
           }),
           {[](v1::JobFile* file) {
             file->mutable_manifest()->set_location("/m.torrent");
           }},
           {[](v1::JobFile* file) {
             file->mutable_manifest()->set_info_hash(std::string(40, '1'));
           }},
           {[](v1::JobFile* file) {
             file->mutable_manifest()->set_sha256(std::string(64, '1'));
           }},
       }) {
    const auto job = Validate([&](v1::Job*, v1::JobFile* file) { edit(file); });
    ASSERT_TRUE(job.ok()) << job.status();
    EXPECT_NE((*job)->files[0].proof, nullptr);
  }
}

TEST(ValidatePeersTest, MoreThanTheConfigurationAllowsIsNoError) {
  EXPECT_TRUE(Validate([](v1::Job* job, v1::JobFile*) {
                job->set_download_mode(v1::DOWNLOAD_MODE_INTERNET);
              }).ok());
}

TEST(ValidatePeersTest, RefusesUnknownValues) {
  ExpectRefused(Validate([](v1::Job* job, v1::JobFile*) {
                  job->set_download_mode(static_cast<v1::DownloadMode>(6));
                }).status(),
                kInvalid, "job.download_mode", "DOWNLOAD_MODE_LAN");
  ExpectRefused(Validate([](v1::Job*, v1::JobFile* file) {
                  file->set_required_integrity(static_cast<v1::Integrity>(3));
                }).status(),
                kInvalid, "files[0].required_integrity", "INTEGRITY_MANDATORY");
}

TEST(ValidatePeersTest, AManifestIsAUrlOrAnAbsolutePath) {
  const struct {
    std::string location;
    v1::ErrorReason reason;
    std::string message;
  } cases[] = {
      {"a.torrent", kInvalid, "neither an http or https URL nor"},
      {"magnet:?xt=urn", kInvalid, "neither an http or https URL nor"},
      {"file:///a.torrent", v1::ERROR_REASON_PROTOCOL_NOT_AVAILABLE, ""},
      {"ftp://h/a", v1::ERROR_REASON_PROTOCOL_NOT_AVAILABLE, ""},
      {"http://u:p@h/a", kInvalid, ""},
      {"/d/../m", kInvalid, "component"},
      {"/d/", kInvalid, "ends with"},
      {"/" + std::string(2200, 'x'), v1::ERROR_REASON_STRING_TOO_LONG, "2200"},
      {"http://h/" + std::string(2200, 'x'), v1::ERROR_REASON_STRING_TOO_LONG,
       "2200"},
      {"/\xFF", kInvalid, "UTF-8"},
  };
  for (const auto& one : cases) {
    ExpectRefused(ValidateManifest([&](v1::Manifest* manifest) {
                    manifest->set_location(one.location);
                  }).status(),
                  one.reason, "files[0].manifest.location", one.message);
  }
}

TEST(ValidatePeersTest, HashesHaveTheirLength) {
  for (const std::string& wrong :
       {std::string(39, 'a'), std::string(41, 'a'), std::string(63, 'a')}) {
    ExpectRefused(ValidateManifest([&](v1::Manifest* manifest) {
                    manifest->set_info_hash(wrong);
                  }).status(),
                  kInvalid, "files[0].manifest.info_hash",
                  "is neither 40 nor 64 hexadecimal digits");
  }
  for (const std::size_t digits : {40u, 64u}) {
    ExpectRefused(ValidateManifest([&](v1::Manifest* manifest) {
                    manifest->set_info_hash(std::string(digits - 1, 'a') + "g");
                  }).status(),
                  kInvalid, "files[0].manifest.info_hash",
                  absl::StrCat("is not ", digits, " hexadecimal digits"));
  }
  ExpectRefused(ValidateManifest([&](v1::Manifest* manifest) {
                  manifest->set_sha256(std::string(40, 'a'));
                }).status(),
                kInvalid, "files[0].manifest.sha256",
                "is not 64 hexadecimal digits");
}

TEST(ValidatePeersTest, UpdateJobChangesModeAndPrivacy) {
  const Settings settings = *ParseConfig({}, {});
  Job job;
  v1::UpdateJobRequest request;
  request.mutable_job()->set_download_mode(v1::DOWNLOAD_MODE_HTTP_ONLY);
  request.mutable_job()->set_private_(true);
  request.mutable_update_mask()->add_paths("private");
  EXPECT_EQ(ApplyUpdate(request, settings, &job), absl::OkStatus());
  EXPECT_TRUE(job.is_private);
  EXPECT_EQ(job.download_mode, v1::DOWNLOAD_MODE_UNSPECIFIED);
  request.mutable_update_mask()->add_paths("download_mode");
  EXPECT_EQ(ApplyUpdate(request, settings, &job), absl::OkStatus());
  EXPECT_EQ(job.download_mode, v1::DOWNLOAD_MODE_HTTP_ONLY);
  // Absent: back to the default.
  request.mutable_job()->Clear();
  EXPECT_EQ(ApplyUpdate(request, settings, &job), absl::OkStatus());
  EXPECT_FALSE(job.is_private);
  EXPECT_EQ(job.download_mode, v1::DOWNLOAD_MODE_UNSPECIFIED);
}

}  // namespace
}  // namespace convoy
