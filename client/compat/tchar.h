// Text that is wide with UNICODE (or _UNICODE) and UTF-8 without. Who calls
// wmain: client/wmain/.
#ifndef CONVOY_COMPAT_TCHAR_H_
#define CONVOY_COMPAT_TCHAR_H_

#include <corecrt_wstdio.h>
#include <corecrt_wstring.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#if defined(UNICODE) || defined(_UNICODE)
typedef wchar_t _TCHAR;
#define _T(text) L##text
#define _TEXT(text) L##text
#define _tmain wmain
#define _tprintf wprintf
#define _ftprintf fwprintf
#define _tcslen wcslen
#define _tcscmp wcscmp
#define _tcsicmp _wcsicmp
#define _tcsnicmp _wcsnicmp
#define _tcsdup _wcsdup
#define _tcscpy wcscpy
#else
typedef char _TCHAR;
#define _T(text) text
#define _TEXT(text) text
#define _tmain main
#define _tprintf printf
#define _ftprintf fprintf
#define _tcslen strlen
#define _tcscmp strcmp
#define _tcsicmp _stricmp
#define _tcsnicmp _strnicmp
#define _tcsdup _strdup
#define _tcscpy strcpy
#endif

#endif  // CONVOY_COMPAT_TCHAR_H_
