// BITS 1.0: jobs, files, errors, callbacks, and the manager that makes jobs.
#ifndef CONVOY_COMPAT_BITS_H_
#define CONVOY_COMPAT_BITS_H_

#include <bitsmsg.h>
#include <objbase.h>
#include <ole2.h>
#include <rpc.h>
#include <rpcndr.h>
#include <unknwn.h>
#include <windows.h>

// As on Windows, an enumeration is an int and may hold any.
#ifdef __cplusplus
#define CONVOY_INT_ENUM : int
#else
#define CONVOY_INT_ENUM
#endif

// A size that is not known yet.
#define BG_SIZE_UNKNOWN ((UINT64)-1)

// IBackgroundCopyJob::SetNotifyFlags
#define BG_NOTIFY_JOB_TRANSFERRED 0x0001
#define BG_NOTIFY_JOB_ERROR 0x0002
#define BG_NOTIFY_DISABLE 0x0004
#define BG_NOTIFY_JOB_MODIFICATION 0x0008
#define BG_NOTIFY_FILE_TRANSFERRED 0x0010
#define BG_NOTIFY_FILE_RANGES_TRANSFERRED 0x0020

// IBackgroundCopyManager::EnumJobs; administrators only.
#define BG_JOB_ENUM_ALL_USERS 0x0001

typedef struct IBackgroundCopyFile IBackgroundCopyFile;
typedef struct IEnumBackgroundCopyFiles IEnumBackgroundCopyFiles;
typedef struct IBackgroundCopyError IBackgroundCopyError;
typedef struct IBackgroundCopyJob IBackgroundCopyJob;
typedef struct IEnumBackgroundCopyJobs IEnumBackgroundCopyJobs;
typedef struct IBackgroundCopyCallback IBackgroundCopyCallback;
typedef struct IBackgroundCopyManager IBackgroundCopyManager;

typedef struct _BG_FILE_PROGRESS {
  UINT64 BytesTotal;  // BG_SIZE_UNKNOWN until the size is known.
  UINT64 BytesTransferred;
  BOOL Completed;
} BG_FILE_PROGRESS;

typedef struct _BG_FILE_INFO {
  LPWSTR RemoteName;
  LPWSTR LocalName;
} BG_FILE_INFO;

typedef struct _BG_JOB_PROGRESS {
  UINT64 BytesTotal;  // BG_SIZE_UNKNOWN until the size of each file is known.
  UINT64 BytesTransferred;
  ULONG FilesTotal;
  ULONG FilesTransferred;
} BG_JOB_PROGRESS;

typedef struct _BG_JOB_TIMES {
  FILETIME CreationTime;
  FILETIME ModificationTime;
  FILETIME TransferCompletionTime;  // 0: not TRANSFERRED yet.
} BG_JOB_TIMES;

typedef enum CONVOY_INT_ENUM {
  BG_ERROR_CONTEXT_NONE = 0,
  BG_ERROR_CONTEXT_UNKNOWN = 1,
  BG_ERROR_CONTEXT_GENERAL_QUEUE_MANAGER = 2,
  BG_ERROR_CONTEXT_QUEUE_MANAGER_NOTIFICATION = 3,
  BG_ERROR_CONTEXT_LOCAL_FILE = 4,
  BG_ERROR_CONTEXT_REMOTE_FILE = 5,
  BG_ERROR_CONTEXT_GENERAL_TRANSPORT = 6,
  BG_ERROR_CONTEXT_REMOTE_APPLICATION = 7,
  BG_ERROR_CONTEXT_SERVER_CERTIFICATE_CALLBACK = 8
} BG_ERROR_CONTEXT;

typedef enum CONVOY_INT_ENUM {
  BG_JOB_PRIORITY_FOREGROUND = 0,
  BG_JOB_PRIORITY_HIGH = 1,
  BG_JOB_PRIORITY_NORMAL = 2,
  BG_JOB_PRIORITY_LOW = 3
} BG_JOB_PRIORITY;

