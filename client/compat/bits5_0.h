// BITS 5.0: properties of jobs and files; networks that cost.
#ifndef CONVOY_COMPAT_BITS5_0_H_
#define CONVOY_COMPAT_BITS5_0_H_

#include <bits4_0.h>

// BITS_JOB_PROPERTY_ID_COST_FLAGS
#define BITS_COST_STATE_UNRESTRICTED 0x1
#define BITS_COST_STATE_CAPPED_USAGE_UNKNOWN 0x2
#define BITS_COST_STATE_BELOW_CAP 0x4
#define BITS_COST_STATE_NEAR_CAP 0x8
#define BITS_COST_STATE_OVERCAP_CHARGED 0x10
#define BITS_COST_STATE_OVERCAP_THROTTLED 0x20
#define BITS_COST_STATE_USAGE_BASED 0x40
#define BITS_COST_STATE_ROAMING 0x80
#define BITS_COST_OPTION_IGNORE_CONGESTION 0x80000000
#define BITS_COST_STATE_RESERVED 0x40000000
#define BITS_COST_STATE_TRANSFER_NOT_ROAMING 0x8000007f
#define BITS_COST_STATE_TRANSFER_NO_SURCHARGE 0x8000006f
#define BITS_COST_STATE_TRANSFER_STANDARD 0x80000067
#define BITS_COST_STATE_TRANSFER_UNRESTRICTED 0x80000021
#define BITS_COST_STATE_TRANSFER_ALWAYS 0x800000ff
#define BITS_JOB_TRANSFER_POLICY_ALWAYS 0x800000ff
#define BITS_JOB_TRANSFER_POLICY_NOT_ROAMING 0x8000007f
#define BITS_JOB_TRANSFER_POLICY_NO_SURCHARGE 0x8000006f
#define BITS_JOB_TRANSFER_POLICY_STANDARD 0x80000067
#define BITS_JOB_TRANSFER_POLICY_UNRESTRICTED 0x80000021

typedef enum CONVOY_INT_ENUM {
  BITS_JOB_PROPERTY_ID_COST_FLAGS = 1,
  BITS_JOB_PROPERTY_NOTIFICATION_CLSID = 2,
  BITS_JOB_PROPERTY_DYNAMIC_CONTENT = 3,
  BITS_JOB_PROPERTY_HIGH_PERFORMANCE = 4,
  BITS_JOB_PROPERTY_MAX_DOWNLOAD_SIZE = 5,
  BITS_JOB_PROPERTY_USE_STORED_CREDENTIALS = 7,
  BITS_JOB_PROPERTY_MINIMUM_NOTIFICATION_INTERVAL_MS = 9,
  BITS_JOB_PROPERTY_ON_DEMAND_MODE = 10
} BITS_JOB_PROPERTY_ID;

typedef union _BITS_JOB_PROPERTY_VALUE {
  DWORD Dword;
  GUID ClsID;
  BOOL Enable;
  UINT64 Uint64;
  BG_AUTH_TARGET Target;
} BITS_JOB_PROPERTY_VALUE;

typedef enum CONVOY_INT_ENUM {
  BITS_FILE_PROPERTY_ID_HTTP_RESPONSE_HEADERS = 1
} BITS_FILE_PROPERTY_ID;

typedef union _BITS_FILE_PROPERTY_VALUE {
  LPWSTR String;
} BITS_FILE_PROPERTY_VALUE;

typedef struct IBackgroundCopyJob5 IBackgroundCopyJob5;
typedef struct IBackgroundCopyFile5 IBackgroundCopyFile5;

DEFINE_GUID(IID_IBackgroundCopyJob5, 0xe847030c, 0xbbba, 0x4657, 0xaf, 0x6d,
            0x48, 0x4a, 0xa4, 0x2b, 0xf1, 0xfe);
