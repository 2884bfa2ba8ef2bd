#ifndef CONVOY_CLIENT_BACKGROUND_COPY_FILE_RANGES_H_
#define CONVOY_CLIENT_BACKGROUND_COPY_FILE_RANGES_H_

#include <bits.h>

#include <vector>

#include "client/background_copy/flavour.h"
#include "convoy/v1/job.pb.h"

namespace convoy::background_copy {

// A length that is absent is BG_LENGTH_TO_EOF.
template <typename Ranges>
std::vector<BG_FILE_RANGE> CopyRangesOf(const Ranges& ranges) {
  std::vector<BG_FILE_RANGE> copies;
  for (const v1::FileRange& range : ranges) {
    copies.push_back({static_cast<UINT64>(range.offset_bytes()),
                      range.has_length_bytes()
                          ? static_cast<UINT64>(range.length_bytes())
                          : BG_LENGTH_TO_EOF});
  }
  return copies;
}

// Adds `ranges` to `file`. False if a number is larger than the contract's.
bool AddRanges(const BG_FILE_RANGE* ranges, DWORD count, v1::JobFile* file);

// Likewise, those that the file is made of, by the flavour's rule and with its
// code.
HRESULT AddRangesOf(const Flavour& flavour, const BG_FILE_RANGE* ranges,
                    DWORD count, v1::JobFile* file);

// Gives `ranges` as memory that the caller frees with CoTaskMemFree; NULL for
// none. REQUIRES: not NULL.
HRESULT GiveRanges(const std::vector<BG_FILE_RANGE>& ranges, DWORD* count,
                   BG_FILE_RANGE** out);

}  // namespace convoy::background_copy

#endif  // CONVOY_CLIENT_BACKGROUND_COPY_FILE_RANGES_H_
