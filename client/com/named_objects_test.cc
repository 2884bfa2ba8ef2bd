// Events, mutexes, semaphores and timers with names.
#include <windows.h>

#include <thread>

#include "gtest/gtest.h"

namespace {

TEST(NamedObjectsTest, OneNameIsOneObject) {
  const HANDLE first = CreateEventW(nullptr, TRUE, FALSE, L"one");
  EXPECT_EQ(GetLastError(), DWORD{ERROR_SUCCESS});
  // It stays as it is.
  const HANDLE again = CreateEventW(nullptr, FALSE, TRUE, L"one");
  EXPECT_EQ(GetLastError(), DWORD{ERROR_ALREADY_EXISTS});
  EXPECT_NE(first, again);
  EXPECT_EQ(WaitForSingleObject(again, 0), DWORD{WAIT_TIMEOUT});
  EXPECT_TRUE(SetEvent(first));
  EXPECT_EQ(WaitForSingleObject(again, INFINITE), WAIT_OBJECT_0);
  // Of the first one's kind: manual.
  EXPECT_EQ(WaitForSingleObject(again, INFINITE), WAIT_OBJECT_0);
  // It lives as long as one handle.
  EXPECT_TRUE(CloseHandle(first));
  EXPECT_EQ(WaitForSingleObject(again, INFINITE), WAIT_OBJECT_0);
  EXPECT_TRUE(CloseHandle(again));
  const HANDLE anew = CreateEventW(nullptr, TRUE, FALSE, L"one");
  EXPECT_EQ(GetLastError(), DWORD{ERROR_SUCCESS});
  EXPECT_EQ(WaitForSingleObject(anew, 0), DWORD{WAIT_TIMEOUT});
  CloseHandle(anew);
}

TEST(NamedObjectsTest, LocalIsWhatNoPrefixMeans) {
  const HANDLE local = CreateMutexA(nullptr, FALSE, "Local\\two");
  const HANDLE same = CreateMutexW(nullptr, FALSE, L"two");
  EXPECT_EQ(GetLastError(), DWORD{ERROR_ALREADY_EXISTS});
  const HANDLE global = CreateMutexW(nullptr, FALSE, L"Global\\two");
  EXPECT_EQ(GetLastError(), DWORD{ERROR_SUCCESS});
  for (const HANDLE handle : {local, same, global}) CloseHandle(handle);
}

TEST(NamedObjectsTest, AnotherKindIsRefused) {
  const HANDLE event = CreateEventW(nullptr, TRUE, FALSE, L"three");
  EXPECT_EQ(CreateSemaphoreW(nullptr, 0, 1, L"three"), nullptr);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE});
  EXPECT_EQ(OpenMutexW(SYNCHRONIZE, FALSE, L"three"), nullptr);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE});
  CloseHandle(event);
}

TEST(NamedObjectsTest, OpenFindsWhatIsThere) {
  EXPECT_EQ(OpenEventW(EVENT_ALL_ACCESS, FALSE, L"four"), nullptr);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_FILE_NOT_FOUND});
  const HANDLE semaphore = CreateSemaphoreA(nullptr, 1, 1, "four");
  const HANDLE opened = OpenSemaphoreW(SEMAPHORE_ALL_ACCESS, FALSE, L"four");
  ASSERT_NE(opened, nullptr);
  EXPECT_EQ(WaitForSingleObject(opened, 0), WAIT_OBJECT_0);
  EXPECT_EQ(WaitForSingleObject(semaphore, 0), DWORD{WAIT_TIMEOUT});
  CloseHandle(opened);
  CloseHandle(semaphore);
}

TEST(NamedObjectsTest, AMutexThatExistsHasItsOwnerStill) {
  const HANDLE mutex = CreateMutexW(nullptr, TRUE, L"five");
  std::thread([] {
    const HANDLE same = CreateMutexW(nullptr, TRUE, L"five");
    EXPECT_EQ(GetLastError(), DWORD{ERROR_ALREADY_EXISTS});
    EXPECT_EQ(WaitForSingleObject(same, 0), DWORD{WAIT_TIMEOUT});
    CloseHandle(same);
  }).join();
  EXPECT_TRUE(ReleaseMutex(mutex));
  CloseHandle(mutex);
}

TEST(NamedObjectsTest, ATimerMayHaveAName) {
  const HANDLE timer = CreateWaitableTimerW(nullptr, FALSE, L"MyTimer");
  ASSERT_NE(timer, nullptr);
  LARGE_INTEGER due;
  due.QuadPart = -10'000;  // 1 ms from now.
  EXPECT_TRUE(SetWaitableTimer(timer, &due, 0, nullptr, nullptr, FALSE));
  const HANDLE same = OpenWaitableTimerA(TIMER_ALL_ACCESS, FALSE, "MyTimer");
  EXPECT_EQ(WaitForSingleObject(same, INFINITE), WAIT_OBJECT_0);
  CloseHandle(same);
  CloseHandle(timer);
}

}  // namespace
