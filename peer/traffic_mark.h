#ifndef CONVOY_PEER_TRAFFIC_MARK_H_
#define CONVOY_PEER_TRAFFIC_MARK_H_

namespace convoy {

// Marks what the socket sends from now on low effort (DSCP 1, RFC 8622), or
// takes the mark away. What is no IP socket is left alone.
void MarkSocket(int socket, bool low_effort);

}  // namespace convoy

#endif  // CONVOY_PEER_TRAFFIC_MARK_H_
