// CComPtr, CComQIPtr, CComBSTR, CComVariant.
#ifndef CONVOY_COMPAT_ATLCOMCLI_H_
#define CONVOY_COMPAT_ATLCOMCLI_H_

#include <ole2.h>

#include <new>
#include <utility>

namespace ATL {

template <typename T>
class CComPtr {
 public:
  CComPtr() noexcept = default;
  CComPtr(std::nullptr_t) noexcept {}
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
    Query(other);
  }
  template <typename U>
  CComQIPtr(const CComPtr<U>& other) noexcept {
    Query(other.p);
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

 private:
  template <typename U>
  void Query(U* other) noexcept {
    if (other != nullptr) {
      other->QueryInterface(__uuidof(T), reinterpret_cast<void**>(&this->p));
    }
  }
};

class CComBSTR {
 public:
  CComBSTR() noexcept = default;
  CComBSTR(LPCOLESTR text) : m_str(SysAllocString(text)) {}
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

  BSTR m_str = nullptr;
};

class CComVariant : public tagVARIANT {
 public:
  CComVariant() { VariantInit(this); }
  CComVariant(const VARIANT& other) {
    VariantInit(this);
    VariantCopy(this, &other);
  }
  CComVariant(const CComVariant& other) : tagVARIANT() {
    VariantInit(this);
    VariantCopy(this, &other);
  }
  CComVariant(LPCOLESTR text) {
    VariantInit(this);
    vt = VT_BSTR;
    bstrVal = SysAllocString(text);
  }
  CComVariant(bool value) {
    VariantInit(this);
    vt = VT_BOOL;
    boolVal = value ? VARIANT_TRUE : VARIANT_FALSE;
  }
  CComVariant(int value) {
    VariantInit(this);
    vt = VT_I4;
    lVal = value;
  }
  CComVariant(unsigned int value) {
    VariantInit(this);
    vt = VT_UI4;
    ulVal = value;
  }
  CComVariant(unsigned long long value) {
    VariantInit(this);
    vt = VT_UI8;
    ullVal = value;
  }
  CComVariant(IUnknown* value) {
    VariantInit(this);
    vt = VT_UNKNOWN;
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
};

}  // namespace ATL

#ifndef _ATL_NO_AUTOMATIC_NAMESPACE
using namespace ATL;
#endif

#endif  // CONVOY_COMPAT_ATLCOMCLI_H_
