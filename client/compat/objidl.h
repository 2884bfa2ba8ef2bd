// Streams, enumerators of objects, IClientSecurity.
#ifndef CONVOY_COMPAT_OBJIDL_H_
#define CONVOY_COMPAT_OBJIDL_H_

#include <unknwn.h>

DEFINE_GUID(IID_IEnumUnknown, 0x00000100, 0x0000, 0x0000, 0xc0, 0x00, 0x00,
            0x00, 0x00, 0x00, 0x00, 0x46);
DEFINE_GUID(IID_ISequentialStream, 0x0c733a30, 0x2a1c, 0x11ce, 0xad, 0xe5, 0x00,
            0xaa, 0x00, 0x44, 0x77, 0x3d);
DEFINE_GUID(IID_IStream, 0x0000000c, 0x0000, 0x0000, 0xc0, 0x00, 0x00, 0x00,
            0x00, 0x00, 0x00, 0x46);
DEFINE_GUID(IID_IClientSecurity, 0x0000013d, 0x0000, 0x0000, 0xc0, 0x00, 0x00,
            0x00, 0x00, 0x00, 0x00, 0x46);

DEFINE_GUID(IID_IGlobalInterfaceTable, 0x00000146, 0x0000, 0x0000, 0xc0, 0x00,
            0x00, 0x00, 0x00, 0x00, 0x00, 0x46);
DEFINE_GUID(CLSID_StdGlobalInterfaceTable, 0x00000323, 0x0000, 0x0000, 0xc0,
            0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x46);

#undef INTERFACE
#define INTERFACE IEnumUnknown
DECLARE_INTERFACE_(IEnumUnknown, IUnknown) {
  CONVOY_BASE(CONVOY_IUNKNOWN)
  // At the end S_FALSE, with *fetched less than celt.
  STDMETHOD(Next)(THIS_ ULONG celt, IUnknown * *rgelt, ULONG * fetched) PURE;
  STDMETHOD(Skip)(THIS_ ULONG celt) PURE;
  STDMETHOD(Reset)(THIS) PURE;
  STDMETHOD(Clone)(THIS_ IEnumUnknown * *copy) PURE;
};
__CRT_UUID_DECL(IEnumUnknown, 0x00000100, 0x0000, 0x0000, 0xc0, 0x00, 0x00,
                0x00, 0x00, 0x00, 0x00, 0x46)

#define CONVOY_ISEQUENTIALSTREAM                                 \
  STDMETHOD(Read)(THIS_ void* to, ULONG size, ULONG* read) PURE; \
  STDMETHOD(Write)(THIS_ const void* from, ULONG size, ULONG* written) PURE;

#undef INTERFACE
#define INTERFACE ISequentialStream
DECLARE_INTERFACE_(ISequentialStream, IUnknown){CONVOY_BASE(CONVOY_IUNKNOWN)
                                                    CONVOY_ISEQUENTIALSTREAM};
__CRT_UUID_DECL(ISequentialStream, 0x0c733a30, 0x2a1c, 0x11ce, 0xad, 0xe5, 0x00,
                0xaa, 0x00, 0x44, 0x77, 0x3d)

typedef enum tagSTREAM_SEEK {
  STREAM_SEEK_SET = 0,
  STREAM_SEEK_CUR = 1,
  STREAM_SEEK_END = 2
} STREAM_SEEK;

typedef enum tagSTATFLAG { STATFLAG_DEFAULT = 0, STATFLAG_NONAME = 1 } STATFLAG;

typedef enum tagSTGTY { STGTY_STORAGE = 1, STGTY_STREAM = 2 } STGTY;

typedef enum tagSTGC { STGC_DEFAULT = 0 } STGC;

typedef struct tagSTATSTG {
  LPOLESTR pwcsName;
  DWORD type;
  ULARGE_INTEGER cbSize;
  FILETIME mtime;
  FILETIME ctime;
  FILETIME atime;
  DWORD grfMode;
  DWORD grfLocksSupported;
  CLSID clsid;
  DWORD grfStateBits;
  DWORD reserved;
} STATSTG;

#undef INTERFACE
#define INTERFACE IStream
DECLARE_INTERFACE_(IStream, ISequentialStream) {
  CONVOY_BASE(CONVOY_IUNKNOWN)
  CONVOY_BASE(CONVOY_ISEQUENTIALSTREAM)
  STDMETHOD(Seek)
  (THIS_ LARGE_INTEGER move, DWORD origin, ULARGE_INTEGER * position) PURE;
  STDMETHOD(SetSize)(THIS_ ULARGE_INTEGER size) PURE;
  STDMETHOD(CopyTo)
  (THIS_ IStream * to, ULARGE_INTEGER size, ULARGE_INTEGER * read,
   ULARGE_INTEGER * written) PURE;
  STDMETHOD(Commit)(THIS_ DWORD flags) PURE;
  STDMETHOD(Revert)(THIS) PURE;
  STDMETHOD(LockRegion)
  (THIS_ ULARGE_INTEGER offset, ULARGE_INTEGER size, DWORD type) PURE;
  STDMETHOD(UnlockRegion)
  (THIS_ ULARGE_INTEGER offset, ULARGE_INTEGER size, DWORD type) PURE;
  STDMETHOD(Stat)(THIS_ STATSTG * stat, DWORD flag) PURE;
  STDMETHOD(Clone)(THIS_ IStream * *copy) PURE;
};
__CRT_UUID_DECL(IStream, 0x0000000c, 0x0000, 0x0000, 0xc0, 0x00, 0x00, 0x00,
                0x00, 0x00, 0x00, 0x46)
