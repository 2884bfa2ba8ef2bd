#include "client/background_copy/job.h"

// What a caller would free is NULL afterwards, as after all failures.
namespace convoy::background_copy {

// Replies of uploads; there are no uploads.
HRESULT BackgroundCopyJob::GetReplyProgress(BG_JOB_REPLY_PROGRESS*) {
  return E_NOTIMPL;
}
HRESULT BackgroundCopyJob::GetReplyData(byte** data, UINT64* size) {
  if (data != nullptr) *data = nullptr;
  if (size != nullptr) *size = 0;
  return E_NOTIMPL;
}
HRESULT BackgroundCopyJob::SetReplyFileName(LPCWSTR) { return E_NOTIMPL; }
HRESULT BackgroundCopyJob::GetReplyFileName(LPWSTR* name) {
  if (name != nullptr) *name = nullptr;
  return E_NOTIMPL;
}

// Windows' tokens do not exist here.
HRESULT BackgroundCopyJob::SetHelperTokenFlags(BG_TOKEN) { return E_NOTIMPL; }
HRESULT BackgroundCopyJob::GetHelperTokenFlags(BG_TOKEN*) { return E_NOTIMPL; }
HRESULT BackgroundCopyJob::SetHelperToken() { return E_NOTIMPL; }
HRESULT BackgroundCopyJob::ClearHelperToken() { return E_NOTIMPL; }
HRESULT BackgroundCopyJob::GetHelperTokenSid(BG_TOKEN, LPWSTR* sid) {
  if (sid != nullptr) *sid = nullptr;
  return E_NOTIMPL;
}

}  // namespace convoy::background_copy
