// CLSID_StdGlobalInterfaceTable. Any thread may call any object, so that the
// table only keeps references.
#include <objidl.h>
#include <wrl/implements.h>

#include <map>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "client/com/class_registry.h"
#include "peer/base/mutex.h"

namespace convoy {
namespace {

using Microsoft::WRL::ClassicCom;
using Microsoft::WRL::ComPtr;
using Microsoft::WRL::Make;
using Microsoft::WRL::RuntimeClass;
using Microsoft::WRL::RuntimeClassFlags;

struct Table {
  Mutex mutex;
  // By their cookies.
  std::map<DWORD, ComPtr<IUnknown>> objects ABSL_GUARDED_BY(mutex);
  DWORD next_cookie ABSL_GUARDED_BY(mutex) = 1;
};

// Never destroyed: what is left in it outlives static variables.
Table& TheTable() {
  static Table& table = *new Table;
  return table;
}

class GlobalInterfaceTable final
    : public RuntimeClass<RuntimeClassFlags<ClassicCom>,
                          IGlobalInterfaceTable> {
 public:
  HRESULT STDMETHODCALLTYPE RegisterInterfaceInGlobal(IUnknown* object,
                                                      REFIID riid,
                                                      DWORD* cookie) override {
    if (object == nullptr || cookie == nullptr) return E_INVALIDARG;
    *cookie = 0;
    ComPtr<IUnknown> asked;
    const HRESULT result = object->QueryInterface(
        riid, reinterpret_cast<void**>(asked.GetAddressOf()));
    if (FAILED(result)) return result;
    Table& table = TheTable();
    MutexLock lock(&table.mutex);
    *cookie = table.next_cookie++;
    table.objects[*cookie] = std::move(asked);
    return S_OK;
  }

  HRESULT STDMETHODCALLTYPE RevokeInterfaceFromGlobal(DWORD cookie) override {
    // Released after the lock: its destructor may call back.
    ComPtr<IUnknown> revoked;
    Table& table = TheTable();
    MutexLock lock(&table.mutex);
    const auto found = table.objects.find(cookie);
    if (found == table.objects.end()) return E_INVALIDARG;
    revoked = std::move(found->second);
    table.objects.erase(found);
    return S_OK;
  }

  HRESULT STDMETHODCALLTYPE GetInterfaceFromGlobal(DWORD cookie, REFIID riid,
                                                   void** object) override {
    if (object == nullptr) return E_INVALIDARG;
    *object = nullptr;
    ComPtr<IUnknown> kept;
    {
      Table& table = TheTable();
      MutexLock lock(&table.mutex);
      const auto found = table.objects.find(cookie);
      if (found == table.objects.end()) return E_INVALIDARG;
      kept = found->second;
    }
    return kept.CopyTo(riid, object);
  }
};

HRESULT MakeTable(REFCLSID, REFIID riid, void** object) {
  return Make<GlobalInterfaceTable>().CopyTo(riid, object);
}

const ComClassRegistration registration(CLSID_StdGlobalInterfaceTable,
                                        MakeTable);

}  // namespace
}  // namespace convoy
