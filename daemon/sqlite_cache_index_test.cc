#include "daemon/sqlite_cache_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "daemon/sqlite_database.h"
#include "peer/base/clock.h"
#include "peer/cache_index.h"
#include "peer/contents.h"

namespace convoy {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

CacheRow Row(int number) {
  CacheRow row;
  row.content_id =
      absl::StrCat(std::string(12, 'i'), absl::Dec(number, absl::kZeroPad8));
  row.source_url = absl::StrCat(
      "https://deliver.example.org/pool/main/p/package_", number, "_amd64.deb");
  row.name = absl::StrCat("package_", number, "_amd64.deb");
  row.local_path =
      absl::StrCat("/var/cache/packages/package_", number, "_amd64.deb");
  row.holding = ContentHolding::kHardLink;
  row.identity = {1, static_cast<std::uint64_t>(number), 1 << 20, 4};
  row.piece_length = 1 << 18;
  return row;
}

std::string MakeFolder() {
  std::string folder = "/tmp/convoy-index-XXXXXX";
  if (mkdtemp(&folder[0]) == nullptr) std::abort();
  return folder;
}

// Of this thread: other processes do not count.
absl::Duration CpuTime() {
  timespec used = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return absl::DurationFromTimespec(used);
}

class SqliteCacheIndexTest : public testing::Test {
 protected:
  ~SqliteCacheIndexTest() override {
    index_.reset();
    std::filesystem::remove_all(folder_);
  }

