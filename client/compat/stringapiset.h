// UTF-8 and wide characters.
#ifndef CONVOY_COMPAT_STRINGAPISET_H_
#define CONVOY_COMPAT_STRINGAPISET_H_

#include <winerror.h>

#ifdef __cplusplus
extern "C" {
#endif

// All three are UTF-8 here; other code pages: ERROR_INVALID_PARAMETER.
#define CP_ACP 0
#define CP_THREAD_ACP 3
#define CP_UTF8 65001
#define MB_PRECOMPOSED 0x1
#define MB_ERR_INVALID_CHARS 0x8
#define WC_ERR_INVALID_CHARS 0x80

// Characters written or, with size 0, needed. A length of -1 is up to and with
// the zero. 0, with GetLastError: ERROR_INSUFFICIENT_BUFFER,
// ERROR_NO_UNICODE_TRANSLATION (only with the ERR_INVALID_CHARS flags; else
// U+FFFD stands for what is no character), ERROR_INVALID_PARAMETER.
int MultiByteToWideChar(UINT code_page, DWORD flags, LPCSTR from, int length,
                        LPWSTR to, int size);
int WideCharToMultiByte(UINT code_page, DWORD flags, LPCWSTR from, int length,
                        LPSTR to, int size, LPCSTR default_char,
                        BOOL* used_default_char);

#ifdef __cplusplus
}
#endif

#endif  // CONVOY_COMPAT_STRINGAPISET_H_