typedef enum CONVOY_INT_ENUM {
  BG_JOB_STATE_QUEUED = 0,
  BG_JOB_STATE_CONNECTING = 1,
  BG_JOB_STATE_TRANSFERRING = 2,
  BG_JOB_STATE_SUSPENDED = 3,
  BG_JOB_STATE_ERROR = 4,
  BG_JOB_STATE_TRANSIENT_ERROR = 5,
  BG_JOB_STATE_TRANSFERRED = 6,
  BG_JOB_STATE_ACKNOWLEDGED = 7,
  BG_JOB_STATE_CANCELLED = 8
} BG_JOB_STATE;

typedef enum CONVOY_INT_ENUM {
  BG_JOB_TYPE_DOWNLOAD = 0,
  BG_JOB_TYPE_UPLOAD = 1,
  BG_JOB_TYPE_UPLOAD_REPLY = 2
} BG_JOB_TYPE;

typedef enum CONVOY_INT_ENUM {
  BG_JOB_PROXY_USAGE_PRECONFIG = 0,
  BG_JOB_PROXY_USAGE_NO_PROXY = 1,
  BG_JOB_PROXY_USAGE_OVERRIDE = 2,
  BG_JOB_PROXY_USAGE_AUTODETECT = 3
} BG_JOB_PROXY_USAGE;

DEFINE_GUID(IID_IBackgroundCopyFile, 0x01b7bd23, 0xfb88, 0x4a77, 0x84, 0x90,
            0x58, 0x91, 0xd3, 0xe4, 0x65, 0x3a);
#define CONVOY_IBACKGROUNDCOPYFILE                    \
  STDMETHOD(GetRemoteName)(THIS_ LPWSTR * pVal) PURE; \
  STDMETHOD(GetLocalName)(THIS_ LPWSTR * pVal) PURE;  \
  STDMETHOD(GetProgress)(THIS_ BG_FILE_PROGRESS * pVal) PURE;
#undef INTERFACE
#define INTERFACE IBackgroundCopyFile
DECLARE_INTERFACE_(IBackgroundCopyFile, IUnknown){
    CONVOY_BASE(CONVOY_IUNKNOWN) CONVOY_IBACKGROUNDCOPYFILE};
__CRT_UUID_DECL(IBackgroundCopyFile, 0x01b7bd23, 0xfb88, 0x4a77, 0x84, 0x90,
                0x58, 0x91, 0xd3, 0xe4, 0x65, 0x3a)
#if !defined(__cplusplus) && defined(COBJMACROS)
#define IBackgroundCopyFile_QueryInterface(p, a, b) \
  (p)->lpVtbl->QueryInterface(p, a, b)
#define IBackgroundCopyFile_AddRef(p) (p)->lpVtbl->AddRef(p)
#define IBackgroundCopyFile_Release(p) (p)->lpVtbl->Release(p)
#define IBackgroundCopyFile_GetRemoteName(p, a) (p)->lpVtbl->GetRemoteName(p, a)
#define IBackgroundCopyFile_GetLocalName(p, a) (p)->lpVtbl->GetLocalName(p, a)
#define IBackgroundCopyFile_GetProgress(p, a) (p)->lpVtbl->GetProgress(p, a)
#endif

DEFINE_GUID(IID_IEnumBackgroundCopyFiles, 0xca51e165, 0xc365, 0x424c, 0x8d,
            0x41, 0x24, 0xaa, 0xa4, 0xff, 0x3c, 0x40);
#undef INTERFACE
#define INTERFACE IEnumBackgroundCopyFiles
DECLARE_INTERFACE_(IEnumBackgroundCopyFiles, IUnknown) {
  CONVOY_BASE(CONVOY_IUNKNOWN)
  STDMETHOD(Next)
  (THIS_ ULONG celt, IBackgroundCopyFile * *rgelt, ULONG * pceltFetched) PURE;
  STDMETHOD(Skip)(THIS_ ULONG celt) PURE;
  STDMETHOD(Reset)(THIS) PURE;
  STDMETHOD(Clone)(THIS_ IEnumBackgroundCopyFiles * *ppenum) PURE;
  STDMETHOD(GetCount)(THIS_ ULONG * puCount) PURE;
};
__CRT_UUID_DECL(IEnumBackgroundCopyFiles, 0xca51e165, 0xc365, 0x424c, 0x8d,
                0x41, 0x24, 0xaa, 0xa4, 0xff, 0x3c, 0x40)
