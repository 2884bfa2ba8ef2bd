// BITS 3.0: peers, a callback for each file, maximum download time.
#ifndef CONVOY_COMPAT_BITS3_0_H_
#define CONVOY_COMPAT_BITS3_0_H_

#include <bits2_5.h>

// IBackgroundCopyJob4::SetPeerCachingFlags
#define BG_JOB_ENABLE_PEERCACHING_CLIENT 0x0001
#define BG_JOB_ENABLE_PEERCACHING_SERVER 0x0002
// IBitsPeerCacheAdministration::SetConfigurationFlags
#define BG_ENABLE_PEERCACHING_CLIENT 0x0001
#define BG_ENABLE_PEERCACHING_SERVER 0x0002
#define BG_DISABLE_BRANCH_CACHE 0x0004

typedef struct IBackgroundCopyCallback2 IBackgroundCopyCallback2;
typedef struct IBackgroundCopyJob4 IBackgroundCopyJob4;
typedef struct IBackgroundCopyFile3 IBackgroundCopyFile3;
typedef struct IBitsPeerCacheRecord IBitsPeerCacheRecord;
typedef struct IEnumBitsPeerCacheRecords IEnumBitsPeerCacheRecords;
typedef struct IBitsPeer IBitsPeer;
typedef struct IEnumBitsPeers IEnumBitsPeers;
typedef struct IBitsPeerCacheAdministration IBitsPeerCacheAdministration;

DEFINE_GUID(IID_IBackgroundCopyCallback2, 0x659cdeac, 0x489e, 0x11d9, 0xa9,
            0xcd, 0x00, 0x0d, 0x56, 0x96, 0x52, 0x51);
#define CONVOY_IBACKGROUNDCOPYCALLBACK2 \
  STDMETHOD(FileTransferred)            \
  (THIS_ IBackgroundCopyJob * job, IBackgroundCopyFile * file) PURE;
#undef INTERFACE
#define INTERFACE IBackgroundCopyCallback2
DECLARE_INTERFACE_(IBackgroundCopyCallback2, IBackgroundCopyCallback){
    CONVOY_BASE(CONVOY_IUNKNOWN) CONVOY_BASE(CONVOY_IBACKGROUNDCOPYCALLBACK)
        CONVOY_IBACKGROUNDCOPYCALLBACK2};
__CRT_UUID_DECL(IBackgroundCopyCallback2, 0x659cdeac, 0x489e, 0x11d9, 0xa9,
                0xcd, 0x00, 0x0d, 0x56, 0x96, 0x52, 0x51)
#if !defined(__cplusplus) && defined(COBJMACROS)
#define IBackgroundCopyCallback2_QueryInterface(p, a, b) \
  (p)->lpVtbl->QueryInterface(p, a, b)
#define IBackgroundCopyCallback2_AddRef(p) (p)->lpVtbl->AddRef(p)
#define IBackgroundCopyCallback2_Release(p) (p)->lpVtbl->Release(p)
#define IBackgroundCopyCallback2_JobTransferred(p, a) \
  (p)->lpVtbl->JobTransferred(p, a)
#define IBackgroundCopyCallback2_JobError(p, a, b) \
  (p)->lpVtbl->JobError(p, a, b)
#define IBackgroundCopyCallback2_JobModification(p, a, b) \
  (p)->lpVtbl->JobModification(p, a, b)
#define IBackgroundCopyCallback2_FileTransferred(p, a, b) \
  (p)->lpVtbl->FileTransferred(p, a, b)
#endif

DEFINE_GUID(IID_IBackgroundCopyJob4, 0x659cdeae, 0x489e, 0x11d9, 0xa9, 0xcd,
            0x00, 0x0d, 0x56, 0x96, 0x52, 0x51);
#define CONVOY_IBACKGROUNDCOPYJOB4                               \
  STDMETHOD(SetPeerCachingFlags)(THIS_ DWORD flags) PURE;        \
  STDMETHOD(GetPeerCachingFlags)(THIS_ DWORD * flags) PURE;      \
  STDMETHOD(GetOwnerIntegrityLevel)(THIS_ ULONG * level) PURE;   \
  STDMETHOD(GetOwnerElevationState)(THIS_ BOOL * elevated) PURE; \
  STDMETHOD(SetMaximumDownloadTime)(THIS_ ULONG timeout) PURE;   \
  STDMETHOD(GetMaximumDownloadTime)(THIS_ ULONG * timeout) PURE;
