#include "daemon/error_remedy.h"

#include <string>

#include "absl/strings/match.h"
#include "convoy/v1/error_detail.pb.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

std::string RemedyOfReason(v1::ErrorReason reason) {
  v1::ErrorDetail detail;
  detail.set_reason(reason);
  return RemedyOf(detail);
}

std::string RemedyOfHttp(int status) {
  v1::ErrorDetail detail;
  detail.set_reason(v1::ERROR_REASON_HTTP_STATUS);
  detail.set_http_status(status);
  return RemedyOf(detail);
}

TEST(RemedyOfTest, EveryReasonHasASentence) {
  for (int i = v1::ErrorReason_MIN; i <= v1::ErrorReason_MAX; ++i) {
    if (!v1::ErrorReason_IsValid(i)) continue;
    const std::string remedy = RemedyOfReason(static_cast<v1::ErrorReason>(i));
    EXPECT_TRUE(absl::EndsWith(remedy, ".")) << i << ": " << remedy;
    const bool defect = absl::StrContains(remedy, "defect of the daemon");
    EXPECT_EQ(defect, i == v1::ERROR_REASON_INTERNAL ||
                          i == v1::ERROR_REASON_UNSPECIFIED)
        << i;
  }
  EXPECT_FALSE(RemedyOfReason(static_cast<v1::ErrorReason>(9999)).empty());
}

TEST(RemedyOfTest, HttpStatusesDiffer) {
  EXPECT_TRUE(absl::StrContains(RemedyOfHttp(404), "UpdateFile"));
  EXPECT_EQ(RemedyOfHttp(404), RemedyOfHttp(410));
  EXPECT_TRUE(absl::StrContains(RemedyOfHttp(401), "credentials"));
  EXPECT_TRUE(absl::StrContains(RemedyOfHttp(403), "access"));
  EXPECT_TRUE(absl::StrContains(RemedyOfHttp(429), "busy"));
  EXPECT_TRUE(absl::StrContains(RemedyOfHttp(503), "busy"));
  EXPECT_TRUE(absl::StrContains(RemedyOfHttp(500), "operator"));
  EXPECT_TRUE(absl::StrContains(RemedyOfHttp(416), "ranges"));
  EXPECT_TRUE(absl::StrContains(RemedyOfHttp(418), "another client"));
}

TEST(RemedyOfTest, TheKeyToApproveIsNamed) {
  v1::ErrorDetail detail;
  detail.set_reason(v1::ERROR_REASON_SERVER_CERTIFICATE_NOT_APPROVED);
  detail.set_server_key("a+b/c=");
  EXPECT_TRUE(absl::StrContains(RemedyOf(detail), "its key a+b/c= with "));
}

TEST(RemedyOfTest, WhatMayVouchForAFileIsNamed) {
  v1::ErrorDetail detail;
  detail.set_reason(v1::ERROR_REASON_VALIDATION_FAILED);
  EXPECT_TRUE(absl::StrContains(RemedyOf(detail), "expected_sha256"));
  detail.set_policy("swarm.integrity");
  EXPECT_TRUE(absl::StrContains(RemedyOf(detail), "swarm.signers_file"));
  detail.clear_policy();
  detail.set_field("required_integrity");
  EXPECT_TRUE(absl::StrContains(RemedyOf(detail), "swarm.signers_file"));
}

TEST(RemedyOfTest, PoliciesAreNamed) {
  v1::ErrorDetail detail;
  detail.set_reason(v1::ERROR_REASON_BLOCKED_BY_POLICY);
  detail.set_policy("http.allow_https_to_http");
  EXPECT_EQ(RemedyOf(detail), "Change http.allow_https_to_http.");
  detail.set_reason(v1::ERROR_REASON_TOO_MANY_JOBS_PER_USER);
  detail.set_policy("limits.max_jobs_per_user");
  EXPECT_TRUE(
      absl::StrContains(RemedyOf(detail), "raise limits.max_jobs_per_user"));
  EXPECT_TRUE(
      absl::StrContains(RemedyOfReason(v1::ERROR_REASON_TOO_MANY_JOBS_PER_USER),
                        "raise the limit"));
}

}  // namespace
}  // namespace convoy
