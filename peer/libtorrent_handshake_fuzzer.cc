// The extension handshake of a peer, as libtorrent reads it and as we do.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <libtorrent/bdecode.hpp>
#include <libtorrent/bencode.hpp>
#include <libtorrent/entry.hpp>
#include <libtorrent/error_code.hpp>
#include <libtorrent/span.hpp>
#include <optional>
#include <string>
#include <vector>

#include "peer/libtorrent_handshake.h"

namespace convoy {
namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

std::optional<ShareHandshake> Read(lt::span<const char> bytes) {
  lt::error_code error;
  const lt::bdecode_node node = lt::bdecode(bytes, error);
  return error ? std::nullopt : ReadShareHandshake(node);
}

// What was read is read again where it is all that is said.
void CheckAgain(const ShareHandshake& read) {
  lt::entry said;
  said["m"][kShareName] = read.number;
  said[kMachineName] = std::to_string(read.machine);
  std::vector<char> bytes;
  lt::bencode(std::back_inserter(bytes), said);
  const std::optional<ShareHandshake> again = Read(bytes);
  Check(again && again->number == read.number &&
        again->machine == read.machine);
}

}  // namespace
}  // namespace convoy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const std::optional<convoy::ShareHandshake> read =
      convoy::Read(lt::span<const char>(reinterpret_cast<const char*>(data),
                                        static_cast<std::ptrdiff_t>(size)));
  if (!read) return 0;
  convoy::Check(read->number >= 1 && read->number <= 255);
  convoy::CheckAgain(*read);
  return 0;
}
