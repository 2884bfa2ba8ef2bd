#ifndef CONVOY_COMPAT_OLE2_H_
#define CONVOY_COMPAT_OLE2_H_

#include <objbase.h>
#include <oleauto.h>

#ifdef __cplusplus
extern "C" {
#endif

HRESULT OleInitialize(LPVOID reserved);
void OleUninitialize(void);

#ifdef __cplusplus
}
#endif

#endif  // CONVOY_COMPAT_OLE2_H_
