#ifndef CONVOY_COMPAT_OBJBASE_H_
#define CONVOY_COMPAT_OBJBASE_H_

#include <combaseapi.h>

#ifdef __cplusplus
extern "C" {
#endif

// As CoInitializeEx with COINIT_APARTMENTTHREADED.
HRESULT CoInitialize(LPVOID reserved);

#ifdef __cplusplus
}
#endif

#endif  // CONVOY_COMPAT_OBJBASE_H_
