// Delivery Optimization: downloads (IDOManager, IDODownload), and what its
// manager adds to the interfaces of bits.h.
#ifndef CONVOY_COMPAT_DELIVERYOPTIMIZATION_H_
#define CONVOY_COMPAT_DELIVERYOPTIMIZATION_H_

#include <bits.h>
#include <deliveryoptimizationerrors.h>
#include <ole2.h>

#define DO_LENGTH_TO_EOF ((UINT64)(-1))
#define DO_UNKNOWN_FILE_SIZE ((UINT64)(-1))

// Keys of the JSON in DODownloadProperty_DecryptionInfo and
// _IntegrityCheckInfo.
#define DecryptionInfo_KeyData L"KeyData"
#define DecryptionInfo_EncryptionBufferSize L"EncryptionBufferSize"
#define DecryptionInfo_AlgorithmName L"AlgorithmName"
#define DecryptionInfo_ChainingMode L"ChainingMode"
#define IntegrityCheckInfo_PiecesHashFileUrl L"PiecesHashFileUrl"
#define IntegrityCheckInfo_PiecesHashFileDigest L"PiecesHashFileDigest"
#define IntegrityCheckInfo_PiecesHashFileDigestAlgorithm \
  L"PiecesHashFileDigestAlgorithm"
#define IntegrityCheckInfo_HashOfHashes L"HashOfHashes"

typedef enum DODownloadState CONVOY_INT_ENUM {
  DODownloadState_Created = 0,
  DODownloadState_Transferring = 1,
  DODownloadState_Transferred = 2,
  DODownloadState_Finalized = 3,
  DODownloadState_Aborted = 4,
  DODownloadState_Paused = 5
} DODownloadState;

typedef enum DODownloadCostPolicy CONVOY_INT_ENUM {
  DODownloadCostPolicy_Always = 0,
  DODownloadCostPolicy_Unrestricted = 1,
  DODownloadCostPolicy_Standard = 2,
  DODownloadCostPolicy_NoRoaming = 3,
  DODownloadCostPolicy_NoSurcharge = 4,
  DODownloadCostPolicy_NoCellular = 5
} DODownloadCostPolicy;

// The type of each value: client/delivery_optimization/README.md.
typedef enum DODownloadProperty CONVOY_INT_ENUM {
  DODownloadProperty_Id = 0,
  DODownloadProperty_Uri = 1,
  DODownloadProperty_ContentId = 2,
  DODownloadProperty_DisplayName = 3,
  DODownloadProperty_LocalPath = 4,
  DODownloadProperty_HttpCustomHeaders = 5,
  DODownloadProperty_CostPolicy = 6,
  DODownloadProperty_SecurityFlags = 7,
  DODownloadProperty_CallbackFreqPercent = 8,
  DODownloadProperty_CallbackFreqSeconds = 9,
  DODownloadProperty_NoProgressTimeoutSeconds = 10,
  DODownloadProperty_ForegroundPriority = 11,
  DODownloadProperty_BlockingMode = 12,
  DODownloadProperty_CallbackInterface = 13,
  DODownloadProperty_StreamInterface = 14,
  DODownloadProperty_SecurityContext = 15,
  DODownloadProperty_NetworkToken = 16,
  DODownloadProperty_CorrelationVector = 17,
  DODownloadProperty_DecryptionInfo = 18,
  DODownloadProperty_IntegrityCheckInfo = 19,
  DODownloadProperty_IntegrityCheckMandatory = 20,
  DODownloadProperty_TotalSizeBytes = 21,
  DODownloadProperty_DisallowOnCellular = 22,
  DODownloadProperty_HttpCustomAuthHeaders = 23,
  DODownloadProperty_HttpAllowSecureToNonSecureRedirect = 24,
  DODownloadProperty_NonVolatile = 25,
  DODownloadProperty_HttpRedirectionTarget = 26,
  DODownloadProperty_HttpResponseHeaders = 27,
  DODownloadProperty_HttpServerIPAddress = 28,
  DODownloadProperty_HttpStatusCode = 29
} DODownloadProperty;

typedef struct _DO_DOWNLOAD_RANGE {
  UINT64 Offset;
  UINT64 Length;
} DO_DOWNLOAD_RANGE;

