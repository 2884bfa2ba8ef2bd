#include "peer/swarm_storage.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "peer/base/unique_fd.h"
#include "peer/transfer_testing.h"

namespace convoy {
namespace {

constexpr std::int64_t kPiece = 32 << 10;
constexpr std::int64_t kBlock = PieceLayout::kBlockLength;

PieceIndex P(int index) { return PieceIndex{index}; }

// A content of `size` bytes in an unnamed file.
class SwarmStorageTest : public ::testing::Test {
 protected:
  SwarmStorageTest() { UseRanges({}); }

  void UseRanges(const std::vector<ByteRange>& ranges) {
    map_ = ranges.empty() ? StorageMap::Whole(layout_)
                          : StorageMap::OfRanges(ranges, layout_);
    fd_ = memfd_create("content", MFD_CLOEXEC);
    storage_ = std::make_unique<SwarmStorage>(
        OpenTargetFile(UniqueFd(fd_)), std::make_shared<PieceHashes>(layout_),
        map_);
  }
  std::string PieceBytes(int piece) const {
    const ByteRange range = layout_.RangeOf(P(piece));
    return content_.substr(static_cast<std::size_t>(range.offset),
                           static_cast<std::size_t>(range.length));
  }
  std::string ReadPiece(int piece) const {
    std::string bytes(
        static_cast<std::size_t>(layout_.RangeOf(P(piece)).length), '\0');
    EXPECT_EQ(storage_->Read(P(piece), 0, &bytes[0], bytes.size()),
              absl::OkStatus());
    return bytes;
  }
  // All pieces go in and come out, and the local file is the ranges.
  void ExpectHolds(const std::vector<ByteRange>& ranges) const {
    std::string wanted;
    for (const ByteRange& range : ranges) {
      wanted += content_.substr(static_cast<std::size_t>(range.offset),
                                range.length == ByteRange::kToEnd
                                    ? std::string::npos
                                    : static_cast<std::size_t>(range.length));
    }
    EXPECT_EQ(map_.local_size(), static_cast<std::int64_t>(wanted.size()));
    for (const PieceSpan& span : map_.pieces()) {
      for (int i = span.first.value; i < span.end.value; ++i) {
        ASSERT_TRUE(*storage_->PutPiece(P(i), PieceBytes(i)));
        EXPECT_EQ(*storage_->HashPiece(P(i)), Sha1Of(PieceBytes(i)));
        EXPECT_EQ(ReadPiece(i), PieceBytes(i));
      }
    }
    EXPECT_EQ(File(map_.local_size()), wanted);
  }
  std::string File(std::int64_t size) const {
    std::string bytes(static_cast<std::size_t>(size), '\0');
    EXPECT_EQ(pread(fd_, &bytes[0], bytes.size(), 0), size);
    return bytes;
  }

