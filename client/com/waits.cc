// Events, mutexes, semaphores, timers, threads, and waiting for them.
#include <combaseapi.h>
#include <processthreadsapi.h>
#include <sys/syscall.h>
#include <sysinfoapi.h>
#include <unistd.h>
#include <winbase.h>

#include <algorithm>
#include <chrono>
#include <cwchar>
#include <string>
#include <system_error>
#include <thread>

#include "client/com/waitable.h"
#include "client/com/wide_text.h"

namespace {

using convoy::HandleTable;
using convoy::Waitable;

class Event : public Waitable {
 public:
  Event(bool manual_reset, bool is_set)
      : set(is_set), manual_reset_(manual_reset) {}
  bool IsSet() override { return set; }
  void Take() override { set = manual_reset_; }

  bool set;

 private:
  const bool manual_reset_;
};

class Mutex : public Waitable {
 public:
  bool IsSet() override {
    return depth == 0 || owner == std::this_thread::get_id();
  }
  void Take() override {
    owner = std::this_thread::get_id();
    ++depth;
  }

  std::thread::id owner;
  int depth = 0;
};

class Semaphore : public Waitable {
 public:
  bool IsSet() override { return count > 0; }
  void Take() override { --count; }

  LONG count = 0;
  LONG maximum = 0;
};

class Timer : public Waitable {
 public:
  explicit Timer(bool manual_reset) : manual_reset_(manual_reset) {}
  bool IsSet() override {
    const auto now = std::chrono::steady_clock::now();
    if (running && due <= now) {
      set = true;
      if (period.count() > 0) {
        due += ((now - due) / period + 1) * period;
      } else {
        running = false;
      }
    }
    return set;
  }
  void Take() override { set = manual_reset_; }
  absl::Duration UntilSet() override {
    return running
               ? std::max(
                     absl::FromChrono(due - std::chrono::steady_clock::now()),
                     absl::ZeroDuration())
               : absl::InfiniteDuration();
  }

  bool set = false;
  bool running = false;
  std::chrono::steady_clock::time_point due;
  std::chrono::milliseconds period{0};

 private:
  const bool manual_reset_;
};

class Thread : public Waitable {
 public:
  bool IsSet() override { return ended; }

