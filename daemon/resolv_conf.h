#ifndef CONVOY_DAEMON_RESOLV_CONF_H_
#define CONVOY_DAEMON_RESOLV_CONF_H_

#include <string>

namespace convoy {

// The first domain of the last "search" line, else of "domain", of
// ROOT/etc/resolv.conf (resolv.conf(5)), in small letters, without a dot at its
// end. Empty: there is none.
std::string SearchDomain(const std::string& root);

}  // namespace convoy

#endif  // CONVOY_DAEMON_RESOLV_CONF_H_
