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
#include "peer/content_testing.h"
#include "peer/piece_digest.h"

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

// Version 2 (BEP 52).

constexpr std::int64_t kPiece = 64 << 10;
constexpr std::int64_t kBlock = PieceLayout::kBlockLength;

std::string Content(std::int64_t size) {
  std::string content;
  while (content.size() < static_cast<std::size_t>(size)) {
    absl::StrAppend(&content, content.size(), ";");
  }
  content.resize(static_cast<std::size_t>(size));
  return content;
}

// What of a file's tree is told, and where.
struct Version2 {
  Dictionary file = {{"length", Int(3 * kPiece)},
                     {"pieces root", Text(std::string(32, 'r'))}};
  Dictionary info = {{"meta version", Int(2)},
                     {"name", Text("disk.img")},
                     {"piece length", Int(kPiece)}};
  Dictionary layers;

  std::string Metainfo() const {
    Dictionary all = info;
    if (all.count("file tree") == 0) {
      all["file tree"] = Encode({{"disk.img", Encode({{"", Encode(file)}})}});
    }
    return Encode({{"info", Encode(all)}, {"piece layers", Encode(layers)}});
  }
};

TEST(ManifestVersion2Test, ReadsAFileOfSeveralPieces) {
  const std::string content = Content(2 * kPiece + 777);
  const std::string metainfo = TestMetainfoV2(content, kPiece);
  const auto manifest = ReadManifest(metainfo);
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  EXPECT_TRUE((*manifest)->hash_kind.is_version2());
  EXPECT_EQ((*manifest)->name, "file");
  EXPECT_EQ((*manifest)->layout.size(), 2 * kPiece + 777);
  EXPECT_EQ((*manifest)->layout.piece_length(), kPiece);
  ASSERT_EQ((*manifest)->layout.count(), 3);
  EXPECT_EQ((*manifest)->metainfo, metainfo);
  for (const int piece : {0, 1, 2}) {
    PieceDigest digest((*manifest)->hash_kind);
    digest.Update(
        content.substr(static_cast<std::size_t>(piece) * kPiece, kPiece));
    EXPECT_EQ((*manifest)->HashOf(PieceIndex{piece}), digest.Finish());
  }
}

TEST(ManifestVersion2Test, ReadsFilesOfOneAndMorePiecesOfAnySize) {
  for (const std::int64_t size :
       {std::int64_t{1}, kBlock - 1, kBlock, kBlock + 1, 3 * kBlock, kPiece - 1,
        kPiece, kPiece + 1, 2 * kPiece, 5 * kPiece + kBlock,
        100 * kPiece + 1}) {
    const auto manifest = ReadManifest(TestMetainfoV2(Content(size), kPiece));
    ASSERT_TRUE(manifest.ok()) << size << " " << manifest.status();
    EXPECT_EQ((*manifest)->layout.size(), size);
    EXPECT_EQ((*manifest)->piece_hashes.size(),
              static_cast<std::size_t>((*manifest)->layout.count()) * 32);
  }
}

TEST(ManifestVersion2Test, PiecesOfOneBlockAreHashedAlone) {
  const auto manifest =
      ReadManifest(TestMetainfoV2(Content(5 * kBlock), kBlock));
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  EXPECT_EQ((*manifest)->layout.count(), 5);
}

TEST(ManifestVersion2Test, InfoHashIsTheSha256AndPeersSeeItsBeginning) {
  Version2 one;
  one.file["length"] = Int(3);
  const auto manifest = ReadManifest(one.Metainfo());
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  // sha256sum of the dictionary's bytes.
  EXPECT_EQ(absl::BytesToHexString((*manifest)->info_hash_v2),
            "f9909434854a1755bb726c2fa73c2ea9b5dee971b9a932f796e59503bd8ca0f0");
  EXPECT_EQ((*manifest)->info_hash, (*manifest)->info_hash_v2.substr(0, 20));
}

TEST(ManifestVersion2Test, AHybridOneHasBothInfoHashes) {
  Dictionary info = GoodInfo();
  info["meta version"] = Int(2);
  const auto hybrid = ReadManifest(MetainfoOf(info));
  const auto plain = ReadManifest(MetainfoOf(GoodInfo()));
  ASSERT_TRUE(hybrid.ok() && plain.ok());
  EXPECT_FALSE((*hybrid)->hash_kind.is_version2());
  EXPECT_EQ((*hybrid)->info_hash_v2.size(), 32u);
  EXPECT_NE((*hybrid)->info_hash, (*hybrid)->info_hash_v2.substr(0, 20));
  EXPECT_THAT((*plain)->info_hash_v2, IsEmpty());
}

