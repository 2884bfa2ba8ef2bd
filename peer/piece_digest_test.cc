#include "peer/piece_digest.h"

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "peer/sha256.h"

namespace convoy {
namespace {

constexpr std::size_t kBlock = 16 << 10;

std::string Hash(absl::string_view bytes) {
  Sha256 sha256;
  sha256.Update(bytes);
  return sha256.Finish();
}

// The node above two.
std::string Above(const std::string& left, const std::string& right) {
  return Hash(left + right);
}

std::string Block(char of) { return std::string(kBlock, of); }

PieceHashKind Version2(std::int64_t size, std::int64_t piece_length) {
  return PieceHashKind::Version2(*PieceLayout::Make(size, piece_length));
}

std::string DigestOf(PieceHashKind kind, absl::string_view bytes) {
  PieceDigest digest(kind);
  digest.Update(bytes);
  return digest.Finish();
}

const std::string kNoBlock(32, '\0');

TEST(PieceDigestTest, Version1IsTheSha1) {
  const PieceHashKind kind;
  EXPECT_FALSE(kind.is_version2());
  EXPECT_EQ(kind.size(), 20u);
  EXPECT_EQ(absl::BytesToHexString(DigestOf(kind, "abc")),
            "a9993e364706816aba3e25717850c26c9cd0d89d");
}

TEST(PieceDigestTest, Version2OfABlockIsItsSha256) {
  const PieceHashKind kind = Version2(3, kBlock);
  EXPECT_TRUE(kind.is_version2());
  EXPECT_EQ(kind.size(), 32u);
  EXPECT_EQ(absl::BytesToHexString(DigestOf(kind, "abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(DigestOf(kind, Block('a')), Hash(Block('a')));
}

TEST(PieceDigestTest, TheOnlyPieceHasTheTreeOfItsBlocks) {
  const auto size = static_cast<std::int64_t>(2 * kBlock + 5);
  const std::string blocks = Block('a') + Block('b') + "short";
  EXPECT_EQ(DigestOf(Version2(size, 1 << 20), blocks),
            Above(Above(Hash(Block('a')), Hash(Block('b'))),
                  Above(Hash("short"), kNoBlock)));
}

TEST(PieceDigestTest, OneOfSeveralHasTheTreeOfAFullPiece) {
  const PieceHashKind kind = Version2(9 * kBlock, 4 * kBlock);
  const std::string empty = Above(kNoBlock, kNoBlock);
  EXPECT_EQ(DigestOf(kind, "short"),
            Above(Above(Hash("short"), kNoBlock), empty));
  EXPECT_EQ(DigestOf(kind, Block('a') + Block('b') + Block('c') + Block('d')),
            Above(Above(Hash(Block('a')), Hash(Block('b'))),
                  Above(Hash(Block('c')), Hash(Block('d')))));
}

TEST(PieceDigestTest, PartsOfAnyLengthMakeTheSameHash) {
  const PieceHashKind kind = Version2(20 * kBlock, 4 * kBlock);
  const std::string bytes = Block('a') + Block('b') + Block('c') + "rest";
  for (const std::size_t length :
       {std::size_t{1}, kBlock - 1, kBlock, kBlock + 1, 3 * kBlock}) {
    PieceDigest digest(kind);
    for (std::size_t at = 0; at < bytes.size(); at += length) {
      digest.Update(absl::string_view(bytes).substr(at, length));
    }
    EXPECT_EQ(digest.Finish(), DigestOf(kind, bytes)) << length;
  }
}

TEST(PieceDigestTest, TheNextPieceBeginsAnew) {
  for (const PieceHashKind kind :
       {PieceHashKind(), Version2(20 * kBlock, 4 * kBlock)}) {
    PieceDigest digest(kind);
    digest.Update(Block('a') + "some");
    digest.Finish();
    digest.Update("abc");
    EXPECT_EQ(digest.Finish(), DigestOf(kind, "abc"));
  }
}

TEST(PieceDigestTest, TheRootIsOverAllPieces) {
  const auto one = *PieceLayout::Make(kBlock, kBlock);
  EXPECT_EQ(PiecesRoot(one, Hash("a")), Hash("a"));
  const auto three = *PieceLayout::Make(5 * kBlock, 2 * kBlock);
  EXPECT_EQ(PiecesRoot(three, Hash("a") + Hash("b") + Hash("c")),
            Above(Above(Hash("a"), Hash("b")),
                  Above(Hash("c"), Above(kNoBlock, kNoBlock))));
}

}  // namespace
}  // namespace convoy
