#include "daemon/explain_cache_hosts.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "daemon/cache_host_source.h"
#include "daemon/http_method.h"
#include "daemon/job.h"
#include "daemon/settings.h"
#include "daemon/url_check.h"
#include "peer/transfer_engine.h"

namespace convoy {
namespace {

using Source = v1::SourceExplanation;
using Use = PeerUse::Use;

constexpr int kMaxShown = 10;

Source::Use ToProto(Use use) {
  switch (use) {
    case Use::kUsed:
      return Source::USE_USED;
    case Use::kIdle:
      return Source::USE_IDLE;
    case Use::kRefused:
      break;
  }
  return Source::USE_REFUSED;
}

// There is something to fetch.
bool IsOfUse(const Job& job) {
  return !IsFinal(job.state) && job.state != v1::JOB_STATE_TRANSFERRED;
}

// Nothing runs that could tell.
CacheHostUse AtRest(const Job& job) {
  if (job.is_private) {
    return {Use::kRefused, "", "the job is private", "", 0};
  }
  const absl::string_view method = MethodOf(job.http.get());
  if (!method.empty()) {
    return {Use::kRefused, "", absl::StrCat("the job asks by ", method), "", 0};
  }
  switch (job.state) {
    case v1::JOB_STATE_TRANSFERRED:
    case v1::JOB_STATE_ACKNOWLEDGED:
      return {Use::kIdle, "", "its files are whole", "", 0};
    case v1::JOB_STATE_CANCELLED:
      return {Use::kIdle, "", "the job is cancelled", "", 0};
    case v1::JOB_STATE_CONNECTING:
    case v1::JOB_STATE_TRANSFERRING:
      return {Use::kIdle, "", "not asked yet", "", 0};
    default:
      return {Use::kIdle, "", "asked before the origin when the job runs", "",
              0};
  }
}

// What the files that run tell of one host: that of a used one counts most.
CacheHostUse Told(const ExplainInput& input, const std::string& address) {
  CacheHostUse told;
  bool any = false;
  for (const RunningFile& running : input.running) {
    for (const CacheHostUse& use : running.news.cache_hosts) {
      if (UrlAddress(use.address) != address) continue;
      const int connections = told.connections + use.connections;
      if (!any || use.use > told.use) told = use;
      told.connections = connections;
      any = true;
    }
  }
  return any ? told : AtRest(*input.job);
}

// Whose bytes a file's are.
std::size_t AnsweredBy(const JobFile& file, const std::vector<Source>& hosts) {
  const std::string address = UrlAddress(file.transfer->effective_url);
  const auto found = absl::c_find_if(hosts, [&address](const Source& host) {
    return host.address() == address;
  });
  return found == hosts.end() ? 0
                              : static_cast<std::size_t>(found - hosts.begin());
}

}  // namespace

std::vector<Source> ExplainCacheHosts(const ExplainInput& input) {
  const Job& job = *input.job;
  std::vector<Source> hosts;
  const bool local =
      !job.files.empty() && absl::c_all_of(job.files, [](const JobFile& file) {
        return IsFileUrl(file.remote_url);
      });
  if (local) return hosts;
  const CacheHostsInForce in_force = CacheHostsOf(*input.settings);
  for (const std::string& prefix : in_force.hosts) {
    if (hosts.size() == kMaxShown) break;
    Source host;
    host.set_kind(Source::KIND_CACHE_HOST);
    host.set_address(UrlAddress(prefix));
    CacheHostUse use = Told(input, host.address());
    host.set_use(ToProto(use.use));
    host.set_reason(std::move(use.reason));
    host.set_connections(use.connections);
    if (use.policy.empty() && use.use != Use::kRefused && IsOfUse(job)) {
      use.policy = in_force.key;
    }
    // Not all name a key: "job" is none.
    if (absl::StrContains(use.policy, '.')) {
      host.set_provider(input.settings->ProviderOf(use.policy));
      host.set_policy(std::move(use.policy));
    }
    hosts.push_back(std::move(host));
  }
  if (hosts.empty()) return hosts;
  for (const JobFile& file : job.files) {
    if (file.transfer == nullptr) continue;
    Source& host = hosts[AnsweredBy(file, hosts)];
    host.set_bytes(host.bytes() + file.transfer->sources.cache_host);
  }
  return hosts;
}

bool AsksCacheHost(const RunningFile& running) {
  return absl::c_any_of(running.news.cache_hosts, [](const CacheHostUse& use) {
    return use.use == Use::kUsed;
  });
}

}  // namespace convoy
