#ifndef CONVOY_PEER_CURL_SOCKETS_H_
#define CONVOY_PEER_CURL_SOCKETS_H_

#include <map>
#include <string>

#include "absl/strings/string_view.h"

namespace convoy {

// Marks the packets of one CurlTransport's connections low effort (DSCP 1, RFC
// 8622), which yields to all other traffic where routers know it, or takes the
// mark off. A socket that cannot be marked works as well.
//
// Connections are kept, and used by requests with and without the mark. When
// one is used, libcurl tells its addresses and ports, but not its socket; that
// is found here, among those that were made. One thread.
class CurlSockets {
 public:
  // A socket was made, and will be connected.
  void OnMade(int socket, bool low_effort);
  // A request is about to be sent over a connection with these ends. Its
  // socket; -1: it is not found.
  int OnUsed(absl::string_view local_ip, int local_port,
             absl::string_view remote_ip, int remote_port, bool low_effort);

 private:
  // The ends of a connection as text; -1: none has them.
  int Find(const std::string& connection);

  // By number, with the ends of the connection as they were when last looked
  // at; empty: never. Closed ones go when a search comes across them.
  std::map<int, std::string> sockets_;
};

}  // namespace convoy

#endif  // CONVOY_PEER_CURL_SOCKETS_H_
