#ifndef CONVOY_DAEMON_EXPLAIN_SOURCES_H_
#define CONVOY_DAEMON_EXPLAIN_SOURCES_H_

#include <vector>

#include "convoy/v1/job_service.pb.h"
#include "daemon/explain_input.h"

namespace convoy {

// The policy of a source that has all the connections it may have.
inline constexpr char kPerHostKey[] = "http.max_connections_per_host";

struct SourceList {
  // At most 50.
  std::vector<v1::SourceExplanation> sources;
  int left_out = 0;
};

// Where the job's bytes can come from: one for each cache host
// (explain_cache_hosts.h), one for each scheme, host and port of its URLs and
// of mirrors that origins named, one for each local file, one for each kind of
// peers (explain_peers.h). Where a file has several mirrors, their bytes are
// counted for the one that answered last.
SourceList ExplainSources(const ExplainInput& input);

}  // namespace convoy

#endif  // CONVOY_DAEMON_EXPLAIN_SOURCES_H_
