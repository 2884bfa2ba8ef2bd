/* What layout_c.c does with objects of C++, through their lpVtbl. */
#ifndef CONVOY_CLIENT_COMPAT_LAYOUT_C_H_
#define CONVOY_CLIENT_COMPAT_LAYOUT_C_H_

#include <objidl.h>

#ifdef __cplusplus
extern "C" {
#endif

HRESULT CreateThroughVtbl(IClassFactory* factory, REFIID iid, void** object);
ULONG ReleaseThroughVtbl(IUnknown* object);
HRESULT ReadThroughVtbl(IStream* stream, void* to, ULONG size, ULONG* read);

#ifdef __cplusplus
}
#endif

#endif  // CONVOY_CLIENT_COMPAT_LAYOUT_C_H_
