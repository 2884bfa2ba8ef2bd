#include "client/background_copy/copy_error.h"

#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/background_copy/error_text.h"
#include "client/background_copy/file.h"
#include "client/background_copy/hresult.h"
#include "client/background_copy/session.h"
#include "client/background_copy/wide_text.h"

namespace convoy::background_copy {

CopyError::CopyError(JobAccess job, v1::JobError error)
    : job_(std::move(job)),
      error_(std::move(error)),
      code_(job_.session().streams().CodeOf(job_, error_)) {}

HRESULT CopyError::QueryInterface(REFIID riid, void** object) {
  if (object == nullptr) return E_POINTER;
  *object = nullptr;
  if (!IsOneOf<IUnknown, IBackgroundCopyError>(riid)) return E_NOINTERFACE;
  *object = static_cast<IBackgroundCopyError*>(this);
  AddRef();
  return S_OK;
}

HRESULT CopyError::GetError(BG_ERROR_CONTEXT* context, HRESULT* code) {
  if (context == nullptr || code == nullptr) return E_INVALIDARG;
  *context = ContextOf(error_.detail(), job_.flavour());
  *code = code_;
  return S_OK;
}

HRESULT CopyError::GetFile(IBackgroundCopyFile** file) {
  if (file == nullptr) return E_INVALIDARG;
  *file = nullptr;
  if (!error_.has_file_index()) return job_.flavour().file_not_available;
  v1::JobFile found;
  const HRESULT result = job_.ReadFile(error_.file_index(), &found);
  if (FAILED(result)) return result;
  *file = new BackgroundCopyFile(job_, std::move(found));
  return S_OK;
}

// What the code means, and what the daemon says of this case.
HRESULT CopyError::GetErrorDescription(DWORD, LPWSTR* text) {
  const std::string meaning = DescriptionOf(code_);
  return GiveText(error_.message().empty()
                      ? meaning
                      : absl::StrCat(meaning, " ", error_.message(), "\r\n"),
                  text);
}

HRESULT CopyError::GetErrorContextDescription(DWORD, LPWSTR* text) {
  return GiveText(ContextText(ContextOf(error_.detail(), job_.flavour())),
                  text);
}

HRESULT CopyError::GetProtocol(LPWSTR* protocol) {
  if (protocol == nullptr) return E_INVALIDARG;
  *protocol = nullptr;
  const std::string& url = error_.detail().url();
  const std::size_t colon = url.find("://");
  if (colon == std::string::npos) return job_.flavour().no_protocol;
  return GiveText(absl::AsciiStrToLower(url.substr(0, colon)), protocol);
}

}  // namespace convoy::background_copy
