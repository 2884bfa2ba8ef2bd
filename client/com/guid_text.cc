#include <combaseapi.h>

#include <cstdio>
#include <cstring>
#include <cwchar>
#include <random>

namespace {

constexpr int kTextSize = 39;

// "{8-4-4-4-12}"; false if it is anything else.
bool Parse(LPCOLESTR text, GUID* guid) {
  static const char kForm[] = "{xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx}";
  uint8_t digits[32];
  int count = 0;
  for (int i = 0; i < kTextSize; ++i) {
    const OLECHAR c = text[i];
    if (kForm[i] != 'x') {
      if (c != static_cast<OLECHAR>(kForm[i])) {
        return false;
      }
      continue;
    }
    if (c >= L'0' && c <= L'9') {
      digits[count++] = c - L'0';
    } else if (c >= L'a' && c <= L'f') {
      digits[count++] = c - L'a' + 10;
    } else if (c >= L'A' && c <= L'F') {
      digits[count++] = c - L'A' + 10;
    } else {
      return false;
    }
  }
  const auto number = [&digits](int first, int length) {
    uint32_t value = 0;
    for (int i = first; i < first + length; ++i) {
      value = value << 4 | digits[i];
    }
    return value;
  };
  guid->Data1 = number(0, 8);
  guid->Data2 = static_cast<uint16_t>(number(8, 4));
  guid->Data3 = static_cast<uint16_t>(number(12, 4));
  for (int i = 0; i < 8; ++i) {
    guid->Data4[i] = static_cast<uint8_t>(number(16 + 2 * i, 2));
  }
  return true;
}

HRESULT FromString(LPCOLESTR text, GUID* guid, HRESULT malformed) {
  if (guid == nullptr) {
    return E_INVALIDARG;
  }
  *guid = GUID{};
  if (text == nullptr) {
    return S_OK;
  }
  return Parse(text, guid) ? S_OK : malformed;
}

}  // namespace

int StringFromGUID2(REFGUID guid, LPOLESTR to, int size) {
  if (to == nullptr || size < kTextSize) {
    return 0;
  }
  const uint8_t* d = guid.Data4;
  std::swprintf(to, size, L"{%08X-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X}",
                guid.Data1, guid.Data2, guid.Data3, d[0], d[1], d[2], d[3],
                d[4], d[5], d[6], d[7]);
  return kTextSize;
}

HRESULT StringFromCLSID(REFCLSID clsid, LPOLESTR* text) {
  if (text == nullptr) {
    return E_INVALIDARG;
  }
  *text = static_cast<LPOLESTR>(CoTaskMemAlloc(kTextSize * sizeof(OLECHAR)));
  if (*text == nullptr) {
    return E_OUTOFMEMORY;
  }
  StringFromGUID2(clsid, *text, kTextSize);
  return S_OK;
}

HRESULT StringFromIID(REFIID iid, LPOLESTR* text) {
  return StringFromCLSID(iid, text);
}

HRESULT CLSIDFromString(LPCOLESTR text, CLSID* clsid) {
  return FromString(text, clsid, CO_E_CLASSSTRING);
}

HRESULT IIDFromString(LPCOLESTR text, IID* iid) {
  return FromString(text, iid, CO_E_IIDSTRING);
}

HRESULT CoCreateGuid(GUID* guid) {
  if (guid == nullptr) {
    return E_INVALIDARG;
  }
  std::random_device random;
  uint32_t words[4];
  for (uint32_t& word : words) {
    word = random();
  }
  std::memcpy(guid, words, sizeof(*guid));
  // Version 4 of RFC 9562: random.
  guid->Data3 = static_cast<uint16_t>((guid->Data3 & 0x0FFF) | 0x4000);
  guid->Data4[0] = static_cast<uint8_t>((guid->Data4[0] & 0x3F) | 0x80);
  return S_OK;
}
