#include "peer/manifest_check.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "peer/base/unique_fd.h"
#include "peer/cache_testing.h"
#include "peer/content_testing.h"
#include "peer/manifest.h"
#include "peer/manifest_maker.h"
#include "peer/piece_layout.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr std::size_t kPiece = 16 << 10;
constexpr std::size_t kSize = 10 * kPiece + 5;

v1::ErrorReason ReasonOf(const absl::Status& status) {
  return ErrorDetailOf(status).reason();
}

class ManifestCheckTest : public testing::Test {
 protected:
  void Overwrite(std::size_t offset) {
    const UniqueFd fd(open(path_.c_str(), O_WRONLY | O_CLOEXEC));
    const char wrong = static_cast<char>(bytes_[offset] ^ 1);
    ASSERT_EQ(pwrite(fd.get(), &wrong, 1, static_cast<off_t>(offset)), 1);
  }
  absl::StatusOr<std::optional<PieceIndex>> Check() {
    return FirstWrongPiece(OpenToRead(path_).get(), *manifest_,
                           [] { return true; });
  }

  const TempFolder folder_;
  const std::string bytes_ = TestBytes(kSize);
  const std::string path_ = folder_.Write("file", bytes_);
  const std::shared_ptr<const Manifest> manifest_ =
      ReadManifest(ManifestOf(path_, "file").metainfo).value();
};

TEST_F(ManifestCheckTest, FindsNothingWrongWithTheRightFile) {
  const auto wrong = Check();
  ASSERT_TRUE(wrong.ok()) << wrong.status();
  EXPECT_FALSE(wrong->has_value());
}

TEST_F(ManifestCheckTest, FindsTheFirstWrongPiece) {
  for (const std::size_t offset :
       {kSize - 1, 7 * kPiece, 7 * kPiece - 1, std::size_t{0}}) {
    Overwrite(offset);
    const auto wrong = Check();
    ASSERT_TRUE(wrong.ok()) << wrong.status();
    ASSERT_TRUE(wrong->has_value());
    EXPECT_EQ((*wrong)->value, static_cast<int>(offset / kPiece));
  }
}

TEST_F(ManifestCheckTest, PiecesOfVersion2AreChecked) {
  const auto manifest = ReadManifest(TestMetainfoV2(bytes_, 2 * kPiece));
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  const auto check = [&] {
    return *FirstWrongPiece(OpenToRead(path_).get(), **manifest,
                            [] { return true; });
  };
  EXPECT_EQ(check(), std::nullopt);
  Overwrite(7 * kPiece);
  EXPECT_EQ(check(), PieceIndex{3});
}

TEST_F(ManifestCheckTest, AnotherSizeIsAnotherFile) {
  ASSERT_EQ(truncate(path_.c_str(), kSize - 1), 0);
  EXPECT_EQ(ReasonOf(Check().status()), v1::ERROR_REASON_SIZE_MISMATCH);
  ASSERT_EQ(truncate(path_.c_str(), kSize + 1), 0);
  EXPECT_EQ(ReasonOf(Check().status()), v1::ERROR_REASON_SIZE_MISMATCH);
}

TEST_F(ManifestCheckTest, AFileThatIsWrittenMeanwhileIsNotJudged) {
  int asked = 0;
  const auto wrong = FirstWrongPiece(OpenToRead(path_).get(), *manifest_, [&] {
    if (++asked == 5) ChangeInPlace(path_);  // Its first piece is read.
    return true;
  });
  EXPECT_EQ(ReasonOf(wrong.status()), v1::ERROR_REASON_LOCAL_FILE_CHANGED);
}

TEST_F(ManifestCheckTest, AFileThatIsCutMeanwhileIsNotJudged) {
  const auto wrong = FirstWrongPiece(OpenToRead(path_).get(), *manifest_, [&] {
    EXPECT_EQ(truncate(path_.c_str(), 1), 0);
    return true;
  });
  EXPECT_EQ(ReasonOf(wrong.status()), v1::ERROR_REASON_LOCAL_FILE_CHANGED);
}

TEST_F(ManifestCheckTest, StopsWhenItIsTold) {
  int asked = 0;
  const auto wrong = FirstWrongPiece(OpenToRead(path_).get(), *manifest_,
                                     [&] { return ++asked < 3; });
  EXPECT_EQ(wrong.status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(asked, 3);
}

TEST_F(ManifestCheckTest, PiecesLongerThanTheBufferAreRight) {
  const std::string large = folder_.Write("large", TestBytes(5 << 20));
  ManifestSpec spec;
  spec.name = "large";
  spec.piece_length = 4 << 20;
  const auto made = MakeManifest(OpenToRead(large).get(), spec,
                                 [](std::int64_t) { return true; });
  ASSERT_TRUE(made.ok()) << made.status();
  const auto manifest = ReadManifest(made->metainfo);
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  const auto wrong =
      FirstWrongPiece(OpenToRead(large).get(), **manifest, [] { return true; });
  ASSERT_TRUE(wrong.ok()) << wrong.status();
  EXPECT_FALSE(wrong->has_value());
}

}  // namespace
}  // namespace convoy
