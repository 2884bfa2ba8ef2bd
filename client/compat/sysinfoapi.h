// Clocks. Times are UTC unless the name says local.
#ifndef CONVOY_COMPAT_SYSINFOAPI_H_
#define CONVOY_COMPAT_SYSINFOAPI_H_

#include <winnt.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct _SYSTEMTIME {
  WORD wYear;
  WORD wMonth;
  WORD wDayOfWeek;
  WORD wDay;
  WORD wHour;
  WORD wMinute;
  WORD wSecond;
  WORD wMilliseconds;
} SYSTEMTIME, *PSYSTEMTIME, *LPSYSTEMTIME;

void GetSystemTime(LPSYSTEMTIME time);
void GetLocalTime(LPSYSTEMTIME time);
void GetSystemTimeAsFileTime(LPFILETIME time);
void GetSystemTimePreciseAsFileTime(LPFILETIME time);
// Milliseconds since the machine was started.
DWORD GetTickCount(void);
ULONGLONG GetTickCount64(void);

// FALSE with ERROR_INVALID_PARAMETER: no such time.
BOOL FileTimeToSystemTime(const FILETIME* file_time, LPSYSTEMTIME time);
BOOL SystemTimeToFileTime(const SYSTEMTIME* time, LPFILETIME file_time);
// With the offset that is in force now, as on Windows.
BOOL FileTimeToLocalFileTime(const FILETIME* time, LPFILETIME local);
BOOL LocalFileTimeToFileTime(const FILETIME* local, LPFILETIME time);
// The time zone of this machine; `zone` must be NULL.
BOOL SystemTimeToTzSpecificLocalTime(const void* zone, const SYSTEMTIME* time,
                                     LPSYSTEMTIME local);
// -1, 0 or 1.
LONG CompareFileTime(const FILETIME* a, const FILETIME* b);

// Nanoseconds.
BOOL QueryPerformanceCounter(LARGE_INTEGER* count);
BOOL QueryPerformanceFrequency(LARGE_INTEGER* frequency);

#ifdef __cplusplus
}
#endif

#endif  // CONVOY_COMPAT_SYSINFOAPI_H_
