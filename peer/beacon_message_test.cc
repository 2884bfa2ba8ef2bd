#include "peer/beacon_message.h"

#include <string>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

using Type = BeaconMessage::Type;

BeaconMessage Message(Type type, std::size_t entries) {
  BeaconMessage message;
  message.type = type;
  message.machine = 0x0102030405060708;
  message.port = 0x1ae1;
  message.nonce = 0xa1a2a3a4a5a6a7a8;
  for (std::size_t i = 0; i < entries; ++i) {
    BeaconMessage::Entry entry;
    entry.key.fill(static_cast<std::uint8_t>(0x10 + i));
    if (type == Type::kWant) entry.known = static_cast<std::uint16_t>(258 + i);
    entry.flags = BeaconMessage::kHasSome;
    message.entries.push_back(entry);
  }
  return message;
}

BeaconProof Proof() {
  BeaconProof proof;
  proof.time = absl::FromUnixMillis(1'700'000'000'123);
  proof.source = *IpAddress::Parse("10.1.2.3");
  proof.certificate = "certificate";
  proof.signature = "signature";
  return proof;
}

std::string WithProof(const BeaconMessage& message, const BeaconProof& proof) {
  std::string bytes = EncodeForSignature(message, proof);
  AppendSignature(proof.signature, &bytes);
  return bytes;
}

void ExpectSame(const BeaconMessage& a, const BeaconMessage& b) {
  EXPECT_EQ(a.type, b.type);
  EXPECT_EQ(a.machine, b.machine);
  EXPECT_EQ(a.port, b.port);
  EXPECT_EQ(a.nonce, b.nonce);
  EXPECT_EQ(a.entries, b.entries);
}

TEST(BeaconMessageTest, HasTheseBytes) {
  const std::string want =
      absl::BytesToHexString(EncodeBeaconMessage(Message(Type::kWant, 1)));
  std::string keys;
  for (int i = 0; i < 20; ++i) keys += "10";
  EXPECT_EQ(want,
            "43565942"
            "01"
            "01"
            "00"
            "01"
            "0102030405060708"
            "1ae1"
            "a1a2a3a4a5a6a7a8" +
                keys +
                "0102"
                "02");
  const std::string here =
      absl::BytesToHexString(EncodeBeaconMessage(Message(Type::kHere, 1)));
  EXPECT_EQ(here,
            "43565942"
            "01"
            "02"
            "00"
            "01"
            "0102030405060708"
            "1ae1"
            "a1a2a3a4a5a6a7a8" +
                keys + "02");
  BeaconProof proof = Proof();
  proof.certificate = "C";
  proof.signature = "S";
  EXPECT_EQ(absl::BytesToHexString(WithProof(Message(Type::kHere, 1), proof)),
            "43565942"
            "01"
            "02"
            "01"
            "01"
            "0102030405060708"
            "1ae1"
            "a1a2a3a4a5a6a7a8" +
                keys +
                "02"
                "0000018bcfe5687b"
                "00000000000000000000ffff0a010203"
                "0001"
                "43"
                "0001"
                "53");
}

TEST(BeaconMessageTest, WhatIsEncodedIsDecoded) {
  for (const Type type : {Type::kWant, Type::kHere}) {
    for (const std::size_t entries : {1, 2, 32}) {
      const BeaconMessage message = Message(type, entries);
      const auto plain = DecodeBeaconDatagram(EncodeBeaconMessage(message));
      ASSERT_TRUE(plain.has_value());
      ExpectSame(plain->message, message);
      EXPECT_FALSE(plain->proof.has_value());

      const std::string bytes = WithProof(message, Proof());
      const auto datagram = DecodeBeaconDatagram(bytes);
      ASSERT_TRUE(datagram.has_value());
      ExpectSame(datagram->message, message);
      ASSERT_TRUE(datagram->proof.has_value());
      EXPECT_EQ(datagram->proof->time, Proof().time);
      EXPECT_EQ(datagram->proof->source, Proof().source);
      EXPECT_EQ(datagram->proof->certificate, "certificate");
      EXPECT_EQ(datagram->proof->signature, "signature");
      EXPECT_EQ(bytes.substr(0, datagram->signed_bytes),
                EncodeForSignature(message, Proof()));
    }
  }
}

