// What is read from a metainfo file holds together, whatever the file is.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "peer/manifest.h"

namespace convoy {
namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

void CheckManifest(const Manifest& manifest) {
  const PieceLayout& layout = manifest.layout;
  Check(layout.size() > 0 && layout.size() <= PieceLayout::kMaxSize);
  Check(layout.count() > 0 && layout.count() <= PieceLayout::kMaxCount);
  Check(manifest.info_hash.size() == Manifest::kHashSize);
  Check(manifest.piece_hashes.size() ==
        static_cast<std::size_t>(layout.count()) * Manifest::kHashSize);
  Check(manifest.HashOf(PieceIndex{layout.count() - 1}).size() ==
        Manifest::kHashSize);
  Check(!manifest.name.empty() &&
        manifest.name.find('/') == std::string::npos &&
        manifest.name.find('\0') == std::string::npos);
  for (const auto* urls : {&manifest.url_seeds, &manifest.trackers}) {
    Check(urls->size() <= 100);
    for (const std::string& url : *urls) {
      Check(url.size() <= 2200 && url.find_first_of(" \n\"") == url.npos);
    }
  }
}

}  // namespace
}  // namespace convoy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  const auto manifest = convoy::ReadManifest(input);
  if (manifest.ok()) convoy::CheckManifest(**manifest);
  return 0;
}
