// RuntimeClass: QueryInterface, AddRef and Release for a class of classic COM.
//
//   class Callback
//       : public RuntimeClass<RuntimeClassFlags<ClassicCom>, IExample> {...};
//   ComPtr<Callback> callback = Make<Callback>(arguments);
#ifndef CONVOY_COMPAT_WRL_IMPLEMENTS_H_
#define CONVOY_COMPAT_WRL_IMPLEMENTS_H_

#include <wrl/client.h>

#include <atomic>
#include <new>

namespace Microsoft {
namespace WRL {

enum RuntimeClassType {
  WinRt = 0x1,
  ClassicCom = 0x2,
  WinRtClassicComMix = WinRt | ClassicCom,
  InhibitWeakReference = 0x4,
  InhibitFtmBase = 0x8,
  InhibitRoOriginateError = 0x10
};

template <unsigned int flags>
struct RuntimeClassFlags {};

// Every object here can be called from any thread, so this adds nothing.
struct FtmBase {};

namespace Details {

// Finds an interface by its id in the classes that an object derives from.
template <typename... Interfaces>
struct InterfaceList;

}  // namespace Details

// One derivation: the object derives from First; the others, which First
// derives from, are answered too.
template <typename First, typename... Bases>
struct ChainInterfaces : public First {
  void* FindInterface(REFIID riid) noexcept {
    if (riid == __uuidof(First)) {
      return static_cast<First*>(this);
    }
    void* found = nullptr;
    using Expand = int[];
    static_cast<void>(Expand{
        0, ((found == nullptr && riid == __uuidof(Bases))
                ? (found = static_cast<Bases*>(static_cast<First*>(this)), 0)
                : 0)...});
    return found;
  }
  IUnknown* FirstUnknown() noexcept { return static_cast<First*>(this); }
};

namespace Details {

template <typename T>
struct InterfaceHolder : public T {
  void* FindInterface(REFIID riid) noexcept {
    return riid == __uuidof(T) ? static_cast<T*>(this) : nullptr;
  }
  IUnknown* FirstUnknown() noexcept { return static_cast<T*>(this); }
};
template <typename First, typename... Bases>
struct InterfaceHolder<ChainInterfaces<First, Bases...>>
    : public ChainInterfaces<First, Bases...> {};
template <>
struct InterfaceHolder<FtmBase> {
  void* FindInterface(REFIID) noexcept { return nullptr; }
};

template <>
struct InterfaceList<> {
  void* FindInterface(REFIID) noexcept { return nullptr; }
};
template <typename First, typename... Rest>
struct InterfaceList<First, Rest...> : public InterfaceHolder<First>,
                                       public InterfaceList<Rest...> {
  void* FindInterface(REFIID riid) noexcept {
    void* found = InterfaceHolder<First>::FindInterface(riid);
    return found != nullptr ? found
                            : InterfaceList<Rest...>::FindInterface(riid);
  }
  IUnknown* FirstUnknown() noexcept {
    return InterfaceHolder<First>::FirstUnknown();
  }
};

template <typename... Interfaces>
class RuntimeClassImpl : public InterfaceList<Interfaces...> {
 public:
  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID riid, void** object) {
    if (object == nullptr) {
      return E_POINTER;
    }
    *object = riid == __uuidof(IUnknown)
                  ? this->FirstUnknown()
                  : InterfaceList<Interfaces...>::FindInterface(riid);
    if (*object == nullptr) {
      return E_NOINTERFACE;
    }
    AddRef();
    return S_OK;
  }
  template <typename Q>
  HRESULT STDMETHODCALLTYPE QueryInterface(Q** object) {
    return QueryInterface(__uuidof(Q), reinterpret_cast<void**>(object));
  }
  ULONG STDMETHODCALLTYPE AddRef() {
    return references_.fetch_add(1, std::memory_order_relaxed) + 1;
  }
  ULONG STDMETHODCALLTYPE Release() {
    const ULONG left = references_.fetch_sub(1, std::memory_order_acq_rel) - 1;
    if (left == 0) {
      delete this;
    }
    return left;
  }
  HRESULT RuntimeClassInitialize() { return S_OK; }

 protected:
  RuntimeClassImpl() = default;
  virtual ~RuntimeClassImpl() = default;

 private:
  std::atomic<ULONG> references_{1};
};

}  // namespace Details

template <typename... Interfaces>
class RuntimeClass : public Details::RuntimeClassImpl<Interfaces...> {};
template <unsigned int flags, typename... Interfaces>
class RuntimeClass<RuntimeClassFlags<flags>, Interfaces...>
    : public Details::RuntimeClassImpl<Interfaces...> {};

// Empty if there is no memory.
template <typename T, typename... Arguments>
ComPtr<T> Make(Arguments&&... arguments) {
  ComPtr<T> object;
  object.Attach(new (std::nothrow) T(std::forward<Arguments>(arguments)...));
  return object;
}

// As Make, and calls RuntimeClassInitialize with the arguments.
template <typename T, typename... Arguments>
HRESULT MakeAndInitialize(T** to, Arguments&&... arguments) {
  *to = nullptr;
  ComPtr<T> object = Make<T>();
  if (object == nullptr) {
    return E_OUTOFMEMORY;
  }
  const HRESULT result =
      object->RuntimeClassInitialize(std::forward<Arguments>(arguments)...);
  if (SUCCEEDED(result)) {
    *to = object.Detach();
  }
  return result;
}
template <typename T, typename... Arguments>
HRESULT MakeAndInitialize(Details::ComPtrRef<T> to, Arguments&&... arguments) {
  return MakeAndInitialize(static_cast<T**>(to),
                           std::forward<Arguments>(arguments)...);
}
template <typename T, typename I, typename... Arguments>
HRESULT MakeAndInitialize(I** to, Arguments&&... arguments) {
  *to = nullptr;
  ComPtr<T> object;
  const HRESULT result = MakeAndInitialize<T>(
      object.GetAddressOf(), std::forward<Arguments>(arguments)...);
  return FAILED(result) ? result : object.CopyTo(to);
}

}  // namespace WRL
}  // namespace Microsoft

#endif  // CONVOY_COMPAT_WRL_IMPLEMENTS_H_
