// BSTR, VARIANT and SAFEARRAY functions. Thread-safe as far as each call has
// its own arguments.
#ifndef CONVOY_COMPAT_OLEAUTO_H_
#define CONVOY_COMPAT_OLEAUTO_H_

#include <oaidl.h>

#ifdef __cplusplus
extern "C" {
#endif

// BSTR: NULL stands for the empty string. NULL is answered for NULL, and when
// there is no memory.
BSTR SysAllocString(const OLECHAR* text);
BSTR SysAllocStringLen(const OLECHAR* text, UINT characters);
BSTR SysAllocStringByteLen(LPCSTR bytes, UINT size);
INT SysReAllocString(BSTR* string, const OLECHAR* text);
INT SysReAllocStringLen(BSTR* string, const OLECHAR* text, UINT characters);
void SysFreeString(BSTR string);
// In characters, and in bytes.
UINT SysStringLen(BSTR string);
UINT SysStringByteLen(BSTR string);

// VARIANT. Those that cannot be cleared or copied: DISP_E_BADVARTYPE.
void VariantInit(VARIANT* variant);
HRESULT VariantClear(VARIANT* variant);
HRESULT VariantCopy(VARIANT* to, const VARIANT* from);
// As VariantCopy, and follows VT_BYREF.
HRESULT VariantCopyInd(VARIANT* to, const VARIANT* from);

#define FADF_AUTO 0x0001
#define FADF_STATIC 0x0002
#define FADF_FIXEDSIZE 0x0010
#define FADF_HAVEVARTYPE 0x0080
#define FADF_BSTR 0x0100
#define FADF_UNKNOWN 0x0200
#define FADF_VARIANT 0x0800

// SAFEARRAY: arrays of one dimension, of numbers, BSTR, UNKNOWN or VARIANT.
SAFEARRAY* SafeArrayCreate(VARTYPE type, UINT dimensions,
                           SAFEARRAYBOUND* bounds);
SAFEARRAY* SafeArrayCreateVector(VARTYPE type, LONG lower_bound,
                                 ULONG elements);
HRESULT SafeArrayDestroy(SAFEARRAY* array);
HRESULT SafeArrayCopy(SAFEARRAY* array, SAFEARRAY** copy);
HRESULT SafeArrayLock(SAFEARRAY* array);
HRESULT SafeArrayUnlock(SAFEARRAY* array);
HRESULT SafeArrayAccessData(SAFEARRAY* array, void** data);
HRESULT SafeArrayUnaccessData(SAFEARRAY* array);
HRESULT SafeArrayGetLBound(SAFEARRAY* array, UINT dimension, LONG* bound);
HRESULT SafeArrayGetUBound(SAFEARRAY* array, UINT dimension, LONG* bound);
HRESULT SafeArrayGetVartype(SAFEARRAY* array, VARTYPE* type);
// BSTR, UNKNOWN and VARIANT elements are copied.
HRESULT SafeArrayGetElement(SAFEARRAY* array, LONG* index, void* element);
HRESULT SafeArrayPutElement(SAFEARRAY* array, LONG* index, void* element);
UINT SafeArrayGetDim(SAFEARRAY* array);
UINT SafeArrayGetElemsize(SAFEARRAY* array);

#ifdef __cplusplus
}
#endif

#endif  // CONVOY_COMPAT_OLEAUTO_H_