#undef INTERFACE
#define INTERFACE IBackgroundCopyJob4
DECLARE_INTERFACE_(IBackgroundCopyJob4, IBackgroundCopyJob3){
    CONVOY_BASE(CONVOY_IUNKNOWN) CONVOY_BASE(CONVOY_IBACKGROUNDCOPYJOB)
        CONVOY_BASE(CONVOY_IBACKGROUNDCOPYJOB2)
            CONVOY_BASE(CONVOY_IBACKGROUNDCOPYJOB3) CONVOY_IBACKGROUNDCOPYJOB4};
__CRT_UUID_DECL(IBackgroundCopyJob4, 0x659cdeae, 0x489e, 0x11d9, 0xa9, 0xcd,
                0x00, 0x0d, 0x56, 0x96, 0x52, 0x51)
#if !defined(__cplusplus) && defined(COBJMACROS)
#define IBackgroundCopyJob4_QueryInterface(p, a, b) \
  (p)->lpVtbl->QueryInterface(p, a, b)
#define IBackgroundCopyJob4_AddRef(p) (p)->lpVtbl->AddRef(p)
#define IBackgroundCopyJob4_Release(p) (p)->lpVtbl->Release(p)
#define IBackgroundCopyJob4_AddFileSet(p, a, b) (p)->lpVtbl->AddFileSet(p, a, b)
#define IBackgroundCopyJob4_AddFile(p, a, b) (p)->lpVtbl->AddFile(p, a, b)
#define IBackgroundCopyJob4_EnumFiles(p, a) (p)->lpVtbl->EnumFiles(p, a)
#define IBackgroundCopyJob4_Suspend(p) (p)->lpVtbl->Suspend(p)
#define IBackgroundCopyJob4_Resume(p) (p)->lpVtbl->Resume(p)
#define IBackgroundCopyJob4_Cancel(p) (p)->lpVtbl->Cancel(p)
#define IBackgroundCopyJob4_Complete(p) (p)->lpVtbl->Complete(p)
#define IBackgroundCopyJob4_GetId(p, a) (p)->lpVtbl->GetId(p, a)
#define IBackgroundCopyJob4_GetType(p, a) (p)->lpVtbl->GetType(p, a)
#define IBackgroundCopyJob4_GetProgress(p, a) (p)->lpVtbl->GetProgress(p, a)
#define IBackgroundCopyJob4_GetTimes(p, a) (p)->lpVtbl->GetTimes(p, a)
#define IBackgroundCopyJob4_GetState(p, a) (p)->lpVtbl->GetState(p, a)
#define IBackgroundCopyJob4_GetError(p, a) (p)->lpVtbl->GetError(p, a)
#define IBackgroundCopyJob4_GetOwner(p, a) (p)->lpVtbl->GetOwner(p, a)
#define IBackgroundCopyJob4_SetDisplayName(p, a) \
  (p)->lpVtbl->SetDisplayName(p, a)
#define IBackgroundCopyJob4_GetDisplayName(p, a) \
  (p)->lpVtbl->GetDisplayName(p, a)
#define IBackgroundCopyJob4_SetDescription(p, a) \
  (p)->lpVtbl->SetDescription(p, a)
#define IBackgroundCopyJob4_GetDescription(p, a) \
  (p)->lpVtbl->GetDescription(p, a)
#define IBackgroundCopyJob4_SetPriority(p, a) (p)->lpVtbl->SetPriority(p, a)
#define IBackgroundCopyJob4_GetPriority(p, a) (p)->lpVtbl->GetPriority(p, a)
#define IBackgroundCopyJob4_SetNotifyFlags(p, a) \
  (p)->lpVtbl->SetNotifyFlags(p, a)
#define IBackgroundCopyJob4_GetNotifyFlags(p, a) \
  (p)->lpVtbl->GetNotifyFlags(p, a)
#define IBackgroundCopyJob4_SetNotifyInterface(p, a) \
  (p)->lpVtbl->SetNotifyInterface(p, a)
