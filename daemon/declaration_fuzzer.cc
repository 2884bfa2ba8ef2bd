// The reader of declared jobs takes any bytes: it answers jobs, or says for
// each mistake where it is.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "daemon/declaration_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const auto file = convoy::ReadDeclarations("f.yaml", text);
  for (const std::string& mistake : file.mistakes) {
    if (!absl::StartsWith(mistake, "f.yaml:") || mistake.size() < 10 ||
        mistake[7] < '1' || mistake[7] > '9') {
      std::fprintf(stderr, "no file and line: %s\n", mistake.c_str());
      std::abort();
    }
  }
  for (const auto& job : file.jobs) {
    if (job.keys.files().empty()) std::abort();
    convoy::FetchRequestOf(job);
  }
  return 0;
}
