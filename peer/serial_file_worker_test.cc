#include "peer/serial_file_worker.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <vector>

#include "peer/base/fake_executor.h"
#include "peer/base/mutex.h"
#include "peer/fake_file_worker.h"
#include "peer/file_worker.h"

namespace convoy {
namespace {

TEST(SerialFileWorkerTest, RunsTasksOneAtATimeInOrder) {
  constexpr int kTasks = 1000;
  Mutex mutex;
  CondVar all_ran;
  std::vector<int> order;  // Without a lock while tasks run.
  std::atomic<int> at_once{0};
  bool done = false;
  FileWorkerPool pool(4);
  SerialFileWorker serial(pool);
  for (int i = 0; i < kTasks; ++i) {
    serial.Post([&, i] {
      EXPECT_EQ(++at_once, 1);
      order.push_back(i);
      --at_once;
      if (i + 1 < kTasks) return;
      MutexLock lock(&mutex);
      done = true;
      all_ran.NotifyAll();
    });
  }
  {
    MutexLock lock(&mutex);
    while (!done) all_ran.Wait(&mutex);
  }
  ASSERT_EQ(order.size(), static_cast<std::size_t>(kTasks));
  for (int i = 0; i < kTasks; ++i) EXPECT_EQ(order[i], i);
}

TEST(SerialFileWorkerTest, LetsOthersOfTheWorkerHaveTheirTurn) {
  FakeClock clock;
  FakeExecutor executor(clock);
  FakeFileWorker worker(executor);
  SerialFileWorker serial(worker);
  std::vector<int> order;
  serial.Post([&] { order.push_back(1); });
  serial.Post([&] { order.push_back(3); });
  worker.Post([&] { order.push_back(2); });
  executor.RunUntilIdle();
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

TEST(SerialFileWorkerTest, TasksOutliveIt) {
  FakeClock clock;
  FakeExecutor executor(clock);
  FakeFileWorker worker(executor);
  auto serial = std::make_unique<SerialFileWorker>(worker);
  int ran = 0;
  serial->Post([&] { ++ran; });
  serial->Post([&] { ++ran; });
  serial.reset();
  executor.RunUntilIdle();
  EXPECT_EQ(ran, 2);
}

TEST(SerialFileWorkerTest, ATaskMayPostAnother) {
  FakeClock clock;
  FakeExecutor executor(clock);
  FakeFileWorker worker(executor);
  SerialFileWorker serial(worker);
  std::vector<int> order;
  serial.Post([&] {
    serial.Post([&] { order.push_back(3); });
    order.push_back(1);
  });
  serial.Post([&] { order.push_back(2); });
  executor.RunUntilIdle();
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

}  // namespace
}  // namespace convoy
