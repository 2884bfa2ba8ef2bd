#ifndef CONVOY_PEER_BASE_STATUS_MACROS_H_
#define CONVOY_PEER_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Returns from the function if `expression` is not OK.
#define CONVOY_RETURN_IF_ERROR(expression)                                  \
  do {                                                                      \
    if (absl::Status convoy_status_ = (expression); !convoy_status_.ok()) { \
      return convoy_status_;                                                \
    }                                                                       \
  } while (false)

// Declares or assigns `target` from a StatusOr, or returns its status.
#define CONVOY_ASSIGN_OR_RETURN(target, expression)                      \
  CONVOY_ASSIGN_OR_RETURN_(CONVOY_CONCAT_(convoy_or_, __LINE__), target, \
                           expression)
#define CONVOY_ASSIGN_OR_RETURN_(or_, target, expression) \
  auto or_ = (expression);                                \
  if (!or_.ok()) return std::move(or_).status();          \
  target = *std::move(or_)
#define CONVOY_CONCAT_(a, b) CONVOY_CONCAT_INNER_(a, b)
#define CONVOY_CONCAT_INNER_(a, b) a##b

#endif  // CONVOY_PEER_BASE_STATUS_MACROS_H_
