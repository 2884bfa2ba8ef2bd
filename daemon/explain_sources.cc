#include "daemon/explain_sources.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "convoy/v1/job.pb.h"
#include "convoy/v1/job_service.pb.h"
#include "daemon/explain_cache_hosts.h"
#include "daemon/explain_input.h"
#include "daemon/explain_peers.h"
#include "daemon/job.h"
#include "daemon/url_check.h"
#include "peer/transfer_engine.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

using Kind = v1::SourceExplanation::Kind;

constexpr std::size_t kMaxSources = 50;

struct Source {
  Kind kind = v1::SourceExplanation::KIND_ORIGIN;
  std::string address;
  std::int64_t bytes = 0;
  int connections = 0;
  // Files of it that are not whole.
  int pending_files = 0;
  // Files of it that come from one of their mirrors, or a cache host, now.
  int diverted_files = 0;
  int cached_files = 0;
  // A rule by which it is not asked now.
  std::optional<TransferHold> hold;
  bool waits_for_connection = false;
  // What is done with it now, and for how many files.
  std::map<std::string, int> activities;
};

// The sources of one job, found by kind and address.
class SourceTable {
 public:
  explicit SourceTable(const ExplainInput& input) : input_(input) {
    for (const JobFile& file : input.job->files) AddOrigin(file);
    for (const JobFile& file : input.job->files) AddMirrors(file);
    for (const RunningFile& running : input.running) AddRunning(running);
  }

  // Origins and local files in file order, then mirrors.
  const std::vector<Source>& sources() const { return sources_; }

 private:
  Source& Find(Kind kind, absl::string_view url) {
    std::string address = UrlAddress(url);
    const auto [found, is_new] =
        index_.emplace(std::make_pair(kind, address), sources_.size());
    if (is_new) {
      sources_.emplace_back();
      sources_.back().kind = kind;
      sources_.back().address = std::move(address);
    }
    return sources_[found->second];
  }

  Source& OriginOf(const JobFile& file) {
    return Find(IsFileUrl(file.remote_url)
                    ? v1::SourceExplanation::KIND_LOCAL_FILE
                    : v1::SourceExplanation::KIND_ORIGIN,
                file.remote_url);
  }

  void AddOrigin(const JobFile& file) {
    Source& origin = OriginOf(file);
    if (!file.transferred) ++origin.pending_files;
    if (file.transfer == nullptr) return;
    origin.bytes += origin.kind == v1::SourceExplanation::KIND_LOCAL_FILE
                        ? file.transfer->sources.local
                        : file.transfer->sources.origin;
  }

  void AddMirrors(const JobFile& file) {
    if (file.mirror_urls.empty() &&
        (file.transfer == nullptr || file.transfer->sources.mirror == 0)) {
      return;
    }
    // One that the origin named, where the job has none.
    std::string answered = file.mirror_urls.empty()
                               ? file.transfer->effective_url
                               : file.mirror_urls.front();
    for (const std::string& url : file.mirror_urls) {
      Source& mirror = Find(v1::SourceExplanation::KIND_MIRROR, url);
      if (!file.transferred) ++mirror.pending_files;
      if (file.transfer != nullptr &&
          UrlAddress(file.transfer->effective_url) == mirror.address) {
        answered = url;
      }
    }
    if (file.transfer == nullptr) return;
    Find(v1::SourceExplanation::KIND_MIRROR, answered).bytes +=
        file.transfer->sources.mirror;
  }

  void AddRunning(const RunningFile& running) {
    const std::vector<JobFile>& files = input_.job->files;
    const auto index = static_cast<std::size_t>(running.file_index);
    if (index >= files.size()) return;
    const JobFile& file = files[index];
    // The URLs may have changed since the transfer began.
    std::vector<std::string> mirrors = file.mirror_urls;
    mirrors.insert(mirrors.end(), running.news.found_mirrors.begin(),
                   running.news.found_mirrors.end());
    const auto url = static_cast<std::size_t>(running.news.url_index);
    const bool is_mirror = url >= 1 && url <= mirrors.size();
    if (is_mirror) ++OriginOf(file).diverted_files;
    if (running.news.hold.has_value()) {
      OriginOf(file).hold = running.news.hold;
      return;
    }
    if (AsksCacheHost(running)) {
      ++OriginOf(file).cached_files;
      return;
    }
    Source& source =
        is_mirror ? Find(v1::SourceExplanation::KIND_MIRROR, mirrors[url - 1])
                  : OriginOf(file);
    source.connections += running.news.connections;
    ++source.activities[running.news.activity.empty() ? "being asked"
                                                      : running.news.activity];
    if (absl::StartsWith(running.news.activity, "waiting for a connection")) {
      source.waits_for_connection = true;
    }
  }

