#include "peer/libtorrent_handshake.h"

#include <cstdint>
#include <libtorrent/string_view.hpp>

#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"

namespace convoy {

std::optional<ShareHandshake> ReadShareHandshake(
    const lt::bdecode_node& handshake) {
  if (handshake.type() != lt::bdecode_node::dict_t) return std::nullopt;
  const lt::bdecode_node messages = handshake.dict_find_dict("m");
  if (!messages) return std::nullopt;
  const std::int64_t number = messages.dict_find_int_value(kShareName, 0);
  const lt::string_view text = handshake.dict_find_string_value(kMachineName);
  ShareHandshake read;
  if (number <= 0 || number > 255 ||
      !absl::SimpleAtoi(absl::string_view(text.data(), text.size()),
                        &read.machine)) {
    return std::nullopt;
  }
  read.number = static_cast<int>(number);
  return read;
}

}  // namespace convoy
