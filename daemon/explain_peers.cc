#include "daemon/explain_peers.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "convoy/v1/config.pb.h"
#include "convoy/v1/job.pb.h"
#include "daemon/download_policy.h"
#include "daemon/http_method.h"
#include "daemon/job.h"
#include "daemon/settings.h"
#include "daemon/url_check.h"
#include "peer/swarm_settings.h"
#include "peer/transfer_engine.h"

namespace convoy {
namespace {

using Source = v1::SourceExplanation;
using Use = PeerUse::Use;

// Different reasons that files of one job may tell.
constexpr std::size_t kMaxReasons = 3;

struct Kind {
  PeerKind kind;
  DownloadMode mode;  // The first that has them.
  Source::Kind shown;
  std::int64_t SourceCounts::*bytes;
};

constexpr Kind kKinds[] = {
    {PeerKind::kLan, DownloadMode::kLan, Source::KIND_LAN_PEERS,
     &SourceCounts::lan},
    {PeerKind::kGroup, DownloadMode::kGroup, Source::KIND_GROUP_PEERS,
     &SourceCounts::group},
    {PeerKind::kInternet, DownloadMode::kInternet, Source::KIND_INTERNET_PEERS,
     &SourceCounts::internet},
};

// What is said of one kind.
struct Verdict {
  Use use = Use::kIdle;
  std::string reason;
  std::string policy = "";
  int connections = 0;
};

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

class PeersExplainer {
 public:
  explicit PeersExplainer(const ExplainInput& input)
      : input_(input),
        job_(*input.job),
        settings_(*input.settings),
        policy_(DownloadPolicyOf(job_, settings_)) {
    for (const JobFile& file : job_.files) {
      if (file.transfer != nullptr) bytes_ += file.transfer->sources;
    }
  }

  std::vector<Source> Explain() const {
    std::vector<Source> sources;
    for (const Kind& kind : kKinds) {
      if (!IsShown(kind)) continue;
      Verdict verdict = Judge(kind);
      NoteSelection(kind, &verdict);
      Source& source = sources.emplace_back();
      source.set_kind(kind.shown);
      source.set_use(ToProto(verdict.use));
      source.set_reason(std::move(verdict.reason));
      source.set_bytes(bytes_.*kind.bytes);
      source.set_connections(verdict.connections);
      if (verdict.policy.empty()) continue;
      source.set_provider(settings_.ProviderOf(verdict.policy));
      source.set_policy(std::move(verdict.policy));
    }
    return sources;
  }

 private:
  bool IsShown(const Kind& kind) const {
    return kind.kind == PeerKind::kLan || kind.mode <= policy_.mode ||
           AsksFor(kind) || bytes_.*kind.bytes > 0;
  }

  bool AsksFor(const Kind& kind) const {
    switch (job_.download_mode) {
      case v1::DOWNLOAD_MODE_INTERNET:
        return true;
      case v1::DOWNLOAD_MODE_GROUP:
        return kind.kind != PeerKind::kInternet;
      default:
        return false;
    }
  }

  Verdict Judge(const Kind& kind) const {
    if (job_.is_private) return {Use::kRefused, "the job is private"};
    if (ExtrasOf(job_).on_demand) {
      return {Use::kRefused, "the job is on demand: its URLs alone are asked"};
    }
    const absl::string_view method = MethodOf(job_.http.get());
    if (!method.empty()) {
      return {Use::kRefused, absl::StrCat("the job asks by ", method)};
    }
    if (kind.mode > policy_.mode) return BeyondMode();
    if (std::optional<Verdict> end = WhenNothingIsLeft()) return *end;
    const MachineVerdict& machine = settings_.machine;
    if (!machine.refused.empty()) {
      return {Use::kRefused, machine.refused, machine.refused_policy};
    }
    if (std::optional<Verdict> told = OfRunningFiles(kind)) return *told;
    return AtRest(kind);
  }

  // Where nobody is met it may be for what swarm.peer_selection leaves out.
  void NoteSelection(const Kind& kind, Verdict* verdict) const {
    const v1::SwarmConfig& swarm = settings_.config.swarm();
    if (verdict->use != Use::kIdle || verdict->connections > 0 ||
        !verdict->policy.empty() || kind.kind != PeerKind::kLan ||
        policy_.mode == DownloadMode::kInternet ||
        swarm.peer_selection() == "none" || WhenNothingIsLeft().has_value()) {
      return;
    }
    absl::StrAppend(&verdict->reason,
                    "; only machines of this one's own networks are met");
    verdict->policy = "swarm.peer_selection";
  }