#if !defined(__cplusplus) && defined(COBJMACROS)
#define IEnumBackgroundCopyFiles_QueryInterface(p, a, b) \
  (p)->lpVtbl->QueryInterface(p, a, b)
#define IEnumBackgroundCopyFiles_AddRef(p) (p)->lpVtbl->AddRef(p)
#define IEnumBackgroundCopyFiles_Release(p) (p)->lpVtbl->Release(p)
#define IEnumBackgroundCopyFiles_Next(p, a, b, c) (p)->lpVtbl->Next(p, a, b, c)
#define IEnumBackgroundCopyFiles_Skip(p, a) (p)->lpVtbl->Skip(p, a)
#define IEnumBackgroundCopyFiles_Reset(p) (p)->lpVtbl->Reset(p)
#define IEnumBackgroundCopyFiles_Clone(p, a) (p)->lpVtbl->Clone(p, a)
#define IEnumBackgroundCopyFiles_GetCount(p, a) (p)->lpVtbl->GetCount(p, a)
#endif

DEFINE_GUID(IID_IBackgroundCopyError, 0x19c613a0, 0xfcb8, 0x4f28, 0x81, 0xae,
            0x89, 0x7c, 0x3d, 0x07, 0x8f, 0x81);
#undef INTERFACE
#define INTERFACE IBackgroundCopyError
DECLARE_INTERFACE_(IBackgroundCopyError, IUnknown) {
  CONVOY_BASE(CONVOY_IUNKNOWN)
  STDMETHOD(GetError)(THIS_ BG_ERROR_CONTEXT * pContext, HRESULT * pCode) PURE;
  STDMETHOD(GetFile)(THIS_ IBackgroundCopyFile * *pVal) PURE;
  STDMETHOD(GetErrorDescription)
  (THIS_ DWORD LanguageId, LPWSTR * pErrorDescription) PURE;
  STDMETHOD(GetErrorContextDescription)
  (THIS_ DWORD LanguageId, LPWSTR * pContextDescription) PURE;
  STDMETHOD(GetProtocol)(THIS_ LPWSTR * pProtocol) PURE;
};
__CRT_UUID_DECL(IBackgroundCopyError, 0x19c613a0, 0xfcb8, 0x4f28, 0x81, 0xae,
                0x89, 0x7c, 0x3d, 0x07, 0x8f, 0x81)
#if !defined(__cplusplus) && defined(COBJMACROS)
#define IBackgroundCopyError_QueryInterface(p, a, b) \
  (p)->lpVtbl->QueryInterface(p, a, b)
#define IBackgroundCopyError_AddRef(p) (p)->lpVtbl->AddRef(p)
#define IBackgroundCopyError_Release(p) (p)->lpVtbl->Release(p)
#define IBackgroundCopyError_GetError(p, a, b) (p)->lpVtbl->GetError(p, a, b)
#define IBackgroundCopyError_GetFile(p, a) (p)->lpVtbl->GetFile(p, a)
#define IBackgroundCopyError_GetErrorDescription(p, a, b) \
  (p)->lpVtbl->GetErrorDescription(p, a, b)
#define IBackgroundCopyError_GetErrorContextDescription(p, a, b) \
  (p)->lpVtbl->GetErrorContextDescription(p, a, b)
#define IBackgroundCopyError_GetProtocol(p, a) (p)->lpVtbl->GetProtocol(p, a)
#endif

DEFINE_GUID(IID_IBackgroundCopyJob, 0x37668d37, 0x507e, 0x4160, 0x93, 0x16,
            0x26, 0x30, 0x6d, 0x15, 0x0b, 0x12);
