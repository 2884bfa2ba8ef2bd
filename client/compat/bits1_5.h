// BITS 1.5: notify command, credentials.
#ifndef CONVOY_COMPAT_BITS1_5_H_
#define CONVOY_COMPAT_BITS1_5_H_

#include <bits.h>

typedef struct _BG_JOB_REPLY_PROGRESS {
  UINT64 BytesTotal;
  UINT64 BytesTransferred;
} BG_JOB_REPLY_PROGRESS;

typedef enum CONVOY_INT_ENUM {
  BG_AUTH_TARGET_SERVER = 1,
  BG_AUTH_TARGET_PROXY = 2
} BG_AUTH_TARGET;

typedef enum CONVOY_INT_ENUM {
  BG_AUTH_SCHEME_BASIC = 1,
  BG_AUTH_SCHEME_DIGEST = 2,
  BG_AUTH_SCHEME_NTLM = 3,
  BG_AUTH_SCHEME_NEGOTIATE = 4,
  BG_AUTH_SCHEME_PASSPORT = 5
} BG_AUTH_SCHEME;

typedef struct {
  LPWSTR UserName;
  LPWSTR Password;
} BG_BASIC_CREDENTIALS;

typedef union {
  BG_BASIC_CREDENTIALS Basic;
} BG_AUTH_CREDENTIALS_UNION;

typedef struct {
  BG_AUTH_TARGET Target;
  BG_AUTH_SCHEME Scheme;
  BG_AUTH_CREDENTIALS_UNION Credentials;
} BG_AUTH_CREDENTIALS;
typedef BG_AUTH_CREDENTIALS* PBG_AUTH_CREDENTIALS;

typedef struct IBackgroundCopyJob2 IBackgroundCopyJob2;

DEFINE_GUID(IID_IBackgroundCopyJob2, 0x54b50739, 0x686f, 0x45eb, 0x9d, 0xff,
            0xd6, 0xa9, 0xa0, 0xfa, 0xa9, 0xaf);
#define CONVOY_IBACKGROUNDCOPYJOB2                                          \
  STDMETHOD(SetNotifyCmdLine)(THIS_ LPCWSTR prog, LPCWSTR params) PURE;     \
  STDMETHOD(GetNotifyCmdLine)(THIS_ LPWSTR * prog, LPWSTR * params) PURE;   \
  STDMETHOD(GetReplyProgress)(THIS_ BG_JOB_REPLY_PROGRESS * progress) PURE; \
  STDMETHOD(GetReplyData)(THIS_ byte * *pBuffer, UINT64 * pLength) PURE;    \
  STDMETHOD(SetReplyFileName)(THIS_ LPCWSTR filename) PURE;                 \
  STDMETHOD(GetReplyFileName)(THIS_ LPWSTR * pFilename) PURE;               \
  STDMETHOD(SetCredentials)(THIS_ BG_AUTH_CREDENTIALS * cred) PURE;         \
  STDMETHOD(RemoveCredentials)                                              \
  (THIS_ BG_AUTH_TARGET target, BG_AUTH_SCHEME scheme) PURE;
#undef INTERFACE
#define INTERFACE IBackgroundCopyJob2
DECLARE_INTERFACE_(IBackgroundCopyJob2, IBackgroundCopyJob){
    CONVOY_BASE(CONVOY_IUNKNOWN) CONVOY_BASE(CONVOY_IBACKGROUNDCOPYJOB)
        CONVOY_IBACKGROUNDCOPYJOB2};
__CRT_UUID_DECL(IBackgroundCopyJob2, 0x54b50739, 0x686f, 0x45eb, 0x9d, 0xff,
                0xd6, 0xa9, 0xa0, 0xfa, 0xa9, 0xaf)
#if !defined(__cplusplus) && defined(COBJMACROS)
#define IBackgroundCopyJob2_QueryInterface(p, a, b) \
  (p)->lpVtbl->QueryInterface(p, a, b)
#define IBackgroundCopyJob2_AddRef(p) (p)->lpVtbl->AddRef(p)
#define IBackgroundCopyJob2_Release(p) (p)->lpVtbl->Release(p)
#define IBackgroundCopyJob2_AddFileSet(p, a, b) (p)->lpVtbl->AddFileSet(p, a, b)
#define IBackgroundCopyJob2_AddFile(p, a, b) (p)->lpVtbl->AddFile(p, a, b)
#define IBackgroundCopyJob2_EnumFiles(p, a) (p)->lpVtbl->EnumFiles(p, a)
#define IBackgroundCopyJob2_Suspend(p) (p)->lpVtbl->Suspend(p)
#define IBackgroundCopyJob2_Resume(p) (p)->lpVtbl->Resume(p)
#define IBackgroundCopyJob2_Cancel(p) (p)->lpVtbl->Cancel(p)
#define IBackgroundCopyJob2_Complete(p) (p)->lpVtbl->Complete(p)
#define IBackgroundCopyJob2_GetId(p, a) (p)->lpVtbl->GetId(p, a)
#define IBackgroundCopyJob2_GetType(p, a) (p)->lpVtbl->GetType(p, a)
#define IBackgroundCopyJob2_GetProgress(p, a) (p)->lpVtbl->GetProgress(p, a)
#define IBackgroundCopyJob2_GetTimes(p, a) (p)->lpVtbl->GetTimes(p, a)
#define IBackgroundCopyJob2_GetState(p, a) (p)->lpVtbl->GetState(p, a)
#define IBackgroundCopyJob2_GetError(p, a) (p)->lpVtbl->GetError(p, a)
#define IBackgroundCopyJob2_GetOwner(p, a) (p)->lpVtbl->GetOwner(p, a)
#define IBackgroundCopyJob2_SetDisplayName(p, a) \
  (p)->lpVtbl->SetDisplayName(p, a)
