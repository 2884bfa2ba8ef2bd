#include "daemon/cache_host_finder.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "daemon/cache_host_source.h"
#include "daemon/dhcp_lease.h"
#include "daemon/resolv_conf.h"
#include "peer/base/log.h"

namespace convoy {

CacheHostFinder::CacheHostFinder(Sources sources, std::string source,
                                 std::function<void(FoundCacheHosts)> on_change)
    : sources_(std::move(sources)),
      on_change_(std::move(on_change)),
      source_(std::move(source)),
      thread_([this] { Run(); }) {
  pthread_setname_np(thread_.native_handle(), "cache hosts");
}

CacheHostFinder::~CacheHostFinder() {
  {
    MutexLock lock(&mutex_);
    stops_ = true;
    changed_.NotifyAll();
  }
  thread_.join();
}

void CacheHostFinder::Ask(std::string source) {
  MutexLock lock(&mutex_);
  source_ = std::move(source);
  asked_ = true;
  changed_.NotifyAll();
}

void CacheHostFinder::NetworkChanged() {
  MutexLock lock(&mutex_);
  unsettled_until_ = sources_.clock->Monotonic() + kShortInterval;
  network_changed_ = true;
  changed_.NotifyAll();
}

void CacheHostFinder::WaitForFirst(absl::Duration patience) {
  const absl::Duration end = sources_.clock->Monotonic() + patience;
  MutexLock lock(&mutex_);
  while (!looked_) {
    const absl::Duration left = end - sources_.clock->Monotonic();
    if (left <= absl::ZeroDuration()) return;
    changed_.WaitFor(&mutex_, left);
  }
}

void CacheHostFinder::Run() {
  for (;;) {
    std::string source;
    {
      MutexLock lock(&mutex_);
      if (stops_) return;
      asked_ = false;
      network_changed_ = false;
      source = source_;
    }
    Look look = LookAt(source);
    const bool answered = look.hosts.has_value();
    Take(source, std::move(look));
    Rest(source == "none"                 ? absl::InfiniteDuration()
         : source == "dns_sd" && answered ? kDnsInterval
                                          : kShortInterval);
  }
}

CacheHostFinder::Look CacheHostFinder::LookAt(const std::string& source) const {
  Look look;
  if (source == "none") {
    look.hosts.emplace();
    return look;
  }
  if (source != "dns_sd") {
    look.where = absl::StrCat("DHCP option ", kDhcpOption);
    look.hosts =
        CacheHostsOfText(DhcpOption(kDhcpOption, sources_.root), &look.wrong);
    return look;
  }
  const std::string domain = SearchDomain(sources_.root);
  if (domain.empty()) {
    look.where = "no search domain";
    look.hosts.emplace();
    return look;
  }
  look.where = absl::StrCat(kService, domain);
  if (const auto records = sources_.ask(look.where)) {
    look.hosts = CacheHostsOfSrv(InSrvOrder(*records, sources_.seed));
  }
  return look;
}

void CacheHostFinder::Take(const std::string& source, Look look) {
  const bool same_place = source == found_.source && look.where == where_;
  if (!look.hosts.has_value()) {
    LogDebug("no name server answers for ", look.where);
    if (same_place) return;
    look.hosts.emplace();
  }
  if (look.wrong != wrong_ && !look.wrong.empty()) {
    LogWarning(kCacheHostSourceKey, ": ", look.where,
               " has what is no cache host: ", absl::StrJoin(look.wrong, ", "));
  }
  wrong_ = std::move(look.wrong);
  where_ = std::move(look.where);
  FoundCacheHosts found = {source, *std::move(look.hosts)};
  if (found == found_) return;
  const bool other_hosts = found.hosts != found_.hosts;
  found_ = std::move(found);
  if (other_hosts) {
    LogInfo("cache hosts by ", kCacheHostSourceKey, " (", source,
            where_.empty() ? "" : ", ", where_, "): ",
            found_.hosts.empty() ? "none" : absl::StrJoin(found_.hosts, ", "));
  }
  on_change_(found_);
}

void CacheHostFinder::Rest(absl::Duration interval) {
  const absl::Duration begin = sources_.clock->Monotonic();
  MutexLock lock(&mutex_);
  looked_ = true;
  changed_.NotifyAll();
  while (!stops_ && !asked_) {
    const absl::Duration now = sources_.clock->Monotonic();
    absl::Duration rest = interval;
    if (interval != absl::InfiniteDuration()) {
      if (now < unsettled_until_) rest = std::min(rest, kUnsettledInterval);
      if (network_changed_) rest = std::min(rest, kLeastInterval);
    }
    if (now >= begin + rest) return;
    changed_.WaitFor(&mutex_, begin + rest - now);
  }
}

}  // namespace convoy
