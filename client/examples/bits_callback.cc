// Downloads a file with BITS and is told by a callback when it is there.
//
//   bits_callback URL PATH
#include <bits.h>
#include <stdio.h>
#include <windows.h>

#include <string>

// What the service calls. It lives as long as somebody holds a reference.
class Notify : public IBackgroundCopyCallback {
 public:
  explicit Notify(HANDLE done) : references_(1), done_(done), failed_(true) {}
  virtual ~Notify() {}

  bool failed() const { return failed_; }

  STDMETHODIMP QueryInterface(REFIID riid, void** object) override {
    if (riid == __uuidof(IUnknown) ||
        riid == __uuidof(IBackgroundCopyCallback)) {
      *object = static_cast<IBackgroundCopyCallback*>(this);
      AddRef();
      return S_OK;
    }
    *object = NULL;
    return E_NOINTERFACE;
  }
  STDMETHODIMP_(ULONG) AddRef() override {
    return InterlockedIncrement(&references_);
  }
  STDMETHODIMP_(ULONG) Release() override {
    const ULONG left = InterlockedDecrement(&references_);
    if (left == 0) delete this;
    return left;
  }

  STDMETHODIMP JobTransferred(IBackgroundCopyJob* job) override {
    const HRESULT hr = job->Complete();
    if (FAILED(hr)) return hr;  // Called again.
    failed_ = false;
    SetEvent(done_);
    return S_OK;
  }

  STDMETHODIMP JobError(IBackgroundCopyJob* job,
                        IBackgroundCopyError* error) override {
    BG_ERROR_CONTEXT context;
    HRESULT code;
    if (SUCCEEDED(error->GetError(&context, &code))) {
      LPWSTR text = NULL;
      if (SUCCEEDED(error->GetErrorDescription(0, &text))) {
        fprintf(stderr, "0x%08X: %ls\n", (unsigned)code, text);
        CoTaskMemFree(text);
      }
    }
    job->Cancel();
    SetEvent(done_);
    return S_OK;
  }

  STDMETHODIMP JobModification(IBackgroundCopyJob* job, DWORD) override {
    BG_JOB_PROGRESS progress;
    if (SUCCEEDED(job->GetProgress(&progress))) {
      printf("%llu bytes\n", (unsigned long long)progress.BytesTransferred);
    }
    return S_OK;
  }

 private:
  LONG references_;
  HANDLE done_;
  bool failed_;
};

static std::wstring Widen(const char* text) {
  const int size = MultiByteToWideChar(CP_UTF8, 0, text, -1, NULL, 0);
  std::wstring wide(size, L'\0');
  MultiByteToWideChar(CP_UTF8, 0, text, -1, &wide[0], size);
  wide.resize(size - 1);
  return wide;
}

static HRESULT Begin(IBackgroundCopyJob* job, Notify* notify, const char* url,
                     const char* path) {
  HRESULT hr = job->AddFile(Widen(url).c_str(), Widen(path).c_str());
  if (SUCCEEDED(hr)) hr = job->SetNotifyInterface(notify);
  if (SUCCEEDED(hr)) {
    hr = job->SetNotifyFlags(BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_JOB_ERROR |
                             BG_NOTIFY_JOB_MODIFICATION);
  }
  return SUCCEEDED(hr) ? job->Resume() : hr;
}

int main(int argc, char** argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: bits_callback URL PATH\n");
    return 2;
  }
  HRESULT hr = CoInitializeEx(NULL, COINIT_MULTITHREADED);
  if (FAILED(hr)) return 1;
  HANDLE done = CreateEvent(NULL, TRUE, FALSE, NULL);
  Notify* notify = new Notify(done);

  IBackgroundCopyManager* manager = NULL;
  IBackgroundCopyJob* job = NULL;
  GUID id;
  hr = CoCreateInstance(__uuidof(BackgroundCopyManager), NULL,
                        CLSCTX_LOCAL_SERVER, IID_PPV_ARGS(&manager));
  if (SUCCEEDED(hr)) {
    hr = manager->CreateJob(L"bits_callback", BG_JOB_TYPE_DOWNLOAD, &id, &job);
  }
  if (SUCCEEDED(hr)) hr = Begin(job, notify, argv[1], argv[2]);
  if (SUCCEEDED(hr)) {
    WaitForSingleObject(done, INFINITE);
  } else {
    fprintf(stderr, "the job cannot begin: 0x%08X\n", (unsigned)hr);
    if (job != NULL) job->Cancel();
  }
  const int code = SUCCEEDED(hr) && !notify->failed() ? 0 : 1;

  if (job != NULL) job->SetNotifyInterface(NULL);
  if (job != NULL) job->Release();
  if (manager != NULL) manager->Release();
  notify->Release();
  CloseHandle(done);
  CoUninitialize();
  return code;
}
