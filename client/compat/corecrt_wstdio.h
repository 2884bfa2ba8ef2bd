// Functions of the C library that print wide text, with formats as Windows has
// them (strsafe.h): %s is a wide text, %S and %hs are char (UTF-8), %lu has 32
// bits. For programs that call them by their usual names after this header;
// printf is the C library's.
#ifndef CONVOY_COMPAT_CORECRT_WSTDIO_H_
#define CONVOY_COMPAT_CORECRT_WSTDIO_H_

#include <stddef.h>
#include <stdio.h>
#ifdef __cplusplus
#include <cwchar>
#else
#include <wchar.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

// As the C library's; -1 with EINVAL: the format has %n, or ends in a
// conversion.
int convoy_wprintf(const wchar_t* format, ...);
int convoy_fwprintf(FILE* to, const wchar_t* format, ...);
int convoy_swprintf(wchar_t* to, size_t size, const wchar_t* format, ...);

#ifdef __cplusplus
}

extern "C++" {
namespace std {
using ::convoy_fwprintf;
using ::convoy_swprintf;
using ::convoy_wprintf;
}  // namespace std
}
#endif

#define wprintf convoy_wprintf
#define fwprintf convoy_fwprintf
#define swprintf convoy_swprintf

#endif  // CONVOY_COMPAT_CORECRT_WSTDIO_H_
