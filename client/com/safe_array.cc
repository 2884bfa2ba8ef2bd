#include <oleauto.h>

#include <cstdlib>
#include <cstring>

namespace {

// Before each array, so that its elements' kind is known.
struct Header {
  alignas(16) VARTYPE type;
};

Header* HeaderOf(SAFEARRAY* array) {
  return reinterpret_cast<Header*>(array) - 1;
}

// 0: no kind that an array may have.
ULONG ElementSize(VARTYPE type) {
  switch (type) {
    case VT_I1:
    case VT_UI1:
      return 1;
    case VT_I2:
    case VT_UI2:
    case VT_BOOL:
      return 2;
    case VT_I4:
    case VT_UI4:
    case VT_INT:
    case VT_UINT:
    case VT_R4:
    case VT_ERROR:
      return 4;
    case VT_I8:
    case VT_UI8:
    case VT_R8:
    case VT_CY:
    case VT_DATE:
    case VT_BSTR:
    case VT_UNKNOWN:
    case VT_DISPATCH:
      return 8;
    case VT_VARIANT:
      return sizeof(VARIANT);
    default:
      return 0;
  }
}

USHORT Features(VARTYPE type) {
  const USHORT base = FADF_HAVEVARTYPE;
  switch (type) {
    case VT_BSTR:
      return base | FADF_BSTR;
    case VT_UNKNOWN:
    case VT_DISPATCH:
      return base | FADF_UNKNOWN;
    case VT_VARIANT:
      return base | FADF_VARIANT;
    default:
      return base;
  }
}

void ClearElement(VARTYPE type, void* element) {
  if (type == VT_BSTR) {
    SysFreeString(*static_cast<BSTR*>(element));
  } else if (type == VT_UNKNOWN || type == VT_DISPATCH) {
    if (IUnknown* const object = *static_cast<IUnknown**>(element)) {
      object->Release();
    }
  } else if (type == VT_VARIANT) {
    VariantClear(static_cast<VARIANT*>(element));
  }
}

// `to` holds nothing.
HRESULT CopyElement(VARTYPE type, const void* from, void* to) {
  if (type == VT_BSTR) {
    const BSTR string = *static_cast<const BSTR*>(from);
    BSTR copy = nullptr;
    if (string != nullptr) {
      copy = SysAllocStringByteLen(reinterpret_cast<LPCSTR>(string),
                                   SysStringByteLen(string));
      if (copy == nullptr) {
        return E_OUTOFMEMORY;
      }
    }
    *static_cast<BSTR*>(to) = copy;
  } else if (type == VT_UNKNOWN || type == VT_DISPATCH) {
    IUnknown* const object = *static_cast<IUnknown* const*>(from);
    if (object != nullptr) {
      object->AddRef();
    }
    *static_cast<IUnknown**>(to) = object;
  } else if (type == VT_VARIANT) {
    VariantInit(static_cast<VARIANT*>(to));
    return VariantCopy(static_cast<VARIANT*>(to),
                       static_cast<const VARIANT*>(from));
  } else {
    std::memcpy(to, from, ElementSize(type));
  }
  return S_OK;
}

// nullptr: the index is outside.
char* Element(SAFEARRAY* array, LONG index) {
  const int64_t offset = int64_t{index} - array->rgsabound[0].lLbound;
  if (offset < 0 || offset >= int64_t{array->rgsabound[0].cElements}) {
    return nullptr;
  }
  return static_cast<char*>(array->pvData) + offset * array->cbElements;
}

}  // namespace

SAFEARRAY* SafeArrayCreateVector(VARTYPE type, LONG lower_bound,
                                 ULONG elements) {
  SAFEARRAYBOUND bound = {elements, lower_bound};
  return SafeArrayCreate(type, 1, &bound);
}

SAFEARRAY* SafeArrayCreate(VARTYPE type, UINT dimensions,
                           SAFEARRAYBOUND* bounds) {
  const ULONG element_size = ElementSize(type);
  if (element_size == 0 || dimensions != 1 || bounds == nullptr) {
    return nullptr;
  }
  auto* header =
      static_cast<Header*>(std::calloc(1, sizeof(Header) + sizeof(SAFEARRAY)));
  if (header == nullptr) {
    return nullptr;
  }
  header->type = type;
  auto* array = reinterpret_cast<SAFEARRAY*>(header + 1);
  array->cDims = 1;
  array->fFeatures = Features(type);
  array->cbElements = element_size;
  array->rgsabound[0] = bounds[0];
  const ULONG elements = bounds[0].cElements;
  array->pvData = std::calloc(elements == 0 ? 1 : elements, element_size);
  if (array->pvData == nullptr) {
    std::free(header);
    return nullptr;
  }
  return array;
}