typedef struct _DO_DOWNLOAD_RANGES_INFO {
  UINT RangeCount;
  DO_DOWNLOAD_RANGE Ranges[1];
} DO_DOWNLOAD_RANGES_INFO;

typedef struct _DO_DOWNLOAD_STATUS {
  UINT64 BytesTotal;
  UINT64 BytesTransferred;
  DODownloadState State;
  HRESULT Error;
  HRESULT ExtendedError;
} DO_DOWNLOAD_STATUS;

typedef struct _DO_DOWNLOAD_ENUM_CATEGORY {
  DODownloadProperty Property;
  LPCWSTR Value;
} DO_DOWNLOAD_ENUM_CATEGORY;

typedef enum DownloadMode CONVOY_INT_ENUM {
  DownloadMode_CdnOnly = 0,
  DownloadMode_Lan = 1,
  DownloadMode_Group = 2,
  DownloadMode_Internet = 3,
  DownloadMode_Simple = 99,
  DownloadMode_Bypass = 100
} DownloadMode;

typedef enum SwarmStatus CONVOY_INT_ENUM {
  SwarmStatus_Downloading = 0,
  SwarmStatus_Complete = 1,
  SwarmStatus_Caching = 2,
  SwarmStatus_Paused = 3
} SwarmStatus;

typedef struct DOSwarmStats {
  LPWSTR fileId;
  LPWSTR sourceURL;
  UINT64 fileSize;
  UINT64 totalBytesDownloaded;
  UINT64 bytesFromLanPeers;
  UINT64 bytesFromGroupPeers;
  UINT64 bytesFromInternetPeers;
  UINT64 bytesFromHttp;
  UINT64 bytesFromDoinc;
  UINT64 bytesToLanPeers;
  UINT64 bytesToGroupPeers;
  UINT64 bytesToInternetPeers;
  UINT httpConnectionCount;
  UINT doincConnectionCount;
  UINT lanConnectionCount;
  UINT groupConnectionCount;
  UINT internetConnectionCount;
  UINT downloadDuration;
  DownloadMode downloadMode;
  SwarmStatus status;
  BOOL isBackground;
} DOSwarmStats;

typedef enum DOJobPropertyId CONVOY_INT_ENUM {
  DOJobPropertyId_ExtendedErrorInfo = 0
} DOJobPropertyId;

typedef enum DOFilePropertyId CONVOY_INT_ENUM {
  DOFilePropertyId_DecryptionInfo = 0,
  DOFilePropertyId_IntegrityCheckInfo = 1,
  DOFilePropertyId_IntegrityCheckMandatory = 2,
  DOFilePropertyId_DownloadSinkInterface = 3,
  DOFilePropertyId_DownloadSinkFilePath = 4,
  DOFilePropertyId_DownloadSinkMemoryStream = 5,
  DOFilePropertyId_TotalSizeBytes = 6
} DOFilePropertyId;

DEFINE_GUID(CLSID_DeliveryOptimization, 0x5b99fa76, 0x721c, 0x423c, 0xad, 0xac,
            0x56, 0xd0, 0x3c, 0x8a, 0x80, 0x07);
DEFINE_GUID(LIBID_DeliveryOptimization, 0x6a1fae95, 0x21b8, 0x46c4, 0xa0, 0xc9,
            0x5d, 0x5f, 0xae, 0x10, 0x6e, 0xf0);
#ifdef __cplusplus
class DeliveryOptimization;
__CRT_UUID_DECL(DeliveryOptimization, 0x5b99fa76, 0x721c, 0x423c, 0xad, 0xac,
                0x56, 0xd0, 0x3c, 0x8a, 0x80, 0x07)
#endif

DEFINE_GUID(IID_IDODownload, 0xfbbd7fc0, 0xc147, 0x4727, 0xa3, 0x8d, 0x82, 0x7e,
            0xf0, 0x71, 0xee, 0x77);
