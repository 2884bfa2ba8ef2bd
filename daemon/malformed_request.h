#ifndef CONVOY_DAEMON_MALFORMED_REQUEST_H_
#define CONVOY_DAEMON_MALFORMED_REQUEST_H_

#include <string>

#include "absl/status/status.h"

namespace google::protobuf {
class Descriptor;
}

namespace convoy {

// INVALID_ARGUMENT for bytes that were to be a message of this type and are
// not. Names the first field whose text is not UTF-8, if that is the reason.
absl::Status MalformedRequest(const google::protobuf::Descriptor& type,
                              const std::string& bytes);

}  // namespace convoy

#endif  // CONVOY_DAEMON_MALFORMED_REQUEST_H_
