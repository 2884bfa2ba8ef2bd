// _bstr_t, and the exception of comdef.h's classes, _com_error.
#ifndef CONVOY_COMPAT_COMUTIL_H_
#define CONVOY_COMPAT_COMUTIL_H_

#include <oleauto.h>
#include <stringapiset.h>
#include <winbase.h>

#include <cstddef>
#include <cstdio>
#include <cwchar>
#include <string>
#include <utility>

inline void _com_issue_error(HRESULT code);

// Owns a BSTR. Throws _com_error (E_OUTOFMEMORY).
class _bstr_t {
 public:
  _bstr_t() noexcept = default;
  _bstr_t(const wchar_t* text) : text_(Checked(SysAllocString(text), text)) {}
  // UTF-8.
  _bstr_t(const char* text) {
    if (text == nullptr) {
      return;
    }
    const int size = MultiByteToWideChar(CP_UTF8, 0, text, -1, nullptr, 0);
    text_ = Checked(SysAllocStringLen(nullptr, size - 1), text);
    MultiByteToWideChar(CP_UTF8, 0, text, -1, text_, size);
  }
  // Takes `text` over unless it is to be copied.
  _bstr_t(BSTR text, bool copy) : text_(copy ? CopyOf(text) : text) {}
  _bstr_t(const _bstr_t& other) : text_(CopyOf(other.text_)) {}
  _bstr_t(_bstr_t&& other) noexcept : text_(other.Detach()) {}
  ~_bstr_t() { SysFreeString(text_); }
  _bstr_t& operator=(_bstr_t other) noexcept {
    std::swap(text_, other.text_);
    return *this;
  }

  operator const wchar_t*() const noexcept { return text_; }
  operator wchar_t*() const noexcept { return text_; }
  // UTF-8, until the next call.
  operator const char*() const {
    if (text_ == nullptr) {
      return nullptr;
    }
    const int characters = static_cast<int>(length());
    utf8_.resize(4 * static_cast<std::size_t>(characters));
    utf8_.resize(WideCharToMultiByte(CP_UTF8, 0, text_, characters, &utf8_[0],
                                     static_cast<int>(utf8_.size()), nullptr,
                                     nullptr));
    return utf8_.c_str();
  }

  unsigned int length() const noexcept { return SysStringLen(text_); }
  bool operator!() const noexcept { return text_ == nullptr; }
  _bstr_t& operator+=(const _bstr_t& other) {
    std::wstring both(text_ == nullptr ? L"" : text_, length());
    both.append(other.text_ == nullptr ? L"" : other.text_, other.length());
    Attach(
        Checked(SysAllocStringLen(both.data(), static_cast<UINT>(both.size())),
                both.data()));
    return *this;
  }
  _bstr_t operator+(const _bstr_t& other) const {
    _bstr_t both(*this);
    both += other;
    return both;
  }
  bool operator==(const _bstr_t& other) const { return Compare(other) == 0; }
  bool operator!=(const _bstr_t& other) const { return Compare(other) != 0; }
  bool operator<(const _bstr_t& other) const { return Compare(other) < 0; }

  // The caller's; without `copy` still this object's.
  BSTR copy(bool copy = true) const { return copy ? CopyOf(text_) : text_; }
  BSTR Detach() noexcept { return std::exchange(text_, nullptr); }
  void Attach(BSTR text) noexcept {
    SysFreeString(text_);
    text_ = text;
  }
  BSTR& GetBSTR() noexcept { return text_; }
  // Empty, for a function that gives a BSTR.
  BSTR* GetAddress() noexcept {
    Attach(nullptr);
    return &text_;
  }

 private:
  static BSTR Checked(BSTR made, const void* from) {
    if (made == nullptr && from != nullptr) {
      _com_issue_error(E_OUTOFMEMORY);
    }
    return made;
  }
  static BSTR CopyOf(BSTR text) {
    return text == nullptr
               ? nullptr
               : Checked(SysAllocStringLen(text, SysStringLen(text)), text);
  }
  // None is the empty text.
  int Compare(const _bstr_t& other) const {
    return std::wcscmp(text_ == nullptr ? L"" : text_,
                       other.text_ == nullptr ? L"" : other.text_);
  }

  BSTR text_ = nullptr;
  mutable std::string utf8_;
};

// A HRESULT that was thrown.
class _com_error {
 public:
  explicit _com_error(HRESULT code) : code_(code) {}
  virtual ~_com_error() = default;

  HRESULT Error() const noexcept { return code_; }
  // The 16-bit code of an error of a dual interface; 0: another one.
  WORD WCode() const noexcept {
    return code_ >= HRESULT(0x80040200u) && code_ < HRESULT(0x80050000u)
               ? static_cast<WORD>(code_ - HRESULT(0x80040200u))
               : 0;
  }
  // Of the code, without a line's end; of this object.
  LPCTSTR ErrorMessage() const {
    if (message_.empty()) {
      TCHAR text[512];
      DWORD length = FormatMessage(
          FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, nullptr,
          static_cast<DWORD>(code_), 0, text, 512, nullptr);
      while (length > 0 && (text[length - 1] == TEXT('\n') ||
                            text[length - 1] == TEXT('\r'))) {
        --length;
      }
      message_.assign(text, length);
    }
    if (message_.empty()) {
      char text[32];
      std::snprintf(text, sizeof(text), "Unknown error 0x%08X",
                    static_cast<unsigned>(code_));
      message_.assign(text, text + std::char_traits<char>::length(text));
    }
    return message_.c_str();
  }
  // No object here tells more of its errors.
  IErrorInfo* ErrorInfo() const noexcept { return nullptr; }
  _bstr_t Description() const { return {}; }
  _bstr_t Source() const { return {}; }

 private:
  HRESULT code_;
  mutable std::basic_string<TCHAR> message_;
};

inline void _com_issue_error(HRESULT code) { throw _com_error(code); }
inline void _com_raise_error(HRESULT code, IErrorInfo* = nullptr) {
  throw _com_error(code);
}

#endif  // CONVOY_COMPAT_COMUTIL_H_
