// A few functions on files, for paths of this machine: names are parted by
// slashes, and no drive letter is known. All else that programs do with files,
// the C library does.
#ifndef CONVOY_COMPAT_FILEAPI_H_
#define CONVOY_COMPAT_FILEAPI_H_

#include <winnt.h>

#ifdef __cplusplus
extern "C" {
#endif

// FALSE with ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND or ERROR_ACCESS_DENIED,
// the last one for a folder too.
BOOL DeleteFileW(LPCWSTR path);
BOOL DeleteFileA(LPCSTR path);

// The folder of TMPDIR, else /tmp, with a slash at its end. Its length; where
// it does not fit, what is needed, with the zero.
DWORD GetTempPathW(DWORD size, LPWSTR to);
DWORD GetTempPathA(DWORD size, LPSTR to);

// FOLDER/PRENUMBER.TMP, of the prefix' first three characters, in MAX_PATH
// characters. number 0: makes an empty file of a name that was free, and
// answers its number; else the number. 0, with GetLastError: it failed
// (ERROR_DIRECTORY: no such folder; ERROR_BUFFER_OVERFLOW: the path is too
// long).
UINT GetTempFileNameW(LPCWSTR folder, LPCWSTR prefix, UINT number, LPWSTR to);
UINT GetTempFileNameA(LPCSTR folder, LPCSTR prefix, UINT number, LPSTR to);

#ifdef UNICODE
#define DeleteFile DeleteFileW
#define GetTempPath GetTempPathW
#define GetTempFileName GetTempFileNameW
#else
#define DeleteFile DeleteFileA
#define GetTempPath GetTempPathA
#define GetTempFileName GetTempFileNameA
#endif

#ifdef __cplusplus
}
#endif

#endif  // CONVOY_COMPAT_FILEAPI_H_
