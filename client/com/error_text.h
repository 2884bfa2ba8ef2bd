#ifndef CONVOY_CLIENT_COM_ERROR_TEXT_H_
#define CONVOY_CLIENT_COM_ERROR_TEXT_H_

#include <winnt.h>

#include <string>

namespace convoy {

// The English sentence for a code of COM, Win32 or HTTP (0x80190000 + status).
// Empty: none is known.
std::string SystemErrorText(HRESULT code);

// Adds the texts of a library's own codes to FormatMessage: `text` is asked for
// codes that SystemErrorText does not know, and answers an empty text for those
// it does not know either. At most 8; while static variables are initialised.
struct ErrorTextRegistration {
  explicit ErrorTextRegistration(std::string (*text)(HRESULT code));
};

// With the registered texts.
std::string ErrorText(HRESULT code);

}  // namespace convoy

#endif  // CONVOY_CLIENT_COM_ERROR_TEXT_H_
