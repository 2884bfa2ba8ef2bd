// The classes of atlcomcli.h as programs use them, and the Interlocked
// functions on numbers of Windows' type and of programs written for it.
#include <atlbase.h>
#include <atlcomcli.h>
#include <objidl.h>
#include <wrl.h>

#include <type_traits>
#include <utility>

#include "gtest/gtest.h"

namespace {

// An object with two interfaces, which counts those that are alive.
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
    return CLASS_E_NOAGGREGATION;
  }
  HRESULT STDMETHODCALLTYPE LockServer(BOOL) override { return S_OK; }

  static int alive;
};

int Thing::alive = 0;

CComPtr<ISequentialStream> MakeThing() {
  CComPtr<ISequentialStream> made;
  made.Attach(Microsoft::WRL::Make<Thing>().Detach());
  return made;
}

TEST(CComPtrTest, HoldsAReference) {
  {
    CComPtr<ISequentialStream> thing = MakeThing();
    EXPECT_EQ(Thing::alive, 1);
    CComPtr<ISequentialStream> other = thing;
    thing.Release();
    EXPECT_TRUE(!thing);
    EXPECT_EQ(Thing::alive, 1);
    EXPECT_EQ(other->Read(nullptr, 0, nullptr), S_FALSE);
    ISequentialStream* out = nullptr;
    EXPECT_EQ(other.CopyTo(&out), S_OK);
    EXPECT_EQ(out, other.p);
    out->Release();
    other = nullptr;
    EXPECT_EQ(Thing::alive, 0);
    other = MakeThing();
    thing = std::move(other);
    EXPECT_EQ(other.p, nullptr);
    ISequentialStream* const detached = thing.Detach();
    EXPECT_EQ(Thing::alive, 1);
    thing.Attach(detached);
  }
  EXPECT_EQ(Thing::alive, 0);
}

TEST(CComPtrTest, TakesNull) {
  CComPtr<ISequentialStream> none(NULL);
  EXPECT_EQ(none, nullptr);
  none = MakeThing();
  none = NULL;
  EXPECT_EQ(none, nullptr);
  const CComPtr<ISequentialStream> other(nullptr);
  EXPECT_EQ(other, nullptr);
  EXPECT_EQ(Thing::alive, 0);
}

TEST(CComPtrTest, AssignmentAsksForItsInterface) {
  const CComPtr<ISequentialStream> thing = MakeThing();
  CComPtr<IClassFactory> factory;
  factory = thing;
  ASSERT_NE(factory, nullptr);
  EXPECT_EQ(factory->LockServer(TRUE), S_OK);
  CComPtr<IStream> stream;
  stream = thing;
  EXPECT_EQ(stream, nullptr);
  factory = CComPtr<ISequentialStream>();
  EXPECT_EQ(factory, nullptr);
  CComQIPtr<IClassFactory> asks;
  asks = thing;
  ASSERT_NE(asks, nullptr);
  factory = asks;
  EXPECT_EQ(factory, asks.p);
  // An object that nothing else holds.
  asks = MakeThing();
  EXPECT_EQ(asks->LockServer(TRUE), S_OK);
}

TEST(CComPtrTest, KnowsItsObject) {
  const CComPtr<ISequentialStream> thing = MakeThing();
  CComPtr<IClassFactory> same;
  EXPECT_EQ(thing.QueryInterface(&same), S_OK);
  EXPECT_TRUE(same.IsEqualObject(thing));
  EXPECT_FALSE(same.IsEqualObject(MakeThing()));
}

TEST(CComQIPtrTest, AsksForItsInterface) {
  const CComPtr<ISequentialStream> thing = MakeThing();
  CComQIPtr<IClassFactory> factory(thing);
  ASSERT_NE(factory, nullptr);
  EXPECT_EQ(factory->LockServer(TRUE), S_OK);
  const CComQIPtr<IStream> none(thing);
  EXPECT_EQ(none, nullptr);
  // Its own object by another pointer, which nothing else holds.
  CComQIPtr<IClassFactory> alone;
  {
    const CComPtr<ISequentialStream> another = MakeThing();
    alone = another.p;
  }
  IUnknown* const itself = alone.p;
  alone = itself;
  ASSERT_NE(alone, nullptr);
  EXPECT_EQ(alone->LockServer(TRUE), S_OK);
  alone = static_cast<IUnknown*>(nullptr);
  EXPECT_EQ(alone, nullptr);
  EXPECT_EQ(Thing::alive, 1);
}

TEST(CComBstrTest, OwnsItsText) {
  CComBSTR text(L"one");
  EXPECT_EQ(text.Length(), 3u);
  CComBSTR copy(text);
  text = L"another";
  EXPECT_STREQ(copy, L"one");
  EXPECT_STREQ(text, L"another");
  copy = text;
  const BSTR detached = copy.Detach();
  EXPECT_TRUE(!copy);
  EXPECT_STREQ(detached, L"another");
  copy.Attach(detached);
  BSTR* const place = &(text = CComBSTR());
  *place = SysAllocString(L"out");
  EXPECT_STREQ(text, L"out");
  text.Empty();
  EXPECT_EQ(text.Length(), 0u);
}

