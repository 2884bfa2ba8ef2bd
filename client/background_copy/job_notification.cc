#include <cstddef>
#include <cwchar>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "client/background_copy/callback_target.h"
#include "client/background_copy/command_arguments.h"
#include "client/background_copy/job.h"
#include "client/background_copy/job_notes.h"
#include "client/background_copy/session.h"
#include "client/background_copy/wide_text.h"
#include "client/job_watcher.h"

namespace convoy::background_copy {
namespace {

// BITS' bounds.
constexpr std::size_t kMaxProgram = 260;
constexpr std::size_t kMaxParameters = 4000;

constexpr JobRegistration::Kind kEvents = JobRegistration::Kind::kEvents;
constexpr JobRegistration::Kind kCertificates =
    JobRegistration::Kind::kCertificates;

// The arguments of a parameter text, whose first word is the program again.
std::vector<std::string> ArgumentsOf(absl::string_view parameters) {
  std::vector<std::string> words = SplitCommandLine(parameters);
  if (!words.empty()) words.erase(words.begin());
  return words;
}

}  // namespace

HRESULT BackgroundCopyJob::SetNotifyFlags(ULONG flags) {
  if ((flags & ~job_.flavour().notify_flags) != 0) return E_NOTIMPL;
  v1::Job job;
  job.set_notify_flags(flags);
  return job_.Set({"notify_flags"}, std::move(job));
}

HRESULT BackgroundCopyJob::GetNotifyFlags(ULONG* flags) {
  if (flags == nullptr) return E_INVALIDARG;
  v1::Job job;
  const HRESULT result = job_.Read(&job);
  if (SUCCEEDED(result)) *flags = job.notify_flags();
  return result;
}

HRESULT BackgroundCopyJob::SetNotifyInterface(IUnknown* object) {
  if (object != nullptr) {
    CallbackTarget target;
    const HRESULT offered = CallbackTarget::Of(object, &target);
    if (FAILED(offered)) return offered;
    return job_.session().callbacks().Set(kEvents, job_, std::move(target));
  }
  // Removed whatever the daemon says.
  job_.session().callbacks().Remove(kEvents, job_.id());
  const HRESULT unnamed = job_.Edit({"notify_watcher"}, [this](v1::Job& job) {
    if (IsFinalState(job.state())) return job_.flavour().invalid_state;
    // It may be another process' by now.
    if (job.notify_watcher() != job_.session().watcher_id()) return S_FALSE;
    job.clear_notify_watcher();
    return S_OK;
  });
  return unnamed == S_FALSE ? S_OK : unnamed;
}

// The object that this process set: a callback is a process' own.
HRESULT BackgroundCopyJob::GetNotifyInterface(IUnknown** object) {
  if (object == nullptr) return E_INVALIDARG;
  return job_.session().callbacks().Find(kEvents, job_.id()).CopyTo(object);
}

// The keys that an earlier object approved or refused are forgotten. The
// field stays when the object goes: a job whose program is not there waits.
HRESULT BackgroundCopyJob::SetServerCertificateValidationInterface(
    IUnknown* object) {
  CallbackHub& callbacks = job_.session().callbacks();
  v1::Job job;
  if (object == nullptr) {
    callbacks.Remove(kCertificates, job_.id());
    return job_.Set({"http.certificate_approval"}, std::move(job));
  }
  CallbackTarget target;
  const HRESULT offered = CallbackTarget::OfValidation(object, &target);
  if (FAILED(offered)) return offered;
  // First, so that no answer of an earlier object comes after the change.
  const HRESULT set = callbacks.Set(kCertificates, job_, std::move(target));
  if (FAILED(set)) return set;
  job.mutable_http()->mutable_certificate_approval();
  const HRESULT written =
      job_.Set({"http.certificate_approval"}, std::move(job));
  if (FAILED(written)) callbacks.Remove(kCertificates, job_.id());
  return written;
}

// NULL as program: no command any more.
HRESULT BackgroundCopyJob::SetNotifyCmdLine(LPCWSTR program,
                                            LPCWSTR parameters) {
  if (program == nullptr) {
    if (parameters != nullptr) return E_INVALIDARG;
    return job_.Edit({"notify_command", "annotations"}, [](v1::Job& job) {
      job.clear_notify_command();
      SetNote(kNotifyParametersNote, std::nullopt, &job);
      return S_OK;
    });
  }
  const std::optional<std::string> path = Utf8Of(program);
  std::optional<std::string> text;
  if (parameters != nullptr) {
    text = Utf8Of(parameters);
    if (!text.has_value()) return E_INVALIDARG;
    if (std::wcslen(parameters) > kMaxParameters) {
      return job_.flavour().string_too_long;
    }
  }
  if (!path.has_value()) return E_INVALIDARG;
  if (std::wcslen(program) > kMaxProgram) return job_.flavour().string_too_long;
  return job_.Edit({"notify_command", "annotations"}, [&](v1::Job& job) {
    v1::NotifyCommand* const command = job.mutable_notify_command();
    command->Clear();
    command->set_program(*path);
    for (std::string& word : ArgumentsOf(text.value_or(""))) {
      command->add_arguments(std::move(word));
    }
    SetNote(kNotifyParametersNote, text, &job);
    return S_OK;
  });
}

// Empty texts where there is no command.
HRESULT BackgroundCopyJob::GetNotifyCmdLine(LPWSTR* program,
                                            LPWSTR* parameters) {
  if (program == nullptr || parameters == nullptr) return E_INVALIDARG;
  *program = nullptr;
  *parameters = nullptr;
  v1::Job job;
  HRESULT result = job_.Read(&job);
  if (FAILED(result)) return result;
  const v1::NotifyCommand& command = job.notify_command();
  std::string text;
  if (job.has_notify_command()) {
    const std::vector<std::string> arguments(command.arguments().begin(),
                                             command.arguments().end());
    text = Note(job, kNotifyParametersNote).value_or("");
    // Another client has set the command since.
    if (ArgumentsOf(text) != arguments) {
      std::vector<std::string> words = arguments;
      words.insert(words.begin(), command.program());
      text = JoinCommandLine(words);
    }
  }
  result = GiveText(command.program(), program);
  return FAILED(result) ? result : GiveText(text, parameters);
}

}  // namespace convoy::background_copy
