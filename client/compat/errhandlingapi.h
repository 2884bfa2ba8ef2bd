#ifndef CONVOY_COMPAT_ERRHANDLINGAPI_H_
#define CONVOY_COMPAT_ERRHANDLINGAPI_H_

#include <winerror.h>

#ifdef __cplusplus
extern "C" {
#endif

// Of this thread.
DWORD GetLastError(void);
void SetLastError(DWORD code);

#ifdef __cplusplus
}
#endif

#endif  // CONVOY_COMPAT_ERRHANDLINGAPI_H_