#undef INTERFACE
#define INTERFACE IBackgroundCopyJob5
DECLARE_INTERFACE_(IBackgroundCopyJob5, IBackgroundCopyJob4) {
  CONVOY_BASE(CONVOY_IUNKNOWN)
  CONVOY_BASE(CONVOY_IBACKGROUNDCOPYJOB)
  CONVOY_BASE(CONVOY_IBACKGROUNDCOPYJOB2)
  CONVOY_BASE(CONVOY_IBACKGROUNDCOPYJOB3)
  CONVOY_BASE(CONVOY_IBACKGROUNDCOPYJOB4)
  STDMETHOD(SetProperty)
  (THIS_ BITS_JOB_PROPERTY_ID id, BITS_JOB_PROPERTY_VALUE value) PURE;
  STDMETHOD(GetProperty)
  (THIS_ BITS_JOB_PROPERTY_ID id, BITS_JOB_PROPERTY_VALUE * value) PURE;
};
__CRT_UUID_DECL(IBackgroundCopyJob5, 0xe847030c, 0xbbba, 0x4657, 0xaf, 0x6d,
                0x48, 0x4a, 0xa4, 0x2b, 0xf1, 0xfe)
#if !defined(__cplusplus) && defined(COBJMACROS)
#define IBackgroundCopyJob5_QueryInterface(p, a, b) \
  (p)->lpVtbl->QueryInterface(p, a, b)
#define IBackgroundCopyJob5_AddRef(p) (p)->lpVtbl->AddRef(p)
#define IBackgroundCopyJob5_Release(p) (p)->lpVtbl->Release(p)
#define IBackgroundCopyJob5_AddFileSet(p, a, b) (p)->lpVtbl->AddFileSet(p, a, b)
#define IBackgroundCopyJob5_AddFile(p, a, b) (p)->lpVtbl->AddFile(p, a, b)
#define IBackgroundCopyJob5_EnumFiles(p, a) (p)->lpVtbl->EnumFiles(p, a)
#define IBackgroundCopyJob5_Suspend(p) (p)->lpVtbl->Suspend(p)
#define IBackgroundCopyJob5_Resume(p) (p)->lpVtbl->Resume(p)
#define IBackgroundCopyJob5_Cancel(p) (p)->lpVtbl->Cancel(p)
#define IBackgroundCopyJob5_Complete(p) (p)->lpVtbl->Complete(p)
#define IBackgroundCopyJob5_GetId(p, a) (p)->lpVtbl->GetId(p, a)
#define IBackgroundCopyJob5_GetType(p, a) (p)->lpVtbl->GetType(p, a)
#define IBackgroundCopyJob5_GetProgress(p, a) (p)->lpVtbl->GetProgress(p, a)
#define IBackgroundCopyJob5_GetTimes(p, a) (p)->lpVtbl->GetTimes(p, a)
#define IBackgroundCopyJob5_GetState(p, a) (p)->lpVtbl->GetState(p, a)
#define IBackgroundCopyJob5_GetError(p, a) (p)->lpVtbl->GetError(p, a)
#define IBackgroundCopyJob5_GetOwner(p, a) (p)->lpVtbl->GetOwner(p, a)
#define IBackgroundCopyJob5_SetDisplayName(p, a) \
  (p)->lpVtbl->SetDisplayName(p, a)
#define IBackgroundCopyJob5_GetDisplayName(p, a) \
  (p)->lpVtbl->GetDisplayName(p, a)
#define IBackgroundCopyJob5_SetDescription(p, a) \
  (p)->lpVtbl->SetDescription(p, a)
#define IBackgroundCopyJob5_GetDescription(p, a) \
  (p)->lpVtbl->GetDescription(p, a)
#define IBackgroundCopyJob5_SetPriority(p, a) (p)->lpVtbl->SetPriority(p, a)
#define IBackgroundCopyJob5_GetPriority(p, a) (p)->lpVtbl->GetPriority(p, a)
#define IBackgroundCopyJob5_SetNotifyFlags(p, a) \
  (p)->lpVtbl->SetNotifyFlags(p, a)
#define IBackgroundCopyJob5_GetNotifyFlags(p, a) \
  (p)->lpVtbl->GetNotifyFlags(p, a)
#define IBackgroundCopyJob5_SetNotifyInterface(p, a) \
  (p)->lpVtbl->SetNotifyInterface(p, a)
#define IBackgroundCopyJob5_GetNotifyInterface(p, a) \
  (p)->lpVtbl->GetNotifyInterface(p, a)
#define IBackgroundCopyJob5_SetMinimumRetryDelay(p, a) \
  (p)->lpVtbl->SetMinimumRetryDelay(p, a)
