#include "peer/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace convoy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string Text(const std::string& text) {
  return absl::StrCat(text.size(), ":", text);
}

std::string Int(std::int64_t value) { return absl::StrCat("i", value, "e"); }

// Keys to bencoded values.
using Dictionary = std::map<std::string, std::string>;

std::string Encode(const Dictionary& dictionary) {
  std::string bytes = "d";
  for (const auto& [key, value] : dictionary) {
    absl::StrAppend(&bytes, Text(key), value);
  }
  return bytes + "e";
}

// A file of two pieces.
Dictionary GoodInfo() {
  return {{"length", Int(300'000)},
          {"name", Text("disk.img")},
          {"piece length", Int(262'144)},
          {"pieces", Text(std::string(20, 'a') + std::string(20, 'b'))}};
}

std::string MetainfoOf(const Dictionary& info) {
  return Encode({{"info", Encode(info)}});
}

std::string With(const std::string& key, const std::string& value) {
  Dictionary info = GoodInfo();
  info[key] = value;
  return MetainfoOf(info);
}

std::string Without(const std::string& key) {
  Dictionary info = GoodInfo();
  info.erase(key);
  return MetainfoOf(info);
}

// Why `metainfo` is refused.
std::string Refusal(const std::string& metainfo) {
  const auto manifest = ReadManifest(metainfo);
  if (manifest.ok()) return "it is not refused";
  EXPECT_EQ(manifest.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(manifest.status().message());
}

TEST(ManifestTest, ReadsASingleFile) {
  const std::string metainfo = MetainfoOf(GoodInfo());
  const auto manifest = ReadManifest(metainfo);
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  EXPECT_EQ((*manifest)->name, "disk.img");
  EXPECT_EQ((*manifest)->layout.size(), 300'000);
  EXPECT_EQ((*manifest)->layout.piece_length(), 262'144);
  EXPECT_EQ((*manifest)->layout.count(), 2);
  EXPECT_EQ((*manifest)->HashOf(PieceIndex{0}), std::string(20, 'a'));
  EXPECT_EQ((*manifest)->HashOf(PieceIndex{1}), std::string(20, 'b'));
  EXPECT_THAT((*manifest)->url_seeds, IsEmpty());
  EXPECT_THAT((*manifest)->trackers, IsEmpty());
  EXPECT_FALSE((*manifest)->is_private);
  EXPECT_EQ((*manifest)->metainfo, metainfo);
}

TEST(ManifestTest, InfoHashIsTheSha1OfTheInfoDictionaryAsItStands) {
  const auto manifest = ReadManifest(MetainfoOf(GoodInfo()));
  ASSERT_TRUE(manifest.ok());
  // sha1sum of the dictionary's bytes.
  EXPECT_EQ(absl::BytesToHexString((*manifest)->info_hash),
            "28e359ddacb33b425303e1409c171fd183a1038e");
}

TEST(ManifestTest, ReadsAHybridOneAsVersion1) {
  Dictionary info = GoodInfo();
  info["meta version"] = Int(2);
  const std::string file =
      absl::StrCat("d6:length", Int(300'000), "11:pieces root",
                   Text(std::string(32, 'r')), "e");
  info["file tree"] = absl::StrCat("d", Text("disk.img"), "d0:", file, "ee");
  const auto manifest = ReadManifest(MetainfoOf(info));
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  EXPECT_EQ((*manifest)->layout.count(), 2);
}

TEST(ManifestTest, ReadsUrlsInEitherForm) {
  const std::string info = Encode(GoodInfo());
  const auto one = ReadManifest(
      Encode({{"info", info}, {"url-list", Text("http://o/a b")}}));
  ASSERT_TRUE(one.ok());
  EXPECT_THAT((*one)->url_seeds, ElementsAre("http://o/a%20b"));
  const auto list = ReadManifest(
      Encode({{"info", info},
              {"url-list", absl::StrCat("l", Text("http://o/"),
                                        Text("ftp://o/x"), Text("https://o/y"),
                                        Text("https://o/y"), Int(7), "e")}}));
  ASSERT_TRUE(list.ok());
  EXPECT_THAT((*list)->url_seeds,
              ElementsAre("http://o/disk.img", "https://o/y"));
}

TEST(ManifestTest, ReadsTrackersOfTheListElseTheOne) {
  const std::string info = Encode(GoodInfo());
  Dictionary root = {{"info", info}, {"announce", Text("http://t/one")}};
  const auto one = ReadManifest(Encode(root));
  ASSERT_TRUE(one.ok());
  EXPECT_THAT((*one)->trackers, ElementsAre("http://t/one"));
  root["announce-list"] = absl::StrCat("ll", Text("udp://t:1"), Text("wss://t"),
                                       "el", Text("https://t/two"), "ee");
  const auto list = ReadManifest(Encode(root));
  ASSERT_TRUE(list.ok());
  EXPECT_THAT((*list)->trackers, ElementsAre("udp://t:1", "https://t/two"));
}

TEST(ManifestTest, KeepsAtMostAHundredUrls) {
  std::string urls = "l";
  for (int i = 0; i < 1000; ++i) {
    absl::StrAppend(&urls, Text(absl::StrCat("http://o/", i)));
  }
  const auto manifest = ReadManifest(
      Encode({{"info", Encode(GoodInfo())}, {"url-list", urls + "e"}}));
  ASSERT_TRUE(manifest.ok());
  EXPECT_EQ((*manifest)->url_seeds.size(), 100u);
}

TEST(ManifestTest, ReadsThePrivateFlag) {
  const auto manifest = ReadManifest(With("private", Int(1)));
  ASSERT_TRUE(manifest.ok());
  EXPECT_TRUE((*manifest)->is_private);
}

TEST(ManifestTest, NamesThatAreNotUtf8BecomeUtf8) {
  const auto manifest = ReadManifest(With("name", Text("caf\xe9")));
  ASSERT_TRUE(manifest.ok());
  EXPECT_EQ((*manifest)->name, "caf?");
}

TEST(ManifestTest, RefusesWhatIsNotBencoded) {
  EXPECT_THAT(Refusal(""), HasSubstr("not bencoded"));
  EXPECT_THAT(Refusal("<html>404</html>"), HasSubstr("not bencoded"));
  const std::string good = MetainfoOf(GoodInfo());
  EXPECT_THAT(Refusal(good.substr(0, good.size() - 1)),
              HasSubstr("not bencoded"));
  EXPECT_THAT(Refusal(good + "x"), HasSubstr("something follows"));
  EXPECT_THAT(Refusal("i1e"), HasSubstr("not a bencoded dictionary"));
  EXPECT_THAT(Refusal(std::string(1000, 'l') + std::string(1000, 'e')),
              HasSubstr("not bencoded"));
}

TEST(ManifestTest, RefusesWhatIsTooLong) {
  const std::string pad(Manifest::kMaxMetainfoSize, 'x');
  EXPECT_THAT(
      Refusal(Encode({{"info", Encode(GoodInfo())}, {"pad", Text(pad)}})),
      HasSubstr("is longer than"));
  std::string tokens = "l";
  for (int i = 0; i < 200'000; ++i) tokens += "0:";
  EXPECT_THAT(Refusal(tokens + "e"), HasSubstr("not bencoded"));
}

TEST(ManifestTest, RefusesADictionaryWithoutItsParts) {
  EXPECT_THAT(Refusal("de"), HasSubstr("no \"info\" dictionary"));
  EXPECT_THAT(Refusal("d4:info3:abce"), HasSubstr("no \"info\" dictionary"));
  EXPECT_THAT(Refusal(Without("length")), HasSubstr("no \"length\""));
  EXPECT_THAT(Refusal(Without("name")), HasSubstr("no \"name\""));
  EXPECT_THAT(Refusal(Without("pieces")), HasSubstr("no piece hashes"));
  EXPECT_THAT(Refusal(Without("piece length")), HasSubstr("piece length"));
}

TEST(ManifestTest, RefusesFoldersEvenOfOneFile) {
  Dictionary info = GoodInfo();
  info.erase("length");
  info["files"] =
      absl::StrCat("ld6:length", Int(300'000), "4:pathl", Text("a"), "eee");
  EXPECT_THAT(Refusal(MetainfoOf(info)), HasSubstr("a folder"));
}

TEST(ManifestTest, RefusesVersion2Only) {
  Dictionary info = GoodInfo();
  info.erase("pieces");
  info.erase("length");
  info["meta version"] = Int(2);
  EXPECT_THAT(Refusal(MetainfoOf(info)), HasSubstr("version 2 only"));
}

TEST(ManifestTest, RefusesSizesThatNoFileHas) {
  EXPECT_THAT(Refusal(With("length", Int(0))), HasSubstr("empty"));
  EXPECT_THAT(Refusal(With("length", Int(-1))), HasSubstr("no file can"));
  EXPECT_THAT(Refusal(With("length", Int(INT64_MAX))),
              HasSubstr("no file can"));
  EXPECT_THAT(Refusal(With("length", Int(PieceLayout::kMaxSize))),
              HasSubstr("pieces"));
  EXPECT_THAT(Refusal(With("length", Text("300000"))),
              HasSubstr("no \"length\""));
}

TEST(ManifestTest, RefusesPieceLengthsThatAreNoPowerOfTwoInBounds) {
  for (const std::int64_t length :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{8192},
        std::int64_t{262'143}, std::int64_t{128} << 20, INT64_MIN}) {
    EXPECT_THAT(Refusal(With("piece length", Int(length))),
                HasSubstr("is not a power of two"))
        << length;
  }
}

TEST(ManifestTest, RefusesANumberOfHashesThatDoesNotFit) {
  for (const std::size_t size : {0, 20, 39, 41, 60}) {
    EXPECT_THAT(Refusal(With("pieces", Text(std::string(size, 'a')))),
                HasSubstr("piece hashes are"))
        << size;
  }
}

TEST(ManifestTest, RefusesNamesThatArePaths) {
  for (const std::string& name :
       {std::string(), std::string("a/b"), std::string("a\0b", 3),
        std::string("."), std::string(".."), std::string(256, 'n')}) {
    EXPECT_THAT(Refusal(With("name", Text(name))), HasSubstr("no file's"))
        << name;
  }
}

// Signatures (BEP 35).

std::string Signed(const std::string& signatures) {
  return Encode({{"info", Encode(GoodInfo())}, {"signatures", signatures}});
}

Dictionary GoodSignature() { return {{"signature", Text("sig")}}; }

// Why nobody's signature is read. The manifest is read all the same.
std::string Fault(const std::string& signatures) {
  const auto manifest = ReadManifest(Signed(signatures));
  if (!manifest.ok()) return "it is refused";
  EXPECT_THAT((*manifest)->signatures, IsEmpty());
  EXPECT_EQ((*manifest)->info_hash,
            (*ReadManifest(MetainfoOf(GoodInfo())))->info_hash);
  return (*manifest)->signatures_fault;
}

std::string FaultOf(const Dictionary& signature) {
  return Fault(Encode({{"me", Encode(signature)}}));
}

TEST(ManifestSignatureTest, AreRead) {
  const std::string own = Encode({{"note", Int(7)}});
  const auto manifest = ReadManifest(
      Signed(Encode({{"a", Encode(GoodSignature())},
                     {"b", Encode({{"certificate", Text("cert")},
                                   {"info", own},
                                   {"other", Text("is left out")},
                                   {"signature", Text("sig b")}})}})));
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  EXPECT_EQ((*manifest)->signatures_fault, "");
  ASSERT_EQ((*manifest)->signatures.size(), 2u);
  const ManifestSignature& a = (*manifest)->signatures[0];
  EXPECT_EQ(a.signer, "a");
  EXPECT_EQ(a.signature, "sig");
  EXPECT_EQ(a.certificate, "");
  EXPECT_EQ(a.info, "");
  const ManifestSignature& b = (*manifest)->signatures[1];
  EXPECT_EQ(b.signer, "b");
  EXPECT_EQ(b.signature, "sig b");
  EXPECT_EQ(b.certificate, "cert");
  EXPECT_EQ(b.info, own);
}

TEST(ManifestSignatureTest, AreOfTheInfoDictionaryAsItStandsThere) {
  Dictionary info = GoodInfo();
  info["x-more"] = Int(1);
  for (const std::string& metainfo :
       {MetainfoOf(info), Encode({{"announce", Text("http://t/a")},
                                  {"info", Encode(info)},
                                  {"url-list", Text("http://o/f")}})}) {
    const auto manifest = ReadManifest(metainfo);
    ASSERT_TRUE(manifest.ok()) << manifest.status();
    EXPECT_EQ((*manifest)->info(), Encode(info));
    const Manifest copy = **manifest;
    EXPECT_EQ(copy.info(), Encode(info));
  }
}

TEST(ManifestSignatureTest, WithoutAnyNothingIsWrong) {
  EXPECT_EQ(Fault(Encode({})), "");
  const auto manifest = ReadManifest(MetainfoOf(GoodInfo()));
  EXPECT_THAT((*manifest)->signatures, IsEmpty());
  EXPECT_EQ((*manifest)->signatures_fault, "");
}

TEST(ManifestSignatureTest, WhatIsMalformedIsNotRead) {
  EXPECT_EQ(Fault(Text("sig")), "\"signatures\" is of another type");
  EXPECT_EQ(Fault("le"), "\"signatures\" is of another type");
  EXPECT_EQ(Fault(Encode({{"me", Text("sig")}})),
            "a signature that is no dictionary");
  EXPECT_EQ(Fault(Encode({{"", Encode(GoodSignature())}})),
            "a signer without a name that fits");
  EXPECT_EQ(FaultOf({}), "one has no \"signature\"");
  EXPECT_EQ(FaultOf({{"signature", Text("")}}), "one has no \"signature\"");
  EXPECT_EQ(FaultOf({{"signature", Int(1)}}),
            "\"signature\" is of another type");
  Dictionary signature = GoodSignature();
  signature["certificate"] = Encode({});
  EXPECT_EQ(FaultOf(signature), "\"certificate\" is of another type");
  signature = GoodSignature();
  signature["info"] = Text("info");
  EXPECT_EQ(FaultOf(signature), "\"info\" is of another type");
}

TEST(ManifestSignatureTest, NothingIsThereTwice) {
  const std::string one = Text("me") + Encode(GoodSignature());
  EXPECT_EQ(Fault("d" + one + one + "e"), "a signer is there twice");
  EXPECT_EQ(Fault("d" + Text("me") + "d9:signature1:a9:signature1:bee"),
            "\"signature\" is there twice");
  const std::string signatures =
      Text("signatures") + Encode({{"me", Encode(GoodSignature())}});
  const auto manifest = ReadManifest("d4:info" + Encode(GoodInfo()) +
                                     signatures + signatures + "e");
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  EXPECT_EQ((*manifest)->signatures_fault, "\"signatures\" is there twice");
}

TEST(ManifestSignatureTest, KeepToTheirBounds) {
  const auto many = [](std::size_t count) {
    Dictionary signatures;
    for (std::size_t i = 0; i < count; ++i) {
      signatures[absl::StrCat("signer ", i)] = Encode(GoodSignature());
    }
    return Encode(signatures);
  };
  const auto most = ReadManifest(Signed(many(ManifestSignature::kMaxCount)));
  ASSERT_TRUE(most.ok()) << most.status();
  EXPECT_EQ((*most)->signatures.size(), ManifestSignature::kMaxCount);
  EXPECT_EQ(Fault(many(17)), "there are 17; allowed: 16");
  EXPECT_EQ(Fault(many(10'000)), "there are 10000; allowed: 16");

  const auto with = [](const std::string& key, const std::string& value) {
    Dictionary signature = GoodSignature();
    signature[key] = value;
    const auto manifest =
        ReadManifest(Signed(Encode({{"me", Encode(signature)}})));
    return manifest.ok() ? (*manifest)->signatures_fault : "it is refused";
  };
  EXPECT_EQ(with("signature", Text(std::string(1024, 's'))), "");
  EXPECT_EQ(with("signature", Text(std::string(1025, 's'))),
            "\"signature\" is longer than 1024 bytes");
  EXPECT_EQ(with("certificate", Text(std::string(16'384, 'c'))), "");
  EXPECT_EQ(with("certificate", Text(std::string(16'385, 'c'))),
            "\"certificate\" is longer than 16384 bytes");
  EXPECT_EQ(with("info", Encode({{"x", Text(std::string(4'086, 'i'))}})), "");
  EXPECT_EQ(with("info", Encode({{"x", Text(std::string(4'087, 'i'))}})),
            "\"info\" is longer than 4096 bytes");
  EXPECT_EQ(Fault(Encode({{std::string(256, 'n'), Encode(GoodSignature())}})),
            "a signer without a name that fits");
}

}  // namespace
}  // namespace convoy