  Verdict BeyondMode() const {
    const absl::string_view mode = ModeName(policy_.mode);
    if (!policy_.configured) {
      return {Use::kRefused, absl::StrCat("the job's download mode is ", mode)};
    }
    return {
        Use::kRefused,
        AsksForMore(job_, settings_)
            ? absl::StrCat("the job asks for ", ModeName(job_.download_mode),
                           ", allowed is ", mode)
            : absl::StrCat("the download mode is ", mode),
        kDownloadModeKey};
  }

  std::optional<Verdict> WhenNothingIsLeft() const {
    if (job_.state == v1::JOB_STATE_CANCELLED) {
      return Verdict{Use::kIdle, "the job is cancelled"};
    }
    if (job_.state == v1::JOB_STATE_TRANSFERRED ||
        job_.state == v1::JOB_STATE_ACKNOWLEDGED) {
      return Verdict{Use::kIdle, "its files are whole"};
    }
    if (!job_.files.empty() &&
        absl::c_all_of(job_.files, [](const JobFile& file) {
          return IsFileUrl(file.remote_url);
        })) {
      return Verdict{Use::kRefused, "its files come from this machine"};
    }
    return std::nullopt;
  }

  // What the files that run tell; that of a used kind, else of an idle one.
  std::optional<Verdict> OfRunningFiles(const Kind& kind) const {
    std::vector<const PeerUse*> told;
    for (const RunningFile& running : input_.running) {
      for (const PeerUse& use : running.news.peers) {
        if (use.kind == kind.kind) told.push_back(&use);
      }
    }
    if (told.empty()) return std::nullopt;
    Verdict verdict;
    verdict.use = Use::kRefused;
    for (const PeerUse* use : told) {
      verdict.use = std::max(verdict.use, use->use);
      verdict.connections += use->connections;
    }
    std::map<std::string, int> reasons;
    for (const PeerUse* use : told) {
      if (use->use != verdict.use) continue;
      ++reasons[use->reason];
      // Not all name a key: "job" is none.
      const bool is_key = absl::StrContains(use->policy, '.');
      if (verdict.policy.empty() && is_key) verdict.policy = use->policy;
    }
    verdict.reason = ReasonText(reasons, told.size());
    return verdict;
  }

  static std::string ReasonText(const std::map<std::string, int>& reasons,
                                std::size_t files) {
    std::vector<std::string> texts;
    for (const auto& [reason, count] : reasons) {
      if (texts.size() == kMaxReasons) {
        texts.push_back("and others");
        break;
      }
      texts.push_back(files == 1 ? reason
                                 : absl::StrCat(reason, " (", count, " file",
                                                count == 1 ? ")" : "s)"));
    }
    return absl::StrJoin(texts, "; ");
  }

  // Nothing runs that could tell.
  Verdict AtRest(const Kind& kind) const {
    const bool in_group = !settings_.config.group().ca_file().empty();
    if (in_group || kind.kind == PeerKind::kGroup) {
      if (std::string key = MissingGroupKey(); !key.empty()) {
        return {Use::kRefused, absl::StrCat(key, " is not set"),
                std::move(key)};
      }
    }
    if (in_group && kind.kind == PeerKind::kInternet) {
      return {Use::kRefused, "only members of the group are met",
              "group.ca_file"};
    }
    if (AllFilesAreSmall()) {
      return {Use::kRefused,
              absl::StrCat("its files are smaller than ",
                           settings_.config.swarm().min_file_size_bytes(),
                           " bytes"),
              "swarm.min_file_size_bytes"};
    }
    const bool runs = job_.state == v1::JOB_STATE_CONNECTING ||
                      job_.state == v1::JOB_STATE_TRANSFERRING;
    return {Use::kIdle, runs ? "not asked yet" : "asked when the job runs"};
  }

  // Without all of these nobody can be told to be of the group. With an
  // authority, peers of all kinds are.
  std::string MissingGroupKey() const {
    const v1::GroupConfig& group = settings_.config.group();
    if (group.ca_file().empty()) return "group.ca_file";
    if (group.certificate_file().empty()) return "group.certificate_file";
    return group.key_file().empty() ? "group.key_file" : "";
  }

  // All that are not whole, as far as is known; there is one at least.
  bool AllFilesAreSmall() const {
    const std::int64_t min = settings_.config.swarm().min_file_size_bytes();
    bool any = false;
    for (const JobFile& file : job_.files) {
      if (file.transferred || IsFileUrl(file.remote_url)) continue;
      any = true;
      const std::optional<std::int64_t> size =
          file.expected_size.has_value() ? file.expected_size : file.size;
      if (!size.has_value() || *size >= min) return false;
    }
    return any;
  }

  const ExplainInput& input_;
  const Job& job_;
  const Settings& settings_;
  const DownloadPolicy policy_;
  SourceCounts bytes_;
};

}  // namespace

std::vector<Source> ExplainPeers(const ExplainInput& input) {
  return PeersExplainer(input).Explain();
}

}  // namespace convoy
