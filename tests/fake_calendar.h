#ifndef CONVOY_TESTS_FAKE_CALENDAR_H_
#define CONVOY_TESTS_FAKE_CALENDAR_H_

#include <sys/stat.h>

#include <map>
#include <string>

namespace convoy::testing {

// A process whose calendar says something else (libfaketime); its monotonic
// clock and the times of files stay.
class FakeCalendar {
 public:
  // Why there can be none; empty if there can.
  static std::string WhyNot() {
    struct stat info = {};
    if (stat(kLibrary, &info) != 0) return "libfaketime is not installed";
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
    return "libfaketime and AddressSanitizer exclude each other";
#endif
#endif
    return "";
  }

  // Environment of a process that begins at this time in UTC:
  // "2026-03-02 21:59:45".
  static std::map<std::string, std::string> From(const std::string& time) {
    std::map<std::string, std::string> environment = Common();
    environment["FAKETIME"] = "@" + time;
    environment["TZ"] = "UTC";
    return environment;
  }
  // Of a process that is as far from the real time as the file says now: "+1d".
  static std::map<std::string, std::string> InFile(const std::string& path) {
    std::map<std::string, std::string> environment = Common();
    environment["FAKETIME_TIMESTAMP_FILE"] = path;
    environment["FAKETIME_NO_CACHE"] = "1";
    return environment;
  }

 private:
  static constexpr char kLibrary[] =
      "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

  static std::map<std::string, std::string> Common() {
    return {{"LD_PRELOAD", kLibrary},
            {"FAKETIME_DONT_FAKE_MONOTONIC", "1"},
            {"NO_FAKE_STAT", "1"}};
  }
};

}  // namespace convoy::testing

#endif  // CONVOY_TESTS_FAKE_CALENDAR_H_
