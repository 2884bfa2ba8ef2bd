// COM's library as programs use it.
#include <lm.h>
#include <ole2.h>
#include <windows.h>
#include <wrl.h>

#include <functional>
#include <string>
#include <thread>

#include "client/com/class_registry.h"
#include "client/com/wide_text.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

using Microsoft::WRL::ClassicCom;
using Microsoft::WRL::ComPtr;
using Microsoft::WRL::Make;
using Microsoft::WRL::RuntimeClass;
using Microsoft::WRL::RuntimeClassFlags;

// 3b7a2a0e-31c7-4f9f-8c1f-5a6d0e6b9a01
constexpr CLSID kThing = {
    0x3b7a2a0e, 0x31c7, 0x4f9f, {0x8c, 0x1f, 0x5a, 0x6d, 0x0e, 0x6b, 0x9a, 1}};
const wchar_t kThingText[] = L"{3B7A2A0E-31C7-4F9F-8C1F-5A6D0E6B9A01}";

class Thing final
    : public RuntimeClass<RuntimeClassFlags<ClassicCom>, IUnknown> {};

HRESULT MakeThing(REFCLSID, REFIID riid, void** object) {
  return Make<Thing>().CopyTo(riid, object);
}

// Runs `body` in a thread that knows nothing of COM yet.
void InThread(const std::function<void()>& body) { std::thread(body).join(); }

TEST(ApartmentTest, FirstCallIsOkLaterOnesAreFalse) {
  InThread([] {
    EXPECT_EQ(CoInitializeEx(nullptr, COINIT_MULTITHREADED), S_OK);
    EXPECT_EQ(CoInitializeEx(nullptr, COINIT_MULTITHREADED), S_FALSE);
    EXPECT_EQ(CoInitialize(nullptr), RPC_E_CHANGED_MODE);
    CoUninitialize();
    CoUninitialize();
    EXPECT_EQ(CoInitialize(nullptr), S_OK);
    CoUninitialize();
  });
}

TEST(ApartmentTest, WithoutInitializationNothingIsCreated) {
  RegisterComClass(kThing, MakeThing);
  ComPtr<IUnknown> thing;
  InThread([&] {
    EXPECT_EQ(
        CoCreateInstance(kThing, nullptr, CLSCTX_ALL, IID_PPV_ARGS(&thing)),
        CO_E_NOTINITIALIZED);
  });
  // Any thread's multithreaded apartment is there for all.
  ASSERT_EQ(CoInitializeEx(nullptr, COINIT_MULTITHREADED), S_OK);
  InThread([&] {
    EXPECT_EQ(
        CoCreateInstance(kThing, nullptr, CLSCTX_ALL, IID_PPV_ARGS(&thing)),
        S_OK);
  });
  CoUninitialize();
}

class ClassTest : public ::testing::Test {
 protected:
  void SetUp() override {
    RegisterComClass(kThing, MakeThing);
    ASSERT_EQ(CoInitializeEx(nullptr, COINIT_MULTITHREADED), S_OK);
  }
  void TearDown() override { CoUninitialize(); }
};

TEST_F(ClassTest, AnObjectIsMadeByItsClassObject) {
  ComPtr<IClassFactory> factory;
  ASSERT_EQ(
      CoGetClassObject(kThing, CLSCTX_ALL, nullptr, IID_PPV_ARGS(&factory)),
      S_OK);
  ComPtr<IUnknown> thing;
  EXPECT_EQ(factory->CreateInstance(nullptr, IID_PPV_ARGS(&thing)), S_OK);
  EXPECT_NE(thing, nullptr);
  void* none = factory.Get();
  EXPECT_EQ(factory->CreateInstance(nullptr, IID_IStream, &none),
            E_NOINTERFACE);
  EXPECT_EQ(none, nullptr);
}

TEST_F(ClassTest, Fact63_ThereIsNoAggregation) {
  const ComPtr<Thing> outer = Make<Thing>();
  void* none = nullptr;
  EXPECT_EQ(
      CoCreateInstance(kThing, outer.Get(), CLSCTX_ALL, IID_IUnknown, &none),
      CLASS_E_NOAGGREGATION);
}

