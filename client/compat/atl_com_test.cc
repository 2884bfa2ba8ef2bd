// Objects made by the classes of atlcom.h.
#include <atlcom.h>
#include <bits.h>

#include "gtest/gtest.h"

namespace {

class ATL_NO_VTABLE Callback : public CComObjectRootEx<CComMultiThreadModel>,
                               public IBackgroundCopyCallback2,
                               public IClassFactory {
 public:
  BEGIN_COM_MAP(Callback)
  COM_INTERFACE_ENTRY(IBackgroundCopyCallback2)
  COM_INTERFACE_ENTRY(IBackgroundCopyCallback)
  COM_INTERFACE_ENTRY(IClassFactory)
  END_COM_MAP()
  DECLARE_PROTECT_FINAL_CONSTRUCT()

  HRESULT FinalConstruct() {
    ++alive;
    // A reference that comes and goes here does not end the object.
    if (counts) {
      AddRef();
      Release();
    }
    return fails ? E_ABORT : S_OK;
  }
  void FinalRelease() { --alive; }

  STDMETHODIMP JobTransferred(IBackgroundCopyJob*) { return S_OK; }
  STDMETHODIMP JobError(IBackgroundCopyJob*, IBackgroundCopyError*) {
    return S_OK;
  }
  STDMETHODIMP JobModification(IBackgroundCopyJob*, DWORD) { return S_FALSE; }
  STDMETHODIMP FileTransferred(IBackgroundCopyJob*, IBackgroundCopyFile*) {
    return S_OK;
  }
  STDMETHODIMP CreateInstance(IUnknown*, REFIID, void**) { return E_NOTIMPL; }
  STDMETHODIMP LockServer(BOOL) {
    Lock();
    Unlock();
    return S_OK;
  }

  static int alive;
  static bool fails;
  static bool counts;
};
int Callback::alive = 0;
bool Callback::fails = false;
bool Callback::counts = true;

TEST(CComObjectTest, LivesAsLongAsItIsHeld) {
  CComObject<Callback>* made = nullptr;
  ASSERT_EQ(CComObject<Callback>::CreateInstance(&made), S_OK);
  EXPECT_EQ(Callback::alive, 1);
  {
    CComPtr<IBackgroundCopyCallback> callback(made);
    EXPECT_EQ(callback->JobModification(nullptr, 0), S_FALSE);
    const CComQIPtr<IClassFactory> factory(callback);
    ASSERT_NE(factory, nullptr);
    EXPECT_EQ(factory->LockServer(TRUE), S_OK);
    CComPtr<IUnknown> unknown;
    EXPECT_EQ(factory.QueryInterface(&unknown), S_OK);
    EXPECT_TRUE(callback.IsEqualObject(unknown));
    CComPtr<IStream> none;
    EXPECT_EQ(callback.QueryInterface(&none), E_NOINTERFACE);
    EXPECT_EQ(none, nullptr);
    EXPECT_EQ(made->QueryInterface(IID_IUnknown, nullptr), E_POINTER);
  }
  EXPECT_EQ(Callback::alive, 0);
}

TEST(CComObjectTest, GoesWhenItsConstructionFails) {
  Callback::fails = true;
  CComObject<Callback>* made = nullptr;
  EXPECT_EQ(CComObject<Callback>::CreateInstance(&made), E_ABORT);
  EXPECT_EQ(made, nullptr);
  EXPECT_EQ(Callback::alive, 0);
  Callback::fails = false;
}

TEST(CComObjectTest, MayBeMadeByNew) {
  Callback::counts = false;
  auto* const made = new CComObjectNoLock<Callback>;
  EXPECT_EQ(made->FinalConstruct(), S_OK);
  EXPECT_EQ(made->AddRef(), 1u);
  EXPECT_EQ(made->Release(), 0u);
  EXPECT_EQ(Callback::alive, 0);
}

}  // namespace
