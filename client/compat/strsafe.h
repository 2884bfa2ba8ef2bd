// Text into buffers that say how large they are. Sizes and lengths count
// characters in the Cch functions, bytes in the Cb ones, the zero included in
// sizes. What does not fit is cut, with its zero, and
// STRSAFE_E_INSUFFICIENT_BUFFER; a size of 0 or above STRSAFE_MAX_CCH, and a
// text without a zero in its buffer: STRSAFE_E_INVALID_PARAMETER.
#ifndef CONVOY_COMPAT_STRSAFE_H_
#define CONVOY_COMPAT_STRSAFE_H_

#include <stdarg.h>
#include <stddef.h>
#include <winerror.h>

#ifdef __cplusplus
extern "C" {
#endif

#define STRSAFE_MAX_CCH 2147483647
#define STRSAFE_E_INSUFFICIENT_BUFFER _HRESULT_TYPEDEF_(0x8007007A)
#define STRSAFE_E_INVALID_PARAMETER _HRESULT_TYPEDEF_(0x80070057)
#define STRSAFE_E_END_OF_FILE _HRESULT_TYPEDEF_(0x80070026)

HRESULT StringCchCopyW(LPWSTR to, size_t size, LPCWSTR from);
HRESULT StringCchCopyA(LPSTR to, size_t size, LPCSTR from);
HRESULT StringCbCopyW(LPWSTR to, size_t size, LPCWSTR from);
HRESULT StringCbCopyA(LPSTR to, size_t size, LPCSTR from);
// At most `most` characters (or bytes) of `from`.
HRESULT StringCchCopyNW(LPWSTR to, size_t size, LPCWSTR from, size_t most);
HRESULT StringCchCopyNA(LPSTR to, size_t size, LPCSTR from, size_t most);
HRESULT StringCbCopyNW(LPWSTR to, size_t size, LPCWSTR from, size_t most);
HRESULT StringCbCopyNA(LPSTR to, size_t size, LPCSTR from, size_t most);

HRESULT StringCchCatW(LPWSTR to, size_t size, LPCWSTR from);
HRESULT StringCchCatA(LPSTR to, size_t size, LPCSTR from);
HRESULT StringCbCatW(LPWSTR to, size_t size, LPCWSTR from);
HRESULT StringCbCatA(LPSTR to, size_t size, LPCSTR from);
HRESULT StringCchCatNW(LPWSTR to, size_t size, LPCWSTR from, size_t most);
HRESULT StringCchCatNA(LPSTR to, size_t size, LPCSTR from, size_t most);

// `length` may be NULL.
HRESULT StringCchLengthW(LPCWSTR text, size_t size, size_t* length);
HRESULT StringCchLengthA(LPCSTR text, size_t size, size_t* length);
HRESULT StringCbLengthW(LPCWSTR text, size_t size, size_t* length);
HRESULT StringCbLengthA(LPCSTR text, size_t size, size_t* length);

// Formats mean what they mean on Windows: %s is a text of the function's own
// kind, %S of the other, %ls and %ws wide, %hs char (UTF-8); %ld and %lu have
// 32 bits, %I64d and %lld 64. %n is STRSAFE_E_INVALID_PARAMETER.
HRESULT StringCchPrintfW(LPWSTR to, size_t size, LPCWSTR format, ...);
HRESULT StringCchPrintfA(LPSTR to, size_t size, LPCSTR format, ...);
HRESULT StringCbPrintfW(LPWSTR to, size_t size, LPCWSTR format, ...);
HRESULT StringCbPrintfA(LPSTR to, size_t size, LPCSTR format, ...);
HRESULT StringCchVPrintfW(LPWSTR to, size_t size, LPCWSTR format, va_list list);
HRESULT StringCchVPrintfA(LPSTR to, size_t size, LPCSTR format, va_list list);
HRESULT StringCbVPrintfW(LPWSTR to, size_t size, LPCWSTR format, va_list list);
HRESULT StringCbVPrintfA(LPSTR to, size_t size, LPCSTR format, va_list list);

#ifdef UNICODE
#define CONVOY_STRSAFE(name) name##W
#else
#define CONVOY_STRSAFE(name) name##A
#endif
#define StringCchCopy CONVOY_STRSAFE(StringCchCopy)
#define StringCbCopy CONVOY_STRSAFE(StringCbCopy)
#define StringCchCopyN CONVOY_STRSAFE(StringCchCopyN)
#define StringCbCopyN CONVOY_STRSAFE(StringCbCopyN)
#define StringCchCat CONVOY_STRSAFE(StringCchCat)
#define StringCbCat CONVOY_STRSAFE(StringCbCat)
#define StringCchCatN CONVOY_STRSAFE(StringCchCatN)
#define StringCchLength CONVOY_STRSAFE(StringCchLength)
#define StringCbLength CONVOY_STRSAFE(StringCbLength)
#define StringCchPrintf CONVOY_STRSAFE(StringCchPrintf)
#define StringCbPrintf CONVOY_STRSAFE(StringCbPrintf)
#define StringCchVPrintf CONVOY_STRSAFE(StringCchVPrintf)
#define StringCbVPrintf CONVOY_STRSAFE(StringCbVPrintf)

#ifdef __cplusplus
}
#endif

#endif  // CONVOY_COMPAT_STRSAFE_H_