#define IBackgroundCopyJob4_GetNotifyInterface(p, a) \
  (p)->lpVtbl->GetNotifyInterface(p, a)
#define IBackgroundCopyJob4_SetMinimumRetryDelay(p, a) \
  (p)->lpVtbl->SetMinimumRetryDelay(p, a)
#define IBackgroundCopyJob4_GetMinimumRetryDelay(p, a) \
  (p)->lpVtbl->GetMinimumRetryDelay(p, a)
#define IBackgroundCopyJob4_SetNoProgressTimeout(p, a) \
  (p)->lpVtbl->SetNoProgressTimeout(p, a)
#define IBackgroundCopyJob4_GetNoProgressTimeout(p, a) \
  (p)->lpVtbl->GetNoProgressTimeout(p, a)
#define IBackgroundCopyJob4_GetErrorCount(p, a) (p)->lpVtbl->GetErrorCount(p, a)
#define IBackgroundCopyJob4_SetProxySettings(p, a, b, c) \
  (p)->lpVtbl->SetProxySettings(p, a, b, c)
#define IBackgroundCopyJob4_GetProxySettings(p, a, b, c) \
  (p)->lpVtbl->GetProxySettings(p, a, b, c)
#define IBackgroundCopyJob4_TakeOwnership(p) (p)->lpVtbl->TakeOwnership(p)
#define IBackgroundCopyJob4_SetNotifyCmdLine(p, a, b) \
  (p)->lpVtbl->SetNotifyCmdLine(p, a, b)
#define IBackgroundCopyJob4_GetNotifyCmdLine(p, a, b) \
  (p)->lpVtbl->GetNotifyCmdLine(p, a, b)
#define IBackgroundCopyJob4_GetReplyProgress(p, a) \
  (p)->lpVtbl->GetReplyProgress(p, a)
#define IBackgroundCopyJob4_GetReplyData(p, a, b) \
  (p)->lpVtbl->GetReplyData(p, a, b)
#define IBackgroundCopyJob4_SetReplyFileName(p, a) \
  (p)->lpVtbl->SetReplyFileName(p, a)
#define IBackgroundCopyJob4_GetReplyFileName(p, a) \
  (p)->lpVtbl->GetReplyFileName(p, a)
#define IBackgroundCopyJob4_SetCredentials(p, a) \
  (p)->lpVtbl->SetCredentials(p, a)
#define IBackgroundCopyJob4_RemoveCredentials(p, a, b) \
  (p)->lpVtbl->RemoveCredentials(p, a, b)
#define IBackgroundCopyJob4_ReplaceRemotePrefix(p, a, b) \
  (p)->lpVtbl->ReplaceRemotePrefix(p, a, b)
#define IBackgroundCopyJob4_AddFileWithRanges(p, a, b, c, d) \
  (p)->lpVtbl->AddFileWithRanges(p, a, b, c, d)
#define IBackgroundCopyJob4_SetFileACLFlags(p, a) \
  (p)->lpVtbl->SetFileACLFlags(p, a)
#define IBackgroundCopyJob4_GetFileACLFlags(p, a) \
  (p)->lpVtbl->GetFileACLFlags(p, a)
#define IBackgroundCopyJob4_SetPeerCachingFlags(p, a) \
  (p)->lpVtbl->SetPeerCachingFlags(p, a)
#define IBackgroundCopyJob4_GetPeerCachingFlags(p, a) \
  (p)->lpVtbl->GetPeerCachingFlags(p, a)
#define IBackgroundCopyJob4_GetOwnerIntegrityLevel(p, a) \
  (p)->lpVtbl->GetOwnerIntegrityLevel(p, a)
#define IBackgroundCopyJob4_GetOwnerElevationState(p, a) \
  (p)->lpVtbl->GetOwnerElevationState(p, a)
#define IBackgroundCopyJob4_SetMaximumDownloadTime(p, a) \
  (p)->lpVtbl->SetMaximumDownloadTime(p, a)
#define IBackgroundCopyJob4_GetMaximumDownloadTime(p, a) \
  (p)->lpVtbl->GetMaximumDownloadTime(p, a)
#endif

DEFINE_GUID(IID_IBackgroundCopyFile3, 0x659cdeaa, 0x489e, 0x11d9, 0xa9, 0xcd,
            0x00, 0x0d, 0x56, 0x96, 0x52, 0x51);