  bool ended = false;
  DWORD code = STILL_ACTIVE;
};

BOOL Result(bool ok) {
  if (!ok) {
    SetLastError(ERROR_INVALID_HANDLE);
  }
  return ok ? TRUE : FALSE;
}

// A name as the table knows it; empty: the object has none. Local\ is what a
// name without a prefix means.
std::wstring NameOf(LPCWSTR name) {
  constexpr wchar_t kLocal[] = L"Local\\";
  constexpr std::size_t kLength = 6;
  if (name == nullptr) return {};
  return std::wcsncmp(name, kLocal, kLength) == 0 ? name + kLength : name;
}
std::wstring NameOf(LPCSTR name) {
  if (name == nullptr) return {};
  return NameOf(convoy::WideFromUtf8(name).c_str());
}

// A handle of the object of that name, else of `object`.
template <typename T>
HANDLE Create(const std::wstring& name, std::shared_ptr<T> object) {
  DWORD code = ERROR_SUCCESS;
  HANDLE handle = nullptr;
  if (name.empty()) {
    handle = HandleTable::Get().Add(std::move(object));
  } else {
    handle = HandleTable::Get().AddNamed(
        name,
        [&](std::shared_ptr<Waitable> existing) -> std::shared_ptr<Waitable> {
          if (existing == nullptr) return object;
          const bool fits = dynamic_cast<T*>(existing.get()) != nullptr;
          code = fits ? ERROR_ALREADY_EXISTS : ERROR_INVALID_HANDLE;
          return fits ? existing : nullptr;
        });
  }
  SetLastError(code);
  return handle;
}

template <typename T>
HANDLE Open(const std::wstring& name) {
  DWORD code = ERROR_SUCCESS;
  const HANDLE handle = HandleTable::Get().AddNamed(
      name,
      [&code](std::shared_ptr<Waitable> existing) -> std::shared_ptr<Waitable> {
        if (dynamic_cast<T*>(existing.get()) != nullptr) return existing;
        code =
            existing == nullptr ? ERROR_FILE_NOT_FOUND : ERROR_INVALID_HANDLE;
        return nullptr;
      });
  SetLastError(code);
  return handle;
}

HANDLE CreateSemaphoreNamed(const std::wstring& name, LONG initial,
                            LONG maximum) {
  if (initial < 0 || maximum <= 0 || initial > maximum) {
    SetLastError(ERROR_INVALID_PARAMETER);
    return nullptr;
  }
  auto semaphore = std::make_shared<Semaphore>();
  semaphore->count = initial;
  semaphore->maximum = maximum;
  return Create(name, std::move(semaphore));
}

HANDLE CreateMutexNamed(const std::wstring& name, BOOL initial_owner) {
  auto mutex = std::make_shared<Mutex>();
  if (initial_owner) {
    mutex->Take();
  }
  return Create(name, std::move(mutex));
}

absl::Duration Time(DWORD milliseconds) {
  return milliseconds == INFINITE ? absl::InfiniteDuration()
                                  : absl::Milliseconds(milliseconds);
}

// Steps of 100 ns from now until `due`; negative means relative.
std::chrono::nanoseconds UntilDue(const LARGE_INTEGER& due) {
  LONGLONG steps = -due.QuadPart;
  if (due.QuadPart >= 0) {
    FILETIME now;
    GetSystemTimeAsFileTime(&now);
    ULARGE_INTEGER value;
    value.LowPart = now.dwLowDateTime;
    value.HighPart = now.dwHighDateTime;
    steps = due.QuadPart - static_cast<LONGLONG>(value.QuadPart);
  }
  // A year at most, so that it can be counted in nanoseconds.
  constexpr LONGLONG kYear = 366LL * 86400 * 10000000;
  return std::chrono::nanoseconds(100 * std::clamp(steps, LONGLONG{0}, kYear));
}

}  // namespace

BOOL CloseHandle(HANDLE handle) {
  return Result(HandleTable::Get().Close(handle));
}

HANDLE CreateEventW(LPSECURITY_ATTRIBUTES, BOOL manual_reset,
                    BOOL initial_state, LPCWSTR name) {
  return Create(NameOf(name),
                std::make_shared<Event>(manual_reset != 0, initial_state != 0));
}
HANDLE CreateEventA(LPSECURITY_ATTRIBUTES, BOOL manual_reset,
                    BOOL initial_state, LPCSTR name) {
  return Create(NameOf(name),
                std::make_shared<Event>(manual_reset != 0, initial_state != 0));
}
HANDLE CreateEventExW(LPSECURITY_ATTRIBUTES attributes, LPCWSTR name,
                      DWORD flags, DWORD) {
  return CreateEventW(attributes, (flags & CREATE_EVENT_MANUAL_RESET) != 0,
                      (flags & CREATE_EVENT_INITIAL_SET) != 0, name);
}
HANDLE OpenEventW(DWORD, BOOL, LPCWSTR name) {
  return Open<Event>(NameOf(name));
}
HANDLE OpenEventA(DWORD, BOOL, LPCSTR name) {
  return Open<Event>(NameOf(name));
}
BOOL SetEvent(HANDLE event) {
  return Result(HandleTable::Get().With<Event>(
      event, [](Event& e) { return e.set = true; }));
}
BOOL ResetEvent(HANDLE event) {
  return Result(HandleTable::Get().With<Event>(event, [](Event& e) {
    e.set = false;
    return true;
  }));
}

