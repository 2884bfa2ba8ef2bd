#include "peer/file_worker.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

#include "peer/base/mutex.h"

namespace convoy {
namespace {

// Counts, and lets a thread wait for a count.
class Counter {
 public:
  void Add() {
    MutexLock lock(&mutex_);
    ++count_;
    changed_.NotifyAll();
  }
  void WaitFor(int count) {
    MutexLock lock(&mutex_);
    while (count_ < count) changed_.Wait(&mutex_);
  }
  int count() {
    MutexLock lock(&mutex_);
    return count_;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  int count_ ABSL_GUARDED_BY(mutex_) = 0;
};

TEST(FileWorkerPoolTest, RunsAllTasks) {
  Counter done;
  FileWorkerPool pool(3);
  for (int i = 0; i < 1000; ++i) {
    pool.Post([&done] { done.Add(); });
  }
  done.WaitFor(1000);
}

TEST(FileWorkerPoolTest, RunsAsManyAtATimeAsItHasThreads) {
  Counter begun;
  Counter go;
  Counter done;
  FileWorkerPool pool(3);
  for (int i = 0; i < 3; ++i) {
    pool.Post([&] {
      begun.Add();
      go.WaitFor(1);
      done.Add();
    });
  }
  begun.WaitFor(3);  // Ends only if all three run at once.
  go.Add();
  done.WaitFor(3);
}

TEST(FileWorkerPoolTest, DropsWhatHasNotBegunWhenDestroyed) {
  Counter begun;
  Counter go;
  Counter dropped;
  auto pool = std::make_unique<FileWorkerPool>(1);
  pool->Post([&] {
    begun.Add();
    go.WaitFor(1);
  });
  begun.WaitFor(1);
  struct AddWhenDestroyed {
    void operator()(Counter* counter) const { counter->Add(); }
  };
  Counter ran;
  pool->Post([&ran, guard = std::unique_ptr<Counter, AddWhenDestroyed>(
                        &dropped)] { ran.Add(); });
  // The destructor drops the second task before it waits for the first.
  std::thread helper([&] {
    dropped.WaitFor(1);
    go.Add();
  });
  pool.reset();
  helper.join();
  EXPECT_EQ(ran.count(), 0);
}

}  // namespace
}  // namespace convoy
