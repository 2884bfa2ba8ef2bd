#ifndef CONVOY_CLIENT_BACKGROUND_COPY_JOB_ACCESS_H_
#define CONVOY_CLIENT_BACKGROUND_COPY_JOB_ACCESS_H_

#include <windows.h>

#include <functional>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "client/background_copy/flavour.h"
#include "client/background_copy/hresult.h"
#include "client/job_client.h"
#include "convoy/v1/job.pb.h"

namespace convoy::background_copy {

class Session;

// One job at the daemon, read and changed with results as HRESULTs of the
// flavour. A value; its session outlives it. Thread-safe.
class JobAccess {
 public:
  // Changes the job; other results than S_OK end the edit without effect.
  using Change = std::function<HRESULT(v1::Job& job)>;

  JobAccess(Session& session, const Flavour& flavour, std::string id)
      : session_(&session), flavour_(&flavour), id_(std::move(id)) {}

  Session& session() const { return *session_; }
  const Flavour& flavour() const { return *flavour_; }
  const std::string& id() const { return id_; }
  const JobClient& client() const;

  HRESULT Code(const absl::Status& status) const {
    return HresultOf(status, *flavour_);
  }

  // As it is for its streams (FileStreams::Show).
  HRESULT Read(v1::Job* job) const;
  HRESULT ReadFiles(std::vector<v1::JobFile>* files) const;
  // E_UNEXPECTED without a file of that index.
  HRESULT ReadFile(int index, v1::JobFile* file) const;

  // Sets `fields` to those of `job`, whatever they were.
  HRESULT Set(std::initializer_list<absl::string_view> fields,
              v1::Job job) const;
  // Reads the job, changes it, and writes `fields`; again if somebody else
  // changed it in between. Secrets are not among what is read: see
  // UpdateJobRequest.update_mask.
  HRESULT Edit(std::initializer_list<absl::string_view> fields,
               const Change& change) const;
  // `first_index`, of the first file, may be nullptr.
  HRESULT AddFiles(std::vector<v1::JobFile> files,
                   int* first_index = nullptr) const;
  HRESULT SetFile(absl::string_view field, v1::JobFile file) const;

 private:
  Session* session_;
  const Flavour* flavour_;
  std::string id_;
};

}  // namespace convoy::background_copy

#endif  // CONVOY_CLIENT_BACKGROUND_COPY_JOB_ACCESS_H_
