#include "daemon/network_manager.h"

#include <systemd/sd-bus.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "peer/base/clock.h"

namespace convoy {
namespace {

constexpr char kService[] = "org.freedesktop.NetworkManager";
constexpr char kPath[] = "/org/freedesktop/NetworkManager";
constexpr char kActive[] = "org.freedesktop.NetworkManager.Connection.Active";
// Longer ones are not shown.
constexpr std::size_t kMaxName = 128;

struct BusEnd {
  void operator()(sd_bus* bus) const {
    sd_bus_close(bus);
    sd_bus_unref(bus);
  }
};
struct MessageEnd {
  void operator()(sd_bus_message* message) const {
    sd_bus_message_unref(message);
  }
};
using Message = std::unique_ptr<sd_bus_message, MessageEnd>;

// One connection to the bus, for a limited time.
class Bus {
 public:
  explicit Bus(absl::Duration patience) : end_(clock_.Monotonic() + patience) {}

  // Time was over before something was answered.
  bool timed_out() const { return timed_out_; }

  // False: there is no bus, or it does not let us in.
  bool Open() {
    sd_bus* bus = nullptr;
    if (sd_bus_open_system(&bus) < 0) return false;
    bus_.reset(bus);
    int ready = 0;
    while ((ready = sd_bus_is_ready(bus)) == 0) {
      const std::uint64_t left = MicrosecondsLeft();
      if (left == 0) {
        timed_out_ = true;
        return false;
      }
      const int done = sd_bus_process(bus, nullptr);
      if (done < 0 || (done == 0 && sd_bus_wait(bus, left) < 0)) return false;
    }
    return ready > 0;
  }

  // A property of NetworkManager's that is a text or, as `type` 'o', a path.
  // Empty: it has none.
  std::string Property(const std::string& path, const char* interface,
                       const char* property, char type) {
    sd_bus_message* call = nullptr;
    if (sd_bus_message_new_method_call(
            bus_.get(), &call, kService, path.c_str(),
            "org.freedesktop.DBus.Properties", "Get") < 0) {
      return "";
    }
    const Message owned(call);
    sd_bus_message* answer = nullptr;
    if (sd_bus_message_set_auto_start(call, 0) < 0 ||
        sd_bus_message_append(call, "ss", interface, property) < 0) {
      return "";
    }
    const std::uint64_t left = MicrosecondsLeft();
    const int done =
        left == 0 ? -ETIMEDOUT
                  : sd_bus_call(bus_.get(), call, left, nullptr, &answer);
    if (done == -ETIMEDOUT) timed_out_ = true;
    if (done < 0) return "";
    const Message owned_answer(answer);
    const char contents[] = {type, '\0'};
    const char* text = nullptr;
    if (sd_bus_message_enter_container(answer, SD_BUS_TYPE_VARIANT, contents) <=
            0 ||
        sd_bus_message_read_basic(answer, type, &text) <= 0) {
      return "";
    }
    return text;
  }

 private:
  std::uint64_t MicrosecondsLeft() const {
    const absl::Duration left = end_ - clock_.Monotonic();
    return left <= absl::ZeroDuration()
               ? 0
               : static_cast<std::uint64_t>(absl::ToInt64Microseconds(left)) +
                     1;
  }

  const RealClock clock_;
  const absl::Duration end_;
  bool timed_out_ = false;
  std::unique_ptr<sd_bus, BusEnd> bus_;
};

}  // namespace

std::optional<PrimaryConnection> AskNetworkManager(absl::Duration patience) {
  PrimaryConnection primary;
  Bus bus(patience);
  if (bus.Open()) {
    primary.type = bus.Property(kPath, kService, "PrimaryConnectionType",
                                SD_BUS_TYPE_STRING);
  }
  if (bus.timed_out()) return std::nullopt;
  if (!primary.IsVpn()) return primary;
  const std::string path = bus.Property(kPath, kService, "PrimaryConnection",
                                        SD_BUS_TYPE_OBJECT_PATH);
  if (path.empty()) return primary;
  primary.name = bus.Property(path, kActive, "Id", SD_BUS_TYPE_STRING);
  if (primary.name.size() > kMaxName) primary.name.clear();
  return primary;
}

}  // namespace convoy