#define CONVOY_IBACKGROUNDCOPYJOB                                              \
  STDMETHOD(AddFileSet)(THIS_ ULONG cFileCount, BG_FILE_INFO * pFileSet) PURE; \
  STDMETHOD(AddFile)(THIS_ LPCWSTR RemoteUrl, LPCWSTR LocalName) PURE;         \
  STDMETHOD(EnumFiles)(THIS_ IEnumBackgroundCopyFiles * *pEnum) PURE;          \
  STDMETHOD(Suspend)(THIS) PURE;                                               \
  STDMETHOD(Resume)(THIS) PURE;                                                \
  STDMETHOD(Cancel)(THIS) PURE;                                                \
  STDMETHOD(Complete)(THIS) PURE;                                              \
  STDMETHOD(GetId)(THIS_ GUID * pVal) PURE;                                    \
  STDMETHOD(GetType)(THIS_ BG_JOB_TYPE * pVal) PURE;                           \
  STDMETHOD(GetProgress)(THIS_ BG_JOB_PROGRESS * pVal) PURE;                   \
  STDMETHOD(GetTimes)(THIS_ BG_JOB_TIMES * pVal) PURE;                         \
  STDMETHOD(GetState)(THIS_ BG_JOB_STATE * pVal) PURE;                         \
  STDMETHOD(GetError)(THIS_ IBackgroundCopyError * *ppError) PURE;             \
  STDMETHOD(GetOwner)(THIS_ LPWSTR * pVal) PURE;                               \
  STDMETHOD(SetDisplayName)(THIS_ LPCWSTR Val) PURE;                           \
  STDMETHOD(GetDisplayName)(THIS_ LPWSTR * pVal) PURE;                         \
  STDMETHOD(SetDescription)(THIS_ LPCWSTR Val) PURE;                           \
  STDMETHOD(GetDescription)(THIS_ LPWSTR * pVal) PURE;                         \
  STDMETHOD(SetPriority)(THIS_ BG_JOB_PRIORITY Val) PURE;                      \
  STDMETHOD(GetPriority)(THIS_ BG_JOB_PRIORITY * pVal) PURE;                   \
  STDMETHOD(SetNotifyFlags)(THIS_ ULONG Val) PURE;                             \
  STDMETHOD(GetNotifyFlags)(THIS_ ULONG * pVal) PURE;                          \
  STDMETHOD(SetNotifyInterface)(THIS_ IUnknown * Val) PURE;                    \
  STDMETHOD(GetNotifyInterface)(THIS_ IUnknown * *pVal) PURE;                  \
  STDMETHOD(SetMinimumRetryDelay)(THIS_ ULONG Seconds) PURE;                   \
  STDMETHOD(GetMinimumRetryDelay)(THIS_ ULONG * Seconds) PURE;                 \
  STDMETHOD(SetNoProgressTimeout)(THIS_ ULONG Seconds) PURE;                   \
  STDMETHOD(GetNoProgressTimeout)(THIS_ ULONG * Seconds) PURE;                 \
  STDMETHOD(GetErrorCount)(THIS_ ULONG * Errors) PURE;                         \
  STDMETHOD(SetProxySettings)                                                  \
  (THIS_ BG_JOB_PROXY_USAGE ProxyUsage, const WCHAR* ProxyList,                \
   const WCHAR* ProxyBypassList) PURE;                                         \
  STDMETHOD(GetProxySettings)                                                  \
  (THIS_ BG_JOB_PROXY_USAGE * pProxyUsage, LPWSTR * pProxyList,                \
   LPWSTR * pProxyBypassList) PURE;                                            \
  STDMETHOD(TakeOwnership)(THIS) PURE;
#undef INTERFACE
#define INTERFACE IBackgroundCopyJob
DECLARE_INTERFACE_(IBackgroundCopyJob, IUnknown){CONVOY_BASE(CONVOY_IUNKNOWN)
                                                     CONVOY_IBACKGROUNDCOPYJOB};
__CRT_UUID_DECL(IBackgroundCopyJob, 0x37668d37, 0x507e, 0x4160, 0x93, 0x16,
                0x26, 0x30, 0x6d, 0x15, 0x0b, 0x12)
