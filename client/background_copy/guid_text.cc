#include "client/background_copy/guid_text.h"

#include <cstdint>
#include <cstring>
#include <optional>

#include "peer/base/ids.h"

namespace convoy::background_copy {

std::string TextOfGuid(const GUID& guid) {
  JobId::Bytes bytes;
  for (int i = 0; i < 4; ++i) {
    bytes[i] = static_cast<std::uint8_t>(guid.Data1 >> (24 - 8 * i));
  }
  bytes[4] = static_cast<std::uint8_t>(guid.Data2 >> 8);
  bytes[5] = static_cast<std::uint8_t>(guid.Data2);
  bytes[6] = static_cast<std::uint8_t>(guid.Data3 >> 8);
  bytes[7] = static_cast<std::uint8_t>(guid.Data3);
  std::memcpy(bytes.data() + 8, guid.Data4, 8);
  return JobId(bytes).ToString();
}

GUID GuidOfText(absl::string_view text) {
  GUID guid = {};
  const std::optional<JobId> id = JobId::Parse(text);
  if (!id.has_value()) return guid;
  const JobId::Bytes& bytes = id->bytes();
  for (int i = 0; i < 4; ++i) guid.Data1 = guid.Data1 << 8 | bytes[i];
  guid.Data2 = static_cast<std::uint16_t>(bytes[4] << 8 | bytes[5]);
  guid.Data3 = static_cast<std::uint16_t>(bytes[6] << 8 | bytes[7]);
  std::memcpy(guid.Data4, bytes.data() + 8, 8);
  return guid;
}

}  // namespace convoy::background_copy
