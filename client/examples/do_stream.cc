// Downloads with Delivery Optimization into a stream, which writes the bytes
// to a file as they come.
//
//   do_stream URL PATH
#include <deliveryoptimization.h>
#include <oleauto.h>
#include <stdio.h>
#include <windows.h>
#include <wrl.h>

#include <string>

using namespace Microsoft::WRL;

static std::wstring Widen(const char* text) {
  const int size = MultiByteToWideChar(CP_UTF8, 0, text, -1, nullptr, 0);
  std::wstring wide(size, L'\0');
  MultiByteToWideChar(CP_UTF8, 0, text, -1, &wide[0], size);
  wide.resize(size - 1);
  return wide;
}

// Where the bytes go. Delivery Optimization needs only Write.
class FileStream
    : public RuntimeClass<RuntimeClassFlags<ClassicCom>,
                          ChainInterfaces<IStream, ISequentialStream>> {
 public:
  explicit FileStream(FILE* file) : m_file(file) {}

  IFACEMETHODIMP Write(const void* from, ULONG size, ULONG* written) override {
    const size_t count = fwrite(from, 1, size, m_file);
    if (written != nullptr) *written = static_cast<ULONG>(count);
    return count == size ? S_OK : STG_E_MEDIUMFULL;
  }
  IFACEMETHODIMP Commit(DWORD) override {
    return fflush(m_file) == 0 ? S_OK : STG_E_WRITEFAULT;
  }

  IFACEMETHODIMP Read(void*, ULONG, ULONG*) override { return E_NOTIMPL; }
  IFACEMETHODIMP Seek(LARGE_INTEGER, DWORD, ULARGE_INTEGER*) override {
    return E_NOTIMPL;
  }
  IFACEMETHODIMP SetSize(ULARGE_INTEGER) override { return E_NOTIMPL; }
  IFACEMETHODIMP CopyTo(IStream*, ULARGE_INTEGER, ULARGE_INTEGER*,
                        ULARGE_INTEGER*) override {
    return E_NOTIMPL;
  }
  IFACEMETHODIMP Revert() override { return E_NOTIMPL; }
  IFACEMETHODIMP LockRegion(ULARGE_INTEGER, ULARGE_INTEGER, DWORD) override {
    return E_NOTIMPL;
  }
  IFACEMETHODIMP UnlockRegion(ULARGE_INTEGER, ULARGE_INTEGER, DWORD) override {
    return E_NOTIMPL;
  }
  IFACEMETHODIMP Stat(STATSTG*, DWORD) override { return E_NOTIMPL; }
  IFACEMETHODIMP Clone(IStream**) override { return E_NOTIMPL; }

 private:
  FILE* m_file;
};

// Sets an event when the download has come to its end.
class Callback : public RuntimeClass<RuntimeClassFlags<ClassicCom>,
                                     IDODownloadStatusCallback> {
 public:
  explicit Callback(HANDLE done) : m_done(done) {}

  IFACEMETHODIMP OnStatusChange(IDODownload*,
                                const DO_DOWNLOAD_STATUS* status) override {
    const bool failed =
        status->State == DODownloadState_Paused && FAILED(status->Error);
    if (failed || status->State == DODownloadState_Transferred) {
      SetEvent(m_done);
    }
    return S_OK;
  }

 private:
  HANDLE m_done;
};

static HRESULT SetObject(IDODownload* download, DODownloadProperty property,
                         IUnknown* object) {
  VARIANT value;
  VariantInit(&value);
  V_VT(&value) = VT_UNKNOWN;
  V_UNKNOWN(&value) = object;
  return download->SetProperty(property, &value);
}

static HRESULT SetText(IDODownload* download, DODownloadProperty property,
                       const std::wstring& text) {
  VARIANT value;
  VariantInit(&value);
  V_VT(&value) = VT_BSTR;
  V_BSTR(&value) = SysAllocString(text.c_str());
  const HRESULT hr = download->SetProperty(property, &value);
  VariantClear(&value);
  return hr;
}

static void PrintError(HRESULT code) {
  LPWSTR text = nullptr;
  FormatMessageW(FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM,
                 nullptr, static_cast<DWORD>(code), 0,
                 reinterpret_cast<LPWSTR>(&text), 0, nullptr);
  fprintf(stderr, "0x%08X: %ls\n", static_cast<unsigned>(code),
          text == nullptr ? L"" : text);
  LocalFree(text);
}

static HRESULT Download(const std::wstring& url, FILE* file) {
  ComPtr<IDOManager> manager;
  HRESULT hr = CoCreateInstance(__uuidof(::DeliveryOptimization), nullptr,
                                CLSCTX_LOCAL_SERVER, IID_PPV_ARGS(&manager));
  if (FAILED(hr)) return hr;
  ComPtr<IDODownload> download;
  hr = manager->CreateDownload(&download);
  if (FAILED(hr)) return hr;

  const HANDLE done = CreateEvent(nullptr, TRUE, FALSE, nullptr);
  ComPtr<FileStream> stream = Make<FileStream>(file);
  ComPtr<Callback> callback = Make<Callback>(done);
  hr = SetText(download.Get(), DODownloadProperty_Uri, url);
  if (SUCCEEDED(hr)) {
    hr = SetObject(download.Get(), DODownloadProperty_StreamInterface,
                   static_cast<IStream*>(stream.Get()));
  }
  if (SUCCEEDED(hr)) {
    hr = SetObject(download.Get(), DODownloadProperty_CallbackInterface,
                   callback.Get());
  }
  // The whole file: a stream is asked for by ranges.
  const DO_DOWNLOAD_RANGES_INFO ranges = {1, {{0, DO_LENGTH_TO_EOF}}};
  if (SUCCEEDED(hr)) hr = download->Start(&ranges);
  DO_DOWNLOAD_STATUS status = {};
  if (SUCCEEDED(hr)) {
    WaitForSingleObject(done, INFINITE);
    hr = download->GetStatus(&status);
  }
  if (SUCCEEDED(hr)) hr = status.Error;
  if (SUCCEEDED(hr)) {
    hr = download->Finalize();
    printf("%llu bytes\n",
           static_cast<unsigned long long>(status.BytesTransferred));
  } else {
    download->Abort();
  }
  SetObject(download.Get(), DODownloadProperty_CallbackInterface, nullptr);
  CloseHandle(done);
  return hr;
}

int main(int argc, char** argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: do_stream URL PATH\n");
    return 2;
  }
  if (FAILED(CoInitializeEx(nullptr, COINIT_MULTITHREADED))) return 1;
  FILE* const file = fopen(argv[2], "wb");
  if (file == nullptr) {
    perror(argv[2]);
    return 1;
  }
  HRESULT hr = Download(Widen(argv[1]), file);
  if (fclose(file) != 0 && SUCCEEDED(hr)) hr = E_FAIL;
  if (FAILED(hr)) {
    remove(argv[2]);
    PrintError(hr);
  }
  CoUninitialize();
  return SUCCEEDED(hr) ? 0 : 1;
}
