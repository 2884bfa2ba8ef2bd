#ifndef CONVOY_DAEMON_JOB_LOG_H_
#define CONVOY_DAEMON_JOB_LOG_H_

#include <string>

#include "daemon/job.h"
#include "peer/base/log.h"

namespace convoy {

// What the log says when a job has entered its state. Names and URLs stay out:
// they are the owner's.

// kWarning: somebody must look (ERROR). kInfo: what came of the job, and what
// is tried again. kDebug: steps on the way.
LogLevel LevelOfState(v1::JobState state);

// "job 1a2b… of uid 1000 is ACKNOWLEDGED: 3 files, 1048576 bytes", "… is ERROR:
// origin.example answered 404".
std::string JobStateLine(const Job& job);

}  // namespace convoy

#endif  // CONVOY_DAEMON_JOB_LOG_H_
