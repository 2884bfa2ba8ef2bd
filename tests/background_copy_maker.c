/* C programs that use BITS.
 *
 *   background_copy_maker             makes a job and ends: what other
 *                                     processes see of it
 *   background_copy_maker ID          asks for jobs of others, and loses its
 *                                     own: prints what the calls answer
 *   background_copy_maker URL PATH    downloads, and ends without any cleaning
 *                                     up, while other callbacks are still set
 */
#define COBJMACROS
#include <bits.h>
#include <objbase.h>
#include <stdio.h>
#include <windows.h>

static HANDLE done;
static int failed = 1;
/* Still held at the end. */
static IBackgroundCopyManager* manager;
static IBackgroundCopyJob* jobs[2];

/* A callback as C programs make it: an object that begins with its table. */
static HRESULT Query(IBackgroundCopyCallback* self, REFIID iid, void** object) {
  if (!IsEqualIID(iid, &IID_IUnknown) &&
      !IsEqualIID(iid, &IID_IBackgroundCopyCallback)) {
    *object = NULL;
    return E_NOINTERFACE;
  }
  *object = self;
  return S_OK;
}
static ULONG AddRef(IBackgroundCopyCallback* self) {
  (void)self;
  return 2;
}
static ULONG Release(IBackgroundCopyCallback* self) {
  (void)self;
  return 1;
}
static HRESULT Transferred(IBackgroundCopyCallback* self,
                           IBackgroundCopyJob* job) {
  (void)self;
  failed = IBackgroundCopyJob_Complete(job) != S_OK;
  SetEvent(done);
  return S_OK;
}
static HRESULT Error(IBackgroundCopyCallback* self, IBackgroundCopyJob* job,
                     IBackgroundCopyError* error) {
  BG_ERROR_CONTEXT context = BG_ERROR_CONTEXT_NONE;
  HRESULT code = S_OK;
  (void)self;
  IBackgroundCopyError_GetError(error, &context, &code);
  printf("context %d code 0x%08X\n", (int)context, (unsigned)code);
  IBackgroundCopyJob_Cancel(job);
  SetEvent(done);
  return S_OK;
}
static HRESULT Modification(IBackgroundCopyCallback* self,
                            IBackgroundCopyJob* job, DWORD reserved) {
  (void)self;
  (void)job;
  return reserved == 0 ? S_OK : E_FAIL;
}
static IBackgroundCopyCallbackVtbl table = {Query,       AddRef, Release,
                                            Transferred, Error,  Modification};
static IBackgroundCopyCallback callback = {&table};

static void Widen(const char* text, WCHAR* wide, int size) {
  MultiByteToWideChar(CP_UTF8, 0, text, -1, wide, size);
}

static int Download(const char* url, const char* path) {
  WCHAR wide_url[2048];
  WCHAR wide_path[2048];
  GUID id;
  HRESULT made;
  HRESULT added;
  int i;
  done = CreateEvent(NULL, TRUE, FALSE, NULL);
  Widen(url, wide_url, 2048);
  Widen(path, wide_path, 2048);
  for (i = 0; i < 2; ++i) {
    made = IBackgroundCopyManager_CreateJob(
        manager, L"in C", BG_JOB_TYPE_DOWNLOAD, &id, &jobs[i]);
    if (made != S_OK) {
      printf("CreateJob: 0x%08X\n", (unsigned)made);
      return 8;
    }
  }
  added = IBackgroundCopyJob_AddFile(jobs[0], wide_url, wide_path);
  if (added != S_OK) {
    printf("AddFile: 0x%08X\n", (unsigned)added);
    return 9;
  }
  for (i = 0; i < 2; ++i) {
    if (IBackgroundCopyJob_SetNotifyFlags(
            jobs[i], BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_JOB_ERROR |
                         BG_NOTIFY_JOB_MODIFICATION) != S_OK ||
        IBackgroundCopyJob_SetNotifyInterface(jobs[i], (IUnknown*)&callback) !=
            S_OK) {
      return 12;
    }
  }
  if (IBackgroundCopyJob_Resume(jobs[0]) != S_OK) return 13;
  if (WaitForSingleObject(done, 60000) != WAIT_OBJECT_0) return 10;
  return failed ? 11 : 0;
}

/* Until somebody has taken the job, for a minute at most. */
static HRESULT NotifyUntilRefused(IBackgroundCopyJob* job) {
  HRESULT set = S_OK;
  int i;
  for (i = 0; i < 3000 && set == S_OK; ++i) {
    set = IBackgroundCopyJob_SetNotifyInterface(job, (IUnknown*)&callback);
    if (set == S_OK) Sleep(20);
  }
  return set;
}

static int AskForOthers(const char* text) {
  WCHAR wide[64];
  GUID id;
  IEnumBackgroundCopyJobs* all = NULL;
  IBackgroundCopyJob* job = NULL;
  done = CreateEvent(NULL, TRUE, FALSE, NULL);
  Widen(text, wide, 64);
  if (CLSIDFromString(wide, &id) != S_OK) return 3;
  printf("EnumJobs: 0x%08X\n",
         (unsigned)IBackgroundCopyManager_EnumJobs(
             manager, BG_JOB_ENUM_ALL_USERS, &all));
  printf("GetJob: 0x%08X\n",
         (unsigned)IBackgroundCopyManager_GetJob(manager, &id, &job));
  if (all != NULL || job != NULL) return 4;
  if (IBackgroundCopyManager_CreateJob(manager, L"to be taken",
                                       BG_JOB_TYPE_DOWNLOAD, &id,
                                       &job) != S_OK) {
    return 5;
  }
  printf("SetNotifyInterface: 0x%08X\n", (unsigned)NotifyUntilRefused(job));
  printf("SetNotifyFlags: 0x%08X\n",
         (unsigned)IBackgroundCopyJob_SetNotifyFlags(
             job, BG_NOTIFY_JOB_TRANSFERRED));
  printf("Cancel: 0x%08X\n", (unsigned)IBackgroundCopyJob_Cancel(job));
  return 0;
}

static int Make(void) {
  IBackgroundCopyJob* job = NULL;
  IBackgroundCopyJobHttpOptions* http = NULL;
  GUID id;
  if (IBackgroundCopyManager_CreateJob(manager, L"made elsewhere",
                                       BG_JOB_TYPE_DOWNLOAD, &id,
                                       &job) != S_OK) {
    return 3;
  }
  if (IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJobHttpOptions,
                                        (void**)&http) != S_OK) {
    return 4;
  }
  if (http->lpVtbl->SetCustomHeaders(http, L"X-From: elsewhere\r\n") != S_OK) {
    return 5;
  }
  http->lpVtbl->Release(http);
  if (IBackgroundCopyJob_Release(job) != 0) return 6;
  if (IBackgroundCopyManager_Release(manager) != 0) return 7;
  CoUninitialize();
  return 0;
}

int main(int argc, char** argv) {
  if (FAILED(CoInitializeEx(NULL, COINIT_APARTMENTTHREADED))) return 1;
  if (CoCreateInstance(&CLSID_BackgroundCopyManager, NULL, CLSCTX_LOCAL_SERVER,
                       &IID_IBackgroundCopyManager, (void**)&manager) != S_OK) {
    return 2;
  }
  if (argc == 2) return AskForOthers(argv[1]);
  return argc == 3 ? Download(argv[1], argv[2]) : Make();
}