#if !defined(__cplusplus) && defined(COBJMACROS)
#define IBackgroundCopyJob_QueryInterface(p, a, b) \
  (p)->lpVtbl->QueryInterface(p, a, b)
#define IBackgroundCopyJob_AddRef(p) (p)->lpVtbl->AddRef(p)
#define IBackgroundCopyJob_Release(p) (p)->lpVtbl->Release(p)
#define IBackgroundCopyJob_AddFileSet(p, a, b) (p)->lpVtbl->AddFileSet(p, a, b)
#define IBackgroundCopyJob_AddFile(p, a, b) (p)->lpVtbl->AddFile(p, a, b)
#define IBackgroundCopyJob_EnumFiles(p, a) (p)->lpVtbl->EnumFiles(p, a)
#define IBackgroundCopyJob_Suspend(p) (p)->lpVtbl->Suspend(p)
#define IBackgroundCopyJob_Resume(p) (p)->lpVtbl->Resume(p)
#define IBackgroundCopyJob_Cancel(p) (p)->lpVtbl->Cancel(p)
#define IBackgroundCopyJob_Complete(p) (p)->lpVtbl->Complete(p)
#define IBackgroundCopyJob_GetId(p, a) (p)->lpVtbl->GetId(p, a)
#define IBackgroundCopyJob_GetType(p, a) (p)->lpVtbl->GetType(p, a)
#define IBackgroundCopyJob_GetProgress(p, a) (p)->lpVtbl->GetProgress(p, a)
#define IBackgroundCopyJob_GetTimes(p, a) (p)->lpVtbl->GetTimes(p, a)
#define IBackgroundCopyJob_GetState(p, a) (p)->lpVtbl->GetState(p, a)
#define IBackgroundCopyJob_GetError(p, a) (p)->lpVtbl->GetError(p, a)
#define IBackgroundCopyJob_GetOwner(p, a) (p)->lpVtbl->GetOwner(p, a)
#define IBackgroundCopyJob_SetDisplayName(p, a) \
  (p)->lpVtbl->SetDisplayName(p, a)
#define IBackgroundCopyJob_GetDisplayName(p, a) \
  (p)->lpVtbl->GetDisplayName(p, a)
#define IBackgroundCopyJob_SetDescription(p, a) \
  (p)->lpVtbl->SetDescription(p, a)
#define IBackgroundCopyJob_GetDescription(p, a) \
  (p)->lpVtbl->GetDescription(p, a)
#define IBackgroundCopyJob_SetPriority(p, a) (p)->lpVtbl->SetPriority(p, a)
#define IBackgroundCopyJob_GetPriority(p, a) (p)->lpVtbl->GetPriority(p, a)
#define IBackgroundCopyJob_SetNotifyFlags(p, a) \
  (p)->lpVtbl->SetNotifyFlags(p, a)
#define IBackgroundCopyJob_GetNotifyFlags(p, a) \
  (p)->lpVtbl->GetNotifyFlags(p, a)
#define IBackgroundCopyJob_SetNotifyInterface(p, a) \
  (p)->lpVtbl->SetNotifyInterface(p, a)
#define IBackgroundCopyJob_GetNotifyInterface(p, a) \
  (p)->lpVtbl->GetNotifyInterface(p, a)
#define IBackgroundCopyJob_SetMinimumRetryDelay(p, a) \
  (p)->lpVtbl->SetMinimumRetryDelay(p, a)
#define IBackgroundCopyJob_GetMinimumRetryDelay(p, a) \
  (p)->lpVtbl->GetMinimumRetryDelay(p, a)
#define IBackgroundCopyJob_SetNoProgressTimeout(p, a) \
  (p)->lpVtbl->SetNoProgressTimeout(p, a)
#define IBackgroundCopyJob_GetNoProgressTimeout(p, a) \
  (p)->lpVtbl->GetNoProgressTimeout(p, a)
#define IBackgroundCopyJob_GetErrorCount(p, a) (p)->lpVtbl->GetErrorCount(p, a)
#define IBackgroundCopyJob_SetProxySettings(p, a, b, c) \
  (p)->lpVtbl->SetProxySettings(p, a, b, c)
