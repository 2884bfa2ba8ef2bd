// _com_ptr_t: owns a reference of an interface; throws _com_error.
#ifndef CONVOY_COMPAT_COMIP_H_
#define CONVOY_COMPAT_COMIP_H_

#include <comutil.h>
#include <ole2.h>

#include <utility>

template <typename T, const IID* = nullptr>
struct _com_IIID {
  using Interface = T;
  static const IID& GetIID() { return __uuidof(T); }
};

template <typename Kind>
class _com_ptr_t {
 public:
  using Interface = typename Kind::Interface;
  static const IID& GetIID() { return Kind::GetIID(); }

  _com_ptr_t() noexcept = default;
  _com_ptr_t(Interface* other) noexcept : pointer_(other) { AddRefIfAny(); }
  // Takes the reference over unless it is to add one.
  _com_ptr_t(Interface* other, bool add_ref) noexcept : pointer_(other) {
    if (add_ref) {
      AddRefIfAny();
    }
  }
  _com_ptr_t(const _com_ptr_t& other) noexcept : _com_ptr_t(other.pointer_) {}
  _com_ptr_t(_com_ptr_t&& other) noexcept : pointer_(other.Detach()) {}
  // Asks for the interface. An object that does not offer it gives an empty
  // pointer; another failure is thrown.
  template <typename Other>
  _com_ptr_t(const _com_ptr_t<Other>& other) {
    Ask(other.GetInterfacePtr());
  }
  template <typename Other>
  _com_ptr_t(Other* other) {
    Ask(other);
  }
  // A new object.
  explicit _com_ptr_t(const CLSID& clsid, IUnknown* outer = nullptr,
                      DWORD context = CLSCTX_ALL) {
    const HRESULT made = CreateInstance(clsid, outer, context);
    if (FAILED(made) && made != E_NOINTERFACE) {
      _com_issue_error(made);
    }
  }
  ~_com_ptr_t() { Reset(); }

  _com_ptr_t& operator=(Interface* other) noexcept {
    return *this = _com_ptr_t(other);
  }
  _com_ptr_t& operator=(const _com_ptr_t& other) noexcept {
    return *this = _com_ptr_t(other);
  }
  _com_ptr_t& operator=(_com_ptr_t&& other) noexcept {
    std::swap(pointer_, other.pointer_);
    return *this;
  }
  template <typename Other>
  _com_ptr_t& operator=(const _com_ptr_t<Other>& other) {
    return *this = _com_ptr_t(other);
  }
  template <typename Other>
  _com_ptr_t& operator=(Other* other) {
    return *this = _com_ptr_t(other);
  }

  operator Interface*() const noexcept { return pointer_; }
  bool operator!() const noexcept { return pointer_ == nullptr; }
  // E_POINTER is thrown where there is nothing.
  Interface* operator->() const { return Checked(); }
  Interface& operator*() const { return *Checked(); }
  // Empties it.
  Interface** operator&() noexcept {
    Reset();
    return &pointer_;
  }

  Interface* GetInterfacePtr() const noexcept { return pointer_; }
  Interface*& GetInterfacePtr() noexcept { return pointer_; }
  void Attach(Interface* other) noexcept {
    Reset();
    pointer_ = other;
  }
  void Attach(Interface* other, bool add_ref) noexcept {
    *this = _com_ptr_t(other, add_ref);
  }
  Interface* Detach() noexcept { return std::exchange(pointer_, nullptr); }
  void AddRef() const { Checked()->AddRef(); }
  void Release() {
    Checked();
    Reset();
  }

  HRESULT CreateInstance(const CLSID& clsid, IUnknown* outer = nullptr,
                         DWORD context = CLSCTX_ALL) noexcept {
    Reset();
    return CoCreateInstance(clsid, outer, context, GetIID(),
                            reinterpret_cast<void**>(&pointer_));
  }
  template <typename Other>
  HRESULT QueryInterface(const IID& iid, Other** to) const noexcept {
    return pointer_ == nullptr
               ? E_POINTER
               : pointer_->QueryInterface(iid, reinterpret_cast<void**>(to));
  }
  template <typename Other>
  HRESULT QueryInterface(const IID& iid, Other*& to) const noexcept {
    return QueryInterface(iid, &to);
  }

 private:
  void AddRefIfAny() const noexcept {
    if (pointer_ != nullptr) {
      pointer_->AddRef();
    }
  }
  void Reset() noexcept {
    if (Interface* old = Detach()) {
      old->Release();
    }
  }
  Interface* Checked() const {
    if (pointer_ == nullptr) {
      _com_issue_error(E_POINTER);
    }
    return pointer_;
  }
  void Ask(IUnknown* other) {
    if (other == nullptr) {
      return;
    }
    const HRESULT asked =
        other->QueryInterface(GetIID(), reinterpret_cast<void**>(&pointer_));
    if (FAILED(asked)) {
      pointer_ = nullptr;
      if (asked != E_NOINTERFACE) {
        _com_issue_error(asked);
      }
    }
  }

  Interface* pointer_ = nullptr;
};

#endif  // CONVOY_COMPAT_COMIP_H_
