#include "daemon/metrics_families.h"

#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "convoy/v1/job.pb.h"
#include "peer/base/version.h"
#include "prometheus/metric_type.h"

namespace convoy {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

// Declared jobs that are shown by name: a family stays small whatever somebody
// puts into the folder.
constexpr int kMaxNames = 1000;

class Families {
 public:
  // The next values are of this family. REQUIRES: `help` ends without a dot.
  void Begin(const char* name, MetricType type, const char* help) {
    families_.push_back({name, help, type, {}});
  }
  void Counter(const char* name, const char* help) {
    Begin(name, MetricType::Counter, help);
  }
  void Gauge(const char* name, const char* help) {
    Begin(name, MetricType::Gauge, help);
  }
  void Add(double value, Labels labels = {}) {
    ClientMetric metric;
    metric.label = std::move(labels);
    if (families_.back().type == MetricType::Counter) {
      metric.counter.value = value;
    } else {
      metric.gauge.value = value;
    }
    families_.back().metric.push_back(std::move(metric));
  }
  void Add(std::int64_t value, Labels labels = {}) {
    Add(static_cast<double>(value), std::move(labels));
  }
  void Add(const DelayHistogram::Counts& counts, Labels labels) {
    ClientMetric metric;
    metric.label = std::move(labels);
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < counts.buckets.size(); ++i) {
      below += static_cast<std::uint64_t>(counts.buckets[i]);
      const double bound = i < DelayHistogram::kBounds.size()
                               ? DelayHistogram::kBounds[i]
                               : std::numeric_limits<double>::infinity();
      metric.histogram.bucket.push_back({below, bound});
    }
    metric.histogram.sample_count = below;
    metric.histogram.sample_sum = absl::ToDoubleSeconds(counts.sum);
    families_.back().metric.push_back(std::move(metric));
  }

  std::vector<MetricFamily> Take() { return std::move(families_); }

 private:
  std::vector<MetricFamily> families_;
};

// "JOB_STATE_TRANSIENT_ERROR" as a label: "transient_error".
std::string LabelOf(absl::string_view name, absl::string_view prefix) {
  return absl::AsciiStrToLower(absl::StripPrefix(name, prefix));
}

absl::string_view NetworkOf(PeerKind kind) {
  switch (kind) {
    case PeerKind::kLan:
      return "lan";
    case PeerKind::kGroup:
      return "group";
    case PeerKind::kInternet:
      break;
  }
  return "internet";
}

std::string HostOf(const std::string& address) {
  return address.substr(0, address.rfind(':'));
}

double UnixSeconds(absl::Time time) {
  return absl::ToDoubleSeconds(time - absl::UnixEpoch());
}

double SecondsOf(const timeval& time) {
  return static_cast<double>(time.tv_sec) +
         static_cast<double>(time.tv_usec) / 1e6;
}

// The names that Prometheus' client libraries give to what every process has.
void AddProcess(const MetricsSnapshot& snapshot, Families& families) {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  families.Counter("process_cpu_seconds_total",
                   "Processor time used, user and system together");
  families.Add(SecondsOf(usage.ru_utime) + SecondsOf(usage.ru_stime));
  std::ifstream statm("/proc/self/statm");
  std::int64_t total = 0, resident = 0;
  statm >> total >> resident;
  families.Gauge("process_resident_memory_bytes", "Resident memory");
  families.Add(resident * sysconf(_SC_PAGESIZE));
  families.Gauge("process_start_time_seconds",
                 "When the daemon started, in seconds since the epoch");
  families.Add(UnixSeconds(snapshot.start_time));
}

void AddDelays(const MetricsSnapshot& snapshot, Families& families) {
  families.Begin("convoy_event_loop_delay_seconds", MetricType::Histogram,
                 "How long tasks waited for their thread: control (jobs and "
                 "calls), engine (transfers)");
  families.Add(snapshot.control_delays, {{"loop", "control"}});
  families.Add(snapshot.engine_delays, {{"loop", "engine"}});
}