TEST_F(ClassTest, AnUnknownClassIsNotRegistered) {
  void* none = nullptr;
  EXPECT_EQ(
      CoCreateInstance(IID_IStream, nullptr, CLSCTX_ALL, IID_IUnknown, &none),
      REGDB_E_CLASSNOTREG);
}

TEST_F(ClassTest, AProgramsOwnClassObjectComesFirst) {
  ComPtr<IClassFactory> built_in;
  ASSERT_EQ(
      CoGetClassObject(kThing, CLSCTX_ALL, nullptr, IID_PPV_ARGS(&built_in)),
      S_OK);
  const ComPtr<Thing> own = Make<Thing>();
  DWORD cookie = 0;
  ASSERT_EQ(
      CoRegisterClassObject(kThing, own.Get(), CLSCTX_INPROC_SERVER,
                            REGCLS_MULTIPLEUSE | REGCLS_SUSPENDED, &cookie),
      S_OK);
  EXPECT_EQ(CoResumeClassObjects(), S_OK);
  ComPtr<IUnknown> found;
  EXPECT_EQ(CoGetClassObject(kThing, CLSCTX_ALL, nullptr, IID_IUnknown, &found),
            S_OK);
  EXPECT_EQ(found, own);
  EXPECT_EQ(CoRevokeClassObject(cookie), S_OK);
  EXPECT_EQ(CoRevokeClassObject(cookie), E_INVALIDARG);
}

TEST_F(ClassTest, ManyInterfacesAreAskedForAtOnce) {
  MULTI_QI results[2] = {{&IID_IUnknown, nullptr, 0},
                         {&IID_IStream, nullptr, 0}};
  const HRESULT some =
      CoCreateInstanceEx(kThing, nullptr, CLSCTX_ALL, nullptr, 2, results);
  EXPECT_EQ(some, 0x00080012);  // CO_S_NOTALLINTERFACES
  EXPECT_EQ(results[0].hr, S_OK);
  EXPECT_EQ(results[0].pItf->Release(), 0u);
  EXPECT_EQ(results[1].hr, E_NOINTERFACE);
}

TEST_F(ClassTest, SecurityIsInitializedOnce) {
  const auto initialize = [] {
    return CoInitializeSecurity(
        nullptr, -1, nullptr, nullptr, RPC_C_AUTHN_LEVEL_DEFAULT,
        RPC_C_IMP_LEVEL_IMPERSONATE, nullptr, EOAC_NONE, nullptr);
  };
  EXPECT_EQ(initialize(), S_OK);
  EXPECT_EQ(initialize(), RPC_E_TOO_LATE);
}

TEST(GuidTest, TextAndBack) {
  wchar_t text[39];
  EXPECT_EQ(StringFromGUID2(kThing, text, 39), 39);
  EXPECT_STREQ(text, kThingText);
  EXPECT_EQ(StringFromGUID2(kThing, text, 38), 0);
  GUID parsed;
  EXPECT_EQ(CLSIDFromString(L"{3b7a2a0e-31C7-4f9f-8c1f-5a6d0e6b9a01}", &parsed),
            S_OK);
  EXPECT_TRUE(parsed == kThing);
  for (const wchar_t* bad : {L"", L"{", L"3B7A2A0E-31C7-4F9F-8C1F-5A6D0E6B9A01",
                             L"{3B7A2A0E-31C7-4F9F-8C1F-5A6D0E6B9A0}",
                             L"{3B7A2A0E-31C7-4F9F-8C1F-5A6D0E6B9A0G}",
                             L"{3B7A2A0E-31C7-4F9F-8C1F-5A6D0E6B9A01}x"}) {
    EXPECT_EQ(CLSIDFromString(bad, &parsed), CO_E_CLASSSTRING) << bad;
  }
  GUID a;
  GUID b;
  EXPECT_EQ(CoCreateGuid(&a), S_OK);
  EXPECT_EQ(CoCreateGuid(&b), S_OK);
  EXPECT_FALSE(a == b);
}