#define IBackgroundCopyJob5_GetMinimumRetryDelay(p, a) \
  (p)->lpVtbl->GetMinimumRetryDelay(p, a)
#define IBackgroundCopyJob5_SetNoProgressTimeout(p, a) \
  (p)->lpVtbl->SetNoProgressTimeout(p, a)
#define IBackgroundCopyJob5_GetNoProgressTimeout(p, a) \
  (p)->lpVtbl->GetNoProgressTimeout(p, a)
#define IBackgroundCopyJob5_GetErrorCount(p, a) (p)->lpVtbl->GetErrorCount(p, a)
#define IBackgroundCopyJob5_SetProxySettings(p, a, b, c) \
  (p)->lpVtbl->SetProxySettings(p, a, b, c)
#define IBackgroundCopyJob5_GetProxySettings(p, a, b, c) \
  (p)->lpVtbl->GetProxySettings(p, a, b, c)
#define IBackgroundCopyJob5_TakeOwnership(p) (p)->lpVtbl->TakeOwnership(p)
#define IBackgroundCopyJob5_SetNotifyCmdLine(p, a, b) \
  (p)->lpVtbl->SetNotifyCmdLine(p, a, b)
#define IBackgroundCopyJob5_GetNotifyCmdLine(p, a, b) \
  (p)->lpVtbl->GetNotifyCmdLine(p, a, b)
#define IBackgroundCopyJob5_GetReplyProgress(p, a) \
  (p)->lpVtbl->GetReplyProgress(p, a)
#define IBackgroundCopyJob5_GetReplyData(p, a, b) \
  (p)->lpVtbl->GetReplyData(p, a, b)
#define IBackgroundCopyJob5_SetReplyFileName(p, a) \
  (p)->lpVtbl->SetReplyFileName(p, a)
#define IBackgroundCopyJob5_GetReplyFileName(p, a) \
  (p)->lpVtbl->GetReplyFileName(p, a)
#define IBackgroundCopyJob5_SetCredentials(p, a) \
  (p)->lpVtbl->SetCredentials(p, a)
#define IBackgroundCopyJob5_RemoveCredentials(p, a, b) \
  (p)->lpVtbl->RemoveCredentials(p, a, b)
#define IBackgroundCopyJob5_ReplaceRemotePrefix(p, a, b) \
  (p)->lpVtbl->ReplaceRemotePrefix(p, a, b)
#define IBackgroundCopyJob5_AddFileWithRanges(p, a, b, c, d) \
  (p)->lpVtbl->AddFileWithRanges(p, a, b, c, d)
#define IBackgroundCopyJob5_SetFileACLFlags(p, a) \
  (p)->lpVtbl->SetFileACLFlags(p, a)
#define IBackgroundCopyJob5_GetFileACLFlags(p, a) \
  (p)->lpVtbl->GetFileACLFlags(p, a)
#define IBackgroundCopyJob5_SetPeerCachingFlags(p, a) \
  (p)->lpVtbl->SetPeerCachingFlags(p, a)
#define IBackgroundCopyJob5_GetPeerCachingFlags(p, a) \
  (p)->lpVtbl->GetPeerCachingFlags(p, a)
#define IBackgroundCopyJob5_GetOwnerIntegrityLevel(p, a) \
  (p)->lpVtbl->GetOwnerIntegrityLevel(p, a)
#define IBackgroundCopyJob5_GetOwnerElevationState(p, a) \
  (p)->lpVtbl->GetOwnerElevationState(p, a)
#define IBackgroundCopyJob5_SetMaximumDownloadTime(p, a) \
  (p)->lpVtbl->SetMaximumDownloadTime(p, a)
#define IBackgroundCopyJob5_GetMaximumDownloadTime(p, a) \
  (p)->lpVtbl->GetMaximumDownloadTime(p, a)
#define IBackgroundCopyJob5_SetProperty(p, a, b) \
  (p)->lpVtbl->SetProperty(p, a, b)
#define IBackgroundCopyJob5_GetProperty(p, a, b) \
  (p)->lpVtbl->GetProperty(p, a, b)
#endif

DEFINE_GUID(IID_IBackgroundCopyFile5, 0x85c1657f, 0xdafc, 0x40e8, 0x88, 0x34,
            0xdf, 0x18, 0xea, 0x25, 0x71, 0x7e);
