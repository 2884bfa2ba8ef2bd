#ifndef CONVOY_DAEMON_JOB_NOTIFICATION_H_
#define CONVOY_DAEMON_JOB_NOTIFICATION_H_

#include <cstdint>

#include "convoy/v1/job.pb.h"
#include "daemon/job.h"

namespace convoy {

// The rules of Job.notification and Job.notices_due, without clocks and
// programs. A job without notify command and watcher has no notification.

// The bit of a state that is told of. 0: it is not.
std::uint32_t NoticeOf(v1::JobState state);

// The job has a notify command, and notify_flags want it in the job's state.
bool WantsCommand(const Job& job);
// The same, and the notification is of this state and not delivered: the
// command is to be run, some time.
bool CallsForCommand(const Job& job);

// The job has entered its state. What the state before had, ends: repeats
// always; a first run stays owed, unless a watcher was to be told of it and the
// job did not complete itself. The notification of the new state has the
// revision as its number. True: its command is due.
bool EnterState(Job* job);

// The job has one now if its state is told of and it had none.
void MakeNotification(Job* job);

// Nothing more is to be done for it. REQUIRES: there is one.
void Deliver(Job* job);

}  // namespace convoy

#endif  // CONVOY_DAEMON_JOB_NOTIFICATION_H_
