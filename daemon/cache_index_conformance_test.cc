// What every CacheIndex does: the one on disk, and the fake that other tests
// use.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "daemon/sqlite_cache_index.h"
#include "peer/cache_index.h"
#include "peer/contents.h"
#include "peer/fake_cache_index.h"

namespace convoy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// An index that can be opened, and opened again after its process ended.
class World {
 public:
  virtual ~World() = default;
  virtual std::unique_ptr<CacheIndex> Open() = 0;
};

class FakeWorld final : public World {
 public:
  std::unique_ptr<CacheIndex> Open() override {
    return std::make_unique<FakeCacheIndex>(disk_);
  }

 private:
  const std::shared_ptr<FakeCacheIndex::Disk> disk_ =
      std::make_shared<FakeCacheIndex::Disk>();
};

class SqliteWorld final : public World {
 public:
  SqliteWorld() {
    if (mkdtemp(&folder_[0]) == nullptr) std::abort();
  }
  ~SqliteWorld() override { std::filesystem::remove_all(folder_); }
  std::unique_ptr<CacheIndex> Open() override {
    auto index = OpenSqliteCacheIndex(folder_ + "/cache.db");
    if (!index.ok()) std::abort();
    return *std::move(index);
  }

 private:
  std::string folder_ = "/tmp/convoy-conform-XXXXXX";
};

template <typename T>
std::unique_ptr<World> MakeWorld() {
  return std::make_unique<T>();
}

CacheRow Row(char id) {
  CacheRow row;
  row.content_id = std::string(20, id);
  row.source_url = absl::StrCat("https://example.org/", std::string(1, id));
  row.name = "name";
  row.local_path = "/home/me/file";
  row.owner = 1000;
  row.owner_group = 100;
  row.holding = ContentHolding::kHardLink;
  row.identity = {1, 2, 3, 4};
  row.piece_length = 1 << 20;
  row.create_time = absl::FromUnixNanos(1'700'000'000'123'456'789);
  row.last_use_time = row.create_time + absl::Nanoseconds(1);
  return row;
}

std::string Describe(const CacheRow& row) {
  return absl::StrCat(
      absl::CHexEscape(row.content_id), " ", absl::CHexEscape(row.source_url),
      " ", absl::CHexEscape(row.name), " ", absl::CHexEscape(row.local_path),
      " ", row.owner, ":", row.owner_group, " ", static_cast<int>(row.holding),
      " ", row.identity.device, "/", row.identity.inode, "/", row.identity.size,
      "/", row.identity.mtime_ns, " ", row.piece_length, " ",
      row.pinned ? "pinned " : "", absl::ToUnixNanos(row.create_time), " ",
      absl::ToUnixNanos(row.last_use_time));
}

class CacheIndexConformanceTest
    : public testing::TestWithParam<std::unique_ptr<World> (*)()> {
 protected:
  CacheIndex& Index() { return *index_; }
  void Reopen() {
    index_.reset();
    index_ = world_->Open();
  }
  void Put(const CacheRow& row, const CacheManifest& manifest = {"m", "h"}) {
    ASSERT_EQ(Index().Put(row, manifest), absl::OkStatus());
  }
  std::vector<std::string> Loaded() {
    const auto rows = Index().LoadAll();
    EXPECT_TRUE(rows.ok()) << rows.status();
    std::vector<std::string> described;
    if (!rows.ok()) return described;
    for (const CacheRow& row : *rows) described.push_back(Describe(row));
    return described;
  }

 private:
  const std::unique_ptr<World> world_ = GetParam()();
  std::unique_ptr<CacheIndex> index_ = world_->Open();
};

