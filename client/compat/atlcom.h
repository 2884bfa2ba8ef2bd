// Classes of a program that are objects of COM:
//
//   class ATL_NO_VTABLE Callback
//       : public CComObjectRootEx<CComMultiThreadModel>, public IExample {
//     BEGIN_COM_MAP(Callback)
//     COM_INTERFACE_ENTRY(IExample)
//     END_COM_MAP()
//     ...
//   };
//   CComObject<Callback>* callback;      its count is 0
//   HRESULT hr = CComObject<Callback>::CreateInstance(&callback);
#ifndef CONVOY_COMPAT_ATLCOM_H_
#define CONVOY_COMPAT_ATLCOM_H_

#include <atlbase.h>

#include <mutex>

#define ATL_NO_VTABLE
#define DECLARE_PROTECT_FINAL_CONSTRUCT()
#define DECLARE_NOT_AGGREGATABLE(object)

namespace ATL {

class CComMultiThreadModel {
 public:
  static ULONG Increment(LONG* number) { return InterlockedIncrement(number); }
  static ULONG Decrement(LONG* number) { return InterlockedDecrement(number); }
  using Lock = std::recursive_mutex;
};
class CComSingleThreadModel {
 public:
  static ULONG Increment(LONG* number) { return ++*number; }
  static ULONG Decrement(LONG* number) { return --*number; }
  struct Lock {
    void lock() {}
    void unlock() {}
  };
};
using CComObjectThreadModel = CComMultiThreadModel;
using CComGlobalsThreadModel = CComMultiThreadModel;

// The count, the lock, and what a derived class may replace.
template <typename ThreadModel>
class CComObjectRootEx {
 public:
  ULONG InternalAddRef() { return ThreadModel::Increment(&m_dwRef); }
  ULONG InternalRelease() { return ThreadModel::Decrement(&m_dwRef); }
  void Lock() { lock_.lock(); }
  void Unlock() { lock_.unlock(); }
  // After the constructor; what fails destroys the object.
  HRESULT FinalConstruct() { return S_OK; }
  // Before the destructor.
  void FinalRelease() {}

 protected:
  LONG m_dwRef = 0;

 private:
  typename ThreadModel::Lock lock_;
};

// An object of the class Base: counts, and is deleted by its last Release.
template <typename Base>
class CComObject : public Base {
 public:
  explicit CComObject(void* = nullptr) noexcept {}
  virtual ~CComObject() { this->FinalRelease(); }

  ULONG STDMETHODCALLTYPE AddRef() override { return this->InternalAddRef(); }
  ULONG STDMETHODCALLTYPE Release() override {
    const ULONG left = this->InternalRelease();
    if (left == 0) {
      delete this;
    }
    return left;
  }
  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID riid,
                                           void** object) override {
    return this->_InternalQueryInterface(riid, object);
  }
  template <typename Q>
  HRESULT STDMETHODCALLTYPE QueryInterface(Q** object) {
    return QueryInterface(__uuidof(Q), reinterpret_cast<void**>(object));
  }

  // The object's count is 0.
  static HRESULT WINAPI CreateInstance(CComObject** to) noexcept {
    if (to == nullptr) {
      return E_POINTER;
    }
    *to = nullptr;
    CComObject* const made = new (std::nothrow) CComObject;
    if (made == nullptr) {
      return E_OUTOFMEMORY;
    }
    // So that FinalConstruct may use references of it.
    made->InternalAddRef();
    const HRESULT result = made->FinalConstruct();
    made->InternalRelease();
    if (FAILED(result)) {
      delete made;
      return result;
    }
    *to = made;
    return S_OK;
  }
};

// There is no module whose objects are counted: both are the same.
template <typename Base>
using CComObjectNoLock = CComObject<Base>;

}  // namespace ATL

// What QueryInterface answers; the first entry is the object's IUnknown.
#define BEGIN_COM_MAP(class_)                                   \
 public:                                                        \
  HRESULT _InternalQueryInterface(REFIID riid, void** object) { \
    if (object == nullptr) {                                    \
      return E_POINTER;                                         \
    }                                                           \
    *object = nullptr;                                          \
    IUnknown* found = nullptr;                                  \
    const bool any = riid == __uuidof(IUnknown);
#define COM_INTERFACE_ENTRY(interface_) \
  COM_INTERFACE_ENTRY_IID(__uuidof(interface_), interface_)
#define COM_INTERFACE_ENTRY_IID(iid, interface_)  \
  if (found == nullptr && (any || riid == iid)) { \
    found = static_cast<interface_*>(this);       \
    *object = static_cast<interface_*>(this);     \
  }
// interface_, of which the object has many, by way of `by`.
#define COM_INTERFACE_ENTRY2(interface_, by)                       \
  if (found == nullptr && (any || riid == __uuidof(interface_))) { \
    found = static_cast<interface_*>(static_cast<by*>(this));      \
    *object = static_cast<interface_*>(static_cast<by*>(this));    \
  }
// The last three, so that a class with many interfaces may call them. A program
// need not say override where these do not.
#ifdef __clang__
#define CONVOY_OVERRIDES_BEGIN     \
  _Pragma("clang diagnostic push") \
      _Pragma("clang diagnostic ignored \"-Winconsistent-missing-override\"")
#define CONVOY_OVERRIDES_END _Pragma("clang diagnostic pop")
#else
#define CONVOY_OVERRIDES_BEGIN
#define CONVOY_OVERRIDES_END
#endif
#define END_COM_MAP()                                                  \
  if (found == nullptr) {                                              \
    return E_NOINTERFACE;                                              \
  }                                                                    \
  found->AddRef();                                                     \
  return S_OK;                                                         \
  }                                                                    \
  CONVOY_OVERRIDES_BEGIN                                               \
  virtual ULONG STDMETHODCALLTYPE AddRef() = 0;                        \
  virtual ULONG STDMETHODCALLTYPE Release() = 0;                       \
  virtual HRESULT STDMETHODCALLTYPE QueryInterface(REFIID riid,        \
                                                   void** object) = 0; \
  CONVOY_OVERRIDES_END

#ifndef _ATL_NO_AUTOMATIC_NAMESPACE
using namespace ATL;
#endif

#endif  // CONVOY_COMPAT_ATLCOM_H_
