// A hundred kill -9 at random moments of running jobs.

#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/nginx.h"
#include "tests/temp_dir.h"
#include "tests/test_daemon.h"

namespace convoy::testing {
namespace {

constexpr int kKills = 100;
constexpr int kFilesPerJob = 4;

// Jobs whose existence the daemon has acknowledged, and what was last known of
// them.
struct KnownJob {
  bool resumed = false;
  bool complete_acknowledged = false;
  bool cancel_acknowledged = false;
  std::int64_t reported_bytes = 0;
};

class KillTest : public ::testing::Test {
 protected:
  KillTest() : origin_(Options()), random_(20'261) {
    for (int i = 0; i < kFilesPerJob; ++i) {
      contents_.push_back(RandomBytes(400'000 + 700'000 * i, i));
      WriteFile(origin_.root() + "/" + absl::StrCat(i), contents_.back());
    }
  }

  static Nginx::Options Options() {
    Nginx::Options options;
    options.location = "limit_rate 6m;";
    return options;
  }

  std::string Local(int job, int file) const {
    return absl::StrCat(destination_.path(), "/", job, "-", file);
  }

  int Random(int below) {
    return static_cast<int>(random_() % static_cast<unsigned>(below));
  }

  // Makes one more job and starts it; remembers it once the answer is there.
  void AddJob() {
    const int number = next_job_++;
    std::vector<v1::JobFile> files;
    for (int i = 0; i < kFilesPerJob; ++i) {
      files.push_back(File(origin_.Url(absl::StrCat(i)), Local(number, i)));
    }
    v1::Job job;
    job.set_display_name(absl::StrCat(number));
    const auto created = daemon_.Create(files, job);
    ASSERT_TRUE(created.ok()) << created.status();
    known_[created->id()] = {};
    if (daemon_.Resume(created->id()).ok())
      known_[created->id()].resumed = true;
  }

  // Looks at each known job; completes or cancels some of those that can be.
  void Steer() {
    for (auto& [id, known] : known_) {
      const auto job = daemon_.Get(id);
      ASSERT_TRUE(job.ok()) << "an acknowledged job is lost: " << job.status();
      if (known.complete_acknowledged) {
        ASSERT_EQ(job->state(), v1::JOB_STATE_ACKNOWLEDGED);
        continue;
      }
      if (known.cancel_acknowledged) {
        ASSERT_EQ(job->state(), v1::JOB_STATE_CANCELLED);
        continue;
      }
      if (known.resumed) {
        ASSERT_NE(job->state(), v1::JOB_STATE_SUSPENDED);
      }
      ASSERT_GE(job->progress().transferred_bytes(), known.reported_bytes);
      known.reported_bytes = job->progress().transferred_bytes();
      if (job->state() == v1::JOB_STATE_TRANSFERRED) {
        known.complete_acknowledged = daemon_.Complete(id).ok();
      } else if (Random(40) == 0) {
        known.cancel_acknowledged = daemon_.Cancel(id).ok();
      }
    }
  }

  // Goes on until the daemon is dead.
  void CompleteWhatIsTransferred() {
    for (bool alive = true; alive;) {
      alive = daemon_.Explain(known_.begin()->first).ok();
      for (auto& [id, known] : known_) {
        if (known.complete_acknowledged || known.cancel_acknowledged) continue;
        const auto job = daemon_.Get(id);
        if (!job.ok()) return;
        if (job->state() == v1::JOB_STATE_TRANSFERRED) {
          known.complete_acknowledged = daemon_.Complete(id).ok();
        }
      }
    }
  }

  Nginx origin_;
  TempDir destination_;
  TestDaemon daemon_;
  std::mt19937 random_;
  std::vector<std::string> contents_;
  std::map<std::string, KnownJob> known_;
  int next_job_ = 0;
};

TEST_F(KillTest, NothingAcknowledgedIsLostAndNothingIsLeftOver) {
  for (int kill = 0; kill < kKills; ++kill) {
    AddJob();
    if (HasFatalFailure()) return;
    Steer();
    if (HasFatalFailure()) return;
    // The moment is random: while connecting, writing, flushing, committing.
    // Every other time while Completes are under way.
    const absl::Duration delay = absl::Milliseconds(Random(120));
    if (kill % 2 == 0) {
      std::thread killer([&] { daemon_.KillAfter(delay); });
      CompleteWhatIsTransferred();
      killer.join();
    } else {
      daemon_.KillAfter(delay);
    }
    daemon_.Start();
  }

  // A Complete whose answer was lost may have been carried out; all others
  // finish.
  for (auto& [id, known] : known_) {
    auto job = daemon_.Get(id);
    ASSERT_TRUE(job.ok()) << "an acknowledged job is lost: " << job.status();
    if (job->state() == v1::JOB_STATE_CANCELLED) continue;
    if (job->state() == v1::JOB_STATE_SUSPENDED) {
      ASSERT_FALSE(known.resumed);
      ASSERT_TRUE(daemon_.Resume(id).ok());
    }
    if (job->state() != v1::JOB_STATE_ACKNOWLEDGED) {
      job =
          daemon_.WaitFor(id, {v1::JOB_STATE_TRANSFERRED, v1::JOB_STATE_ERROR});
      ASSERT_TRUE(job.ok()) << job.status();
      ASSERT_EQ(job->state(), v1::JOB_STATE_TRANSFERRED) << job->DebugString();
      const auto completed = daemon_.Complete(id);
      ASSERT_TRUE(completed.ok()) << completed.status();
    }
    for (int i = 0; i < kFilesPerJob; ++i) {
      const std::string path = Local(std::stoi(job->display_name()), i);
      ASSERT_TRUE(ReadFile(path) == contents_[static_cast<std::size_t>(i)])
          << path << " is not what the origin has";
    }
  }
  for (const std::string& name : ListFolder(destination_.path())) {
    EXPECT_NE(name.front(), '.') << "a temporary file is left over: " << name;
  }
}

}  // namespace
}  // namespace convoy::testing
