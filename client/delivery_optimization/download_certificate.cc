// The files of client certificates: each stays while a living job names it.
#include <set>
#include <string>

#include "client/delivery_optimization/certificate_folder.h"
#include "client/delivery_optimization/download.h"

namespace convoy::delivery_optimization {
namespace {

constexpr int kJobsPerPage = 1000;

// REQUIRES: the lock of `folder`.
void RemoveUnnamed(const JobClient& client, const CertificateFolder& folder) {
  std::set<std::string> named;
  v1::ListJobsRequest request;
  request.set_page_size(kJobsPerPage);
  do {
    const absl::StatusOr<v1::ListJobsResponse> page = client.ListJobs(request);
    // All stay where nobody can tell.
    if (!page.ok()) return;
    for (const v1::Job& job : page->jobs()) {
      named.insert(job.http().tls().client_certificate_file());
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  for (const std::string& file : folder.Files()) {
    if (named.count(file) == 0) folder.Remove(file);
  }
}

CertificateFolder FolderOf(const JobClient& client) {
  return CertificateFolder::OfDaemon(client.options().socket_path);
}

}  // namespace

HRESULT Download::PlaceCertificate(DownloadParts* parts, UniqueFd* lock) {
  if (parts->certificate.empty()) return S_OK;
  const CertificateFolder folder = FolderOf(session_.client());
  HRESULT result = folder.Lock(lock);
  if (FAILED(result)) return result;
  // Of jobs that ended elsewhere.
  RemoveUnnamed(session_.client(), folder);
  std::string file;
  result = folder.Write(parts->certificate, &file);
  if (FAILED(result)) return result;
  v1::HttpTls* const tls = parts->job.mutable_http()->mutable_tls();
  tls->set_client_certificate_file(file);
  tls->clear_client_key_file();
  return S_OK;
}

void Download::RemoveCertificate(const std::string& file) {
  const CertificateFolder folder = FolderOf(session_.client());
  UniqueFd lock;
  if (!folder.Has(file) || FAILED(folder.Lock(&lock))) return;
  RemoveUnnamed(session_.client(), folder);
}

}  // namespace convoy::delivery_optimization
