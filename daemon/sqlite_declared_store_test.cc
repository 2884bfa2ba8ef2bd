#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "daemon/declared_record.h"

namespace convoy {
namespace {

class SqliteDeclaredStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string folder = testing::TempDir() + "/declaredXXXXXX";
    ASSERT_NE(mkdtemp(folder.data()), nullptr);
    path_ = folder + "/declared.db";
    Open();
  }
  void Open() {
    store_.reset();
    auto store = OpenSqliteDeclaredStore(path_);
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }

  std::string path_;
  std::unique_ptr<DeclaredStore> store_;
};

DeclaredRecord Whole() {
  DeclaredRecord record;
  record.name = "words";
  record.file = "/j/a.yaml";
  record.line = 7;
  record.phase = v1::DeclaredJob::PHASE_FAILED;
  record.message = "why";
  record.change_time = absl::FromUnixSeconds(11);
  record.running = true;
  record.job_id = "id";
  record.fetch.set_request_id("r");
  record.fetching = "f";
  record.suspended = true;
  record.fetching_owner = {1, 2};
  record.mode = 0640;
  record.delivered = "d";
  record.owner = {3, 4};
  record.files.emplace_back().set_local_path("/srv/w");
  record.command_due = true;
  record.checked_time = absl::FromUnixSeconds(12);
  record.failures = 5;
  record.next_try_time = absl::FromUnixSeconds(13);
  record.when_removed = "delete";
  return record;
}

TEST_F(SqliteDeclaredStoreTest, KeepsEveryFieldOverRestarts) {
  ASSERT_TRUE(store_->Put(Whole()).ok());
  Open();
  const auto all = store_->LoadAll();
  ASSERT_TRUE(all.ok()) << all.status();
  ASSERT_EQ(all->size(), 1u);
  const DeclaredRecord& read = all->front();
  const DeclaredRecord whole = Whole();
  EXPECT_EQ(read.name, whole.name);
  EXPECT_EQ(read.file, whole.file);
  EXPECT_EQ(read.line, whole.line);
  EXPECT_EQ(read.phase, whole.phase);
  EXPECT_EQ(read.message, whole.message);
  EXPECT_EQ(read.change_time, whole.change_time);
  EXPECT_TRUE(read.running);
  EXPECT_EQ(read.job_id, whole.job_id);
  EXPECT_EQ(read.fetch.request_id(), "r");
  EXPECT_EQ(read.fetching, whole.fetching);
  EXPECT_TRUE(read.suspended);
  EXPECT_EQ(read.fetching_owner, whole.fetching_owner);
  EXPECT_EQ(read.mode, whole.mode);
  EXPECT_EQ(read.delivered, whole.delivered);
  EXPECT_EQ(read.owner, whole.owner);
  ASSERT_EQ(read.files.size(), 1u);
  EXPECT_EQ(read.files[0].local_path(), "/srv/w");
  EXPECT_TRUE(read.command_due);
  EXPECT_EQ(read.checked_time, whole.checked_time);
  EXPECT_EQ(read.failures, whole.failures);
  EXPECT_EQ(read.next_try_time, whole.next_try_time);
  EXPECT_EQ(read.when_removed, whole.when_removed);
}

TEST_F(SqliteDeclaredStoreTest, ARecordIsReplacedAndRemoved) {
  DeclaredRecord record;
  record.name = "a";
  ASSERT_TRUE(store_->Put(record).ok());
  record.job_id = "two";
  ASSERT_TRUE(store_->Put(record).ok());
  auto all = store_->LoadAll();
  ASSERT_EQ(all->size(), 1u);
  EXPECT_EQ(all->front().job_id, "two");
  EXPECT_EQ(all->front().checked_time, absl::InfinitePast());
  ASSERT_TRUE(store_->Remove("a").ok());
  Open();
  EXPECT_TRUE(store_->LoadAll()->empty());
}

TEST_F(SqliteDeclaredStoreTest, AFileOfSomethingElseIsRefused) {
  store_.reset();
  std::ofstream(path_, std::ios::trunc) << std::string(4096, 'x');
  EXPECT_FALSE(OpenSqliteDeclaredStore(path_).ok());
}

}  // namespace
}  // namespace convoy
