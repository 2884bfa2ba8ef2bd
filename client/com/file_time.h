#ifndef CONVOY_CLIENT_COM_FILE_TIME_H_
#define CONVOY_CLIENT_COM_FILE_TIME_H_

#include <minwindef.h>

#include "absl/time/time.h"

namespace convoy {

// Times before 1601 become 0.
FILETIME FileTimeFromTime(absl::Time time);
absl::Time TimeFromFileTime(const FILETIME& file_time);

}  // namespace convoy

#endif  // CONVOY_CLIENT_COM_FILE_TIME_H_