typedef IStream* LPSTREAM;

typedef struct tagSOLE_AUTHENTICATION_SERVICE {
  DWORD dwAuthnSvc;
  DWORD dwAuthzSvc;
  OLECHAR* pPrincipalName;
  HRESULT hr;
} SOLE_AUTHENTICATION_SERVICE;

typedef enum tagEOLE_AUTHENTICATION_CAPABILITIES {
  EOAC_NONE = 0,
  EOAC_MUTUAL_AUTH = 0x1,
  EOAC_SECURE_REFS = 0x2,
  EOAC_ACCESS_CONTROL = 0x4,
  EOAC_APPID = 0x8,
  EOAC_DYNAMIC = 0x10,
  EOAC_STATIC_CLOAKING = 0x20,
  EOAC_DYNAMIC_CLOAKING = 0x40,
  EOAC_ANY_AUTHORITY = 0x80,
  EOAC_DEFAULT = 0x800,
  EOAC_DISABLE_AAA = 0x1000
} EOLE_AUTHENTICATION_CAPABILITIES;

#define COLE_DEFAULT_PRINCIPAL ((OLECHAR*)(INT_PTR)-1)
#define COLE_DEFAULT_AUTHINFO ((void*)(INT_PTR)-1)

#undef INTERFACE
#define INTERFACE IClientSecurity
DECLARE_INTERFACE_(IClientSecurity, IUnknown) {
  CONVOY_BASE(CONVOY_IUNKNOWN)
  STDMETHOD(QueryBlanket)
  (THIS_ IUnknown * proxy, DWORD * authn_svc, DWORD * authz_svc,
   OLECHAR * *principal, DWORD * authn_level, DWORD * imp_level,
   void** auth_info, DWORD* capabilities) PURE;
  STDMETHOD(SetBlanket)
  (THIS_ IUnknown * proxy, DWORD authn_svc, DWORD authz_svc,
   OLECHAR * principal, DWORD authn_level, DWORD imp_level, void* auth_info,
   DWORD capabilities) PURE;
  STDMETHOD(CopyProxy)(THIS_ IUnknown * proxy, IUnknown * *copy) PURE;
};
__CRT_UUID_DECL(IClientSecurity, 0x0000013d, 0x0000, 0x0000, 0xc0, 0x00, 0x00,
                0x00, 0x00, 0x00, 0x00, 0x46)

// One table for the process, which holds a reference of each object that is
// registered. E_INVALIDARG: no such cookie.
#undef INTERFACE
#define INTERFACE IGlobalInterfaceTable
DECLARE_INTERFACE_(IGlobalInterfaceTable, IUnknown) {
  CONVOY_BASE(CONVOY_IUNKNOWN)
  STDMETHOD(RegisterInterfaceInGlobal)
  (THIS_ IUnknown * object, REFIID riid, DWORD * cookie) PURE;
  STDMETHOD(RevokeInterfaceFromGlobal)(THIS_ DWORD cookie) PURE;
  STDMETHOD(GetInterfaceFromGlobal)
  (THIS_ DWORD cookie, REFIID riid, void** object) PURE;
};
__CRT_UUID_DECL(IGlobalInterfaceTable, 0x00000146, 0x0000, 0x0000, 0xc0, 0x00,
                0x00, 0x00, 0x00, 0x00, 0x00, 0x46)

#if !defined(__cplusplus) && defined(COBJMACROS)
#define IGlobalInterfaceTable_Release(p) (p)->lpVtbl->Release(p)
#define IGlobalInterfaceTable_RegisterInterfaceInGlobal(p, a, b, c) \
  (p)->lpVtbl->RegisterInterfaceInGlobal(p, a, b, c)
#define IGlobalInterfaceTable_RevokeInterfaceFromGlobal(p, a) \
  (p)->lpVtbl->RevokeInterfaceFromGlobal(p, a)
#define IGlobalInterfaceTable_GetInterfaceFromGlobal(p, a, b, c) \
  (p)->lpVtbl->GetInterfaceFromGlobal(p, a, b, c)
#define IEnumUnknown_AddRef(p) (p)->lpVtbl->AddRef(p)
#define IEnumUnknown_Release(p) (p)->lpVtbl->Release(p)
#define IEnumUnknown_Next(p, a, b, c) (p)->lpVtbl->Next(p, a, b, c)
#define IEnumUnknown_Skip(p, a) (p)->lpVtbl->Skip(p, a)
#define IEnumUnknown_Reset(p) (p)->lpVtbl->Reset(p)
#define IEnumUnknown_Clone(p, a) (p)->lpVtbl->Clone(p, a)
#define IStream_AddRef(p) (p)->lpVtbl->AddRef(p)
#define IStream_Release(p) (p)->lpVtbl->Release(p)
#define IStream_Read(p, a, b, c) (p)->lpVtbl->Read(p, a, b, c)
#define IStream_Write(p, a, b, c) (p)->lpVtbl->Write(p, a, b, c)
#define IStream_Seek(p, a, b, c) (p)->lpVtbl->Seek(p, a, b, c)
#define IStream_Commit(p, a) (p)->lpVtbl->Commit(p, a)
#define IStream_Stat(p, a, b) (p)->lpVtbl->Stat(p, a, b)
#endif

#endif  // CONVOY_COMPAT_OBJIDL_H_
