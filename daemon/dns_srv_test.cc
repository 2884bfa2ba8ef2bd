#include "daemon/dns_srv.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

std::string Number16(unsigned value) {
  return {static_cast<char>(value >> 8), static_cast<char>(value & 0xFF)};
}

// "a.example" as labels.
std::string Name(const std::string& name) {
  std::string bytes;
  for (const absl::string_view label :
       absl::StrSplit(name, '.', absl::SkipEmpty())) {
    absl::StrAppend(&bytes, std::string(1, static_cast<char>(label.size())),
                    label);
  }
  return bytes + '\0';
}

constexpr unsigned kAnswer = 0x8180;
constexpr unsigned kCut = 0x0200;
constexpr char kQuestion[] = "_convoy-cache._tcp.example.org";
// Where the question's name stands, and "example.org" in it.
const std::string kQuestionPointer = "\xC0\x0C";
const std::string kDomainPointer = "\xC0\x1F";

std::string Record(const std::string& data, unsigned type = 33) {
  return absl::StrCat(kQuestionPointer, Number16(type), Number16(1),
                      std::string(4, '\0'),
                      Number16(static_cast<unsigned>(data.size())), data);
}

std::string Srv(unsigned priority, unsigned weight, unsigned port,
                const std::string& target) {
  return Record(absl::StrCat(Number16(priority), Number16(weight),
                             Number16(port), target));
}

std::string Message(const std::vector<std::string>& records,
                    unsigned flags = kAnswer) {
  std::string message =
      absl::StrCat(Number16(7), Number16(flags), Number16(1),
                   Number16(static_cast<unsigned>(records.size())), Number16(0),
                   Number16(0), Name(kQuestion), Number16(33), Number16(1));
  for (const std::string& record : records) message += record;
  return message;
}

std::string Draw(const std::vector<SrvRecord>& records) {
  std::string text;
  for (const SrvRecord& record : records) {
    absl::StrAppend(&text, text.empty() ? "" : " ", record.priority, "/",
                    record.weight, "/", record.target, ":", record.port);
  }
  return text;
}

std::string Parsed(const std::string& message) {
  const auto records = ParseSrvAnswer(message);
  return records.has_value() ? Draw(*records) : "none";
}

TEST(DnsSrvTest, ReadsRecordsWithPlainAndCompressedNames) {
  EXPECT_EQ(Parsed(Message({Srv(1, 2, 3128, Name("Cache.Example.org")),
                            Srv(3, 4, 80, "\2c2" + kDomainPointer)})),
            "1/2/cache.example.org:3128 3/4/c2.example.org:80");
}

TEST(DnsSrvTest, OtherRecordsArePassedOver) {
  EXPECT_EQ(Parsed(Message({Record(Name("alias.example"), 5),
                            Srv(0, 0, 80, Name("cache"))})),
            "0/0/cache:80");
  EXPECT_EQ(Parsed(Message({})), "");
}

TEST(DnsSrvTest, WhatIsNoHostIsLeftOut) {
  EXPECT_EQ(
      Parsed(Message({Srv(0, 0, 80, Name("")), Srv(0, 0, 0, Name("a.example")),
                      Srv(0, 0, 80, Name("a/b.example")),
                      Srv(0, 0, 80, "\3a.b" + Name("example")),
                      Srv(0, 0, 80, Name("good.example"))})),
      "0/0/good.example:80");
}

TEST(DnsSrvTest, PointersThatLeadForwardsOrInCirclesAreRefused) {
  // The target stands behind the record's 12 and its own 6 bytes.
  const std::size_t at = Message({}).size() + 18;
  const std::string itself = {static_cast<char>(0xC0 | at >> 8),
                              static_cast<char>(at & 0xFF)};
  EXPECT_EQ(Parsed(Message({Srv(0, 0, 80, itself)})), "none");
  EXPECT_EQ(Parsed(Message({Srv(0, 0, 80, "\1a" + itself)})), "none");
  EXPECT_EQ(Parsed(Message({Srv(0, 0, 80, "\xFF\xFF")})), "none");
}

TEST(DnsSrvTest, NamesHaveBounds) {
  const std::string label = std::string(1, '\77') + std::string(63, 'a');
  std::string longest = label + label + label;  // 192 bytes.
  EXPECT_NE(Parsed(Message({Srv(0, 0, 80, longest + '\0')})), "none");
  EXPECT_EQ(Parsed(Message({Srv(0, 0, 80, longest + label + '\0')})), "none");
  EXPECT_EQ(Parsed(Message({Srv(0, 0, 80, "\x40" + std::string(64, 'a'))})),
            "none");
}

TEST(DnsSrvTest, ACutMessageIsReadOnlyIfItSaysSo) {
  const std::vector<std::string> records = {Srv(0, 0, 80, Name("one.example")),
                                            Srv(0, 0, 80, Name("two.example"))};
  const std::string whole = Message(records);
  const std::string cut = Message(records, kAnswer | kCut);
  const std::size_t first = Message({records[0]}).size();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(Parsed(whole.substr(0, size)), "none") << size;
    if (size >= first) {
      EXPECT_EQ(Parsed(cut.substr(0, size)), "0/0/one.example:80") << size;
    }
  }
  EXPECT_EQ(Parsed(Message(records, 0x0100)), "none") << "it is a question";
}

TEST(DnsSrvTest, AnSrvRecordEndsWithItsTarget) {
  EXPECT_EQ(Parsed(Message({Srv(0, 0, 80, Name("a") + "x")})), "none");
  EXPECT_EQ(Parsed(Message({Record("12345")})), "none");
}

TEST(DnsSrvTest, ALowerPriorityComesFirst) {
  const std::vector<SrvRecord> records = {{20, 9, 80, "third"},
                                          {10, 0, 80, "first"},
                                          {15, 1, 80, "second"},
                                          {10, 0, 80, "first"}};
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    EXPECT_EQ(Draw(InSrvOrder(records, seed)),
              "10/0/first:80 15/1/second:80 20/9/third:80");
  }
}

TEST(DnsSrvTest, MachinesShareThemselvesOutByWeight) {
  const std::vector<SrvRecord> records = {
      {0, 30, 80, "large"}, {0, 10, 80, "small"}, {0, 0, 80, "spare"}};
  std::map<std::string, int> first;
  constexpr int kMachines = 4000;
  for (int seed = 0; seed < kMachines; ++seed) {
    const auto ordered = InSrvOrder(records, static_cast<std::uint64_t>(seed));
    ASSERT_EQ(ordered.size(), 3u);
    EXPECT_EQ(ordered, InSrvOrder({records[2], records[1], records[0]},
                                  static_cast<std::uint64_t>(seed)));
    ++first[ordered[0].target];
  }
  // 30, 10 and, for 0, 1 of 41.
  EXPECT_NEAR(first["large"], kMachines * 30 / 41, 200);
  EXPECT_NEAR(first["small"], kMachines * 10 / 41, 200);
  EXPECT_GT(first["spare"], 0);
  EXPECT_LT(first["spare"], 300);
}

}  // namespace
}  // namespace convoy