#define CONVOY_IBACKGROUNDCOPYFILE3                           \
  STDMETHOD(GetTemporaryName)(THIS_ LPWSTR * pFilename) PURE; \
  STDMETHOD(SetValidationState)(THIS_ BOOL state) PURE;       \
  STDMETHOD(GetValidationState)(THIS_ BOOL * pState) PURE;    \
  STDMETHOD(IsDownloadedFromPeer)(THIS_ BOOL * pVal) PURE;
#undef INTERFACE
#define INTERFACE IBackgroundCopyFile3
DECLARE_INTERFACE_(IBackgroundCopyFile3, IBackgroundCopyFile2){
    CONVOY_BASE(CONVOY_IUNKNOWN) CONVOY_BASE(CONVOY_IBACKGROUNDCOPYFILE)
        CONVOY_BASE(CONVOY_IBACKGROUNDCOPYFILE2) CONVOY_IBACKGROUNDCOPYFILE3};
__CRT_UUID_DECL(IBackgroundCopyFile3, 0x659cdeaa, 0x489e, 0x11d9, 0xa9, 0xcd,
                0x00, 0x0d, 0x56, 0x96, 0x52, 0x51)
#if !defined(__cplusplus) && defined(COBJMACROS)
#define IBackgroundCopyFile3_QueryInterface(p, a, b) \
  (p)->lpVtbl->QueryInterface(p, a, b)
#define IBackgroundCopyFile3_AddRef(p) (p)->lpVtbl->AddRef(p)
#define IBackgroundCopyFile3_Release(p) (p)->lpVtbl->Release(p)
#define IBackgroundCopyFile3_GetRemoteName(p, a) \
  (p)->lpVtbl->GetRemoteName(p, a)
#define IBackgroundCopyFile3_GetLocalName(p, a) (p)->lpVtbl->GetLocalName(p, a)
#define IBackgroundCopyFile3_GetProgress(p, a) (p)->lpVtbl->GetProgress(p, a)
#define IBackgroundCopyFile3_GetFileRanges(p, a, b) \
  (p)->lpVtbl->GetFileRanges(p, a, b)
#define IBackgroundCopyFile3_SetRemoteName(p, a) \
  (p)->lpVtbl->SetRemoteName(p, a)
#define IBackgroundCopyFile3_GetTemporaryName(p, a) \
  (p)->lpVtbl->GetTemporaryName(p, a)
#define IBackgroundCopyFile3_SetValidationState(p, a) \
  (p)->lpVtbl->SetValidationState(p, a)
#define IBackgroundCopyFile3_GetValidationState(p, a) \
  (p)->lpVtbl->GetValidationState(p, a)
#define IBackgroundCopyFile3_IsDownloadedFromPeer(p, a) \
  (p)->lpVtbl->IsDownloadedFromPeer(p, a)
#endif

DEFINE_GUID(IID_IBitsPeerCacheRecord, 0x659cdeaf, 0x489e, 0x11d9, 0xa9, 0xcd,
            0x00, 0x0d, 0x56, 0x96, 0x52, 0x51);
#undef INTERFACE
#define INTERFACE IBitsPeerCacheRecord
DECLARE_INTERFACE_(IBitsPeerCacheRecord, IUnknown) {
  CONVOY_BASE(CONVOY_IUNKNOWN)
  STDMETHOD(GetId)(THIS_ GUID * pVal) PURE;
  STDMETHOD(GetOriginUrl)(THIS_ LPWSTR * pVal) PURE;
  STDMETHOD(GetFileSize)(THIS_ UINT64 * pVal) PURE;
  STDMETHOD(GetFileModificationTime)(THIS_ FILETIME * pVal) PURE;
  STDMETHOD(GetLastAccessTime)(THIS_ FILETIME * pVal) PURE;
  STDMETHOD(IsFileValidated)(THIS) PURE;
  STDMETHOD(GetFileRanges)
  (THIS_ DWORD * pRangeCount, BG_FILE_RANGE * *ppRanges) PURE;
};
__CRT_UUID_DECL(IBitsPeerCacheRecord, 0x659cdeaf, 0x489e, 0x11d9, 0xa9, 0xcd,
                0x00, 0x0d, 0x56, 0x96, 0x52, 0x51)