HRESULT SafeArrayDestroy(SAFEARRAY* array) {
  if (array == nullptr) {
    return S_OK;
  }
  if (array->cLocks > 0) {
    return DISP_E_ARRAYISLOCKED;
  }
  for (ULONG i = 0; i < array->rgsabound[0].cElements; ++i) {
    ClearElement(HeaderOf(array)->type, static_cast<char*>(array->pvData) +
                                            std::size_t{i} * array->cbElements);
  }
  std::free(array->pvData);
  std::free(HeaderOf(array));
  return S_OK;
}

HRESULT SafeArrayCopy(SAFEARRAY* array, SAFEARRAY** copy) {
  if (array == nullptr || copy == nullptr) {
    return E_INVALIDARG;
  }
  const VARTYPE type = HeaderOf(array)->type;
  *copy = SafeArrayCreate(type, 1, array->rgsabound);
  if (*copy == nullptr) {
    return E_OUTOFMEMORY;
  }
  for (ULONG i = 0; i < array->rgsabound[0].cElements; ++i) {
    const std::size_t offset = std::size_t{i} * array->cbElements;
    const HRESULT result =
        CopyElement(type, static_cast<char*>(array->pvData) + offset,
                    static_cast<char*>((*copy)->pvData) + offset);
    if (FAILED(result)) {
      SafeArrayDestroy(*copy);
      *copy = nullptr;
      return result;
    }
  }
  return S_OK;
}

HRESULT SafeArrayLock(SAFEARRAY* array) {
  if (array == nullptr) {
    return E_INVALIDARG;
  }
  InterlockedIncrement(&array->cLocks);
  return S_OK;
}

HRESULT SafeArrayUnlock(SAFEARRAY* array) {
  if (array == nullptr || array->cLocks == 0) {
    return array == nullptr ? E_INVALIDARG : E_UNEXPECTED;
  }
  InterlockedDecrement(&array->cLocks);
  return S_OK;
}

HRESULT SafeArrayAccessData(SAFEARRAY* array, void** data) {
  if (array == nullptr || data == nullptr) {
    return E_INVALIDARG;
  }
  *data = array->pvData;
  return SafeArrayLock(array);
}

HRESULT SafeArrayUnaccessData(SAFEARRAY* array) {
  return SafeArrayUnlock(array);
}

HRESULT SafeArrayGetLBound(SAFEARRAY* array, UINT dimension, LONG* bound) {
  if (array == nullptr || bound == nullptr) {
    return E_INVALIDARG;
  }
  if (dimension != 1) {
    return DISP_E_BADINDEX;
  }
  *bound = array->rgsabound[0].lLbound;
  return S_OK;
}

HRESULT SafeArrayGetUBound(SAFEARRAY* array, UINT dimension, LONG* bound) {
  const HRESULT result = SafeArrayGetLBound(array, dimension, bound);
  if (SUCCEEDED(result)) {
    *bound += static_cast<LONG>(array->rgsabound[0].cElements) - 1;
  }
  return result;
}

HRESULT SafeArrayGetVartype(SAFEARRAY* array, VARTYPE* type) {
  if (array == nullptr || type == nullptr) {
    return E_INVALIDARG;
  }
  *type = HeaderOf(array)->type;
  return S_OK;
}

HRESULT SafeArrayGetElement(SAFEARRAY* array, LONG* index, void* element) {
  if (array == nullptr || index == nullptr || element == nullptr) {
    return E_INVALIDARG;
  }
  const char* const from = Element(array, *index);
  return from == nullptr ? DISP_E_BADINDEX
                         : CopyElement(HeaderOf(array)->type, from, element);
}

HRESULT SafeArrayPutElement(SAFEARRAY* array, LONG* index, void* element) {
  if (array == nullptr || index == nullptr) {
    return E_INVALIDARG;
  }
  char* const to = Element(array, *index);
  if (to == nullptr) {
    return DISP_E_BADINDEX;
  }
  const VARTYPE type = HeaderOf(array)->type;
  // Strings and objects are handed over themselves, other values by pointer.
  const bool is_pointer =
      type == VT_BSTR || type == VT_UNKNOWN || type == VT_DISPATCH;
  if (element == nullptr && !is_pointer) {
    return E_INVALIDARG;
  }
  ClearElement(type, to);
  std::memset(to, 0, array->cbElements);
  return CopyElement(type, is_pointer ? static_cast<void*>(&element) : element,
                     to);
}

UINT SafeArrayGetDim(SAFEARRAY* array) {
  return array == nullptr ? 0 : array->cDims;
}

UINT SafeArrayGetElemsize(SAFEARRAY* array) {
  return array == nullptr ? 0 : array->cbElements;
}
