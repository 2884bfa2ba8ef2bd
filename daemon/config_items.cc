#include "daemon/config_items.h"

#include <arpa/inet.h>
#include <net/if.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "daemon/field_check.h"
#include "daemon/url_check.h"
#include "peer/bandwidth_plan.h"

namespace convoy {
namespace {

// The checks return what is wrong; empty: nothing.

std::string Quoted(absl::string_view item, absl::string_view problem) {
  return absl::StrCat("\"", Excerpt(item), "\" ", problem);
}

// As the kernel names interfaces.
std::string WrongInInterface(absl::string_view item) {
  constexpr std::size_t kMaxName = IF_NAMESIZE - 1;
  const bool named = absl::c_none_of(item, [](char c) {
    return absl::ascii_isspace(c) || c == '/' || c == ':';
  });
  if (!named) return Quoted(item, "has a character that interfaces have not");
  if (item.size() > kMaxName) return Quoted(item, "is too long");
  return "";
}

std::string WrongInNetwork(absl::string_view item) {
  const std::size_t slash = item.find('/');
  const std::string address(item.substr(0, slash));
  std::array<std::uint8_t, 16> bytes = {};
  const bool v4 = inet_pton(AF_INET, address.c_str(), bytes.data()) == 1;
  if (!v4 && inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1) {
    return Quoted(item, "does not begin with an IPv4 or IPv6 address");
  }
  const std::size_t width = v4 ? 32 : 128;
  const absl::string_view digits =
      slash == absl::string_view::npos ? "" : item.substr(slash + 1);
  std::size_t length = 0;
  if (digits.empty() || !absl::c_all_of(digits, absl::ascii_isdigit) ||
      !absl::SimpleAtoi(digits, &length) || length > width) {
    return Quoted(item, absl::StrCat("does not end with a \"/\" and a number "
                                     "of bits, 0 to ",
                                     width));
  }
  for (std::size_t bit = length; bit < width; ++bit) {
    if ((bytes[bit / 8] >> (7 - bit % 8) & 1) != 0) {
      return Quoted(item, absl::StrCat("names an address in a network: only "
                                       "the first ",
                                       length, " bits may be set"));
    }
  }
  return "";
}

// A check of url_check.h, whose messages say to whom they belong.
std::string WithoutField(const absl::Status& status) {
  const absl::string_view message = status.message();
  return std::string(absl::StripPrefix(
      message.substr(0, message.find("; allowed:")), "item "));
}

std::string WrongInPeer(absl::string_view item) {
  const absl::Status status = CheckHostPort("item", item);
  return status.ok() ? "" : Quoted(item, WithoutField(status));
}

// A tracker's URL may hold a secret: messages do not repeat it.
std::string WrongInTracker(absl::string_view item) {
  return WithoutField(CheckTrackerUrl("item", item));
}

std::string WrongInSchedule(absl::string_view item) {
  return std::string(ParseBandwidthHours(item).status().message());
}

std::string WrongInCacheHost(absl::string_view item) {
  if (absl::StrContains(item, '?') || absl::StrContains(item, '#')) {
    return Quoted(item, "has a query or a fragment: a prefix of URLs has none");
  }
  return WithoutField(CheckMirrorUrl("item", item));
}

std::string WrongInUrlPattern(absl::string_view item) {
  return absl::c_all_of(item, absl::ascii_isgraph)
             ? ""
             : Quoted(item, "has a blank or a character that is not ASCII");
}

std::string WrongInLabel(absl::string_view item) {
  const std::size_t equals = item.find('=');
  return equals == absl::string_view::npos || equals == 0
             ? Quoted(item, "is not NAME=VALUE")
             : "";
}

struct List {
  absl::string_view key;
  absl::string_view items;
  std::string (*check)(absl::string_view item);
};

constexpr List kLists[] = {
    {"swarm.interfaces", "names of interfaces, such as eth0 or \"wl*\"",
     &WrongInInterface},
    {"swarm.allowed_networks", "networks, such as 10.1.0.0/16 or fd00::/8",
     &WrongInNetwork},
    {"swarm.peers", "HOST:PORT, such as depot.example:6772", &WrongInPeer},
    {"swarm.trackers", "http, https or udp URLs", &WrongInTracker},
    {"http.blocked_urls", "URLs, in which \"*\" and \"?\" match",
     &WrongInUrlPattern},
    {"network.vpn_interfaces",
     "names of interfaces, such as corp0 or \"corp*\"", &WrongInInterface},
    {"cache_host.hosts", "http or https URLs", &WrongInCacheHost},
    {"machine.labels", "NAME=VALUE, such as ring=canary", &WrongInLabel},
    {"bandwidth.schedule",
     "lines such as \"mon-fri 08:00-18:00 foreground=50% background=10%\"",
     &WrongInSchedule},
};

const List* Find(absl::string_view key) {
  for (const List& list : kLists) {
    if (list.key == key) return &list;
  }
  return nullptr;
}

}  // namespace

std::string WrongInConfigItem(absl::string_view key, absl::string_view item) {
  const List* const list = Find(key);
  return list == nullptr ? "" : list->check(item);
}

absl::string_view ConfigItemsOf(absl::string_view key) {
  const List* const list = Find(key);
  return list == nullptr ? "" : list->items;
}

}  // namespace convoy
