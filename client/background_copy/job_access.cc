#include "client/background_copy/job_access.h"

#include <optional>

#include "absl/status/statusor.h"
#include "client/background_copy/session.h"
#include "convoy/v1/error_detail.pb.h"
#include "convoy/v1/job_service.pb.h"
#include "proto/error_detail.h"

namespace convoy::background_copy {
namespace {

constexpr int kFilesPerPage = 1000;
// Each try that fails is one that somebody else's change took.
constexpr int kMaxTries = 1000;

bool IsEtagMismatch(const absl::Status& status) {
  const std::optional<v1::ErrorDetail> detail = GetErrorDetail(status);
  return detail.has_value() &&
         detail->reason() == v1::ERROR_REASON_ETAG_MISMATCH;
}

// The job is there, and the file is not.
bool IsAboutFile(const absl::Status& status) {
  const std::optional<v1::ErrorDetail> detail = GetErrorDetail(status);
  return detail.has_value() && detail->reason() == v1::ERROR_REASON_NOT_FOUND &&
         detail->field() == "file_index";
}

v1::UpdateJobRequest UpdateOf(std::initializer_list<absl::string_view> fields,
                              v1::Job job) {
  v1::UpdateJobRequest request;
  for (const absl::string_view field : fields) {
    request.mutable_update_mask()->add_paths(std::string(field));
  }
  *request.mutable_job() = std::move(job);
  return request;
}

}  // namespace

const JobClient& JobAccess::client() const { return session_->client(); }

HRESULT JobAccess::Read(v1::Job* job) const {
  absl::StatusOr<v1::Job> read = client().GetJob(id_);
  if (!read.ok()) return Code(read.status());
  *job = *std::move(read);
  session_->streams().Show(job);
  return S_OK;
}

HRESULT JobAccess::ReadFiles(std::vector<v1::JobFile>* files) const {
  files->clear();
  v1::ListFilesRequest request;
  request.set_job_id(id_);
  request.set_page_size(kFilesPerPage);
  do {
    absl::StatusOr<v1::ListFilesResponse> page = client().ListFiles(request);
    if (!page.ok()) return Code(page.status());
    for (v1::JobFile& file : *page->mutable_files()) {
      files->push_back(std::move(file));
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return S_OK;
}

HRESULT JobAccess::ReadFile(int index, v1::JobFile* file) const {
  v1::ListFilesRequest request;
  request.set_job_id(id_);
  request.set_file_index(index);
  absl::StatusOr<v1::ListFilesResponse> found = client().ListFiles(request);
  if (IsAboutFile(found.status())) return E_UNEXPECTED;
  if (!found.ok()) return Code(found.status());
  if (found->files_size() != 1) return E_UNEXPECTED;
  file->Swap(found->mutable_files(0));
  return S_OK;
}

HRESULT JobAccess::Set(std::initializer_list<absl::string_view> fields,
                       v1::Job job) const {
  job.set_id(id_);
  return Code(client().UpdateJob(UpdateOf(fields, std::move(job))).status());
}

HRESULT JobAccess::Edit(std::initializer_list<absl::string_view> fields,
                        const Change& change) const {
  for (int i = 0; i < kMaxTries; ++i) {
    v1::Job job;
    const HRESULT read = Read(&job);
    if (FAILED(read)) return read;
    const HRESULT changed = change(job);
    if (changed != S_OK) return changed;
    const absl::Status status =
        client().UpdateJob(UpdateOf(fields, std::move(job))).status();
    if (!IsEtagMismatch(status)) return Code(status);
  }
  return E_CHANGED_STATE;
}

HRESULT JobAccess::SetFile(absl::string_view field, v1::JobFile file) const {
  v1::UpdateFileRequest request;
  request.set_job_id(id_);
  *request.mutable_file() = std::move(file);
  request.mutable_update_mask()->add_paths(std::string(field));
  return Code(client().UpdateFile(request).status());
}

HRESULT JobAccess::AddFiles(std::vector<v1::JobFile> files,
                            int* first_index) const {
  v1::AddFilesRequest request;
  request.set_job_id(id_);
  for (v1::JobFile& file : files) *request.add_files() = std::move(file);
  const absl::StatusOr<v1::AddFilesResponse> added = client().AddFiles(request);
  if (added.ok()) {
    if (first_index != nullptr) *first_index = added->first_index();
    return S_OK;
  }
  const std::optional<v1::ErrorDetail> detail = GetErrorDetail(added.status());
  // BITS says so of a name that it cannot use.
  if (detail.has_value() &&
      (detail->reason() == v1::ERROR_REASON_PROTOCOL_NOT_AVAILABLE ||
       detail->reason() == v1::ERROR_REASON_STRING_TOO_LONG)) {
    return E_INVALIDARG;
  }
  return Code(added.status());
}

}  // namespace convoy::background_copy
