// Downloads a file with BITS; a loop of messages runs until the callback ends
// it. In the style of programs with _tmain and comdef.h's pointers.
//
//   bits_messages URL PATH
#define UNICODE
#define _UNICODE
#define WIN32_LEAN_AND_MEAN
#include <SDKDDKVer.h>
#include <Windows.h>
//
#include <Bits.h>
#include <comdef.h>
#include <stdio.h>
#include <strsafe.h>
#include <tchar.h>

_COM_SMARTPTR_TYPEDEF(IBackgroundCopyManager, __uuidof(IBackgroundCopyManager));
_COM_SMARTPTR_TYPEDEF(IBackgroundCopyJob, __uuidof(IBackgroundCopyJob));
_COM_SMARTPTR_TYPEDEF(IBackgroundCopyJob2, __uuidof(IBackgroundCopyJob2));
_COM_SMARTPTR_TYPEDEF(IBackgroundCopyCallback,
                      __uuidof(IBackgroundCopyCallback));

// What the exit code is.
enum { DELIVERED = 0, FAILED_JOB = 1 };

class CNotify : public IBackgroundCopyCallback {
 public:
  CNotify() : m_lRefCount(0) {}
  virtual ~CNotify() {}

  STDMETHODIMP QueryInterface(REFIID riid, LPVOID* ppvObj) {
    if (riid == __uuidof(IUnknown) ||
        riid == __uuidof(IBackgroundCopyCallback)) {
      *ppvObj = this;
      AddRef();
      return S_OK;
    }
    *ppvObj = NULL;
    return E_NOINTERFACE;
  }
  STDMETHODIMP_(ULONG) AddRef() { return InterlockedIncrement(&m_lRefCount); }
  STDMETHODIMP_(ULONG) Release() {
    const ULONG count = InterlockedDecrement(&m_lRefCount);
    if (count == 0) delete this;
    return count;
  }

  STDMETHODIMP JobTransferred(IBackgroundCopyJob* pJob) {
    BG_JOB_PROGRESS progress;
    HRESULT hr = pJob->GetProgress(&progress);
    if (SUCCEEDED(hr)) hr = pJob->Complete();
    if (FAILED(hr)) return hr;  // Called again.
    TCHAR szText[64];
    StringCchPrintf(szText, ARRAYSIZE(szText), TEXT("%I64u bytes"),
                    progress.BytesTransferred);
    _tprintf(TEXT("%s\n"), szText);
    PostQuitMessage(DELIVERED);
    return S_OK;
  }

  STDMETHODIMP JobError(IBackgroundCopyJob* pJob,
                        IBackgroundCopyError* pError) {
    BG_ERROR_CONTEXT context;
    HRESULT code = E_FAIL;
    pError->GetError(&context, &code);
    switch (code) {
      case HRESULT_FROM_WIN32(ERROR_DISK_FULL):
        _ftprintf(stderr, TEXT("the disk is full\n"));
        break;
      default:
        _ftprintf(stderr, TEXT("0x%08X: %s\n"), (unsigned)code,
                  (LPCWSTR)_bstr_t(_com_error(code).ErrorMessage()));
    }
    pJob->Cancel();
    PostQuitMessage(FAILED_JOB);
    return S_OK;
  }

  STDMETHODIMP JobModification(IBackgroundCopyJob*, DWORD) { return S_OK; }

 private:
  LONG m_lRefCount;
};

static void Check(HRESULT hr) {
  if (FAILED(hr)) _com_issue_error(hr);
}

static int Download(LPCTSTR pszUrl, LPCTSTR pszPath) {
  IBackgroundCopyManagerPtr manager;
  Check(manager.CreateInstance(__uuidof(BackgroundCopyManager), NULL,
                               CLSCTX_LOCAL_SERVER));
  GUID id;
  IBackgroundCopyJobPtr job;
  Check(manager->CreateJob(TEXT("bits_messages"), BG_JOB_TYPE_DOWNLOAD, &id,
                           &job));
  Check(job->AddFile(pszUrl, pszPath));
  IBackgroundCopyJob2Ptr job2 = job;
  if (job2 != NULL) job2->SetNotifyCmdLine(NULL, NULL);
  const IBackgroundCopyCallbackPtr notify = new CNotify;
  Check(job->SetNotifyInterface(notify));
  Check(job->SetNotifyFlags(BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_JOB_ERROR));
  Check(job->Resume());

  MSG msg;
  while (GetMessage(&msg, NULL, 0, 0) > 0) {
    TranslateMessage(&msg);
    DispatchMessage(&msg);
  }
  job->SetNotifyInterface(NULL);
  return (int)msg.wParam;
}

int _tmain(int argc, _TCHAR* argv[]) {
  if (argc != 3) {
    _ftprintf(stderr, TEXT("usage: bits_messages URL PATH\n"));
    return 2;
  }
  if (FAILED(CoInitialize(NULL))) return 1;
  int code = 1;
  try {
    code = Download(argv[1], argv[2]);
  } catch (const _com_error& error) {
    _ftprintf(stderr, TEXT("%s\n"), error.ErrorMessage());
  }
  CoUninitialize();
  return code;
}