TEST(BstrTest, KnowsItsLengthAndKeepsZeros) {
  const BSTR text = SysAllocStringLen(L"a\0b", 3);
  EXPECT_EQ(SysStringLen(text), 3u);
  EXPECT_EQ(SysStringByteLen(text), 12u);
  uint32_t prefix;
  memcpy(&prefix, reinterpret_cast<char*>(text) - 4, 4);
  EXPECT_EQ(prefix, 12u);
  EXPECT_EQ(text[2], L'b');
  EXPECT_EQ(text[3], L'\0');
  SysFreeString(text);
  EXPECT_EQ(SysAllocString(nullptr), nullptr);
  EXPECT_EQ(SysStringLen(nullptr), 0u);
  SysFreeString(nullptr);
}

TEST(VariantTest, CopiesOwnWhatTheyHold) {
  const ComPtr<Thing> thing = Make<Thing>();
  VARIANT object;
  VariantInit(&object);
  object.vt = VT_UNKNOWN;
  object.punkVal = thing.Get();
  VARIANT copy;
  VariantInit(&copy);
  ASSERT_EQ(VariantCopy(&copy, &object), S_OK);
  thing->AddRef();
  EXPECT_EQ(thing->Release(), 2u);
  EXPECT_EQ(VariantClear(&copy), S_OK);
  EXPECT_EQ(copy.vt, VT_EMPTY);

  VARIANT text;
  VariantInit(&text);
  text.vt = VT_BSTR;
  text.bstrVal = SysAllocString(L"text");
  ASSERT_EQ(VariantCopy(&copy, &text), S_OK);
  EXPECT_NE(copy.bstrVal, text.bstrVal);
  EXPECT_STREQ(copy.bstrVal, L"text");
  VARIANT reference;
  VariantInit(&reference);
  reference.vt = VT_BSTR | VT_BYREF;
  reference.pbstrVal = &text.bstrVal;
  VARIANT followed;
  VariantInit(&followed);
  ASSERT_EQ(VariantCopyInd(&followed, &reference), S_OK);
  EXPECT_EQ(followed.vt, VT_BSTR);
  VariantClear(&followed);
  VariantClear(&copy);
  VariantClear(&text);
  text.vt = 0x7777;
  EXPECT_EQ(VariantClear(&text), DISP_E_BADVARTYPE);
}

TEST(SafeArrayTest, HoldsBytesBetweenItsBounds) {
  SAFEARRAY* const array = SafeArrayCreateVector(VT_UI1, 5, 3);
  LONG bound = 0;
  EXPECT_EQ(SafeArrayGetLBound(array, 1, &bound), S_OK);
  EXPECT_EQ(bound, 5);
  EXPECT_EQ(SafeArrayGetUBound(array, 1, &bound), S_OK);
  EXPECT_EQ(bound, 7);
  BYTE byte = 42;
  LONG index = 7;
  EXPECT_EQ(SafeArrayPutElement(array, &index, &byte), S_OK);
  index = 8;
  EXPECT_EQ(SafeArrayPutElement(array, &index, &byte), DISP_E_BADINDEX);
  void* data = nullptr;
  EXPECT_EQ(SafeArrayAccessData(array, &data), S_OK);
  EXPECT_EQ(static_cast<BYTE*>(data)[2], 42);
  EXPECT_EQ(SafeArrayDestroy(array), DISP_E_ARRAYISLOCKED);
  EXPECT_EQ(SafeArrayUnaccessData(array), S_OK);
  EXPECT_EQ(SafeArrayDestroy(array), S_OK);
}

TEST(SafeArrayTest, OwnsItsStrings) {
  SAFEARRAY* array = SafeArrayCreateVector(VT_BSTR, 0, 1);
  const BSTR text = SysAllocString(L"mine");
  LONG index = 0;
  EXPECT_EQ(SafeArrayPutElement(array, &index, text), S_OK);
  SysFreeString(text);
  SAFEARRAY* copy = nullptr;
  EXPECT_EQ(SafeArrayCopy(array, &copy), S_OK);
  EXPECT_EQ(SafeArrayDestroy(array), S_OK);
  BSTR element = nullptr;
  EXPECT_EQ(SafeArrayGetElement(copy, &index, &element), S_OK);
  EXPECT_STREQ(element, L"mine");
  SysFreeString(element);
  EXPECT_EQ(SafeArrayDestroy(copy), S_OK);
}

