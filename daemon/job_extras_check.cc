#include "daemon/job_extras_check.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "daemon/field_check.h"
#include "peer/base/status_macros.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr int kMaxArguments = 64;
constexpr std::size_t kMaxArgumentBytes = 4096;
constexpr int kMaxAnnotations = 32;
constexpr std::size_t kMaxAnnotationKey = 64;
constexpr std::size_t kMaxAnnotationValue = 4096;
constexpr absl::Duration kMaxDownloadTime = absl::Hours(10 * 365 * 24);
// As limits.job_inactivity_seconds.
constexpr absl::Duration kMinInactivityTimeout = absl::Minutes(1);
constexpr absl::Duration kMaxInactivityTimeout = absl::Hours(365 * 24);
constexpr std::int64_t kMaxDownloadBytes = std::int64_t{1} << 62;
// BITS_COST_STATE_UNRESTRICTED to _ROAMING.
constexpr std::uint32_t kCosts = 0xff;
// BITS_COST_OPTION_IGNORE_CONGESTION.
constexpr std::uint32_t kIgnoreCongestion = 0x80000000;

absl::Status Wrong(absl::string_view field, absl::string_view what) {
  return InvalidField(field, absl::StrCat(field, " ", what));
}

}  // namespace

absl::Status ReadNotifyCommand(absl::string_view field, const v1::Job& from,
                               JobExtras* to) {
  to->notify_command = nullptr;
  if (!from.has_notify_command()) return absl::OkStatus();
  const v1::NotifyCommand& command = from.notify_command();
  CONVOY_RETURN_IF_ERROR(
      CheckAbsolutePath(absl::StrCat(field, ".program"), command.program()));
  const std::string arguments = absl::StrCat(field, ".arguments");
  if (command.arguments_size() > kMaxArguments) {
    return Wrong(arguments, absl::StrCat("has ", command.arguments_size(),
                                         " entries; allowed: ", kMaxArguments));
  }
  for (int i = 0; i < command.arguments_size(); ++i) {
    const std::string& argument = command.arguments(i);
    const std::string one = absl::StrCat(arguments, "[", i, "]");
    if (argument.size() > kMaxArgumentBytes) {
      return TooLong(one, kMaxArgumentBytes, "bytes");
    }
    if (argument.find('\0') != std::string::npos) {
      return Wrong(one, "has a NUL");
    }
  }
  auto kept = std::make_shared<v1::NotifyCommand>(command);
  kept->DiscardUnknownFields();
  to->notify_command = std::move(kept);
  return absl::OkStatus();
}

absl::Status ReadMaximumDownloadTime(absl::string_view field,
                                     const v1::Job& from, JobExtras* to) {
  to->maximum_download_time.reset();
  if (!from.has_maximum_download_time()) return absl::OkStatus();
  CONVOY_ASSIGN_OR_RETURN(const absl::Duration time,
                          ReadDuration(field, from.maximum_download_time(),
                                       absl::ZeroDuration(), kMaxDownloadTime));
  if (time > absl::ZeroDuration()) to->maximum_download_time = time;
  return absl::OkStatus();
}

absl::Status ReadCostFlags(absl::string_view field, const v1::Job& from,
                           JobExtras* to) {
  const std::uint32_t flags = from.cost_flags();
  if ((flags & ~(kCosts | kIgnoreCongestion)) != 0) {
    return Wrong(field,
                 "has bits that mean nothing; allowed: 0 to 0xff, and "
                 "0x80000000");
  }
  if (flags == kIgnoreCongestion) {
    return Wrong(field,
                 "names no network; allowed: 0 for all, or bits of 0xff");
  }
  to->cost_flags = flags;
  return absl::OkStatus();
}

absl::Status ReadMaximumDownloadBytes(absl::string_view field,
                                      const v1::Job& from, JobExtras* to) {
  const std::int64_t bytes = from.maximum_download_bytes();
  if (bytes < 0 || bytes > kMaxDownloadBytes) {
    return Wrong(field, "is out of range; allowed: 0 to 2^62");
  }
  to->maximum_download_bytes = bytes;
  return absl::OkStatus();
}

absl::Status ReadInactivityTimeout(absl::string_view field, const v1::Job& from,
                                   JobExtras* to) {
  to->inactivity_timeout.reset();
  if (!from.has_inactivity_timeout()) return absl::OkStatus();
  CONVOY_ASSIGN_OR_RETURN(
      to->inactivity_timeout,
      ReadDuration(field, from.inactivity_timeout(), kMinInactivityTimeout,
                   kMaxInactivityTimeout));
  return absl::OkStatus();
}

absl::Status ReadNotifyWatcher(absl::string_view field, const v1::Job& from,
                               JobExtras* to) {
  CONVOY_RETURN_IF_ERROR(
      CheckText(field, from.notify_watcher(), 0, kMaxWatcherId));
  to->notify_watcher = from.notify_watcher();
  return absl::OkStatus();
}

absl::Status ReadAnnotations(absl::string_view field, const v1::Job& from,
                             JobExtras* to) {
  if (from.annotations_size() > kMaxAnnotations) {
    return Wrong(field, absl::StrCat("has ", from.annotations_size(),
                                     " entries; allowed: ", kMaxAnnotations));
  }
  for (const auto& [key, value] : from.annotations()) {
    CONVOY_RETURN_IF_ERROR(
        CheckText(absl::StrCat(field, ".key"), key, 1, kMaxAnnotationKey));
    CONVOY_RETURN_IF_ERROR(
        CheckText(absl::StrCat(field, "[\"", Excerpt(key), "\"]"), value, 0,
                  kMaxAnnotationValue));
  }
  to->annotations = {from.annotations().begin(), from.annotations().end()};
  return absl::OkStatus();
}

}  // namespace convoy
