// The file of a Download's client certificate. It goes with the last living job
// that names it, when such a download is finalized or aborted.
#include <string>

#include "client/delivery_optimization/certificate_folder.h"
#include "client/delivery_optimization/download.h"

namespace convoy::delivery_optimization {
namespace {

constexpr int kJobsPerPage = 1000;

}  // namespace

HRESULT Download::PlaceCertificate(DownloadParts* parts, UniqueFd* lock) {
  if (parts->certificate.empty()) return S_OK;
  const CertificateFolder folder;
  HRESULT result = folder.Lock(lock);
  if (FAILED(result)) return result;
  std::string file;
  result = folder.Write(parts->certificate, &file);
  if (FAILED(result)) return result;
  v1::HttpTls* const tls = parts->job.mutable_http()->mutable_tls();
  tls->set_client_certificate_file(file);
  tls->clear_client_key_file();
  return S_OK;
}

void Download::RemoveCertificate(const std::string& file) {
  const CertificateFolder folder;
  UniqueFd lock;
  if (!folder.Has(file) || FAILED(folder.Lock(&lock))) return;
  v1::ListJobsRequest request;
  request.set_page_size(kJobsPerPage);
  do {
    const absl::StatusOr<v1::ListJobsResponse> page =
        session_.client().ListJobs(request);
    // It stays where nobody can tell.
    if (!page.ok()) return;
    for (const v1::Job& job : page->jobs()) {
      if (job.http().tls().client_certificate_file() == file) return;
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  folder.Remove(file);
}

}  // namespace convoy::delivery_optimization
