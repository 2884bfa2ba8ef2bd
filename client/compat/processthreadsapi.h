#ifndef CONVOY_COMPAT_PROCESSTHREADSAPI_H_
#define CONVOY_COMPAT_PROCESSTHREADSAPI_H_

#include <synchapi.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef DWORD(WINAPI* LPTHREAD_START_ROUTINE)(LPVOID parameter);
#define CREATE_SUSPENDED 0x4
#define STILL_ACTIVE 259u

// The handle is set when the thread ends. CREATE_SUSPENDED is not offered:
// ERROR_NOT_SUPPORTED.
HANDLE CreateThread(LPSECURITY_ATTRIBUTES attributes, SIZE_T stack_size,
                    LPTHREAD_START_ROUTINE start, LPVOID parameter, DWORD flags,
                    LPDWORD thread_id);
BOOL GetExitCodeThread(HANDLE thread, LPDWORD code);
DWORD GetCurrentThreadId(void);
DWORD GetCurrentProcessId(void);

#ifdef __cplusplus
}
#endif

#endif  // CONVOY_COMPAT_PROCESSTHREADSAPI_H_
