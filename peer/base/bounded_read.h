#ifndef CONVOY_PEER_BASE_BOUNDED_READ_H_
#define CONVOY_PEER_BASE_BOUNDED_READ_H_

#include <cstddef>
#include <string>

namespace convoy {

// Reads the rest of the open file `fd`, at most `max_bytes` + 1 of it, into
// `text`: more than `max_bytes` says that it is too large. Memory is taken as
// the bytes come, not for the maximum. Returns 0, or errno of the read that
// failed. Blocks as read(2) does.
int BoundedRead(int fd, std::size_t max_bytes, std::string* text);

}  // namespace convoy

#endif  // CONVOY_PEER_BASE_BOUNDED_READ_H_
