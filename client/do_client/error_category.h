#ifndef CONVOY_CLIENT_DO_CLIENT_ERROR_CATEGORY_H_
#define CONVOY_CLIENT_DO_CLIENT_ERROR_CATEGORY_H_

#include <cstdint>
#include <system_error>

namespace microsoft {
namespace deliveryoptimization {
namespace details {

// A HRESULT as an error code, with its English text; a success is no error. No
// daemon at all is errc::no_service.
std::error_code make_error_code(std::int32_t code) noexcept;
// The number of the condition in the same category.
std::error_code make_error_code(std::errc code) noexcept;

}  // namespace details
}  // namespace deliveryoptimization
}  // namespace microsoft

#endif  // CONVOY_CLIENT_DO_CLIENT_ERROR_CATEGORY_H_
