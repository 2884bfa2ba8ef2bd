#include "daemon/machine_controller.h"

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "daemon/machine_rules.h"
#include "peer/base/log.h"

namespace convoy {
namespace {

void Store(const std::string& path, const v1::MonthStatistics& month) {
  const absl::Status status = SaveMonth(path, month);
  if (!status.ok()) {
    LogWarning("the bytes of this month are not stored: ", status.message());
  }
}

}  // namespace

MachineController::MachineController(Parts parts, MachineFacts facts)
    : parts_(std::move(parts)),
      facts_(std::move(facts)),
      month_(parts_.month_path, absl::LocalTimeZone(), parts_.clock->Now()) {}

MachineVerdict MachineController::Verdict() const {
  return JudgeMachine(*parts_.settings, facts_, month_.uploaded_outside());
}

void MachineController::Start() { CountLater(); }

void MachineController::SetFacts(MachineFacts facts) {
  facts_ = std::move(facts);
  Update();
}

void MachineController::Update() {
  Month();
  const MachineVerdict verdict = Verdict();
  const MachineVerdict& before = parts_.settings->machine;
  if (verdict == before) return;
  if (verdict.refused != before.refused) {
    LogInfo(verdict.refused.empty()
                ? "peers are met again"
                : absl::StrCat("no peers are met: ", verdict.refused, " (",
                               verdict.refused_policy, ")"));
  }
  if (verdict.gives_lan_only != before.gives_lan_only) {
    LogInfo(verdict.gives_lan_only.empty()
                ? "peers outside of the LAN are given bytes again"
                : absl::StrCat("peers outside of the LAN are given nothing: ",
                               verdict.gives_lan_only, " (",
                               verdict.gives_lan_only_policy, ")"));
  }
  // Not for each percent that the battery loses.
  if (verdict.gives_nothing_policy != before.gives_nothing_policy) {
    LogInfo(
        verdict.gives_nothing.empty()
            ? "peers are given bytes again"
            : absl::StrCat("peers are given nothing: ", verdict.gives_nothing,
                           " (", verdict.gives_nothing_policy, ")"));
  }
  parts_.on_verdict(verdict);
}

const v1::MonthStatistics& MachineController::Month() {
  month_.Add(parts_.totals(), parts_.clock->Now());
  return month_.month();
}

void MachineController::CountLater() {
  parts_.control->PostAfter(kCount,
                            [this, alive = std::weak_ptr<char>(alive_)] {
                              if (alive.expired()) return;
                              Count();
                              CountLater();
                            });
}

void MachineController::Count() {
  Update();
  if (std::optional<v1::MonthStatistics> month = month_.TakeUnsaved()) {
    parts_.files_executor->Post(
        [path = parts_.month_path, month = *std::move(month)] {
          Store(path, month);
        });
  }
}

void MachineController::SaveNow() {
  Month();
  if (const auto month = month_.TakeUnsaved()) Store(parts_.month_path, *month);
}

}  // namespace convoy
