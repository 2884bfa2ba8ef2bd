// What goes from a ContentCache, when, and what stays.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "peer/cache_testing.h"
#include "peer/content_cache.h"
#include "peer/content_cache_testing.h"
#include "peer/contents.h"
#include "peer/swarm_settings.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Cause = ContentDeparture::Cause;

class ContentCacheEvictionTest : public testing::Test {
 protected:
  // Two files of 40,000 bytes fit, and not a third.
  void LimitTo(std::int64_t bytes) {
    world_.settings().cache_max_bytes = bytes;
    world_.cache().SetSettings(world_.settings());
  }
  // Keeps a file that its user removes: the link costs its bytes.
  std::string KeepOrphan(const std::string& name) {
    const std::string id = world_.KeepFile(name);
    unlink(world_.Path(name).c_str());
    world_.clock().Advance(absl::Milliseconds(1));  // An order of uses.
    return id;
  }
  std::optional<Cause> CauseOf(const std::string& id) {
    const ContentDeparture* const departure = world_.cache().FindDeparture(id);
    if (departure == nullptr) return std::nullopt;
    return departure->cause;
  }
  void Advance(absl::Duration by) { world_.executor().Advance(by); }

  CacheWorld world_;
};

TEST_F(ContentCacheEvictionTest, WhatNobodyUsesGoesByAge) {
  const std::string first = world_.KeepFile("first");
  Advance(absl::Hours(71));
  const std::string second = world_.KeepFile("second");
  EXPECT_THAT(world_.evicted(), IsEmpty());
  Advance(absl::Hours(1) + absl::Minutes(1));
  EXPECT_THAT(world_.evicted(), ElementsAre(first));
  EXPECT_FALSE(world_.HasLink(first));
  EXPECT_THAT(world_.index().kept, SizeIs(1));
  Advance(absl::Hours(72));
  EXPECT_THAT(world_.evicted(), ElementsAre(first, second));
  EXPECT_THAT(world_.cache().entries(), IsEmpty());
  EXPECT_EQ(world_.cache().gone().age, 2);
  EXPECT_EQ(world_.cache().gone().size, 0);
  EXPECT_EQ(CauseOf(first), Cause::kAge);
}

TEST_F(ContentCacheEvictionTest, WhyAContentWentIsRememberedUntilItIsBack) {
  const std::string id = world_.KeepFile("file");
  EXPECT_EQ(CauseOf(id), std::nullopt);
  ASSERT_EQ(world_.Evict(id), absl::OkStatus());
  EXPECT_EQ(CauseOf(id), Cause::kCall);
  world_.KeepFile("file");
  EXPECT_EQ(CauseOf(id), std::nullopt);
  ASSERT_EQ(unlink(world_.LinkPath(id).c_str()), 0);
  EXPECT_FALSE(world_.Open(id).ok());
  EXPECT_EQ(CauseOf(id), Cause::kChanged);
  world_.Restart();
  EXPECT_EQ(CauseOf(id), std::nullopt);
}

TEST_F(ContentCacheEvictionTest, TheLimitThatIsSetIsTheOneThatIsNamed) {
  LimitTo(1);
  const std::string by_bytes = KeepOrphan("bytes");
  Advance(absl::Seconds(1));
  EXPECT_EQ(CauseOf(by_bytes), Cause::kSizeBytes);
  LimitTo(0);
  world_.settings().cache_max_percent = 0;
  world_.cache().SetSettings(world_.settings());
  const std::string by_percent = KeepOrphan("percent");
  Advance(absl::Seconds(1));
  EXPECT_EQ(CauseOf(by_percent), Cause::kSizePercent);
}

TEST_F(ContentCacheEvictionTest, AUseMakesItYoung) {
  const std::string touched = world_.KeepFile("touched");
  const std::string opened = world_.KeepFile("opened");
  const std::string unused = world_.KeepFile("unused");
  Advance(absl::Hours(71));
  world_.cache().Touch(touched);
  EXPECT_TRUE(world_.Open(opened).ok());
  Advance(absl::Hours(2));
  EXPECT_THAT(world_.evicted(), ElementsAre(unused));
}

TEST_F(ContentCacheEvictionTest, UsesAreStoredWithinAMinute) {
  const std::string id = world_.KeepFile("file");
  Advance(absl::Hours(1));
  world_.cache().Touch(id);
  const absl::Time used = world_.clock().Now();
  EXPECT_LT(world_.index().kept[id].row.last_use_time, used);
  Advance(absl::Minutes(1));
  EXPECT_EQ(world_.index().kept[id].row.last_use_time, used);
  world_.Restart();
  EXPECT_EQ(world_.cache().Find(id)->last_use_time(), used);
}

TEST_F(ContentCacheEvictionTest, AgeGoesOnOverARestart) {
  const std::string id = world_.KeepFile("file");
  Advance(absl::Hours(71));
  world_.Restart();
  EXPECT_NE(world_.cache().Find(id), nullptr);
  Advance(absl::Hours(1) + absl::Minutes(1));
  EXPECT_THAT(world_.evicted(), ElementsAre(id));
}

