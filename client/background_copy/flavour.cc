#include "client/background_copy/flavour.h"

#include <deliveryoptimizationerrors.h>

namespace convoy::background_copy {
namespace {

const Flavour kBits = {
    Flavour::Kind::kBits,
    "bits",
    BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_JOB_ERROR | BG_NOTIFY_DISABLE |
        BG_NOTIFY_JOB_MODIFICATION | BG_NOTIFY_FILE_TRANSFERRED |
        BG_NOTIFY_FILE_RANGES_TRANSFERRED,
    absl::Seconds(1'209'600),
    absl::Seconds(600),
    absl::Hours(90 * 24),
    /*tells_partial_complete=*/true,
    /*tells_connecting=*/true,
    /*resume_needs_work=*/true,
    /*has_one_background_priority=*/false,
    /*tells_few_contexts=*/false,
    /*ranges_rise=*/false,
    BG_E_NOT_FOUND,
    BG_E_INVALID_STATE,
    BG_E_EMPTY,
    BG_E_ERROR_INFORMATION_UNAVAILABLE,
    BG_E_FILE_NOT_AVAILABLE,
    BG_E_INVALID_RANGE,
    BG_E_STRING_TOO_LONG,
    BG_E_UNKNOWN_PROPERTY_ID,
    BG_E_READ_ONLY_PROPERTY,
    BG_E_PROTOCOL_NOT_AVAILABLE,
    BG_E_RANDOM_ACCESS_NOT_SUPPORTED,
    BG_E_PROXY_LIST_TOO_LARGE,
    BG_E_PROXY_BYPASS_LIST_TOO_LARGE,
    BG_E_INVALID_AUTH_TARGET,
    BG_E_INVALID_AUTH_SCHEME,
    BG_E_USERNAME_TOO_LARGE,
    BG_E_PASSWORD_TOO_LARGE,
    BG_E_USE_STORED_CREDENTIALS_NOT_SUPPORTED,
    BG_E_MAX_DOWNLOAD_SIZE_INVALID_VALUE,
    BG_S_UNABLE_TO_DELETE_FILES,
};

const Flavour kDeliveryOptimization = {
    Flavour::Kind::kDeliveryOptimization,
    "delivery_optimization",
    BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_JOB_ERROR |
        BG_NOTIFY_JOB_MODIFICATION | BG_NOTIFY_FILE_TRANSFERRED,
    std::nullopt,
    std::nullopt,
    std::nullopt,
    /*tells_partial_complete=*/false,
    /*tells_connecting=*/false,
    /*resume_needs_work=*/false,
    /*has_one_background_priority=*/true,
    /*tells_few_contexts=*/true,
    /*ranges_rise=*/true,
    DO_E_JOB_NOT_FOUND,
    DO_E_INVALID_STATE,
    DO_E_JOB_EMPTY,
    DO_E_ERROR_INFORMATION_UNAVAILABLE,
    DO_E_FILE_NOT_AVAILABLE,
    DO_E_INVALID_RANGE,
    E_INVALIDARG,
    DO_E_UNKNOWN_PROPERTY_ID,
    DO_E_READ_ONLY_PROPERTY,
    DO_E_ERROR_INFORMATION_UNAVAILABLE,
    DO_E_INSUFFICIENT_RANGE_SUPPORT,
    // Its documentation knows none of these; its codes have nothing for them.
    E_INVALIDARG,
    E_INVALIDARG,
    E_INVALIDARG,
    E_INVALIDARG,
    E_INVALIDARG,
    E_INVALIDARG,
    E_NOTIMPL,
    E_INVALIDARG,
    S_OK,
};

}  // namespace

const Flavour& BitsFlavour() { return kBits; }

const Flavour& DeliveryOptimizationFlavour() { return kDeliveryOptimization; }

}  // namespace convoy::background_copy
