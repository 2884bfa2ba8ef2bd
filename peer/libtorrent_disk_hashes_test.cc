// What the disk makes of a piece by hashes that are not those of version 1's
// manifests.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "peer/libtorrent_disk_testing.h"
#include "peer/piece_digest.h"

namespace convoy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Hashes of version 2: libtorrent sees their first bytes.

class Version2DiskTest : public LibtorrentDiskTest {
 protected:
  Version2DiskTest()
      : LibtorrentDiskTest(
            PieceHashKind::Version2(*PieceLayout::Make(kSize, kPiece))) {}
};

TEST_F(Version2DiskTest, ARightPieceInOrderIsHashedAsItIsWritten) {
  UseFile(std::make_shared<ColdFile>(OpenTargetFile(target_.Open())),
          std::make_shared<PieceHashes>(manifest_));
  WritePiece(1, Bytes(1));
  worker_.Hold();
  EXPECT_EQ(HashNow(1).hash, ManifestHash(1));
  EXPECT_TRUE(entry_->storage->verified(P(1)));
}

TEST_F(Version2DiskTest, ARightPieceInDisorderIsReadBack) {
  WritePieceInDisorder(1, Bytes(1));
  EXPECT_EQ(HashNow(1).hash, ManifestHash(1));
  UseFile(std::make_shared<ColdFile>(OpenTargetFile(target_.Open())),
          std::make_shared<PieceHashes>(manifest_));
  WritePieceInDisorder(2, Bytes(2));
  EXPECT_EQ(HashNow(2).hash, ManifestHash(2));
}

TEST_F(Version2DiskTest, TheLastPieceIsShort) {
  WritePiece(3, Bytes(3, 0, 1000));
  EXPECT_EQ(HashNow(3).hash, ManifestHash(3));
  EXPECT_TRUE(entry_->storage->verified(P(3)));
}

TEST_F(Version2DiskTest, AWrongPieceIsNotVerified) {
  std::string bytes = Bytes(1);
  bytes[kBlock + 5] ^= 1;
  WritePiece(1, bytes);
  EXPECT_NE(HashNow(1).hash, ManifestHash(1));
  EXPECT_FALSE(entry_->storage->verified(P(1)));
  EXPECT_THAT(listener_.errors, IsEmpty());
}

TEST_F(Version2DiskTest, APieceOfTheOriginIsRight) {
  PutPiece(1);
  worker_.Hold();
  WritePiece(1, wrong_);
  EXPECT_EQ(HashNow(1).hash, ManifestHash(1));
}

// Hashes that are learned from others.

class LateBoundDiskTest : public LibtorrentDiskTest {
 protected:
  LateBoundDiskTest() {
    shown_ = placeholders_;
    UseHashes(std::make_shared<PieceHashes>(layout_));
  }
  // From a peer.
  void Learn(int piece, const std::string& bytes) {
    entry_->storage->hashes().Forget(P(piece));
    entry_->storage->hashes().Learn(P(piece), Sha1Of(bytes));
    LibtorrentDisk::HashLearned(entry_.get(), P(piece));
    loop_.RunUntilIdle();
  }
  // From the origin's own bytes.
  void Decide(int piece, const std::string& bytes) {
    entry_->storage->hashes().Decide(P(piece), Sha1Of(bytes));
    LibtorrentDisk::HashLearned(entry_.get(), P(piece));
    loop_.RunUntilIdle();
  }
  std::string Placeholder(int piece) const {
    return std::string(placeholders_->HashOf(P(piece)));
  }

  const std::shared_ptr<const Manifest> placeholders_ =
      MakeManifest(TestContent(kSize, 2));
};

TEST_F(LateBoundDiskTest, APieceWaitsForItsHash) {
  WritePiece(1, Bytes(1));
  const auto hashed = StartHash(1);
  loop_.RunUntilIdle();
  EXPECT_FALSE(hashed->has_value());
  EXPECT_THAT(listener_.wanted, ElementsAre(1));
  Learn(2, Bytes(2));
  LibtorrentDisk::HashLearned(entry_.get(), P(1));  // It is not.
  EXPECT_FALSE(hashed->has_value());
  Learn(1, Bytes(1));
  ASSERT_TRUE(hashed->has_value());
  EXPECT_EQ((*hashed)->hash, Placeholder(1));
  EXPECT_TRUE(entry_->storage->verified(P(1)));
  EXPECT_THAT(entry_->held, IsEmpty());
}

TEST_F(LateBoundDiskTest, APieceThatWaitedMayBeWrong) {
  WritePiece(1, wrong_);
  const auto hashed = StartHash(1);
  loop_.RunUntilIdle();
  Decide(1, Bytes(1));
  ASSERT_TRUE(hashed->has_value());
  EXPECT_NE((*hashed)->hash, Placeholder(1));
  EXPECT_FALSE((*hashed)->error);
  EXPECT_FALSE(entry_->storage->verified(P(1)));
}

// Who told a wrong hash does not make right bytes wrong.
TEST_F(LateBoundDiskTest, ALieDoesNotDecide) {
  Learn(1, wrong_);
  WritePiece(1, Bytes(1));
  const auto hashed = StartHash(1);
  loop_.RunUntilIdle();
  EXPECT_FALSE(hashed->has_value());
  EXPECT_THAT(listener_.wanted, ElementsAre(1));
  Learn(1, "another lie");
  EXPECT_FALSE(hashed->has_value());
  // Who gave the bytes stands by them.
  Learn(1, Bytes(1));
  ASSERT_TRUE(hashed->has_value());
  EXPECT_EQ((*hashed)->hash, Placeholder(1));
  EXPECT_TRUE(entry_->storage->verified(P(1)));
  EXPECT_EQ(entry_->storage->hashes().Find(P(1)), Sha1Of(Bytes(1)));
}

TEST_F(LateBoundDiskTest, BytesThatNobodyVouchesForAreWrongInTheEnd) {
  Learn(1, Bytes(1));
  WritePiece(1, wrong_);
  const auto hashed = StartHash(1);
  loop_.RunUntilIdle();
  ASSERT_FALSE(hashed->has_value());
  LibtorrentDisk::GiveUpHash(entry_.get(), P(1));
  ASSERT_TRUE(hashed->has_value());
  EXPECT_NE((*hashed)->hash, Placeholder(1));
  EXPECT_FALSE(entry_->storage->verified(P(1)));
  EXPECT_EQ(entry_->storage->hashes().Find(P(1)), Sha1Of(Bytes(1)));
  EXPECT_THAT(entry_->held, IsEmpty());
}

TEST_F(LateBoundDiskTest, AHashThatIsKnownIsNotAskedFor) {
  Learn(1, Bytes(1));
  WritePiece(1, Bytes(1));
  EXPECT_EQ(HashNow(1).hash, Placeholder(1));
  EXPECT_THAT(listener_.wanted, IsEmpty());
}

TEST_F(LateBoundDiskTest, NothingWaitsForATorrentThatHasGone) {
  WritePiece(1, Bytes(1));
  entry_->listener = nullptr;
  EXPECT_NE(HashNow(1).hash, Placeholder(1));
  EXPECT_THAT(entry_->held, IsEmpty());
}

}  // namespace
}  // namespace convoy
