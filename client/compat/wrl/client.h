// ComPtr: owns one reference of an interface.
#ifndef CONVOY_COMPAT_WRL_CLIENT_H_
#define CONVOY_COMPAT_WRL_CLIENT_H_

#include <combaseapi.h>

#include <cstddef>
#include <type_traits>
#include <utility>

namespace Microsoft {
namespace WRL {

template <typename T>
class ComPtr;

namespace Details {

// What &pointer gives: releases the pointer when it is used as T** or void**.
template <typename T>
class ComPtrRef {
 public:
  explicit ComPtrRef(ComPtr<T>* pointer) : pointer_(pointer) {}
  operator void**() const {
    return reinterpret_cast<void**>(pointer_->ReleaseAndGetAddressOf());
  }
  operator T**() { return pointer_->ReleaseAndGetAddressOf(); }
  operator ComPtr<T>*() {
    *pointer_ = nullptr;
    return pointer_;
  }
  T* operator*() { return pointer_->Get(); }
  T* const* GetAddressOf() const { return pointer_->GetAddressOf(); }
  T** ReleaseAndGetAddressOf() const {
    return pointer_->ReleaseAndGetAddressOf();
  }

 private:
  ComPtr<T>* pointer_;
};

}  // namespace Details

template <typename T>
class ComPtr {
 public:
  using InterfaceType = T;

  ComPtr() noexcept = default;
  ComPtr(std::nullptr_t) noexcept {}
  template <typename U,
            typename = std::enable_if_t<std::is_convertible<U*, T*>::value>>
  ComPtr(U* other) noexcept : pointer_(other) {
    AddRef();
  }
  ComPtr(const ComPtr& other) noexcept : pointer_(other.pointer_) { AddRef(); }
  template <typename U,
            typename = std::enable_if_t<std::is_convertible<U*, T*>::value>>
  ComPtr(const ComPtr<U>& other) noexcept : pointer_(other.Get()) {
    AddRef();
  }
  ComPtr(ComPtr&& other) noexcept : pointer_(other.Detach()) {}
  template <typename U,
            typename = std::enable_if_t<std::is_convertible<U*, T*>::value>>
  ComPtr(ComPtr<U>&& other) noexcept : pointer_(other.Detach()) {}
  ~ComPtr() { Reset(); }

  ComPtr& operator=(std::nullptr_t) noexcept {
    Reset();
    return *this;
  }
  ComPtr& operator=(T* other) noexcept {
    ComPtr(other).Swap(*this);
    return *this;
  }
  template <typename U>
  ComPtr& operator=(U* other) noexcept {
    ComPtr(other).Swap(*this);
    return *this;
  }
  ComPtr& operator=(const ComPtr& other) noexcept {
    ComPtr(other).Swap(*this);
    return *this;
  }
  template <typename U>
  ComPtr& operator=(const ComPtr<U>& other) noexcept {
    ComPtr(other).Swap(*this);
    return *this;
  }
  ComPtr& operator=(ComPtr&& other) noexcept {
    ComPtr(std::move(other)).Swap(*this);
    return *this;
  }
  template <typename U>
  ComPtr& operator=(ComPtr<U>&& other) noexcept {
    ComPtr(std::move(other)).Swap(*this);
    return *this;
  }

  void Swap(ComPtr& other) noexcept { std::swap(pointer_, other.pointer_); }
  explicit operator bool() const noexcept { return pointer_ != nullptr; }
  T* Get() const noexcept { return pointer_; }
  T* operator->() const noexcept { return pointer_; }
  T& operator*() const noexcept { return *pointer_; }
  Details::ComPtrRef<T> operator&() noexcept {
    return Details::ComPtrRef<T>(this);
  }
  T* const* GetAddressOf() const noexcept { return &pointer_; }
  T** GetAddressOf() noexcept { return &pointer_; }
  T** ReleaseAndGetAddressOf() noexcept {
    Reset();
    return &pointer_;
  }
  // Gives the reference away.
  T* Detach() noexcept { return std::exchange(pointer_, nullptr); }
  // Takes a reference over.
  void Attach(T* other) noexcept {
    Reset();
    pointer_ = other;
  }
  ULONG Reset() noexcept {
    T* old = std::exchange(pointer_, nullptr);
    return old == nullptr ? 0 : old->Release();
  }

  HRESULT CopyTo(T** to) const noexcept {
    AddRef();
    *to = pointer_;
    return S_OK;
  }
  HRESULT CopyTo(REFIID riid, void** to) const noexcept {
    return Unknown()->QueryInterface(riid, to);
  }
  template <typename U>
  HRESULT CopyTo(U** to) const noexcept {
    return CopyTo(__uuidof(U), reinterpret_cast<void**>(to));
  }
  template <typename U>
  HRESULT As(ComPtr<U>* to) const noexcept {
    return CopyTo(__uuidof(U),
                  reinterpret_cast<void**>(to->ReleaseAndGetAddressOf()));
  }
  template <typename U>
  HRESULT As(Details::ComPtrRef<U> to) const noexcept {
    return CopyTo(__uuidof(U), static_cast<void**>(to));
  }
  HRESULT AsIID(REFIID riid, ComPtr<IUnknown>* to) const noexcept {
    return CopyTo(riid, reinterpret_cast<void**>(to->ReleaseAndGetAddressOf()));
  }

 private:
  void AddRef() const noexcept {
    if (pointer_ != nullptr) {
      pointer_->AddRef();
    }
  }
  IUnknown* Unknown() const noexcept {
    return reinterpret_cast<IUnknown*>(pointer_);
  }

  T* pointer_ = nullptr;
};

template <typename A, typename B>
bool operator==(const ComPtr<A>& a, const ComPtr<B>& b) noexcept {
  return a.Get() == b.Get();
}
template <typename A, typename B>
bool operator!=(const ComPtr<A>& a, const ComPtr<B>& b) noexcept {
  return a.Get() != b.Get();
}
template <typename T>
bool operator==(const ComPtr<T>& a, std::nullptr_t) noexcept {
  return a.Get() == nullptr;
}
template <typename T>
bool operator==(std::nullptr_t, const ComPtr<T>& a) noexcept {
  return a.Get() == nullptr;
}
template <typename T>
bool operator!=(const ComPtr<T>& a, std::nullptr_t) noexcept {
  return a.Get() != nullptr;
}
template <typename T>
bool operator!=(std::nullptr_t, const ComPtr<T>& a) noexcept {
  return a.Get() != nullptr;
}
template <typename A, typename B>
bool operator<(const ComPtr<A>& a, const ComPtr<B>& b) noexcept {
  return a.Get() < b.Get();
}

}  // namespace WRL
}  // namespace Microsoft

// The arguments of a method that gives an object of a ComPtr's type.
template <typename T>
void** IID_PPV_ARGS_Helper(Microsoft::WRL::Details::ComPtrRef<T> pointer) {
  return pointer;
}

#endif  // CONVOY_COMPAT_WRL_CLIENT_H_
