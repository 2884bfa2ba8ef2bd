#ifndef CONVOY_CLIENT_BACKGROUND_COPY_NOTIFICATION_CLASS_H_
#define CONVOY_CLIENT_BACKGROUND_COPY_NOTIFICATION_CLASS_H_

#include <guiddef.h>

#include "client/background_copy/job_access.h"
#include "convoy/v1/job.pb.h"

namespace convoy::background_copy {

// BITS_JOB_PROPERTY_NOTIFICATION_CLSID, a note of the job. GUID_NULL: none.
CLSID NotificationClassOf(const v1::Job& job);
void SetNotificationClass(REFCLSID clsid, v1::Job* job);

// Makes the job's callback object where this process has its class
// (CoRegisterClassObject) and has set no object itself. `job` is `access` as it
// was read. Other users' jobs are theirs to hear of.
void NotifyByClass(const JobAccess& access, const v1::Job& job);

}  // namespace convoy::background_copy

#endif  // CONVOY_CLIENT_BACKGROUND_COPY_NOTIFICATION_CLASS_H_
