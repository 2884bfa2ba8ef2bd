// What is read of a DNS answer is bounded, whatever it says.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/algorithm/container.h"
#include "absl/strings/string_view.h"
#include "daemon/dns_srv.h"

namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const auto records = convoy::ParseSrvAnswer(
      absl::string_view(reinterpret_cast<const char*>(data), size));
  if (!records.has_value()) return 0;
  Check(records->size() <= convoy::kMaxSrvRecords);
  for (const convoy::SrvRecord& record : *records) {
    Check(record.port != 0 && !record.target.empty() &&
          record.target.size() <= 253);
  }
  const auto ordered = convoy::InSrvOrder(*records, size);
  Check(ordered.size() <= records->size());
  Check(absl::c_is_sorted(ordered, [](const auto& a, const auto& b) {
    return a.priority < b.priority;
  }));
  return 0;
}
