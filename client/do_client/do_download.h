// The C++ API of Microsoft's do-client on Convoy: names, signatures and layouts
// are the same, so that a program needs only to be linked anew.
#ifndef CONVOY_DO_CLIENT_DO_DOWNLOAD_H_
#define CONVOY_DO_CLIENT_DO_DOWNLOAD_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "do_download_property.h"
#include "do_download_status.h"

namespace microsoft {
namespace deliveryoptimization {
namespace details {
class IDownload;
}

// A download to a file or to a callback. Thread-safe, but set_ranges.
// Callbacks come on a thread of the library, none after the destructor has
// returned; they may call all methods. A download that was started goes on when
// its object goes; get_downloads finds it again.
//
// Calls answer errc::no_service when no daemon can be reached.
class download {
 public:
  ~download();

  // errc::no_service: no daemon runs.
  static std::error_code make(const std::string& uri,
                              std::unique_ptr<download>& out) noexcept;
  static std::error_code make(const std::string& uri,
                              const std::string& downloadFilePath,
                              std::unique_ptr<download>& out) noexcept;

  // As a whole, or the ranges that were set.
  std::error_code start() noexcept;
  std::error_code pause() noexcept;
  std::error_code resume() noexcept;
  // Gives the file its name. errc::invalid_state: not transferred.
  std::error_code finalize() noexcept;
  // Removes what has come.
  std::error_code abort() noexcept;
  std::error_code get_status(download_status& status) noexcept;
  // Told each change of the status; an empty callback ends that.
  std::error_code set_status_callback(status_callback_t callback) noexcept;
  // Before start. Without ranges it gets the whole file.
  std::error_code set_output_stream(output_stream_callback_t callback) noexcept;
  // Before start. errc::invalid_arg: none.
  std::error_code set_ranges(const download_range* ranges,
                             std::size_t count) noexcept;

  // start, wait, finalize. Otherwise abort, and the download's error,
  // std::errc::timed_out or std::errc::operation_canceled.
  std::error_code start_and_wait_until_completion(
      std::chrono::seconds timeoutSecs = std::chrono::hours(24)) noexcept;
  std::error_code start_and_wait_until_completion(
      const std::atomic_bool& isCancelled,
      std::chrono::seconds timeoutSecs = std::chrono::hours(24)) noexcept;
  static std::error_code download_url_to_path(
      const std::string& uri, const std::string& downloadFilePath,
      std::chrono::seconds timeoutSecs = std::chrono::hours(24)) noexcept;
  static std::error_code download_url_to_path(
      const std::string& uri, const std::string& downloadFilePath,
      const std::atomic_bool& isCancelled,
      std::chrono::seconds timeoutSecs = std::chrono::hours(24)) noexcept;

  std::error_code set_property(download_property prop,
                               const download_property_value& value) noexcept;
  std::error_code get_property(download_property prop,
                               download_property_value& value) noexcept;

  template <typename T>
  std::error_code set_property(download_property prop,
                               const T& value) noexcept {
    download_property_value property;
    const std::error_code error =
        download_property_value::make(value, property);
    return error ? error : set_property(prop, property);
  }

  template <typename T>
  std::error_code get_property(download_property prop, T& value) noexcept {
    value = {};
    download_property_value property;
    const std::error_code error = get_property(prop, property);
    return error ? error : property.as(value);
  }

  std::error_code set_cost_policy(download_cost_policy value) noexcept {
    return set_property(download_property::cost_policy,
                        static_cast<std::uint32_t>(value));
  }

  // PEM of a certificate and its key. Without a key: errc::not_impl, unless
  // $CONVOY_CLIENT_KEY says where it lies. CRYPT_E_FILE_ERROR: no certificate.
  std::error_code set_client_cert(const unsigned char* data,
                                  std::size_t size) noexcept;

  // Those that are not finalized or aborted; by id, uri, catalog_id,
  // caller_name or download_file_path. errc::no_downloads: none.
  static std::error_code get_downloads(
      std::vector<std::unique_ptr<download>>& out) noexcept;
  static std::error_code get_downloads(
      download_property prop, const std::string& value,
      std::vector<std::unique_ptr<download>>& out) noexcept;
  static std::error_code get_downloads(
      download_property prop, const std::wstring& value,
      std::vector<std::unique_ptr<download>>& out) noexcept;

 private:
  download();

  std::unique_ptr<details::IDownload> _download;
};

}  // namespace deliveryoptimization
}  // namespace microsoft

#endif  // CONVOY_DO_CLIENT_DO_DOWNLOAD_H_
