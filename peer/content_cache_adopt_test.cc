// Files that were there already become contents.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "peer/cache_testing.h"
#include "peer/content_cache.h"
#include "peer/content_cache_testing.h"
#include "peer/contents.h"
#include "peer/manifest_maker.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ContentCacheAdoptTest : public testing::Test {
 protected:
  AdoptRequest Request() {
    AdoptRequest request;
    request.file = OpenToRead(path_);
    request.metainfo = made_.metainfo;
    request.keep.local_path = path_;
    request.keep.owner = geteuid();
    return request;
  }

  CacheWorld world_;
  const std::string path_ = world_.MakeFile("file");
  const MadeManifest made_ = ManifestOf(path_, "file");
};

TEST_F(ContentCacheAdoptTest, TheRightFileIsKept) {
  AdoptRequest request = Request();
  request.keep.pinned = true;
  const auto id = world_.Adopt(std::move(request));
  ASSERT_TRUE(id.ok()) << id.status();
  EXPECT_EQ(*id, made_.info_hash);
  const CachedContent* const content = world_.cache().Find(*id);
  ASSERT_NE(content, nullptr);
  EXPECT_EQ(content->name(), "file");
  EXPECT_EQ(content->source_url(), "https://example.org/file");
  EXPECT_EQ(content->local_path(), path_);
  EXPECT_EQ(content->piece_length(), kMinGivenPieceLength);
  EXPECT_EQ(content->holding(), ContentHolding::kHardLink);
  EXPECT_TRUE(content->pinned());
  EXPECT_TRUE(world_.Open(*id).ok());
}

TEST_F(ContentCacheAdoptTest, AFileWithAWrongByteIsRefused) {
  ChangeInPlace(path_);
  const auto id = world_.Adopt(Request());
  EXPECT_EQ(id.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(id.status().message()),
              HasSubstr("piece 0 of 3 has other bytes"));
  EXPECT_EQ(ErrorDetailOf(id.status()).local_path(), path_);
  EXPECT_THAT(world_.cache().entries(), IsEmpty());
}

TEST_F(ContentCacheAdoptTest, AFileOfAnotherSizeIsRefused) {
  ASSERT_EQ(truncate(path_.c_str(), 39'999), 0);
  const auto id = world_.Adopt(Request());
  EXPECT_EQ(id.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(id.status().message()), HasSubstr("39999"));
}

TEST_F(ContentCacheAdoptTest, AManifestThatIsNoneIsRefused) {
  AdoptRequest request = Request();
  request.metainfo = "d4:infoi1ee";
  const auto id = world_.Adopt(std::move(request));
  EXPECT_EQ(id.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ErrorDetailOf(id.status()).field(), "manifest_path");
}

TEST_F(ContentCacheAdoptTest, WithoutAnAgeNothingIsAdopted) {
  world_.settings().cache_max_age = absl::ZeroDuration();
  world_.Restart();
  EXPECT_EQ(ErrorDetailOf(world_.Adopt(Request()).status()).reason(),
            v1::ERROR_REASON_BLOCKED_BY_POLICY);
}

TEST_F(ContentCacheAdoptTest, AFileThatChangesAfterItsCheckIsRefused) {
  absl::StatusOr<std::string> id = absl::UnknownError("no answer");
  world_.cache().Adopt(Request(), [&](auto result) { id = result; });
  world_.worker().Hold();
  world_.executor().RunUntilIdle();  // The check is done; the link waits.
  ChangeInPlace(path_);
  world_.worker().Release();
  world_.executor().RunUntilIdle();
  EXPECT_EQ(ErrorDetailOf(id.status()).reason(),
            v1::ERROR_REASON_LOCAL_FILE_CHANGED);
  EXPECT_THAT(world_.cache().entries(), IsEmpty());
}

TEST_F(ContentCacheAdoptTest, TheEndOfTheCacheEndsTheCheck) {
  int answers = 0;
  world_.cache().Adopt(Request(), [&](auto) { ++answers; });
  world_.Destroy();
  world_.executor().RunUntilIdle();
  EXPECT_EQ(answers, 0);
  EXPECT_THAT(world_.index().kept, IsEmpty());
}

}  // namespace
}  // namespace convoy
