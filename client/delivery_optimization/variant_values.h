#ifndef CONVOY_CLIENT_DELIVERY_OPTIMIZATION_VARIANT_VALUES_H_
#define CONVOY_CLIENT_DELIVERY_OPTIMIZATION_VARIANT_VALUES_H_

#include <oleauto.h>

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace convoy::delivery_optimization {

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

// Each makes a value in `*value`, whatever it held: the caller clears it.
// S_OK, or E_OUTOFMEMORY with VT_EMPTY.
HRESULT GiveText(absl::string_view utf8, VARIANT* value);
HRESULT GiveNumber(std::uint32_t number, VARIANT* value);
HRESULT GiveLargeNumber(std::uint64_t number, VARIANT* value);
HRESULT GiveBool(bool is_true, VARIANT* value);
// With a reference of its own; NULL is one too.
HRESULT GiveObject(IUnknown* object, VARIANT* value);

}  // namespace convoy::delivery_optimization

#endif  // CONVOY_CLIENT_DELIVERY_OPTIMIZATION_VARIANT_VALUES_H_