#if !defined(__cplusplus) && defined(COBJMACROS)
#define IBitsPeerCacheRecord_QueryInterface(p, a, b) \
  (p)->lpVtbl->QueryInterface(p, a, b)
#define IBitsPeerCacheRecord_AddRef(p) (p)->lpVtbl->AddRef(p)
#define IBitsPeerCacheRecord_Release(p) (p)->lpVtbl->Release(p)
#define IBitsPeerCacheRecord_GetId(p, a) (p)->lpVtbl->GetId(p, a)
#define IBitsPeerCacheRecord_GetOriginUrl(p, a) (p)->lpVtbl->GetOriginUrl(p, a)
#define IBitsPeerCacheRecord_GetFileSize(p, a) (p)->lpVtbl->GetFileSize(p, a)
#define IBitsPeerCacheRecord_GetFileModificationTime(p, a) \
  (p)->lpVtbl->GetFileModificationTime(p, a)
#define IBitsPeerCacheRecord_GetLastAccessTime(p, a) \
  (p)->lpVtbl->GetLastAccessTime(p, a)
#define IBitsPeerCacheRecord_IsFileValidated(p) (p)->lpVtbl->IsFileValidated(p)
#define IBitsPeerCacheRecord_GetFileRanges(p, a, b) \
  (p)->lpVtbl->GetFileRanges(p, a, b)
#endif

DEFINE_GUID(IID_IEnumBitsPeerCacheRecords, 0x659cdea4, 0x489e, 0x11d9, 0xa9,
            0xcd, 0x00, 0x0d, 0x56, 0x96, 0x52, 0x51);
#undef INTERFACE
#define INTERFACE IEnumBitsPeerCacheRecords
DECLARE_INTERFACE_(IEnumBitsPeerCacheRecords, IUnknown) {
  CONVOY_BASE(CONVOY_IUNKNOWN)
  STDMETHOD(Next)
  (THIS_ ULONG celt, IBitsPeerCacheRecord * *rgelt, ULONG * pceltFetched) PURE;
  STDMETHOD(Skip)(THIS_ ULONG celt) PURE;
  STDMETHOD(Reset)(THIS) PURE;
  STDMETHOD(Clone)(THIS_ IEnumBitsPeerCacheRecords * *ppenum) PURE;
  STDMETHOD(GetCount)(THIS_ ULONG * puCount) PURE;
};
__CRT_UUID_DECL(IEnumBitsPeerCacheRecords, 0x659cdea4, 0x489e, 0x11d9, 0xa9,
                0xcd, 0x00, 0x0d, 0x56, 0x96, 0x52, 0x51)
#if !defined(__cplusplus) && defined(COBJMACROS)
#define IEnumBitsPeerCacheRecords_QueryInterface(p, a, b) \
  (p)->lpVtbl->QueryInterface(p, a, b)
#define IEnumBitsPeerCacheRecords_AddRef(p) (p)->lpVtbl->AddRef(p)
#define IEnumBitsPeerCacheRecords_Release(p) (p)->lpVtbl->Release(p)
#define IEnumBitsPeerCacheRecords_Next(p, a, b, c) (p)->lpVtbl->Next(p, a, b, c)
#define IEnumBitsPeerCacheRecords_Skip(p, a) (p)->lpVtbl->Skip(p, a)
#define IEnumBitsPeerCacheRecords_Reset(p) (p)->lpVtbl->Reset(p)
#define IEnumBitsPeerCacheRecords_Clone(p, a) (p)->lpVtbl->Clone(p, a)
#define IEnumBitsPeerCacheRecords_GetCount(p, a) (p)->lpVtbl->GetCount(p, a)
#endif

DEFINE_GUID(IID_IBitsPeer, 0x659cdea2, 0x489e, 0x11d9, 0xa9, 0xcd, 0x00, 0x0d,
            0x56, 0x96, 0x52, 0x51);
