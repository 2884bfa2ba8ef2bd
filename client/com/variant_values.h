#ifndef CONVOY_CLIENT_COM_VARIANT_VALUES_H_
#define CONVOY_CLIENT_COM_VARIANT_VALUES_H_

#include <oleauto.h>
#include <wrl/client.h>

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace convoy {

// Values of properties. The caller's VARIANT stays the caller's; VT_BYREF is
// followed. Nothing: it has another type.

// BSTR; NULL is the empty text.
std::optional<std::string> TextIn(const VARIANT& value);
// UI4, and I4, UINT, INT that are not negative.
std::optional<std::uint32_t> NumberIn(const VARIANT& value);
// UI8, I8 and those of NumberIn.
std::optional<std::uint64_t> LargeNumberIn(const VARIANT& value);
std::optional<bool> BoolIn(const VARIANT& value);
// ARRAY | UI1.
std::optional<std::string> BytesIn(const VARIANT& value);

// The interface of the object in `value`; NULL and VT_EMPTY are allowed.
// E_INVALIDARG: it is no object, or has no such interface.
template <typename Interface>
HRESULT ObjectIn(const VARIANT& value,
                 Microsoft::WRL::ComPtr<Interface>& object) {
  object.Reset();
  IUnknown* unknown;
  if (value.vt == VT_UNKNOWN) {
    unknown = value.punkVal;
  } else if (value.vt == (VT_UNKNOWN | VT_BYREF) && value.ppunkVal != nullptr) {
    unknown = *value.ppunkVal;
  } else {
    return value.vt == VT_EMPTY ? S_OK : E_INVALIDARG;
  }
  if (unknown == nullptr) return S_OK;
  return FAILED(unknown->QueryInterface(
             __uuidof(Interface),
             reinterpret_cast<void**>(object.ReleaseAndGetAddressOf())))
             ? E_INVALIDARG
             : S_OK;
}

// Each makes a value in `*value`, whatever it held: the caller clears it.
// S_OK, or E_OUTOFMEMORY with VT_EMPTY.
HRESULT GiveText(absl::string_view utf8, VARIANT* value);
HRESULT GiveNumber(std::uint32_t number, VARIANT* value);
HRESULT GiveLargeNumber(std::uint64_t number, VARIANT* value);
HRESULT GiveBool(bool is_true, VARIANT* value);
// With a reference of its own; NULL is one too.
HRESULT GiveObject(IUnknown* object, VARIANT* value);

}  // namespace convoy

#endif  // CONVOY_CLIENT_COM_VARIANT_VALUES_H_
