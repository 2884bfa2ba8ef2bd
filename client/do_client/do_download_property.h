#ifndef CONVOY_DO_CLIENT_DO_DOWNLOAD_PROPERTY_H_
#define CONVOY_DO_CLIENT_DO_DOWNLOAD_PROPERTY_H_

#include <cstdint>
#include <memory>
#include <string>

#include "do_errors.h"

namespace microsoft {
namespace deliveryoptimization {
namespace details {
class CDownloadImpl;
class CDownloadPropertyValueInternal;
}  // namespace details

// What each means: client/delivery_optimization/README.md, under the name in
// brackets where it is another one.
enum class download_property {
  id = 0,                        // string, read only
  uri,                           // string
  catalog_id,                    // string (ContentId)
  caller_name,                   // string (DisplayName)
  download_file_path,            // string (LocalPath)
  http_custom_headers,           // string
  cost_policy,                   // uint32: download_cost_policy
  security_flags,                // uint32
  callback_freq_percent,         // uint32
  callback_freq_seconds,         // uint32
  no_progress_timeout_seconds,   // uint32
  use_foreground_priority,       // bool
  blocking_mode,                 // bool
  network_token,                 // bool
  correlation_vector,            // string
  decryption_info,               // string
  integrity_check_info,          // string
  integrity_check_mandatory,     // bool
  total_size_bytes,              // uint64
  disallow_on_cellular,          // bool
  http_custom_auth_headers,      // string
  allow_http_to_https_redirect,  // bool
                                 // (HttpAllowSecureToNonSecureRedirect)
  non_volatile,                  // bool
};

enum class download_cost_policy : std::uint32_t {
  always = 0,
  unrestricted_network,
  standard,
  no_roaming,
  no_surcharge,
};

// A value of one of the types above. Strings are UTF-8.
class download_property_value {
  friend class details::CDownloadImpl;

 public:
  download_property_value();
  ~download_property_value() = default;

  static std::error_code make(const std::string& val,
                              download_property_value& out);
  static std::error_code make(const std::wstring& val,
                              download_property_value& out);
  static std::error_code make(const char* val, download_property_value& out) {
    return make(std::string(val), out);
  }
  static std::error_code make(const wchar_t* val,
                              download_property_value& out) {
    return make(std::wstring(val), out);
  }
  static std::error_code make(std::uint32_t val, download_property_value& out);
  static std::error_code make(std::uint64_t val, download_property_value& out);
  static std::error_code make(bool val, download_property_value& out);

  // errc::invalid_arg: it is of another type.
  std::error_code as(bool& val) const noexcept;
  std::error_code as(std::uint32_t& val) const noexcept;
  std::error_code as(std::uint64_t& val) const noexcept;
  std::error_code as(std::string& val) const noexcept;
  std::error_code as(std::wstring& val) const noexcept;

 private:
  std::shared_ptr<details::CDownloadPropertyValueInternal> _val;
};

}  // namespace deliveryoptimization
}  // namespace microsoft

#endif  // CONVOY_DO_CLIENT_DO_DOWNLOAD_PROPERTY_H_
