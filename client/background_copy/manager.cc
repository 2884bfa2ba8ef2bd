#include "client/background_copy/manager.h"

#include <cstddef>
#include <cwchar>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "client/background_copy/error_text.h"
#include "client/background_copy/guid_text.h"
#include "client/background_copy/hresult.h"
#include "client/background_copy/job.h"
#include "client/background_copy/job_notes.h"
#include "client/background_copy/job_values.h"
#include "client/background_copy/notification_class.h"
#include "client/background_copy/session.h"
#include "client/background_copy/snapshot_enum.h"
#include "client/background_copy/wide_text.h"
#include "client/com/class_registry.h"
#include "client/job_watcher.h"
#include "convoy/v1/job_service.pb.h"

namespace convoy::background_copy {
namespace {

using Microsoft::WRL::ComPtr;

constexpr std::size_t kMaxDisplayName = 256;
constexpr int kJobsPerPage = 1000;
// For the daemon's first answer.
constexpr absl::Duration kFirstDeadline = absl::Seconds(5);

void SetDuration(absl::Duration from, google::protobuf::Duration* to) {
  to->set_seconds(absl::ToInt64Seconds(from));
}

bool IsOfQueue(const v1::Job& job, const Flavour& flavour) {
  return Note(job, kQueueNote) == flavour.queue;
}

const ComClassRegistration kClasses[] = {
    {CLSID_BackgroundCopyManager, CreateManager},
    {CLSID_BackgroundCopyManager1_5, CreateManager},
    {CLSID_BackgroundCopyManager2_0, CreateManager},
    {CLSID_BackgroundCopyManager2_5, CreateManager},
    {CLSID_BackgroundCopyManager3_0, CreateManager},
    {CLSID_BackgroundCopyManager4_0, CreateManager},
    {CLSID_BackgroundCopyManager5_0, CreateManager},
    {CLSID_BackgroundCopyManager10_1, CreateManager},
    {CLSID_BackgroundCopyManager10_2, CreateManager},
    {CLSID_BackgroundCopyManager10_3, CreateManager},
};

}  // namespace

HRESULT BackgroundCopyManager::QueryInterface(REFIID riid, void** object) {
  if (object == nullptr) return E_POINTER;
  *object = nullptr;
  if (IsOneOf<IUnknown, IBackgroundCopyManager>(riid)) {
    *object = static_cast<IBackgroundCopyManager*>(this);
  } else if (IsOneOf<IBitsPeerCacheAdministration>(riid) &&
             flavour_.kind == Flavour::Kind::kBits) {
    *object = static_cast<IBitsPeerCacheAdministration*>(this);
  } else {
    return E_NOINTERFACE;
  }
  AddRef();
  return S_OK;
}

HRESULT BackgroundCopyManager::CreateJob(LPCWSTR display_name, BG_JOB_TYPE type,
                                         GUID* id, IBackgroundCopyJob** job) {
  if (job != nullptr) *job = nullptr;
  if (display_name == nullptr || id == nullptr || job == nullptr) {
    return E_INVALIDARG;
  }
  if (type == BG_JOB_TYPE_UPLOAD || type == BG_JOB_TYPE_UPLOAD_REPLY) {
    return E_NOTIMPL;
  }
  const std::optional<std::string> name = Utf8Of(display_name);
  if (type != BG_JOB_TYPE_DOWNLOAD || !name.has_value() ||
      std::wcslen(display_name) > kMaxDisplayName) {
    return E_INVALIDARG;
  }
  v1::CreateJobRequest request;
  v1::Job* const wanted = request.mutable_job();
  wanted->set_display_name(*name);
  SetNote(kQueueNote, std::string(flavour_.queue), wanted);
  if (flavour_.no_progress_timeout.has_value()) {
    SetDuration(*flavour_.no_progress_timeout,
                wanted->mutable_no_progress_timeout());
  }
  if (flavour_.minimum_retry_delay.has_value()) {
    SetDuration(*flavour_.minimum_retry_delay,
                wanted->mutable_minimum_retry_delay());
  }
  if (flavour_.inactivity_timeout.has_value()) {
    SetDuration(*flavour_.inactivity_timeout,
                wanted->mutable_inactivity_timeout());
  }
  const absl::StatusOr<v1::Job> made =
      session_.client().CreateJob(std::move(request));
  if (!made.ok()) return HresultOf(made.status(), flavour_);
  *id = GuidOfText(made->id());
  *job = new BackgroundCopyJob(JobAccess(session_, flavour_, made->id()));
  return S_OK;
}

HRESULT BackgroundCopyManager::GetJob(REFGUID id, IBackgroundCopyJob** job) {
  if (job == nullptr) return E_INVALIDARG;
  *job = nullptr;
  const JobAccess found(session_, flavour_, TextOfGuid(id));
  v1::Job read;
  const HRESULT result = found.Read(&read);
  if (FAILED(result)) return result;
  // A job in a final state has left the queue.
  if (!IsOfQueue(read, flavour_) || IsFinalState(read.state())) {
    return flavour_.not_found;
  }
  NotifyByClass(found, read);
  *job = new BackgroundCopyJob(found);
  return S_OK;
}

HRESULT BackgroundCopyManager::EnumJobs(DWORD flags,
                                        IEnumBackgroundCopyJobs** jobs) {
  if (jobs == nullptr) return E_INVALIDARG;
  *jobs = nullptr;
  if ((flags & ~BG_JOB_ENUM_ALL_USERS) != 0) return E_NOTIMPL;
  v1::ListJobsRequest request;
  request.set_page_size(kJobsPerPage);
  request.set_all_users((flags & BG_JOB_ENUM_ALL_USERS) != 0);
  (*request.mutable_annotations())[std::string(kQueueNote)] = flavour_.queue;
  using Enum = SnapshotEnum<IEnumBackgroundCopyJobs, IBackgroundCopyJob>;
  Enum::Elements elements;
  do {
    const absl::StatusOr<v1::ListJobsResponse> page =
        session_.client().ListJobs(request);
    if (!page.ok()) return HresultOf(page.status(), flavour_);
    for (const v1::Job& job : page->jobs()) {
      const JobAccess found(session_, flavour_, job.id());
      NotifyByClass(found, job);
      elements.emplace_back().Attach(new BackgroundCopyJob(found));
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  *jobs = new Enum(std::move(elements));
  return S_OK;
}

HRESULT BackgroundCopyManager::GetErrorDescription(HRESULT code, DWORD,
                                                   LPWSTR* text) {
  return GiveText(DescriptionOf(code), text);
}

HRESULT CreateManager(REFCLSID clsid, REFIID riid, void** object) {
  if (object == nullptr) return E_POINTER;
  *object = nullptr;
  Session& session = Session::Get();
  ClientOptions options = session.client().options();
  options.deadline = kFirstDeadline;
  v1::ListJobsRequest request;
  request.set_page_size(1);
  const absl::Status status = JobClient(options).ListJobs(request).status();
  const Flavour& flavour = clsid == CLSID_DeliveryOptimization
                               ? DeliveryOptimizationFlavour()
                               : BitsFlavour();
  const HRESULT reached = HresultOf(status, flavour);
  if (reached == kServerUnavailable || reached == kTimeout) {
    return kServiceDisabled;
  }
  if (FAILED(reached)) return reached;
  ComPtr<IBackgroundCopyManager> manager;
  manager.Attach(new BackgroundCopyManager(session, flavour));
  return manager->QueryInterface(riid, object);
}

}  // namespace convoy::background_copy
