// Downloads a file with BITS and looks at its progress twice a second.
//
//   bits_polling URL PATH
#include <bits.h>
#include <stdio.h>
#include <windows.h>

#include <string>

static std::wstring Widen(const char* text) {
  const int size = MultiByteToWideChar(CP_UTF8, 0, text, -1, NULL, 0);
  std::wstring wide(size, L'\0');
  MultiByteToWideChar(CP_UTF8, 0, text, -1, &wide[0], size);
  wide.resize(size - 1);
  return wide;
}

static void PrintError(IBackgroundCopyJob* job) {
  IBackgroundCopyError* error = NULL;
  if (FAILED(job->GetError(&error))) return;
  LPWSTR text = NULL;
  if (SUCCEEDED(error->GetErrorDescription(
          LANGIDFROMLCID(MAKELANGID(LANG_ENGLISH, SUBLANG_ENGLISH_US)),
          &text))) {
    fprintf(stderr, "%ls\n", text);
    CoTaskMemFree(text);
  }
  error->Release();
}

// 0 when the file has its name.
static int Wait(IBackgroundCopyJob* job) {
  for (;;) {
    BG_JOB_STATE state;
    BG_JOB_PROGRESS progress;
    HRESULT hr = job->GetState(&state);
    if (SUCCEEDED(hr)) hr = job->GetProgress(&progress);
    if (FAILED(hr)) {
      fprintf(stderr, "the job cannot be seen: 0x%08X\n", (unsigned)hr);
      return 1;
    }
    switch (state) {
      case BG_JOB_STATE_TRANSFERRED:
        printf("%llu bytes\n", (unsigned long long)progress.BytesTransferred);
        return job->Complete() == S_OK ? 0 : 1;
      case BG_JOB_STATE_ERROR:
        PrintError(job);
        job->Cancel();
        return 1;
      case BG_JOB_STATE_TRANSFERRING:
        if (progress.BytesTotal != BG_SIZE_UNKNOWN) {
          printf("%llu of %llu\n",
                 (unsigned long long)progress.BytesTransferred,
                 (unsigned long long)progress.BytesTotal);
        }
        break;
      default:
        break;
    }
    Sleep(500);
  }
}

int main(int argc, char** argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: bits_polling URL PATH\n");
    return 2;
  }
  HRESULT hr = CoInitializeEx(NULL, COINIT_APARTMENTTHREADED);
  if (FAILED(hr)) return 1;

  IBackgroundCopyManager* manager = NULL;
  hr = CoCreateInstance(__uuidof(BackgroundCopyManager), NULL,
                        CLSCTX_LOCAL_SERVER, __uuidof(IBackgroundCopyManager),
                        (void**)&manager);
  if (hr == HRESULT_FROM_WIN32(ERROR_SERVICE_DISABLED)) {
    fprintf(stderr, "the daemon does not run\n");
  }
  int code = 1;
  if (SUCCEEDED(hr)) {
    GUID id;
    IBackgroundCopyJob* job = NULL;
    hr = manager->CreateJob(L"bits_polling", BG_JOB_TYPE_DOWNLOAD, &id, &job);
    if (SUCCEEDED(hr)) {
      hr = job->AddFile(Widen(argv[1]).c_str(), Widen(argv[2]).c_str());
      if (SUCCEEDED(hr)) hr = job->SetPriority(BG_JOB_PRIORITY_FOREGROUND);
      if (SUCCEEDED(hr)) hr = job->Resume();
      if (SUCCEEDED(hr)) {
        code = Wait(job);
      } else {
        fprintf(stderr, "the job cannot begin: 0x%08X\n", (unsigned)hr);
        job->Cancel();
      }
      job->Release();
    }
    manager->Release();
  }
  CoUninitialize();
  return code;
}