TEST_F(ContentCacheEvictionTest, AClockThatWasAheadDoesNotKeepItForEver) {
  const absl::Time right = world_.clock().Now();
  world_.clock().SetNow(right + absl::Hours(24 * 365));
  const std::string id = world_.KeepFile("file");
  world_.clock().SetNow(right);
  Advance(absl::Minutes(2));
  EXPECT_LE(world_.cache().Find(id)->last_use_time(), world_.clock().Now());
  Advance(absl::Hours(72));
  EXPECT_THAT(world_.evicted(), ElementsAre(id));
}

TEST_F(ContentCacheEvictionTest, TheOldestUseGoesWhenTheCacheIsFull) {
  LimitTo(100'000);
  const std::string first = KeepOrphan("first");
  const std::string second = KeepOrphan("second");
  world_.cache().Touch(first);
  const std::string third = KeepOrphan("third");
  Advance(absl::Seconds(1));
  EXPECT_THAT(world_.evicted(), ElementsAre(second));
  EXPECT_FALSE(world_.HasLink(second));
  EXPECT_TRUE(world_.Open(first).ok());
  EXPECT_TRUE(world_.Open(third).ok());
}

TEST_F(ContentCacheEvictionTest, LinksOfFilesThatAreThereCostNothing) {
  LimitTo(100'000);
  for (const char* const name : {"a", "b", "c", "d"}) world_.KeepFile(name);
  world_.KeepAtFinalPath("e");
  Advance(absl::Minutes(10));
  EXPECT_THAT(world_.evicted(), IsEmpty());
  // Until their users remove them.
  for (const char* const name : {"a", "b", "c", "d", "e"}) {
    ASSERT_EQ(unlink(world_.Path(name).c_str()), 0);
  }
  Advance(absl::Minutes(1));
  EXPECT_THAT(world_.evicted(), SizeIs(2));
  EXPECT_THAT(world_.cache().entries(), SizeIs(3));
}

TEST_F(ContentCacheEvictionTest, ReflinksCountWhole) {
  CacheWorld world(CopyingClone);
  world.settings().cache_max_bytes = 100'000;
  world.cache().SetSettings(world.settings());
  const std::string first = world.KeepFile("first");
  world.clock().Advance(absl::Milliseconds(1));
  world.KeepFile("second");
  world.KeepFile("third");
  world.executor().Advance(absl::Seconds(1));
  EXPECT_THAT(world.evicted(), ElementsAre(first));
}

TEST_F(ContentCacheEvictionTest, WhatIsTooLargePushesNobodyOut) {
  LimitTo(50'000);
  const std::string small = KeepOrphan("small");
  NewContent large = world_.ContentOf(world_.MakeFile("large"));
  const std::string id = large.keep.content_id;
  ASSERT_EQ(world_.Keep(std::move(large)), absl::OkStatus());
  Advance(absl::Minutes(1));
  EXPECT_THAT(world_.evicted(), IsEmpty());
  LimitTo(40'000);  // Less than a file's blocks.
  ASSERT_EQ(unlink(world_.Path("large").c_str()), 0);
  Advance(absl::Minutes(1));
  EXPECT_THAT(world_.evicted(), ElementsAre(small, id));
}

TEST_F(ContentCacheEvictionTest, GivesSpaceBackWhileItIsShort) {
  const std::string user_has_it = world_.KeepFile("user_has_it");
  const std::string orphan = KeepOrphan("orphan");
  world_.settings().cache_min_free_bytes = std::int64_t{1} << 60;
  world_.cache().SetSettings(world_.settings());
  Advance(absl::Seconds(1));
  EXPECT_THAT(world_.evicted(), ElementsAre(orphan));
  EXPECT_NE(world_.cache().Find(user_has_it), nullptr);
}

TEST_F(ContentCacheEvictionTest, NoLinkIsLookedAtWhileThereIsRoom) {
  const std::string id = world_.KeepFile("file");
  ASSERT_EQ(unlink(world_.LinkPath(id).c_str()), 0);
  Advance(absl::Minutes(5));
  EXPECT_THAT(world_.evicted(), IsEmpty());
  LimitTo(1);
  Advance(absl::Seconds(1));
  EXPECT_THAT(world_.evicted(), ElementsAre(id));
}

TEST_F(ContentCacheEvictionTest, PinnedStays) {
  LimitTo(100'000);
  const std::string pinned = KeepOrphan("pinned");
  EXPECT_EQ(world_.Pin(pinned, true), absl::OkStatus());
  world_.Restart();  // Also over a restart.
  const std::string second = KeepOrphan("second");
  const std::string third = KeepOrphan("third");
  Advance(absl::Seconds(1));
  EXPECT_THAT(world_.evicted(), ElementsAre(second));
  Advance(absl::Hours(100));
  EXPECT_THAT(world_.evicted(), ElementsAre(second, third));
  const CachedContent* const content = world_.cache().Find(pinned);
  ASSERT_NE(content, nullptr);
  EXPECT_EQ(
      world_.cache().InfoOf(*ContentKey::Of(pinned), *content).expire_time,
      absl::InfiniteFuture());
  EXPECT_EQ(world_.Pin(pinned, false), absl::OkStatus());
  Advance(absl::Minutes(1));
  EXPECT_THAT(world_.evicted(), ElementsAre(second, third, pinned));
}

TEST_F(ContentCacheEvictionTest, PinnedByTheRequestAndKeptAgainStaysPinned) {
  NewContent content = world_.ContentOf(world_.MakeFile("file"));
  const std::string id = content.keep.content_id;
  content.keep.pinned = true;
  ASSERT_EQ(world_.Keep(std::move(content)), absl::OkStatus());
  EXPECT_TRUE(world_.cache().Find(id)->pinned());
  ASSERT_EQ(world_.Keep(world_.ContentOf(world_.Path("file"))),
            absl::OkStatus());
  EXPECT_TRUE(world_.cache().Find(id)->pinned());
  EXPECT_TRUE(world_.index().kept[id].row.pinned);
}

TEST_F(ContentCacheEvictionTest, PinnedGoesWhenSomebodyAsks) {
  const std::string id = world_.KeepFile("file");
  EXPECT_EQ(world_.Pin(id, true), absl::OkStatus());
  EXPECT_EQ(world_.Evict(id), absl::OkStatus());
  EXPECT_THAT(world_.evicted(), ElementsAre(id));
}

TEST_F(ContentCacheEvictionTest, APinThatIsNotStoredIsTakenBack) {
  const std::string id = world_.KeepFile("file");
  world_.index().failure = absl::UnavailableError("disk full");
  EXPECT_EQ(world_.Pin(id, true).code(), absl::StatusCode::kUnavailable);
  EXPECT_FALSE(world_.cache().Find(id)->pinned());
}

TEST_F(ContentCacheEvictionTest, WhatATransferHasStays) {
  const std::string id = world_.KeepFile("file");
  world_.cache().SetBusy(id, true);
  const absl::Status refused = world_.Evict(id);
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ErrorDetailOf(refused).reason(), v1::ERROR_REASON_INVALID_STATE);
  Advance(absl::Hours(100));
  EXPECT_THAT(world_.evicted(), IsEmpty());
  world_.cache().SetBusy(id, false);
  Advance(absl::Minutes(1));
  EXPECT_THAT(world_.evicted(), ElementsAre(id));
}

TEST_F(ContentCacheEvictionTest, WhatIsBeingKeptIsNotEvicted) {
  const std::string id = world_.KeepFile("file");
  std::optional<absl::Status> kept;
  world_.cache().Keep(world_.ContentOf(world_.Path("file")),
                      [&](auto status) { kept = status; });
  EXPECT_EQ(world_.Evict(id).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(kept, absl::OkStatus());
  EXPECT_EQ(world_.Evict(id), absl::OkStatus());
}

TEST_F(ContentCacheEvictionTest, WhatHappensDuringASweepCounts) {
  const std::string unused = world_.KeepFile("unused");
  const std::string used = world_.KeepFile("used");
  const std::string busy = world_.KeepFile("busy");
  const std::string pinned = world_.KeepFile("pinned");
  Advance(absl::Hours(72));  // Sweeps come a second after the minute.
  ASSERT_THAT(world_.evicted(), IsEmpty());
  world_.worker().Hold();
  Advance(absl::Seconds(2));  // The sweep has begun, and waits for the worker.
  world_.cache().Touch(used);
  world_.cache().SetBusy(busy, true);
  world_.cache().Pin(pinned, true, [](auto) {});
  world_.worker().Release();
  Advance(absl::Seconds(2));
  EXPECT_THAT(world_.evicted(), ElementsAre(unused));
  EXPECT_TRUE(world_.Open(used).ok());
}

TEST_F(ContentCacheEvictionTest, SettingsHoldFromThenOn) {
  const std::string id = world_.KeepFile("file");
  Advance(absl::Minutes(30));
  world_.settings().cache_max_age = absl::Minutes(20);
  world_.cache().SetSettings(world_.settings());
  Advance(absl::Seconds(1));
  EXPECT_THAT(world_.evicted(), ElementsAre(id));
}

TEST_F(ContentCacheEvictionTest, AnEmptyCacheNeedsNoTimer) {
  EXPECT_FALSE(world_.executor().HasTimers());
  const std::string id = world_.KeepFile("file");
  EXPECT_TRUE(world_.executor().HasTimers());
  EXPECT_EQ(world_.Evict(id), absl::OkStatus());
  Advance(absl::Minutes(1));
  EXPECT_FALSE(world_.executor().HasTimers());
}

TEST_F(ContentCacheEvictionTest, ARowThatCannotBeRemovedIsFoundGoneLater) {
  const std::string id = world_.KeepFile("file");
  world_.index().failure = absl::UnavailableError("disk full");
  EXPECT_EQ(world_.Evict(id), absl::OkStatus());
  EXPECT_FALSE(world_.HasLink(id));
  world_.index().failure = absl::OkStatus();
  world_.Restart();
  EXPECT_EQ(world_.Open(id).status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(world_.index().kept, IsEmpty());
}

}  // namespace
}  // namespace convoy
