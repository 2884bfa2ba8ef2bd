// Whether a machine is in a domain: as far as programs for Windows ask, none
// is here. Nothing else of networks' management.
#ifndef CONVOY_COMPAT_LM_H_
#define CONVOY_COMPAT_LM_H_

#include <combaseapi.h>

typedef DWORD NET_API_STATUS;
#define NERR_Success 0

typedef enum _NETSETUP_JOIN_STATUS {
  NetSetupUnknownStatus = 0,
  NetSetupUnjoined = 1,
  NetSetupWorkgroupName = 2,
  NetSetupDomainName = 3
} NETSETUP_JOIN_STATUS,
    *PNETSETUP_JOIN_STATUS;

// NetSetupUnjoined, and an empty name, to be freed with NetApiBufferFree.
FORCEINLINE NET_API_STATUS NetGetJoinInformation(LPCWSTR server, LPWSTR* name,
                                                 PNETSETUP_JOIN_STATUS status) {
  (void)server;
  *status = NetSetupUnjoined;
  *name = (LPWSTR)CoTaskMemAlloc(sizeof(WCHAR));
  if (*name == NULL) return ERROR_NOT_ENOUGH_MEMORY;
  **name = 0;
  return NERR_Success;
}
FORCEINLINE NET_API_STATUS NetApiBufferFree(LPVOID buffer) {
  CoTaskMemFree(buffer);
  return NERR_Success;
}

#endif  // CONVOY_COMPAT_LM_H_
