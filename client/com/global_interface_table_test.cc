#include <combaseapi.h>
#include <wrl.h>

#include <thread>

#include "gtest/gtest.h"

namespace {

using Microsoft::WRL::ClassicCom;
using Microsoft::WRL::ComPtr;
using Microsoft::WRL::Make;
using Microsoft::WRL::RuntimeClass;
using Microsoft::WRL::RuntimeClassFlags;

class Thing final
    : public RuntimeClass<RuntimeClassFlags<ClassicCom>, ISequentialStream> {
 public:
  ~Thing() override { ++gone; }
  HRESULT STDMETHODCALLTYPE Read(void*, ULONG, ULONG*) override {
    return S_FALSE;
  }
  HRESULT STDMETHODCALLTYPE Write(const void*, ULONG, ULONG*) override {
    return E_NOTIMPL;
  }
  static int gone;
};
int Thing::gone = 0;

ComPtr<IGlobalInterfaceTable> TableOfThisThread() {
  ComPtr<IGlobalInterfaceTable> table;
  EXPECT_EQ(CoCreateInstance(CLSID_StdGlobalInterfaceTable, nullptr,
                             CLSCTX_INPROC_SERVER, IID_PPV_ARGS(&table)),
            S_OK);
  return table;
}

TEST(GlobalInterfaceTableTest, CarriesAnObjectToAnotherThread) {
  ASSERT_EQ(CoInitializeEx(nullptr, COINIT_MULTITHREADED), S_OK);
  ComPtr<Thing> thing = Make<Thing>();
  DWORD cookie = 0;
  ASSERT_EQ(TableOfThisThread()->RegisterInterfaceInGlobal(
                thing.Get(), IID_ISequentialStream, &cookie),
            S_OK);
  EXPECT_NE(cookie, 0u);
  thing = nullptr;
  EXPECT_EQ(Thing::gone, 0);
  std::thread([cookie] {
    const ComPtr<IGlobalInterfaceTable> table = TableOfThisThread();
    ComPtr<ISequentialStream> stream;
    ASSERT_EQ(table->GetInterfaceFromGlobal(cookie, IID_PPV_ARGS(&stream)),
              S_OK);
    EXPECT_EQ(stream->Read(nullptr, 0, nullptr), S_FALSE);
    void* none = table.Get();
    EXPECT_EQ(table->GetInterfaceFromGlobal(cookie, IID_IStream, &none),
              E_NOINTERFACE);
    EXPECT_EQ(none, nullptr);
    EXPECT_EQ(table->RevokeInterfaceFromGlobal(cookie), S_OK);
    EXPECT_EQ(Thing::gone, 0);
  }).join();
  EXPECT_EQ(Thing::gone, 1);
  const ComPtr<IGlobalInterfaceTable> table = TableOfThisThread();
  ComPtr<IUnknown> none;
  EXPECT_EQ(table->GetInterfaceFromGlobal(cookie, IID_PPV_ARGS(&none)),
            E_INVALIDARG);
  EXPECT_EQ(table->RevokeInterfaceFromGlobal(cookie), E_INVALIDARG);
  CoUninitialize();
}

TEST(GlobalInterfaceTableTest, TakesOnlyWhatTheObjectOffers) {
  ASSERT_EQ(CoInitializeEx(nullptr, COINIT_MULTITHREADED), S_OK);
  const ComPtr<Thing> thing = Make<Thing>();
  DWORD cookie = 7;
  EXPECT_EQ(TableOfThisThread()->RegisterInterfaceInGlobal(
                thing.Get(), IID_IClassFactory, &cookie),
            E_NOINTERFACE);
  EXPECT_EQ(cookie, 0u);
  EXPECT_EQ(TableOfThisThread()->RegisterInterfaceInGlobal(
                nullptr, IID_IUnknown, &cookie),
            E_INVALIDARG);
  CoUninitialize();
}

}  // namespace