HANDLE CreateMutexW(LPSECURITY_ATTRIBUTES, BOOL initial_owner, LPCWSTR name) {
  return CreateMutexNamed(NameOf(name), initial_owner);
}
HANDLE CreateMutexA(LPSECURITY_ATTRIBUTES, BOOL initial_owner, LPCSTR name) {
  return CreateMutexNamed(NameOf(name), initial_owner);
}
HANDLE OpenMutexW(DWORD, BOOL, LPCWSTR name) {
  return Open<Mutex>(NameOf(name));
}
HANDLE OpenMutexA(DWORD, BOOL, LPCSTR name) {
  return Open<Mutex>(NameOf(name));
}
BOOL ReleaseMutex(HANDLE mutex) {
  DWORD error = ERROR_INVALID_HANDLE;
  const bool ok = HandleTable::Get().With<Mutex>(mutex, [&error](Mutex& m) {
    if (m.depth == 0 || m.owner != std::this_thread::get_id()) {
      error = ERROR_NOT_OWNER;
      return false;
    }
    --m.depth;
    return true;
  });
  if (!ok) {
    SetLastError(error);
  }
  return ok ? TRUE : FALSE;
}

HANDLE CreateSemaphoreW(LPSECURITY_ATTRIBUTES, LONG initial, LONG maximum,
                        LPCWSTR name) {
  return CreateSemaphoreNamed(NameOf(name), initial, maximum);
}
HANDLE CreateSemaphoreA(LPSECURITY_ATTRIBUTES, LONG initial, LONG maximum,
                        LPCSTR name) {
  return CreateSemaphoreNamed(NameOf(name), initial, maximum);
}
HANDLE OpenSemaphoreW(DWORD, BOOL, LPCWSTR name) {
  return Open<Semaphore>(NameOf(name));
}
HANDLE OpenSemaphoreA(DWORD, BOOL, LPCSTR name) {
  return Open<Semaphore>(NameOf(name));
}
BOOL ReleaseSemaphore(HANDLE semaphore, LONG count, LONG* previous) {
  return Result(HandleTable::Get().With<Semaphore>(
      semaphore, [count, previous](Semaphore& s) {
        if (count <= 0 || count > s.maximum - s.count) {
          return false;
        }
        if (previous != nullptr) {
          *previous = s.count;
        }
        s.count += count;
        return true;
      }));
}

HANDLE CreateWaitableTimerW(LPSECURITY_ATTRIBUTES, BOOL manual_reset,
                            LPCWSTR name) {
  return Create(NameOf(name), std::make_shared<Timer>(manual_reset != 0));
}
HANDLE CreateWaitableTimerA(LPSECURITY_ATTRIBUTES, BOOL manual_reset,
                            LPCSTR name) {
  return Create(NameOf(name), std::make_shared<Timer>(manual_reset != 0));
}
HANDLE OpenWaitableTimerW(DWORD, BOOL, LPCWSTR name) {
  return Open<Timer>(NameOf(name));
}
HANDLE OpenWaitableTimerA(DWORD, BOOL, LPCSTR name) {
  return Open<Timer>(NameOf(name));
}
BOOL SetWaitableTimer(HANDLE timer, const LARGE_INTEGER* due, LONG period,
                      PTIMERAPCROUTINE routine, LPVOID, BOOL) {
  if (due == nullptr || period < 0 || routine != nullptr) {
    SetLastError(routine != nullptr ? ERROR_NOT_SUPPORTED
                                    : ERROR_INVALID_PARAMETER);
    return FALSE;
  }
  return Result(HandleTable::Get().With<Timer>(timer, [&](Timer& t) {
    t.set = false;
    t.running = true;
    t.due = std::chrono::steady_clock::now() + UntilDue(*due);
    t.period = std::chrono::milliseconds(period);
    return true;
  }));
}
BOOL CancelWaitableTimer(HANDLE timer) {
  return Result(HandleTable::Get().With<Timer>(timer, [](Timer& t) {
    t.running = false;
    return true;
  }));
}

