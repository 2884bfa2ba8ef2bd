#ifndef CONVOY_CLIENT_JOB_CLIENT_H_
#define CONVOY_CLIENT_JOB_CLIENT_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/client_options.h"
#include "convoy/v1/job.pb.h"
#include "convoy/v1/job_service.pb.h"

namespace convoy {

// The daemon's JobService as a C++ object: one method for each call.
// Thread-safe. Calls block for at most the deadline of the options. WatchJob,
// WatchJobs and Fetch are in job_watcher.h, ReadFile is in file_reader.h. When
// the daemon restarts, calls fail with UNAVAILABLE until it is back; the client
// then connects again by itself.
//
// Errors: those of proto/convoy/v1/job_service.proto, with an ErrorDetail
// (proto/error_detail.h). Without one:
//   UNAVAILABLE        the daemon cannot be reached (IsDaemonUnreachable)
//   DEADLINE_EXCEEDED  it did not answer in time; the call may have taken
//   effect
class JobClient {
 public:
  // Connects with the first call.
  explicit JobClient(ClientOptions options = {});
  ~JobClient();
  JobClient(const JobClient&) = delete;
  JobClient& operator=(const JobClient&) = delete;

  // With the socket path filled in.
  const ClientOptions& options() const;

  // Gives the request an id if it has none. To be able to repeat a call whose
  // outcome is not known, set the request_id (NewRequestId) yourself.
  absl::StatusOr<v1::Job> CreateJob(v1::CreateJobRequest request) const;
  absl::StatusOr<v1::Job> GetJob(absl::string_view job_id) const;
  absl::StatusOr<v1::ListJobsResponse> ListJobs(
      const v1::ListJobsRequest& request) const;
  absl::StatusOr<v1::Job> UpdateJob(const v1::UpdateJobRequest& request) const;
  absl::StatusOr<v1::AddFilesResponse> AddFiles(
      const v1::AddFilesRequest& request) const;
  absl::StatusOr<v1::ListFilesResponse> ListFiles(
      const v1::ListFilesRequest& request) const;
  absl::StatusOr<v1::JobFile> UpdateFile(
      const v1::UpdateFileRequest& request) const;
  absl::StatusOr<v1::Job> ResumeJob(absl::string_view job_id) const;
  absl::StatusOr<v1::Job> SuspendJob(absl::string_view job_id) const;
  absl::StatusOr<v1::CompleteJobResponse> CompleteJob(
      absl::string_view job_id) const;
  absl::StatusOr<v1::CancelJobResponse> CancelJob(
      absl::string_view job_id) const;
  absl::StatusOr<v1::Job> TakeOwnership(absl::string_view job_id) const;
  absl::StatusOr<v1::ExplainJobResponse> ExplainJob(
      absl::string_view job_id) const;
  // What a watcher (WatchJobsRequest.watcher_id) did with a notification.
  absl::StatusOr<v1::Job> AnswerNotification(
      const v1::AnswerNotificationRequest& request) const;
  // Bytes that shall come first, or in a job on demand alone; and where to go
  // on.
  absl::StatusOr<v1::JobFile> RequestRanges(
      const v1::RequestRangesRequest& request) const;
  // Which bytes of the local file are verified and on disk. They are read with
  // a FileReader (file_reader.h).
  absl::StatusOr<v1::GetFilledRangesResponse> GetFilledRanges(
      absl::string_view job_id, int file_index) const;

 private:
  struct Impl;
  const std::unique_ptr<const Impl> impl_;
};

// True if no daemon was reached, or the connection broke during the call.
bool IsDaemonUnreachable(const absl::Status& status);

// True if that is because this user may not connect to the socket.
bool IsSocketForbidden(const absl::Status& status);

// For request_id and watcher_id: a random UUID.
std::string NewRequestId();

}  // namespace convoy

#endif  // CONVOY_CLIENT_JOB_CLIENT_H_
