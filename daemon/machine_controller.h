#ifndef CONVOY_DAEMON_MACHINE_CONTROLLER_H_
#define CONVOY_DAEMON_MACHINE_CONTROLLER_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "convoy/v1/admin_service.pb.h"
#include "daemon/machine_facts.h"
#include "daemon/month_counters.h"
#include "daemon/settings.h"
#include "peer/base/clock.h"
#include "peer/base/executor.h"

namespace convoy {

// Holds what is known of this machine, and says what rules make of it
// (machine_rules.h), whenever that changes. Belongs to the control executor.
class MachineController {
 public:
  // How often bytes of the month are counted, and stored.
  static constexpr absl::Duration kCount = absl::Seconds(30);

  struct Parts {  // Not owned.
    const Clock* clock;
    Executor* control;
    // Where the month is stored.
    Executor* files_executor;
    const Settings* settings;
    // Of MonthCounters::Add.
    std::function<v1::MonthStatistics()> totals;
    // It is another one than Settings.machine. In a task of control.
    std::function<void(const MachineVerdict&)> on_verdict;
    // The file of the month.
    std::string month_path;
  };

  MachineController(Parts parts, MachineFacts facts);
  MachineController(const MachineController&) = delete;
  MachineController& operator=(const MachineController&) = delete;

  // What holds now.
  MachineVerdict Verdict() const;

  // Begins to count. `totals` and `on_verdict` are not called before.
  void Start();
  void SetFacts(MachineFacts facts);
  // The configuration, or something of the above, has changed.
  void Update();
  // Up to now.
  const v1::MonthStatistics& Month();
  // Stores the month. When both executors have stopped.
  void SaveNow();

 private:
  void CountLater();
  void Count();

  const Parts parts_;
  MachineFacts facts_;
  MonthCounters month_;
  const std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_MACHINE_CONTROLLER_H_
