#include "peer/share_message.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/escaping.h"

namespace convoy {
namespace {

PieceSpan Span(std::int32_t first, std::int32_t end) {
  return {PieceIndex{first}, PieceIndex{end}};
}

ClaimRecord LongestRecord() {
  ClaimRecord record;
  record.machine = ~std::uint64_t{0};
  record.sequence = ~std::uint32_t{0};
  record.blocks = ~std::uint32_t{0};
  for (std::int32_t i = 0; i < 64; ++i) {
    record.claims.push_back({Span(100 * i, 100 * i + 16), i % 2 == 0});
    record.fetched.push_back(Span(100 * i + 20, 100 * i + 36));
  }
  return record;
}

TEST(ShareMessageTest, RecordsComeBackAsTheyWere) {
  ShareMessage message;
  ClaimRecord record;
  record.machine = 0x0123456789abcdef;
  record.sequence = 0xfedcba98;
  record.usable = false;
  record.blocks = 77;
  record.claims = {{Span(0, 1), false},
                   {Span((1 << 20) - 1024, 1 << 20), true}};
  record.fetched = {Span(7, 9)};
  message.records = {record, {}};
  message.records[1].wants = false;
  EXPECT_EQ(DecodeShareMessage(EncodeShareMessage(message)), message);
}

TEST(ShareMessageTest, HashesAndRequestsComeBackAsTheyWere) {
  ShareMessage message;
  message.hashes = {{PieceIndex{0}, std::string(20, '\0')},
                    {PieceIndex{(1 << 20) - 1}, std::string(20, '\xff')}};
  message.hash_requests = {PieceIndex{5}, PieceIndex{4}};
  EXPECT_EQ(DecodeShareMessage(EncodeShareMessage(message)), message);
  message.relayed = true;
  EXPECT_EQ(DecodeShareMessage(EncodeShareMessage(message)), message);
}

TEST(ShareMessageTest, TheLongestMessagesFit) {
  ShareMessage records, hashes, requests;
  records.records.assign(ShareMessage::kMaxRecords, LongestRecord());
  hashes.hashes.assign(ShareMessage::kMaxHashes,
                       {PieceIndex{1}, std::string(20, 'h')});
  hashes.relayed = true;
  requests.hash_requests.assign(ShareMessage::kMaxRequests, PieceIndex{1});
  for (const ShareMessage& message : {records, hashes, requests}) {
    const std::string payload = EncodeShareMessage(message);
    EXPECT_LE(payload.size(), ShareMessage::kMaxLength);
    EXPECT_EQ(DecodeShareMessage(payload), message);
  }
}

// The table of origin_sharing.md, byte by byte.
TEST(ShareMessageTest, BytesAreThoseOfTheFormat) {
  ShareMessage message;
  ClaimRecord record;
  record.machine = 0x1122334455667788;
  record.sequence = 9;
  record.blocks = 0x0a0b;
  record.claims = {{Span(0x10, 0x13), true}};
  record.fetched = {Span(0x20, 0x21)};
  message.records = {record};
  message.hashes = {{PieceIndex{3}, std::string(20, 'h')}};
  message.relayed = true;
  message.hash_requests = {PieceIndex{4}};
  EXPECT_EQ(absl::BytesToHexString(EncodeShareMessage(message)),
            "01"      // Version.
            "010020"  // 32 bytes.
            "1122334455667788"
            "00000009"
            "03"
            "00000a0b"  // Head.
            "01"
            "00000010"
            "0003"
            "01"  // Claims.
            "01"
            "00000020"
            "0001"  // Fetched.
            "020018"
            "00000003"
            "6868686868686868686868686868686868686868"
            "030004"
            "00000004"
            "040000");
}

TEST(ShareMessageTest, SectionsOfUnknownTypesAreSkipped) {
  const auto message =
      DecodeShareMessage(absl::HexStringToBytes("01"
                                                "7f0003"
                                                "aabbcc"
                                                "030004"
                                                "00000004"));
  ASSERT_TRUE(message.has_value());
  ASSERT_EQ(message->hash_requests.size(), 1u);
  EXPECT_EQ(message->hash_requests[0].value, 4);
}

TEST(ShareMessageTest, UnknownFlagsAreIgnored) {
  ShareMessage message;
  message.records.resize(1);
  std::string payload = EncodeShareMessage(message);
  payload[4 + 12] = '\xfb';  // All but kCandidate.
  EXPECT_EQ(DecodeShareMessage(payload), message);
}

TEST(ShareMessageTest, OtherVersionsAreRefused) {
  EXPECT_FALSE(DecodeShareMessage("").has_value());
  EXPECT_FALSE(DecodeShareMessage(std::string(1, '\x02')).has_value());
  EXPECT_TRUE(DecodeShareMessage(std::string(1, '\x01')).has_value());
}

TEST(ShareMessageTest, EveryPrefixButWholeSectionsIsRefused) {
  ShareMessage message;
  message.records = {LongestRecord()};
  const std::string payload = EncodeShareMessage(message);
  for (std::size_t length = 2; length < payload.size(); ++length) {
    EXPECT_FALSE(DecodeShareMessage(payload.substr(0, length)).has_value())
        << length;
  }
}

TEST(ShareMessageTest, ValuesBeyondTheBoundsAreRefused) {
  const auto decodes = [](absl::string_view hex) {
    return DecodeShareMessage(absl::HexStringToBytes(hex)).has_value();
  };
  const std::string head =
      "1122334455667788"
      "00000009"
      "03"
      "00000000";
  ASSERT_TRUE(
      decodes("01"
              "01001a" +
              head +
              "01"
              "000fffff"
              "0001"
              "00"
              "00"));
  // Beyond the last piece a layout may have, by its first or its end.
  EXPECT_FALSE(
      decodes("01"
              "01001a" +
              head +
              "01"
              "00100000"
              "0001"
              "00"
              "00"));
  EXPECT_FALSE(
      decodes("01"
              "01001a" +
              head +
              "01"
              "000fffff"
              "0002"
              "00"
              "00"));
  EXPECT_FALSE(
      decodes("01"
              "01001a" +
              head +
              "01"
              "ffffffff"
              "0001"
              "00"
              "00"));
  // No pieces, too many.
  EXPECT_FALSE(
      decodes("01"
              "01001a" +
              head +
              "01"
              "00000001"
              "0000"
              "00"
              "00"));
  EXPECT_FALSE(
      decodes("01"
              "01001a" +
              head +
              "01"
              "00000001"
              "0401"
              "00"
              "00"));
  // More spans than there may be, more than there are.
  EXPECT_FALSE(
      decodes("01"
              "01001a" +
              head +
              "41"
              "00000001"
              "0001"
              "00"
              "00"));
  EXPECT_FALSE(
      decodes("01"
              "01001a" +
              head +
              "02"
              "00000001"
              "0001"
              "00"
              "00"));
  // A request for such a piece.
  EXPECT_FALSE(
      decodes("01"
              "030004"
              "00100000"));
  EXPECT_FALSE(
      decodes("01"
              "02001800100000" +
              std::string(40, '0')));
}

TEST(ShareMessageTest, MoreThanAllowedIsRefused) {
  ShareMessage records, hashes, requests;
  records.records.resize(ShareMessage::kMaxRecords + 1);
  hashes.hashes.assign(ShareMessage::kMaxHashes + 1,
                       {PieceIndex{1}, std::string(20, 'h')});
  requests.hash_requests.resize(ShareMessage::kMaxRequests + 1);
  for (const ShareMessage& message : {records, hashes, requests}) {
    EXPECT_FALSE(DecodeShareMessage(EncodeShareMessage(message)).has_value());
  }
  std::string padded(1, '\x01');
  while (padded.size() <= ShareMessage::kMaxLength) {
    padded += absl::HexStringToBytes("7f0400") + std::string(1024, 'x');
  }
  EXPECT_FALSE(DecodeShareMessage(padded).has_value());
}

}  // namespace
}  // namespace convoy
