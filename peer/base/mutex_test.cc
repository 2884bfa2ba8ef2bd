#include "peer/base/mutex.h"

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "peer/base/clock.h"
#include "peer/base/serial_executor.h"

namespace convoy {
namespace {

// Waits with `timeout` until another thread sets a flag 20 ms later; returns
// how often the wait ended.
int CountWakeups(absl::Duration timeout) {
  Mutex mutex;
  CondVar wake;
  bool flag = false;
  SerialExecutor other("other");
  other.PostAfter(absl::Milliseconds(20), [&] {
    MutexLock lock(&mutex);
    flag = true;
    wake.NotifyAll();
  });
  int wakeups = 0;
  MutexLock lock(&mutex);
  while (!flag) {
    wake.WaitFor(&mutex, timeout);
    ++wakeups;
  }
  return wakeups;
}

TEST(CondVarTest, LongTimeoutsDoNotSpin) {
  EXPECT_LT(CountWakeups(absl::InfiniteDuration()), 10);
  EXPECT_LT(CountWakeups(absl::Hours(24 * 365 * 280)), 10);
}

TEST(CondVarTest, WaitForEndsWhenItsTimeIsUp) {
  Mutex mutex;
  CondVar wake;
  const RealClock clock;
  const absl::Duration start = clock.Monotonic();
  MutexLock lock(&mutex);
  while (clock.Monotonic() - start < absl::Milliseconds(5)) {
    wake.WaitFor(&mutex, absl::Milliseconds(5));
  }
}

}  // namespace
}  // namespace convoy
