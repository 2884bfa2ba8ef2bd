// What 10,000 contents cost a process.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <cstddef>
#include <cstdint>
#include <iostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "peer/base/clock.h"
#include "peer/cache_index.h"
#include "peer/content_cache.h"
#include "peer/content_cache_testing.h"
#include "peer/contents.h"

namespace convoy {
namespace {

using ::testing::SizeIs;

constexpr int kContents = 10'000;

CacheRow Row(int number) {
  CacheRow row;
  // Ids are digests: in no order.
  row.content_id = absl::StrCat(
      absl::Hex(static_cast<std::uint32_t>(number) * 2'654'435'761u,
                absl::kZeroPad8),
      absl::Dec(number, absl::kZeroPad12));
  row.name = absl::StrCat("package_", number, "_amd64.deb");
  row.source_url = absl::StrCat("https://deliver.example.org/pool/", row.name);
  row.local_path = absl::StrCat("/var/cache/packages/", row.name);
  row.holding = ContentHolding::kHardLink;
  row.identity = {1, static_cast<std::uint64_t>(number), 1 << 20, 4};
  row.piece_length = 1 << 18;
  row.create_time = row.last_use_time = absl::FromUnixSeconds(1'700'000'000);
  return row;
}

std::size_t HeapBytes() { return mallinfo2().uordblks; }

TEST(ContentCacheSizeTest, TenThousandContentsCostLittleMemoryAndNoStorm) {
  CacheWorld world;
  std::size_t texts = 0;
  for (int i = 0; i < kContents; ++i) {
    const CacheRow row = Row(i);
    texts += row.source_url.size() + row.local_path.size();
    world.index().kept[row.content_id] = {row, {"metainfo", ""}};
  }
  const RealClock clock;
  const std::size_t before = HeapBytes();
  const absl::Duration begun = clock.Monotonic();
  world.Restart();
  const absl::Duration took = clock.Monotonic() - begun;
  const std::size_t bytes = (HeapBytes() - before) / kContents;
  EXPECT_THAT(world.cache().entries(), SizeIs(kContents));
  EXPECT_EQ(world.index().manifests_read, 0);
  EXPECT_EQ(world.opened_as_owner(), 0);

  const absl::Duration sweep_begun = clock.Monotonic();
  world.executor().Advance(absl::Minutes(1));
  const absl::Duration sweep = clock.Monotonic() - sweep_begun;
  std::cout << kContents << " contents: started in " << took << ", swept in "
            << sweep << ", " << bytes << " bytes of memory for each, "
            << texts / kContents << " of them URL and path\n";
  // An instrumented allocator says nothing.
  if (before != 0) {
    EXPECT_GT(bytes, texts / kContents);  // It was measured at all.
    EXPECT_LT(bytes, 260u);
  }
}

}  // namespace
}  // namespace convoy
