#include "client/cli/job_queries.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/format.h"
#include "client/cli/hints.h"
#include "peer/base/ids.h"
#include "peer/base/status_macros.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr int kPage = 1000;
constexpr std::size_t kMinPrefix = 4;

bool IsPrefixOfId(absl::string_view text) {
  return text.size() >= kMinPrefix &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return absl::ascii_isxdigit(c) || c == '-';
         });
}

// Ids that begin with `prefix`, in all states.
absl::StatusOr<std::vector<std::string>> IdsWithPrefix(
    const JobClient& client, const std::string& prefix, bool all_users) {
  v1::ListJobsRequest request;
  request.set_all_users(all_users);
  for (const v1::JobState state : AllStates()) request.add_states(state);
  std::vector<std::string> ids;
  CONVOY_RETURN_IF_ERROR(
      ForEachJob(client, std::move(request), [&](const v1::Job& job) {
        if (absl::StartsWith(job.id(), prefix)) ids.push_back(job.id());
      }));
  return ids;
}

}  // namespace

absl::Status ForEachJob(const JobClient& client, v1::ListJobsRequest request,
                        const std::function<void(const v1::Job&)>& use) {
  request.set_page_size(kPage);
  do {
    CONVOY_ASSIGN_OR_RETURN(const v1::ListJobsResponse page,
                            client.ListJobs(request));
    for (const v1::Job& job : page.jobs()) use(job);
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

absl::StatusOr<std::vector<v1::JobFile>> ListAllFiles(
    const JobClient& client, absl::string_view job_id) {
  std::vector<v1::JobFile> files;
  v1::ListFilesRequest request;
  request.set_job_id(std::string(job_id));
  request.set_page_size(kPage);
  do {
    CONVOY_ASSIGN_OR_RETURN(v1::ListFilesResponse page,
                            client.ListFiles(request));
    for (v1::JobFile& file : *page.mutable_files()) {
      files.push_back(std::move(file));
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return files;
}

absl::StatusOr<std::string> ResolveJobId(const JobClient& client,
                                         absl::string_view text) {
  if (const std::optional<JobId> id = JobId::Parse(text)) {
    return id->ToString();
  }
  const std::string prefix = absl::AsciiStrToLower(text);
  if (!IsPrefixOfId(prefix)) {
    return UsageError(
        absl::StrCat("\"", text, "\" is no job id"),
        "give an id or its first 4 or more digits; see: convoy jobs");
  }
  CONVOY_ASSIGN_OR_RETURN(std::vector<std::string> ids,
                          IdsWithPrefix(client, prefix, false));
  if (ids.empty()) {
    // An administrator's own jobs come first; others may not ask.
    auto others = IdsWithPrefix(client, prefix, true);
    if (others.ok()) ids = *std::move(others);
  }
  if (ids.empty()) {
    return Error(v1::ERROR_REASON_NOT_FOUND, v1::ERROR_CONTEXT_REQUEST)
        .Status(absl::StrCat("no job of yours has an id that begins with ",
                             prefix));
  }
  if (ids.size() > 1) {
    return UsageError(absl::StrCat(prefix, " fits ", ids.size(),
                                   " jobs: ", absl::StrJoin(ids, ", ")),
                      "give more digits");
  }
  return ids.front();
}

}  // namespace convoy
