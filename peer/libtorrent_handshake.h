#ifndef CONVOY_PEER_LIBTORRENT_HANDSHAKE_H_
#define CONVOY_PEER_LIBTORRENT_HANDSHAKE_H_

#include <libtorrent/bdecode.hpp>
#include <optional>

#include "peer/share_message.h"

namespace convoy {

// What we put into BEP 10's handshake, beside what libtorrent does.
inline constexpr char kShareName[] = "cv_share";
inline constexpr char kMachineName[] = "cv_machine";

// What a machine says of itself there.
struct ShareHandshake {
  int number = 0;         // Its number of the extension: 1 to 255.
  MachineId machine = 0;  // 0: it names itself later, or never.
};

// Nothing if the other side does not speak "cv_share". `handshake`: whatever
// came.
std::optional<ShareHandshake> ReadShareHandshake(
    const lt::bdecode_node& handshake);

}  // namespace convoy

#endif  // CONVOY_PEER_LIBTORRENT_HANDSHAKE_H_
