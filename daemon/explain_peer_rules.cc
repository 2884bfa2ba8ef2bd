#include "daemon/explain_peer_rules.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "convoy/v1/config.pb.h"
#include "convoy/v1/job.pb.h"
#include "daemon/download_policy.h"
#include "daemon/explain_answer.h"
#include "daemon/job.h"
#include "daemon/settings.h"
#include "peer/contents.h"
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

bool MeetsPeers(const ExplainInput& input, bool outside_of_lan = false) {
  return absl::c_any_of(input.running, [=](const RunningFile& running) {
    return absl::c_any_of(running.news.peers, [=](const PeerUse& use) {
      return use.use != PeerUse::Use::kRefused &&
             (!outside_of_lan || use.kind != PeerKind::kLan);
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

// "Its contents are", "2 of its 3 contents are".
std::string Some(std::size_t count, std::size_t all) {
  return count == all ? "Its contents are"
                      : absl::StrCat(count, " of its ", all, " contents ",
                                     count == 1 ? "is" : "are");
}

// Why contents left; without key where no rule of the configuration made them.
struct Departed {
  ContentDeparture::Cause cause;
  const char* text;
  const char* policy;
};
constexpr Departed kDeparted[] = {
    {ContentDeparture::Cause::kAge, "nobody had asked for them for so long",
     "cache.max_age_seconds"},
    {ContentDeparture::Cause::kSizePercent, "the cache was full",
     "cache.max_size_percent"},
    {ContentDeparture::Cause::kSizeBytes, "the cache was full",
     "cache.max_size_bytes"},
    {ContentDeparture::Cause::kFreeSpace,
     "the file system had too little free space", "cache.min_free_bytes"},
    {ContentDeparture::Cause::kCall, "somebody asked for it", ""},
    {ContentDeparture::Cause::kChanged, "what was kept was removed or changed",
     ""},
    {ContentDeparture::Cause::kPrivate, "their manifest is private", ""},
};

void AddDeparted(const std::vector<ContentPresence>& contents,
                 std::vector<ExplainedRule>* rules) {
  for (const Departed& departed : kDeparted) {
    std::size_t count = 0;
    absl::Time last = absl::InfinitePast();
    for (const ContentPresence& content : contents) {
      if (!content.departure || content.departure->cause != departed.cause) {
        continue;
      }
      ++count;
      last = std::max(last, content.departure->time);
    }
    if (count == 0) continue;
    rules->push_back({absl::StrCat(Some(count, contents.size()),
                                   " not kept for peers any more, since ",
                                   TimeText(last), ": ", departed.text, "."),
                      departed.policy, ""});
  }
  const auto unknown =
      absl::c_count_if(contents, [](const ContentPresence& content) {
        return !content.here && !content.departure;
      });
  if (unknown > 0) {
    rules->push_back(
        {absl::StrCat(Some(static_cast<std::size_t>(unknown), contents.size()),
                      " not kept for peers; why is not known."),
         "", ""});
  }
}

// When contents that are kept go.
void AddLimits(const v1::CacheConfig& cache,
               std::vector<ExplainedRule>* rules) {
  if (cache.max_size_bytes() > 0) {
    rules->push_back(
        {absl::StrCat("They go sooner, the oldest first, while what is kept "
                      "takes more than ",
                      ByteText(cache.max_size_bytes()), "."),
         "cache.max_size_bytes", ""});
  } else {
    rules->push_back(
        {absl::StrCat("They go sooner, the oldest first, while what is kept "
                      "takes more than ",
                      cache.max_size_percent(), "% of the file system."),
         "cache.max_size_percent", ""});
  }
  if (cache.min_free_bytes() > 0) {
    rules->push_back({absl::StrCat("Likewise while less than ",
                                   ByteText(cache.min_free_bytes()),
                                   " of the file system are free."),
                      "cache.min_free_bytes", ""});
  }
}

void AddKept(const std::vector<ContentPresence>& contents,
             const v1::CacheConfig& cache, std::vector<ExplainedRule>* rules) {
  const auto pinned = static_cast<std::size_t>(absl::c_count_if(
      contents, [](const auto& content) { return content.pinned; }));
  const auto here = static_cast<std::size_t>(absl::c_count_if(
      contents, [](const auto& content) { return content.here; }));
  if (pinned > 0) {
    rules->push_back({absl::StrCat(Some(pinned, contents.size()),
                                   " pinned, and kept for good."),
                      "", "PinContent gives them free again."});
  }
  if (here > pinned) {
    rules->push_back(
        {absl::StrCat(
             Some(here - pinned, contents.size()),
             " kept for peers until nobody has asked for them for ",
             absl::FormatDuration(absl::Seconds(cache.max_age_seconds())), "."),
         "cache.max_age_seconds", "PinContent keeps a content for good."});
  }
  if (here > 0) {
    rules->push_back(
        {cache.directory().empty()
             ? "They are kept in the state directory."
             : absl::StrCat("They are kept in ", cache.directory(), "."),
         "cache.directory", ""});
  }
  if (here > pinned) AddLimits(cache, rules);
}

bool IsContent(const JobFile& file) {
  return file.completed && file.ranges.empty() && file.transfer != nullptr &&
         !file.transfer->content_id.empty();
}

// Why nothing of the job was kept. Nothing: something was, or would have been.
std::optional<ExplainedRule> WhyNotKept(const Job& job,
                                        const Settings& settings) {
  const DownloadPolicy policy = DownloadPolicyOf(job, settings);
  if (policy.mode < DownloadMode::kLan) {
    return ExplainedRule{
        absl::StrCat("Its contents are not kept for peers: the download mode "
                     "is ",
                     ModeName(policy.mode), "."),
        policy.by(), ""};
  }
  const std::int64_t smallest = settings.config.swarm().min_file_size_bytes();
  if (absl::c_any_of(job.files, [smallest](const JobFile& file) {
        return IsContent(file) && file.size.value_or(smallest) >= smallest;
      })) {
    return std::nullopt;
  }
  return ExplainedRule{
      absl::StrCat(
          "Its contents are not kept for peers: they are smaller than ",
          ByteText(smallest), "."),
      "swarm.min_file_size_bytes", ""};
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
  } else if (!machine.gives_lan_only.empty() &&
             MeetsPeers(input, /*outside_of_lan=*/true)) {
    rules.push_back(
        {absl::StrCat("Peers outside of the LAN are given nothing: ",
                      machine.gives_lan_only, "."),
         machine.gives_lan_only_policy, ""});
  }
  AddGroup(settings, &rules);
  AddNetworks(settings, DownloadPolicyOf(*input.job, settings).mode, &rules);
  return rules;
}

std::vector<std::string> KeptContentsOf(const Job& job) {
  std::vector<std::string> ids;
  if (job.state != v1::JOB_STATE_ACKNOWLEDGED || job.is_private) return ids;
  for (const JobFile& file : job.files) {
    if (IsContent(file)) ids.push_back(file.transfer->content_id);
  }
  absl::c_sort(ids);
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

std::vector<ExplainedRule> ExplainKept(const ExplainInput& input) {
  std::vector<ExplainedRule> rules;
  if (input.contents.empty()) return rules;
  const bool any_here = absl::c_any_of(
      input.contents, [](const auto& content) { return content.here; });
  const auto why_not = WhyNotKept(*input.job, *input.settings);
  if (!any_here && why_not) return {*why_not};
  const DownloadMode mode = DownloadPolicyOf(*input.job, *input.settings).mode;
  const MachineVerdict& machine = input.settings->machine;
  if (any_here && !machine.refused.empty()) {
    rules.push_back(
        {absl::StrCat("Peers get nothing now: ", machine.refused, "."),
         machine.refused_policy, ""});
  } else if (any_here && !machine.gives_nothing.empty()) {
    rules.push_back(
        {absl::StrCat("Peers get nothing now: ", machine.gives_nothing, "."),
         machine.gives_nothing_policy, ""});
  } else if (any_here && !machine.gives_lan_only.empty() &&
             mode > DownloadMode::kLan) {
    rules.push_back({absl::StrCat("Peers outside of the LAN get nothing now: ",
                                  machine.gives_lan_only, "."),
                     machine.gives_lan_only_policy, ""});
  }
  const v1::CacheConfig& cache = input.settings->config.cache();
  if (!any_here && cache.max_age_seconds() == 0) {
    rules.push_back(
        {"Its contents are not kept for peers.", "cache.max_age_seconds", ""});
    return rules;
  }
  AddDeparted(input.contents, &rules);
  AddKept(input.contents, cache, &rules);
  return rules;
}

}  // namespace convoy
