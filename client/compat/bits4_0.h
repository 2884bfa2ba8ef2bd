// BITS 4.0: bytes by source; helper tokens.
#ifndef CONVOY_COMPAT_BITS4_0_H_
#define CONVOY_COMPAT_BITS4_0_H_

#include <bits3_0.h>

#define BG_JOB_DISABLE_BRANCH_CACHE 0x0004

typedef DWORD BG_TOKEN;
#define BG_TOKEN_LOCAL_FILE 0x0001
#define BG_TOKEN_NETWORK 0x0002

typedef struct IBitsTokenOptions IBitsTokenOptions;
typedef struct IBackgroundCopyFile4 IBackgroundCopyFile4;

DEFINE_GUID(IID_IBitsTokenOptions, 0x9a2584c3, 0xf7d2, 0x457a, 0x9a, 0x5e, 0x22,
            0xb6, 0x7b, 0xff, 0xc7, 0xd2);
#undef INTERFACE
#define INTERFACE IBitsTokenOptions
DECLARE_INTERFACE_(IBitsTokenOptions, IUnknown) {
  CONVOY_BASE(CONVOY_IUNKNOWN)
  STDMETHOD(SetHelperTokenFlags)(THIS_ BG_TOKEN UsageFlags) PURE;
  STDMETHOD(GetHelperTokenFlags)(THIS_ BG_TOKEN * pFlags) PURE;
  STDMETHOD(SetHelperToken)(THIS) PURE;
  STDMETHOD(ClearHelperToken)(THIS) PURE;
  STDMETHOD(GetHelperTokenSid)
  (THIS_ BG_TOKEN TokenLocation, LPWSTR * pSid) PURE;
};
__CRT_UUID_DECL(IBitsTokenOptions, 0x9a2584c3, 0xf7d2, 0x457a, 0x9a, 0x5e, 0x22,
                0xb6, 0x7b, 0xff, 0xc7, 0xd2)
#if !defined(__cplusplus) && defined(COBJMACROS)
#define IBitsTokenOptions_QueryInterface(p, a, b) \
  (p)->lpVtbl->QueryInterface(p, a, b)
#define IBitsTokenOptions_AddRef(p) (p)->lpVtbl->AddRef(p)
#define IBitsTokenOptions_Release(p) (p)->lpVtbl->Release(p)
#define IBitsTokenOptions_SetHelperTokenFlags(p, a) \
  (p)->lpVtbl->SetHelperTokenFlags(p, a)
#define IBitsTokenOptions_GetHelperTokenFlags(p, a) \
  (p)->lpVtbl->GetHelperTokenFlags(p, a)
#define IBitsTokenOptions_SetHelperToken(p) (p)->lpVtbl->SetHelperToken(p)
#define IBitsTokenOptions_ClearHelperToken(p) (p)->lpVtbl->ClearHelperToken(p)
#define IBitsTokenOptions_GetHelperTokenSid(p, a, b) \
  (p)->lpVtbl->GetHelperTokenSid(p, a, b)
#endif

DEFINE_GUID(IID_IBackgroundCopyFile4, 0xef7e0655, 0x7888, 0x4960, 0xb0, 0xe5,
            0x73, 0x08, 0x46, 0xe0, 0x34, 0x92);
#define CONVOY_IBACKGROUNDCOPYFILE4 \
  STDMETHOD(GetPeerDownloadStats)   \
  (THIS_ UINT64 * pFromOrigin, UINT64 * pFromPeers) PURE;
#undef INTERFACE
#define INTERFACE IBackgroundCopyFile4
DECLARE_INTERFACE_(IBackgroundCopyFile4, IBackgroundCopyFile3){
    CONVOY_BASE(CONVOY_IUNKNOWN) CONVOY_BASE(CONVOY_IBACKGROUNDCOPYFILE)
        CONVOY_BASE(CONVOY_IBACKGROUNDCOPYFILE2)
            CONVOY_BASE(CONVOY_IBACKGROUNDCOPYFILE3)
                CONVOY_IBACKGROUNDCOPYFILE4};
__CRT_UUID_DECL(IBackgroundCopyFile4, 0xef7e0655, 0x7888, 0x4960, 0xb0, 0xe5,
                0x73, 0x08, 0x46, 0xe0, 0x34, 0x92)
#if !defined(__cplusplus) && defined(COBJMACROS)
#define IBackgroundCopyFile4_QueryInterface(p, a, b) \
  (p)->lpVtbl->QueryInterface(p, a, b)
#define IBackgroundCopyFile4_AddRef(p) (p)->lpVtbl->AddRef(p)
#define IBackgroundCopyFile4_Release(p) (p)->lpVtbl->Release(p)
#define IBackgroundCopyFile4_GetRemoteName(p, a) \
  (p)->lpVtbl->GetRemoteName(p, a)
#define IBackgroundCopyFile4_GetLocalName(p, a) (p)->lpVtbl->GetLocalName(p, a)
#define IBackgroundCopyFile4_GetProgress(p, a) (p)->lpVtbl->GetProgress(p, a)
#define IBackgroundCopyFile4_GetFileRanges(p, a, b) \
  (p)->lpVtbl->GetFileRanges(p, a, b)
#define IBackgroundCopyFile4_SetRemoteName(p, a) \
  (p)->lpVtbl->SetRemoteName(p, a)
#define IBackgroundCopyFile4_GetTemporaryName(p, a) \
  (p)->lpVtbl->GetTemporaryName(p, a)
#define IBackgroundCopyFile4_SetValidationState(p, a) \
  (p)->lpVtbl->SetValidationState(p, a)
#define IBackgroundCopyFile4_GetValidationState(p, a) \
  (p)->lpVtbl->GetValidationState(p, a)
#define IBackgroundCopyFile4_IsDownloadedFromPeer(p, a) \
  (p)->lpVtbl->IsDownloadedFromPeer(p, a)
#define IBackgroundCopyFile4_GetPeerDownloadStats(p, a, b) \
  (p)->lpVtbl->GetPeerDownloadStats(p, a, b)
#endif

DEFINE_GUID(CLSID_BackgroundCopyManager4_0, 0xbb6df56b, 0xcace, 0x11dc, 0x99,
            0x92, 0x00, 0x19, 0xb9, 0x3a, 0x3a, 0x84);
#ifdef __cplusplus
class BackgroundCopyManager4_0;
__CRT_UUID_DECL(BackgroundCopyManager4_0, 0xbb6df56b, 0xcace, 0x11dc, 0x99,
                0x92, 0x00, 0x19, 0xb9, 0x3a, 0x3a, 0x84)
#endif

#include <bits5_0.h>

#endif  // CONVOY_COMPAT_BITS4_0_H_
