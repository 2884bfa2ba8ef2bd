#define COBJMACROS
#include "tests/delivery_optimization_caller.h"

#include <oleauto.h>
#include <windows.h>

static HRESULT SetText(IDODownload* download, DODownloadProperty property,
                       const WCHAR* text) {
  VARIANT value;
  HRESULT result;
  VariantInit(&value);
  V_VT(&value) = VT_BSTR;
  V_BSTR(&value) = SysAllocString(text);
  result = IDODownload_SetProperty(download, property, &value);
  VariantClear(&value);
  return result;
}

static HRESULT Fetch(IDODownload* download, const WCHAR* url,
                     const WCHAR* path) {
  DO_DOWNLOAD_RANGES_INFO whole = {0};
  DO_DOWNLOAD_STATUS status;
  HRESULT result = SetText(download, DODownloadProperty_Uri, url);
  if (SUCCEEDED(result)) {
    result = SetText(download, DODownloadProperty_LocalPath, path);
  }
  if (SUCCEEDED(result)) result = IDODownload_Start(download, &whole);
  while (SUCCEEDED(result)) {
    result = IDODownload_GetStatus(download, &status);
    if (FAILED(result) || status.State == DODownloadState_Transferred) break;
    if (FAILED(status.Error)) return status.Error;
    Sleep(5);
  }
  return SUCCEEDED(result) ? IDODownload_Finalize(download) : result;
}

HRESULT DownloadInC(const WCHAR* url, const WCHAR* path) {
  IDOManager* manager = NULL;
  IDODownload* download = NULL;
  HRESULT result =
      CoCreateInstance(&CLSID_DeliveryOptimization, NULL, CLSCTX_LOCAL_SERVER,
                       &IID_IDOManager, (void**)&manager);
  if (FAILED(result)) return result;
  result = IDOManager_CreateDownload(manager, &download);
  if (SUCCEEDED(result)) {
    result = Fetch(download, url, path);
    IDODownload_Release(download);
  }
  IDOManager_Release(manager);
  return result;
}