  const ExplainInput& input_;
  absl::flat_hash_map<std::pair<Kind, std::string>, std::size_t> index_;
  std::vector<Source> sources_;
};

std::string ActivityText(const Source& source) {
  const bool one = source.activities.size() == 1;
  return absl::StrJoin(source.activities, "; ",
                       [one](std::string* out, const auto& activity) {
                         absl::StrAppend(out, activity.first);
                         if (one && activity.second == 1) return;
                         absl::StrAppend(out, " (", activity.second, " file",
                                         activity.second == 1 ? "" : "s", ")");
                       });
}

// Why a source of a job that runs is not used.
std::string IdleWhileRunning(const Source& source) {
  if (source.pending_files == 0) return "its files are whole";
  if (source.kind == v1::SourceExplanation::KIND_MIRROR) {
    return "used when the URL before it fails";
  }
  if (source.cached_files > 0) return "a cache host is asked instead";
  if (source.diverted_files > 0) return "it failed; a mirror is used instead";
  return "its files wait for their turn";
}

// Why a source is not used.
std::string IdleReason(const ExplainInput& input, const Source& source) {
  const Job& job = *input.job;
  switch (job.state) {
    case v1::JOB_STATE_SUSPENDED:
      return "the job is suspended";
    case v1::JOB_STATE_QUEUED:
      return "the job waits for its turn";
    case v1::JOB_STATE_TRANSIENT_ERROR:
      return "the job waits until it is tried again";
    case v1::JOB_STATE_ERROR:
      return "the job is in ERROR";
    case v1::JOB_STATE_TRANSFERRED:
    case v1::JOB_STATE_ACKNOWLEDGED:
      return "its files are whole";
    case v1::JOB_STATE_CANCELLED:
      return "the job is cancelled";
    default:
      return IdleWhileRunning(source);
  }
}

// "; it failed with HTTP_STATUS 404", if the job's failure is this source's.
std::string FailureText(const Job& job, const Source& source) {
  if (job.failure == nullptr) return "";
  const v1::ErrorDetail& detail = job.failure->detail;
  if (detail.url().empty() || UrlAddress(detail.url()) != source.address) {
    return "";
  }
  return absl::StrCat(
      "; it failed with ", ReasonName(detail.reason()),
      detail.http_status() == 0 ? "" : absl::StrCat(" ", detail.http_status()));
}

v1::SourceExplanation Explain(const ExplainInput& input, const Source& source) {
  v1::SourceExplanation shown;
  shown.set_kind(source.kind);
  shown.set_address(source.address);
  shown.set_bytes(source.bytes);
  shown.set_connections(source.connections);
  if (source.activities.empty() && source.hold.has_value()) {
    shown.set_use(v1::SourceExplanation::USE_IDLE);
    shown.set_reason(source.hold->text);
    shown.set_policy(source.hold->policy);
    shown.set_provider(input.settings->ProviderOf(source.hold->policy));
    return shown;
  }
  if (source.activities.empty()) {
    shown.set_use(v1::SourceExplanation::USE_IDLE);
    shown.set_reason(absl::StrCat(IdleReason(input, source),
                                  FailureText(*input.job, source)));
    return shown;
  }
  shown.set_use(v1::SourceExplanation::USE_USED);
  shown.set_reason(ActivityText(source));
  if (source.waits_for_connection ||
      source.connections >=
          input.settings->config.http().max_connections_per_host()) {
    shown.set_policy(kPerHostKey);
    shown.set_provider(input.settings->ProviderOf(kPerHostKey));
  }
  return shown;
}

}  // namespace

SourceList ExplainSources(const ExplainInput& input) {
  const SourceTable table(input);
  std::vector<const Source*> ordered;
  for (const Source& source : table.sources()) ordered.push_back(&source);
  SourceList list;
  std::vector<v1::SourceExplanation> peers = ExplainPeers(input);
  list.sources = ExplainCacheHosts(input);
  const std::size_t most = kMaxSources - peers.size() - list.sources.size();
  if (ordered.size() > most) {
    // Those in use are never among the ones left out.
    std::stable_partition(
        ordered.begin(), ordered.end(),
        [](const Source* source) { return !source->activities.empty(); });
    list.left_out = static_cast<int>(ordered.size() - most);
    ordered.resize(most);
  }
  for (const Source* source : ordered) {
    list.sources.push_back(Explain(input, *source));
  }
  for (v1::SourceExplanation& kind : peers) {
    list.sources.push_back(std::move(kind));
  }
  return list;
}

}  // namespace convoy
