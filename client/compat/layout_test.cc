// The layout of client/compat/ as C++ sees it, and both languages on one
// object.
#include <initguid.h>
//
#include <deliveryoptimization.h>
#include <windows.h>
#include <wrl.h>

#include <cstdint>
#include <cstring>
#include <string>

#include "client/compat/layout_c.h"
#include "gtest/gtest.h"

namespace {

using Microsoft::WRL::ClassicCom;
using Microsoft::WRL::ComPtr;
using Microsoft::WRL::Make;
using Microsoft::WRL::RuntimeClass;
using Microsoft::WRL::RuntimeClassFlags;

#define SIZE(type, bytes) static_assert(sizeof(type) == (bytes), #type);
#define OFFSET(type, member, bytes) \
  static_assert(offsetof(type, member) == (bytes), #type "." #member);
#define SLOT(interface_, slot, method)
#define ID(interface_, guid)
#define CLASS_ID(class_, guid)
#include "client/compat/layout/shapes.inc"
#undef SLOT
#undef ID
#undef CLASS_ID
#undef SIZE
#undef OFFSET

// The slot of a virtual method: a pointer to it holds 1 + its offset in the
// table (Itanium C++ ABI, section 2.3).
template <typename Method>
std::size_t SlotOf(Method method) {
  std::uintptr_t offset;
  std::memcpy(&offset, &method, sizeof(offset));
  return (offset - 1) / sizeof(void*);
}

TEST(LayoutTest, EachMethodHasWindowsSlot) {
#define SIZE(type, bytes)
#define OFFSET(type, member, bytes)
#define SLOT(interface_, slot, method)                      \
  EXPECT_EQ(SlotOf(&interface_::method), std::size_t{slot}) \
      << #interface_ "::" #method;
#define ID(interface_, guid)
#define CLASS_ID(class_, guid)
#include "client/compat/layout/shapes.inc"
#undef SLOT
#undef ID
#undef CLASS_ID
  EXPECT_EQ(SlotOf(static_cast<HRESULT (IUnknown::*)(REFIID, void**)>(
                &IUnknown::QueryInterface)),
            0u);
}

std::wstring Text(REFGUID guid) {
  wchar_t text[39];
  StringFromGUID2(guid, text, 39);
  return text;
}

TEST(LayoutTest, EachInterfaceAndClassHasWindowsId) {
#define SLOT(interface_, slot, method)
#define ID(interface_, guid)                  \
  EXPECT_EQ(Text(IID_##interface_), L##guid); \
  EXPECT_EQ(Text(__uuidof(interface_)), L##guid);
#define CLASS_ID(class_, guid)              \
  EXPECT_EQ(Text(CLSID_##class_), L##guid); \
  EXPECT_EQ(Text(__uuidof(class_)), L##guid);
#include "client/compat/layout/shapes.inc"
}

TEST(LayoutTest, TypeLibrariesAndTheAsyncCallbackHaveWindowsIds) {
  EXPECT_EQ(Text(CLSID_StdGlobalInterfaceTable),
            L"{00000323-0000-0000-C000-000000000046}");
  EXPECT_EQ(Text(LIBID_BackgroundCopyManager),
            L"{1DEEB74F-7915-4560-B558-918C83F176A6}");
  EXPECT_EQ(Text(LIBID_BackgroundCopyManager2_0),
            L"{2289A9AF-DC96-486E-B268-89C9E3397C3D}");
  EXPECT_EQ(Text(LIBID_DeliveryOptimization),
            L"{6A1FAE95-21B8-46C4-A0C9-5D5FAE106EF0}");
  EXPECT_EQ(Text(IID_AsyncIBackgroundCopyCallback),
            L"{CA29D251-B4BB-4679-A3D9-AE8006119D54}");
}

TEST(LayoutTest, EachCodeHasWindowsValue) {
#define VALUE(name, number) \
  EXPECT_EQ(static_cast<UINT64>(name), static_cast<UINT64>(number)) << #name;
#define CODE(name, number)                                            \
  EXPECT_EQ(static_cast<HRESULT>(name), static_cast<HRESULT>(number)) \
      << #name;                                                       \
  EXPECT_EQ(sizeof(name), 4u) << #name;
#define POINTER(name, number) \
  EXPECT_EQ(reinterpret_cast<INT_PTR>(name), number) << #name;
#define WORDS(name, text) EXPECT_STREQ(name, text) << #name;
#include "client/compat/layout/values.inc"
}

// A code compared with a HRESULT must not be a positive 64-bit number.
TEST(LayoutTest, CodesCompareAsHresults) {
  const HRESULT empty = static_cast<HRESULT>(0x80200003u);
  EXPECT_TRUE(empty == BG_E_EMPTY);
  EXPECT_TRUE(FAILED(BG_E_EMPTY));
  EXPECT_TRUE(FAILED(DO_E_NO_DOWNLOADS));
  EXPECT_TRUE(SUCCEEDED(BG_S_PARTIAL_COMPLETE));
}

TEST(LayoutTest, UuidofTakesTypesAndExpressions) {
  IDODownload* download = nullptr;
  IDODownload** out = &download;
  EXPECT_TRUE(__uuidof(**out) == IID_IDODownload);
  EXPECT_TRUE(__uuidof(IUnknown) == IID_IUnknown);
  EXPECT_TRUE(__uuidof(::DeliveryOptimization) == CLSID_DeliveryOptimization);
  EXPECT_TRUE(__uuidof(download) == IID_IDODownload);
  EXPECT_TRUE(__uuidof(IUnknown*) == IID_IUnknown);
  const IUnknown* const unknown = nullptr;
  EXPECT_TRUE(__uuidof(unknown) == IID_IUnknown);
  EXPECT_TRUE(__uuidof(IUnknown&) == IID_IUnknown);
}

static_assert(HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND) ==
              static_cast<HRESULT>(0x80070002u));

TEST(LayoutTest, AWin32CodeIsAConstantHresult) {
  const auto is_disabled = [](HRESULT code) {
    switch (code) {
      case HRESULT_FROM_WIN32(ERROR_SERVICE_DISABLED):
        return true;
      default:
        return false;
    }
  };
  EXPECT_TRUE(is_disabled(static_cast<HRESULT>(0x80070422u)));
  EXPECT_FALSE(is_disabled(S_OK));
  EXPECT_EQ(HRESULT_FROM_WIN32(ERROR_SUCCESS), S_OK);
  // It is one already.
  EXPECT_EQ(HRESULT_FROM_WIN32(static_cast<DWORD>(E_FAIL)), E_FAIL);
}

// Counts the bytes read.
class Stream : public RuntimeClass<
                   RuntimeClassFlags<ClassicCom>,
                   Microsoft::WRL::ChainInterfaces<IStream, ISequentialStream>,
                   IClassFactory> {
 public:
  HRESULT STDMETHODCALLTYPE Read(void* to, ULONG size, ULONG* read) override {
    std::memset(to, 'x', size);
    *read = size;
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE Write(const void*, ULONG, ULONG*) override {
    return E_NOTIMPL;
  }
  HRESULT STDMETHODCALLTYPE Seek(LARGE_INTEGER, DWORD,
                                 ULARGE_INTEGER*) override {
    return E_NOTIMPL;
  }
  HRESULT STDMETHODCALLTYPE SetSize(ULARGE_INTEGER) override {
    return E_NOTIMPL;
  }
  HRESULT STDMETHODCALLTYPE CopyTo(IStream*, ULARGE_INTEGER, ULARGE_INTEGER*,
                                   ULARGE_INTEGER*) override {
    return E_NOTIMPL;
  }
  HRESULT STDMETHODCALLTYPE Commit(DWORD) override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE Revert() override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE LockRegion(ULARGE_INTEGER, ULARGE_INTEGER,
                                       DWORD) override {
    return E_NOTIMPL;
  }
  HRESULT STDMETHODCALLTYPE UnlockRegion(ULARGE_INTEGER, ULARGE_INTEGER,
                                         DWORD) override {
    return E_NOTIMPL;
  }
  HRESULT STDMETHODCALLTYPE Stat(STATSTG*, DWORD) override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE Clone(IStream**) override { return E_NOTIMPL; }

  HRESULT STDMETHODCALLTYPE CreateInstance(IUnknown*, REFIID riid,
                                           void** object) override {
    return QueryInterface(riid, object);
  }
  HRESULT STDMETHODCALLTYPE LockServer(BOOL) override { return S_OK; }
};

TEST(LayoutTest, CallsObjectsOfCppThroughLpVtbl) {
  const ComPtr<Stream> made = Make<Stream>();
  ComPtr<IClassFactory> factory;
  ASSERT_EQ(made.As(&factory), S_OK);
  IStream* stream = nullptr;
  ASSERT_EQ(CreateThroughVtbl(factory.Get(), IID_IStream,
                              reinterpret_cast<void**>(&stream)),
            S_OK);
  char bytes[4] = {};
  ULONG read = 0;
  EXPECT_EQ(ReadThroughVtbl(stream, bytes, 3, &read), S_OK);
  EXPECT_EQ(read, 3u);
  EXPECT_STREQ(bytes, "xxx");
  EXPECT_EQ(ReleaseThroughVtbl(stream), 2u);
}

TEST(LayoutTest, AnObjectHasOneIdentity) {
  const ComPtr<Stream> made = Make<Stream>();
  ComPtr<IStream> stream;
  ComPtr<IClassFactory> factory;
  ComPtr<IUnknown> of_stream;
  ComPtr<IUnknown> of_factory;
  ComPtr<IDODownload> none;
  ASSERT_EQ(made.As(&stream), S_OK);
  ASSERT_EQ(stream.As(&factory), S_OK);
  ASSERT_EQ(stream.As(&of_stream), S_OK);
  ASSERT_EQ(factory.As(&of_factory), S_OK);
  EXPECT_EQ(of_stream, of_factory);
  EXPECT_EQ(stream.As(&none), E_NOINTERFACE);
  EXPECT_EQ(none, nullptr);
}

}  // namespace
