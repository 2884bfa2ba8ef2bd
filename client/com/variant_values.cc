#include "client/com/variant_values.h"

#include "client/com/wide_text.h"

namespace convoy {
namespace {

// A copy of a VARIANT that is no reference.
class Value {
 public:
  explicit Value(const VARIANT& from) {
    VariantInit(&value_);
    is_valid_ = SUCCEEDED(VariantCopyInd(&value_, &from));
  }
  ~Value() { VariantClear(&value_); }
  Value(const Value&) = delete;
  Value& operator=(const Value&) = delete;

  bool Is(VARTYPE type) const { return is_valid_ && value_.vt == type; }
  const VARIANT& get() const { return value_; }

 private:
  VARIANT value_;
  bool is_valid_;
};

}  // namespace

std::optional<std::string> TextIn(const VARIANT& value) {
  const Value copy(value);
  if (!copy.Is(VT_BSTR)) return std::nullopt;
  const BSTR text = copy.get().bstrVal;
  bool valid = false;
  std::string utf8 = Utf8FromWide(
      std::wstring_view(text == nullptr ? L"" : text, SysStringLen(text)),
      &valid);
  if (!valid) return std::nullopt;
  return utf8;
}

std::optional<std::uint32_t> NumberIn(const VARIANT& value) {
  const Value copy(value);
  if (copy.Is(VT_UI4) || copy.Is(VT_UINT)) return copy.get().ulVal;
  const bool is_signed = copy.Is(VT_I4) || copy.Is(VT_INT);
  if (!is_signed || copy.get().lVal < 0) return std::nullopt;
  return static_cast<std::uint32_t>(copy.get().lVal);
}

std::optional<std::uint64_t> LargeNumberIn(const VARIANT& value) {
  const Value copy(value);
  if (copy.Is(VT_UI8)) return copy.get().ullVal;
  if (copy.Is(VT_I8) && copy.get().llVal >= 0) {
    return static_cast<std::uint64_t>(copy.get().llVal);
  }
  return NumberIn(value);
}

std::optional<bool> BoolIn(const VARIANT& value) {
  const Value copy(value);
  if (!copy.Is(VT_BOOL)) return std::nullopt;
  return copy.get().boolVal != VARIANT_FALSE;
}

std::optional<std::string> BytesIn(const VARIANT& value) {
  const Value copy(value);
  if (!copy.Is(VT_ARRAY | VT_UI1)) return std::nullopt;
  if (copy.get().parray == nullptr) return std::string();
  LONG first = 0;
  LONG last = -1;
  void* data = nullptr;
  if (FAILED(SafeArrayGetLBound(copy.get().parray, 1, &first)) ||
      FAILED(SafeArrayGetUBound(copy.get().parray, 1, &last)) ||
      FAILED(SafeArrayAccessData(copy.get().parray, &data))) {
    return std::nullopt;
  }
  std::string bytes(static_cast<const char*>(data),
                    static_cast<std::size_t>(last - first + 1));
  SafeArrayUnaccessData(copy.get().parray);
  return bytes;
}

HRESULT GiveText(absl::string_view utf8, VARIANT* value) {
  VariantInit(value);
  const std::wstring wide = WideFromUtf8({utf8.data(), utf8.size()});
  const BSTR text =
      SysAllocStringLen(wide.data(), static_cast<UINT>(wide.size()));
  if (text == nullptr) return E_OUTOFMEMORY;
  value->vt = VT_BSTR;
  value->bstrVal = text;
  return S_OK;
}

HRESULT GiveNumber(std::uint32_t number, VARIANT* value) {
  VariantInit(value);
  value->vt = VT_UI4;
  value->ulVal = number;
  return S_OK;
}

HRESULT GiveLargeNumber(std::uint64_t number, VARIANT* value) {
  VariantInit(value);
  value->vt = VT_UI8;
  value->ullVal = number;
  return S_OK;
}

HRESULT GiveBool(bool is_true, VARIANT* value) {
  VariantInit(value);
  value->vt = VT_BOOL;
  value->boolVal = is_true ? VARIANT_TRUE : VARIANT_FALSE;
  return S_OK;
}

HRESULT GiveObject(IUnknown* object, VARIANT* value) {
  VariantInit(value);
  value->vt = VT_UNKNOWN;
  value->punkVal = object;
  if (object != nullptr) object->AddRef();
  return S_OK;
}

}  // namespace convoy