  const std::string content_ = TestContent(5 * kPiece + 1000);
  const PieceLayout layout_ = *PieceLayout::Make(5 * kPiece + 1000, kPiece);
  StorageMap map_ = StorageMap::Whole(layout_);
  int fd_ = -1;  // Of the storage.
  std::unique_ptr<SwarmStorage> storage_;
};

TEST_F(SwarmStorageTest, BlocksOfPeersMakeAPiece) {
  const std::string piece = PieceBytes(1);
  ASSERT_TRUE(storage_->WriteBlock(P(1), kBlock, piece.substr(kBlock)).ok());
  ASSERT_TRUE(storage_->WriteBlock(P(1), 0, piece.substr(0, kBlock)).ok());
  EXPECT_EQ(*storage_->HashPiece(P(1)), Sha1Of(piece));
  storage_->MarkVerified(P(1));
  EXPECT_EQ(ReadPiece(1), piece);
}

TEST_F(SwarmStorageTest, AVerifiedPieceIsNeverWrittenAgain) {
  ASSERT_TRUE(*storage_->PutPiece(P(0), PieceBytes(0)));
  const absl::StatusOr<bool> written =
      storage_->WriteBlock(P(0), 0, std::string(kBlock, 'x'));
  EXPECT_TRUE(written.ok() && !*written);
  EXPECT_FALSE(*storage_->PutPiece(P(0), std::string(kPiece, 'x')));
  EXPECT_EQ(ReadPiece(0), PieceBytes(0));
}

TEST_F(SwarmStorageTest, ASecondPieceReplacesWrongBlocksOfPeers) {
  ASSERT_TRUE(storage_->WriteBlock(P(2), 0, std::string(kBlock, 'x')).ok());
  ASSERT_TRUE(*storage_->PutPiece(P(2), PieceBytes(2)));
  EXPECT_EQ(ReadPiece(2), PieceBytes(2));
}

TEST_F(SwarmStorageTest, OnlyVerifiedPiecesAreRead) {
  ASSERT_TRUE(storage_->WriteBlock(P(0), 0, PieceBytes(0)).ok());
  std::string bytes(10, '\0');
  EXPECT_EQ(storage_->Read(P(0), 0, &bytes[0], 10).code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(storage_->TryRead(P(0), 0, &bytes[0], 10));
  EXPECT_TRUE(storage_->ReadBack(P(0), 0, &bytes[0], 10).ok());
  EXPECT_EQ(bytes, content_.substr(0, 10));
}

TEST_F(SwarmStorageTest, WhatSomebodyChangedIsNotGivenOut) {
  for (int i = 0; i < layout_.count(); ++i) {
    ASSERT_TRUE(*storage_->PutPiece(P(i), PieceBytes(i)));
  }
  ASSERT_TRUE(storage_->Freeze().ok());
  EXPECT_EQ(ReadPiece(3), PieceBytes(3));
  const timespec times[2] = {{0, UTIME_OMIT}, {1, 0}};
  ASSERT_EQ(futimens(fd_, times), 0);
  std::string bytes(10, '\0');
  EXPECT_FALSE(storage_->TryRead(P(3), 0, &bytes[0], 10));
  EXPECT_EQ(storage_->Read(P(3), 0, &bytes[0], 10).code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(storage_->changed());
}

TEST_F(SwarmStorageTest, RangesLieAsTheLocalFileWantsThem) {
  // Ends and begins inside of pieces; the second and third are in one piece.
  const std::vector<ByteRange> ranges = {
      {100, 40'000}, {3 * kPiece + 10, 20}, {3 * kPiece + 50, 100}};
  UseRanges(ranges);
  ASSERT_EQ(map_.pieces().size(), 2U);
  EXPECT_EQ(map_.file_size(), 3 * kPiece);
  ExpectHolds(ranges);
}

TEST_F(SwarmStorageTest, RangesMayComeInAnyOrder) {
  const std::vector<ByteRange> ranges = {{4 * kPiece + 7, ByteRange::kToEnd},
                                         {3 * kPiece + 50, 100},
                                         {100, 40'000},
                                         {3 * kPiece + 10, 20}};
  UseRanges(ranges);
  ASSERT_EQ(map_.pieces().size(), 2U);
  EXPECT_EQ(map_.pieces()[0].first, P(0));
  EXPECT_EQ(map_.pieces()[1].first, P(3));
  EXPECT_EQ(map_.file_size(), 4 * kPiece + 1000);
  ExpectHolds(ranges);
}

TEST_F(SwarmStorageTest, WhatLiesInNoPieceOfTheRangesHasNoPlace) {
  UseRanges({{kPiece + 10, 20}, {3 * kPiece, 5}});
  for (const int piece : {0, 2, 4, 5}) {
    EXPECT_FALSE(map_.Has(P(piece))) << piece;
    EXPECT_FALSE(map_.At(layout_.RangeOf(P(piece)).offset)) << piece;
    EXPECT_TRUE(absl::IsOutOfRange(
        storage_->PutPiece(P(piece), PieceBytes(piece)).status()));
    EXPECT_TRUE(absl::IsOutOfRange(
        storage_->WriteBlock(P(piece), 0, PieceBytes(piece)).status()));
    EXPECT_TRUE(absl::IsOutOfRange(storage_->HashPiece(P(piece)).status()));
    EXPECT_FALSE(storage_->TryHashPiece(P(piece)));
    EXPECT_FALSE(storage_->verified(P(piece)));
    char byte;
    EXPECT_TRUE(absl::IsOutOfRange(storage_->ReadBack(P(piece), 0, &byte, 1)));
  }
  for (const int piece : {1, 3}) {
    EXPECT_TRUE(map_.Has(P(piece))) << piece;
    EXPECT_TRUE(*storage_->PutPiece(P(piece), PieceBytes(piece)));
  }
  // Begins where it may, and goes on into the gap.
  std::string bytes(2 * kPiece, '\0');
  EXPECT_TRUE(
      absl::IsOutOfRange(storage_->ReadBack(P(1), 0, &bytes[0], 2 * kPiece)));
}

TEST_F(SwarmStorageTest, TheOriginsBytesReplaceWhatWasVerifiedOnAWord) {
  const std::string lie(kPiece, 'x');
  storage_->SetWord(P(1), Sha1Of(lie));
  ASSERT_TRUE(*storage_->WriteBlock(P(1), 0, lie));
  storage_->MarkVerified(P(1));
  EXPECT_TRUE(*storage_->PutPiece(P(1), PieceBytes(1)));
  EXPECT_EQ(ReadPiece(1), PieceBytes(1));
  EXPECT_TRUE(storage_->hashes().certain(P(1)));
  EXPECT_EQ(storage_->hashes().Find(P(1)), Sha1Of(PieceBytes(1)));
}

TEST_F(SwarmStorageTest, AWordThatIsRightBecomesCertain) {
  storage_->SetWord(P(1), Sha1Of(PieceBytes(1)));
  ASSERT_TRUE(*storage_->WriteBlock(P(1), 0, PieceBytes(1)));
  storage_->MarkVerified(P(1));
  EXPECT_FALSE(*storage_->PutPiece(P(1), PieceBytes(1)));
  EXPECT_TRUE(storage_->hashes().certain(P(1)));
}

TEST_F(SwarmStorageTest, WhatAMirrorGivesIsNoMoreThanAWord) {
  const std::string mirrored(kPiece, 'm');
  const auto put = [&](const std::string& bytes) {
    return storage_->PutPiece(P(1), bytes, SwarmStorage::Authority::kMirror);
  };
  storage_->SetWord(P(1), Sha1Of("a peer's"));
  ASSERT_TRUE(*put(mirrored));
  EXPECT_EQ(storage_->hashes().Find(P(1)), Sha1Of(mirrored));
  EXPECT_FALSE(storage_->hashes().certain(P(1)));
  EXPECT_FALSE(*put(PieceBytes(1)));
  EXPECT_EQ(ReadPiece(1), mirrored);
  ASSERT_TRUE(*storage_->PutPiece(P(1), PieceBytes(1)));
  EXPECT_EQ(ReadPiece(1), PieceBytes(1));
}

TEST_F(SwarmStorageTest, AMirrorDoesNotContradictTheOrigin) {
  storage_->hashes().Decide(P(1), Sha1Of(PieceBytes(1)));
  EXPECT_TRUE(absl::IsDataLoss(storage_
                                   ->PutPiece(P(1), std::string(kPiece, 'm'),
                                              SwarmStorage::Authority::kMirror)
                                   .status()));
  EXPECT_FALSE(storage_->verified(P(1)));
}

TEST_F(SwarmStorageTest, WhatIsVerifiedOnAWordIsNotGivenWhileItIsInDoubt) {
  ASSERT_TRUE(*storage_->PutPiece(P(0), PieceBytes(0)));
  ASSERT_TRUE(*storage_->PutPiece(P(1), PieceBytes(1),
                                  SwarmStorage::Authority::kMirror));
  storage_->Doubt();
  char byte;
  EXPECT_TRUE(storage_->MayGive(P(0)));
  EXPECT_EQ(ReadPiece(0), PieceBytes(0));
  EXPECT_FALSE(storage_->MayGive(P(1)));
  EXPECT_TRUE(absl::IsUnavailable(storage_->Read(P(1), 0, &byte, 1)));
  EXPECT_FALSE(storage_->TryRead(P(1), 0, &byte, 1));
  // The origin says the same.
  EXPECT_FALSE(*storage_->PutPiece(P(1), PieceBytes(1)));
  EXPECT_EQ(ReadPiece(1), PieceBytes(1));
  ASSERT_TRUE(*storage_->PutPiece(P(2), PieceBytes(2),
                                  SwarmStorage::Authority::kMirror));
  EXPECT_FALSE(storage_->MayGive(P(2)));
  storage_->Trust();
  EXPECT_EQ(ReadPiece(2), PieceBytes(2));
  EXPECT_FALSE(storage_->MayGive(P(3)));
}

TEST_F(SwarmStorageTest, WordsChangeNothingOfWhatIsVerified) {
  storage_->SetWord(P(1), Sha1Of("one"));
  storage_->SetWord(P(1), Sha1Of("another"));
  EXPECT_EQ(storage_->hashes().Find(P(1)), Sha1Of("another"));
  storage_->MarkVerified(P(1));
  storage_->SetWord(P(1), std::nullopt);
  EXPECT_EQ(storage_->hashes().Find(P(1)), Sha1Of("another"));
}

TEST_F(SwarmStorageTest, TheFirstHashThatIsLearnedStays) {
  PieceHashes& hashes = storage_->hashes();
  EXPECT_FALSE(hashes.Find(P(1)));
  EXPECT_TRUE(hashes.Learn(P(1), Sha1Of("right")));
  EXPECT_TRUE(hashes.Learn(P(1), Sha1Of("right")));
  EXPECT_FALSE(hashes.Learn(P(1), Sha1Of("wrong")));
  EXPECT_EQ(*hashes.Find(P(1)), Sha1Of("right"));
  EXPECT_EQ(hashes.Known().size(), 1U);
  hashes.Forget(P(1));
  EXPECT_FALSE(hashes.Find(P(1)));
}

}  // namespace
}  // namespace convoy
