// Pointers that throw, and their exception.
#include <comdef.h>
#include <wrl.h>

#include <functional>
#include <string>
#include <utility>

#include "gtest/gtest.h"

namespace {

class Thing final
    : public Microsoft::WRL::RuntimeClass<
          Microsoft::WRL::RuntimeClassFlags<Microsoft::WRL::ClassicCom>,
          ISequentialStream, IClassFactory> {
 public:
  Thing() { ++alive; }
  ~Thing() override { --alive; }
  HRESULT STDMETHODCALLTYPE Read(void*, ULONG, ULONG*) override {
    return S_FALSE;
  }
  HRESULT STDMETHODCALLTYPE Write(const void*, ULONG, ULONG*) override {
    return E_NOTIMPL;
  }
  HRESULT STDMETHODCALLTYPE CreateInstance(IUnknown*, REFIID, void**) override {
    return E_NOTIMPL;
  }
  HRESULT STDMETHODCALLTYPE LockServer(BOOL) override { return S_OK; }
  static int alive;
};
int Thing::alive = 0;

ISequentialStreamPtr MakeThing() {
  return ISequentialStreamPtr(Microsoft::WRL::Make<Thing>().Detach(), false);
}

HRESULT CodeOf(const std::function<void()>& body) {
  try {
    body();
    return S_OK;
  } catch (const _com_error& error) {
    return error.Error();
  }
}

TEST(ComPtrTest, HoldsAReference) {
  {
    ISequentialStreamPtr thing = MakeThing();
    EXPECT_EQ(thing->Read(NULL, 0, NULL), S_FALSE);
    ISequentialStreamPtr other(thing);
    EXPECT_TRUE(other == thing);
    thing = NULL;
    EXPECT_TRUE(thing == NULL);
    EXPECT_FALSE(thing);
    EXPECT_EQ(Thing::alive, 1);
    thing = std::move(other);
    EXPECT_TRUE(thing != NULL);
    ISequentialStreamPtr taken;
    taken.Attach(thing.Detach());
    EXPECT_TRUE(!thing);
    // & empties it.
    EXPECT_EQ(*&taken, nullptr);
    EXPECT_EQ(Thing::alive, 0);
  }
  const IUnknownPtr none(NULL);
  EXPECT_TRUE(none == NULL);
}

TEST(ComPtrTest, AsksForItsInterface) {
  const ISequentialStreamPtr thing = MakeThing();
  IClassFactoryPtr factory = thing;
  ASSERT_TRUE(factory != NULL);
  EXPECT_EQ(factory->LockServer(TRUE), S_OK);
  IStreamPtr stream;
  stream = thing;
  EXPECT_TRUE(stream == NULL);
  factory = static_cast<IUnknown*>(thing.GetInterfacePtr());
  EXPECT_TRUE(factory != NULL);
  IUnknown* unknown = nullptr;
  EXPECT_EQ(factory.QueryInterface(__uuidof(IUnknown), unknown), S_OK);
  ASSERT_NE(unknown, nullptr);
  unknown->Release();
  EXPECT_TRUE(IClassFactoryPtr::GetIID() == IID_IClassFactory);
}

TEST(ComPtrTest, ThrowsWhereThereIsNothing) {
  const ISequentialStreamPtr none;
  EXPECT_EQ(CodeOf([&none] { none->Read(NULL, 0, NULL); }), E_POINTER);
  EXPECT_EQ(CodeOf([&none] { none.AddRef(); }), E_POINTER);
}

TEST(ComPtrTest, MakesObjects) {
  IGlobalInterfaceTablePtr table;
  EXPECT_EQ(table.CreateInstance(CLSID_StdGlobalInterfaceTable),
            CO_E_NOTINITIALIZED);
  ASSERT_EQ(CoInitialize(NULL), S_OK);
  EXPECT_EQ(table.CreateInstance(CLSID_StdGlobalInterfaceTable, NULL,
                                 CLSCTX_INPROC_SERVER),
            S_OK);
  EXPECT_EQ(table->RevokeInterfaceFromGlobal(0), E_INVALIDARG);
  EXPECT_EQ(CodeOf([] { IUnknownPtr unknown(IID_IStream); }),
            REGDB_E_CLASSNOTREG);
  table = NULL;
  CoUninitialize();
}

std::string Text(const _com_error& error) {
  const std::basic_string<TCHAR> text = error.ErrorMessage();
  return std::string(text.begin(), text.end());
}

TEST(ComErrorTest, SaysItsText) {
  EXPECT_EQ(Text(_com_error(E_ACCESSDENIED)), "Access is denied.");
  EXPECT_EQ(Text(_com_error(HRESULT(0x8ABCDEF0u))), "Unknown error 0x8ABCDEF0");
  EXPECT_EQ(_com_error(HRESULT(0x80040201u)).WCode(), 1);
  EXPECT_EQ(_com_error(E_FAIL).WCode(), 0);
  EXPECT_EQ(_com_error(E_FAIL).Description().length(), 0u);
}

TEST(BstrTest, OwnsItsText) {
  _bstr_t text(L"wide");
  const _bstr_t narrow("z\xc3\xa4");
  EXPECT_EQ(text.length(), 4u);
  EXPECT_STREQ(static_cast<const wchar_t*>(narrow), L"z\u00e4");
  EXPECT_STREQ(static_cast<const char*>(narrow), "z\xc3\xa4");
  const _bstr_t both = text + L" and " + narrow;
  EXPECT_STREQ(static_cast<const wchar_t*>(both), L"wide and z\u00e4");
  EXPECT_TRUE(text == _bstr_t("wide"));
  EXPECT_TRUE(text != narrow);
  EXPECT_TRUE(text < narrow);
  _bstr_t copy = text;
  text = L"another";
  EXPECT_STREQ(static_cast<const wchar_t*>(copy), L"wide");
  const BSTR detached = copy.Detach();
  EXPECT_TRUE(!copy);
  copy = _bstr_t(detached, false);
  EXPECT_EQ(copy.GetBSTR(), detached);
  *copy.GetAddress() = SysAllocString(L"out");
  EXPECT_STREQ(static_cast<const wchar_t*>(copy), L"out");
  EXPECT_EQ(static_cast<const char*>(_bstr_t()), nullptr);
}

}  // namespace
