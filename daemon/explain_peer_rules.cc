#include "daemon/explain_peer_rules.h"

#include <string>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "convoy/v1/config.pb.h"
#include "convoy/v1/job.pb.h"
#include "daemon/download_policy.h"
#include "daemon/explain_answer.h"
#include "daemon/job.h"
#include "daemon/settings.h"
#include "peer/swarm_settings.h"
#include "peer/transfer_engine.h"

namespace convoy {
namespace {

// Of a list that may be long.
constexpr int kMaxListed = 4;

template <typename Texts>
std::string ListText(const Texts& items) {
  std::string text;
  for (int i = 0; i < items.size() && i < kMaxListed; ++i) {
    absl::StrAppend(&text, i == 0 ? "" : ", ", items[i]);
  }
  if (items.size() > kMaxListed) {
    absl::StrAppend(&text, " and ", items.size() - kMaxListed, " more");
  }
  return text;
}

bool MeetsPeers(const ExplainInput& input) {
  return absl::c_any_of(input.running, [](const RunningFile& running) {
    return absl::c_any_of(running.news.peers, [](const PeerUse& use) {
      return use.use != PeerUse::Use::kRefused;
    });
  });
}

void AddGroup(const Settings& settings, std::vector<ExplainedRule>* rules) {
  const v1::GroupConfig& group = settings.config.group();
  const bool authenticated = !group.ca_file().empty();
  if (authenticated) {
    rules->push_back({"Peers must hold a certificate of the group's authority.",
                      "group.ca_file", ""});
  }
  if (!group.id().empty()) {
    // With an authority the id is a part of the group's key.
    rules->push_back(
        {authenticated
             ? "Peers must have this machine's group id."
             : absl::StrCat("Peers must be of the group ", group.id(), "."),
         "group.id", ""});
  } else if (group.id_source() != "none" && !settings.group_id.empty()) {
    rules->push_back(
        {absl::StrCat("Peers must be of the group ", settings.group_id,
                      ", which ", group.id_source(), " names."),
         "group.id_source", ""});
  }
}

void AddNetworks(const Settings& settings, DownloadMode mode,
                 std::vector<ExplainedRule>* rules) {
  const v1::SwarmConfig& swarm = settings.config.swarm();
  if (swarm.peer_selection() != "none" && mode != DownloadMode::kInternet) {
    rules->push_back(
        {swarm.peer_selection() == "subnet"
             ? "Peers must be in networks of this machine's interfaces."
             : "Peers must be reached without a router.",
         "swarm.peer_selection", ""});
  }
  if (!swarm.allowed_networks().empty()) {
    rules->push_back({absl::StrCat("Peers must be in ",
                                   ListText(swarm.allowed_networks()), "."),
                      "swarm.allowed_networks", ""});
  }
  if (!swarm.interfaces().empty()) {
    rules->push_back({absl::StrCat("Peers are met over the interfaces ",
                                   ListText(swarm.interfaces()), " alone."),
                      "swarm.interfaces", ""});
  }
}

bool HasContents(const Job& job) {
  return absl::c_any_of(job.files, [](const JobFile& file) {
    return file.completed && file.transfer != nullptr &&
           !file.transfer->content_id.empty();
  });
}

}  // namespace

std::vector<ExplainedRule> ExplainPeerRules(const ExplainInput& input) {
  std::vector<ExplainedRule> rules;
  if (!MeetsPeers(input)) return rules;
  const Settings& settings = *input.settings;
  const MachineVerdict& machine = settings.machine;
  if (!machine.gives_nothing.empty()) {
    rules.push_back(
        {absl::StrCat("Peers are given nothing: ", machine.gives_nothing, "."),
         machine.gives_nothing_policy, ""});
  }
  AddGroup(settings, &rules);
  AddNetworks(settings, DownloadPolicyOf(*input.job, settings).mode, &rules);
  return rules;
}

std::vector<ExplainedRule> ExplainKept(const ExplainInput& input) {
  std::vector<ExplainedRule> rules;
  const Job& job = *input.job;
  if (job.state != v1::JOB_STATE_ACKNOWLEDGED || job.is_private ||
      !HasContents(job) ||
      DownloadPolicyOf(job, *input.settings).mode < DownloadMode::kLan) {
    return rules;
  }
  const MachineVerdict& machine = input.settings->machine;
  if (!machine.refused.empty()) {
    rules.push_back(
        {absl::StrCat("Peers get nothing now: ", machine.refused, "."),
         machine.refused_policy, ""});
  } else if (!machine.gives_nothing.empty()) {
    rules.push_back(
        {absl::StrCat("Peers get nothing now: ", machine.gives_nothing, "."),
         machine.gives_nothing_policy, ""});
  }
  const v1::CacheConfig& cache = input.settings->config.cache();
  constexpr char kAgeKey[] = "cache.max_age_seconds";
  if (cache.max_age_seconds() == 0) {
    rules.push_back({"Its contents are not kept for peers.", kAgeKey, ""});
    return rules;
  }
  rules.push_back(
      {absl::StrCat(
           "Its contents are kept for peers until nobody has asked for them "
           "for ",
           absl::FormatDuration(absl::Seconds(cache.max_age_seconds())), "."),
       kAgeKey, "PinContent keeps a content for good."});
  rules.push_back(
      {cache.directory().empty()
           ? "They are kept in the state directory."
           : absl::StrCat("They are kept in ", cache.directory(), "."),
       "cache.directory", ""});
  rules.push_back(
      {absl::StrCat(
           "They go sooner, the oldest first, while what is kept takes "
           "more than ",
           cache.max_size_percent(), "% of the file system."),
       "cache.max_size_percent", ""});
  if (cache.max_size_bytes() > 0) {
    rules.push_back({absl::StrCat("Likewise while it takes more than ",
                                  ByteText(cache.max_size_bytes()), "."),
                     "cache.max_size_bytes", ""});
  }
  if (cache.min_free_bytes() > 0) {
    rules.push_back({absl::StrCat("Likewise while less than ",
                                  ByteText(cache.min_free_bytes()),
                                  " of the file system are free."),
                     "cache.min_free_bytes", ""});
  }
  return rules;
}

}  // namespace convoy
