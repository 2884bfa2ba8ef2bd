// CComPtr, CComQIPtr, CComBSTR, CComVariant, CComHeapPtr.
#ifndef CONVOY_COMPAT_ATLCOMCLI_H_
#define CONVOY_COMPAT_ATLCOMCLI_H_

#include <ole2.h>
#include <stringapiset.h>

#include <cstddef>
#include <new>
#include <utility>

namespace ATL {

template <typename T>
class CComPtr {
 public:
  CComPtr() noexcept = default;
  CComPtr(T* other) noexcept : p(other) { AddRefIfAny(); }
  CComPtr(const CComPtr& other) noexcept : p(other.p) { AddRefIfAny(); }
  CComPtr(CComPtr&& other) noexcept : p(other.Detach()) {}
  ~CComPtr() { Release(); }

  CComPtr& operator=(T* other) noexcept {
    CComPtr(other).Swap(*this);
    return *this;
  }
  CComPtr& operator=(const CComPtr& other) noexcept {
    CComPtr(other).Swap(*this);
    return *this;
  }
  CComPtr& operator=(CComPtr&& other) noexcept {
    CComPtr(std::move(other)).Swap(*this);
    return *this;
  }
  // Asks the other object for T; empty if it does not offer it.
  template <typename U>
  CComPtr& operator=(const CComPtr<U>& other) noexcept {
    CComPtr asked;
    asked.Query(other.p);
    asked.Swap(*this);
    return *this;
  }

  operator T*() const noexcept { return p; }
  T& operator*() const noexcept { return *p; }
  T* operator->() const noexcept { return p; }
  // REQUIRES: empty.
  T** operator&() noexcept { return &p; }
  bool operator!() const noexcept { return p == nullptr; }
  bool operator==(T* other) const noexcept { return p == other; }
  bool operator!=(T* other) const noexcept { return p != other; }

  void Swap(CComPtr& other) noexcept { std::swap(p, other.p); }
  void Release() noexcept {
    if (T* old = std::exchange(p, nullptr)) {
      old->Release();
    }
  }
  void Attach(T* other) noexcept {
    Release();
    p = other;
  }
  T* Detach() noexcept { return std::exchange(p, nullptr); }
  HRESULT CopyTo(T** to) noexcept {
    if (to == nullptr) {
      return E_POINTER;
    }
    *to = p;
    AddRefIfAny();
    return S_OK;
  }
  HRESULT CoCreateInstance(REFCLSID clsid, IUnknown* outer = nullptr,
                           DWORD context = CLSCTX_ALL) noexcept {
    return ::CoCreateInstance(clsid, outer, context, __uuidof(T),
                              reinterpret_cast<void**>(&p));
  }
  template <typename Q>
  HRESULT QueryInterface(Q** to) const noexcept {
    return p->QueryInterface(__uuidof(Q), reinterpret_cast<void**>(to));
  }
  bool IsEqualObject(IUnknown* other) noexcept {
    CComPtr<IUnknown> mine;
    CComPtr<IUnknown> its;
    if (p != nullptr) {
      QueryInterface(&mine.p);
    }
    if (other != nullptr) {
      other->QueryInterface(__uuidof(IUnknown),
                            reinterpret_cast<void**>(&its.p));
    }
    return mine.p == its.p;
  }

  T* p = nullptr;

 protected:
  // REQUIRES: empty.
  void Query(IUnknown* other) noexcept {
    if (other != nullptr) {
      other->QueryInterface(__uuidof(T), reinterpret_cast<void**>(&p));
    }
  }

 private:
  void AddRefIfAny() const noexcept {
    if (p != nullptr) {
      p->AddRef();
    }
  }
};

// Holds the interface T of whatever it is given, or nothing.
template <typename T>
class CComQIPtr : public CComPtr<T> {
 public:
  CComQIPtr() noexcept = default;
  CComQIPtr(T* other) noexcept : CComPtr<T>(other) {}
  CComQIPtr(const CComQIPtr& other) noexcept = default;
  template <typename U>
  CComQIPtr(U* other) noexcept {
    this->Query(other);
  }
  template <typename U>
  CComQIPtr(const CComPtr<U>& other) noexcept {
    this->Query(other.p);
  }
  CComQIPtr& operator=(const CComQIPtr& other) noexcept = default;
  CComQIPtr& operator=(T* other) noexcept {
    CComPtr<T>::operator=(other);
    return *this;
  }
  // The old object goes last: it may be what `other` lives by.
  template <typename U>
  CComQIPtr& operator=(U* other) noexcept {
    CComQIPtr(other).Swap(*this);
    return *this;
  }
  template <typename U>
  CComQIPtr& operator=(const CComPtr<U>& other) noexcept {
    CComQIPtr(other).Swap(*this);
    return *this;
  }
};

class CComBSTR {
 public:
  CComBSTR() noexcept = default;
  CComBSTR(LPCOLESTR text) : m_str(SysAllocString(text)) {}
  // UTF-8.
  CComBSTR(LPCSTR text) : m_str(FromUtf8(text)) {}
  CComBSTR(const CComBSTR& other) : m_str(other.Copy()) {}
  CComBSTR(CComBSTR&& other) noexcept : m_str(other.Detach()) {}
  ~CComBSTR() { SysFreeString(m_str); }
  CComBSTR& operator=(const CComBSTR& other) {
    if (this != &other) {
      Attach(other.Copy());
    }
    return *this;
  }
  CComBSTR& operator=(LPCOLESTR text) {
    Attach(SysAllocString(text));
    return *this;
  }

