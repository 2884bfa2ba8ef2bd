// Functions of the C library under the names that Microsoft's has for them.
// "i": letters are equal in both cases.
#ifndef CONVOY_COMPAT_CORECRT_WSTRING_H_
#define CONVOY_COMPAT_CORECRT_WSTRING_H_

#include <string.h>
#include <strings.h>
#include <wchar.h>

#define _wcsicmp wcscasecmp
#define _wcsnicmp wcsncasecmp
#define _wcsdup wcsdup
#define _stricmp strcasecmp
#define _strnicmp strncasecmp
#define _strdup strdup

#endif  // CONVOY_COMPAT_CORECRT_WSTRING_H_
