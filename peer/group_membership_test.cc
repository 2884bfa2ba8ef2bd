#include "peer/group_membership.h"

#include <string>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "peer/base/fake_executor.h"
#include "peer/group_testing.h"
#include "peer/swarm_settings.h"

namespace convoy {
namespace {

class GroupMembershipTest : public ::testing::Test {
 protected:
  // Settings of a member whose certificate ends in an hour.
  SwarmSettings Member() {
    TestAuthority::Wish wish;
    wish.end = clock_.Now() + absl::Hours(1);
    const TestAuthority::Issued issued = authority_.Issue("member", wish);
    SwarmSettings settings;
    settings.group_ca_pem = authority_.certificate_pem();
    settings.group_certificate_pem = issued.certificate_pem;
    settings.group_key_pem = issued.key_pem;
    return settings;
  }
  void ExpectRefused(const SwarmSettings& settings, const std::string& reason,
                     const std::string& policy) {
    const GroupMembership group(settings, clock_);
    std::string told;
    EXPECT_EQ(group.Refusal(&told), reason);
    EXPECT_EQ(told, policy);
    EXPECT_EQ(group.identity(), nullptr);
    EXPECT_EQ(group.group_key(), "");
  }

  FakeClock clock_;
  TestAuthority authority_{"authority"};
};

TEST_F(GroupMembershipTest, AMemberIsToldNothing) {
  const GroupMembership group(Member(), clock_);
  std::string policy;
  EXPECT_EQ(group.Refusal(&policy), "");
  EXPECT_TRUE(group.is_configured());
  ASSERT_NE(group.identity(), nullptr);
  EXPECT_EQ(group.group_key(), group.identity()->group_key());
}

TEST_F(GroupMembershipTest, TellsWhatIsMissing) {
  SwarmSettings settings;
  EXPECT_FALSE(GroupMembership(settings, clock_).is_configured());
  ExpectRefused(settings,
                "there is no authenticated group: group.ca_file is not set",
                "group.ca_file");
  settings = Member();
  settings.group_key_pem.clear();
  EXPECT_TRUE(GroupMembership(settings, clock_).is_configured());
  ExpectRefused(settings, "the group has no key: group.key_file is not set",
                "group.key_file");
  settings.group_certificate_pem.clear();
  ExpectRefused(
      settings,
      "the group has no certificate: group.certificate_file is not set",
      "group.certificate_file");
}

TEST_F(GroupMembershipTest, TellsWhatCannotBeUsed) {
  SwarmSettings settings = Member();
  settings.group_key_pem = authority_.Issue("another").key_pem;
  ExpectRefused(settings,
                "group.key_file is not the key of "
                "group.certificate_file",
                "group.key_file");
  settings = Member();
  settings.group_ca_pem = TestAuthority("other").certificate_pem();
  ExpectRefused(settings,
                "group.certificate_file is not vouched for by group.ca_file: "
                "unable to get local issuer certificate",
                "group.certificate_file");
}

TEST_F(GroupMembershipTest, TellsThatItsTimeIsOver) {
  const GroupMembership group(Member(), clock_);
  clock_.Advance(absl::Hours(2));
  std::string policy;
  EXPECT_EQ(group.Refusal(&policy),
            "group.certificate_file has expired at 2023-11-14T23:13:20+00:00");
  EXPECT_EQ(policy, "group.certificate_file");
}

}  // namespace
}  // namespace convoy
