#include <cstddef>
#include <cstdint>
#include <cwchar>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "client/background_copy/job.h"
#include "client/background_copy/job_notes.h"
#include "client/background_copy/job_values.h"
#include "client/background_copy/notification_class.h"
#include "client/background_copy/wide_text.h"

namespace convoy::background_copy {
namespace {

// BITS' bounds and defaults.
constexpr std::size_t kMaxDisplayName = 256;
constexpr std::size_t kMaxDescription = 1024;
constexpr ULONG kShortestRetryDelay = 5;
// The pace of progress that a watch has by itself.
constexpr DWORD kDefaultNotificationInterval = 500;
constexpr DWORD kPeers =
    BG_JOB_ENABLE_PEERCACHING_CLIENT | BG_JOB_ENABLE_PEERCACHING_SERVER;

// The contract's bounds: what is longer is shortened.
constexpr absl::Duration kLongestRetryDelay = absl::Hours(7 * 24);
constexpr absl::Duration kLongestNoProgress = absl::Hours(90 * 24);
constexpr absl::Duration kLongestDownload = absl::Hours(10 * 365 * 24);
constexpr UINT64 kLargestDownload = UINT64{1} << 62;

// The note of a property that is kept and has no effect. Empty: no such one.
absl::string_view NoteOfFlag(BITS_JOB_PROPERTY_ID id) {
  switch (id) {
    case BITS_JOB_PROPERTY_DYNAMIC_CONTENT:
      return kDynamicContentNote;
    case BITS_JOB_PROPERTY_HIGH_PERFORMANCE:
      return kHighPerformanceNote;
    default:
      return "";
  }
}

bool UsesPeers(const v1::Job& job) {
  return job.download_mode() != v1::DOWNLOAD_MODE_HTTP_ONLY &&
         job.download_mode() != v1::DOWNLOAD_MODE_SIMPLE;
}

}  // namespace

HRESULT BackgroundCopyJob::SetDisplayName(LPCWSTR name) {
  if (name == nullptr || std::wcslen(name) > kMaxDisplayName) {
    return E_INVALIDARG;
  }
  const std::optional<std::string> utf8 = Utf8Of(name);
  if (!utf8.has_value()) return E_INVALIDARG;
  v1::Job job;
  job.set_display_name(*utf8);
  return job_.Set({"display_name"}, std::move(job));
}

HRESULT BackgroundCopyJob::GetDisplayName(LPWSTR* name) {
  if (name == nullptr) return E_INVALIDARG;
  *name = nullptr;
  v1::Job job;
  const HRESULT result = job_.Read(&job);
  return FAILED(result) ? result : GiveText(job.display_name(), name);
}

HRESULT BackgroundCopyJob::SetDescription(LPCWSTR text) {
  if (text == nullptr) return E_INVALIDARG;
  if (std::wcslen(text) > kMaxDescription) {
    return job_.flavour().string_too_long;
  }
  const std::optional<std::string> utf8 = Utf8Of(text);
  if (!utf8.has_value()) return E_INVALIDARG;
  v1::Job job;
  job.set_description(*utf8);
  return job_.Set({"description"}, std::move(job));
}

HRESULT BackgroundCopyJob::GetDescription(LPWSTR* text) {
  if (text == nullptr) return E_INVALIDARG;
  *text = nullptr;
  v1::Job job;
  const HRESULT result = job_.Read(&job);
  return FAILED(result) ? result : GiveText(job.description(), text);
}

HRESULT BackgroundCopyJob::SetPriority(BG_JOB_PRIORITY priority) {
  const std::optional<v1::JobPriority> known = PriorityFrom(priority);
  if (!known.has_value()) return E_NOTIMPL;
  if (job_.flavour().has_one_background_priority) {
    return job_.Edit({"priority", "annotations"}, [&](v1::Job& job) {
      job.set_priority(*known == v1::JOB_PRIORITY_FOREGROUND
                           ? v1::JOB_PRIORITY_FOREGROUND
                           : v1::JOB_PRIORITY_NORMAL);
      SetNumberNote(kPriorityNote, static_cast<std::uint32_t>(priority), &job);
      return S_OK;
    });
  }
  v1::Job job;
  job.set_priority(*known);
  return job_.Set({"priority"}, std::move(job));
}

HRESULT BackgroundCopyJob::GetPriority(BG_JOB_PRIORITY* priority) {
  if (priority == nullptr) return E_INVALIDARG;
  v1::Job job;
  const HRESULT result = job_.Read(&job);
  if (FAILED(result)) return result;
  *priority = PriorityOf(job.priority());
  if (job_.flavour().has_one_background_priority &&
      *priority != BG_JOB_PRIORITY_FOREGROUND) {
    const auto given = static_cast<BG_JOB_PRIORITY>(
        NumberNote(job, kPriorityNote, BG_JOB_PRIORITY_NORMAL));
    // Another client may have taken FOREGROUND away since.
    *priority =
        given == BG_JOB_PRIORITY_FOREGROUND ? BG_JOB_PRIORITY_NORMAL : given;
  }
  return S_OK;
}

HRESULT BackgroundCopyJob::SetMinimumRetryDelay(ULONG seconds) {
  v1::Job job;
  SetSeconds(seconds < kShortestRetryDelay ? kShortestRetryDelay : seconds,
             kLongestRetryDelay, job.mutable_minimum_retry_delay());
  return job_.Set({"minimum_retry_delay"}, std::move(job));
}

HRESULT BackgroundCopyJob::GetMinimumRetryDelay(ULONG* seconds) {
  if (seconds == nullptr) return E_INVALIDARG;
  v1::Job job;
  const HRESULT result = job_.Read(&job);
  if (SUCCEEDED(result)) *seconds = SecondsOf(job.minimum_retry_delay());
  return result;
}

HRESULT BackgroundCopyJob::SetNoProgressTimeout(ULONG seconds) {
  v1::Job job;
  SetSeconds(seconds, kLongestNoProgress, job.mutable_no_progress_timeout());
  return job_.Set({"no_progress_timeout"}, std::move(job));
}

HRESULT BackgroundCopyJob::GetNoProgressTimeout(ULONG* seconds) {
  if (seconds == nullptr) return E_INVALIDARG;
  v1::Job job;
  const HRESULT result = job_.Read(&job);
  if (SUCCEEDED(result)) *seconds = SecondsOf(job.no_progress_timeout());
  return result;
}

HRESULT BackgroundCopyJob::SetMaximumDownloadTime(ULONG seconds) {
  v1::Job job;
  SetSeconds(seconds, kLongestDownload, job.mutable_maximum_download_time());
  return job_.Set({"maximum_download_time"}, std::move(job));
}

// The time in force: the configuration's, where the job has no shorter one.
HRESULT BackgroundCopyJob::GetMaximumDownloadTime(ULONG* seconds) {
  if (seconds == nullptr) return E_INVALIDARG;
  v1::Job job;
  const HRESULT result = job_.Read(&job);
  if (FAILED(result)) return result;
  *seconds = job.has_maximum_download_time()
                 ? SecondsOf(job.maximum_download_time())
                 : INFINITE;
  return S_OK;
}

// Without the client's flag no bytes come from peers; without either the
// content is not given to peers. The contract has no job that only takes, or
// only gives. A BranchCache does not exist here.
HRESULT BackgroundCopyJob::SetPeerCachingFlags(DWORD flags) {
  if ((flags & ~(kPeers | BG_JOB_DISABLE_BRANCH_CACHE)) != 0) return E_NOTIMPL;
  const bool takes = (flags & BG_JOB_ENABLE_PEERCACHING_CLIENT) != 0;
  const HRESULT set =
      job_.Edit({"download_mode", "private", "annotations"}, [&](v1::Job& job) {
        job.set_download_mode(takes ? v1::DOWNLOAD_MODE_UNSPECIFIED
                                    : v1::DOWNLOAD_MODE_HTTP_ONLY);
        job.set_private_((flags & kPeers) == 0);
        SetNumberNote(kPeerCachingNote, flags, &job);
        SetNote(kNoPeersNote, std::nullopt, &job);
        return S_OK;
      });
  if (FAILED(set) || !takes) return set;
  const HRESULT noted = job_.Edit({"annotations"}, [](v1::Job& job) {
    if (UsesPeers(job)) return S_FALSE;
    SetNote(kNoPeersNote, std::string("1"), &job);
    return S_OK;
  });
  return FAILED(noted) ? noted : S_OK;
}

// The flags that were given, unless another client has set the fields to
// something else since.
HRESULT BackgroundCopyJob::GetPeerCachingFlags(DWORD* flags) {
  if (flags == nullptr) return E_INVALIDARG;
  v1::Job job;
  const HRESULT result = job_.Read(&job);
  if (FAILED(result)) return result;
  const DWORD now = !job.private_() && UsesPeers(job) ? kPeers : 0;
  const DWORD given = NumberNote(job, kPeerCachingNote, now);
  const bool takes = (given & BG_JOB_ENABLE_PEERCACHING_CLIENT) != 0;
  const bool is_as_given =
      job.private_() == ((given & kPeers) == 0) &&
      (takes == UsesPeers(job) || Note(job, kNoPeersNote).has_value());
  *flags = is_as_given ? given : now;
  return S_OK;
}

// Which access lists of a file on an SMB share shall be kept: without effect on
// all other files, as on Windows.
HRESULT BackgroundCopyJob::SetFileACLFlags(DWORD flags) {
  if ((flags & ~DWORD{BG_COPY_FILE_ALL}) != 0) return E_INVALIDARG;
  return job_.Edit({"annotations"}, [flags](v1::Job& job) {
    SetNumberNote(kFileAclNote, flags, &job);
    return S_OK;
  });
}

HRESULT BackgroundCopyJob::GetFileACLFlags(DWORD* flags) {
  if (flags == nullptr) return E_INVALIDARG;
  v1::Job job;
  const HRESULT result = job_.Read(&job);
  if (SUCCEEDED(result)) *flags = NumberNote(job, kFileAclNote, 0);
  return result;
}

HRESULT BackgroundCopyJob::SetNotificationClass(REFCLSID clsid) {
  v1::Job noted;
  const HRESULT result = job_.Edit({"annotations"}, [&](v1::Job& job) {
    background_copy::SetNotificationClass(clsid, &job);
    noted = job;
    return S_OK;
  });
  if (SUCCEEDED(result)) NotifyByClass(job_, noted);
  return result;
}

HRESULT BackgroundCopyJob::SetProperty(BITS_JOB_PROPERTY_ID id,
                                       BITS_JOB_PROPERTY_VALUE value) {
  switch (id) {
    case BITS_JOB_PROPERTY_ID_COST_FLAGS: {
      v1::Job job;
      job.set_cost_flags(value.Dword);
      return job_.Set({"cost_flags"}, std::move(job));
    }
    case BITS_JOB_PROPERTY_MAX_DOWNLOAD_SIZE: {
      if (value.Uint64 > kLargestDownload) {
        return job_.flavour().invalid_download_size;
      }
      v1::Job job;
      job.set_maximum_download_bytes(static_cast<std::int64_t>(value.Uint64));
      return job_.Set({"maximum_download_bytes"}, std::move(job));
    }
    case BITS_JOB_PROPERTY_ON_DEMAND_MODE: {
      v1::Job job;
      job.set_on_demand(value.Enable != FALSE);
      return job_.Set({"on_demand"}, std::move(job));
    }
    case BITS_JOB_PROPERTY_MINIMUM_NOTIFICATION_INTERVAL_MS:
      return job_.Edit({"annotations"}, [value](v1::Job& job) {
        SetNumberNote(kNotificationIntervalNote, value.Dword, &job);
        return S_OK;
      });
    case BITS_JOB_PROPERTY_DYNAMIC_CONTENT:
    case BITS_JOB_PROPERTY_HIGH_PERFORMANCE:
      return job_.Edit({"annotations"}, [id, value](v1::Job& job) {
        SetNumberNote(NoteOfFlag(id), value.Enable != FALSE ? 1 : 0, &job);
        return S_OK;
      });
    // Proxies may ask for the user's own login. A user has none here, as on a
    // Windows machine without a domain: without effect.
    case BITS_JOB_PROPERTY_USE_STORED_CREDENTIALS:
      if (value.Target == BG_AUTH_TARGET_SERVER) {
        return job_.flavour().no_stored_credentials;
      }
      if (value.Target != BG_AUTH_TARGET_PROXY)
        return job_.flavour().invalid_auth_target;
      return job_.Edit({"annotations"}, [](v1::Job& job) {
        SetNumberNote(kStoredCredentialsNote, BG_AUTH_TARGET_PROXY, &job);
        return S_OK;
      });
    case BITS_JOB_PROPERTY_NOTIFICATION_CLSID:
      return SetNotificationClass(value.ClsID);
  }
  return job_.flavour().unknown_property;
}

HRESULT BackgroundCopyJob::GetProperty(BITS_JOB_PROPERTY_ID id,
                                       BITS_JOB_PROPERTY_VALUE* value) {
  if (value == nullptr) return E_INVALIDARG;
  switch (id) {
    case BITS_JOB_PROPERTY_ID_COST_FLAGS:
    case BITS_JOB_PROPERTY_MINIMUM_NOTIFICATION_INTERVAL_MS:
    case BITS_JOB_PROPERTY_DYNAMIC_CONTENT:
    case BITS_JOB_PROPERTY_HIGH_PERFORMANCE:
    case BITS_JOB_PROPERTY_MAX_DOWNLOAD_SIZE:
    case BITS_JOB_PROPERTY_ON_DEMAND_MODE:
    case BITS_JOB_PROPERTY_USE_STORED_CREDENTIALS:
    case BITS_JOB_PROPERTY_NOTIFICATION_CLSID:
      break;
    default:
      return job_.flavour().unknown_property;
  }
  v1::Job job;
  const HRESULT result = job_.Read(&job);
  if (FAILED(result)) return result;
  if (id == BITS_JOB_PROPERTY_ID_COST_FLAGS) {
    value->Dword = job.cost_flags();
  } else if (id == BITS_JOB_PROPERTY_MINIMUM_NOTIFICATION_INTERVAL_MS) {
    value->Dword = NumberNote(job, kNotificationIntervalNote,
                              kDefaultNotificationInterval);
  } else if (id == BITS_JOB_PROPERTY_MAX_DOWNLOAD_SIZE) {
    value->Uint64 = static_cast<UINT64>(job.maximum_download_bytes());
  } else if (id == BITS_JOB_PROPERTY_USE_STORED_CREDENTIALS) {
    value->Target =
        static_cast<BG_AUTH_TARGET>(NumberNote(job, kStoredCredentialsNote, 0));
  } else if (id == BITS_JOB_PROPERTY_NOTIFICATION_CLSID) {
    value->ClsID = NotificationClassOf(job);
  } else if (id == BITS_JOB_PROPERTY_ON_DEMAND_MODE) {
    value->Enable = job.on_demand() ? TRUE : FALSE;
  } else {
    value->Enable = NumberNote(job, NoteOfFlag(id), 0) != 0 ? TRUE : FALSE;
  }
  return S_OK;
}

}  // namespace convoy::background_copy