TEST(ManifestVersion2Test, RefusesFolders) {
  const std::string file = Encode({{"", Encode(Version2().file)}});
  for (const Dictionary& tree :
       {Dictionary{{"disk.img", file}, {"other", file}},
        Dictionary{{"disk.img", Encode({{"below", file}})}},
        Dictionary{{"other", file}},
        Dictionary{{"disk.img",
                    Encode({{"", Encode(Version2().file)}, {"also", file}})}},
        Dictionary{{"disk.img", Text("no dictionary")}},
        Dictionary{{"disk.img", Encode({{"", Int(1)}})}}}) {
    Version2 folder;
    folder.info["file tree"] = Encode(tree);
    EXPECT_THAT(Refusal(folder.Metainfo()),
                HasSubstr("not that of a single file"));
  }
  Version2 empty;
  empty.info["file tree"] = "de";
  EXPECT_THAT(Refusal(empty.Metainfo()), HasSubstr("no \"file tree\""));
  empty.info["file tree"] = Int(1);
  EXPECT_THAT(Refusal(empty.Metainfo()), HasSubstr("no \"file tree\""));
}

TEST(ManifestVersion2Test, RefusesVersionsThatNobodyKnows) {
  for (const int version : {0, 1, 3}) {
    Version2 other;
    other.info["meta version"] = Int(version);
    EXPECT_THAT(Refusal(other.Metainfo()),
                HasSubstr("\"meta version\" is not 2"));
  }
  Version2 none;
  none.info.erase("meta version");
  EXPECT_THAT(Refusal(none.Metainfo()), HasSubstr("meta version"));
}

TEST(ManifestVersion2Test, RefusesSizesAndLengthsLikeVersion1) {
  Version2 bad;
  bad.file["length"] = Int(0);
  EXPECT_THAT(Refusal(bad.Metainfo()), HasSubstr("empty"));
  bad.file["length"] = Int(-1);
  EXPECT_THAT(Refusal(bad.Metainfo()), HasSubstr("no file can"));
  bad.file.erase("length");
  EXPECT_THAT(Refusal(bad.Metainfo()), HasSubstr("no \"length\""));
  Version2 odd;
  odd.info["piece length"] = Int(kPiece + 1);
  EXPECT_THAT(Refusal(odd.Metainfo()), HasSubstr("not a power of two"));
  Version2 nameless;
  nameless.info.erase("name");
  EXPECT_THAT(Refusal(nameless.Metainfo()), HasSubstr("no \"name\""));
}

TEST(ManifestVersion2Test, RefusesAFileWithoutItsRoot) {
  Version2 rootless;
  rootless.file.erase("pieces root");
  EXPECT_THAT(Refusal(rootless.Metainfo()), HasSubstr("pieces root"));
  rootless.file["pieces root"] = Text(std::string(20, 'r'));
  EXPECT_THAT(Refusal(rootless.Metainfo()), HasSubstr("pieces root"));
}

TEST(ManifestVersion2Test, RefusesAFileWithoutItsPieceHashes) {
  Version2 bare;
  EXPECT_THAT(Refusal(bare.Metainfo()), HasSubstr("piece layers"));
  bare.layers[std::string(32, 'x')] = Text(std::string(96, 'h'));
  EXPECT_THAT(Refusal(bare.Metainfo()), HasSubstr("piece layers"));
  bare.layers[std::string(32, 'r')] = Int(1);
  EXPECT_THAT(Refusal(bare.Metainfo()), HasSubstr("piece layers"));
}

TEST(ManifestVersion2Test, RefusesANumberOfHashesThatDoesNotFit) {
  for (const std::size_t size : {0, 32, 95, 97, 128}) {
    Version2 wrong;
    wrong.layers[std::string(32, 'r')] = Text(std::string(size, 'h'));
    EXPECT_THAT(Refusal(wrong.Metainfo()), HasSubstr("piece hashes are"))
        << size;
  }
}

TEST(ManifestVersion2Test, RefusesHashesThatAreNotThoseOfTheRoot) {
  Version2 wrong;
  wrong.layers[std::string(32, 'r')] = Text(std::string(96, 'h'));
  EXPECT_THAT(Refusal(wrong.Metainfo()),
              HasSubstr("not those of the file's \"pieces root\""));
  // One bit of a right one.
  std::string metainfo = TestMetainfoV2(Content(3 * kPiece), kPiece);
  metainfo[metainfo.size() - 10] ^= 1;
  EXPECT_THAT(Refusal(metainfo),
              HasSubstr("not those of the file's \"pieces root\""));
}

}  // namespace
}  // namespace convoy
