// IUnknown and IClassFactory.
#ifndef CONVOY_COMPAT_UNKNWN_H_
#define CONVOY_COMPAT_UNKNWN_H_

#include <wtypes.h>

DEFINE_GUID(IID_NULL, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
DEFINE_GUID(IID_IUnknown, 0x00000000, 0x0000, 0x0000, 0xc0, 0x00, 0x00, 0x00,
            0x00, 0x00, 0x00, 0x46);
DEFINE_GUID(IID_IClassFactory, 0x00000001, 0x0000, 0x0000, 0xc0, 0x00, 0x00,
            0x00, 0x00, 0x00, 0x00, 0x46);

// IUnknown's methods, for CONVOY_BASE.
#define CONVOY_IUNKNOWN                                             \
  STDMETHOD(QueryInterface)(THIS_ REFIID riid, void** object) PURE; \
  STDMETHOD_(ULONG, AddRef)(THIS) PURE;                             \
  STDMETHOD_(ULONG, Release)(THIS) PURE;

#ifdef __cplusplus
extern "C++" {
struct IUnknown;
}
__CRT_UUID_DECL(IUnknown, 0x00000000, 0x0000, 0x0000, 0xc0, 0x00, 0x00, 0x00,
                0x00, 0x00, 0x00, 0x46)
extern "C++" {
struct IUnknown {
  virtual HRESULT STDMETHODCALLTYPE QueryInterface(REFIID riid,
                                                   void** object) = 0;
  virtual ULONG STDMETHODCALLTYPE AddRef() = 0;
  virtual ULONG STDMETHODCALLTYPE Release() = 0;

  template <class Q>
  HRESULT STDMETHODCALLTYPE QueryInterface(Q** object) {
    return QueryInterface(__uuidof(Q), reinterpret_cast<void**>(object));
  }
};
}
#else
#undef INTERFACE
#define INTERFACE IUnknown
DECLARE_INTERFACE(IUnknown){CONVOY_IUNKNOWN};
#endif
typedef IUnknown* LPUNKNOWN;

#undef INTERFACE
#define INTERFACE IClassFactory
DECLARE_INTERFACE_(IClassFactory, IUnknown) {
  CONVOY_BASE(CONVOY_IUNKNOWN)
  STDMETHOD(CreateInstance)
  (THIS_ IUnknown * outer, REFIID riid, void** object) PURE;
  STDMETHOD(LockServer)(THIS_ BOOL lock) PURE;
};
__CRT_UUID_DECL(IClassFactory, 0x00000001, 0x0000, 0x0000, 0xc0, 0x00, 0x00,
                0x00, 0x00, 0x00, 0x00, 0x46)
typedef IClassFactory* LPCLASSFACTORY;

#if !defined(__cplusplus) && defined(COBJMACROS)
#define IUnknown_QueryInterface(p, a, b) (p)->lpVtbl->QueryInterface(p, a, b)
#define IUnknown_AddRef(p) (p)->lpVtbl->AddRef(p)
#define IUnknown_Release(p) (p)->lpVtbl->Release(p)
#define IClassFactory_QueryInterface(p, a, b) \
  (p)->lpVtbl->QueryInterface(p, a, b)
#define IClassFactory_AddRef(p) (p)->lpVtbl->AddRef(p)
#define IClassFactory_Release(p) (p)->lpVtbl->Release(p)
#define IClassFactory_CreateInstance(p, a, b, c) \
  (p)->lpVtbl->CreateInstance(p, a, b, c)
#define IClassFactory_LockServer(p, a) (p)->lpVtbl->LockServer(p, a)
#endif

#endif  // CONVOY_COMPAT_UNKNWN_H_
