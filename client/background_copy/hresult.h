#ifndef CONVOY_CLIENT_BACKGROUND_COPY_HRESULT_H_
#define CONVOY_CLIENT_BACKGROUND_COPY_HRESULT_H_

#include <bits.h>

#include "absl/status/status.h"
#include "client/background_copy/flavour.h"
#include "convoy/v1/error_detail.pb.h"

namespace convoy::background_copy {

// No daemon answers: at CoCreateInstance (ERROR_SERVICE_DISABLED), and later
// (RPC_S_SERVER_UNAVAILABLE).
inline constexpr HRESULT kServiceDisabled = static_cast<HRESULT>(0x80070422u);
inline constexpr HRESULT kServerUnavailable = static_cast<HRESULT>(0x800706BAu);
// The daemon did not answer in time (ERROR_TIMEOUT).
inline constexpr HRESULT kTimeout = static_cast<HRESULT>(0x800705B4u);

// The code of a reason in the flavour's facility. Total.
HRESULT HresultOfDetail(const v1::ErrorDetail& detail, const Flavour& flavour);

// The code of a call's status. S_OK for OK.
HRESULT HresultOf(const absl::Status& status, const Flavour& flavour);

BG_ERROR_CONTEXT ContextOf(const v1::ErrorDetail& detail,
                           const Flavour& flavour);

}  // namespace convoy::background_copy

#endif  // CONVOY_CLIENT_BACKGROUND_COPY_HRESULT_H_
