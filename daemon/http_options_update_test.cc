#include "daemon/http_options_update.h"

#include "gtest/gtest.h"

namespace convoy {
namespace {

v1::HttpCredentials Login(v1::HttpCredentials::Target target,
                          const char* user_name, const char* password) {
  v1::HttpCredentials login;
  login.set_target(target);
  login.set_scheme(v1::HttpCredentials::SCHEME_BASIC);
  login.set_user_name(user_name);
  login.set_password(password);
  return login;
}

v1::HttpOptions Stored() {
  v1::HttpOptions options;
  options.add_headers()->set_name("X-One");
  options.mutable_headers(0)->set_value("secret");
  *options.add_credentials() =
      Login(v1::HttpCredentials::TARGET_SERVER, "ann", "pencil");
  *options.add_credentials() =
      Login(v1::HttpCredentials::TARGET_PROXY, "ann", "ruler");
  options.mutable_proxy()->set_mode(v1::HttpProxy::MODE_DIRECT);
  options.mutable_tls()->set_ca_file("/ca.pem");
  options.set_redirect_policy(v1::HTTP_REDIRECT_POLICY_REFUSE);
  options.set_method("POST");
  options.mutable_certificate_approval()->add_approved_keys("key");
  return options;
}

TEST(HttpOptionsUpdateTest, APartThatIsSetLeavesTheOthersAsTheyAre) {
  v1::HttpOptions from;
  from.mutable_proxy()->set_mode(v1::HttpProxy::MODE_OVERRIDE);
  from.mutable_proxy()->set_url("http://proxy:3128");
  v1::HttpOptions to = Stored();
  CopyHttpPart("http.proxy", from, &to);
  EXPECT_EQ(to.proxy().url(), "http://proxy:3128");
  *to.mutable_proxy() = Stored().proxy();
  EXPECT_EQ(to.SerializeAsString(), Stored().SerializeAsString());
}

TEST(HttpOptionsUpdateTest, APartThatIsAbsentGoesBackToItsDefault) {
  for (const absl::string_view part : kHttpParts) {
    v1::HttpOptions to = Stored();
    CopyHttpPart(part, v1::HttpOptions(), &to);
    EXPECT_NE(to.SerializeAsString(), Stored().SerializeAsString()) << part;
  }
  v1::HttpOptions to = Stored();
  for (const absl::string_view part : kHttpParts) {
    CopyHttpPart(part, v1::HttpOptions(), &to);
  }
  EXPECT_EQ(to.ByteSizeLong(), 0u);
}

TEST(HttpOptionsUpdateTest, CredentialsWithoutTheirSecretKeepIt) {
  v1::HttpOptions from;
  *from.add_credentials() = Login(v1::HttpCredentials::TARGET_PROXY, "ann", "");
  *from.add_credentials() =
      Login(v1::HttpCredentials::TARGET_SERVER, "bob", "eraser");
  v1::HttpOptions to = Stored();
  CopyHttpPart("http.credentials", from, &to);
  ASSERT_EQ(to.credentials_size(), 2);
  EXPECT_EQ(to.credentials(0).password(), "ruler");
  EXPECT_EQ(to.credentials(1).password(), "eraser");
}

TEST(HttpOptionsUpdateTest, AnotherUserNameGetsNoSecret) {
  v1::HttpOptions from;
  *from.add_credentials() =
      Login(v1::HttpCredentials::TARGET_SERVER, "bob", "");
  v1::HttpOptions to = Stored();
  CopyHttpPart("http.credentials", from, &to);
  ASSERT_EQ(to.credentials_size(), 1);
  EXPECT_EQ(to.credentials(0).password(), "");
}

}  // namespace
}  // namespace convoy
