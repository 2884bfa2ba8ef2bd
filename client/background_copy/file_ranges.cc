#include "client/background_copy/file_ranges.h"

#include <deliveryoptimizationerrors.h>
#include <objbase.h>

#include <algorithm>
#include <cstdint>
#include <limits>

namespace convoy::background_copy {

bool AddRanges(const BG_FILE_RANGE* ranges, DWORD count, v1::JobFile* file) {
  constexpr UINT64 kMax = std::numeric_limits<std::int64_t>::max();
  for (DWORD i = 0; i < count; ++i) {
    const UINT64 length = ranges[i].Length;
    if (ranges[i].InitialOffset > kMax ||
        (length != BG_LENGTH_TO_EOF && length > kMax)) {
      return false;
    }
    v1::FileRange* const range = file->add_ranges();
    range->set_offset_bytes(static_cast<std::int64_t>(ranges[i].InitialOffset));
    if (length != BG_LENGTH_TO_EOF) {
      range->set_length_bytes(static_cast<std::int64_t>(length));
    }
  }
  return true;
}

HRESULT AddRangesOf(const Flavour& flavour, const BG_FILE_RANGE* ranges,
                    DWORD count, v1::JobFile* file) {
  if (!AddRanges(ranges, count, file)) return flavour.invalid_range;
  const bool rise =
      std::is_sorted(ranges, ranges + count,
                     [](const BG_FILE_RANGE& a, const BG_FILE_RANGE& b) {
                       return a.InitialOffset < b.InitialOffset;
                     });
  return rise || !flavour.ranges_rise ? S_OK : DO_E_OVERLAPPING_RANGES;
}

HRESULT GiveRanges(const std::vector<BG_FILE_RANGE>& ranges, DWORD* count,
                   BG_FILE_RANGE** out) {
  *count = 0;
  *out = nullptr;
  if (ranges.empty()) return S_OK;
  auto* const memory = static_cast<BG_FILE_RANGE*>(
      CoTaskMemAlloc(ranges.size() * sizeof(BG_FILE_RANGE)));
  if (memory == nullptr) return E_OUTOFMEMORY;
  std::copy(ranges.begin(), ranges.end(), memory);
  *count = static_cast<DWORD>(ranges.size());
  *out = memory;
  return S_OK;
}

}  // namespace convoy::background_copy