DWORD WaitForMultipleObjects(DWORD count, const HANDLE* handles, BOOL all,
                             DWORD milliseconds) {
  if (count == 0 || count > MAXIMUM_WAIT_OBJECTS || handles == nullptr) {
    SetLastError(ERROR_INVALID_PARAMETER);
    return WAIT_FAILED;
  }
  const std::optional<int> ended = HandleTable::Get().Wait(
      {handles, handles + count}, all != 0, Time(milliseconds));
  if (!ended.has_value()) {
    SetLastError(ERROR_INVALID_HANDLE);
    return WAIT_FAILED;
  }
  return *ended < 0 ? WAIT_TIMEOUT : WAIT_OBJECT_0 + *ended;
}
DWORD WaitForMultipleObjectsEx(DWORD count, const HANDLE* handles, BOOL all,
                               DWORD milliseconds, BOOL) {
  return WaitForMultipleObjects(count, handles, all, milliseconds);
}
DWORD WaitForSingleObject(HANDLE handle, DWORD milliseconds) {
  return WaitForMultipleObjects(1, &handle, FALSE, milliseconds);
}
DWORD WaitForSingleObjectEx(HANDLE handle, DWORD milliseconds, BOOL) {
  return WaitForSingleObject(handle, milliseconds);
}

HRESULT CoWaitForMultipleHandles(DWORD flags, DWORD milliseconds, ULONG count,
                                 LPHANDLE handles, LPDWORD index) {
  if (index == nullptr) return E_INVALIDARG;
  *index = 0;
  if (count == 0) return RPC_E_NO_SYNC;
  const DWORD ended = WaitForMultipleObjects(
      count, handles, (flags & COWAIT_WAITALL) != 0, milliseconds);
  if (ended == WAIT_TIMEOUT) return RPC_S_CALLPENDING;
  if (ended == WAIT_FAILED) return HRESULT_FROM_WIN32(GetLastError());
  *index = ended - WAIT_OBJECT_0;
  return S_OK;
}

void Sleep(DWORD milliseconds) {
  if (milliseconds == INFINITE) {
    while (true) {
      std::this_thread::sleep_for(std::chrono::hours(1));
    }
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
}
DWORD SleepEx(DWORD milliseconds, BOOL) {
  Sleep(milliseconds);
  return 0;
}

HANDLE CreateThread(LPSECURITY_ATTRIBUTES, SIZE_T, LPTHREAD_START_ROUTINE start,
                    LPVOID parameter, DWORD flags, LPDWORD thread_id) {
  if (start == nullptr || (flags & CREATE_SUSPENDED) != 0) {
    SetLastError(start == nullptr ? ERROR_INVALID_PARAMETER
                                  : ERROR_NOT_SUPPORTED);
    return nullptr;
  }
  auto thread = std::make_shared<Thread>();
  // Known only inside of the thread.
  const auto id = std::make_shared<DWORD>(0);
  const HANDLE started = CreateEventW(nullptr, TRUE, FALSE, nullptr);
  try {
    std::thread([start, parameter, thread, id, started] {
      *id = GetCurrentThreadId();
      SetEvent(started);
      const DWORD code = start(parameter);
      HandleTable::Get().Locked([&] {
        thread->code = code;
        thread->ended = true;
      });
    }).detach();
  } catch (const std::system_error&) {
    CloseHandle(started);
    SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return nullptr;
  }
  WaitForSingleObject(started, INFINITE);
  CloseHandle(started);
  if (thread_id != nullptr) {
    *thread_id = *id;
  }
  return HandleTable::Get().Add(std::move(thread));
}
BOOL GetExitCodeThread(HANDLE thread, LPDWORD code) {
  return Result(HandleTable::Get().With<Thread>(thread, [code](Thread& t) {
    *code = t.code;
    return true;
  }));
}
DWORD GetCurrentThreadId() { return static_cast<DWORD>(::syscall(SYS_gettid)); }
DWORD GetCurrentProcessId() { return static_cast<DWORD>(::getpid()); }
