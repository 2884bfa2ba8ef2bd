#include "daemon/machine_facts.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "gtest/gtest.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

class MachineFactsTest : public ::testing::Test {
 protected:
  MachineFactsTest() {
    const char* const parent = std::getenv("TEST_TMPDIR");
    std::string made =
        std::string(parent == nullptr ? "/tmp" : parent) + "/facts.XXXXXX";
    sources_.power_supplies = ::mkdtemp(made.data());
    sources_.cache_directory = sources_.power_supplies;
  }
  ~MachineFactsTest() override { fs::remove_all(sources_.power_supplies); }

  // A folder as sysfs has it.
  void Supply(const std::string& name,
              const std::map<std::string, std::string>& files) {
    const fs::path folder = fs::path(sources_.power_supplies) / name;
    fs::create_directories(folder);
    for (const auto& [file, text] : files) {
      std::ofstream(folder / file) << text << "\n";
    }
  }
  MachineFacts Read() const { return ReadMachineFacts(sources_); }

  MachineSources sources_;
};

TEST_F(MachineFactsTest, AMachineWithoutBatteryIsNotOnBattery) {
  Supply("AC", {{"type", "Mains"}, {"online", "0"}});
  EXPECT_FALSE(Read().has_battery);
  EXPECT_FALSE(Read().on_battery.has_value());
}

TEST_F(MachineFactsTest, ADischargingBatteryTellsItsCharge) {
  Supply("AC", {{"type", "Mains"}, {"online", "0"}});
  Supply("BAT0",
         {{"type", "Battery"}, {"status", "Discharging"}, {"capacity", "37"}});
  EXPECT_TRUE(Read().has_battery);
  EXPECT_EQ(Read().on_battery, 37);
}

TEST_F(MachineFactsTest, ChargersOfAnyKindCount) {
  Supply("BAT0",
         {{"type", "Battery"}, {"status", "Discharging"}, {"capacity", "37"}});
  Supply("ucsi", {{"type", "USB"}, {"online", "1"}});
  EXPECT_TRUE(Read().has_battery);
  EXPECT_FALSE(Read().on_battery.has_value());
}

TEST_F(MachineFactsTest, AFullOrChargingBatteryIsNoSupply) {
  Supply("BAT0",
         {{"type", "Battery"}, {"status", "Charging"}, {"capacity", "12"}});
  EXPECT_FALSE(Read().on_battery.has_value());
}

TEST_F(MachineFactsTest, BatteriesOfDevicesAndEmptyBaysAreLeftOut) {
  Supply("hid-mouse", {{"type", "Battery"},
                       {"scope", "Device"},
                       {"status", "Discharging"},
                       {"capacity", "3"}});
  Supply("BAT1", {{"type", "Battery"}, {"present", "0"}, {"capacity", "0"}});
  EXPECT_FALSE(Read().has_battery);
}

TEST_F(MachineFactsTest, TwoBatteriesCountWithTheirMean) {
  Supply("BAT0",
         {{"type", "Battery"}, {"status", "Discharging"}, {"capacity", "20"}});
  Supply("BAT1",
         {{"type", "Battery"}, {"status", "Unknown"}, {"capacity", "80"}});
  EXPECT_EQ(Read().on_battery, 50);
}

TEST_F(MachineFactsTest, MemoryAndDiskAreThoseOfTheMachine) {
  EXPECT_GT(Read().memory_bytes, 1 << 20);
  EXPECT_GT(Read().disk_bytes, 1 << 20);
  const std::int64_t there = Read().disk_bytes;
  // Not made yet: that of the folder above it.
  sources_.cache_directory += "/cache/of/tomorrow";
  EXPECT_EQ(Read().disk_bytes, there);
  EXPECT_GT(Read().free_disk_bytes.value_or(0), 0);
  EXPECT_LE(Read().free_disk_bytes.value_or(0), there);
}

}  // namespace
}  // namespace convoy
