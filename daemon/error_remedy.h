#ifndef CONVOY_DAEMON_ERROR_REMEDY_H_
#define CONVOY_DAEMON_ERROR_REMEDY_H_

#include <string>

#include "convoy/v1/error_detail.pb.h"

namespace convoy {

// What would help against a failure of a job or a file: one or two sentences,
// with a full stop. Never empty.
std::string RemedyOf(const v1::ErrorDetail& detail);

}  // namespace convoy

#endif  // CONVOY_DAEMON_ERROR_REMEDY_H_
