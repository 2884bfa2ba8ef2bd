#include "peer/content_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "peer/cache_testing.h"
#include "peer/content_cache_testing.h"
#include "peer/contents.h"
#include "peer/file_identity_stamp.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

v1::ErrorReason ReasonOf(const absl::Status& status) {
  return ErrorDetailOf(status).reason();
}

// How a content may be held, for what is the same for all.
enum class How { kReflink, kHardLink, kFinalPath };

class HeldContentTest : public testing::TestWithParam<How> {
 protected:
  std::string KeepFile(const std::string& name) {
    return GetParam() == How::kFinalPath ? world_.KeepAtFinalPath(name)
                                         : world_.KeepFile(name);
  }
  bool IsLink() const { return GetParam() != How::kFinalPath; }

  CacheWorld world_{GetParam() == How::kReflink ? CopyingClone : NoClone};
  const std::string id_ = KeepFile("disk.img");
};

TEST_P(HeldContentTest, IsListedAsItWasKept) {
  const CachedContent* const content = world_.cache().Find(id_);
  ASSERT_NE(content, nullptr);
  const ContentInfo info =
      world_.cache().InfoOf(*ContentKey::Of(id_), *content);
  EXPECT_EQ(info.id, id_);
  EXPECT_EQ(info.name, "disk.img");
  EXPECT_EQ(info.source_url, "https://example.org/disk.img");
  EXPECT_EQ(info.size, 40'000);
  EXPECT_EQ(info.available_bytes, 40'000);
  EXPECT_EQ(info.piece_length, 16 << 10);
  EXPECT_EQ(info.state, ContentState::kResting);
  EXPECT_EQ(info.holding, GetParam() == How::kReflink ? ContentHolding::kReflink
                          : GetParam() == How::kHardLink
                              ? ContentHolding::kHardLink
                              : ContentHolding::kFinalPath);
  EXPECT_EQ(info.local_path, world_.Path("disk.img"));
  EXPECT_FALSE(info.pinned);
  EXPECT_EQ(info.create_time, world_.clock().Now());
  EXPECT_EQ(info.last_use_time, world_.clock().Now());
  EXPECT_EQ(info.expire_time, world_.clock().Now() + absl::Hours(72));
  EXPECT_EQ(info.owner, IsLink() ? geteuid() : geteuid() + 1);
}

TEST_P(HeldContentTest, OpensWithItsManifestAndHashes) {
  const auto opened = world_.Open(id_);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(ReadAll(opened->fd.get()),
            ReadAll(OpenToRead(world_.Path("disk.img")).get()));
  EXPECT_EQ(opened->manifest->info_hash, id_);
  EXPECT_EQ(opened->manifest->layout.size(), 40'000);
  EXPECT_EQ(opened->late_hashes, "late");
  EXPECT_TRUE(StillSame(opened->fd.get(), opened->identity));
}

TEST_P(HeldContentTest, IsThereAfterARestartAndNothingIsOpenedForThat) {
  const int opened_before = world_.opened_as_owner();
  world_.Restart();
  EXPECT_EQ(world_.start_status(), absl::OkStatus());
  EXPECT_EQ(world_.index().manifests_read, 0);
  EXPECT_EQ(world_.opened_as_owner(), opened_before);
  ASSERT_NE(world_.cache().Find(id_), nullptr);
  const auto opened = world_.Open(id_);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->manifest->info_hash, id_);
}

TEST_P(HeldContentTest, AfterTheUsersDeletionALinkIsServedAndAPathIsGone) {
  ASSERT_EQ(unlink(world_.Path("disk.img").c_str()), 0);
  world_.Restart();
  const auto opened = world_.Open(id_);
  EXPECT_EQ(opened.ok(), IsLink()) << opened.status();
  if (opened.ok()) {
    EXPECT_EQ(ReadAll(opened->fd.get()).size(), CacheWorld::kFileSize);
    return;
  }
  EXPECT_EQ(opened.status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(world_.cache().Find(id_), nullptr);
  EXPECT_THAT(world_.evicted(), ElementsAre(id_));
  EXPECT_THAT(world_.index().kept, IsEmpty());
}

TEST_P(HeldContentTest, ChangedInPlaceIsServedOnlyAsACopyOfTheOldBytes) {
  const std::string before = ReadAll(OpenToRead(world_.Path("disk.img")).get());
  ChangeInPlace(world_.Path("disk.img"));
  const auto opened = world_.Open(id_);
  if (GetParam() == How::kReflink) {
    ASSERT_TRUE(opened.ok()) << opened.status();
    EXPECT_EQ(ReadAll(opened->fd.get()), before);
    return;
  }
  EXPECT_EQ(opened.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(opened.status().message()), HasSubstr("changed"));
  EXPECT_EQ(world_.cache().Find(id_), nullptr);
  EXPECT_THAT(world_.evicted(), ElementsAre(id_));
  EXPECT_THAT(world_.index().kept, IsEmpty());
  EXPECT_FALSE(world_.HasLink(id_));
}

TEST_P(HeldContentTest, AChangeWhileItIsOpenShowsInItsStamp) {
  const auto opened = world_.Open(id_);
  ASSERT_TRUE(opened.ok()) << opened.status();
  ChangeInPlace(world_.Path("disk.img"));
  EXPECT_EQ(StillSame(opened->fd.get(), opened->identity),
            GetParam() == How::kReflink);
}

TEST_P(HeldContentTest, ReplacedByRenameTheOldBytesAreServedOrNone) {
  const std::string before = ReadAll(OpenToRead(world_.Path("disk.img")).get());
  const std::string other = world_.MakeFile("other");
  ASSERT_EQ(rename(other.c_str(), world_.Path("disk.img").c_str()), 0);
  const auto opened = world_.Open(id_);
  EXPECT_EQ(opened.ok(), IsLink()) << opened.status();
  if (opened.ok()) {
    EXPECT_EQ(ReadAll(opened->fd.get()), before);
  } else {
    EXPECT_EQ(opened.status().code(), absl::StatusCode::kNotFound);
    EXPECT_EQ(world_.cache().Find(id_), nullptr);
  }
}

TEST_P(HeldContentTest, EvictingLeavesTheUsersFile) {
  EXPECT_EQ(world_.Evict(id_), absl::OkStatus());
  EXPECT_THAT(world_.evicted(), ElementsAre(id_));
  EXPECT_EQ(world_.cache().Find(id_), nullptr);
  EXPECT_THAT(world_.index().kept, IsEmpty());
  EXPECT_FALSE(world_.HasLink(id_));
  EXPECT_EQ(ReadAll(OpenToRead(world_.Path("disk.img")).get()).size(),
            CacheWorld::kFileSize);
  EXPECT_EQ(world_.Open(id_).status().code(), absl::StatusCode::kNotFound);
}

TEST_P(HeldContentTest, KeptAgainItReplacesTheFirst) {
  world_.clock().Advance(absl::Hours(1));
  std::filesystem::copy_file(world_.Path("disk.img"), world_.Path("again"));
  NewContent content = world_.ContentOf(world_.Path("disk.img"));
  content.keep.local_path = world_.Path("again");
  content.file = OpenToRead(world_.Path("again"));
  if (!IsLink()) content.keep.owner = geteuid() + 1;
  ASSERT_EQ(world_.Keep(std::move(content)), absl::OkStatus());
  EXPECT_THAT(world_.cache().entries(), SizeIs(1));
  EXPECT_THAT(world_.evicted(), IsEmpty());
  ASSERT_EQ(unlink(world_.Path("disk.img").c_str()), 0);
  EXPECT_TRUE(world_.Open(id_).ok());
  EXPECT_EQ(world_.cache().Find(id_)->local_path(), world_.Path("again"));
}

INSTANTIATE_TEST_SUITE_P(All, HeldContentTest,
                         testing::Values(How::kReflink, How::kHardLink,
                                         How::kFinalPath));

class ContentCacheTest : public testing::Test {
 protected:
  CacheWorld world_;
};

TEST_F(ContentCacheTest, ListsInTheOrderOfIds) {
  for (int i = 0; i < 20; ++i) world_.KeepFile("file" + std::to_string(i));
  std::string last;
  for (const auto& [key, content] : world_.cache().entries()) {
    EXPECT_LT(last, key.ToHex());
    last = key.ToHex();
  }
  EXPECT_THAT(world_.cache().entries(), SizeIs(20));
}

TEST_F(ContentCacheTest, PrivateContentsAreNotKept) {
  NewContent content = world_.ContentOf(world_.MakeFile("secret"));
  const std::string id = content.keep.content_id;
  content.is_private = true;
  EXPECT_EQ(ReasonOf(world_.Keep(std::move(content))),
            v1::ERROR_REASON_BLOCKED_BY_POLICY);
  EXPECT_THAT(world_.index().kept, IsEmpty());
  EXPECT_FALSE(world_.HasLink(id));
  const ContentDeparture* const departure = world_.cache().FindDeparture(id);
  ASSERT_NE(departure, nullptr);
  EXPECT_EQ(departure->cause, ContentDeparture::Cause::kPrivate);
}

TEST_F(ContentCacheTest, WithoutAnAgeNothingIsKept) {
  world_.settings().cache_max_age = absl::ZeroDuration();
  world_.Restart();
  const absl::Status status =
      world_.Keep(world_.ContentOf(world_.MakeFile("file")));
  EXPECT_EQ(ErrorDetailOf(status).policy(), "cache.max_age_seconds");
  EXPECT_THAT(world_.index().kept, IsEmpty());
}

TEST_F(ContentCacheTest, AnIdHasTwentyBytes) {
  NewContent content = world_.ContentOf(world_.MakeFile("file"));
  content.keep.content_id = "short";
  EXPECT_EQ(world_.Keep(std::move(content)).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(world_.cache().Find("short"), nullptr);
  EXPECT_EQ(world_.Open("short").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(world_.Pin("short", true).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(world_.Evict("short").code(), absl::StatusCode::kNotFound);
  world_.cache().Touch("short");
  world_.cache().SetBusy("short", true);
}

TEST_F(ContentCacheTest, AFileThatChangedAfterItsCheckIsNotKept) {
  NewContent content = world_.ContentOf(world_.MakeFile("file"));
  const std::string id = content.keep.content_id;
  content.verified = StampOf(content.file.get()).value();
  ChangeInPlace(world_.Path("file"));
  EXPECT_EQ(ReasonOf(world_.Keep(std::move(content))),
            v1::ERROR_REASON_LOCAL_FILE_CHANGED);
  EXPECT_EQ(world_.cache().Find(id), nullptr);
  EXPECT_FALSE(world_.HasLink(id));
}

TEST_F(ContentCacheTest, ALinkWithoutARowIsNotLeftWhenTheIndexFails) {
  world_.index().failure = absl::UnavailableError("disk full");
  NewContent content = world_.ContentOf(world_.MakeFile("file"));
  const std::string id = content.keep.content_id;
  EXPECT_EQ(world_.Keep(std::move(content)).code(),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(world_.cache().Find(id), nullptr);
  EXPECT_FALSE(world_.HasLink(id));
}

TEST_F(ContentCacheTest, FinalPathsAreOpenedWithTheOwnersRights) {
  const std::string id = world_.KeepAtFinalPath("file");
  EXPECT_EQ(world_.opened_as_owner(), 0);
  ASSERT_TRUE(world_.Open(id).ok());
  EXPECT_EQ(world_.opened_as_owner(), 1);
  EXPECT_EQ(world_.last_owner(), geteuid() + 1);
  EXPECT_EQ(world_.last_group(), 7u);
}

TEST_F(ContentCacheTest, WhatTheOwnerMayNotReadAnyMoreIsGone) {
  const std::string id = world_.KeepAtFinalPath("file");
  world_.FailOpening(absl::PermissionDeniedError("no"));
  EXPECT_EQ(world_.Open(id).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(world_.cache().Find(id), nullptr);
}

TEST_F(ContentCacheTest, AFailureThatMayPassForgetsNothing) {
  const std::string id = world_.KeepAtFinalPath("file");
  for (const absl::Status& status :
       {absl::UnavailableError("out of descriptors"),
        Error(v1::ERROR_REASON_LOCAL_FILE_IO, v1::ERROR_CONTEXT_LOCAL_FILE)
            .Status("I/O error")}) {
    world_.FailOpening(status);
    EXPECT_EQ(world_.Open(id).status(), status);
    EXPECT_NE(world_.cache().Find(id), nullptr);
  }
  world_.FailOpening(absl::OkStatus());
  EXPECT_TRUE(world_.Open(id).ok());
}

TEST_F(ContentCacheTest, AManifestThatDoesNotFitIsGone) {
  const std::string id = world_.KeepFile("file");
  const std::string other = world_.KeepFile("other");
  const std::string metainfo = world_.index().kept[other].manifest.metainfo;
  for (const std::string& wrong : {std::string("no manifest"), metainfo}) {
    ASSERT_EQ(world_.Keep(world_.ContentOf(world_.Path("file"))),
              absl::OkStatus());
    world_.index().kept[id].manifest.metainfo = wrong;
    EXPECT_EQ(world_.Open(id).status().code(), absl::StatusCode::kNotFound);
    EXPECT_EQ(world_.cache().Find(id), nullptr);
  }
  EXPECT_TRUE(world_.Open(other).ok());
}

TEST_F(ContentCacheTest, ALinkThatSomebodyRemovedIsForgotten) {
  const std::string id = world_.KeepFile("file");
  ASSERT_EQ(unlink(world_.LinkPath(id).c_str()), 0);
  EXPECT_EQ(world_.Open(id).status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(world_.evicted(), ElementsAre(id));
}

TEST_F(ContentCacheTest, LinksAreTheSameWhenTheirDeviceHasAnotherNumber) {
  const std::string id = world_.KeepFile("file");
  const std::string at_path = world_.KeepAtFinalPath("other");
  world_.index().kept[id].row.identity.device ^= 1;
  world_.index().kept[at_path].row.identity.device ^= 1;
  world_.Restart();
  EXPECT_TRUE(world_.Open(id).ok());
  EXPECT_EQ(world_.Open(at_path).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(ContentCacheTest, AStartRemovesLinksWithoutARow) {
  const std::string id = world_.KeepFile("file");
  const std::string lost = world_.KeepFile("lost");
  world_.index().kept.erase(lost);
  world_.Restart();
  EXPECT_TRUE(world_.HasLink(id));
  EXPECT_FALSE(world_.HasLink(lost));
}

TEST_F(ContentCacheTest, AnIndexThatCannotBeReadCostsNoLink) {
  const std::string id = world_.KeepFile("file");
  world_.index().failure = absl::UnavailableError("I/O error");
  world_.Restart();
  EXPECT_EQ(world_.start_status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(world_.cache().entries(), IsEmpty());
  EXPECT_TRUE(world_.HasLink(id));
  world_.index().failure = absl::OkStatus();
  EXPECT_EQ(world_.KeepFile("other").size(), 20u);
  world_.Restart();
  EXPECT_TRUE(world_.Open(id).ok());
}

TEST_F(ContentCacheTest, CallsBeforeTheStartIsDoneWaitForIt) {
  const std::string id = world_.KeepFile("file");
  const std::string other = world_.KeepFile("other");
  NewContent content = world_.ContentOf(world_.MakeFile("third"));
  const std::string third = content.keep.content_id;
  world_.worker().Hold();
  world_.Restart();  // Has no answer yet.
  std::optional<bool> opened;
  std::optional<absl::Status> evicted, pinned, kept;
  world_.cache().Open(id, [&](auto result) { opened = result.ok(); });
  world_.cache().Keep(std::move(content), [&](auto status) { kept = status; });
  world_.cache().Evict(other, [&](auto status) { evicted = status; });
  world_.cache().Pin(id, true, [&](auto status) { pinned = status; });
  world_.executor().RunUntilIdle();
  EXPECT_FALSE(opened.has_value());
  world_.worker().Release();
  world_.executor().RunUntilIdle();
  EXPECT_EQ(opened, true);
  EXPECT_EQ(kept, absl::OkStatus());
  EXPECT_EQ(evicted, absl::OkStatus());
  EXPECT_EQ(pinned, absl::OkStatus());
  EXPECT_TRUE(world_.HasLink(third));
  EXPECT_TRUE(world_.Open(third).ok());
}

TEST_F(ContentCacheTest, NoAnswerComesAfterItsEnd) {
  const std::string id = world_.KeepFile("file");
  NewContent content = world_.ContentOf(world_.MakeFile("other"));
  int answers = 0;
  world_.cache().Open(id, [&](auto) { ++answers; });
  world_.cache().Keep(std::move(content), [&](auto) { ++answers; });
  world_.Destroy();
  world_.executor().RunUntilIdle();
  EXPECT_EQ(answers, 0);
  // What was begun is whole, on disk.
  EXPECT_THAT(world_.index().kept, SizeIs(2));
}

TEST_F(ContentCacheTest, NoAnswerComesFromInsideACall) {
  const std::string id = world_.KeepFile("file");
  int answers = 0;
  world_.cache().Open("none", [&](auto) { ++answers; });
  world_.cache().Open(id, [&](auto) { ++answers; });
  world_.cache().Pin("none", true, [&](auto) { ++answers; });
  world_.cache().Evict("none", [&](auto) { ++answers; });
  world_.cache().Keep(NewContent(), [&](auto) { ++answers; });
  EXPECT_EQ(answers, 0);
  world_.executor().RunUntilIdle();
  EXPECT_EQ(answers, 5);
}

TEST_F(ContentCacheTest, AnOpenThatWasOvertakenForgetsNothing) {
  const std::string id = world_.KeepAtFinalPath("file");
  std::filesystem::rename(world_.Path("file"), world_.Path("moved"));
  absl::StatusOr<OpenedContent> opened = absl::UnknownError("no answer");
  world_.cache().Open(id, [&](auto result) { opened = std::move(result); });
  NewContent content = world_.ContentOf(world_.Path("moved"));
  content.keep.content_id = id;
  content.metainfo = world_.index().kept[id].manifest.metainfo;
  std::optional<absl::Status> kept;
  world_.cache().Keep(std::move(content), [&](auto status) { kept = status; });
  world_.executor().RunUntilIdle();
  EXPECT_EQ(opened.status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(kept, absl::OkStatus());
  EXPECT_THAT(world_.evicted(), IsEmpty());
  EXPECT_TRUE(world_.Open(id).ok());
}

TEST_F(ContentCacheTest, ALongNameIsCutBetweenCharacters) {
  NewContent content = world_.ContentOf(world_.MakeFile("file"));
  const std::string id = content.keep.content_id;
  content.name = "x";
  for (int i = 0; i < 200; ++i) content.name += "\xc3\xa4";
  ASSERT_EQ(world_.Keep(std::move(content)), absl::OkStatus());
  EXPECT_THAT(world_.cache().Find(id)->name(), SizeIs(255));
  content = world_.ContentOf(world_.Path("file"));
  for (int i = 0; i < 200; ++i) content.name += "\xc3\xa4";  // "file" before.
  ASSERT_EQ(world_.Keep(std::move(content)), absl::OkStatus());
  EXPECT_THAT(world_.cache().Find(id)->name(), SizeIs(254));
}

}  // namespace
}  // namespace convoy
