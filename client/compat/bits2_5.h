// BITS 2.5: headers, certificates, security flags.
#ifndef CONVOY_COMPAT_BITS2_5_H_
#define CONVOY_COMPAT_BITS2_5_H_

#include <bits2_0.h>

// IBackgroundCopyJobHttpOptions::SetSecurityFlags
#define BG_SSL_ENABLE_CRL_CHECK 0x0001
#define BG_SSL_IGNORE_CERT_CN_INVALID 0x0002
#define BG_SSL_IGNORE_CERT_DATE_INVALID 0x0004
#define BG_SSL_IGNORE_UNKNOWN_CA 0x0008
#define BG_SSL_IGNORE_CERT_WRONG_USAGE 0x0010
#define BG_HTTP_REDIRECT_POLICY_MASK 0x0700
#define BG_HTTP_REDIRECT_POLICY_ALLOW_SILENT 0x0000
#define BG_HTTP_REDIRECT_POLICY_ALLOW_REPORT 0x0100
#define BG_HTTP_REDIRECT_POLICY_DISALLOW 0x0200
#define BG_HTTP_REDIRECT_POLICY_ALLOW_HTTPS_TO_HTTP 0x0800

typedef enum CONVOY_INT_ENUM {
  BG_CERT_STORE_LOCATION_CURRENT_USER = 0,
  BG_CERT_STORE_LOCATION_LOCAL_MACHINE = 1,
  BG_CERT_STORE_LOCATION_CURRENT_SERVICE = 2,
  BG_CERT_STORE_LOCATION_SERVICES = 3,
  BG_CERT_STORE_LOCATION_USERS = 4,
  BG_CERT_STORE_LOCATION_CURRENT_USER_GROUP_POLICY = 5,
  BG_CERT_STORE_LOCATION_LOCAL_MACHINE_GROUP_POLICY = 6,
  BG_CERT_STORE_LOCATION_LOCAL_MACHINE_ENTERPRISE = 7
} BG_CERT_STORE_LOCATION;

typedef struct IBackgroundCopyJobHttpOptions IBackgroundCopyJobHttpOptions;

DEFINE_GUID(IID_IBackgroundCopyJobHttpOptions, 0xf1bd1079, 0x9f01, 0x4bdc, 0x80,
            0x36, 0xf0, 0x9b, 0x70, 0x09, 0x50, 0x66);
#define CONVOY_IBACKGROUNDCOPYJOBHTTPOPTIONS                           \
  STDMETHOD(SetClientCertificateByID)                                  \
  (THIS_ BG_CERT_STORE_LOCATION StoreLocation, LPCWSTR StoreName,      \
   BYTE * pCertHashBlob) PURE;                                         \
  STDMETHOD(SetClientCertificateByName)                                \
  (THIS_ BG_CERT_STORE_LOCATION StoreLocation, LPCWSTR StoreName,      \
   LPCWSTR SubjectName) PURE;                                          \
  STDMETHOD(RemoveClientCertificate)(THIS) PURE;                       \
  STDMETHOD(GetClientCertificate)                                      \
  (THIS_ BG_CERT_STORE_LOCATION * pStoreLocation, LPWSTR * pStoreName, \
   BYTE * *ppCertHashBlob, LPWSTR * pSubjectName) PURE;                \
  STDMETHOD(SetCustomHeaders)(THIS_ LPCWSTR RequestHeaders) PURE;      \
  STDMETHOD(GetCustomHeaders)(THIS_ LPWSTR * pRequestHeaders) PURE;    \
  STDMETHOD(SetSecurityFlags)(THIS_ ULONG Flags) PURE;                 \
  STDMETHOD(GetSecurityFlags)(THIS_ ULONG * pFlags) PURE;
#undef INTERFACE
#define INTERFACE IBackgroundCopyJobHttpOptions
DECLARE_INTERFACE_(IBackgroundCopyJobHttpOptions, IUnknown){
    CONVOY_BASE(CONVOY_IUNKNOWN) CONVOY_IBACKGROUNDCOPYJOBHTTPOPTIONS};
__CRT_UUID_DECL(IBackgroundCopyJobHttpOptions, 0xf1bd1079, 0x9f01, 0x4bdc, 0x80,
                0x36, 0xf0, 0x9b, 0x70, 0x09, 0x50, 0x66)
#if !defined(__cplusplus) && defined(COBJMACROS)
#define IBackgroundCopyJobHttpOptions_QueryInterface(p, a, b) \
  (p)->lpVtbl->QueryInterface(p, a, b)
#define IBackgroundCopyJobHttpOptions_AddRef(p) (p)->lpVtbl->AddRef(p)
#define IBackgroundCopyJobHttpOptions_Release(p) (p)->lpVtbl->Release(p)
#define IBackgroundCopyJobHttpOptions_SetClientCertificateByID(p, a, b, c) \
  (p)->lpVtbl->SetClientCertificateByID(p, a, b, c)
#define IBackgroundCopyJobHttpOptions_SetClientCertificateByName(p, a, b, c) \
  (p)->lpVtbl->SetClientCertificateByName(p, a, b, c)
#define IBackgroundCopyJobHttpOptions_RemoveClientCertificate(p) \
  (p)->lpVtbl->RemoveClientCertificate(p)
#define IBackgroundCopyJobHttpOptions_GetClientCertificate(p, a, b, c, d) \
  (p)->lpVtbl->GetClientCertificate(p, a, b, c, d)
#define IBackgroundCopyJobHttpOptions_SetCustomHeaders(p, a) \
  (p)->lpVtbl->SetCustomHeaders(p, a)
#define IBackgroundCopyJobHttpOptions_GetCustomHeaders(p, a) \
  (p)->lpVtbl->GetCustomHeaders(p, a)
#define IBackgroundCopyJobHttpOptions_SetSecurityFlags(p, a) \
  (p)->lpVtbl->SetSecurityFlags(p, a)
#define IBackgroundCopyJobHttpOptions_GetSecurityFlags(p, a) \
  (p)->lpVtbl->GetSecurityFlags(p, a)
#endif

DEFINE_GUID(CLSID_BackgroundCopyManager2_5, 0x03ca98d6, 0xff5d, 0x49b8, 0xab,
            0xc6, 0x03, 0xdd, 0x84, 0x12, 0x70, 0x20);
#ifdef __cplusplus
class BackgroundCopyManager2_5;
__CRT_UUID_DECL(BackgroundCopyManager2_5, 0x03ca98d6, 0xff5d, 0x49b8, 0xab,
                0xc6, 0x03, 0xdd, 0x84, 0x12, 0x70, 0x20)
#endif

#include <bits3_0.h>

#endif  // CONVOY_COMPAT_BITS2_5_H_
