#include "client/do_client/error_category.h"

#include <winerror.h>

#include <string>

#include "client/background_copy/hresult.h"
#include "client/com/error_text.h"
#include "client/do_client/do_errors.h"

namespace microsoft {
namespace deliveryoptimization {
namespace details {
namespace {

class ErrorCategory final : public std::error_category {
 public:
  const char* name() const noexcept override {
    return "delivery optimization error";
  }
  std::string message(int code) const override {
    return code > 0 ? std::generic_category().message(code)
                    : convoy::ErrorText(code);
  }
};

const ErrorCategory& TheCategory() {
  static const ErrorCategory& category = *new ErrorCategory;
  return category;
}

}  // namespace

std::error_code make_error_code(std::int32_t code) noexcept {
  if (SUCCEEDED(code)) return {0, TheCategory()};
  const bool no_daemon = code == convoy::background_copy::kServiceDisabled ||
                         code == convoy::background_copy::kServerUnavailable;
  return {no_daemon ? errc::no_service : code, TheCategory()};
}

std::error_code make_error_code(std::errc code) noexcept {
  return {static_cast<int>(code), TheCategory()};
}

}  // namespace details
}  // namespace deliveryoptimization
}  // namespace microsoft
