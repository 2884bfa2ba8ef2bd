// BITS 2.0: ranges of files.
#ifndef CONVOY_COMPAT_BITS2_0_H_
#define CONVOY_COMPAT_BITS2_0_H_

#include <bits1_5.h>

#define BG_LENGTH_TO_EOF ((UINT64)-1)

// IBackgroundCopyJob3::SetFileACLFlags
#define BG_COPY_FILE_OWNER 1
#define BG_COPY_FILE_GROUP 2
#define BG_COPY_FILE_DACL 4
#define BG_COPY_FILE_SACL 8
#define BG_COPY_FILE_ALL 15

typedef struct _BG_FILE_RANGE {
  UINT64 InitialOffset;
  UINT64 Length;  // BG_LENGTH_TO_EOF: to the end.
} BG_FILE_RANGE;

typedef struct IBackgroundCopyJob3 IBackgroundCopyJob3;
typedef struct IBackgroundCopyFile2 IBackgroundCopyFile2;

DEFINE_GUID(IID_IBackgroundCopyJob3, 0x443c8934, 0x90ff, 0x48ed, 0xbc, 0xde,
            0x26, 0xf5, 0xc7, 0x45, 0x00, 0x42);
#define CONVOY_IBACKGROUNDCOPYJOB3                               \
  STDMETHOD(ReplaceRemotePrefix)                                 \
  (THIS_ LPCWSTR OldPrefix, LPCWSTR NewPrefix) PURE;             \
  STDMETHOD(AddFileWithRanges)                                   \
  (THIS_ LPCWSTR RemoteUrl, LPCWSTR LocalName, DWORD RangeCount, \
   BG_FILE_RANGE Ranges[]) PURE;                                 \
  STDMETHOD(SetFileACLFlags)(THIS_ DWORD Flags) PURE;            \
  STDMETHOD(GetFileACLFlags)(THIS_ DWORD * Flags) PURE;
#undef INTERFACE
#define INTERFACE IBackgroundCopyJob3
DECLARE_INTERFACE_(IBackgroundCopyJob3, IBackgroundCopyJob2){
    CONVOY_BASE(CONVOY_IUNKNOWN) CONVOY_BASE(CONVOY_IBACKGROUNDCOPYJOB)
        CONVOY_BASE(CONVOY_IBACKGROUNDCOPYJOB2) CONVOY_IBACKGROUNDCOPYJOB3};
__CRT_UUID_DECL(IBackgroundCopyJob3, 0x443c8934, 0x90ff, 0x48ed, 0xbc, 0xde,
                0x26, 0xf5, 0xc7, 0x45, 0x00, 0x42)
#if !defined(__cplusplus) && defined(COBJMACROS)
#define IBackgroundCopyJob3_QueryInterface(p, a, b) \
  (p)->lpVtbl->QueryInterface(p, a, b)
#define IBackgroundCopyJob3_AddRef(p) (p)->lpVtbl->AddRef(p)
#define IBackgroundCopyJob3_Release(p) (p)->lpVtbl->Release(p)
#define IBackgroundCopyJob3_AddFileSet(p, a, b) (p)->lpVtbl->AddFileSet(p, a, b)
#define IBackgroundCopyJob3_AddFile(p, a, b) (p)->lpVtbl->AddFile(p, a, b)
#define IBackgroundCopyJob3_EnumFiles(p, a) (p)->lpVtbl->EnumFiles(p, a)
#define IBackgroundCopyJob3_Suspend(p) (p)->lpVtbl->Suspend(p)
#define IBackgroundCopyJob3_Resume(p) (p)->lpVtbl->Resume(p)
#define IBackgroundCopyJob3_Cancel(p) (p)->lpVtbl->Cancel(p)
#define IBackgroundCopyJob3_Complete(p) (p)->lpVtbl->Complete(p)
#define IBackgroundCopyJob3_GetId(p, a) (p)->lpVtbl->GetId(p, a)
#define IBackgroundCopyJob3_GetType(p, a) (p)->lpVtbl->GetType(p, a)
#define IBackgroundCopyJob3_GetProgress(p, a) (p)->lpVtbl->GetProgress(p, a)
#define IBackgroundCopyJob3_GetTimes(p, a) (p)->lpVtbl->GetTimes(p, a)
#define IBackgroundCopyJob3_GetState(p, a) (p)->lpVtbl->GetState(p, a)
#define IBackgroundCopyJob3_GetError(p, a) (p)->lpVtbl->GetError(p, a)
#define IBackgroundCopyJob3_GetOwner(p, a) (p)->lpVtbl->GetOwner(p, a)
#define IBackgroundCopyJob3_SetDisplayName(p, a) \
  (p)->lpVtbl->SetDisplayName(p, a)