#define IBackgroundCopyJob_GetProxySettings(p, a, b, c) \
  (p)->lpVtbl->GetProxySettings(p, a, b, c)
#define IBackgroundCopyJob_TakeOwnership(p) (p)->lpVtbl->TakeOwnership(p)
#endif

DEFINE_GUID(IID_IEnumBackgroundCopyJobs, 0x1af4f612, 0x3b71, 0x466f, 0x8f, 0x58,
            0x7b, 0x6f, 0x73, 0xac, 0x57, 0xad);
#undef INTERFACE
#define INTERFACE IEnumBackgroundCopyJobs
DECLARE_INTERFACE_(IEnumBackgroundCopyJobs, IUnknown) {
  CONVOY_BASE(CONVOY_IUNKNOWN)
  STDMETHOD(Next)
  (THIS_ ULONG celt, IBackgroundCopyJob * *rgelt, ULONG * pceltFetched) PURE;
  STDMETHOD(Skip)(THIS_ ULONG celt) PURE;
  STDMETHOD(Reset)(THIS) PURE;
  STDMETHOD(Clone)(THIS_ IEnumBackgroundCopyJobs * *ppenum) PURE;
  STDMETHOD(GetCount)(THIS_ ULONG * puCount) PURE;
};
__CRT_UUID_DECL(IEnumBackgroundCopyJobs, 0x1af4f612, 0x3b71, 0x466f, 0x8f, 0x58,
                0x7b, 0x6f, 0x73, 0xac, 0x57, 0xad)
#if !defined(__cplusplus) && defined(COBJMACROS)
#define IEnumBackgroundCopyJobs_QueryInterface(p, a, b) \
  (p)->lpVtbl->QueryInterface(p, a, b)
#define IEnumBackgroundCopyJobs_AddRef(p) (p)->lpVtbl->AddRef(p)
#define IEnumBackgroundCopyJobs_Release(p) (p)->lpVtbl->Release(p)
#define IEnumBackgroundCopyJobs_Next(p, a, b, c) (p)->lpVtbl->Next(p, a, b, c)
#define IEnumBackgroundCopyJobs_Skip(p, a) (p)->lpVtbl->Skip(p, a)
#define IEnumBackgroundCopyJobs_Reset(p) (p)->lpVtbl->Reset(p)
#define IEnumBackgroundCopyJobs_Clone(p, a) (p)->lpVtbl->Clone(p, a)
#define IEnumBackgroundCopyJobs_GetCount(p, a) (p)->lpVtbl->GetCount(p, a)
#endif

DEFINE_GUID(IID_AsyncIBackgroundCopyCallback, 0xca29d251, 0xb4bb, 0x4679, 0xa3,
            0xd9, 0xae, 0x80, 0x06, 0x11, 0x9d, 0x54);
DEFINE_GUID(IID_IBackgroundCopyCallback, 0x97ea99c7, 0x0186, 0x4ad4, 0x8d, 0xf9,
            0xc5, 0xb4, 0xe0, 0xed, 0x6b, 0x22);
#define CONVOY_IBACKGROUNDCOPYCALLBACK                                   \
  STDMETHOD(JobTransferred)(THIS_ IBackgroundCopyJob * pJob) PURE;       \
  STDMETHOD(JobError)                                                    \
  (THIS_ IBackgroundCopyJob * pJob, IBackgroundCopyError * pError) PURE; \
  STDMETHOD(JobModification)                                             \
  (THIS_ IBackgroundCopyJob * pJob, DWORD dwReserved) PURE;
#undef INTERFACE
#define INTERFACE IBackgroundCopyCallback
DECLARE_INTERFACE_(IBackgroundCopyCallback, IUnknown){
    CONVOY_BASE(CONVOY_IUNKNOWN) CONVOY_IBACKGROUNDCOPYCALLBACK};
__CRT_UUID_DECL(IBackgroundCopyCallback, 0x97ea99c7, 0x0186, 0x4ad4, 0x8d, 0xf9,
                0xc5, 0xb4, 0xe0, 0xed, 0x6b, 0x22)
