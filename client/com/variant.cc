#include <oleauto.h>

#include <cstring>

namespace {

// Kinds whose value is in the VARIANT itself.
bool IsPlain(VARTYPE type) {
  switch (type) {
    case VT_EMPTY:
    case VT_NULL:
    case VT_I1:
    case VT_I2:
    case VT_I4:
    case VT_I8:
    case VT_UI1:
    case VT_UI2:
    case VT_UI4:
    case VT_UI8:
    case VT_INT:
    case VT_UINT:
    case VT_R4:
    case VT_R8:
    case VT_BOOL:
    case VT_CY:
    case VT_DATE:
    case VT_DECIMAL:
    case VT_ERROR:
      return true;
    default:
      return false;
  }
}

bool IsKnown(VARTYPE type) {
  const VARTYPE base = type & VT_TYPEMASK;
  if ((type & ~(VT_TYPEMASK | VT_ARRAY | VT_BYREF)) != 0) {
    return false;
  }
  return IsPlain(base) || base == VT_BSTR || base == VT_UNKNOWN ||
         base == VT_DISPATCH || (base == VT_VARIANT && base != type);
}

// Makes what `variant`, a copy by bits of another one, holds its own.
HRESULT Own(VARIANT* variant) {
  if ((variant->vt & VT_BYREF) != 0 || IsPlain(variant->vt)) {
    return S_OK;
  }
  if ((variant->vt & VT_ARRAY) != 0) {
    SAFEARRAY* const array = variant->parray;
    variant->parray = nullptr;
    return array == nullptr ? S_OK : SafeArrayCopy(array, &variant->parray);
  }
  if (variant->vt == VT_BSTR) {
    if (variant->bstrVal == nullptr) {
      return S_OK;
    }
    variant->bstrVal =
        SysAllocStringByteLen(reinterpret_cast<LPCSTR>(variant->bstrVal),
                              SysStringByteLen(variant->bstrVal));
    return variant->bstrVal == nullptr ? E_OUTOFMEMORY : S_OK;
  }
  if (variant->punkVal != nullptr) {
    variant->punkVal->AddRef();
  }
  return S_OK;
}

// What a VT_BYREF variant points to, as a value that is not owned.
HRESULT Follow(const VARIANT* from, VARIANT* value) {
  if (from->byref == nullptr) {
    return E_INVALIDARG;
  }
  const VARTYPE type = from->vt & ~VT_BYREF;
  if (type == VT_VARIANT) {
    *value = *from->pvarVal;
    return (value->vt & VT_BYREF) == 0 ? S_OK : E_INVALIDARG;
  }
  value->vt = type;
  if ((type & VT_ARRAY) != 0) {
    value->parray = *from->pparray;
    return S_OK;
  }
  switch (type) {
    case VT_I1:
    case VT_UI1:
      value->bVal = *from->pbVal;
      return S_OK;
    case VT_I2:
    case VT_UI2:
    case VT_BOOL:
      value->iVal = *from->piVal;
      return S_OK;
    case VT_I4:
    case VT_UI4:
    case VT_INT:
    case VT_UINT:
    case VT_R4:
    case VT_ERROR:
      std::memcpy(&value->lVal, from->byref, sizeof(LONG));
      return S_OK;
    case VT_DECIMAL: {
      value->decVal = *static_cast<const DECIMAL*>(from->byref);
      value->vt = type;
      return S_OK;
    }
    default:
      // Eight bytes: I8, UI8, R8, CY, DATE and pointers.
      std::memcpy(&value->llVal, from->byref, sizeof(LONGLONG));
      return S_OK;
  }
}

}  // namespace

void VariantInit(VARIANT* variant) {
  if (variant != nullptr) {
    std::memset(variant, 0, sizeof(*variant));
  }
}

HRESULT VariantClear(VARIANT* variant) {
  if (variant == nullptr) {
    return E_INVALIDARG;
  }
  if (!IsKnown(variant->vt)) {
    return DISP_E_BADVARTYPE;
  }
  if ((variant->vt & VT_BYREF) == 0) {
    if ((variant->vt & VT_ARRAY) != 0) {
      if (variant->parray != nullptr) {
        const HRESULT result = SafeArrayDestroy(variant->parray);
        if (FAILED(result)) {
          return result;
        }
      }
    } else if (variant->vt == VT_BSTR) {
      SysFreeString(variant->bstrVal);
    } else if ((variant->vt == VT_UNKNOWN || variant->vt == VT_DISPATCH) &&
               variant->punkVal != nullptr) {
      variant->punkVal->Release();
    }
  }
  VariantInit(variant);
  return S_OK;
}

HRESULT VariantCopy(VARIANT* to, const VARIANT* from) {
  if (to == nullptr || from == nullptr) {
    return E_INVALIDARG;
  }
  if (to == from) {
    return S_OK;
  }
  if (!IsKnown(from->vt)) {
    return DISP_E_BADVARTYPE;
  }
  VARIANT copy = *from;
  HRESULT result = Own(&copy);
  if (SUCCEEDED(result)) {
    result = VariantClear(to);
  }
  if (FAILED(result)) {
    return result;
  }
  *to = copy;
  return S_OK;
}

HRESULT VariantCopyInd(VARIANT* to, const VARIANT* from) {
  if (to == nullptr || from == nullptr) {
    return E_INVALIDARG;
  }
  if ((from->vt & VT_BYREF) == 0) {
    return VariantCopy(to, from);
  }
  if (!IsKnown(from->vt)) {
    return DISP_E_BADVARTYPE;
  }
  VARIANT value;
  VariantInit(&value);
  const HRESULT result = Follow(from, &value);
  return FAILED(result) ? result : VariantCopy(to, &value);
}