#define CONVOY_IBACKGROUNDCOPYFILE5              \
  STDMETHOD(SetProperty)                         \
  (THIS_ BITS_FILE_PROPERTY_ID PropertyId,       \
   BITS_FILE_PROPERTY_VALUE PropertyValue) PURE; \
  STDMETHOD(GetProperty)                         \
  (THIS_ BITS_FILE_PROPERTY_ID PropertyId,       \
   BITS_FILE_PROPERTY_VALUE * PropertyValue) PURE;
#undef INTERFACE
#define INTERFACE IBackgroundCopyFile5
DECLARE_INTERFACE_(IBackgroundCopyFile5, IBackgroundCopyFile4){
    CONVOY_BASE(CONVOY_IUNKNOWN) CONVOY_BASE(CONVOY_IBACKGROUNDCOPYFILE)
        CONVOY_BASE(CONVOY_IBACKGROUNDCOPYFILE2)
            CONVOY_BASE(CONVOY_IBACKGROUNDCOPYFILE3)
                CONVOY_BASE(CONVOY_IBACKGROUNDCOPYFILE4)
                    CONVOY_IBACKGROUNDCOPYFILE5};
__CRT_UUID_DECL(IBackgroundCopyFile5, 0x85c1657f, 0xdafc, 0x40e8, 0x88, 0x34,
                0xdf, 0x18, 0xea, 0x25, 0x71, 0x7e)
#if !defined(__cplusplus) && defined(COBJMACROS)
#define IBackgroundCopyFile5_QueryInterface(p, a, b) \
  (p)->lpVtbl->QueryInterface(p, a, b)
#define IBackgroundCopyFile5_AddRef(p) (p)->lpVtbl->AddRef(p)
#define IBackgroundCopyFile5_Release(p) (p)->lpVtbl->Release(p)
#define IBackgroundCopyFile5_GetRemoteName(p, a) \
  (p)->lpVtbl->GetRemoteName(p, a)
#define IBackgroundCopyFile5_GetLocalName(p, a) (p)->lpVtbl->GetLocalName(p, a)
#define IBackgroundCopyFile5_GetProgress(p, a) (p)->lpVtbl->GetProgress(p, a)
#define IBackgroundCopyFile5_GetFileRanges(p, a, b) \
  (p)->lpVtbl->GetFileRanges(p, a, b)
#define IBackgroundCopyFile5_SetRemoteName(p, a) \
  (p)->lpVtbl->SetRemoteName(p, a)
#define IBackgroundCopyFile5_GetTemporaryName(p, a) \
  (p)->lpVtbl->GetTemporaryName(p, a)
#define IBackgroundCopyFile5_SetValidationState(p, a) \
  (p)->lpVtbl->SetValidationState(p, a)
#define IBackgroundCopyFile5_GetValidationState(p, a) \
  (p)->lpVtbl->GetValidationState(p, a)
#define IBackgroundCopyFile5_IsDownloadedFromPeer(p, a) \
  (p)->lpVtbl->IsDownloadedFromPeer(p, a)
#define IBackgroundCopyFile5_GetPeerDownloadStats(p, a, b) \
  (p)->lpVtbl->GetPeerDownloadStats(p, a, b)
#define IBackgroundCopyFile5_SetProperty(p, a, b) \
  (p)->lpVtbl->SetProperty(p, a, b)
#define IBackgroundCopyFile5_GetProperty(p, a, b) \
  (p)->lpVtbl->GetProperty(p, a, b)
#endif

DEFINE_GUID(CLSID_BackgroundCopyManager5_0, 0x1ecca34c, 0xe88a, 0x44e3, 0x8d,
            0x6a, 0x89, 0x21, 0xbd, 0xe9, 0xe4, 0x52);
#ifdef __cplusplus
class BackgroundCopyManager5_0;
__CRT_UUID_DECL(BackgroundCopyManager5_0, 0x1ecca34c, 0xe88a, 0x44e3, 0x8d,
                0x6a, 0x89, 0x21, 0xbd, 0xe9, 0xe4, 0x52)
#endif

#include <bits10_1.h>

#endif  // CONVOY_COMPAT_BITS5_0_H_