  void Open() {
    index_.reset();
    auto index = OpenSqliteCacheIndex(path_);
    ASSERT_TRUE(index.ok()) << index.status();
    index_ = *std::move(index);
  }
  void Put(int number) {
    ASSERT_EQ(index_->Put(Row(number), {"metainfo", ""}), absl::OkStatus());
  }
  std::vector<CacheRow> Loaded() {
    auto rows = index_->LoadAll();
    EXPECT_TRUE(rows.ok()) << rows.status();
    return rows.ok() ? *std::move(rows) : std::vector<CacheRow>();
  }
  // Behind the index's back.
  void Execute(const std::string& sql) {
    auto database = SqliteDatabase::Open(path_);
    ASSERT_TRUE(database.ok()) << database.status();
    ASSERT_EQ((*database)->Execute(sql), absl::OkStatus());
  }
  void Overwrite(std::int64_t offset, std::int64_t length) {
    std::fstream file(path_, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(offset);
    file << std::string(static_cast<std::size_t>(length), '\xa5');
    ASSERT_TRUE(file.good());
  }
  bool SetAside() const { return std::filesystem::exists(path_ + ".damaged"); }
  // It was begun anew, and works.
  void ExpectBegunAnew() {
    EXPECT_THAT(Loaded(), SizeIs(0));
    EXPECT_TRUE(SetAside());
    Put(7);
    Open();
    EXPECT_THAT(Loaded(), SizeIs(1));
  }

  const std::string folder_ = MakeFolder();
  const std::string path_ = folder_ + "/cache.db";
  std::unique_ptr<CacheIndex> index_;
};

TEST_F(SqliteCacheIndexTest, TheFileIsTheDaemonsAlone) {
  Open();
  struct stat found = {};
  ASSERT_EQ(stat(path_.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777, 0600u);
}

TEST_F(SqliteCacheIndexTest, WhatIsNoDatabaseIsSetAside) {
  {
    std::ofstream file(path_);
    file << std::string(8192, 'x');
  }
  ASSERT_EQ(chmod(path_.c_str(), 0600), 0);
  Open();
  ExpectBegunAnew();
}

TEST_F(SqliteCacheIndexTest, ADamagedPageIsFoundWhenRowsAreLoaded) {
  Open();
  for (int i = 0; i < 200; ++i) Put(i);
  index_.reset();
  ASSERT_GT(std::filesystem::file_size(path_), 5u * 4096);
  Overwrite(4096, 4 * 4096);  // All but the schema's page.
  Open();
  ExpectBegunAnew();
}

TEST_F(SqliteCacheIndexTest, DamageThatIsFoundByAWriteDoesNotStopTheWrite) {
  Open();
  for (int i = 0; i < 200; ++i) Put(i);
  index_.reset();
  Overwrite(4096, 4 * 4096);
  Open();
  EXPECT_EQ(index_->Put(Row(1000), {"metainfo", ""}), absl::OkStatus());
  EXPECT_TRUE(SetAside());
  EXPECT_THAT(Loaded(), SizeIs(1));
  EXPECT_EQ(index_->ReadManifest(Row(1).content_id).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(SqliteCacheIndexTest, ARowThatMakesNoSenseIsDamage) {
  for (const char* const nonsense :
       {"id = x'00'", "holding = 9", "size = -1", "piece_length = -1"}) {
    std::filesystem::remove(path_ + ".damaged");
    Open();
    Put(1);
    index_.reset();
    Execute(absl::StrCat("UPDATE contents SET ", nonsense));
    Open();
    EXPECT_THAT(Loaded(), SizeIs(0)) << nonsense;
    EXPECT_TRUE(SetAside()) << nonsense;
  }
}

TEST_F(SqliteCacheIndexTest, AnotherSchemaIsSetAside) {
  Open();
  Put(1);
  index_.reset();
  Execute("PRAGMA user_version = 99");
  Open();
  ExpectBegunAnew();
}

TEST_F(SqliteCacheIndexTest, AnotherProgramsDatabaseIsSetAside) {
  Open();
  Put(1);
  index_.reset();
  Execute("PRAGMA application_id = 1");
  Open();
  ExpectBegunAnew();
}

TEST_F(SqliteCacheIndexTest, TheNextOneSetAsideTakesThePlaceOfTheLast) {
  for (int i = 0; i < 2; ++i) {
    Open();
    index_.reset();
    Execute("PRAGMA user_version = 99");
    Open();
    EXPECT_THAT(Loaded(), SizeIs(0));
  }
}

TEST_F(SqliteCacheIndexTest, OneProcessUsesIt) {
  Open();
  Put(1);
  const absl::Status second = OpenSqliteCacheIndex(path_).status();
  EXPECT_EQ(second.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(second.message()), HasSubstr("another convoyd uses"));
  EXPECT_FALSE(SetAside());
  EXPECT_THAT(Loaded(), SizeIs(1));
}

TEST_F(SqliteCacheIndexTest, WhatCannotBeMadeIsAnErrorThatNamesIt) {
  ASSERT_EQ(mkdir(path_.c_str(), 0700), 0);
  const absl::Status status = OpenSqliteCacheIndex(path_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr(path_));
  EXPECT_FALSE(SetAside());
}

TEST_F(SqliteCacheIndexTest, LoadsTenThousandRowsAtOnce) {
  constexpr int kRows = 10'000;
  Open();
  const RealClock clock;
  const absl::Duration begun = clock.Monotonic();
  // 80 pieces each, as of a file of 20 MiB.
  const std::string metainfo(1800, 'm');
  for (int i = 0; i < kRows; ++i) {
    ASSERT_EQ(index_->Put(Row(i), {metainfo, ""}), absl::OkStatus());
  }
  const absl::Duration stored = clock.Monotonic();
  Open();
  const absl::Duration opened = clock.Monotonic();
  const absl::Duration used = CpuTime();
  EXPECT_THAT(Loaded(), SizeIs(kRows));
  const absl::Duration loaded = CpuTime() - used;
  std::cout << kRows << " rows: stored one by one in " << stored - begun
            << ", opened in " << opened - stored << ", loaded in " << loaded
            << "\n";
  EXPECT_LT(loaded, absl::Seconds(2));  // Some 30 ms; sanitizers take longer.
}

}  // namespace
}  // namespace convoy
