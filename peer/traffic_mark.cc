#include "peer/traffic_mark.h"

#include <netinet/in.h>
#include <netinet/ip.h>
#include <sys/socket.h>

namespace convoy {
namespace {

// A traffic class has the DSCP in its upper six bits.
constexpr int kLowEffort = 1 << 2;

}  // namespace

void MarkSocket(int socket, bool low_effort) {
  const int mark = low_effort ? kLowEffort : 0;
  int family = AF_UNSPEC;
  socklen_t size = sizeof(family);
  getsockopt(socket, SOL_SOCKET, SO_DOMAIN, &family, &size);
  if (family == AF_INET) {
    setsockopt(socket, IPPROTO_IP, IP_TOS, &mark, sizeof(mark));
  } else if (family == AF_INET6) {
    setsockopt(socket, IPPROTO_IPV6, IPV6_TCLASS, &mark, sizeof(mark));
  }
}

}  // namespace convoy
