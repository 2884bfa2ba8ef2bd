// COM's library: start, objects of classes, memory, identifiers.
// Implemented in client/com/.
#ifndef CONVOY_COMPAT_COMBASEAPI_H_
#define CONVOY_COMPAT_COMBASEAPI_H_

#include <objidl.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum tagCOINIT {
  COINIT_MULTITHREADED = 0x0,
  COINIT_APARTMENTTHREADED = 0x2,
  COINIT_DISABLE_OLE1DDE = 0x4,
  COINIT_SPEED_OVER_MEMORY = 0x8
} COINIT;

typedef enum tagREGCLS {
  REGCLS_SINGLEUSE = 0,
  REGCLS_MULTIPLEUSE = 1,
  REGCLS_MULTI_SEPARATE = 2,
  REGCLS_SUSPENDED = 4
} REGCLS;

typedef struct _COSERVERINFO COSERVERINFO;

typedef struct tagMULTI_QI {
  const IID* pIID;
  IUnknown* pItf;
  HRESULT hr;
} MULTI_QI;

// S_OK for a thread's first call, S_FALSE for later ones, RPC_E_CHANGED_MODE
// for another apartment than its first. Each success is to be matched by one
// CoUninitialize. Both kinds of apartment behave alike: calls are made on the
// caller's thread, callbacks on threads of the library.
HRESULT CoInitializeEx(LPVOID reserved, DWORD apartment);
void CoUninitialize(void);

// What is asked for is accepted and has no effect: the daemon knows its
// callers by their uid. RPC_E_TOO_LATE for a process' second call.
HRESULT CoInitializeSecurity(PSECURITY_DESCRIPTOR descriptor, LONG services,
                             SOLE_AUTHENTICATION_SERVICE* service,
                             void* reserved1, DWORD authn_level,
                             DWORD imp_level, void* auth_list,
                             DWORD capabilities, void* reserved3);
// S_OK, no effect; E_INVALIDARG without a proxy.
HRESULT CoSetProxyBlanket(IUnknown* proxy, DWORD authn_svc, DWORD authz_svc,
                          OLECHAR* principal, DWORD authn_level,
                          DWORD imp_level, RPC_AUTH_IDENTITY_HANDLE identity,
                          DWORD capabilities);
// Tells RPC_C_AUTHN_WINNT and RPC_C_IMP_LEVEL_IMPERSONATE. Any pointer but
// `proxy` may be NULL.
HRESULT CoQueryProxyBlanket(IUnknown* proxy, DWORD* authn_svc, DWORD* authz_svc,
                            OLECHAR** principal, DWORD* authn_level,
                            DWORD* imp_level,
                            RPC_AUTH_IDENTITY_HANDLE* identity,
                            DWORD* capabilities);
HRESULT CoImpersonateClient(void);
HRESULT CoRevertToSelf(void);

// CO_E_NOTINITIALIZED before CoInitializeEx; REGDB_E_CLASSNOTREG for a class
// that is not in the process; CLASS_E_NOAGGREGATION with `outer`; what the
// class answers, as E_NOINTERFACE or, of BITS and Delivery Optimization when no
// daemon runs, HRESULT_FROM_WIN32(ERROR_SERVICE_DISABLED).
HRESULT CoCreateInstance(REFCLSID clsid, IUnknown* outer, DWORD context,
                         REFIID riid, LPVOID* object);
// For this machine only: `server` must be NULL.
HRESULT CoCreateInstanceEx(REFCLSID clsid, IUnknown* outer, DWORD context,
                           COSERVERINFO* server, DWORD count,
                           MULTI_QI* results);
HRESULT CoGetClassObject(REFCLSID clsid, DWORD context, LPVOID server,
                         REFIID riid, LPVOID* object);
// For this process.
HRESULT CoRegisterClassObject(REFCLSID clsid, IUnknown* class_object,
                              DWORD context, DWORD flags, DWORD* cookie);
HRESULT CoRevokeClassObject(DWORD cookie);
// S_OK, no effect: a class is found from its registration on, with
// REGCLS_SUSPENDED too.
HRESULT CoResumeClassObjects(void);
HRESULT CoSuspendClassObjects(void);
ULONG CoAddRefServerProcess(void);
ULONG CoReleaseServerProcess(void);

typedef enum tagCOWAIT_FLAGS {
  COWAIT_DEFAULT = 0,
  COWAIT_WAITALL = 1,
  COWAIT_ALERTABLE = 2,
  COWAIT_INPUTAVAILABLE = 4,
  COWAIT_DISPATCH_CALLS = 8,
  COWAIT_DISPATCH_WINDOW_MESSAGES = 16
} COWAIT_FLAGS;

// As WaitForMultipleObjects: there are no calls to dispatch meanwhile.
// RPC_S_CALLPENDING: the time is over. RPC_E_NO_SYNC: no handles.
HRESULT CoWaitForMultipleHandles(DWORD flags, DWORD milliseconds, ULONG count,
                                 LPHANDLE handles, LPDWORD index);

// malloc's memory, so that one library may free what another one allocated.
LPVOID CoTaskMemAlloc(SIZE_T size);
LPVOID CoTaskMemRealloc(LPVOID memory, SIZE_T size);
void CoTaskMemFree(LPVOID memory);

// Identifiers as text: "{4991D34B-80A1-4291-83B6-3328366B9097}".
// Characters with the zero, 39; 0 when they do not fit.
int StringFromGUID2(REFGUID guid, LPOLESTR to, int size);
// To be freed with CoTaskMemFree.
HRESULT StringFromCLSID(REFCLSID clsid, LPOLESTR* text);
HRESULT StringFromIID(REFIID iid, LPOLESTR* text);
// CO_E_CLASSSTRING, CO_E_IIDSTRING: it is not of that form.
HRESULT CLSIDFromString(LPCOLESTR text, CLSID* clsid);
HRESULT IIDFromString(LPCOLESTR text, IID* iid);
// A random one.
HRESULT CoCreateGuid(GUID* guid);

#ifdef __cplusplus
}

extern "C++" {
template <typename T>
void** IID_PPV_ARGS_Helper(T** object) {
  static_cast<void>(static_cast<IUnknown*>(*object));
  return reinterpret_cast<void**>(object);
}
}
#define IID_PPV_ARGS(object) __uuidof(**(object)), IID_PPV_ARGS_Helper(object)
#endif

#endif  // CONVOY_COMPAT_COMBASEAPI_H_
