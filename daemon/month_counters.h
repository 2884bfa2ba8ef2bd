#ifndef CONVOY_DAEMON_MONTH_COUNTERS_H_
#define CONVOY_DAEMON_MONTH_COUNTERS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "convoy/v1/admin_service.pb.h"

namespace convoy {

// Bytes of this calendar month, over restarts. Thread: one at a time.
class MonthCounters {
 public:
  // Reads what SaveMonth wrote to `path`; what cannot be read counts as
  // nothing. Months begin by `zone`.
  MonthCounters(const std::string& path, absl::TimeZone zone, absl::Time now);

  // `totals`: all bytes since the process began, up to `now`; its start_time is
  // not looked at. What came since the call before counts for the month of
  // `now`. True: something did.
  bool Add(const v1::MonthStatistics& totals, absl::Time now);
  const v1::MonthStatistics& month() const { return month_; }
  // Given to peers outside of the LAN.
  std::int64_t uploaded_outside() const;

  // The month, if it has changed since the last call: for SaveMonth.
  std::optional<v1::MonthStatistics> TakeUnsaved();

 private:
  void BeginMonth(absl::Time now);

  const absl::TimeZone zone_;
  v1::MonthStatistics totals_;
  v1::MonthStatistics month_;
  bool changed_ = false;
};

// Writes it to `path`, whole or not at all. Blocks for the disk. UNAVAILABLE.
absl::Status SaveMonth(const std::string& path,
                       const v1::MonthStatistics& month);

}  // namespace convoy

#endif  // CONVOY_DAEMON_MONTH_COUNTERS_H_