TEST(CComVariantTest, OwnsItsValue) {
  const CComPtr<ISequentialStream> thing = MakeThing();
  {
    CComVariant object(thing.p);
    EXPECT_EQ(object.vt, VT_UNKNOWN);
    const CComVariant copy(object);
    EXPECT_EQ(object.Clear(), S_OK);
    EXPECT_EQ(object.vt, VT_EMPTY);
    EXPECT_EQ(copy.punkVal, thing.p);
  }
  EXPECT_EQ(thing.p->AddRef(), 2u);
  thing.p->Release();
  CComVariant text(L"text");
  EXPECT_EQ(text.vt, VT_BSTR);
  CComVariant other(7u);
  EXPECT_EQ(other.vt, VT_UI4);
  other = text;
  ASSERT_EQ(other.vt, VT_BSTR);
  EXPECT_STREQ(other.bstrVal, L"text");
  EXPECT_NE(other.bstrVal, text.bstrVal);
  EXPECT_EQ(CComVariant(true).boolVal, VARIANT_TRUE);
  EXPECT_EQ(CComVariant(5).vt, VT_I4);
  EXPECT_EQ(CComVariant(5ULL).ullVal, 5u);
}

TEST(CComVariantTest, ANumbersKindIsThatOfItsSize) {
  EXPECT_EQ(CComVariant(static_cast<short>(-2)).vt, VT_I2);
  EXPECT_EQ(CComVariant(static_cast<unsigned short>(2)).vt, VT_UI2);
  EXPECT_EQ(CComVariant(BYTE{200}).vt, VT_UI1);
  EXPECT_EQ(CComVariant(BYTE{200}).bVal, 200);
  EXPECT_EQ(CComVariant('c').vt, VT_I1);
  EXPECT_EQ(CComVariant(LONG{-2}).vt, VT_I4);
  EXPECT_EQ(CComVariant(DWORD{2}).vt, VT_UI4);
  EXPECT_EQ(CComVariant(-2L).vt, VT_I8);
  EXPECT_EQ(CComVariant(-2L).llVal, -2);
  EXPECT_EQ(CComVariant(UINT64{1} << 40).vt, VT_UI8);
  EXPECT_EQ(CComVariant(UINT64{1} << 40).ullVal, UINT64{1} << 40);
  EXPECT_EQ(CComVariant(-2LL).vt, VT_I8);
  EXPECT_EQ(CComVariant(ULONGLONG{2}).vt, VT_UI8);
  EXPECT_EQ(CComVariant(0.5f).vt, VT_R4);
  EXPECT_EQ(CComVariant(0.5).dblVal, 0.5);
  EXPECT_EQ(CComVariant(7, VT_ERROR).vt, VT_ERROR);
  const CComVariant text("z\xc3\xa4");
  ASSERT_EQ(text.vt, VT_BSTR);
  EXPECT_STREQ(text.bstrVal, L"z\u00e4");
}

TEST(CComHeapPtrTest, OwnsItsMemory) {
  CComHeapPtr<wchar_t> text;
  EXPECT_EQ(StringFromCLSID(IID_IUnknown, &text), S_OK);
  EXPECT_STREQ(text, L"{00000000-0000-0000-C000-000000000046}");
  CComHeapPtr<wchar_t> other(std::move(text));
  EXPECT_EQ(text.m_pData, nullptr);
  EXPECT_EQ(other[1], L'0');
  wchar_t* const detached = other.Detach();
  other.Attach(detached);
  other.Free();
  EXPECT_TRUE(other.Allocate(2));
  other[1] = L'x';
}

template <typename Number>
void CheckInterlocked() {
  volatile Number number = 1;
  EXPECT_EQ(InterlockedIncrement(&number), 2);
  EXPECT_EQ(InterlockedDecrement(&number), 1);
  EXPECT_EQ(InterlockedExchange(&number, Number{5}), 1);
  EXPECT_EQ(InterlockedExchangeAdd(&number, Number{2}), 5);
  EXPECT_EQ(InterlockedCompareExchange(&number, Number{9}, Number{1}), 7);
  EXPECT_EQ(InterlockedCompareExchange(&number, Number{9}, Number{7}), 7);
  EXPECT_EQ(number, 9);
  static_assert(
      std::is_same_v<decltype(InterlockedIncrement(&number)), Number>);
}

TEST(InterlockedTest, TakesNumbersOfEachSize) {
  CheckInterlocked<LONG>();
  CheckInterlocked<long>();
  CheckInterlocked<LONGLONG>();
}

}  // namespace
