#ifndef CONVOY_DAEMON_EXPLAIN_SOURCES_H_
#define CONVOY_DAEMON_EXPLAIN_SOURCES_H_

#include <vector>

#include "convoy/v1/job_service.pb.h"
#include "daemon/explain_input.h"

namespace convoy {

struct SourceList {
  // At most 50.
  std::vector<v1::SourceExplanation> sources;
  int left_out = 0;
};

// Where the job's bytes can come from: one for each scheme, host and port of
// its URLs, one for each local file, one for the peers of this LAN. Where a
// file has several mirrors, their bytes are counted for the one that answered
// last.
SourceList ExplainSources(const ExplainInput& input);

}  // namespace convoy

#endif  // CONVOY_DAEMON_EXPLAIN_SOURCES_H_