TEST(TextTest, Utf8AndWideCharacters) {
  const std::string utf8 = "z\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80";
  const std::wstring wide = L"z\u00e4\u20ac\U0001F600";
  EXPECT_EQ(WideFromUtf8(utf8), wide);
  EXPECT_EQ(Utf8FromWide(wide), utf8);
  // Overlong, a surrogate, cut off, no beginning.
  for (const char* bad : {"\xc0\x80", "\xed\xa0\x80", "\xe2\x82", "\xff"}) {
    bool valid = true;
    EXPECT_EQ(WideFromUtf8(bad, &valid)[0], L'\ufffd');
    EXPECT_FALSE(valid);
  }
}

TEST(TextTest, ConversionsTellWhatTheyNeed) {
  EXPECT_EQ(MultiByteToWideChar(CP_UTF8, 0, "ab", -1, nullptr, 0), 3);
  wchar_t wide[3];
  EXPECT_EQ(MultiByteToWideChar(CP_UTF8, 0, "ab", -1, wide, 3), 3);
  EXPECT_STREQ(wide, L"ab");
  EXPECT_EQ(MultiByteToWideChar(CP_UTF8, 0, "ab", -1, wide, 2), 0);
  EXPECT_EQ(GetLastError(), static_cast<DWORD>(ERROR_INSUFFICIENT_BUFFER));
  EXPECT_EQ(
      MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, "\xff", 1, wide, 2),
      0);
  EXPECT_EQ(GetLastError(), static_cast<DWORD>(ERROR_NO_UNICODE_TRANSLATION));
  EXPECT_EQ(
      WideCharToMultiByte(1252, 0, L"a", -1, nullptr, 0, nullptr, nullptr), 0);
  EXPECT_EQ(GetLastError(), static_cast<DWORD>(ERROR_INVALID_PARAMETER));
}

TEST(WaitTest, AnAutoResetEventEndsOneWait) {
  const HANDLE event = CreateEvent(nullptr, FALSE, FALSE, nullptr);
  EXPECT_EQ(WaitForSingleObject(event, 0), static_cast<DWORD>(WAIT_TIMEOUT));
  EXPECT_TRUE(SetEvent(event));
  EXPECT_EQ(WaitForSingleObject(event, INFINITE), WAIT_OBJECT_0);
  EXPECT_EQ(WaitForSingleObject(event, 0), static_cast<DWORD>(WAIT_TIMEOUT));
  EXPECT_TRUE(CloseHandle(event));
  EXPECT_FALSE(CloseHandle(event));
  EXPECT_EQ(GetLastError(), static_cast<DWORD>(ERROR_INVALID_HANDLE));
  EXPECT_EQ(WaitForSingleObject(event, 0), WAIT_FAILED);
}

TEST(WaitTest, AThreadEndsAWaitForAnyAndForAll) {
  const HANDLE event = CreateEvent(nullptr, TRUE, FALSE, nullptr);
  const HANDLE thread = CreateThread(
      nullptr, 0,
      [](LPVOID set) -> DWORD {
        SetEvent(set);
        return 17;
      },
      event, 0, nullptr);
  const HANDLE both[] = {thread, event};
  EXPECT_LT(WaitForMultipleObjects(2, both, FALSE, INFINITE), 2u);
  EXPECT_EQ(WaitForMultipleObjects(2, both, TRUE, INFINITE), WAIT_OBJECT_0);
  DWORD code = 0;
  EXPECT_TRUE(GetExitCodeThread(thread, &code));
  EXPECT_EQ(code, 17u);
  CloseHandle(thread);
  CloseHandle(event);
}

