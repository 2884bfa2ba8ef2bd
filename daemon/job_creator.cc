#include "daemon/job_creator.h"

#include <openssl/sha.h>

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/strings/str_cat.h"
#include "convoy/v1/config.pb.h"
#include "convoy/v1/error_detail.pb.h"
#include "daemon/job_state.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr absl::Duration kRequestIdLife = absl::Hours(24);
constexpr absl::Duration kPurgeInterval = absl::Hours(1);

absl::Status QuotaError(v1::ErrorReason reason, const std::string& key,
                        const Settings& settings, std::int64_t limit,
                        absl::string_view whose) {
  return Error(reason, v1::ERROR_CONTEXT_GENERAL_QUEUE_MANAGER)
      .Policy(key)
      .Status(absl::StrCat(whose, " ", limit,
                           " jobs that have not ended, which ", key, " (",
                           settings.ProviderOf(key),
                           ") allows; complete or cancel some, or raise it"));
}

}  // namespace

std::vector<std::string> LocalPaths(const std::vector<JobFile>& files) {
  std::vector<std::string> paths;
  paths.reserve(files.size());
  for (const JobFile& file : files) paths.push_back(file.local_path);
  return paths;
}

absl::Status CheckDestinations(OwnerFiles& files, const JobOwner& owner,
                               const std::vector<std::string>& local_paths) {
  for (std::size_t i = 0; i < local_paths.size(); ++i) {
    const absl::Status status = files.CheckDestination(owner, local_paths[i]);
    if (status.ok()) continue;
    v1::ErrorDetail detail = ErrorDetailOf(status);
    detail.set_field(absl::StrCat("files[", i, "].local_path"));
    return Error(std::move(detail)).Status(status.message());
  }
  return absl::OkStatus();
}

std::string JobCreator::DigestOf(absl::string_view method,
                                 absl::string_view serialized_request) {
  const std::string text = absl::StrCat(method, "\n", serialized_request);
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(),
         reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

void JobCreator::Create(Request request, Then then) {
  if (AnswerKnown(request, then)) return;
  if (absl::Status status = CheckQuota(request.caller); !status.ok()) {
    std::move(then)(std::move(status));
    return;
  }
  auto pending = std::make_shared<Pending>();
  pending->request = std::move(request);
  pending->then.push_back(std::move(then));
  Request& held = pending->request;
  held.job->owner = {held.caller.uid, held.caller.gid};
  if (!held.request_id.empty()) {
    pending_[{held.caller.uid, held.request_id}] = pending;
  }
  if (held.job->files.empty()) {
    Make(pending);
    return;
  }
  parts_.work->Run<absl::Status>(
      [files = parts_.files, owner = held.job->owner,
       paths = LocalPaths(held.job->files)] {
        return CheckDestinations(*files, owner, paths);
      },
      [this, pending](absl::Status status) {
        if (status.ok()) {
          Make(pending);
        } else {
          Finish(pending, std::move(status));
        }
      });
}

bool JobCreator::AnswerKnown(const Request& request, Then& then) {
  if (request.request_id.empty()) return false;
  std::string digest;
  const auto pending = pending_.find({request.caller.uid, request.request_id});
  JobId made;
  if (pending != pending_.end()) {
    digest = pending->second->request.digest;
  } else {
    absl::StatusOr<std::optional<UsedRequest>> used =
        parts_.store->FindRequest(request.caller.uid, request.request_id);
    if (!used.ok()) {
      std::move(then)(used.status());
      return true;
    }
    if (!used->has_value() ||
        (*used)->time + kRequestIdLife < parts_.clock->Now()) {
      return false;
    }
    // A job that an administrator took over is as good as gone.
    const JobEntry* const entry = parts_.table->Find((*used)->job_id);
    if (entry == nullptr || !MayUse(request.caller, *entry->job)) return false;
    digest = (*used)->request_digest;
    made = (*used)->job_id;
  }
  if (digest != request.digest) {
    std::move(then)(
        Error(v1::ERROR_REASON_REQUEST_ID_REUSED, v1::ERROR_CONTEXT_REQUEST)
            .Field("request_id")
            .Status("this request_id was used with another request in the last "
                    "24 hours; use a new one"));
  } else if (pending != pending_.end()) {
    pending->second->then.push_back(std::move(then));
  } else {
    std::move(then)(Made{made, /*before=*/true});
  }
  return true;
}

absl::Status JobCreator::CheckQuota(const Caller& caller) const {
  const v1::LimitsConfig& limits = parts_.settings->config.limits();
  if (parts_.table->live_count() >= limits.max_jobs_per_machine()) {
    return QuotaError(v1::ERROR_REASON_TOO_MANY_JOBS_PER_MACHINE,
                      "limits.max_jobs_per_machine", *parts_.settings,
                      limits.max_jobs_per_machine(), "this machine has");
  }
  if (!caller.administrator &&
      parts_.table->LiveCountOf(caller.uid) >= limits.max_jobs_per_user()) {
    return QuotaError(v1::ERROR_REASON_TOO_MANY_JOBS_PER_USER,
                      "limits.max_jobs_per_user", *parts_.settings,
                      limits.max_jobs_per_user(), "you have");
  }
  return absl::OkStatus();
}

void JobCreator::Make(const std::shared_ptr<Pending>& pending) {
  // Others may have been made since the first look.
  if (absl::Status status = CheckQuota(pending->request.caller); !status.ok()) {
    Finish(pending, std::move(status));
    return;
  }
  std::unique_ptr<Job> job = std::move(pending->request.job);
  const JobId id = JobId::Random();
  job->id = id;
  job->sequence = parts_.table->NextSequence();
  job->create_time = parts_.clock->Now();
  job->modify_time = job->create_time;
  job->last_progress_time = job->create_time;
  JobEntry* const entry = parts_.table->Insert(std::move(job));
  parts_.commits->TouchJob(id);
  for (const JobFile& file : entry->job->files) {
    parts_.commits->TouchFile(id, file.index);
  }
  RememberRequest(pending->request, id);
  parts_.life->Add(entry);
  if (pending->request.resume) parts_.life->Apply(entry, JobEvent::kResume);
  parts_.commits->WhenDurable([this, pending, id](const absl::Status& status) {
    if (status.ok()) {
      Finish(pending, Made{id, /*before=*/false});
    } else {
      Finish(pending, status);
    }
  });
}

void JobCreator::Finish(const std::shared_ptr<Pending>& pending,
                        const absl::StatusOr<Made>& made) {
  const Request& request = pending->request;
  if (!request.request_id.empty()) {
    pending_.erase({request.caller.uid, request.request_id});
  }
  absl::StatusOr<Made> answer = made;
  for (Then& then : pending->then) {
    std::move(then)(answer);
    if (answer.ok()) answer->before = true;
  }
}

void JobCreator::RememberRequest(const Request& request, const JobId& id) {
  if (request.request_id.empty()) return;
  const absl::Time now = parts_.clock->Now();
  if (parts_.clock->Monotonic() >= next_purge_) {
    next_purge_ = parts_.clock->Monotonic() + kPurgeInterval;
    parts_.commits->RemoveRequestsBefore(now - kRequestIdLife);
  }
  parts_.commits->PutRequest(
      {request.caller.uid, request.request_id, request.digest, id, now});
}

}  // namespace convoy
