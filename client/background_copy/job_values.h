#ifndef CONVOY_CLIENT_BACKGROUND_COPY_JOB_VALUES_H_
#define CONVOY_CLIENT_BACKGROUND_COPY_JOB_VALUES_H_

#include <bits.h>

#include <optional>

#include "client/background_copy/flavour.h"
#include "convoy/v1/job.pb.h"
#include "google/protobuf/duration.pb.h"

namespace convoy::background_copy {

// The contract's values as those of the interfaces, and back.

BG_JOB_STATE StateOf(v1::JobState state, const Flavour& flavour);
BG_JOB_PRIORITY PriorityOf(v1::JobPriority priority);
// Nothing for a number that is none.
std::optional<v1::JobPriority> PriorityFrom(BG_JOB_PRIORITY priority);
BG_JOB_PROGRESS ProgressOf(const v1::JobProgress& progress);
// A time that is absent is 0.
BG_JOB_TIMES TimesOf(const v1::Job& job);

// At most the largest ULONG; INFINITE is one too.
ULONG SecondsOf(const google::protobuf::Duration& duration);
// At most `longest`.
void SetSeconds(ULONG seconds, absl::Duration longest,
                google::protobuf::Duration* duration);

}  // namespace convoy::background_copy

#endif  // CONVOY_CLIENT_BACKGROUND_COPY_JOB_VALUES_H_
