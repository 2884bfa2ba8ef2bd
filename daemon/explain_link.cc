#include "daemon/explain_link.h"

#include <optional>
#include <string>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "convoy/v1/config.pb.h"
#include "convoy/v1/job.pb.h"
#include "daemon/bandwidth_rule.h"
#include "daemon/cache_host_source.h"
#include "daemon/explain_cache_hosts.h"
#include "daemon/job.h"
#include "daemon/settings.h"
#include "daemon/url_check.h"
#include "peer/swarm_settings.h"
#include "peer/transfer_engine.h"

namespace convoy {
namespace {

enum class Side { kLan, kOutside };

// Peers of that side are connected.
bool HasPeers(const ExplainInput& input, Side side) {
  return absl::c_any_of(input.running, [side](const RunningFile& running) {
    return absl::c_any_of(running.news.peers, [side](const PeerUse& use) {
      const bool lan = use.kind == PeerKind::kLan;
      return lan == (side == Side::kLan) && use.use == PeerUse::Use::kUsed;
    });
  });
}

bool IsUrgent(const ExplainInput& input) {
  return IsForeground(*input.job) ||
         (input.needed.has_value() &&
          input.needed->phase == NeededByPhase::kForeground);
}

void AddRate(const std::optional<BandwidthRule>& rule, absl::string_view which,
             absl::string_view whose, std::vector<ExplainedRule>* rules) {
  if (!rule.has_value()) return;
  rules->push_back({absl::StrCat("Bytes ", which, " keep to ", rule->text,
                                 ", for all ", whose, " together."),
                    rule->policy, absl::StrCat("Raise ", rule->policy, ".")});
}

void AddBandwidth(const ExplainInput& input,
                  std::vector<ExplainedRule>* rules) {
  const Settings& settings = *input.settings;
  const bool urgent = IsUrgent(input);
  const absl::TimeZone zone = absl::LocalTimeZone();
  AddRate(
      BandwidthRuleOf(settings, urgent, input.measured_link, input.now, zone),
      "from outside of the LAN", urgent ? "foreground jobs" : "background jobs",
      rules);
  AddRate(OriginRuleOf(settings), "from origins", "jobs", rules);
  if (HasPeers(input, Side::kLan)) {
    AddRate(LanDownloadRuleOf(settings, input.now, zone), "from the LAN",
            "jobs", rules);
    AddRate(LanUploadRuleOf(settings, input.now, zone), "to the LAN",
            "contents", rules);
  }
  if (HasPeers(input, Side::kOutside)) {
    AddRate(UploadRuleOf(settings, input.measured_link, input.now, zone),
            "to peers outside of the LAN", "contents", rules);
  }
}

void AddLowEffort(const ExplainInput& input,
                  std::vector<ExplainedRule>* rules) {
  if (!input.settings->config.bandwidth().low_effort_background() ||
      IsUrgent(input)) {
    return;
  }
  const bool connected = absl::c_any_of(
      input.running,
      [](const RunningFile& running) { return running.news.connections > 0; });
  if (!connected && !HasPeers(input, Side::kLan) &&
      !HasPeers(input, Side::kOutside)) {
    return;
  }
  rules->push_back(
      {"Its connections, to peers too, are marked as low effort, as those of "
       "all background jobs: a network that heeds it lets other traffic go "
       "first.",
       "bandwidth.low_effort_background",
       "Raise the job's priority to foreground with UpdateJob."});
}

bool AnyUrl(const Job& job, bool (*fits)(absl::string_view url)) {
  return absl::c_any_of(job.files, [fits](const JobFile& file) {
    return fits(file.remote_url) ||
           absl::c_any_of(file.mirror_urls,
                          [fits](const std::string& url) { return fits(url); });
  });
}

bool IsRemote(absl::string_view url) { return !IsFileUrl(url); }

bool IsHttps(absl::string_view url) {
  return absl::StartsWithIgnoreCase(url, "https:");
}

void AddTls(const ExplainInput& input, std::vector<ExplainedRule>* rules) {
  if (TrustsConfiguredAuthorities(input)) {
    rules->push_back(
        {"Servers must have a certificate of the configuration's authorities.",
         kCaFileKey,
         "Give the job authorities of its own with UpdateJob (http.tls)."});
  }
  const Job& job = *input.job;
  const bool own =
      job.http != nullptr && !job.http->tls().client_certificate_file().empty();
  if (own || !AnyUrl(job, IsHttps) ||
      input.settings->config.http().client_certificate_file().empty()) {
    return;
  }
  rules->push_back(
      {"Servers that ask for a certificate are shown the configuration's.",
       "http.client_certificate_file", ""});
}

void AddCacheHosts(const ExplainInput& input,
                   std::vector<ExplainedRule>* rules) {
  const std::string source =
      CacheHostSourceToAsk(input.settings->config.cache_host());
  if (source != "none" && CacheHostsOf(*input.settings).hosts.empty() &&
      AnyUrl(*input.job, IsRemote)) {
    rules->push_back(
        {absl::StrCat("No cache host is known: ", source, " names none."),
         kCacheHostSourceKey, ""});
  }
  if (!absl::c_any_of(input.running, AsksCacheHost)) return;
  const std::string& style = input.settings->config.cache_host().style();
  rules->push_back(
      {absl::StrCat("Cache hosts are asked for a URL ",
                    style == "path" ? "as PREFIX/HOST/path."
                    : style == "connected_cache"
                        ? "by its path, with cacheHostOrigin=HOST in the query."
                        : "by its path, with the origin's name in Host."),
       "cache_host.style", ""});
}

}  // namespace

bool UsesConfiguredProxy(const ExplainInput& input) {
  if (input.settings->config.http().proxy_url().empty()) return false;
  const Job& job = *input.job;
  const v1::HttpProxy::Mode mode = job.http == nullptr
                                       ? v1::HttpProxy::MODE_CONFIGURED
                                       : job.http->proxy().mode();
  return mode != v1::HttpProxy::MODE_DIRECT &&
         mode != v1::HttpProxy::MODE_OVERRIDE && AnyUrl(job, IsRemote);
}

bool TrustsConfiguredAuthorities(const ExplainInput& input) {
  if (input.settings->config.http().ca_file().empty()) return false;
  const Job& job = *input.job;
  return (job.http == nullptr || job.http->tls().ca_file().empty()) &&
         AnyUrl(job, IsHttps);
}

std::vector<ExplainedRule> ExplainLink(const ExplainInput& input) {
  std::vector<ExplainedRule> rules;
  if (input.job->state == v1::JOB_STATE_TRANSFERRING) {
    AddBandwidth(input, &rules);
    AddLowEffort(input, &rules);
  }
  AddCacheHosts(input, &rules);
  if (UsesConfiguredProxy(input)) {
    rules.push_back({"Origins are asked through the configuration's proxy.",
                     kProxyKey, ""});
  }
  AddTls(input, &rules);
  return rules;
}

}  // namespace convoy