void AddBytes(const v1::HostStatistics& statistics, Families& families) {
  families.Counter("convoy_received_bytes_total",
                   "Bytes received, by where they came from");
  families.Add(statistics.origin_bytes(), {{"source", "origin"}});
  families.Add(statistics.mirror_bytes(), {{"source", "mirror"}});
  families.Add(statistics.cache_host_bytes(), {{"source", "cache_host"}});
  families.Add(statistics.lan_bytes(), {{"source", "lan"}});
  families.Add(statistics.group_bytes(), {{"source", "group"}});
  families.Add(statistics.internet_bytes(), {{"source", "internet"}});
  families.Add(statistics.local_bytes(), {{"source", "local"}});
  families.Counter("convoy_origin_spared_bytes_total",
                   "Bytes received from peers and cache hosts: what the "
                   "origins did not have to send");
  families.Add(statistics.lan_bytes() + statistics.group_bytes() +
               statistics.internet_bytes() + statistics.cache_host_bytes());
  families.Counter("convoy_uploaded_bytes_total",
                   "Bytes given to peers, by where they are");
  families.Add(statistics.uploaded_lan_bytes(), {{"network", "lan"}});
  families.Add(statistics.uploaded_group_bytes(), {{"network", "group"}});
  families.Add(statistics.uploaded_internet_bytes(), {{"network", "internet"}});
}

void AddJobs(const v1::HostStatistics& statistics, Families& families) {
  families.Gauge("convoy_jobs",
                 "Jobs of all users by state, those of the history included");
  for (const auto& [state, count] :
       std::map<std::string, std::int64_t>(statistics.jobs_by_state().begin(),
                                           statistics.jobs_by_state().end())) {
    families.Add(count, {{"state", LabelOf(state, "JOB_STATE_")}});
  }
  families.Gauge("convoy_running_jobs", "Jobs that have a place to transfer");
  families.Add(std::int64_t{statistics.running_jobs()});
  families.Gauge("convoy_running_files", "Files that transfer");
  families.Add(std::int64_t{statistics.running_files()});
  families.Gauge("convoy_watchers", "Streams that show jobs to clients");
  families.Add(std::int64_t{statistics.watchers()});
  families.Counter("convoy_files_transferred_total",
                   "Files that became whole and were verified");
  families.Add(statistics.files_transferred());
  families.Counter("convoy_jobs_completed_total",
                   "Jobs whose files were handed over");
  families.Add(statistics.jobs_completed());
  families.Counter("convoy_job_failures_total",
                   "Transitions of jobs into ERROR or TRANSIENT_ERROR, by "
                   "reason (ErrorReason of the contract)");
  for (const auto& [reason, count] : std::map<std::string, std::int64_t>(
           statistics.failures_by_reason().begin(),
           statistics.failures_by_reason().end())) {
    families.Add(count, {{"reason", reason}});
  }
}

void AddDeclared(const v1::ListDeclaredJobsResponse& declared,
                 Families& families) {
  std::map<int, std::int64_t> phases;
  for (const v1::DeclaredJob& job : declared.jobs()) ++phases[job.phase()];
  const auto label = [](int phase) {
    return LabelOf(
        v1::DeclaredJob::Phase_Name(static_cast<v1::DeclaredJob::Phase>(phase)),
        "PHASE_");
  };
  families.Gauge("convoy_declared_jobs",
                 "Jobs that files in jobs.d declare, by phase");
  for (int phase = v1::DeclaredJob::Phase_MIN + 1;
       phase <= v1::DeclaredJob::Phase_MAX; ++phase) {
    families.Add(phases[phase], {{"phase", label(phase)}});
  }
  families.Gauge("convoy_declared_job_phase",
                 "1 for the phase that the declared job is in");
  int shown = 0;
  for (const v1::DeclaredJob& job : declared.jobs()) {
    if (++shown > kMaxNames) break;
    families.Add(1.0, {{"name", job.name()}, {"phase", label(job.phase())}});
  }
  families.Gauge("convoy_declared_job_mistakes",
                 "Mistakes in files of jobs.d that could not be used");
  families.Add(std::int64_t{declared.mistakes_size()});
}

