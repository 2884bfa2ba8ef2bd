#include "client/do_client/property_value.h"

#include <optional>

#include "client/com/variant_values.h"
#include "client/com/wide_text.h"
#include "client/do_client/do_download_property.h"
#include "client/do_client/error_category.h"

namespace microsoft {
namespace deliveryoptimization {
namespace {

namespace values = convoy;

// Hands a value over, or tells that it is of another type.
template <typename T>
std::error_code Hand(const std::optional<T>& value, T& out) noexcept {
  if (!value.has_value()) return details::make_error_code(errc::invalid_arg);
  out = *value;
  return details::make_error_code(S_OK);
}

}  // namespace

download_property_value::download_property_value()
    : _val(std::make_shared<details::CDownloadPropertyValueInternal>()) {}

std::error_code download_property_value::make(const std::string& val,
                                              download_property_value& out) {
  out = download_property_value();
  return details::make_error_code(values::GiveText(val, &out._val->value));
}

std::error_code download_property_value::make(const std::wstring& val,
                                              download_property_value& out) {
  return make(convoy::Utf8FromWide(val), out);
}

std::error_code download_property_value::make(std::uint32_t val,
                                              download_property_value& out) {
  out = download_property_value();
  return details::make_error_code(values::GiveNumber(val, &out._val->value));
}

std::error_code download_property_value::make(std::uint64_t val,
                                              download_property_value& out) {
  out = download_property_value();
  return details::make_error_code(
      values::GiveLargeNumber(val, &out._val->value));
}

std::error_code download_property_value::make(bool val,
                                              download_property_value& out) {
  out = download_property_value();
  return details::make_error_code(values::GiveBool(val, &out._val->value));
}

std::error_code download_property_value::as(bool& val) const noexcept {
  return Hand(values::BoolIn(_val->value), val);
}

std::error_code download_property_value::as(std::uint32_t& val) const noexcept {
  return Hand(values::NumberIn(_val->value), val);
}

std::error_code download_property_value::as(std::uint64_t& val) const noexcept {
  return Hand(values::LargeNumberIn(_val->value), val);
}

std::error_code download_property_value::as(std::string& val) const noexcept {
  return Hand(values::TextIn(_val->value), val);
}

std::error_code download_property_value::as(std::wstring& val) const noexcept {
  std::string utf8;
  const std::error_code error = as(utf8);
  if (!error) val = convoy::WideFromUtf8(utf8);
  return error;
}

}  // namespace deliveryoptimization
}  // namespace microsoft
