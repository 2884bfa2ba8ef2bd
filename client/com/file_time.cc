#include "client/com/file_time.h"

#include <errhandlingapi.h>
#include <sysinfoapi.h>
#include <time.h>

#include <algorithm>
#include <chrono>

#include "absl/time/clock.h"

namespace convoy {
namespace {

constexpr absl::Duration kStep = absl::Nanoseconds(100);
// 1601-01-01.
const absl::Time kStart = absl::FromUnixSeconds(-11644473600);

SYSTEMTIME SystemTimeOf(absl::Time time, absl::TimeZone zone) {
  const absl::TimeZone::CivilInfo info = zone.At(time);
  SYSTEMTIME result = {};
  result.wYear = static_cast<WORD>(info.cs.year());
  result.wMonth = static_cast<WORD>(info.cs.month());
  result.wDay = static_cast<WORD>(info.cs.day());
  // Windows counts from Sunday.
  result.wDayOfWeek =
      static_cast<WORD>((static_cast<int>(absl::GetWeekday(info.cs)) + 1) % 7);
  result.wHour = static_cast<WORD>(info.cs.hour());
  result.wMinute = static_cast<WORD>(info.cs.minute());
  result.wSecond = static_cast<WORD>(info.cs.second());
  result.wMilliseconds =
      static_cast<WORD>(absl::ToInt64Milliseconds(info.subsecond));
  return result;
}

BOOL InvalidParameter() {
  SetLastError(ERROR_INVALID_PARAMETER);
  return FALSE;
}

// How far local time is ahead of UTC now.
absl::Duration LocalOffset() {
  return absl::Seconds(absl::LocalTimeZone().At(absl::Now()).offset);
}

}  // namespace

FILETIME FileTimeFromTime(absl::Time time) {
  const int64_t steps = std::max(int64_t{0}, (time - kStart) / kStep);
  return {static_cast<DWORD>(steps), static_cast<DWORD>(steps >> 32)};
}

absl::Time TimeFromFileTime(const FILETIME& file_time) {
  const uint64_t steps =
      uint64_t{file_time.dwHighDateTime} << 32 | file_time.dwLowDateTime;
  return kStart + static_cast<int64_t>(steps & INT64_MAX) * kStep;
}

}  // namespace convoy

void GetSystemTime(LPSYSTEMTIME time) {
  *time = convoy::SystemTimeOf(absl::Now(), absl::UTCTimeZone());
}
void GetLocalTime(LPSYSTEMTIME time) {
  *time = convoy::SystemTimeOf(absl::Now(), absl::LocalTimeZone());
}
void GetSystemTimeAsFileTime(LPFILETIME time) {
  *time = convoy::FileTimeFromTime(absl::Now());
}
void GetSystemTimePreciseAsFileTime(LPFILETIME time) {
  GetSystemTimeAsFileTime(time);
}

ULONGLONG GetTickCount64() {
  timespec now = {};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<ULONGLONG>(now.tv_sec) * 1000 + now.tv_nsec / 1000000;
}
DWORD GetTickCount() { return static_cast<DWORD>(GetTickCount64()); }

BOOL FileTimeToSystemTime(const FILETIME* file_time, LPSYSTEMTIME time) {
  if (file_time == nullptr || time == nullptr ||
      file_time->dwHighDateTime > 0x7FFFFFFF) {
    return convoy::InvalidParameter();
  }
  *time = convoy::SystemTimeOf(convoy::TimeFromFileTime(*file_time),
                               absl::UTCTimeZone());
  return TRUE;
}

BOOL SystemTimeToFileTime(const SYSTEMTIME* time, LPFILETIME file_time) {
  if (time == nullptr || file_time == nullptr) {
    return convoy::InvalidParameter();
  }
  const absl::CivilSecond civil(time->wYear, time->wMonth, time->wDay,
                                time->wHour, time->wMinute, time->wSecond);
  const bool is_normal =
      civil.year() == time->wYear && civil.month() == time->wMonth &&
      civil.day() == time->wDay && civil.hour() == time->wHour &&
      civil.minute() == time->wMinute && civil.second() == time->wSecond;
  if (!is_normal || time->wMilliseconds > 999 || time->wYear < 1601) {
    return convoy::InvalidParameter();
  }
  *file_time =
      convoy::FileTimeFromTime(absl::FromCivil(civil, absl::UTCTimeZone()) +
                               absl::Milliseconds(time->wMilliseconds));
  return TRUE;
}

BOOL FileTimeToLocalFileTime(const FILETIME* time, LPFILETIME local) {
  if (time == nullptr || local == nullptr) {
    return convoy::InvalidParameter();
  }
  *local = convoy::FileTimeFromTime(convoy::TimeFromFileTime(*time) +
                                    convoy::LocalOffset());
  return TRUE;
}

BOOL LocalFileTimeToFileTime(const FILETIME* local, LPFILETIME time) {
  if (time == nullptr || local == nullptr) {
    return convoy::InvalidParameter();
  }
  *time = convoy::FileTimeFromTime(convoy::TimeFromFileTime(*local) -
                                   convoy::LocalOffset());
  return TRUE;
}

BOOL SystemTimeToTzSpecificLocalTime(const void* zone, const SYSTEMTIME* time,
                                     LPSYSTEMTIME local) {
  FILETIME file_time;
  if (zone != nullptr || local == nullptr ||
      !SystemTimeToFileTime(time, &file_time)) {
    return convoy::InvalidParameter();
  }
  *local = convoy::SystemTimeOf(convoy::TimeFromFileTime(file_time),
                                absl::LocalTimeZone());
  return TRUE;
}

LONG CompareFileTime(const FILETIME* a, const FILETIME* b) {
  const absl::Time left = convoy::TimeFromFileTime(*a);
  const absl::Time right = convoy::TimeFromFileTime(*b);
  return left < right ? -1 : left > right ? 1 : 0;
}

BOOL QueryPerformanceCounter(LARGE_INTEGER* count) {
  count->QuadPart = std::chrono::duration_cast<std::chrono::nanoseconds>(
                        std::chrono::steady_clock::now().time_since_epoch())
                        .count();
  return TRUE;
}
BOOL QueryPerformanceFrequency(LARGE_INTEGER* frequency) {
  frequency->QuadPart = 1000000000;
  return TRUE;
}
