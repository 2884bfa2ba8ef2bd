#ifndef CONVOY_DAEMON_DNS_QUESTION_H_
#define CONVOY_DAEMON_DNS_QUESTION_H_

#include <netinet/in.h>

#include <optional>
#include <string>
#include <vector>

#include "daemon/dns_srv.h"

namespace convoy {

// Asks the name servers of resolv.conf for the SRV records of a whole name;
// none where there is no such name. Nothing: no name server answers, or not
// with sense. Blocks for up to some seconds. `server`: asked instead of them,
// for tests.
std::optional<std::vector<SrvRecord>> AskForSrv(
    const std::string& name, const sockaddr_in* server = nullptr);

}  // namespace convoy

#endif  // CONVOY_DAEMON_DNS_QUESTION_H_