#undef INTERFACE
#define INTERFACE IBitsPeer
DECLARE_INTERFACE_(IBitsPeer, IUnknown) {
  CONVOY_BASE(CONVOY_IUNKNOWN)
  STDMETHOD(GetPeerName)(THIS_ LPWSTR * pName) PURE;
  STDMETHOD(IsAuthenticated)(THIS_ BOOL * pAuth) PURE;
  STDMETHOD(IsAvailable)(THIS_ BOOL * pOnline) PURE;
};
__CRT_UUID_DECL(IBitsPeer, 0x659cdea2, 0x489e, 0x11d9, 0xa9, 0xcd, 0x00, 0x0d,
                0x56, 0x96, 0x52, 0x51)
#if !defined(__cplusplus) && defined(COBJMACROS)
#define IBitsPeer_QueryInterface(p, a, b) (p)->lpVtbl->QueryInterface(p, a, b)
#define IBitsPeer_AddRef(p) (p)->lpVtbl->AddRef(p)
#define IBitsPeer_Release(p) (p)->lpVtbl->Release(p)
#define IBitsPeer_GetPeerName(p, a) (p)->lpVtbl->GetPeerName(p, a)
#define IBitsPeer_IsAuthenticated(p, a) (p)->lpVtbl->IsAuthenticated(p, a)
#define IBitsPeer_IsAvailable(p, a) (p)->lpVtbl->IsAvailable(p, a)
#endif

DEFINE_GUID(IID_IEnumBitsPeers, 0x659cdea5, 0x489e, 0x11d9, 0xa9, 0xcd, 0x00,
            0x0d, 0x56, 0x96, 0x52, 0x51);
#undef INTERFACE
#define INTERFACE IEnumBitsPeers
DECLARE_INTERFACE_(IEnumBitsPeers, IUnknown) {
  CONVOY_BASE(CONVOY_IUNKNOWN)
  STDMETHOD(Next)
  (THIS_ ULONG celt, IBitsPeer * *rgelt, ULONG * pceltFetched) PURE;
  STDMETHOD(Skip)(THIS_ ULONG celt) PURE;
  STDMETHOD(Reset)(THIS) PURE;
  STDMETHOD(Clone)(THIS_ IEnumBitsPeers * *ppenum) PURE;
  STDMETHOD(GetCount)(THIS_ ULONG * puCount) PURE;
};
__CRT_UUID_DECL(IEnumBitsPeers, 0x659cdea5, 0x489e, 0x11d9, 0xa9, 0xcd, 0x00,
                0x0d, 0x56, 0x96, 0x52, 0x51)
#if !defined(__cplusplus) && defined(COBJMACROS)
#define IEnumBitsPeers_QueryInterface(p, a, b) \
  (p)->lpVtbl->QueryInterface(p, a, b)
#define IEnumBitsPeers_AddRef(p) (p)->lpVtbl->AddRef(p)
#define IEnumBitsPeers_Release(p) (p)->lpVtbl->Release(p)
#define IEnumBitsPeers_Next(p, a, b, c) (p)->lpVtbl->Next(p, a, b, c)
#define IEnumBitsPeers_Skip(p, a) (p)->lpVtbl->Skip(p, a)
#define IEnumBitsPeers_Reset(p) (p)->lpVtbl->Reset(p)
#define IEnumBitsPeers_Clone(p, a) (p)->lpVtbl->Clone(p, a)
#define IEnumBitsPeers_GetCount(p, a) (p)->lpVtbl->GetCount(p, a)
#endif

DEFINE_GUID(IID_IBitsPeerCacheAdministration, 0x659cdead, 0x489e, 0x11d9, 0xa9,
            0xcd, 0x00, 0x0d, 0x56, 0x96, 0x52, 0x51);