TEST(WaitTest, ATimerBecomesDue) {
  const HANDLE timer = CreateWaitableTimer(nullptr, FALSE, nullptr);
  LARGE_INTEGER due;
  due.QuadPart = -10'000;  // 1 ms from now.
  EXPECT_TRUE(SetWaitableTimer(timer, &due, 1, nullptr, nullptr, FALSE));
  EXPECT_EQ(WaitForSingleObject(timer, INFINITE), WAIT_OBJECT_0);
  EXPECT_EQ(WaitForSingleObject(timer, INFINITE), WAIT_OBJECT_0);
  EXPECT_TRUE(CancelWaitableTimer(timer));
  CloseHandle(timer);
}

TEST(WaitTest, AMutexHasOneOwner) {
  const HANDLE mutex = CreateMutex(nullptr, TRUE, nullptr);
  EXPECT_EQ(WaitForSingleObject(mutex, 0), WAIT_OBJECT_0);
  InThread([mutex] {
    EXPECT_EQ(WaitForSingleObject(mutex, 0), static_cast<DWORD>(WAIT_TIMEOUT));
    EXPECT_FALSE(ReleaseMutex(mutex));
  });
  EXPECT_TRUE(ReleaseMutex(mutex));
  EXPECT_TRUE(ReleaseMutex(mutex));
  InThread(
      [mutex] { EXPECT_EQ(WaitForSingleObject(mutex, 0), WAIT_OBJECT_0); });
  CloseHandle(mutex);
}

TEST(MachineTest, IsInNoDomain) {
  LPWSTR name = nullptr;
  NETSETUP_JOIN_STATUS status = NetSetupDomainName;
  EXPECT_EQ(NetGetJoinInformation(nullptr, &name, &status),
            NET_API_STATUS{NERR_Success});
  EXPECT_EQ(status, NetSetupUnjoined);
  EXPECT_STREQ(name, L"");
  EXPECT_EQ(NetApiBufferFree(name), NET_API_STATUS{NERR_Success});
}

TEST(LockTest, ACriticalSectionMayBeEnteredAgain) {
  CRITICAL_SECTION section;
  InitializeCriticalSection(&section);
  EnterCriticalSection(&section);
  EXPECT_TRUE(TryEnterCriticalSection(&section));
  InThread([&] { EXPECT_FALSE(TryEnterCriticalSection(&section)); });
  LeaveCriticalSection(&section);
  LeaveCriticalSection(&section);
  DeleteCriticalSection(&section);
}

TEST(TimeTest, FileTimeCountsFrom1601) {
  SYSTEMTIME time = {2024, 2, 4, 29, 12, 30, 15, 500};
  FILETIME file_time;
  ASSERT_TRUE(SystemTimeToFileTime(&time, &file_time));
  ULARGE_INTEGER steps;
  steps.LowPart = file_time.dwLowDateTime;
  steps.HighPart = file_time.dwHighDateTime;
  EXPECT_EQ(steps.QuadPart, 133536834155000000u);
  SYSTEMTIME back;
  ASSERT_TRUE(FileTimeToSystemTime(&file_time, &back));
  EXPECT_EQ(memcmp(&time, &back, sizeof(time)), 0);
  time.wMonth = 13;
  EXPECT_FALSE(SystemTimeToFileTime(&time, &file_time));
}

TEST(FormatMessageTest, GivesEnglishTexts) {
  LPWSTR text = nullptr;
  const DWORD length = FormatMessageW(
      FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM |
          FORMAT_MESSAGE_IGNORE_INSERTS,
      nullptr, static_cast<DWORD>(E_ACCESSDENIED), 0,
      reinterpret_cast<LPWSTR>(&text), 0, nullptr);
  ASSERT_NE(text, nullptr);
  EXPECT_STREQ(text, L"Access is denied.\r\n");
  EXPECT_EQ(length, wcslen(text));
  LocalFree(text);
  char small[4];
  EXPECT_EQ(FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM, nullptr,
                           ERROR_FILE_NOT_FOUND, 0, small, 4, nullptr),
            0u);
  EXPECT_EQ(FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM, nullptr, 0x8ABCDEF0u, 0,
                           small, 4, nullptr),
            0u);
  EXPECT_EQ(GetLastError(), static_cast<DWORD>(ERROR_MRM_MAP_NOT_FOUND));
}

}  // namespace
}  // namespace convoy
