#include "daemon/machine_controller.h"

#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "daemon/config_file.h"
#include "gtest/gtest.h"
#include "peer/base/fake_executor.h"

namespace convoy {
namespace {

class MachineControllerTest : public ::testing::Test {
 protected:
  MachineControllerTest() {
    const char* const parent = std::getenv("TEST_TMPDIR");
    std::string made =
        std::string(parent == nullptr ? "/tmp" : parent) + "/controller.XXXXXX";
    path_ = std::string(::mkdtemp(made.data())) + "/month";
    plenty_.memory_bytes = std::int64_t{1} << 40;
    plenty_.disk_bytes = std::int64_t{1} << 40;
    settings_.config.mutable_swarm()->set_monthly_upload_bytes(1000);
  }

  void Make() {
    MachineController::Parts parts;
    parts.clock = &clock_;
    parts.control = &executor_;
    parts.files_executor = &executor_;
    parts.settings = &settings_;
    parts.totals = [this] { return totals_; };
    parts.on_verdict = [this](const MachineVerdict& verdict) {
      verdicts_.push_back(verdict);
      settings_.machine = verdict;
    };
    parts.month_path = path_;
    controller_.emplace(std::move(parts), plenty_);
    settings_.machine = controller_->Verdict();
    controller_->Start();
  }

  FakeClock clock_;
  FakeExecutor executor_{clock_};
  Settings settings_ = *ParseConfig({}, {});
  MachineFacts plenty_;
  v1::MonthStatistics totals_;
  std::vector<MachineVerdict> verdicts_;
  std::string path_;
  std::optional<MachineController> controller_;
};

TEST_F(MachineControllerTest, TellsEachNewVerdictOnce) {
  Make();
  MachineFacts vpn = plenty_;
  vpn.default_routes = {{"wg0", "wireguard"}};
  controller_->SetFacts(vpn);
  controller_->SetFacts(vpn);
  ASSERT_EQ(verdicts_.size(), 1);
  EXPECT_EQ(verdicts_[0].refused_policy, "network.vpn_peers");
  controller_->SetFacts(plenty_);
  ASSERT_EQ(verdicts_.size(), 2);
  EXPECT_EQ(verdicts_[1], MachineVerdict());
}

TEST_F(MachineControllerTest, FollowsTheConfiguration) {
  plenty_.default_routes = {{"wg0", "wireguard"}};
  Make();
  settings_.config.mutable_network()->set_vpn_peers(true);
  controller_->Update();
  ASSERT_EQ(verdicts_.size(), 1);
  EXPECT_EQ(verdicts_[0].refused, "");
}

TEST_F(MachineControllerTest, NoticesWithinHalfAMinuteThatTheMonthIsUsedUp) {
  Make();
  totals_.set_uploaded_internet_bytes(1000);
  executor_.Advance(MachineController::kCount);
  ASSERT_EQ(verdicts_.size(), 1);
  EXPECT_EQ(verdicts_[0].gives_lan_only_policy, "swarm.monthly_upload_bytes");
  // The next month has bytes again.
  clock_.Advance(absl::Hours(24 * 31));
  executor_.Advance(MachineController::kCount);
  ASSERT_EQ(verdicts_.size(), 2);
  EXPECT_EQ(verdicts_[1].gives_lan_only, "");
}

TEST_F(MachineControllerTest, RemembersTheMonthOverARestart) {
  Make();
  totals_.set_uploaded_group_bytes(1000);
  executor_.Advance(MachineController::kCount);
  totals_.Clear();
  Make();
  EXPECT_EQ(controller_->Verdict().gives_lan_only_policy,
            "swarm.monthly_upload_bytes");
  EXPECT_EQ(controller_->Month().uploaded_group_bytes(), 1000);
}

TEST_F(MachineControllerTest, StoresWhatCameLastWhenItStops) {
  Make();
  totals_.set_lan_bytes(7);
  controller_->SaveNow();
  totals_.Clear();
  Make();
  EXPECT_EQ(controller_->Month().lan_bytes(), 7);
}

}  // namespace
}  // namespace convoy
