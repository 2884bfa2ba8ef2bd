// GUID and how it is declared, defined, compared.
#ifndef CONVOY_COMPAT_GUIDDEF_H_
#define CONVOY_COMPAT_GUIDDEF_H_

#include <stdint.h>
#include <string.h>

typedef struct _GUID {
  uint32_t Data1;
  uint16_t Data2;
  uint16_t Data3;
  uint8_t Data4[8];
} GUID;

typedef GUID IID, CLSID, FMTID;
typedef GUID *LPGUID, *LPIID, *LPCLSID;
typedef const GUID *LPCGUID, *LPCCLSID;

#ifdef __cplusplus
#define REFGUID const GUID&
#define REFIID const IID&
#define REFCLSID const CLSID&
#define REFFMTID const FMTID&
#else
#define REFGUID const GUID*
#define REFIID const IID*
#define REFCLSID const CLSID*
#define REFFMTID const FMTID*
#endif

#ifdef __cplusplus
extern "C++" {

inline bool operator==(const GUID& a, const GUID& b) {
  return memcmp(&a, &b, sizeof(GUID)) == 0;
}
inline bool operator!=(const GUID& a, const GUID& b) { return !(a == b); }
inline int IsEqualGUID(const GUID& a, const GUID& b) { return a == b; }
inline int InlineIsEqualGUID(const GUID& a, const GUID& b) { return a == b; }

// What __uuidof(T) gives; __CRT_UUID_DECL specialises it.
template <typename T>
struct convoy_uuid;
template <typename T>
struct convoy_uuid<const T> : convoy_uuid<T> {};
template <typename T>
struct convoy_uuid<T*> : convoy_uuid<T> {};
template <typename T>
struct convoy_uuid<T&> : convoy_uuid<T> {};
}

// Of a type, complete or not, or of an expression; also of pointers to it.
#define __uuidof(x) convoy_uuid<__typeof__(x)>::value()

// Gives a type its uuid. At file scope.
#define __CRT_UUID_DECL(type, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8)      \
  extern "C++" {                                                              \
  template <>                                                                 \
  struct convoy_uuid<type> {                                                  \
    static const GUID& value() {                                              \
      static const GUID guid = {l, w1, w2, {b1, b2, b3, b4, b5, b6, b7, b8}}; \
      return guid;                                                            \
    }                                                                         \
  };                                                                          \
  }
#else
#define IsEqualGUID(a, b) (!memcmp((a), (b), sizeof(GUID)))
#define InlineIsEqualGUID IsEqualGUID
#define __CRT_UUID_DECL(type, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8)
#endif
#define IsEqualIID(a, b) IsEqualGUID(a, b)
#define IsEqualCLSID(a, b) IsEqualGUID(a, b)
#define IsEqualFMTID(a, b) IsEqualGUID(a, b)

#define GUID_NULL IID_NULL
#define CLSID_NULL IID_NULL

#endif  // CONVOY_COMPAT_GUIDDEF_H_

// DEFINE_GUID declares a GUID or, after INITGUID, defines it: weakly, so that
// many files and libconvoy may define the same one. It follows INITGUID each
// time that this header is included, as on Windows.
#undef DEFINE_GUID
#if defined(INITGUID) && defined(__cplusplus)
#define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8) \
  extern "C" const GUID name                                         \
      __attribute__((weak)) = {l, w1, w2, {b1, b2, b3, b4, b5, b6, b7, b8}}
#elif defined(INITGUID)
#define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8) \
  const GUID name                                                    \
      __attribute__((weak)) = {l, w1, w2, {b1, b2, b3, b4, b5, b6, b7, b8}}
#elif defined(__cplusplus)
#define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8) \
  extern "C" const GUID name
#else
#define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8) \
  extern const GUID name
#endif
