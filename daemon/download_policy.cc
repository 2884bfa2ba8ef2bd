#include "daemon/download_policy.h"

#include <algorithm>
#include <optional>

#include "convoy/v1/config.pb.h"

namespace convoy {
namespace {

struct Name {
  absl::string_view name;
  DownloadMode mode;
  v1::DownloadMode proto;
};

constexpr Name kNames[] = {
    {"simple", DownloadMode::kSimple, v1::DOWNLOAD_MODE_SIMPLE},
    {"http_only", DownloadMode::kHttpOnly, v1::DOWNLOAD_MODE_HTTP_ONLY},
    {"lan", DownloadMode::kLan, v1::DOWNLOAD_MODE_LAN},
    {"group", DownloadMode::kGroup, v1::DOWNLOAD_MODE_GROUP},
    {"internet", DownloadMode::kInternet, v1::DOWNLOAD_MODE_INTERNET},
};

const Name& NameOf(DownloadMode mode) {
  return *std::find_if(std::begin(kNames), std::end(kNames),
                       [mode](const Name& name) { return name.mode == mode; });
}

// Null: the job leaves it to the configuration.
const Name* Asked(v1::DownloadMode mode) {
  const auto* const found =
      std::find_if(std::begin(kNames), std::end(kNames),
                   [mode](const Name& name) { return name.proto == mode; });
  return found == std::end(kNames) ? nullptr : found;
}

DownloadMode Configured(const Settings& settings) {
  const std::string& text = settings.config.swarm().download_mode();
  for (const Name& name : kNames) {
    if (name.name == text) return name.mode;
  }
  return DownloadMode::kHttpOnly;
}

}  // namespace

DownloadPolicy DownloadPolicyOf(const Job& job, const Settings& settings) {
  const DownloadMode most = Configured(settings);
  const Name* const asked = Asked(job.download_mode);
  if (asked == nullptr || asked->mode >= most) return {most, true};
  return {asked->mode, false};
}

bool AsksForMore(const Job& job, const Settings& settings) {
  const Name* const asked = Asked(job.download_mode);
  return asked != nullptr && asked->mode > Configured(settings);
}

v1::DownloadMode ToProto(DownloadMode mode) { return NameOf(mode).proto; }

absl::string_view ModeName(DownloadMode mode) { return NameOf(mode).name; }

absl::string_view ModeName(v1::DownloadMode mode) {
  const Name* const asked = Asked(mode);
  return asked == nullptr ? "" : asked->name;
}

ProofDemand DemandedProof(const JobFile& file, const Settings& settings) {
  if (settings.config.swarm().integrity() == "mandatory") {
    return ProofDemand::kPolicy;
  }
  return file.proof != nullptr &&
                 file.proof->required == v1::INTEGRITY_MANDATORY
             ? ProofDemand::kJob
             : ProofDemand::kNone;
}

absl::Duration OriginDelay(const Job& job, const Settings& settings) {
  const v1::SwarmConfig& swarm = settings.config.swarm();
  return absl::Seconds(IsForeground(job)
                           ? swarm.origin_delay_foreground_seconds()
                           : swarm.origin_delay_background_seconds());
}

absl::Duration CacheHostDelay(const Job& job, const Settings& settings) {
  const v1::CacheHostConfig& cache_host = settings.config.cache_host();
  const std::int64_t seconds =
      IsForeground(job) ? cache_host.fallback_delay_foreground_seconds()
                        : cache_host.fallback_delay_background_seconds();
  return seconds < 0 ? absl::InfiniteDuration() : absl::Seconds(seconds);
}

std::int64_t MinPeerRate(const Job& job, const Settings& settings) {
  return IsForeground(job)
             ? 0
             : settings.config.swarm().background_min_bytes_per_second();
}

}  // namespace convoy
