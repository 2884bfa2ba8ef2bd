// BITS 10.2: the HTTP method.
#ifndef CONVOY_COMPAT_BITS10_2_H_
#define CONVOY_COMPAT_BITS10_2_H_

#include <bits10_1.h>

typedef struct IBackgroundCopyJobHttpOptions2 IBackgroundCopyJobHttpOptions2;

DEFINE_GUID(IID_IBackgroundCopyJobHttpOptions2, 0xb591a192, 0xa405, 0x4fc3,
            0x83, 0x23, 0x4c, 0x5c, 0x54, 0x25, 0x78, 0xfc);
#define CONVOY_IBACKGROUNDCOPYJOBHTTPOPTIONS2          \
  STDMETHOD(SetHttpMethod)(THIS_ LPCWSTR method) PURE; \
  STDMETHOD(GetHttpMethod)(THIS_ LPWSTR * method) PURE;
#undef INTERFACE
#define INTERFACE IBackgroundCopyJobHttpOptions2
DECLARE_INTERFACE_(IBackgroundCopyJobHttpOptions2,
                   IBackgroundCopyJobHttpOptions){
    CONVOY_BASE(CONVOY_IUNKNOWN)
        CONVOY_BASE(CONVOY_IBACKGROUNDCOPYJOBHTTPOPTIONS)
            CONVOY_IBACKGROUNDCOPYJOBHTTPOPTIONS2};
__CRT_UUID_DECL(IBackgroundCopyJobHttpOptions2, 0xb591a192, 0xa405, 0x4fc3,
                0x83, 0x23, 0x4c, 0x5c, 0x54, 0x25, 0x78, 0xfc)
#if !defined(__cplusplus) && defined(COBJMACROS)
#define IBackgroundCopyJobHttpOptions2_QueryInterface(p, a, b) \
  (p)->lpVtbl->QueryInterface(p, a, b)
#define IBackgroundCopyJobHttpOptions2_AddRef(p) (p)->lpVtbl->AddRef(p)
#define IBackgroundCopyJobHttpOptions2_Release(p) (p)->lpVtbl->Release(p)
#define IBackgroundCopyJobHttpOptions2_SetClientCertificateByID(p, a, b, c) \
  (p)->lpVtbl->SetClientCertificateByID(p, a, b, c)
#define IBackgroundCopyJobHttpOptions2_SetClientCertificateByName(p, a, b, c) \
  (p)->lpVtbl->SetClientCertificateByName(p, a, b, c)
#define IBackgroundCopyJobHttpOptions2_RemoveClientCertificate(p) \
  (p)->lpVtbl->RemoveClientCertificate(p)
#define IBackgroundCopyJobHttpOptions2_GetClientCertificate(p, a, b, c, d) \
  (p)->lpVtbl->GetClientCertificate(p, a, b, c, d)
#define IBackgroundCopyJobHttpOptions2_SetCustomHeaders(p, a) \
  (p)->lpVtbl->SetCustomHeaders(p, a)
#define IBackgroundCopyJobHttpOptions2_GetCustomHeaders(p, a) \
  (p)->lpVtbl->GetCustomHeaders(p, a)
#define IBackgroundCopyJobHttpOptions2_SetSecurityFlags(p, a) \
  (p)->lpVtbl->SetSecurityFlags(p, a)
#define IBackgroundCopyJobHttpOptions2_GetSecurityFlags(p, a) \
  (p)->lpVtbl->GetSecurityFlags(p, a)
#define IBackgroundCopyJobHttpOptions2_SetHttpMethod(p, a) \
  (p)->lpVtbl->SetHttpMethod(p, a)
#define IBackgroundCopyJobHttpOptions2_GetHttpMethod(p, a) \
  (p)->lpVtbl->GetHttpMethod(p, a)
#endif

DEFINE_GUID(CLSID_BackgroundCopyManager10_2, 0x4575438f, 0xa6c8, 0x4976, 0xb0,
            0xfe, 0x2f, 0x26, 0xb8, 0x0d, 0x95, 0x9e);
#ifdef __cplusplus
class BackgroundCopyManager10_2;
__CRT_UUID_DECL(BackgroundCopyManager10_2, 0x4575438f, 0xa6c8, 0x4976, 0xb0,
                0xfe, 0x2f, 0x26, 0xb8, 0x0d, 0x95, 0x9e)
#endif

#include <bits10_3.h>

#endif  // CONVOY_COMPAT_BITS10_2_H_
