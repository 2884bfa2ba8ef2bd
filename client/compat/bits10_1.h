// BITS 10.1: which bytes of a file are there.
#ifndef CONVOY_COMPAT_BITS10_1_H_
#define CONVOY_COMPAT_BITS10_1_H_

#include <bits5_0.h>

typedef struct IBackgroundCopyCallback3 IBackgroundCopyCallback3;
typedef struct IBackgroundCopyFile6 IBackgroundCopyFile6;

DEFINE_GUID(IID_IBackgroundCopyCallback3, 0x98c97bd2, 0xe32b, 0x4ad8, 0xa5,
            0x28, 0x95, 0xfd, 0x8b, 0x16, 0xbd, 0x42);
#undef INTERFACE
#define INTERFACE IBackgroundCopyCallback3
DECLARE_INTERFACE_(IBackgroundCopyCallback3, IBackgroundCopyCallback2) {
  CONVOY_BASE(CONVOY_IUNKNOWN)
  CONVOY_BASE(CONVOY_IBACKGROUNDCOPYCALLBACK)
  CONVOY_BASE(CONVOY_IBACKGROUNDCOPYCALLBACK2)
  STDMETHOD(FileRangesTransferred)
  (THIS_ IBackgroundCopyJob * job, IBackgroundCopyFile * file, DWORD rangeCount,
   const BG_FILE_RANGE ranges[]) PURE;
};
__CRT_UUID_DECL(IBackgroundCopyCallback3, 0x98c97bd2, 0xe32b, 0x4ad8, 0xa5,
                0x28, 0x95, 0xfd, 0x8b, 0x16, 0xbd, 0x42)
#if !defined(__cplusplus) && defined(COBJMACROS)
#define IBackgroundCopyCallback3_QueryInterface(p, a, b) \
  (p)->lpVtbl->QueryInterface(p, a, b)
#define IBackgroundCopyCallback3_AddRef(p) (p)->lpVtbl->AddRef(p)
#define IBackgroundCopyCallback3_Release(p) (p)->lpVtbl->Release(p)
#define IBackgroundCopyCallback3_JobTransferred(p, a) \
  (p)->lpVtbl->JobTransferred(p, a)
#define IBackgroundCopyCallback3_JobError(p, a, b) \
  (p)->lpVtbl->JobError(p, a, b)
#define IBackgroundCopyCallback3_JobModification(p, a, b) \
  (p)->lpVtbl->JobModification(p, a, b)
#define IBackgroundCopyCallback3_FileTransferred(p, a, b) \
  (p)->lpVtbl->FileTransferred(p, a, b)
#define IBackgroundCopyCallback3_FileRangesTransferred(p, a, b, c, d) \
  (p)->lpVtbl->FileRangesTransferred(p, a, b, c, d)
#endif

DEFINE_GUID(IID_IBackgroundCopyFile6, 0xcf6784f7, 0xd677, 0x49fd, 0x93, 0x68,
            0xcb, 0x47, 0xae, 0xe9, 0xd1, 0xad);
#undef INTERFACE
#define INTERFACE IBackgroundCopyFile6
DECLARE_INTERFACE_(IBackgroundCopyFile6, IBackgroundCopyFile5) {
  CONVOY_BASE(CONVOY_IUNKNOWN)
  CONVOY_BASE(CONVOY_IBACKGROUNDCOPYFILE)
  CONVOY_BASE(CONVOY_IBACKGROUNDCOPYFILE2)
  CONVOY_BASE(CONVOY_IBACKGROUNDCOPYFILE3)
  CONVOY_BASE(CONVOY_IBACKGROUNDCOPYFILE4)
  CONVOY_BASE(CONVOY_IBACKGROUNDCOPYFILE5)
  STDMETHOD(UpdateDownloadPosition)(THIS_ UINT64 offset) PURE;
  STDMETHOD(RequestFileRanges)
  (THIS_ DWORD rangeCount, const BG_FILE_RANGE ranges[]) PURE;
  STDMETHOD(GetFilledFileRanges)
  (THIS_ DWORD * rangeCount, BG_FILE_RANGE * *ranges) PURE;
};
__CRT_UUID_DECL(IBackgroundCopyFile6, 0xcf6784f7, 0xd677, 0x49fd, 0x93, 0x68,
                0xcb, 0x47, 0xae, 0xe9, 0xd1, 0xad)
#if !defined(__cplusplus) && defined(COBJMACROS)
#define IBackgroundCopyFile6_QueryInterface(p, a, b) \
  (p)->lpVtbl->QueryInterface(p, a, b)
#define IBackgroundCopyFile6_AddRef(p) (p)->lpVtbl->AddRef(p)
#define IBackgroundCopyFile6_Release(p) (p)->lpVtbl->Release(p)
#define IBackgroundCopyFile6_GetRemoteName(p, a) \
  (p)->lpVtbl->GetRemoteName(p, a)
#define IBackgroundCopyFile6_GetLocalName(p, a) (p)->lpVtbl->GetLocalName(p, a)
#define IBackgroundCopyFile6_GetProgress(p, a) (p)->lpVtbl->GetProgress(p, a)
#define IBackgroundCopyFile6_GetFileRanges(p, a, b) \
  (p)->lpVtbl->GetFileRanges(p, a, b)
#define IBackgroundCopyFile6_SetRemoteName(p, a) \
  (p)->lpVtbl->SetRemoteName(p, a)
#define IBackgroundCopyFile6_GetTemporaryName(p, a) \
  (p)->lpVtbl->GetTemporaryName(p, a)
#define IBackgroundCopyFile6_SetValidationState(p, a) \
  (p)->lpVtbl->SetValidationState(p, a)
#define IBackgroundCopyFile6_GetValidationState(p, a) \
  (p)->lpVtbl->GetValidationState(p, a)
#define IBackgroundCopyFile6_IsDownloadedFromPeer(p, a) \
  (p)->lpVtbl->IsDownloadedFromPeer(p, a)
#define IBackgroundCopyFile6_GetPeerDownloadStats(p, a, b) \
  (p)->lpVtbl->GetPeerDownloadStats(p, a, b)
#define IBackgroundCopyFile6_SetProperty(p, a, b) \
  (p)->lpVtbl->SetProperty(p, a, b)
#define IBackgroundCopyFile6_GetProperty(p, a, b) \
  (p)->lpVtbl->GetProperty(p, a, b)
#define IBackgroundCopyFile6_UpdateDownloadPosition(p, a) \
  (p)->lpVtbl->UpdateDownloadPosition(p, a)
#define IBackgroundCopyFile6_RequestFileRanges(p, a, b) \
  (p)->lpVtbl->RequestFileRanges(p, a, b)
#define IBackgroundCopyFile6_GetFilledFileRanges(p, a, b) \
  (p)->lpVtbl->GetFilledFileRanges(p, a, b)
#endif

DEFINE_GUID(CLSID_BackgroundCopyManager10_1, 0x4bd3e4e1, 0x7bd4, 0x4a2b, 0x99,
            0x64, 0x49, 0x64, 0x00, 0xde, 0x51, 0x93);
#ifdef __cplusplus
class BackgroundCopyManager10_1;
__CRT_UUID_DECL(BackgroundCopyManager10_1, 0x4bd3e4e1, 0x7bd4, 0x4a2b, 0x99,
                0x64, 0x49, 0x64, 0x00, 0xde, 0x51, 0x93)
#endif

#include <bits10_2.h>

#endif  // CONVOY_COMPAT_BITS10_1_H_