  operator BSTR() const noexcept { return m_str; }
  // REQUIRES: empty.
  BSTR* operator&() noexcept { return &m_str; }
  bool operator!() const noexcept { return m_str == nullptr; }
  unsigned int Length() const noexcept { return SysStringLen(m_str); }
  BSTR Copy() const {
    return m_str == nullptr ? nullptr
                            : SysAllocStringLen(m_str, SysStringLen(m_str));
  }
  void Attach(BSTR other) noexcept {
    SysFreeString(m_str);
    m_str = other;
  }
  BSTR Detach() noexcept { return std::exchange(m_str, nullptr); }
  void Empty() noexcept { Attach(nullptr); }

  static BSTR FromUtf8(LPCSTR text) {
    if (text == nullptr) {
      return nullptr;
    }
    const int size = MultiByteToWideChar(CP_UTF8, 0, text, -1, nullptr, 0);
    const BSTR wide = SysAllocStringLen(nullptr, size - 1);
    if (wide != nullptr) {
      MultiByteToWideChar(CP_UTF8, 0, text, -1, wide, size);
    }
    return wide;
  }

  BSTR m_str = nullptr;
};

// A number's kind is that of its size here: `long` is VT_I8, LONG is VT_I4.
class CComVariant : public tagVARIANT {
 public:
  CComVariant() { VariantInit(this); }
  CComVariant(const VARIANT& other) : CComVariant() {
    VariantCopy(this, &other);
  }
  CComVariant(const CComVariant& other)
      : CComVariant(static_cast<const VARIANT&>(other)) {}
  CComVariant(LPCOLESTR text) {
    Begin(VT_BSTR);
    bstrVal = SysAllocString(text);
  }
  // UTF-8.
  CComVariant(LPCSTR text) {
    Begin(VT_BSTR);
    bstrVal = CComBSTR::FromUtf8(text);
  }
  CComVariant(bool value) {
    Begin(VT_BOOL);
    boolVal = value ? VARIANT_TRUE : VARIANT_FALSE;
  }
  CComVariant(char value) {
    Begin(VT_I1);
    cVal = value;
  }
  CComVariant(BYTE value) {
    Begin(VT_UI1);
    bVal = value;
  }
  CComVariant(short value) {
    Begin(VT_I2);
    iVal = value;
  }
  CComVariant(unsigned short value) {
    Begin(VT_UI2);
    uiVal = value;
  }
  CComVariant(int value, VARTYPE kind = VT_I4) {
    Begin(kind);
    lVal = value;
  }
  CComVariant(unsigned int value) {
    Begin(VT_UI4);
    ulVal = value;
  }
  CComVariant(long value) : CComVariant(static_cast<long long>(value)) {}
  CComVariant(unsigned long value)
      : CComVariant(static_cast<unsigned long long>(value)) {}
  CComVariant(long long value) {
    Begin(VT_I8);
    llVal = value;
  }
  CComVariant(unsigned long long value) {
    Begin(VT_UI8);
    ullVal = value;
  }
  CComVariant(float value) {
    Begin(VT_R4);
    fltVal = value;
  }
  CComVariant(double value) {
    Begin(VT_R8);
    dblVal = value;
  }
  CComVariant(IUnknown* value) {
    Begin(VT_UNKNOWN);
    punkVal = value;
    if (value != nullptr) {
      value->AddRef();
    }
  }
  ~CComVariant() { Clear(); }
  CComVariant& operator=(const CComVariant& other) {
    VariantCopy(this, &other);
    return *this;
  }
  HRESULT Clear() { return VariantClear(this); }

 private:
  void Begin(VARTYPE kind) {
    VariantInit(this);
    vt = kind;
  }
};

// Owns CoTaskMemAlloc's memory.
template <typename T>
class CComHeapPtr {
 public:
  CComHeapPtr() noexcept = default;
  explicit CComHeapPtr(T* memory) noexcept : m_pData(memory) {}
  CComHeapPtr(CComHeapPtr&& other) noexcept : m_pData(other.Detach()) {}
  ~CComHeapPtr() { Free(); }
  CComHeapPtr& operator=(CComHeapPtr&& other) noexcept {
    std::swap(m_pData, other.m_pData);
    return *this;
  }

  operator T*() const noexcept { return m_pData; }
  T* operator->() const noexcept { return m_pData; }
  // REQUIRES: empty.
  T** operator&() noexcept { return &m_pData; }
  // False: there is no memory. REQUIRES: empty.
  bool Allocate(std::size_t elements = 1) noexcept {
    return AllocateBytes(elements * sizeof(T));
  }
  bool AllocateBytes(std::size_t size) noexcept {
    m_pData = static_cast<T*>(CoTaskMemAlloc(size));
    return m_pData != nullptr;
  }
  void Free() noexcept { CoTaskMemFree(Detach()); }
  void Attach(T* memory) noexcept {
    Free();
    m_pData = memory;
  }
  T* Detach() noexcept { return std::exchange(m_pData, nullptr); }

  T* m_pData = nullptr;
};

}  // namespace ATL

#ifndef _ATL_NO_AUTOMATIC_NAMESPACE
using namespace ATL;
#endif

#endif  // CONVOY_COMPAT_ATLCOMCLI_H_