#define IBackgroundCopyJob2_GetDisplayName(p, a) \
  (p)->lpVtbl->GetDisplayName(p, a)
#define IBackgroundCopyJob2_SetDescription(p, a) \
  (p)->lpVtbl->SetDescription(p, a)
#define IBackgroundCopyJob2_GetDescription(p, a) \
  (p)->lpVtbl->GetDescription(p, a)
#define IBackgroundCopyJob2_SetPriority(p, a) (p)->lpVtbl->SetPriority(p, a)
#define IBackgroundCopyJob2_GetPriority(p, a) (p)->lpVtbl->GetPriority(p, a)
#define IBackgroundCopyJob2_SetNotifyFlags(p, a) \
  (p)->lpVtbl->SetNotifyFlags(p, a)
#define IBackgroundCopyJob2_GetNotifyFlags(p, a) \
  (p)->lpVtbl->GetNotifyFlags(p, a)
#define IBackgroundCopyJob2_SetNotifyInterface(p, a) \
  (p)->lpVtbl->SetNotifyInterface(p, a)
#define IBackgroundCopyJob2_GetNotifyInterface(p, a) \
  (p)->lpVtbl->GetNotifyInterface(p, a)
#define IBackgroundCopyJob2_SetMinimumRetryDelay(p, a) \
  (p)->lpVtbl->SetMinimumRetryDelay(p, a)
#define IBackgroundCopyJob2_GetMinimumRetryDelay(p, a) \
  (p)->lpVtbl->GetMinimumRetryDelay(p, a)
#define IBackgroundCopyJob2_SetNoProgressTimeout(p, a) \
  (p)->lpVtbl->SetNoProgressTimeout(p, a)
#define IBackgroundCopyJob2_GetNoProgressTimeout(p, a) \
  (p)->lpVtbl->GetNoProgressTimeout(p, a)
#define IBackgroundCopyJob2_GetErrorCount(p, a) (p)->lpVtbl->GetErrorCount(p, a)
#define IBackgroundCopyJob2_SetProxySettings(p, a, b, c) \
  (p)->lpVtbl->SetProxySettings(p, a, b, c)
#define IBackgroundCopyJob2_GetProxySettings(p, a, b, c) \
  (p)->lpVtbl->GetProxySettings(p, a, b, c)
#define IBackgroundCopyJob2_TakeOwnership(p) (p)->lpVtbl->TakeOwnership(p)
#define IBackgroundCopyJob2_SetNotifyCmdLine(p, a, b) \
  (p)->lpVtbl->SetNotifyCmdLine(p, a, b)
#define IBackgroundCopyJob2_GetNotifyCmdLine(p, a, b) \
  (p)->lpVtbl->GetNotifyCmdLine(p, a, b)
#define IBackgroundCopyJob2_GetReplyProgress(p, a) \
  (p)->lpVtbl->GetReplyProgress(p, a)
#define IBackgroundCopyJob2_GetReplyData(p, a, b) \
  (p)->lpVtbl->GetReplyData(p, a, b)
#define IBackgroundCopyJob2_SetReplyFileName(p, a) \
  (p)->lpVtbl->SetReplyFileName(p, a)
#define IBackgroundCopyJob2_GetReplyFileName(p, a) \
  (p)->lpVtbl->GetReplyFileName(p, a)
#define IBackgroundCopyJob2_SetCredentials(p, a) \
  (p)->lpVtbl->SetCredentials(p, a)
#define IBackgroundCopyJob2_RemoveCredentials(p, a, b) \
  (p)->lpVtbl->RemoveCredentials(p, a, b)
#endif

DEFINE_GUID(CLSID_BackgroundCopyManager1_5, 0xf087771f, 0xd74f, 0x4c1a, 0xbb,
            0x8a, 0xe1, 0x6a, 0xca, 0x91, 0x24, 0xea);
#ifdef __cplusplus
class BackgroundCopyManager1_5;
__CRT_UUID_DECL(BackgroundCopyManager1_5, 0xf087771f, 0xd74f, 0x4c1a, 0xbb,
                0x8a, 0xe1, 0x6a, 0xca, 0x91, 0x24, 0xea)
#endif

#include <bits2_0.h>

#endif  // CONVOY_COMPAT_BITS1_5_H_