#define IBackgroundCopyJob3_GetDisplayName(p, a) \
  (p)->lpVtbl->GetDisplayName(p, a)
#define IBackgroundCopyJob3_SetDescription(p, a) \
  (p)->lpVtbl->SetDescription(p, a)
#define IBackgroundCopyJob3_GetDescription(p, a) \
  (p)->lpVtbl->GetDescription(p, a)
#define IBackgroundCopyJob3_SetPriority(p, a) (p)->lpVtbl->SetPriority(p, a)
#define IBackgroundCopyJob3_GetPriority(p, a) (p)->lpVtbl->GetPriority(p, a)
#define IBackgroundCopyJob3_SetNotifyFlags(p, a) \
  (p)->lpVtbl->SetNotifyFlags(p, a)
#define IBackgroundCopyJob3_GetNotifyFlags(p, a) \
  (p)->lpVtbl->GetNotifyFlags(p, a)
#define IBackgroundCopyJob3_SetNotifyInterface(p, a) \
  (p)->lpVtbl->SetNotifyInterface(p, a)
#define IBackgroundCopyJob3_GetNotifyInterface(p, a) \
  (p)->lpVtbl->GetNotifyInterface(p, a)
#define IBackgroundCopyJob3_SetMinimumRetryDelay(p, a) \
  (p)->lpVtbl->SetMinimumRetryDelay(p, a)
#define IBackgroundCopyJob3_GetMinimumRetryDelay(p, a) \
  (p)->lpVtbl->GetMinimumRetryDelay(p, a)
#define IBackgroundCopyJob3_SetNoProgressTimeout(p, a) \
  (p)->lpVtbl->SetNoProgressTimeout(p, a)
#define IBackgroundCopyJob3_GetNoProgressTimeout(p, a) \
  (p)->lpVtbl->GetNoProgressTimeout(p, a)
#define IBackgroundCopyJob3_GetErrorCount(p, a) (p)->lpVtbl->GetErrorCount(p, a)
#define IBackgroundCopyJob3_SetProxySettings(p, a, b, c) \
  (p)->lpVtbl->SetProxySettings(p, a, b, c)
#define IBackgroundCopyJob3_GetProxySettings(p, a, b, c) \
  (p)->lpVtbl->GetProxySettings(p, a, b, c)
#define IBackgroundCopyJob3_TakeOwnership(p) (p)->lpVtbl->TakeOwnership(p)
#define IBackgroundCopyJob3_SetNotifyCmdLine(p, a, b) \
  (p)->lpVtbl->SetNotifyCmdLine(p, a, b)
#define IBackgroundCopyJob3_GetNotifyCmdLine(p, a, b) \
  (p)->lpVtbl->GetNotifyCmdLine(p, a, b)
#define IBackgroundCopyJob3_GetReplyProgress(p, a) \
  (p)->lpVtbl->GetReplyProgress(p, a)
#define IBackgroundCopyJob3_GetReplyData(p, a, b) \
  (p)->lpVtbl->GetReplyData(p, a, b)
#define IBackgroundCopyJob3_SetReplyFileName(p, a) \
  (p)->lpVtbl->SetReplyFileName(p, a)
#define IBackgroundCopyJob3_GetReplyFileName(p, a) \
  (p)->lpVtbl->GetReplyFileName(p, a)
#define IBackgroundCopyJob3_SetCredentials(p, a) \
  (p)->lpVtbl->SetCredentials(p, a)
