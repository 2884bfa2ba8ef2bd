#include "client/background_copy/manager.h"

// IBitsPeerCacheAdministration, which is not here; see README.md.

namespace convoy::background_copy {

HRESULT BackgroundCopyManager::GetMaximumCacheSize(DWORD*) { return E_NOTIMPL; }
HRESULT BackgroundCopyManager::SetMaximumCacheSize(DWORD) { return E_NOTIMPL; }
HRESULT BackgroundCopyManager::GetMaximumContentAge(ULONG*) {
  return E_NOTIMPL;
}
HRESULT BackgroundCopyManager::SetMaximumContentAge(ULONG) { return E_NOTIMPL; }
HRESULT BackgroundCopyManager::GetConfigurationFlags(DWORD*) {
  return E_NOTIMPL;
}
HRESULT BackgroundCopyManager::SetConfigurationFlags(DWORD) {
  return E_NOTIMPL;
}
HRESULT BackgroundCopyManager::EnumRecords(IEnumBitsPeerCacheRecords** all) {
  if (all != nullptr) *all = nullptr;
  return E_NOTIMPL;
}
HRESULT BackgroundCopyManager::GetRecord(REFGUID,
                                         IBitsPeerCacheRecord** record) {
  if (record != nullptr) *record = nullptr;
  return E_NOTIMPL;
}
HRESULT BackgroundCopyManager::ClearRecords() { return E_NOTIMPL; }
HRESULT BackgroundCopyManager::DeleteRecord(REFGUID) { return E_NOTIMPL; }
HRESULT BackgroundCopyManager::DeleteUrl(LPCWSTR) { return E_NOTIMPL; }
HRESULT BackgroundCopyManager::EnumPeers(IEnumBitsPeers** all) {
  if (all != nullptr) *all = nullptr;
  return E_NOTIMPL;
}
HRESULT BackgroundCopyManager::ClearPeers() { return E_NOTIMPL; }
HRESULT BackgroundCopyManager::DiscoverPeers() { return E_NOTIMPL; }

}  // namespace convoy::background_copy
