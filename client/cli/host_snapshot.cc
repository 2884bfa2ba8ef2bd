#include "client/cli/host_snapshot.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "client/admin_client.h"
#include "client/cli/content_queries.h"
#include "client/job_client.h"
#include "client/swarm_client.h"
#include "peer/base/status_macros.h"

namespace convoy {
namespace {

absl::StatusOr<std::vector<v1::Job>> ActiveJobs(const JobClient& client) {
  v1::ListJobsRequest request;
  request.set_page_size(HostSnapshot::kMaxJobs);
  request.set_all_users(true);
  for (const v1::JobState state :
       {v1::JOB_STATE_TRANSFERRING, v1::JOB_STATE_CONNECTING,
        v1::JOB_STATE_TRANSIENT_ERROR, v1::JOB_STATE_QUEUED}) {
    request.add_states(state);
  }
  absl::StatusOr<v1::ListJobsResponse> page = client.ListJobs(request);
  if (absl::IsPermissionDenied(page.status())) {
    request.set_all_users(false);
    page = client.ListJobs(request);
  }
  if (!page.ok()) return page.status();
  return std::vector<v1::Job>(page->jobs().begin(), page->jobs().end());
}

absl::StatusOr<HostSnapshot::Cache> CountCache(const SwarmClient& client) {
  HostSnapshot::Cache cache;
  CONVOY_RETURN_IF_ERROR(
      ForEachContent(client, [&cache](const v1::Content& content) {
        if (content.state() == v1::CONTENT_STATE_DOWNLOADING) return;
        ++cache.contents;
        cache.bytes += content.size_bytes();
      }));
  return cache;
}

}  // namespace

absl::StatusOr<HostSnapshot> TakeHostSnapshot(const ClientOptions& client,
                                              bool with_cache) {
  const AdminClient admin(client);
  const SwarmClient swarm(client);
  HostSnapshot snapshot;
  CONVOY_ASSIGN_OR_RETURN(snapshot.serving, admin.IsServing());
  CONVOY_ASSIGN_OR_RETURN(snapshot.statistics, admin.GetHostStatistics());
  snapshot.time = absl::Now();
  absl::StatusOr<v1::ListDeclaredJobsResponse> declared =
      admin.ListDeclaredJobs();
  if (declared.ok()) {
    snapshot.declared = *std::move(declared);
  } else if (!absl::IsUnimplemented(declared.status())) {
    return declared.status();
  }
  CONVOY_ASSIGN_OR_RETURN(const v1::ListPeersResponse peers,
                          swarm.ListPeers(""));
  snapshot.peers.assign(peers.peers().begin(), peers.peers().end());
  CONVOY_ASSIGN_OR_RETURN(snapshot.jobs, ActiveJobs(JobClient(client)));
  if (with_cache) {
    CONVOY_ASSIGN_OR_RETURN(snapshot.cache, CountCache(swarm));
  }
  return snapshot;
}

std::int64_t RateOf(const HostSnapshot& snapshot) {
  std::int64_t rate = 0;
  for (const v1::Job& job : snapshot.jobs) {
    rate += job.progress().rate_bytes_per_second();
  }
  return rate;
}

}  // namespace convoy
