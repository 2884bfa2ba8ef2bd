#ifndef CONVOY_CLIENT_BACKGROUND_COPY_FLAVOUR_H_
#define CONVOY_CLIENT_BACKGROUND_COPY_FLAVOUR_H_

#include <bits.h>

#include <optional>

#include "absl/time/time.h"

namespace convoy::background_copy {

// What a manager's class decides: the classes of BITS and that of Delivery
// Optimization offer the same interfaces with other codes and defaults.
struct Flavour {
  enum class Kind { kBits, kDeliveryOptimization };

  Kind kind;
  // Note of a job (job_notes.h) that says whose queue it is in.
  const char* queue;
  // Bits that SetNotifyFlags takes.
  ULONG notify_flags;
  // Set in CreateJob. Empty: the daemon's, which follow the priority.
  std::optional<absl::Duration> no_progress_timeout;
  std::optional<absl::Duration> minimum_retry_delay;
  std::optional<absl::Duration> inactivity_timeout;
  // Complete says BG_S_PARTIAL_COMPLETE.
  bool tells_partial_complete;
  // GetState answers CONNECTING; else TRANSFERRING.
  bool tells_connecting;
  // Resume refuses a job whose files are all transferred (EMPTY).
  bool resume_needs_work;
  // All priorities below FOREGROUND are NORMAL to the daemon.
  bool has_one_background_priority;
  // GetError tells REMOTE_FILE or NONE.
  bool tells_few_contexts;
  // A file's ranges rise: other orders are DO_E_OVERLAPPING_RANGES.
  bool ranges_rise;

  HRESULT not_found;
  HRESULT invalid_state;
  HRESULT empty;
  HRESULT no_error_information;
  HRESULT file_not_available;
  HRESULT invalid_range;
  HRESULT string_too_long;
  HRESULT unknown_property;
  HRESULT read_only_property;
  // An error that has to do with no URL.
  HRESULT no_protocol;
  // The file does not come by parts.
  HRESULT no_random_access;
  HRESULT proxy_list_too_large;
  HRESULT proxy_bypass_list_too_large;
  HRESULT invalid_auth_target;
  HRESULT invalid_auth_scheme;
  HRESULT user_name_too_large;
  HRESULT password_too_large;
  HRESULT no_stored_credentials;
  HRESULT invalid_download_size;
  // A success: what Cancel and Complete could not delete is still there.
  HRESULT files_left_over;
};

const Flavour& BitsFlavour();
const Flavour& DeliveryOptimizationFlavour();

}  // namespace convoy::background_copy

#endif  // CONVOY_CLIENT_BACKGROUND_COPY_FLAVOUR_H_
