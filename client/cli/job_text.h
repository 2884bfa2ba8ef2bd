#ifndef CONVOY_CLIENT_CLI_JOB_TEXT_H_
#define CONVOY_CLIENT_CLI_JOB_TEXT_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "convoy/v1/job.pb.h"
#include "convoy/v1/job_service.pb.h"

// Resources in full, as lines of text. Pure functions.
namespace convoy {

// "anna", or "uid 1000" for a user without a name.
std::string OwnerText(const v1::Owner& owner);

std::vector<std::string> JobLines(const v1::Job& job, absl::TimeZone zone);
std::vector<std::string> FileLines(const v1::JobFile& file);
std::vector<std::string> ExplanationLines(
    const v1::Job& job, const v1::ExplainJobResponse& explanation,
    absl::Time now);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_JOB_TEXT_H_
