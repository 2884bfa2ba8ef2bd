#ifndef CONVOY_COMPAT_WINBASE_H_
#define CONVOY_COMPAT_WINBASE_H_

#include <errhandlingapi.h>
#include <fileapi.h>
#include <handleapi.h>
#include <processthreadsapi.h>
#include <stdarg.h>
#include <synchapi.h>
#include <sysinfoapi.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LMEM_FIXED 0x0
#define LMEM_ZEROINIT 0x40
#define LPTR (LMEM_FIXED | LMEM_ZEROINIT)
HLOCAL LocalAlloc(UINT flags, SIZE_T size);
// Always NULL.
HLOCAL LocalFree(HLOCAL memory);

#define GMEM_FIXED LMEM_FIXED
#define GMEM_ZEROINIT LMEM_ZEROINIT
#define GPTR LPTR
#define GlobalAlloc LocalAlloc
#define GlobalFree LocalFree

#define HEAP_ZERO_MEMORY 0x8
HANDLE GetProcessHeap(void);
LPVOID HeapAlloc(HANDLE heap, DWORD flags, SIZE_T size);
BOOL HeapFree(HANDLE heap, DWORD flags, LPVOID memory);

#define FORMAT_MESSAGE_ALLOCATE_BUFFER 0x100
#define FORMAT_MESSAGE_IGNORE_INSERTS 0x200
#define FORMAT_MESSAGE_FROM_STRING 0x400
#define FORMAT_MESSAGE_FROM_HMODULE 0x800
#define FORMAT_MESSAGE_FROM_SYSTEM 0x1000
#define FORMAT_MESSAGE_ARGUMENT_ARRAY 0x2000
#define FORMAT_MESSAGE_MAX_WIDTH_MASK 0xFF
// The English text of a HRESULT or Win32 code, ended by "\r\n". Its length; 0
// with ERROR_MRM_MAP_NOT_FOUND for a code without a text. Of FROM_STRING only
// the text as it is. ALLOCATE_BUFFER: `to` is a LPWSTR*, freed by LocalFree.
DWORD FormatMessageW(DWORD flags, LPCVOID source, DWORD message, DWORD language,
                     LPWSTR to, DWORD size, va_list* arguments);
DWORD FormatMessageA(DWORD flags, LPCVOID source, DWORD message, DWORD language,
                     LPSTR to, DWORD size, va_list* arguments);

int lstrlenW(LPCWSTR text);
int lstrlenA(LPCSTR text);
int lstrcmpiW(LPCWSTR a, LPCWSTR b);
int lstrcmpW(LPCWSTR a, LPCWSTR b);

#ifdef UNICODE
#define FormatMessage FormatMessageW
#define lstrlen lstrlenW
#define lstrcmpi lstrcmpiW
#define lstrcmp lstrcmpW
#else
#define FormatMessage FormatMessageA
#define lstrlen lstrlenA
#endif

#ifdef __cplusplus
}
#endif

#endif  // CONVOY_COMPAT_WINBASE_H_