#undef INTERFACE
#define INTERFACE IDODownload
DECLARE_INTERFACE_(IDODownload, IUnknown) {
  CONVOY_BASE(CONVOY_IUNKNOWN)
  // Of a new download: NULL, or a count of 0, is the whole file. Of a paused
  // one: NULL goes on.
  STDMETHOD(Start)(THIS_ const DO_DOWNLOAD_RANGES_INFO* ranges) PURE;
  STDMETHOD(Pause)(THIS) PURE;
  STDMETHOD(Abort)(THIS) PURE;
  STDMETHOD(Finalize)(THIS) PURE;
  STDMETHOD(GetStatus)(THIS_ DO_DOWNLOAD_STATUS * status) PURE;
  STDMETHOD(GetProperty)
  (THIS_ DODownloadProperty property, VARIANT * value) PURE;
  STDMETHOD(SetProperty)
  (THIS_ DODownloadProperty property, const VARIANT* value) PURE;
};
__CRT_UUID_DECL(IDODownload, 0xfbbd7fc0, 0xc147, 0x4727, 0xa3, 0x8d, 0x82, 0x7e,
                0xf0, 0x71, 0xee, 0x77)

DEFINE_GUID(IID_IDODownloadStatusCallback, 0xd166e8e3, 0xa90e, 0x4392, 0x8e,
            0x87, 0x05, 0xe9, 0x96, 0xd3, 0x74, 0x7d);
#undef INTERFACE
#define INTERFACE IDODownloadStatusCallback
DECLARE_INTERFACE_(IDODownloadStatusCallback, IUnknown) {
  CONVOY_BASE(CONVOY_IUNKNOWN)
  STDMETHOD(OnStatusChange)
  (THIS_ IDODownload * download, const DO_DOWNLOAD_STATUS* status) PURE;
};
__CRT_UUID_DECL(IDODownloadStatusCallback, 0xd166e8e3, 0xa90e, 0x4392, 0x8e,
                0x87, 0x05, 0xe9, 0x96, 0xd3, 0x74, 0x7d)

DEFINE_GUID(IID_IDOManager, 0x400e2d4a, 0x1431, 0x4c1a, 0xa7, 0x48, 0x39, 0xca,
            0x47, 0x2c, 0xfd, 0xb1);
#undef INTERFACE
#define INTERFACE IDOManager
DECLARE_INTERFACE_(IDOManager, IUnknown) {
  CONVOY_BASE(CONVOY_IUNKNOWN)
  STDMETHOD(CreateDownload)(THIS_ IDODownload * *download) PURE;
  STDMETHOD(EnumDownloads)
  (THIS_ const DO_DOWNLOAD_ENUM_CATEGORY* category, IEnumUnknown** downloads)
      PURE;
};
__CRT_UUID_DECL(IDOManager, 0x400e2d4a, 0x1431, 0x4c1a, 0xa7, 0x48, 0x39, 0xca,
                0x47, 0x2c, 0xfd, 0xb1)

// Of a job, by QueryInterface.
DEFINE_GUID(IID_IDeliveryOptimizationJob, 0xee2584cf, 0xa69c, 0x4848, 0xb6,
            0x33, 0x26, 0x49, 0x96, 0x2b, 0x3e, 0xf7);
#undef INTERFACE
#define INTERFACE IDeliveryOptimizationJob
DECLARE_INTERFACE_(IDeliveryOptimizationJob, IUnknown) {
  CONVOY_BASE(CONVOY_IUNKNOWN)
  STDMETHOD(AddFileWithRanges)
  (THIS_ LPCWSTR file_id, LPCWSTR remote_url, LPCWSTR local_name,
   DWORD range_count, BG_FILE_RANGE ranges[], UINT64 file_size) PURE;
};
__CRT_UUID_DECL(IDeliveryOptimizationJob, 0xee2584cf, 0xa69c, 0x4848, 0xb6,
                0x33, 0x26, 0x49, 0x96, 0x2b, 0x3e, 0xf7)

DEFINE_GUID(IID_IDeliveryOptimizationJob2, 0x18995a26, 0xbf59, 0x4abe, 0x9f,
            0x8b, 0xd5, 0x09, 0x2d, 0x5a, 0x24, 0x05);
#undef INTERFACE
#define INTERFACE IDeliveryOptimizationJob2
DECLARE_INTERFACE_(IDeliveryOptimizationJob2, IUnknown) {
  CONVOY_BASE(CONVOY_IUNKNOWN)
  STDMETHOD(AddFile)
  (THIS_ LPCWSTR file_id, LPCWSTR remote_url, DWORD range_count,
   BG_FILE_RANGE ranges[], REFIID riid, void** file) PURE;
  STDMETHOD(GetProperty)(THIS_ DOJobPropertyId id, VARIANT * value) PURE;
  STDMETHOD(SetProperty)(THIS_ DOJobPropertyId id, const VARIANT* value) PURE;
};
__CRT_UUID_DECL(IDeliveryOptimizationJob2, 0x18995a26, 0xbf59, 0x4abe, 0x9f,
                0x8b, 0xd5, 0x09, 0x2d, 0x5a, 0x24, 0x05)

