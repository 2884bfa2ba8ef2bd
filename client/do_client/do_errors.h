// Error codes of microsoft::deliveryoptimization: HRESULTs, as values of the
// std::error_code that each call answers. Codes of std::errc (timed_out,
// operation_canceled) stand beside them.
#ifndef CONVOY_DO_CLIENT_DO_ERRORS_H_
#define CONVOY_DO_CLIENT_DO_ERRORS_H_

#include <cstdint>
#include <system_error>

namespace microsoft {
namespace deliveryoptimization {
namespace errc {

constexpr auto not_impl = static_cast<std::int32_t>(0x80004001);
constexpr auto unexpected = static_cast<std::int32_t>(0x8000FFFF);
constexpr auto invalid_arg = static_cast<std::int32_t>(0x80070057);
constexpr auto not_found = static_cast<std::int32_t>(0x80070490);
// No daemon can be reached.
constexpr auto no_service = static_cast<std::int32_t>(0x80D01001);
constexpr auto download_no_progress = static_cast<std::int32_t>(0x80D02002);
constexpr auto no_downloads = static_cast<std::int32_t>(0x80D02005);
constexpr auto unknown_property_id = static_cast<std::int32_t>(0x80D02011);
constexpr auto invalid_state = static_cast<std::int32_t>(0x80D02013);

}  // namespace errc
}  // namespace deliveryoptimization
}  // namespace microsoft

#endif  // CONVOY_DO_CLIENT_DO_ERRORS_H_
