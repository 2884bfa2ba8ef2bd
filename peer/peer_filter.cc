#include "peer/peer_filter.h"

#include <net/if.h>

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "peer/base/status_macros.h"
#include "peer/base/text_pattern.h"

namespace convoy {
namespace {

constexpr char kInterfacesKey[] = "swarm.interfaces";
constexpr char kModeKey[] = "swarm.download_mode";

// All of these texts are right: a test reads each of them.
std::vector<IpNetwork> Networks(std::initializer_list<const char*> texts) {
  std::vector<IpNetwork> networks;
  for (const char* text : texts) networks.push_back(*IpNetwork::Parse(text));
  return networks;
}

std::vector<IpNetwork> Everything() { return Networks({"0.0.0.0/0", "::/0"}); }

// RFC 1918 and RFC 4193.
std::vector<IpNetwork> PrivateNetworks() {
  return Networks(
      {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"});
}

// Peers only where an interface that is used has the very network.
std::vector<IpNetwork> OnLinkOnly() {
  return Networks({"127.0.0.0/8", "169.254.0.0/16", "::1/128", "fe80::/10"});
}

// "This network", multicast, reserved and broadcast: nobody's address.
std::vector<IpNetwork> Nobodys() {
  return Networks({"0.0.0.0/8", "224.0.0.0/3", "::/128", "ff00::/8"});
}

bool HasWildcard(absl::string_view pattern) {
  return pattern.find_first_of("*?") != pattern.npos;
}

bool IsNamed(const PeerRules& rules, const NetworkInterface& interface) {
  if (rules.interfaces.empty()) return !interface.loopback;
  return std::any_of(rules.interfaces.begin(), rules.interfaces.end(),
                     [&](const std::string& pattern) {
                       return interface.loopback && HasWildcard(pattern)
                                  ? false
                                  : MatchesPattern(pattern, interface.name);
                     });
}

// Why no interface is used. `named`: those that the rules mean.
std::string NoInterface(const PeerRules& rules,
                        const std::vector<std::string>& named) {
  if (rules.interfaces.empty()) {
    return "no network interface but loopback is up and has an address";
  }
  const std::string texts = absl::StrJoin(rules.interfaces, ", ");
  if (named.empty()) {
    return absl::StrCat("this machine has no network interface ", texts);
  }
  return absl::StrCat("of the network interfaces ", texts,
                      " none is up and has an address (there: ",
                      absl::StrJoin(named, ", "), ")");
}

}  // namespace

absl::Status CheckInterfacePattern(absl::string_view text) {
  const bool fits = !text.empty() && text != "." && text != ".." &&
                    (HasWildcard(text) || text.size() < IFNAMSIZ) &&
                    std::all_of(text.begin(), text.end(), [](char c) {
                      return '!' <= c && c <= '~' && c != '/' && c != ':';
                    });
  if (fits) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "'", text,
      "' is no name of a network interface; it looks like eth0 or en*"));
}

absl::Status CheckNetwork(absl::string_view text) {
  return IpNetwork::Parse(text).status();
}

absl::Status CheckPeer(absl::string_view text) {
  return ParseHostAndPort(text).status();
}

absl::StatusOr<PeerRules> MakePeerRules(const SwarmSettings& settings) {
  PeerRules rules;
  rules.mode = settings.max_mode;
  rules.selection = settings.peer_selection;
  rules.refused = settings.refused;
  rules.refused_policy = settings.refused_policy;
  for (const std::string& pattern : settings.interfaces) {
    CONVOY_RETURN_IF_ERROR(CheckInterfacePattern(pattern));
    rules.interfaces.push_back(pattern);
  }
  for (const std::string& text : settings.allowed_networks) {
    CONVOY_ASSIGN_OR_RETURN(const IpNetwork network, IpNetwork::Parse(text));
    rules.allowed_networks.push_back(network);
  }
  return rules;
}

PeerFilter::PeerFilter(const PeerRules& rules,
                       const std::vector<NetworkInterface>& interfaces)
    : mode_(rules.mode) {
  if (mode_ == DownloadMode::kSimple || mode_ == DownloadMode::kHttpOnly) {
    Refuse(mode_ == DownloadMode::kSimple ? "mode simple uses no peers"
                                          : "mode http_only uses no peers",
           kModeKey);
    return;
  }
  if (!rules.refused.empty()) {
    Refuse(rules.refused, rules.refused_policy);
    return;
  }
  std::vector<std::string> named;
  for (const NetworkInterface& interface : interfaces) {
    const bool is_named = IsNamed(rules, interface);
    if (is_named) named.push_back(interface.name);
    if (interface.up) AddInterface(interface, is_named);
  }
  if (listen_addresses_.empty()) {
    Refuse(NoInterface(rules, named), kInterfacesKey);
    return;
  }
  reason_.clear();
  policy_.clear();
  MakeSteps(rules);
}

void PeerFilter::Refuse(absl::string_view reason, absl::string_view policy) {
  reason_ = std::string(reason);
  policy_ = std::string(policy);
  on_link_.clear();
}

void PeerFilter::AddInterface(const NetworkInterface& interface, bool used) {
  for (const NetworkInterface::Address& own : interface.addresses) {
    if (own.address.is_unspecified()) continue;
    // An interface whose network is the whole world makes no LAN of it.
    const int length = own.prefix_length == 0 ? (own.address.is_v4() ? 32 : 128)
                                              : own.prefix_length;
    // Loopback has no route for groups of IPv6; for those of IPv4 it needs
    // none.
    const bool multicast =
        interface.loopback ? own.address.is_v4() : interface.multicast;
    on_link_.push_back({IpNetwork(own.address, length), used, multicast});
    if (!used) continue;
    listen_addresses_.push_back(
        {own.address, length, interface.name, interface.index, multicast});
  }
}

void PeerFilter::MakeSteps(const PeerRules& rules) {
  // Of equal networks the used one is last, and wins.
  std::stable_sort(on_link_.begin(), on_link_.end(),
                   [](const OnLink& a, const OnLink& b) {
                     return a.network.length() != b.network.length()
                                ? a.network.length() < b.network.length()
                                : a.used < b.used;
                   });
  std::vector<IpNetwork> allowed = rules.allowed_networks;
  if (allowed.empty()) {
    if (mode_ == DownloadMode::kInternet) allowed = Everything();
    if (mode_ == DownloadMode::kGroup) allowed = PrivateNetworks();
    for (const OnLink& on_link : on_link_) {
      if (on_link.used) allowed.push_back(on_link.network);
    }
  }
  if (mode_ != DownloadMode::kInternet) {
    allowed = Selected(rules.selection, allowed);
  }
  for (const IpNetwork& network : allowed) steps_.push_back({network, true});
  for (const IpNetwork& network : OnLinkOnly()) {
    steps_.push_back({network, false});
  }
  for (const OnLink& on_link : on_link_) {
    if (!on_link.used) {
      steps_.push_back({on_link.network, false});
      continue;
    }
    // What is allowed of it, again: an unused network may lie around it.
    for (const IpNetwork& network : allowed) {
      if (network.Contains(on_link.network)) {
        steps_.push_back({on_link.network, true});
      } else if (on_link.network.Contains(network)) {
        steps_.push_back({network, true});
      }
    }
  }
  for (const IpNetwork& network : Nobodys()) steps_.push_back({network, false});
}

std::vector<IpNetwork> PeerFilter::Selected(
    PeerSelection selection, const std::vector<IpNetwork>& allowed) const {
  if (selection == PeerSelection::kAll) return allowed;
  std::vector<IpNetwork> selected;
  for (const OnLink& own : on_link_) {
    if (!own.used) continue;
    if (selection == PeerSelection::kLinkLocal && !own.multicast) continue;
    for (const IpNetwork& network : allowed) {
      if (network.Contains(own.network)) {
        selected.push_back(own.network);
      } else if (own.network.Contains(network)) {
        selected.push_back(network);
      }
    }
  }
  return selected;
}

bool PeerFilter::MayBePeer(const IpAddress& address) const {
  if (address.scope() != 0 && !UsesInterface(address.scope())) return false;
  const auto last = std::find_if(
      steps_.rbegin(), steps_.rend(),
      [&](const Step& step) { return step.network.Contains(address); });
  return last != steps_.rend() && last->allowed;
}

PeerKind PeerFilter::KindOf(const IpAddress& address,
                            bool authenticated) const {
  if (mode_ == DownloadMode::kLan) return PeerKind::kLan;
  const auto narrowest = std::find_if(
      on_link_.rbegin(), on_link_.rend(),
      [&](const OnLink& each) { return each.network.Contains(address); });
  if (narrowest != on_link_.rend() && narrowest->used) return PeerKind::kLan;
  return authenticated ? PeerKind::kGroup : PeerKind::kInternet;
}

bool PeerFilter::UsesInterface(std::uint32_t index) const {
  return std::any_of(
      listen_addresses_.begin(), listen_addresses_.end(),
      [&](const LocalAddress& own) { return own.interface_index == index; });
}

}  // namespace convoy
