#include "peer/beacon_envelope.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "peer/base/fake_executor.h"
#include "peer/group_testing.h"

namespace convoy {
namespace {

using Type = BeaconMessage::Type;

const IpAddress& Alice() {
  static const auto& address = *new IpAddress(*IpAddress::Parse("10.1.2.3"));
  return address;
}
const IpAddress& Mallory() {
  static const auto& address = *new IpAddress(*IpAddress::Parse("10.1.2.66"));
  return address;
}

class BeaconEnvelopeTest : public ::testing::Test {
 protected:
  std::shared_ptr<const GroupIdentity> Member(const std::string& name) {
    return MakeMember(authority_, name, clock_);
  }

  static BeaconMessage Message(std::uint64_t machine, Type type = Type::kWant) {
    static std::uint64_t nonce = 0;
    BeaconMessage message;
    message.type = type;
    message.machine = machine;
    message.port = 6881;
    message.nonce = ++nonce;
    message.entries.resize(1);
    return message;
  }

  static std::string Sealed(const BeaconEnvelope& envelope,
                            const BeaconMessage& message,
                            const IpAddress& source = IpAddress()) {
    const auto bytes = envelope.Seal(message, source);
    EXPECT_TRUE(bytes.ok()) << bytes.status();
    return bytes.value_or("");
  }