#define IBackgroundCopyJob3_RemoveCredentials(p, a, b) \
  (p)->lpVtbl->RemoveCredentials(p, a, b)
#define IBackgroundCopyJob3_ReplaceRemotePrefix(p, a, b) \
  (p)->lpVtbl->ReplaceRemotePrefix(p, a, b)
#define IBackgroundCopyJob3_AddFileWithRanges(p, a, b, c, d) \
  (p)->lpVtbl->AddFileWithRanges(p, a, b, c, d)
#define IBackgroundCopyJob3_SetFileACLFlags(p, a) \
  (p)->lpVtbl->SetFileACLFlags(p, a)
#define IBackgroundCopyJob3_GetFileACLFlags(p, a) \
  (p)->lpVtbl->GetFileACLFlags(p, a)
#endif

DEFINE_GUID(IID_IBackgroundCopyFile2, 0x83e81b93, 0x0873, 0x474d, 0x8a, 0x8c,
            0xf2, 0x01, 0x8b, 0x1a, 0x93, 0x9c);
#define CONVOY_IBACKGROUNDCOPYFILE2                         \
  STDMETHOD(GetFileRanges)                                  \
  (THIS_ DWORD * RangeCount, BG_FILE_RANGE * *Ranges) PURE; \
  STDMETHOD(SetRemoteName)(THIS_ LPCWSTR Val) PURE;
#undef INTERFACE
#define INTERFACE IBackgroundCopyFile2
DECLARE_INTERFACE_(IBackgroundCopyFile2, IBackgroundCopyFile){
    CONVOY_BASE(CONVOY_IUNKNOWN) CONVOY_BASE(CONVOY_IBACKGROUNDCOPYFILE)
        CONVOY_IBACKGROUNDCOPYFILE2};
__CRT_UUID_DECL(IBackgroundCopyFile2, 0x83e81b93, 0x0873, 0x474d, 0x8a, 0x8c,
                0xf2, 0x01, 0x8b, 0x1a, 0x93, 0x9c)
#if !defined(__cplusplus) && defined(COBJMACROS)
#define IBackgroundCopyFile2_QueryInterface(p, a, b) \
  (p)->lpVtbl->QueryInterface(p, a, b)
#define IBackgroundCopyFile2_AddRef(p) (p)->lpVtbl->AddRef(p)
#define IBackgroundCopyFile2_Release(p) (p)->lpVtbl->Release(p)
#define IBackgroundCopyFile2_GetRemoteName(p, a) \
  (p)->lpVtbl->GetRemoteName(p, a)
#define IBackgroundCopyFile2_GetLocalName(p, a) (p)->lpVtbl->GetLocalName(p, a)
#define IBackgroundCopyFile2_GetProgress(p, a) (p)->lpVtbl->GetProgress(p, a)
#define IBackgroundCopyFile2_GetFileRanges(p, a, b) \
  (p)->lpVtbl->GetFileRanges(p, a, b)
#define IBackgroundCopyFile2_SetRemoteName(p, a) \
  (p)->lpVtbl->SetRemoteName(p, a)
#endif

DEFINE_GUID(LIBID_BackgroundCopyManager2_0, 0x2289a9af, 0xdc96, 0x486e, 0xb2,
            0x68, 0x89, 0xc9, 0xe3, 0x39, 0x7c, 0x3d);
DEFINE_GUID(CLSID_BackgroundCopyManager2_0, 0x6d18ad12, 0xbde3, 0x4393, 0xb3,
            0x11, 0x09, 0x9c, 0x34, 0x6e, 0x6d, 0xf9);
#ifdef __cplusplus
class BackgroundCopyManager2_0;
__CRT_UUID_DECL(BackgroundCopyManager2_0, 0x6d18ad12, 0xbde3, 0x4393, 0xb3,
                0x11, 0x09, 0x9c, 0x34, 0x6e, 0x6d, 0xf9)
#endif

#include <bits2_5.h>

#endif  // CONVOY_COMPAT_BITS2_0_H_
