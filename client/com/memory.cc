#include <combaseapi.h>
#include <winbase.h>

#include <cstdlib>

LPVOID CoTaskMemAlloc(SIZE_T size) {
  // Not malloc(0), which may answer NULL.
  return std::malloc(size == 0 ? 1 : size);
}

LPVOID CoTaskMemRealloc(LPVOID memory, SIZE_T size) {
  if (memory != nullptr && size == 0) {
    std::free(memory);
    return nullptr;
  }
  return std::realloc(memory, size == 0 ? 1 : size);
}

void CoTaskMemFree(LPVOID memory) { std::free(memory); }

HLOCAL LocalAlloc(UINT flags, SIZE_T size) {
  const SIZE_T least = size == 0 ? 1 : size;
  return (flags & LMEM_ZEROINIT) != 0 ? std::calloc(1, least)
                                      : std::malloc(least);
}

HLOCAL LocalFree(HLOCAL memory) {
  std::free(memory);
  return nullptr;
}

HANDLE GetProcessHeap() {
  static char heap;
  return &heap;
}

LPVOID HeapAlloc(HANDLE, DWORD flags, SIZE_T size) {
  return LocalAlloc((flags & HEAP_ZERO_MEMORY) != 0 ? LMEM_ZEROINIT : 0, size);
}

BOOL HeapFree(HANDLE, DWORD, LPVOID memory) {
  std::free(memory);
  return TRUE;
}
