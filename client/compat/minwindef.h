// The words that every Windows declaration is made of. LONG and DWORD have 32
// bits, as on Windows: never `long`, which has 64 here.
#ifndef CONVOY_COMPAT_MINWINDEF_H_
#define CONVOY_COMPAT_MINWINDEF_H_

#include <basetsd.h>
#include <sal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <wchar.h>

// Calling conventions and storage words: there is one convention here.
#ifndef __stdcall
#define __stdcall
#endif
#ifndef __cdecl
#define __cdecl
#endif
#ifndef _cdecl
#define _cdecl
#endif
#ifndef __fastcall
#define __fastcall
#endif
#ifndef __declspec
#define __declspec(x)
#endif
#ifndef __forceinline
#define __forceinline inline
#endif
#ifndef __int64
#define __int64 long long
#endif
#define WINAPI
#define APIENTRY
#define CALLBACK
#define PASCAL
#define CONST const
#define FAR
#define NEAR
#define IN
#define OUT
#define DECLSPEC_NOVTABLE
#define DECLSPEC_NOTHROW
#define DECLSPEC_NORETURN
#define DECLSPEC_SELECTANY
#define DECLSPEC_UUID(x)
#define DECLSPEC_ALIGN(x)
#define FORCEINLINE static inline

#ifdef __cplusplus
#define EXTERN_C extern "C"
#define EXTERN_C_START extern "C" {
#define EXTERN_C_END }
#else
#define EXTERN_C extern
#define EXTERN_C_START
#define EXTERN_C_END
#endif

#ifndef FALSE
#define FALSE 0
#endif
#ifndef TRUE
#define TRUE 1
#endif
#define MAX_PATH 260

typedef int32_t BOOL;
typedef BOOL WINBOOL;
typedef BOOL *PBOOL, *LPBOOL;
typedef uint8_t BYTE, UCHAR, BOOLEAN;
typedef BYTE *PBYTE, *LPBYTE;
typedef char CHAR;
typedef int16_t SHORT;
typedef uint16_t WORD, USHORT;
typedef WORD *PWORD, *LPWORD;
typedef int32_t INT, LONG;
typedef int *LPINT;
typedef LONG *PLONG, *LPLONG;
typedef uint32_t UINT, ULONG, DWORD;
typedef UINT *PUINT;
typedef ULONG *PULONG;
typedef DWORD *PDWORD, *LPDWORD;
typedef long long LONGLONG;
typedef unsigned long long ULONGLONG, DWORDLONG;
typedef float FLOAT;
typedef double DOUBLE;
#ifndef VOID
#define VOID void
#endif
typedef void *PVOID, *LPVOID;
typedef const void *LPCVOID;
typedef ULONG_PTR WPARAM;
typedef LONG_PTR LPARAM, LRESULT;

typedef void *HANDLE;
typedef HANDLE *PHANDLE, *LPHANDLE;
typedef HANDLE HLOCAL, HGLOBAL;
typedef HANDLE HINSTANCE, HMODULE, HWND;
#define INVALID_HANDLE_VALUE ((HANDLE)(LONG_PTR)-1)

// 100-nanosecond steps since 1601-01-01 UTC.
typedef struct _FILETIME {
  DWORD dwLowDateTime;
  DWORD dwHighDateTime;
} FILETIME, *PFILETIME, *LPFILETIME;

#define LOWORD(x) ((WORD)((DWORD_PTR)(x)&0xffff))
#define HIWORD(x) ((WORD)(((DWORD_PTR)(x) >> 16) & 0xffff))
#define LOBYTE(x) ((BYTE)((DWORD_PTR)(x)&0xff))
#define HIBYTE(x) ((BYTE)(((DWORD_PTR)(x) >> 8) & 0xff))
#define MAKELONG(low, high) \
  ((LONG)(((DWORD)(WORD)(low)) | (((DWORD)(WORD)(high)) << 16)))
#define UNREFERENCED_PARAMETER(x) (void)(x)

#endif  // CONVOY_COMPAT_MINWINDEF_H_