void AddContents(const ContentCounts& contents, Families& families) {
  families.Gauge("convoy_cache_contents", "Contents kept for peers");
  families.Add(contents.kept);
  families.Gauge("convoy_cache_bytes",
                 "Sizes of the contents kept for peers; those kept as links "
                 "take no space");
  families.Add(contents.kept_bytes);
  families.Counter("convoy_cache_evictions_total",
                   "Contents that left the cache, by cause: age, size, "
                   "free_space, call (evicted by somebody), changed (the file "
                   "was changed or removed)");
  families.Add(contents.gone.age, {{"cause", "age"}});
  families.Add(contents.gone.size, {{"cause", "size"}});
  families.Add(contents.gone.free_space, {{"cause", "free_space"}});
  families.Add(contents.gone.call, {{"cause", "call"}});
  families.Add(contents.gone.changed, {{"cause", "changed"}});
}

void AddPeers(const std::vector<PeerInfo>& peers, Families& families) {
  std::map<PeerKind, std::int64_t> connections;
  std::map<PeerKind, std::set<std::string>> machines;
  for (const PeerInfo& peer : peers) {
    ++connections[peer.kind];
    machines[peer.kind].insert(HostOf(peer.address));
  }
  constexpr std::array kKinds = {PeerKind::kLan, PeerKind::kGroup,
                                 PeerKind::kInternet};
  families.Gauge("convoy_peers",
                 "Addresses of peers that are connected, by where they are");
  for (const PeerKind kind : kKinds) {
    families.Add(static_cast<std::int64_t>(machines[kind].size()),
                 {{"network", std::string(NetworkOf(kind))}});
  }
  families.Gauge("convoy_peer_connections",
                 "Connections to peers, one for each content, by where they "
                 "are");
  for (const PeerKind kind : kKinds) {
    families.Add(connections[kind],
                 {{"network", std::string(NetworkOf(kind))}});
  }
}

void AddConfig(const ConfigReloads& config, Families& families) {
  families.Gauge("convoy_config_last_reload_successful",
                 "0: the files as they are now have mistakes, and an older "
                 "configuration is in force");
  families.Add(config.last_successful ? 1.0 : 0.0);
  families.Gauge("convoy_config_last_reload_success_timestamp_seconds",
                 "When the configuration in force was read, in seconds since "
                 "the epoch");
  families.Add(UnixSeconds(config.last_success_time));
  families.Counter("convoy_config_reloads_total",
                   "Times that the configuration was read anew, by result");
  families.Add(config.succeeded, {{"result", "success"}});
  families.Add(config.failed, {{"result", "failure"}});
  families.Gauge("convoy_config_mistakes",
                 "Mistakes in the configuration files as they are now");
  families.Add(config.mistakes);
}

}  // namespace

std::vector<MetricFamily> MetricFamilies(const MetricsSnapshot& snapshot) {
  Families families;
  families.Gauge("convoy_build_info", "1, labelled with the daemon's version");
  families.Add(1.0, {{"version", kVersion}});
  families.Gauge("convoy_scrape_complete",
                 "0: the daemon did not answer in time; this scrape holds "
                 "only what needs no answer");
  families.Add(snapshot.complete ? 1.0 : 0.0);
  AddProcess(snapshot, families);
  AddDelays(snapshot, families);
  if (!snapshot.complete) return families.Take();
  AddBytes(snapshot.statistics, families);
  AddJobs(snapshot.statistics, families);
  AddDeclared(snapshot.declared, families);
  AddContents(snapshot.contents, families);
  AddPeers(snapshot.peers, families);
  AddConfig(snapshot.config, families);
  return families.Take();
}

}  // namespace convoy
