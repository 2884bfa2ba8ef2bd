#include "client/com/class_registry.h"

#include <wrl/implements.h>

#include <cstring>
#include <map>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "client/com/apartment.h"
#include "peer/base/mutex.h"

namespace convoy {
namespace {

using Microsoft::WRL::ClassicCom;
using Microsoft::WRL::ComPtr;
using Microsoft::WRL::Make;
using Microsoft::WRL::RuntimeClass;
using Microsoft::WRL::RuntimeClassFlags;

class ClassFactory
    : public RuntimeClass<RuntimeClassFlags<ClassicCom>, IClassFactory> {
 public:
  ClassFactory(REFCLSID clsid, CreateComObject create)
      : clsid_(clsid), create_(create) {}

  HRESULT STDMETHODCALLTYPE CreateInstance(IUnknown* outer, REFIID riid,
                                           void** object) override {
    if (object == nullptr) {
      return E_POINTER;
    }
    *object = nullptr;
    return outer != nullptr ? CLASS_E_NOAGGREGATION
                            : create_(clsid_, riid, object);
  }
  HRESULT STDMETHODCALLTYPE LockServer(BOOL) override { return S_OK; }

 private:
  const CLSID clsid_;
  const CreateComObject create_;
};

struct LessGuid {
  bool operator()(const GUID& a, const GUID& b) const {
    return std::memcmp(&a, &b, sizeof(GUID)) < 0;
  }
};

struct Registry {
  Mutex mutex;
  // The library's own classes.
  std::map<CLSID, CreateComObject, LessGuid> built_in ABSL_GUARDED_BY(mutex);
  // What the program registered, by its cookie.
  std::map<DWORD, std::pair<CLSID, ComPtr<IUnknown>>> registered
      ABSL_GUARDED_BY(mutex);
  DWORD next_cookie ABSL_GUARDED_BY(mutex) = 1;
};

// Never destroyed: objects may be asked for while the process ends.
Registry& TheRegistry() {
  static Registry& registry = *new Registry;
  return registry;
}

// The class object of `clsid`; empty if there is none.
ComPtr<IUnknown> FindClass(REFCLSID clsid) {
  Registry& registry = TheRegistry();
  MutexLock lock(&registry.mutex);
  for (const auto& [cookie, entry] : registry.registered) {
    if (entry.first == clsid) {
      return entry.second;
    }
  }
  const auto found = registry.built_in.find(clsid);
  if (found == registry.built_in.end()) {
    return nullptr;
  }
  return Make<ClassFactory>(found->first, found->second);
}

}  // namespace

void RegisterComClass(REFCLSID clsid, CreateComObject create) {
  Registry& registry = TheRegistry();
  MutexLock lock(&registry.mutex);
  registry.built_in[clsid] = create;
}

}  // namespace convoy

HRESULT CoGetClassObject(REFCLSID clsid, DWORD, LPVOID server, REFIID riid,
                         LPVOID* object) {
  if (object == nullptr) {
    return E_INVALIDARG;
  }
  *object = nullptr;
  if (server != nullptr) {
    return E_NOTIMPL;
  }
  if (!convoy::IsComInitialized()) {
    return CO_E_NOTINITIALIZED;
  }
  const Microsoft::WRL::ComPtr<IUnknown> found = convoy::FindClass(clsid);
  return found == nullptr ? REGDB_E_CLASSNOTREG : found.CopyTo(riid, object);
}

HRESULT CoCreateInstance(REFCLSID clsid, IUnknown* outer, DWORD context,
                         REFIID riid, LPVOID* object) {
  if (object == nullptr) {
    return E_POINTER;
  }
  *object = nullptr;
  Microsoft::WRL::ComPtr<IClassFactory> factory;
  const HRESULT result =
      CoGetClassObject(clsid, context, nullptr, IID_PPV_ARGS(&factory));
  return FAILED(result) ? result : factory->CreateInstance(outer, riid, object);
}

HRESULT CoCreateInstanceEx(REFCLSID clsid, IUnknown* outer, DWORD context,
                           COSERVERINFO* server, DWORD count,
                           MULTI_QI* results) {
  if (results == nullptr || count == 0 || server != nullptr) {
    return E_INVALIDARG;
  }
  Microsoft::WRL::ComPtr<IUnknown> object;
  const HRESULT made =
      CoCreateInstance(clsid, outer, context, IID_IUnknown, &object);
  DWORD given = 0;
  for (DWORD i = 0; i < count; ++i) {
    results[i].pItf = nullptr;
    results[i].hr =
        FAILED(made)
            ? made
            : object.CopyTo(*results[i].pIID,
                            reinterpret_cast<void**>(&results[i].pItf));
    given += SUCCEEDED(results[i].hr) ? 1 : 0;
  }
  if (FAILED(made)) {
    return made;
  }
  constexpr HRESULT kNotAllInterfaces = 0x00080012;
  return given == count ? S_OK : given == 0 ? E_NOINTERFACE : kNotAllInterfaces;
}

HRESULT CoRegisterClassObject(REFCLSID clsid, IUnknown* class_object, DWORD,
                              DWORD, DWORD* cookie) {
  if (class_object == nullptr || cookie == nullptr) {
    return E_INVALIDARG;
  }
  convoy::Registry& registry = convoy::TheRegistry();
  convoy::MutexLock lock(&registry.mutex);
  *cookie = registry.next_cookie++;
  registry.registered[*cookie] = {clsid, class_object};
  return S_OK;
}

HRESULT CoRevokeClassObject(DWORD cookie) {
  convoy::Registry& registry = convoy::TheRegistry();
  // Released after the lock: its destructor may call back.
  std::pair<CLSID, Microsoft::WRL::ComPtr<IUnknown>> revoked;
  convoy::MutexLock lock(&registry.mutex);
  const auto found = registry.registered.find(cookie);
  if (found == registry.registered.end()) {
    return E_INVALIDARG;
  }
  revoked = std::move(found->second);
  registry.registered.erase(found);
  return S_OK;
}

HRESULT CoResumeClassObjects() { return S_OK; }
HRESULT CoSuspendClassObjects() { return S_OK; }
