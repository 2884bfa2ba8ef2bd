#include "client/com/error_text.h"

#include <winerror.h>

#include <array>
#include <atomic>

#include "absl/strings/str_cat.h"

namespace convoy {
namespace {

struct Entry {
  HRESULT code;
  const char* text;
};

constexpr Entry kTexts[] = {
    {E_NOTIMPL, "This is not offered."},
    {E_NOINTERFACE, "The object does not have this interface."},
    {E_POINTER, "A pointer is NULL that must not be."},
    {E_ABORT, "The operation was aborted."},
    {E_FAIL, "Unspecified error."},
    {E_UNEXPECTED, "The call was not expected now."},
    {E_ACCESSDENIED, "Access is denied."},
    {E_HANDLE, "The handle is invalid."},
    {E_OUTOFMEMORY, "There is not enough memory."},
    {E_INVALIDARG, "An argument is not allowed."},
    {E_NOT_SET, "The element was not found."},
    {CLASS_E_NOAGGREGATION, "The class cannot be part of another object."},
    {REGDB_E_CLASSNOTREG, "The class is not registered."},
    {CO_E_NOTINITIALIZED, "CoInitialize has not been called."},
    {CO_E_CLASSSTRING, "This is not a class id."},
    {RPC_E_CHANGED_MODE, "The thread's apartment cannot be changed."},
    {RPC_E_TOO_LATE, "Security has been initialised before."},
    {RPC_E_DISCONNECTED, "The object is not connected any more."},
    {RPC_E_TIMEOUT, "The daemon did not answer in time."},
    {DISP_E_TYPEMISMATCH, "The variant has another type."},
    {DISP_E_BADVARTYPE, "This is not a type of variant."},
    {CRYPT_E_FILE_ERROR, "A certificate or key could not be read."},
    {CRYPT_E_NOT_FOUND, "There is no such certificate with its key."},
    {HTTP_E_STATUS_PROXY_AUTH_REQ,
     "The proxy wants a login, or refused it (HTTP status 407)."},
};

// Codes of Win32, without FACILITY_WIN32.
constexpr Entry kWin32Texts[] = {
    {ERROR_SUCCESS, "The operation completed successfully."},
    {ERROR_FILE_NOT_FOUND, "The file does not exist."},
    {ERROR_PATH_NOT_FOUND, "The folder does not exist."},
    {ERROR_ACCESS_DENIED, "Access is denied."},
    {ERROR_INVALID_HANDLE, "The handle is invalid."},
    {ERROR_WRITE_PROTECT, "The file system is read-only."},
    {ERROR_NOT_SUPPORTED, "This is not offered."},
    {ERROR_FILE_EXISTS, "The file exists."},
    {ERROR_INVALID_PARAMETER, "An argument is not allowed."},
    {ERROR_DISK_FULL, "There is not enough space on the disk."},
    {ERROR_INSUFFICIENT_BUFFER, "The buffer is too small."},
    {ERROR_INVALID_NAME, "The name of the file is not allowed."},
    {ERROR_SERVICE_DISABLED, "The daemon is not running."},
    {ERROR_NO_UNICODE_TRANSLATION, "The text is not well-formed."},
    {ERROR_NOT_FOUND, "The element was not found."},
    {ERROR_TIMEOUT, "The time for the operation is over."},
    {RPC_S_SERVER_UNAVAILABLE, "The daemon cannot be reached."},
    {RPC_S_CALL_FAILED, "The connection to the daemon broke."},
};

template <std::size_t kSize>
std::string Find(const Entry (&entries)[kSize], HRESULT code) {
  for (const Entry& entry : entries) {
    if (entry.code == code) {
      return entry.text;
    }
  }
  return "";
}

using Text = std::string (*)(HRESULT code);
std::array<Text, 8> registered;
std::atomic<std::size_t> registered_count{0};

}  // namespace

std::string SystemErrorText(HRESULT code) {
  const std::string text = Find(kTexts, code);
  if (!text.empty()) {
    return text;
  }
  if (FAILED(code) && HRESULT_FACILITY(code) == FACILITY_HTTP) {
    const int status = HRESULT_CODE(code);
    return status < 100 || status > 599
               ? ""
               : absl::StrCat("The server answered with HTTP status ", status,
                              ".");
  }
  const bool is_win32 =
      SUCCEEDED(code) || HRESULT_FACILITY(code) == FACILITY_WIN32;
  return is_win32 ? Find(kWin32Texts, HRESULT_CODE(code)) : "";
}

ErrorTextRegistration::ErrorTextRegistration(Text text) {
  registered.at(registered_count++) = text;
}

std::string ErrorText(HRESULT code) {
  std::string text = SystemErrorText(code);
  for (std::size_t i = 0; text.empty() && i < registered_count; ++i) {
    text = registered[i](code);
  }
  return text;
}

}  // namespace convoy
