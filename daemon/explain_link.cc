#include "daemon/explain_link.h"

#include <optional>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "convoy/v1/job.pb.h"
#include "daemon/bandwidth_rule.h"
#include "daemon/job.h"
#include "daemon/url_check.h"
#include "peer/transfer_engine.h"

namespace convoy {
namespace {

bool ComesFromLan(const ExplainInput& input) {
  return absl::c_any_of(input.running, [](const RunningFile& running) {
    return absl::c_any_of(running.news.peers, [](const PeerUse& use) {
      return use.kind == PeerKind::kLan && use.use == PeerUse::Use::kUsed;
    });
  });
}

void AddBandwidth(const ExplainInput& input, std::vector<LinkRule>* rules) {
  const bool foreground = input.job->priority == v1::JOB_PRIORITY_FOREGROUND;
  const absl::TimeZone zone = absl::LocalTimeZone();
  if (const auto rule =
          BandwidthRuleOf(*input.settings, foreground, input.now, zone)) {
    rules->push_back(
        {absl::StrCat("Bytes from outside of the LAN keep to ", rule->text,
                      ", for all ", foreground ? "foreground" : "background",
                      " jobs together."),
         rule->policy, absl::StrCat("Raise ", rule->policy, ".")});
  }
  if (!ComesFromLan(input)) return;
  if (const auto rule = LanDownloadRuleOf(*input.settings, input.now, zone)) {
    rules->push_back({absl::StrCat("Bytes from the LAN keep to ", rule->text,
                                   ", for all jobs together."),
                      rule->policy, absl::StrCat("Raise ", rule->policy, ".")});
  }
}

bool UsesConfiguredProxy(const ExplainInput& input) {
  if (input.settings->config.http().proxy_url().empty()) return false;
  const Job& job = *input.job;
  const v1::HttpProxy::Mode mode = job.http == nullptr
                                       ? v1::HttpProxy::MODE_CONFIGURED
                                       : job.http->proxy().mode();
  return mode != v1::HttpProxy::MODE_DIRECT &&
         mode != v1::HttpProxy::MODE_OVERRIDE &&
         absl::c_any_of(job.files, [](const JobFile& file) {
           return !IsFileUrl(file.remote_url);
         });
}

}  // namespace

std::vector<LinkRule> ExplainLink(const ExplainInput& input) {
  std::vector<LinkRule> rules;
  if (input.job->state == v1::JOB_STATE_TRANSFERRING) {
    AddBandwidth(input, &rules);
  }
  if (UsesConfiguredProxy(input)) {
    rules.push_back({"Origins are asked through the configuration's proxy.",
                     "http.proxy_url", ""});
  }
  return rules;
}

}  // namespace convoy
