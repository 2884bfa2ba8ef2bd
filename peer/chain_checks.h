#ifndef CONVOY_PEER_CHAIN_CHECKS_H_
#define CONVOY_PEER_CHAIN_CHECKS_H_

#include <string>

#include "peer/http_settings.h"

namespace convoy {

struct ServerChain {
  ChainChecks checks;
  std::string host;  // The server's name or address.
};

// The checks that `chain` names are left out, of its server's certificate
// alone: a proxy on the way, whose connection is set up alike, is checked in
// full, unless it and the server have addresses and no names. `ssl_context` is
// an SSL_CTX of OpenSSL that verifies its peer. False: no memory.
bool LeaveOut(const ServerChain& chain, void* ssl_context);

}  // namespace convoy

#endif  // CONVOY_PEER_CHAIN_CHECKS_H_