  FakeClock clock_;
  TestAuthority authority_{"authority"};
  BeaconCounts counts_;  // Of the receiver.
  BeaconCounts unused_;
};

TEST_F(BeaconEnvelopeTest, WithoutAGroupMessagesNeedNoProof) {
  const BeaconEnvelope sender(1, nullptr, clock_, &unused_);
  BeaconEnvelope receiver(2, nullptr, clock_, &counts_);
  const BeaconMessage message = Message(1);
  const auto opened = receiver.Open(Sealed(sender, message), Alice());
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(opened->message.nonce, message.nonce);
  EXPECT_FALSE(opened->authenticated);
}

TEST_F(BeaconEnvelopeTest, MembersOfAGroupHearEachOther) {
  const BeaconEnvelope sender(1, Member("one"), clock_, &unused_);
  BeaconEnvelope receiver(2, Member("two"), clock_, &counts_);
  for (const Type type : {Type::kWant, Type::kHere}) {
    const BeaconMessage message = Message(1, type);
    const auto opened =
        receiver.Open(Sealed(sender, message, Alice()), Alice());
    ASSERT_TRUE(opened.has_value());
    EXPECT_EQ(opened->message.nonce, message.nonce);
    EXPECT_TRUE(opened->authenticated);
  }
}

TEST_F(BeaconEnvelopeTest, OutsidersAndMembersDoNotHearEachOther) {
  const BeaconEnvelope outside(1, nullptr, clock_, &unused_);
  const BeaconEnvelope inside(2, Member("two"), clock_, &unused_);
  const TestAuthority impostor("authority");
  const BeaconEnvelope other(3, MakeMember(impostor, "two", clock_), clock_,
                             &unused_);
  BeaconEnvelope member(4, Member("four"), clock_, &counts_);
  EXPECT_FALSE(member.Open(Sealed(outside, Message(1)), Alice()));
  EXPECT_FALSE(member.Open(Sealed(other, Message(3)), Alice()));
  EXPECT_EQ(counts_.dropped_unauthenticated, 2);
  BeaconEnvelope plain(5, nullptr, clock_, &counts_);
  EXPECT_FALSE(plain.Open(Sealed(inside, Message(2)), Alice()));
  EXPECT_EQ(counts_.dropped_unauthenticated, 3);
  EXPECT_TRUE(member.Open(Sealed(inside, Message(2)), Alice()));
}

TEST_F(BeaconEnvelopeTest, AChangedMessageIsNoMembers) {
  const BeaconEnvelope sender(1, Member("one"), clock_, &unused_);
  BeaconEnvelope receiver(2, Member("two"), clock_, &counts_);
  const std::string good = Sealed(sender, Message(1));
  // Behind the version and type, and before the lengths that make it malformed.
  for (std::size_t i = 8; i < 49; ++i) {
    std::string changed = good;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(receiver.Open(changed, Alice())) << i;
  }
  EXPECT_EQ(counts_.dropped_unauthenticated, 41);
  EXPECT_TRUE(receiver.Open(good, Alice()));
}

TEST_F(BeaconEnvelopeTest, AQuestionIsHeardOnce) {
  for (const bool group : {false, true}) {
    BeaconCounts counts;
    const BeaconEnvelope sender(1, group ? Member("one") : nullptr, clock_,
                                &unused_);
    BeaconEnvelope receiver(2, group ? Member("two") : nullptr, clock_,
                            &counts);
    const std::string bytes = Sealed(sender, Message(1));
    EXPECT_TRUE(receiver.Open(bytes, Alice()));
    EXPECT_FALSE(receiver.Open(bytes, Alice()));
    EXPECT_FALSE(receiver.Open(bytes, Mallory()));
    EXPECT_EQ(counts.dropped_repeated, 2);
    EXPECT_TRUE(receiver.Open(Sealed(sender, Message(1)), Alice()));
    // Answers may come in several datagrams.
    const BeaconMessage answer = Message(1, Type::kHere);
    EXPECT_TRUE(receiver.Open(Sealed(sender, answer), Alice()));
    EXPECT_TRUE(receiver.Open(Sealed(sender, answer), Alice()));
  }
}

TEST_F(BeaconEnvelopeTest, NoRepetitionEverCountsInAGroup) {
  const BeaconEnvelope sender(1, Member("one"), clock_, &unused_);
  BeaconEnvelope receiver(2, Member("two"), clock_, &counts_);
  // A clock that is ahead as far as it may be makes the longest life.
  clock_.SetNow(clock_.Now() + BeaconEnvelope::kClockTolerance);
  const std::string bytes = Sealed(sender, Message(1));
  clock_.SetNow(clock_.Now() - BeaconEnvelope::kClockTolerance);
  ASSERT_TRUE(receiver.Open(bytes, Alice()));
  for (int i = 0; i < 300; ++i) {
    clock_.Advance(absl::Seconds(1));
    EXPECT_FALSE(receiver.Open(bytes, Alice())) << i;
  }
  EXPECT_GT(counts_.dropped_repeated, 200);
  EXPECT_GT(counts_.dropped_time, 30);
}

TEST_F(BeaconEnvelopeTest, OldAndFutureMessagesAreNoProof) {
  const BeaconEnvelope sender(1, Member("one"), clock_, &unused_);
  BeaconEnvelope receiver(2, Member("two"), clock_, &counts_);
  struct Row {
    absl::Duration difference;
    bool heard;
  };
  const Row rows[] = {{absl::Seconds(-121), false},
                      {absl::Seconds(-119), true},
                      {absl::Seconds(119), true},
                      {absl::Seconds(121), false},
                      {absl::Hours(100'000), false}};
  const absl::Time now = clock_.Now();
  for (const Row& row : rows) {
    clock_.SetNow(now + row.difference);
    const std::string bytes = Sealed(sender, Message(1));
    clock_.SetNow(now);
    EXPECT_EQ(receiver.Open(bytes, Alice()).has_value(), row.heard)
        << row.difference;
  }
  EXPECT_EQ(counts_.dropped_time, 3);
}

TEST_F(BeaconEnvelopeTest, AListenerCannotSayItFromElsewhere) {
  const BeaconEnvelope sender(1, Member("one"), clock_, &unused_);
  BeaconEnvelope receiver(2, Member("two"), clock_, &counts_);
  const std::string bytes = Sealed(sender, Message(1), Alice());
  EXPECT_FALSE(receiver.Open(bytes, Mallory()));
  EXPECT_EQ(counts_.dropped_unauthenticated, 1);
  EXPECT_TRUE(receiver.Open(bytes, Alice()));
  // The link that an address belongs to has another number on each machine.
  const auto link = *IpAddress::Parse("fe80::1%2");
  EXPECT_TRUE(receiver.Open(Sealed(sender, Message(1), link),
                            *IpAddress::Parse("fe80::1%7")));
}

TEST_F(BeaconEnvelopeTest, LooksAtABoundedNumberOfDatagrams) {
  BeaconEnvelope receiver(2, nullptr, clock_, &counts_);
  const BeaconEnvelope sender(1, nullptr, clock_, &unused_);
  int heard = 0;
  for (int i = 0; i < 1000; ++i) {
    if (receiver.Open(Sealed(sender, Message(1)), Mallory())) ++heard;
  }
  EXPECT_EQ(heard, BeaconEnvelope::kEach.burst);
  EXPECT_EQ(counts_.dropped_rate, 1000 - heard);
  EXPECT_TRUE(receiver.Open(Sealed(sender, Message(1)), Alice()));
  // Many addresses.
  heard = 0;
  for (int i = 0; i < 20'000; ++i) {
    const auto from =
        IpAddress::Parse(absl::StrCat("10.7.", i / 256 % 256, ".", i % 256));
    if (receiver.Open(Sealed(sender, Message(1)), *from)) ++heard;
  }
  EXPECT_LE(heard, BeaconEnvelope::kOpenQuestions.burst);
  EXPECT_GT(heard, 0.9 * BeaconEnvelope::kOpenQuestions.burst);
  // Answers to own questions have a limit of their own.
  EXPECT_TRUE(receiver.Open(Sealed(sender, Message(1, Type::kHere)), Alice()));
}

TEST_F(BeaconEnvelopeTest, OwnMessagesThatComeBackAreNothing) {
  BeaconEnvelope envelope(1, nullptr, clock_, &counts_);
  EXPECT_FALSE(envelope.Open(Sealed(envelope, Message(1)), Alice()));
  EXPECT_FALSE(envelope.Open("no message", Alice()));
  EXPECT_EQ(counts_.dropped_malformed, 1);
  EXPECT_EQ(counts_.dropped_repeated, 0);
}

TEST_F(BeaconEnvelopeTest, ALongCertificateLeavesRoomForFewerEntries) {
  const BeaconEnvelope open(1, nullptr, clock_, &unused_);
  EXPECT_EQ(open.MaxEntries(Type::kWant), BeaconMessage::kMaxEntries);
  const BeaconEnvelope ec(1, Member("one"), clock_, &unused_);
  EXPECT_GE(ec.MaxEntries(Type::kWant), 25u);
  TestAuthority::Wish wish;
  wish.kind = TestAuthority::Wish::Kind::kRsa;
  for (const int bits : {2048, 3072}) {
    wish.rsa_bits = bits;
    const TestAuthority::Issued issued = authority_.Issue("rsa", wish);
    auto identity =
        GroupIdentity::Make(authority_.certificate_pem(),
                            issued.certificate_pem, issued.key_pem, "", clock_);
    ASSERT_TRUE(identity.ok());
    const BeaconEnvelope rsa(1, *std::move(identity), clock_, &unused_);
    EXPECT_GE(rsa.MaxEntries(Type::kWant), bits == 2048 ? 15u : 1u) << bits;
    BeaconMessage message = Message(1);
    message.entries.resize(rsa.MaxEntries(Type::kWant));
    EXPECT_LE(Sealed(rsa, message).size(), kMaxSignedBeaconBytes);
  }
}

}  // namespace
}  // namespace convoy