// Of a file of a job, by QueryInterface.
DEFINE_GUID(IID_IDeliveryOptimizationFile, 0xb76b9699, 0xe99e, 0x4101, 0x80,
            0x3f, 0xa2, 0x0e, 0x32, 0x5d, 0x93, 0xe2);
#undef INTERFACE
#define INTERFACE IDeliveryOptimizationFile
DECLARE_INTERFACE_(IDeliveryOptimizationFile, IUnknown) {
  CONVOY_BASE(CONVOY_IUNKNOWN)
  STDMETHOD(GetStats)(THIS_ DOSwarmStats * stats) PURE;
};
__CRT_UUID_DECL(IDeliveryOptimizationFile, 0xb76b9699, 0xe99e, 0x4101, 0x80,
                0x3f, 0xa2, 0x0e, 0x32, 0x5d, 0x93, 0xe2)

DEFINE_GUID(IID_IDeliveryOptimizationFile2, 0x3a87296f, 0x6ec2, 0x4126, 0xab,
            0x29, 0xe3, 0xf8, 0xdc, 0x4c, 0xc3, 0x90);
#undef INTERFACE
#define INTERFACE IDeliveryOptimizationFile2
DECLARE_INTERFACE_(IDeliveryOptimizationFile2, IUnknown) {
  CONVOY_BASE(CONVOY_IUNKNOWN)
  STDMETHOD(GetProperty)(THIS_ DOFilePropertyId id, VARIANT * value) PURE;
  STDMETHOD(SetProperty)(THIS_ DOFilePropertyId id, const VARIANT* value) PURE;
};
__CRT_UUID_DECL(IDeliveryOptimizationFile2, 0x3a87296f, 0x6ec2, 0x4126, 0xab,
                0x29, 0xe3, 0xf8, 0xdc, 0x4c, 0xc3, 0x90)

#if !defined(__cplusplus) && defined(COBJMACROS)
#define IDODownload_QueryInterface(p, a, b) (p)->lpVtbl->QueryInterface(p, a, b)
#define IDODownload_AddRef(p) (p)->lpVtbl->AddRef(p)
#define IDODownload_Release(p) (p)->lpVtbl->Release(p)
#define IDODownload_Start(p, a) (p)->lpVtbl->Start(p, a)
#define IDODownload_Pause(p) (p)->lpVtbl->Pause(p)
#define IDODownload_Abort(p) (p)->lpVtbl->Abort(p)
#define IDODownload_Finalize(p) (p)->lpVtbl->Finalize(p)
#define IDODownload_GetStatus(p, a) (p)->lpVtbl->GetStatus(p, a)
#define IDODownload_GetProperty(p, a, b) (p)->lpVtbl->GetProperty(p, a, b)
#define IDODownload_SetProperty(p, a, b) (p)->lpVtbl->SetProperty(p, a, b)
#define IDOManager_QueryInterface(p, a, b) (p)->lpVtbl->QueryInterface(p, a, b)
#define IDOManager_AddRef(p) (p)->lpVtbl->AddRef(p)
#define IDOManager_Release(p) (p)->lpVtbl->Release(p)
#define IDOManager_CreateDownload(p, a) (p)->lpVtbl->CreateDownload(p, a)
#define IDOManager_EnumDownloads(p, a, b) (p)->lpVtbl->EnumDownloads(p, a, b)
#define IDeliveryOptimizationJob_Release(p) (p)->lpVtbl->Release(p)
#define IDeliveryOptimizationJob_AddFileWithRanges(p, a, b, c, d, e, f) \
  (p)->lpVtbl->AddFileWithRanges(p, a, b, c, d, e, f)
#define IDeliveryOptimizationFile_Release(p) (p)->lpVtbl->Release(p)
#define IDeliveryOptimizationFile_GetStats(p, a) (p)->lpVtbl->GetStats(p, a)
#endif

#endif  // CONVOY_COMPAT_DELIVERYOPTIMIZATION_H_
