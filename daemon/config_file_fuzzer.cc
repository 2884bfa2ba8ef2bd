// The reader of configuration files takes any bytes: it answers settings, or
// says for each mistake where it is.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "daemon/config_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto settings = convoy::ParseConfig({{"f.yaml", text}}, {});
  if (settings.ok()) {
    convoy::EffectiveConfig(*settings);
    return 0;
  }
  for (absl::string_view line :
       absl::StrSplit(settings.status().message(), '\n')) {
    if (!absl::StartsWith(line, "f.yaml:") && !absl::StartsWith(line, "and ")) {
      std::fprintf(stderr, "no file and line: %s\n", std::string(line).c_str());
      std::abort();
    }
  }
  return 0;
}
