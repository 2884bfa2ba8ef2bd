#include "client/cli/http_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace convoy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(HttpFlagsTest, MethodAndApprovalChangeNothingElse) {
  EXPECT_THAT(HttpFieldsOf(v1::HttpOptions()), IsEmpty());
  HttpFlags flags;
  flags.method = "POST";
  EXPECT_THAT(HttpFieldsOf(*HttpOptionsFrom(flags)),
              ElementsAre("http.method"));
  flags = HttpFlags();
  flags.approve_certificates = true;
  EXPECT_THAT(HttpFieldsOf(*HttpOptionsFrom(flags)),
              ElementsAre("http.certificate_approval"));
  flags.check_revocation = true;
  EXPECT_THAT(
      HttpFieldsOf(*HttpOptionsFrom(flags)),
      ElementsAre("http.headers", "http.credentials", "http.proxy", "http.tls",
                  "http.redirect_policy", "http.certificate_approval"));
}

TEST(HttpFlagsTest, AKeyIsAnApprovalToo) {
  HttpFlags flags;
  EXPECT_FALSE(HttpOptionsFrom(flags)->has_certificate_approval());
  flags.approve_certificates = true;
  EXPECT_TRUE(HttpOptionsFrom(flags)->has_certificate_approval());
  flags = HttpFlags();
  flags.approve_keys = {"a"};
  EXPECT_THAT(HttpOptionsFrom(flags)->certificate_approval().approved_keys(),
              ElementsAre("a"));
  flags = HttpFlags();
  flags.refuse_keys = {"r"};
  EXPECT_THAT(HttpOptionsFrom(flags)->certificate_approval().refused_keys(),
              ElementsAre("r"));
}

TEST(HttpFlagsTest, KeysAreAddedToThoseOfBeforeAndChangeSides) {
  v1::ServerCertificateApproval before;
  before.add_approved_keys("a");
  before.add_approved_keys("b");
  before.add_refused_keys("c");
  v1::ServerCertificateApproval change;
  change.add_approved_keys("c");
  change.add_approved_keys("a");
  change.add_refused_keys("b");
  const v1::ServerCertificateApproval after = Approve(before, change);
  EXPECT_THAT(after.approved_keys(), ElementsAre("a", "c"));
  EXPECT_THAT(after.refused_keys(), ElementsAre("b"));
}

}  // namespace
}  // namespace convoy