#undef INTERFACE
#define INTERFACE IBitsPeerCacheAdministration
DECLARE_INTERFACE_(IBitsPeerCacheAdministration, IUnknown) {
  CONVOY_BASE(CONVOY_IUNKNOWN)
  STDMETHOD(GetMaximumCacheSize)(THIS_ DWORD * pBytes) PURE;
  STDMETHOD(SetMaximumCacheSize)(THIS_ DWORD Bytes) PURE;
  STDMETHOD(GetMaximumContentAge)(THIS_ ULONG * pSeconds) PURE;
  STDMETHOD(SetMaximumContentAge)(THIS_ ULONG Seconds) PURE;
  STDMETHOD(GetConfigurationFlags)(THIS_ DWORD * pFlags) PURE;
  STDMETHOD(SetConfigurationFlags)(THIS_ DWORD Flags) PURE;
  STDMETHOD(EnumRecords)(THIS_ IEnumBitsPeerCacheRecords * *ppEnum) PURE;
  STDMETHOD(GetRecord)(THIS_ REFGUID id, IBitsPeerCacheRecord * *ppRecord) PURE;
  STDMETHOD(ClearRecords)(THIS) PURE;
  STDMETHOD(DeleteRecord)(THIS_ REFGUID id) PURE;
  STDMETHOD(DeleteUrl)(THIS_ LPCWSTR url) PURE;
  STDMETHOD(EnumPeers)(THIS_ IEnumBitsPeers * *ppEnum) PURE;
  STDMETHOD(ClearPeers)(THIS) PURE;
  STDMETHOD(DiscoverPeers)(THIS) PURE;
};
__CRT_UUID_DECL(IBitsPeerCacheAdministration, 0x659cdead, 0x489e, 0x11d9, 0xa9,
                0xcd, 0x00, 0x0d, 0x56, 0x96, 0x52, 0x51)
#if !defined(__cplusplus) && defined(COBJMACROS)
#define IBitsPeerCacheAdministration_QueryInterface(p, a, b) \
  (p)->lpVtbl->QueryInterface(p, a, b)
#define IBitsPeerCacheAdministration_AddRef(p) (p)->lpVtbl->AddRef(p)
#define IBitsPeerCacheAdministration_Release(p) (p)->lpVtbl->Release(p)
#define IBitsPeerCacheAdministration_GetMaximumCacheSize(p, a) \
  (p)->lpVtbl->GetMaximumCacheSize(p, a)
#define IBitsPeerCacheAdministration_SetMaximumCacheSize(p, a) \
  (p)->lpVtbl->SetMaximumCacheSize(p, a)
#define IBitsPeerCacheAdministration_GetMaximumContentAge(p, a) \
  (p)->lpVtbl->GetMaximumContentAge(p, a)
#define IBitsPeerCacheAdministration_SetMaximumContentAge(p, a) \
  (p)->lpVtbl->SetMaximumContentAge(p, a)
#define IBitsPeerCacheAdministration_GetConfigurationFlags(p, a) \
  (p)->lpVtbl->GetConfigurationFlags(p, a)
#define IBitsPeerCacheAdministration_SetConfigurationFlags(p, a) \
  (p)->lpVtbl->SetConfigurationFlags(p, a)
#define IBitsPeerCacheAdministration_EnumRecords(p, a) \
  (p)->lpVtbl->EnumRecords(p, a)
#define IBitsPeerCacheAdministration_GetRecord(p, a, b) \
  (p)->lpVtbl->GetRecord(p, a, b)
#define IBitsPeerCacheAdministration_ClearRecords(p) \
  (p)->lpVtbl->ClearRecords(p)
#define IBitsPeerCacheAdministration_DeleteRecord(p, a) \
  (p)->lpVtbl->DeleteRecord(p, a)
#define IBitsPeerCacheAdministration_DeleteUrl(p, a) \
  (p)->lpVtbl->DeleteUrl(p, a)
#define IBitsPeerCacheAdministration_EnumPeers(p, a) \
  (p)->lpVtbl->EnumPeers(p, a)
#define IBitsPeerCacheAdministration_ClearPeers(p) (p)->lpVtbl->ClearPeers(p)
#define IBitsPeerCacheAdministration_DiscoverPeers(p) \
  (p)->lpVtbl->DiscoverPeers(p)
#endif

DEFINE_GUID(CLSID_BackgroundCopyManager3_0, 0x659cdea7, 0x489e, 0x11d9, 0xa9,
            0xcd, 0x00, 0x0d, 0x56, 0x96, 0x52, 0x51);
#ifdef __cplusplus
class BackgroundCopyManager3_0;
__CRT_UUID_DECL(BackgroundCopyManager3_0, 0x659cdea7, 0x489e, 0x11d9, 0xa9,
                0xcd, 0x00, 0x0d, 0x56, 0x96, 0x52, 0x51)
#endif

#include <bits4_0.h>

#endif  // CONVOY_COMPAT_BITS3_0_H_
