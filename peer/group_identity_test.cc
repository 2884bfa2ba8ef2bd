#include "peer/group_identity.h"

#include <algorithm>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "peer/base/fake_executor.h"
#include "peer/group_testing.h"

namespace convoy {
namespace {

using Kind = TestAuthority::Wish::Kind;

class GroupIdentityTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<GroupIdentity>> Make(
      const TestAuthority::Issued& issued, const std::string& group_id = "") {
    return GroupIdentity::Make(authority_.certificate_pem(),
                               issued.certificate_pem, issued.key_pem, group_id,
                               clock_);
  }
  std::unique_ptr<GroupIdentity> Member(const std::string& name) {
    return MakeMember(authority_, name, clock_);
  }
  // Making one fails, and the message has both texts.
  void ExpectRefused(const TestAuthority::Issued& issued, const char* key,
                     const char* why) {
    const auto made = Make(issued);
    EXPECT_EQ(made.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_TRUE(absl::StrContains(made.status().message(), key))
        << made.status();
    EXPECT_TRUE(absl::StrContains(made.status().message(), why))
        << made.status();
  }

  FakeClock clock_;
  TestAuthority authority_{"the fleet's authority"};
};

TEST_F(GroupIdentityTest, VerifiesMembersOfEveryKindOfKey) {
  const auto receiver = Member("receiver");
  for (const Kind kind : {Kind::kEc, Kind::kRsa, Kind::kEd25519}) {
    TestAuthority::Wish wish;
    wish.kind = kind;
    const auto sender = Make(authority_.Issue("sender", wish));
    ASSERT_TRUE(sender.ok()) << sender.status();
    const auto made = (*sender)->Sign("some bytes");
    ASSERT_TRUE(made.ok()) << made.status();
    EXPECT_LE(made->certificate.size() + made->signature.size(),
              (*sender)->max_signed_bytes());
    const auto first =
        receiver->Verify("some bytes", made->certificate, made->signature);
    ASSERT_TRUE(first.ok()) << first.status();
    EXPECT_EQ(first->size(), 32u);
    // From the memory, too.
    const auto second =
        receiver->Verify("some bytes", made->certificate, made->signature);
    ASSERT_TRUE(second.ok()) << second.status();
    EXPECT_EQ(*first, *second);
    // Others have other fingerprints.
    const auto own = receiver->Sign("some bytes");
    EXPECT_NE(*receiver->Verify("some bytes", own->certificate, own->signature),
              *first);
  }
}

TEST_F(GroupIdentityTest, VouchesForWhoComesWithAChain) {
  const auto member = Member("member");
  const TestAuthority between("between", authority_);
  TestAuthority::Wish wish;
  wish.end = clock_.Now() + absl::Hours(1);
  TestAuthority::Issued issued = between.Issue("far", wish);
  const auto der = [&](const std::string& pem) {
    const std::string body = pem.substr(pem.find('\n') + 1);
    std::string bytes;
    std::string text = body.substr(0, body.find("-----"));
    text.erase(std::remove(text.begin(), text.end(), '\n'), text.end());
    EXPECT_TRUE(absl::Base64Unescape(text, &bytes));
    return bytes;
  };
  const std::string certificate = der(issued.certificate_pem);
  const std::string above = der(between.certificate_pem());
  const auto until = member->Vouch(certificate, {above});
  ASSERT_TRUE(until.ok()) << until.status();
  EXPECT_EQ(*until, wish.end);
  constexpr auto kRefused = absl::StatusCode::kUnauthenticated;
  EXPECT_EQ(member->Vouch(certificate, {}).status().code(), kRefused);
  EXPECT_EQ(member->Vouch(certificate, {"junk"}).status().code(), kRefused);
  EXPECT_EQ(member->Vouch("junk", {above}).status().code(), kRefused);
  EXPECT_EQ(member->Vouch(std::string(5000, 'x'), {above}).status().code(),
            kRefused);
  clock_.Advance(absl::Hours(2));
  EXPECT_EQ(member->Vouch(certificate, {above}).status().code(), kRefused);
}

TEST_F(GroupIdentityTest, KnowsWhenItExpires) {
  TestAuthority::Wish wish;
  wish.end = clock_.Now() + absl::Hours(1);
  const auto made = Make(authority_.Issue("brief", wish));
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ((*made)->expiry(), wish.end);
}

TEST_F(GroupIdentityTest, RefusesOtherBytesAndOtherSignatures) {
  const auto sender = Member("sender");
  const auto other = Member("other");
  const auto made = sender->Sign("some bytes");
  const auto of_other = other->Sign("some bytes");
  ASSERT_TRUE(made.ok() && of_other.ok());
  const auto verify = [&](absl::string_view bytes,
                          absl::string_view signature) {
    return other->Verify(bytes, made->certificate, signature).status().code();
  };
  EXPECT_EQ(verify("some bytes", made->signature), absl::StatusCode::kOk);
  constexpr auto kRefused = absl::StatusCode::kUnauthenticated;
  EXPECT_EQ(verify("some byte", made->signature), kRefused);
  EXPECT_EQ(verify("", made->signature), kRefused);
  EXPECT_EQ(verify("some bytes", of_other->signature), kRefused);
  EXPECT_EQ(verify("some bytes", ""), kRefused);
  for (std::size_t i = 0; i < made->signature.size(); ++i) {
    std::string changed = made->signature;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_EQ(verify("some bytes", changed), kRefused) << i;
  }
}

TEST_F(GroupIdentityTest, RefusesWhomTheAuthorityDoesNotVouchFor) {
  const auto receiver = Member("receiver");
  // An authority of the same name is another one.
  const TestAuthority impostor("the fleet's authority");
  const auto stranger = MakeMember(impostor, "receiver", clock_);
  const auto made = stranger->Sign("bytes");
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(receiver->Verify("bytes", made->certificate, made->signature)
                .status()
                .code(),
            absl::StatusCode::kUnauthenticated);
  // Nor is there a way around it through the memory of good ones.
  const auto good = receiver->Sign("bytes");
  ASSERT_TRUE(
      receiver->Verify("bytes", good->certificate, good->signature).ok());
  EXPECT_FALSE(
      receiver->Verify("bytes", made->certificate, made->signature).ok());
  EXPECT_FALSE(
      receiver->Verify("bytes", good->certificate, made->signature).ok());
}

TEST_F(GroupIdentityTest, RefusesCertificatesThatAreNoneOrTooLong) {
  const auto receiver = Member("receiver");
  const auto made = receiver->Sign("bytes");
  ASSERT_TRUE(made.ok());
  for (const std::string& certificate :
       {std::string(), std::string("no DER"), made->certificate + "x",
        made->certificate.substr(0, made->certificate.size() - 1),
        std::string(GroupIdentity::kMaxCertificateBytes + 1, 'x')}) {
    EXPECT_EQ(
        receiver->Verify("bytes", certificate, made->signature).status().code(),
        absl::StatusCode::kUnauthenticated);
  }
}

TEST_F(GroupIdentityTest, ACertificateCountsWhileItIsValid) {
  TestAuthority::Wish wish;
  wish.begin = clock_.Now();
  wish.end = clock_.Now() + absl::Minutes(10);
  const auto sender = Make(authority_.Issue("sender", wish));
  ASSERT_TRUE(sender.ok()) << sender.status();
  const auto receiver = Member("receiver");
  const auto made = (*sender)->Sign("bytes");
  const auto verified = [&] {
    return receiver->Verify("bytes", made->certificate, made->signature).ok();
  };
  EXPECT_TRUE(verified());
  clock_.Advance(absl::Minutes(9));
  EXPECT_TRUE(verified());
  clock_.Advance(absl::Minutes(2));
  EXPECT_FALSE(verified());
  clock_.SetNow(wish.begin - absl::Seconds(10));
  EXPECT_FALSE(verified());
}

TEST_F(GroupIdentityTest,
       AcceptsCertificatesOfAuthoritiesBelowWithItsOwnChain) {
  const TestAuthority below("site authority", authority_);
  TestAuthority::Issued issued = below.Issue("machine");
  ExpectRefused(issued, "group.certificate_file", "issuer");
  issued.certificate_pem += below.certificate_pem();
  const auto member = Make(issued);
  ASSERT_TRUE(member.ok()) << member.status();
  // And the site's authority alone may be the group's.
  EXPECT_TRUE(GroupIdentity::Make(below.certificate_pem(),
                                  issued.certificate_pem, issued.key_pem, "",
                                  clock_)
                  .ok());
  const auto made = (*member)->Sign("bytes");
  EXPECT_TRUE(
      (*member)->Verify("bytes", made->certificate, made->signature).ok());
}

TEST_F(GroupIdentityTest, ACertificateThatIsNotForSignaturesVouchesForNone) {
  TestAuthority::Wish wish;
  wish.key_usage = "critical,keyEncipherment";
  const auto sender = Make(authority_.Issue("sender", wish));
  ASSERT_TRUE(sender.ok());
  const auto made = (*sender)->Sign("bytes");
  EXPECT_FALSE(Member("receiver")
                   ->Verify("bytes", made->certificate, made->signature)
                   .ok());
}

TEST_F(GroupIdentityTest, NamesTheFileThatCannotBeUsed) {
  const TestAuthority::Issued good = authority_.Issue("good");
  ASSERT_TRUE(Make(good).ok());
  const auto no_ca =
      GroupIdentity::Make("", good.certificate_pem, good.key_pem, "", clock_);
  EXPECT_TRUE(absl::StrContains(no_ca.status().message(), "group.ca_file"));
  ExpectRefused({"", good.key_pem}, "group.certificate_file", "PEM");
  ExpectRefused({good.certificate_pem, "no key"}, "group.key_file", "PEM");
  ExpectRefused({good.certificate_pem, authority_.Issue("other").key_pem},
                "group.key_file", "is not the key of");
  ExpectRefused(TestAuthority("somebody").Issue("good"),
                "group.certificate_file", "group.ca_file");
  TestAuthority::Wish expired;
  expired.end = clock_.Now() - absl::Seconds(1);
  ExpectRefused(authority_.Issue("late", expired), "group.certificate_file",
                "expired");
  TestAuthority::Wish weak;
  weak.kind = Kind::kRsa;
  weak.rsa_bits = 1024;
  ExpectRefused(authority_.Issue("weak", weak), "group.certificate_file",
                "too weak");
}

TEST_F(GroupIdentityTest, TheGroupsKeyIsOfAuthorityAndId) {
  const auto one = Member("one");
  EXPECT_EQ(one->group_key().size(), 32u);
  EXPECT_EQ(one->group_key(), Member("two")->group_key());
  EXPECT_NE(one->group_key(),
            MakeMember(authority_, "one", clock_, "blue")->group_key());
  EXPECT_NE(one->group_key(),
            MakeMember(TestAuthority("the fleet's authority"), "one", clock_)
                ->group_key());
}

}  // namespace
}  // namespace convoy
