#ifndef CONVOY_DAEMON_JOB_TESTING_H_
#define CONVOY_DAEMON_JOB_TESTING_H_

#include <cstdint>
#include <random>
#include <string>

#include "daemon/job.h"

namespace convoy {

// A job with a name and `files` files; all else as CreateJob leaves it.
Job MakeJob(std::uint64_t sequence, int files);

// A job with a value in each field, or none where a field may be absent, as
// `random` has it. Texts are not always UTF-8 and hold all bytes, as the
// network's may.
Job MakeRandomJob(std::uint64_t sequence, std::mt19937_64& random);

// Every field, as text: equal for equal jobs only.
std::string Describe(const Job& job);

}  // namespace convoy

#endif  // CONVOY_DAEMON_JOB_TESTING_H_
