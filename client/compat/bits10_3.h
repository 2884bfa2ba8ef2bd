// BITS 10.3: headers that nobody reads back.
#ifndef CONVOY_COMPAT_BITS10_3_H_
#define CONVOY_COMPAT_BITS10_3_H_

#include <bits10_2.h>

typedef struct IBackgroundCopyServerCertificateValidationCallback
    IBackgroundCopyServerCertificateValidationCallback;
typedef struct IBackgroundCopyJobHttpOptions3 IBackgroundCopyJobHttpOptions3;

DEFINE_GUID(IID_IBackgroundCopyServerCertificateValidationCallback, 0x4cec0d02,
            0xdef7, 0x4158, 0x81, 0x3a, 0xc3, 0x2a, 0x46, 0x94, 0x5f, 0xf7);
#undef INTERFACE
#define INTERFACE IBackgroundCopyServerCertificateValidationCallback
DECLARE_INTERFACE_(IBackgroundCopyServerCertificateValidationCallback,
                   IUnknown) {
  CONVOY_BASE(CONVOY_IUNKNOWN)
  STDMETHOD(ValidateServerCertificate)
  (THIS_ IBackgroundCopyJob * job, IBackgroundCopyFile * file, DWORD certLength,
   const BYTE certData[], DWORD certEncodingType, DWORD certStoreLength,
   const BYTE certStoreData[]) PURE;
};
__CRT_UUID_DECL(IBackgroundCopyServerCertificateValidationCallback, 0x4cec0d02,
                0xdef7, 0x4158, 0x81, 0x3a, 0xc3, 0x2a, 0x46, 0x94, 0x5f, 0xf7)
#if !defined(__cplusplus) && defined(COBJMACROS)
#define IBackgroundCopyServerCertificateValidationCallback_QueryInterface( \
    p, a, b)                                                               \
  (p)->lpVtbl->QueryInterface(p, a, b)
#define IBackgroundCopyServerCertificateValidationCallback_AddRef(p) \
  (p)->lpVtbl->AddRef(p)
#define IBackgroundCopyServerCertificateValidationCallback_Release(p) \
  (p)->lpVtbl->Release(p)
#define IBackgroundCopyServerCertificateValidationCallback_ValidateServerCertificate( \
    p, a, b, c, d, e, f, g)                                                           \
  (p)->lpVtbl->ValidateServerCertificate(p, a, b, c, d, e, f, g)
#endif

DEFINE_GUID(IID_IBackgroundCopyJobHttpOptions3, 0x8a9263d3, 0xfd4c, 0x4eda,
            0x9b, 0x28, 0x30, 0x13, 0x2a, 0x4d, 0x4e, 0x3c);
#undef INTERFACE
#define INTERFACE IBackgroundCopyJobHttpOptions3
DECLARE_INTERFACE_(IBackgroundCopyJobHttpOptions3,
                   IBackgroundCopyJobHttpOptions2) {
  CONVOY_BASE(CONVOY_IUNKNOWN)
  CONVOY_BASE(CONVOY_IBACKGROUNDCOPYJOBHTTPOPTIONS)
  CONVOY_BASE(CONVOY_IBACKGROUNDCOPYJOBHTTPOPTIONS2)
  STDMETHOD(SetServerCertificateValidationInterface)
  (THIS_ IUnknown * certValidationCallback) PURE;
  STDMETHOD(MakeCustomHeadersWriteOnly)(THIS) PURE;
};
__CRT_UUID_DECL(IBackgroundCopyJobHttpOptions3, 0x8a9263d3, 0xfd4c, 0x4eda,
                0x9b, 0x28, 0x30, 0x13, 0x2a, 0x4d, 0x4e, 0x3c)
#if !defined(__cplusplus) && defined(COBJMACROS)
#define IBackgroundCopyJobHttpOptions3_QueryInterface(p, a, b) \
  (p)->lpVtbl->QueryInterface(p, a, b)
#define IBackgroundCopyJobHttpOptions3_AddRef(p) (p)->lpVtbl->AddRef(p)
#define IBackgroundCopyJobHttpOptions3_Release(p) (p)->lpVtbl->Release(p)
#define IBackgroundCopyJobHttpOptions3_SetClientCertificateByID(p, a, b, c) \
  (p)->lpVtbl->SetClientCertificateByID(p, a, b, c)
#define IBackgroundCopyJobHttpOptions3_SetClientCertificateByName(p, a, b, c) \
  (p)->lpVtbl->SetClientCertificateByName(p, a, b, c)
#define IBackgroundCopyJobHttpOptions3_RemoveClientCertificate(p) \
  (p)->lpVtbl->RemoveClientCertificate(p)
#define IBackgroundCopyJobHttpOptions3_GetClientCertificate(p, a, b, c, d) \
  (p)->lpVtbl->GetClientCertificate(p, a, b, c, d)
#define IBackgroundCopyJobHttpOptions3_SetCustomHeaders(p, a) \
  (p)->lpVtbl->SetCustomHeaders(p, a)
#define IBackgroundCopyJobHttpOptions3_GetCustomHeaders(p, a) \
  (p)->lpVtbl->GetCustomHeaders(p, a)
#define IBackgroundCopyJobHttpOptions3_SetSecurityFlags(p, a) \
  (p)->lpVtbl->SetSecurityFlags(p, a)
#define IBackgroundCopyJobHttpOptions3_GetSecurityFlags(p, a) \
  (p)->lpVtbl->GetSecurityFlags(p, a)
#define IBackgroundCopyJobHttpOptions3_SetHttpMethod(p, a) \
  (p)->lpVtbl->SetHttpMethod(p, a)
#define IBackgroundCopyJobHttpOptions3_GetHttpMethod(p, a) \
  (p)->lpVtbl->GetHttpMethod(p, a)
#define IBackgroundCopyJobHttpOptions3_SetServerCertificateValidationInterface( \
    p, a)                                                                       \
  (p)->lpVtbl->SetServerCertificateValidationInterface(p, a)
#define IBackgroundCopyJobHttpOptions3_MakeCustomHeadersWriteOnly(p) \
  (p)->lpVtbl->MakeCustomHeadersWriteOnly(p)
#endif

DEFINE_GUID(CLSID_BackgroundCopyManager10_3, 0x5fd42ad5, 0xc04e, 0x4d36, 0xad,
            0xc7, 0xe0, 0x8f, 0xf1, 0x57, 0x37, 0xad);
#ifdef __cplusplus
class BackgroundCopyManager10_3;
__CRT_UUID_DECL(BackgroundCopyManager10_3, 0x5fd42ad5, 0xc04e, 0x4d36, 0xad,
                0xc7, 0xe0, 0x8f, 0xf1, 0x57, 0x37, 0xad)
#endif

#endif  // CONVOY_COMPAT_BITS10_3_H_
