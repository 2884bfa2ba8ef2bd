#include "client/com/apartment.h"

#include <ole2.h>

#include <atomic>

#include "client/com/messages.h"

namespace {

constexpr DWORD kApartmentThreaded = COINIT_APARTMENTTHREADED;

struct Apartment {
  int initialisations = 0;
  bool single_threaded = false;
};

thread_local Apartment this_thread;
// Threads in the multithreaded apartment.
std::atomic<int> multithreaded{0};
std::atomic<bool> has_security{false};
std::atomic<ULONG> server_references{0};

}  // namespace

namespace convoy {

bool IsComInitialized() {
  return this_thread.initialisations > 0 || multithreaded.load() > 0;
}

}  // namespace convoy

HRESULT CoInitializeEx(LPVOID reserved, DWORD apartment) {
  if (reserved != nullptr) {
    return E_INVALIDARG;
  }
  const bool single_threaded = (apartment & kApartmentThreaded) != 0;
  if (this_thread.initialisations > 0) {
    if (this_thread.single_threaded != single_threaded) {
      return RPC_E_CHANGED_MODE;
    }
    ++this_thread.initialisations;
    return S_FALSE;
  }
  this_thread.initialisations = 1;
  this_thread.single_threaded = single_threaded;
  if (single_threaded) {
    // Others may post to it from now on.
    convoy::MessagesOfThisThread();
  } else {
    ++multithreaded;
  }
  return S_OK;
}

HRESULT CoInitialize(LPVOID reserved) {
  return CoInitializeEx(reserved, kApartmentThreaded);
}

void CoUninitialize() {
  if (this_thread.initialisations == 0) {
    return;
  }
  if (--this_thread.initialisations == 0 && !this_thread.single_threaded) {
    --multithreaded;
  }
}

HRESULT OleInitialize(LPVOID reserved) { return CoInitialize(reserved); }
void OleUninitialize() { CoUninitialize(); }

HRESULT CoInitializeSecurity(PSECURITY_DESCRIPTOR, LONG,
                             SOLE_AUTHENTICATION_SERVICE*, void*, DWORD, DWORD,
                             void*, DWORD, void*) {
  if (!convoy::IsComInitialized()) {
    return CO_E_NOTINITIALIZED;
  }
  return has_security.exchange(true) ? RPC_E_TOO_LATE : S_OK;
}

HRESULT CoSetProxyBlanket(IUnknown* proxy, DWORD, DWORD, OLECHAR*, DWORD, DWORD,
                          RPC_AUTH_IDENTITY_HANDLE, DWORD) {
  return proxy == nullptr ? E_INVALIDARG : S_OK;
}

HRESULT CoQueryProxyBlanket(IUnknown* proxy, DWORD* authn_svc, DWORD* authz_svc,
                            OLECHAR** principal, DWORD* authn_level,
                            DWORD* imp_level,
                            RPC_AUTH_IDENTITY_HANDLE* identity,
                            DWORD* capabilities) {
  if (proxy == nullptr) {
    return E_INVALIDARG;
  }
  const auto tell = [](DWORD* to, DWORD value) {
    if (to != nullptr) {
      *to = value;
    }
  };
  tell(authn_svc, RPC_C_AUTHN_WINNT);
  tell(authz_svc, RPC_C_AUTHZ_NONE);
  tell(authn_level, RPC_C_AUTHN_LEVEL_PKT_PRIVACY);
  tell(imp_level, RPC_C_IMP_LEVEL_IMPERSONATE);
  tell(capabilities, EOAC_NONE);
  if (principal != nullptr) {
    *principal = nullptr;
  }
  if (identity != nullptr) {
    *identity = nullptr;
  }
  return S_OK;
}

HRESULT CoImpersonateClient() { return S_OK; }
HRESULT CoRevertToSelf() { return S_OK; }

ULONG CoAddRefServerProcess() { return ++server_references; }
ULONG CoReleaseServerProcess() { return --server_references; }
