#ifndef CONVOY_COMPAT_HANDLEAPI_H_
#define CONVOY_COMPAT_HANDLEAPI_H_

#include <winnt.h>

#ifdef __cplusplus
extern "C" {
#endif

// Of an event, mutex, semaphore, timer or thread. FALSE with
// ERROR_INVALID_HANDLE: it is none, or closed already.
BOOL CloseHandle(HANDLE handle);

#ifdef __cplusplus
}
#endif

#endif  // CONVOY_COMPAT_HANDLEAPI_H_
