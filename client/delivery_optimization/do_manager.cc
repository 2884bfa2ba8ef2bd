#include "client/delivery_optimization/do_manager.h"

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"
#include "client/background_copy/flavour.h"
#include "client/background_copy/hresult.h"
#include "client/background_copy/job_access.h"
#include "client/background_copy/job_notes.h"
#include "client/background_copy/manager.h"
#include "client/com/class_registry.h"
#include "client/com/wide_text.h"
#include "client/delivery_optimization/download.h"
#include "client/delivery_optimization/download_status.h"
#include "client/delivery_optimization/object_enum.h"
#include "client/delivery_optimization/unstarted_downloads.h"

namespace convoy::delivery_optimization {
namespace {

using Microsoft::WRL::ComPtr;
using Microsoft::WRL::Make;

constexpr int kJobsPerPage = 1000;

const ComClassRegistration kClass(CLSID_DeliveryOptimization, CreateDoManager);

const background_copy::Flavour& Codes() {
  return background_copy::DeliveryOptimizationFlavour();
}

// With or without braces, in digits of either case.
std::string NormalId(absl::string_view id) {
  if (absl::ConsumePrefix(&id, "{")) absl::ConsumeSuffix(&id, "}");
  return absl::AsciiStrToLower(id);
}

bool IsCategory(DODownloadProperty property) {
  switch (property) {
    case DODownloadProperty_Id:
    case DODownloadProperty_Uri:
    case DODownloadProperty_ContentId:
    case DODownloadProperty_DisplayName:
    case DODownloadProperty_LocalPath:
      return true;
    default:
      return false;
  }
}

bool Matches(const v1::Job& job, const v1::JobFile& file,
             DODownloadProperty property, const std::string& value) {
  switch (property) {
    case DODownloadProperty_Id:
      return !job.id().empty() && job.id() == NormalId(value);
    case DODownloadProperty_Uri:
      return file.remote_url() == value;
    case DODownloadProperty_ContentId:
      return background_copy::Note(job, kContentIdNote) == value;
    case DODownloadProperty_DisplayName:
      return job.display_name() == value;
    default:
      return file.local_path() == value;
  }
}

// Which downloads are asked for.
struct Filter {
  const DO_DOWNLOAD_ENUM_CATEGORY* category;  // NULL: all.
  std::string value;

  bool Takes(const v1::Job& job, const v1::JobFile& file) const {
    return category == nullptr || Matches(job, file, category->Property, value);
  }
};

// Those that the daemon knows; `*ids` of all, whether they are taken or not.
HRESULT ListStarted(background_copy::Session& session, const Filter& filter,
                    std::vector<ComPtr<IUnknown>>* found,
                    std::set<std::string>* ids) {
  v1::ListJobsRequest request;
  request.set_page_size(kJobsPerPage);
  (*request.mutable_annotations())[std::string(background_copy::kQueueNote)] =
      std::string(kDownloadQueue);
  do {
    const absl::StatusOr<v1::ListJobsResponse> page =
        session.client().ListJobs(request);
    if (!page.ok()) {
      return background_copy::HresultOf(page.status(), Codes());
    }
    for (const v1::Job& job : page->jobs()) {
      v1::JobFile file;
      const background_copy::JobAccess access(session, Codes(), job.id());
      // One without a file has not been started.
      if (FAILED(access.ReadFile(0, &file))) continue;
      ids->insert(job.id());
      if (filter.Takes(job, file)) {
        found->emplace_back().Attach(new Download(session, job, file));
      }
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return S_OK;
}

}  // namespace

HRESULT DoManager::CreateDownload(IDODownload** download) {
  if (download == nullptr) return E_INVALIDARG;
  *download = new Download(session_);
  return S_OK;
}

HRESULT DoManager::EnumDownloads(const DO_DOWNLOAD_ENUM_CATEGORY* category,
                                 IEnumUnknown** downloads) {
  if (downloads == nullptr) return E_INVALIDARG;
  *downloads = nullptr;
  if (category != nullptr &&
      (category->Value == nullptr || !IsCategory(category->Property))) {
    return E_INVALIDARG;
  }
  const Filter filter = {
      category, category == nullptr ? "" : Utf8FromWide(category->Value)};
  // First, so that one which is started meanwhile is not missed.
  std::vector<ComPtr<Download>> unstarted;
  for (ComPtr<Download>& one : UnstartedDownloads::Of(session_).All()) {
    const std::optional<DownloadParts> parts = one->Unstarted();
    if (parts.has_value() && filter.Takes(parts->job, parts->file)) {
      unstarted.push_back(std::move(one));
    }
  }
  std::vector<ComPtr<IUnknown>> found;
  std::set<std::string> started;
  const HRESULT listed = ListStarted(session_, filter, &found, &started);
  if (FAILED(listed)) return listed;
  for (const ComPtr<Download>& one : unstarted) {
    if (started.count(one->job_id()) == 0) {
      found.emplace_back(static_cast<IDODownload*>(one.Get()));
    }
  }
  const bool may_be_empty =
      category != nullptr &&
      category->Property == DODownloadProperty_DisplayName;
  if (found.empty() && !may_be_empty) return DO_E_NO_DOWNLOADS;
  *downloads = Make<ObjectEnum>(std::move(found)).Detach();
  return S_OK;
}

HRESULT CreateDoManager(REFCLSID clsid, REFIID riid, void** object) {
  if (object == nullptr) return E_POINTER;
  *object = nullptr;
  ComPtr<IBackgroundCopyManager> jobs;
  const HRESULT result =
      background_copy::CreateManager(clsid, IID_PPV_ARGS(&jobs));
  if (FAILED(result)) return result;
  return Make<DoManager>(background_copy::Session::Get(), std::move(jobs))
      .CopyTo(riid, object);
}

}  // namespace convoy::delivery_optimization
