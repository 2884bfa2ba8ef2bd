#ifndef CONVOY_TESTS_TEST_BUS_H_
#define CONVOY_TESTS_TEST_BUS_H_

#include <memory>
#include <string>

#include "tests/process.h"
#include "tests/temp_dir.h"

namespace convoy::testing {

// A private dbus-daemon that is the system bus of whom address() is given to.
class TestBus {
 public:
  // Why there can be none here; empty if there can.
  static std::string WhyNot();

  // Ready to answer when this returns.
  TestBus();

  // For DBUS_SYSTEM_BUS_ADDRESS.
  const std::string& address() const { return address_; }

 private:
  TempDir directory_;
  std::string address_;
  std::unique_ptr<Process> process_;
};

// Answers on a bus as NetworkManager does, of one primary connection.
class FakeNetworkManager {
 public:
  // Has its name when this returns. No type: no primary connection.
  explicit FakeNetworkManager(const std::string& address);
  ~FakeNetworkManager();
  FakeNetworkManager(const FakeNetworkManager&) = delete;
  FakeNetworkManager& operator=(const FakeNetworkManager&) = delete;

  // From now on: "vpn" and "office".
  void SetPrimary(std::string type, std::string name);
  // From now on nothing is answered.
  void Hang();

 private:
  class Service;

  std::unique_ptr<Service> service_;
};

}  // namespace convoy::testing

#endif  // CONVOY_TESTS_TEST_BUS_H_
