// Events and waits, critical sections, locks, of this process only: a name,
// with Global\ or Local\ before it or without, is this process' own.
#ifndef CONVOY_COMPAT_SYNCHAPI_H_
#define CONVOY_COMPAT_SYNCHAPI_H_

#include <handleapi.h>
#include <winerror.h>

#ifdef __cplusplus
extern "C" {
#endif

#define INFINITE 0xFFFFFFFFu
#define WAIT_OBJECT_0 0u
#define WAIT_ABANDONED 0x80u
#define WAIT_ABANDONED_0 0x80u
#define WAIT_IO_COMPLETION 0xC0u
#define WAIT_FAILED 0xFFFFFFFFu
#define MAXIMUM_WAIT_OBJECTS 64

typedef struct _SECURITY_ATTRIBUTES {
  DWORD nLength;
  LPVOID lpSecurityDescriptor;
  BOOL bInheritHandle;
} SECURITY_ATTRIBUTES, *LPSECURITY_ATTRIBUTES;

// NULL, with GetLastError, when it fails. With the name of an object that has a
// handle, a handle of that one, which stays as it is: ERROR_ALREADY_EXISTS;
// ERROR_INVALID_HANDLE where that is no event. The rest likewise.
HANDLE CreateEventW(LPSECURITY_ATTRIBUTES attributes, BOOL manual_reset,
                    BOOL initial_state, LPCWSTR name);
HANDLE CreateEventA(LPSECURITY_ATTRIBUTES attributes, BOOL manual_reset,
                    BOOL initial_state, LPCSTR name);
#define CREATE_EVENT_MANUAL_RESET 0x1
#define CREATE_EVENT_INITIAL_SET 0x2
HANDLE CreateEventExW(LPSECURITY_ATTRIBUTES attributes, LPCWSTR name,
                      DWORD flags, DWORD access);
// NULL with ERROR_FILE_NOT_FOUND: there is none of this name. The rest
// likewise.
HANDLE OpenEventW(DWORD access, BOOL inherit, LPCWSTR name);
HANDLE OpenEventA(DWORD access, BOOL inherit, LPCSTR name);
BOOL SetEvent(HANDLE event);
BOOL ResetEvent(HANDLE event);

HANDLE CreateMutexW(LPSECURITY_ATTRIBUTES attributes, BOOL initial_owner,
                    LPCWSTR name);
HANDLE CreateMutexA(LPSECURITY_ATTRIBUTES attributes, BOOL initial_owner,
                    LPCSTR name);
HANDLE OpenMutexW(DWORD access, BOOL inherit, LPCWSTR name);
HANDLE OpenMutexA(DWORD access, BOOL inherit, LPCSTR name);
BOOL ReleaseMutex(HANDLE mutex);

HANDLE CreateSemaphoreW(LPSECURITY_ATTRIBUTES attributes, LONG initial,
                        LONG maximum, LPCWSTR name);
HANDLE CreateSemaphoreA(LPSECURITY_ATTRIBUTES attributes, LONG initial,
                        LONG maximum, LPCSTR name);
HANDLE OpenSemaphoreW(DWORD access, BOOL inherit, LPCWSTR name);
HANDLE OpenSemaphoreA(DWORD access, BOOL inherit, LPCSTR name);
BOOL ReleaseSemaphore(HANDLE semaphore, LONG count, LONG* previous);

// Timers: due in steps of 100 ns, negative from now; again every `period` ms.
// No completion routine.
typedef void(APIENTRY* PTIMERAPCROUTINE)(LPVOID argument, DWORD low,
                                         DWORD high);
HANDLE CreateWaitableTimerW(LPSECURITY_ATTRIBUTES attributes, BOOL manual_reset,
                            LPCWSTR name);
HANDLE CreateWaitableTimerA(LPSECURITY_ATTRIBUTES attributes, BOOL manual_reset,
                            LPCSTR name);
HANDLE OpenWaitableTimerW(DWORD access, BOOL inherit, LPCWSTR name);
HANDLE OpenWaitableTimerA(DWORD access, BOOL inherit, LPCSTR name);
BOOL SetWaitableTimer(HANDLE timer, const LARGE_INTEGER* due, LONG period,
                      PTIMERAPCROUTINE routine, LPVOID argument, BOOL resume);
BOOL CancelWaitableTimer(HANDLE timer);

// WAIT_OBJECT_0 (+ index), WAIT_TIMEOUT, or WAIT_FAILED with GetLastError. A
// closed handle must not be waited for.
DWORD WaitForSingleObject(HANDLE handle, DWORD milliseconds);
DWORD WaitForSingleObjectEx(HANDLE handle, DWORD milliseconds, BOOL alertable);
DWORD WaitForMultipleObjects(DWORD count, const HANDLE* handles, BOOL all,
                             DWORD milliseconds);
DWORD WaitForMultipleObjectsEx(DWORD count, const HANDLE* handles, BOOL all,
                               DWORD milliseconds, BOOL alertable);

void Sleep(DWORD milliseconds);
DWORD SleepEx(DWORD milliseconds, BOOL alertable);

// One thread at a time; the same thread may enter again.
typedef struct _RTL_CRITICAL_SECTION {
  void* state[8];
} CRITICAL_SECTION, *LPCRITICAL_SECTION, *PCRITICAL_SECTION;
void InitializeCriticalSection(LPCRITICAL_SECTION section);
BOOL InitializeCriticalSectionAndSpinCount(LPCRITICAL_SECTION section,
                                           DWORD spins);
BOOL InitializeCriticalSectionEx(LPCRITICAL_SECTION section, DWORD spins,
                                 DWORD flags);
void EnterCriticalSection(LPCRITICAL_SECTION section);
BOOL TryEnterCriticalSection(LPCRITICAL_SECTION section);
void LeaveCriticalSection(LPCRITICAL_SECTION section);
void DeleteCriticalSection(LPCRITICAL_SECTION section);

typedef struct _RTL_SRWLOCK {
  void* state[8];
} SRWLOCK, *PSRWLOCK;
#define SRWLOCK_INIT \
  {                  \
    { 0 }            \
  }
void InitializeSRWLock(PSRWLOCK lock);
void AcquireSRWLockExclusive(PSRWLOCK lock);
void ReleaseSRWLockExclusive(PSRWLOCK lock);
void AcquireSRWLockShared(PSRWLOCK lock);
void ReleaseSRWLockShared(PSRWLOCK lock);

#ifdef UNICODE
#define CreateEvent CreateEventW
#define CreateMutex CreateMutexW
#define CreateSemaphore CreateSemaphoreW
#define CreateWaitableTimer CreateWaitableTimerW
#define OpenEvent OpenEventW
#define OpenMutex OpenMutexW
#define OpenSemaphore OpenSemaphoreW
#define OpenWaitableTimer OpenWaitableTimerW
#else
#define CreateEvent CreateEventA
#define CreateMutex CreateMutexA
#define CreateSemaphore CreateSemaphoreA
#define CreateWaitableTimer CreateWaitableTimerA
#define OpenEvent OpenEventA
#define OpenMutex OpenMutexA
#define OpenSemaphore OpenSemaphoreA
#define OpenWaitableTimer OpenWaitableTimerA
#endif

#ifdef __cplusplus
}
#endif

#endif  // CONVOY_COMPAT_SYNCHAPI_H_
