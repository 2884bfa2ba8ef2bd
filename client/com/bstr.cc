#include <oleauto.h>

#include <cstdlib>
#include <cstring>
#include <cwchar>

namespace {

// Room for the length before the characters, so that those keep malloc's
// alignment.
constexpr std::size_t kPrefix = 16;

char* Block(BSTR string) { return reinterpret_cast<char*>(string) - kPrefix; }

void SetByteLength(BSTR string, uint32_t size) {
  std::memcpy(reinterpret_cast<char*>(string) - sizeof(size), &size,
              sizeof(size));
}

// A string of `size` bytes; the zero of a wide character follows them.
BSTR Allocate(const void* from, std::size_t size) {
  if (size > UINT32_MAX - kPrefix - sizeof(OLECHAR)) {
    return nullptr;
  }
  auto* block =
      static_cast<char*>(std::malloc(kPrefix + size + sizeof(OLECHAR)));
  if (block == nullptr) {
    return nullptr;
  }
  char* characters = block + kPrefix;
  if (from != nullptr) {
    std::memcpy(characters, from, size);
  } else {
    std::memset(characters, 0, size);
  }
  std::memset(characters + size, 0, sizeof(OLECHAR));
  auto string = reinterpret_cast<BSTR>(characters);
  SetByteLength(string, static_cast<uint32_t>(size));
  return string;
}

}  // namespace

BSTR SysAllocString(const OLECHAR* text) {
  return text == nullptr ? nullptr
                         : Allocate(text, std::wcslen(text) * sizeof(OLECHAR));
}

BSTR SysAllocStringLen(const OLECHAR* text, UINT characters) {
  return Allocate(text, std::size_t{characters} * sizeof(OLECHAR));
}

BSTR SysAllocStringByteLen(LPCSTR bytes, UINT size) {
  return Allocate(bytes, size);
}

INT SysReAllocString(BSTR* string, const OLECHAR* text) {
  return SysReAllocStringLen(
      string, text, text == nullptr ? 0 : static_cast<UINT>(std::wcslen(text)));
}

INT SysReAllocStringLen(BSTR* string, const OLECHAR* text, UINT characters) {
  if (string == nullptr) {
    return FALSE;
  }
  const BSTR copy = SysAllocStringLen(text, characters);
  if (copy == nullptr) {
    return FALSE;
  }
  SysFreeString(*string);
  *string = copy;
  return TRUE;
}

void SysFreeString(BSTR string) {
  if (string != nullptr) {
    std::free(Block(string));
  }
}

UINT SysStringByteLen(BSTR string) {
  if (string == nullptr) {
    return 0;
  }
  uint32_t size;
  std::memcpy(&size, reinterpret_cast<char*>(string) - sizeof(size),
              sizeof(size));
  return size;
}

UINT SysStringLen(BSTR string) {
  return SysStringByteLen(string) / sizeof(OLECHAR);
}
