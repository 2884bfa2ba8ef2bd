// The layout of client/compat/ as C sees it, checked while compiling.
#include "client/compat/layout_c.h"

#include <deliveryoptimization.h>
#include <windows.h>

#define SIZE(type, bytes) \
  _Static_assert(sizeof(type) == (bytes), "size of " #type);
#define OFFSET(type, member, bytes) \
  _Static_assert(offsetof(type, member) == (bytes), #type "." #member);
#define SLOT(interface_, slot, method)                                         \
  _Static_assert(offsetof(interface_##Vtbl, method) == (slot) * sizeof(void*), \
                 #interface_ "::" #method);
#define ID(interface_, guid)
#define CLASS_ID(class_, guid)
#include "client/compat/layout/shapes.inc"

#define VALUE(name, number) \
  _Static_assert((UINT64)(name) == (UINT64)(number), #name);
#define CODE(name, number) \
  _Static_assert((HRESULT)(name) == (HRESULT)(number), #name);
#define POINTER(name, number) \
  _Static_assert(sizeof(name) == sizeof(void*), #name);
#define WORDS(name, text) _Static_assert(sizeof(name) == sizeof(text), #name);
#undef HRESULT_FROM_WIN32
#define HRESULT_FROM_WIN32(code) ((HRESULT)((code) | 0x80070000u))
#include "client/compat/layout/values.inc"

HRESULT CreateThroughVtbl(IClassFactory* factory, REFIID iid, void** object) {
  return factory->lpVtbl->CreateInstance(factory, NULL, iid, object);
}

ULONG ReleaseThroughVtbl(IUnknown* object) {
  return object->lpVtbl->Release(object);
}

HRESULT ReadThroughVtbl(IStream* stream, void* to, ULONG size, ULONG* read) {
  return stream->lpVtbl->Read(stream, to, size, read);
}