TEST_P(CacheIndexConformanceTest, IsEmptyAtFirst) {
  EXPECT_THAT(Loaded(), IsEmpty());
  EXPECT_EQ(Index().ReadManifest(std::string(20, 'a')).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_P(CacheIndexConformanceTest, KeepsEveryFieldOverARestart) {
  CacheRow plain = Row('a');
  CacheRow odd = Row('\xff');
  odd.source_url = "";
  odd.name = std::string("\xff\0\x01 'quoted'", 12);  // Not UTF-8.
  odd.local_path = "/\xfe";
  odd.owner = std::numeric_limits<uid_t>::max();
  odd.owner_group = std::numeric_limits<gid_t>::max();
  odd.holding = ContentHolding::kReflink;
  odd.identity = {std::numeric_limits<std::uint64_t>::max(),
                  std::uint64_t{1} << 63,
                  std::numeric_limits<std::int64_t>::max(), -1};
  odd.piece_length = 1 << 26;
  odd.pinned = true;
  odd.create_time = absl::FromUnixNanos(-1);
  CacheRow final_path = Row('b');
  final_path.holding = ContentHolding::kFinalPath;
  CacheRow held = Row('c');
  held.holding = ContentHolding::kJob;
  held.local_path = "";
  Put(odd);
  Put(plain);
  Put(final_path);
  Put(held);
  Reopen();
  EXPECT_THAT(Loaded(), ElementsAre(Describe(plain), Describe(final_path),
                                    Describe(held), Describe(odd)));
}

TEST_P(CacheIndexConformanceTest, KeepsManifestsByteForByte) {
  std::string metainfo(300'000, '\0');
  for (std::size_t i = 0; i < metainfo.size(); ++i) {
    metainfo[i] = static_cast<char>(i * 7);
  }
  Put(Row('a'), {metainfo, std::string("\0\xff", 2)});
  Put(Row('b'), {"other", ""});
  Reopen();
  const auto a = Index().ReadManifest(std::string(20, 'a'));
  ASSERT_TRUE(a.ok()) << a.status();
  EXPECT_EQ(a->metainfo, metainfo);
  EXPECT_EQ(a->late_hashes, std::string("\0\xff", 2));
  const auto b = Index().ReadManifest(std::string(20, 'b'));
  ASSERT_TRUE(b.ok()) << b.status();
  EXPECT_EQ(b->metainfo, "other");
  EXPECT_EQ(b->late_hashes, "");
}

TEST_P(CacheIndexConformanceTest, PutReplacesAllOfARow) {
  Put(Row('a'), {"old", "old"});
  CacheRow newer = Row('a');
  newer.name = "newer";
  newer.pinned = true;
  Put(newer, {"new", ""});
  Reopen();
  EXPECT_THAT(Loaded(), ElementsAre(Describe(newer)));
  const auto manifest = Index().ReadManifest(newer.content_id);
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  EXPECT_EQ(manifest->metainfo, "new");
  EXPECT_EQ(manifest->late_hashes, "");
}

TEST_P(CacheIndexConformanceTest, TouchChangesTheLastUseAlone) {
  CacheRow a = Row('a');
  CacheRow b = Row('b');
  CacheRow c = Row('c');
  for (const CacheRow& row : {a, b, c}) Put(row);
  a.last_use_time += absl::Seconds(5);
  c.last_use_time += absl::Seconds(7);
  ASSERT_EQ(Index().Touch({{a.content_id, a.last_use_time},
                           {std::string(20, 'x'), c.last_use_time},
                           {c.content_id, c.last_use_time}}),
            absl::OkStatus());
  ASSERT_EQ(Index().Touch({}), absl::OkStatus());
  Reopen();
  EXPECT_THAT(Loaded(), ElementsAre(Describe(a), Describe(b), Describe(c)));
}

TEST_P(CacheIndexConformanceTest, PinsAndUnpins) {
  CacheRow a = Row('a');
  CacheRow b = Row('b');
  b.pinned = true;
  Put(a);
  Put(b);
  ASSERT_EQ(Index().SetPinned(a.content_id, true), absl::OkStatus());
  ASSERT_EQ(Index().SetPinned(b.content_id, false), absl::OkStatus());
  ASSERT_EQ(Index().SetPinned(std::string(20, 'x'), true), absl::OkStatus());
  Reopen();
  std::swap(a.pinned, b.pinned);
  EXPECT_THAT(Loaded(), ElementsAre(Describe(a), Describe(b)));
}

TEST_P(CacheIndexConformanceTest, RemovesRowAndManifest) {
  Put(Row('a'));
  Put(Row('b'));
  ASSERT_EQ(Index().Remove(Row('a').content_id), absl::OkStatus());
  ASSERT_EQ(Index().Remove(Row('a').content_id), absl::OkStatus());
  Reopen();
  EXPECT_THAT(Loaded(), ElementsAre(Describe(Row('b'))));
  EXPECT_EQ(Index().ReadManifest(Row('a').content_id).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_TRUE(Index().ReadManifest(Row('b').content_id).ok());
}

INSTANTIATE_TEST_SUITE_P(Fake, CacheIndexConformanceTest,
                         testing::Values(&MakeWorld<FakeWorld>));
INSTANTIATE_TEST_SUITE_P(Sqlite, CacheIndexConformanceTest,
                         testing::Values(&MakeWorld<SqliteWorld>));

}  // namespace
}  // namespace convoy