TEST(BeaconMessageTest, AMessageIsDecodedWholeOrNotAtAll) {
  for (const std::string& bytes :
       {EncodeBeaconMessage(Message(Type::kWant, 2)),
        EncodeBeaconMessage(Message(Type::kHere, 2)),
        WithProof(Message(Type::kWant, 2), Proof())}) {
    ASSERT_TRUE(DecodeBeaconDatagram(bytes).has_value());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_FALSE(DecodeBeaconDatagram(bytes.substr(0, size))) << size;
    }
    EXPECT_FALSE(DecodeBeaconDatagram(bytes + '\0'));
  }
}

TEST(BeaconMessageTest, WhatIsNoMessageOfThisVersionIsNone) {
  const std::string good = EncodeBeaconMessage(Message(Type::kWant, 2));
  const auto with = [&](std::size_t at, int value) {
    std::string bytes = good;
    bytes[at] = static_cast<char>(value);
    return DecodeBeaconDatagram(bytes).has_value();
  };
  EXPECT_TRUE(with(4, 1));
  EXPECT_FALSE(with(0, 'X'));  // Magic.
  EXPECT_FALSE(with(4, 0));    // Version.
  EXPECT_FALSE(with(4, 2));
  EXPECT_FALSE(with(5, 0));  // Type.
  EXPECT_FALSE(with(5, 3));
  EXPECT_FALSE(with(6, 1));  // A proof that is not there.
  EXPECT_FALSE(with(6, 2));  // An unknown flag.
  EXPECT_FALSE(with(7, 0));  // Count.
  EXPECT_FALSE(with(7, 3));
  EXPECT_FALSE(with(7, 33));
  EXPECT_TRUE(with(good.size() - 1, 0xff));  // An entry's flags: any.
}

TEST(BeaconMessageTest, LongDatagramsAreRefused) {
  BeaconProof proof = Proof();
  proof.certificate.clear();
  proof.signature.clear();
  const std::size_t bare = WithProof(Message(Type::kWant, 1), proof).size();
  proof.certificate = std::string(kMaxSignedBeaconBytes - bare, 'c');
  EXPECT_EQ(WithProof(Message(Type::kWant, 1), proof).size(),
            kMaxSignedBeaconBytes);
  EXPECT_TRUE(DecodeBeaconDatagram(WithProof(Message(Type::kWant, 1), proof)));
  proof.certificate += 'c';
  EXPECT_FALSE(DecodeBeaconDatagram(WithProof(Message(Type::kWant, 1), proof)));
}

TEST(BeaconMessageTest, AsManyEntriesFitAsItSays) {
  EXPECT_EQ(MaxBeaconEntries(Type::kWant, 0), 32u);
  EXPECT_EQ(MaxBeaconEntries(Type::kHere, 0), 32u);
  EXPECT_LE(EncodeBeaconMessage(Message(Type::kWant, 32)).size(),
            kMaxBeaconBytes);
  for (const Type type : {Type::kWant, Type::kHere}) {
    for (const std::size_t signed_bytes : {500, 900, 1200, 1300}) {
      BeaconProof proof = Proof();
      proof.signature = std::string(72, 's');
      proof.certificate = std::string(signed_bytes - 72, 'c');
      const std::size_t most = MaxBeaconEntries(type, signed_bytes);
      ASSERT_GT(most, 0u);
      EXPECT_TRUE(DecodeBeaconDatagram(WithProof(Message(type, most), proof)));
      if (most < 32) {
        EXPECT_GT(WithProof(Message(type, most + 1), proof).size(),
                  kMaxSignedBeaconBytes);
      }
    }
  }
  EXPECT_EQ(MaxBeaconEntries(Type::kWant, 1330), 0u);
  EXPECT_EQ(MaxBeaconEntries(Type::kWant, 5000), 0u);
}

// As the reference of group.certificate_file says: with signatures of Ed25519,
// P-256, RSA of 2,048 bits and of 4,096.
TEST(BeaconMessageTest, TheLongestCertificatesLeaveRoomForOneQuestion) {
  const std::pair<std::size_t, std::size_t> longest[] = {
      {64, 1259}, {72, 1251}, {256, 1067}, {512, 811}};
  for (const auto& [signature, certificate] : longest) {
    EXPECT_EQ(MaxBeaconEntries(Type::kWant, certificate + signature), 1u);
    EXPECT_EQ(MaxBeaconEntries(Type::kWant, certificate + 1 + signature), 0u);
  }
}

}  // namespace
}  // namespace convoy
