#ifndef CONVOY_DAEMON_PROTO_TIME_H_
#define CONVOY_DAEMON_PROTO_TIME_H_

#include <cstdint>

#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace convoy {

// Finite times and durations as the contract writes them.

inline void SetTime(absl::Time time, google::protobuf::Timestamp* timestamp) {
  const std::int64_t seconds = absl::ToUnixSeconds(time);
  timestamp->set_seconds(seconds);
  timestamp->set_nanos(static_cast<std::int32_t>(
      absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
}

// REQUIRES: as SetTime wrote it.
inline absl::Time TimeOf(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixSeconds(timestamp.seconds()) +
         absl::Nanoseconds(timestamp.nanos());
}

inline void SetDuration(absl::Duration duration,
                        google::protobuf::Duration* value) {
  value->set_seconds(absl::IDivDuration(duration, absl::Seconds(1), &duration));
  value->set_nanos(
      static_cast<std::int32_t>(absl::ToInt64Nanoseconds(duration)));
}

}  // namespace convoy

#endif  // CONVOY_DAEMON_PROTO_TIME_H_