#if !defined(__cplusplus) && defined(COBJMACROS)
#define IBackgroundCopyCallback_QueryInterface(p, a, b) \
  (p)->lpVtbl->QueryInterface(p, a, b)
#define IBackgroundCopyCallback_AddRef(p) (p)->lpVtbl->AddRef(p)
#define IBackgroundCopyCallback_Release(p) (p)->lpVtbl->Release(p)
#define IBackgroundCopyCallback_JobTransferred(p, a) \
  (p)->lpVtbl->JobTransferred(p, a)
#define IBackgroundCopyCallback_JobError(p, a, b) (p)->lpVtbl->JobError(p, a, b)
#define IBackgroundCopyCallback_JobModification(p, a, b) \
  (p)->lpVtbl->JobModification(p, a, b)
#endif

DEFINE_GUID(IID_IBackgroundCopyManager, 0x5ce34c0d, 0x0dc9, 0x4c1f, 0x89, 0x7c,
            0xda, 0xa1, 0xb7, 0x8c, 0xee, 0x7c);
#undef INTERFACE
#define INTERFACE IBackgroundCopyManager
DECLARE_INTERFACE_(IBackgroundCopyManager, IUnknown) {
  CONVOY_BASE(CONVOY_IUNKNOWN)
  STDMETHOD(CreateJob)
  (THIS_ LPCWSTR DisplayName, BG_JOB_TYPE Type, GUID * pJobId,
   IBackgroundCopyJob * *ppJob) PURE;
  STDMETHOD(GetJob)(THIS_ REFGUID jobID, IBackgroundCopyJob * *ppJob) PURE;
  STDMETHOD(EnumJobs)
  (THIS_ DWORD dwFlags, IEnumBackgroundCopyJobs * *ppEnum) PURE;
  STDMETHOD(GetErrorDescription)
  (THIS_ HRESULT hResult, DWORD LanguageId, LPWSTR * pErrorDescription) PURE;
};
__CRT_UUID_DECL(IBackgroundCopyManager, 0x5ce34c0d, 0x0dc9, 0x4c1f, 0x89, 0x7c,
                0xda, 0xa1, 0xb7, 0x8c, 0xee, 0x7c)
#if !defined(__cplusplus) && defined(COBJMACROS)
#define IBackgroundCopyManager_QueryInterface(p, a, b) \
  (p)->lpVtbl->QueryInterface(p, a, b)
#define IBackgroundCopyManager_AddRef(p) (p)->lpVtbl->AddRef(p)
#define IBackgroundCopyManager_Release(p) (p)->lpVtbl->Release(p)
#define IBackgroundCopyManager_CreateJob(p, a, b, c, d) \
  (p)->lpVtbl->CreateJob(p, a, b, c, d)
#define IBackgroundCopyManager_GetJob(p, a, b) (p)->lpVtbl->GetJob(p, a, b)
#define IBackgroundCopyManager_EnumJobs(p, a, b) (p)->lpVtbl->EnumJobs(p, a, b)
#define IBackgroundCopyManager_GetErrorDescription(p, a, b, c) \
  (p)->lpVtbl->GetErrorDescription(p, a, b, c)
#endif

DEFINE_GUID(LIBID_BackgroundCopyManager, 0x1deeb74f, 0x7915, 0x4560, 0xb5, 0x58,
            0x91, 0x8c, 0x83, 0xf1, 0x76, 0xa6);
DEFINE_GUID(CLSID_BackgroundCopyManager, 0x4991d34b, 0x80a1, 0x4291, 0x83, 0xb6,
            0x33, 0x28, 0x36, 0x6b, 0x90, 0x97);
#ifdef __cplusplus
class BackgroundCopyManager;
__CRT_UUID_DECL(BackgroundCopyManager, 0x4991d34b, 0x80a1, 0x4291, 0x83, 0xb6,
                0x33, 0x28, 0x36, 0x6b, 0x90, 0x97)
#endif

#include <bits1_5.h>

#endif  // CONVOY_COMPAT_BITS_H_
