#include "client/do_client/do_download.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <thread>
#include <utility>

#include "client/com/wide_text.h"
#include "client/delivery_optimization/do_manager.h"
#include "client/do_client/download_impl.h"
#include "client/do_client/error_category.h"
#include "client/do_client/property_value.h"

namespace microsoft {
namespace deliveryoptimization {

namespace details {

// What may look into a download_property_value.
class CDownloadImpl {
 public:
  static VARIANT* ValueOf(const download_property_value& value) {
    return &value._val->value;
  }
};

}  // namespace details

namespace {

using details::make_error_code;
using Microsoft::WRL::ComPtr;

std::optional<DODownloadProperty> PropertyOf(download_property property) {
  switch (property) {
    case download_property::id:
      return DODownloadProperty_Id;
    case download_property::uri:
      return DODownloadProperty_Uri;
    case download_property::catalog_id:
      return DODownloadProperty_ContentId;
    case download_property::caller_name:
      return DODownloadProperty_DisplayName;
    case download_property::download_file_path:
      return DODownloadProperty_LocalPath;
    case download_property::http_custom_headers:
      return DODownloadProperty_HttpCustomHeaders;
    case download_property::cost_policy:
      return DODownloadProperty_CostPolicy;
    case download_property::security_flags:
      return DODownloadProperty_SecurityFlags;
    case download_property::callback_freq_percent:
      return DODownloadProperty_CallbackFreqPercent;
    case download_property::callback_freq_seconds:
      return DODownloadProperty_CallbackFreqSeconds;
    case download_property::no_progress_timeout_seconds:
      return DODownloadProperty_NoProgressTimeoutSeconds;
    case download_property::use_foreground_priority:
      return DODownloadProperty_ForegroundPriority;
    case download_property::blocking_mode:
      return DODownloadProperty_BlockingMode;
    case download_property::network_token:
      return DODownloadProperty_NetworkToken;
    case download_property::correlation_vector:
      return DODownloadProperty_CorrelationVector;
    case download_property::decryption_info:
      return DODownloadProperty_DecryptionInfo;
    case download_property::integrity_check_info:
      return DODownloadProperty_IntegrityCheckInfo;
    case download_property::integrity_check_mandatory:
      return DODownloadProperty_IntegrityCheckMandatory;
    case download_property::total_size_bytes:
      return DODownloadProperty_TotalSizeBytes;
    case download_property::disallow_on_cellular:
      return DODownloadProperty_DisallowOnCellular;
    case download_property::http_custom_auth_headers:
      return DODownloadProperty_HttpCustomAuthHeaders;
    case download_property::allow_http_to_https_redirect:
      return DODownloadProperty_HttpAllowSecureToNonSecureRedirect;
    case download_property::non_volatile:
      return DODownloadProperty_NonVolatile;
  }
  return std::nullopt;
}

HRESULT Manager(ComPtr<IDOManager>* manager) {
  return convoy::delivery_optimization::CreateDoManager(
      CLSID_DeliveryOptimization, IID_IDOManager,
      reinterpret_cast<void**>(manager->ReleaseAndGetAddressOf()));
}

// The downloads of an enumeration, in `category` or all.
HRESULT Enumerate(const DO_DOWNLOAD_ENUM_CATEGORY* category,
                  std::vector<std::unique_ptr<details::IDownload>>* found) {
  ComPtr<IDOManager> manager;
  HRESULT result = Manager(&manager);
  ComPtr<IEnumUnknown> all;
  if (SUCCEEDED(result)) {
    result = manager->EnumDownloads(category, all.GetAddressOf());
  }
  if (FAILED(result)) return result;
  ComPtr<IUnknown> one;
  while (all->Next(1, one.ReleaseAndGetAddressOf(), nullptr) == S_OK) {
    ComPtr<IDODownload> download;
    result = one.As(&download);
    if (FAILED(result)) return result;
    found->push_back(std::make_unique<details::IDownload>(download));
  }
  return found->empty() ? errc::no_downloads : S_OK;
}

// It may still become TRANSFERRED without a call.
bool IsUnderWay(const download_status& status) {
  return status.state() == download_state::created ||
         status.state() == download_state::transferring ||
         status.is_transient_error();
}

}  // namespace

download::download() = default;
download::~download() = default;

std::error_code download::make(const std::string& uri,
                               std::unique_ptr<download>& out) noexcept {
  out.reset();
  ComPtr<IDOManager> manager;
  HRESULT result = Manager(&manager);
  ComPtr<IDODownload> made;
  if (SUCCEEDED(result)) {
    result = manager->CreateDownload(made.GetAddressOf());
  }
  if (FAILED(result)) return make_error_code(result);
  std::unique_ptr<download> created(new download());
  created->_download = std::make_unique<details::IDownload>(std::move(made));
  const std::error_code error =
      created->set_property(download_property::uri, uri);
  if (!error) out = std::move(created);
  return error;
}

std::error_code download::make(const std::string& uri,
                               const std::string& downloadFilePath,
                               std::unique_ptr<download>& out) noexcept {
  std::error_code error = make(uri, out);
  if (error) return error;
  error = out->set_property(download_property::download_file_path,
                            downloadFilePath);
  if (error) out.reset();
  return error;
}

std::error_code download::start() noexcept {
  return make_error_code(_download->Start());
}
std::error_code download::pause() noexcept {
  return make_error_code(_download->get()->Pause());
}
std::error_code download::resume() noexcept {
  return make_error_code(_download->get()->Start(nullptr));
}
std::error_code download::finalize() noexcept {
  return make_error_code(_download->get()->Finalize());
}
std::error_code download::abort() noexcept {
  return make_error_code(_download->get()->Abort());
}

std::error_code download::get_status(download_status& status) noexcept {
  DO_DOWNLOAD_STATUS now;
  const HRESULT result = _download->get()->GetStatus(&now);
  if (FAILED(result)) return make_error_code(result);
  status = download_status(now.BytesTotal, now.BytesTransferred, now.Error,
                           now.ExtendedError,
                           static_cast<download_state>(now.State));
  return make_error_code(S_OK);
}

std::error_code download::set_status_callback(
    status_callback_t callback) noexcept {
  return make_error_code(
      _download->SetStatusCallback(std::move(callback), *this));
}

std::error_code download::set_output_stream(
    output_stream_callback_t callback) noexcept {
  return make_error_code(_download->SetStream(std::move(callback)));
}

std::error_code download::set_ranges(const download_range* ranges,
                                     std::size_t count) noexcept {
  if (ranges == nullptr || count == 0) {
    return make_error_code(errc::invalid_arg);
  }
  _download->SetRanges(ranges, count);
  return make_error_code(S_OK);
}

std::error_code download::start_and_wait_until_completion(
    std::chrono::seconds timeoutSecs) noexcept {
  const std::atomic_bool never{false};
  return start_and_wait_until_completion(never, timeoutSecs);
}

std::error_code download::start_and_wait_until_completion(
    const std::atomic_bool& isCancelled,
    std::chrono::seconds timeoutSecs) noexcept {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::milliseconds kLongestWait{250};
  const Clock::time_point end = Clock::now() + timeoutSecs;
  std::error_code error = start();
  if (error) return error;
  download_status status;
  std::chrono::milliseconds wait{5};
  while (!(error = get_status(status)) && IsUnderWay(status) && !isCancelled &&
         Clock::now() < end) {
    std::this_thread::sleep_for(wait);
    wait = std::min(2 * wait, kLongestWait);
  }
  if (error) return error;
  if (status.is_complete()) return finalize();
  const std::error_code aborted = abort();
  if (isCancelled)
    return details::make_error_code(std::errc::operation_canceled);
  if (IsUnderWay(status)) return details::make_error_code(std::errc::timed_out);
  return status.is_error() ? status.error_code() : aborted;
}

std::error_code download::download_url_to_path(
    const std::string& uri, const std::string& downloadFilePath,
    std::chrono::seconds timeoutSecs) noexcept {
  const std::atomic_bool never{false};
  return download_url_to_path(uri, downloadFilePath, never, timeoutSecs);
}

std::error_code download::download_url_to_path(
    const std::string& uri, const std::string& downloadFilePath,
    const std::atomic_bool& isCancelled,
    std::chrono::seconds timeoutSecs) noexcept {
  std::unique_ptr<download> made;
  const std::error_code error = make(uri, downloadFilePath, made);
  return error
             ? error
             : made->start_and_wait_until_completion(isCancelled, timeoutSecs);
}

std::error_code download::set_property(
    download_property prop, const download_property_value& value) noexcept {
  const std::optional<DODownloadProperty> property = PropertyOf(prop);
  if (!property.has_value()) return make_error_code(errc::unknown_property_id);
  return make_error_code(_download->get()->SetProperty(
      *property, details::CDownloadImpl::ValueOf(value)));
}

std::error_code download::get_property(
    download_property prop, download_property_value& value) noexcept {
  value = download_property_value();
  const std::optional<DODownloadProperty> property = PropertyOf(prop);
  if (!property.has_value()) return make_error_code(errc::unknown_property_id);
  return make_error_code(_download->get()->GetProperty(
      *property, details::CDownloadImpl::ValueOf(value)));
}

std::error_code download::set_client_cert(const unsigned char* data,
                                          std::size_t size) noexcept {
  if (data == nullptr || size == 0 || size > UINT32_MAX) {
    return make_error_code(errc::invalid_arg);
  }
  details::CDownloadPropertyValueInternal held;
  held.value.parray =
      SafeArrayCreateVector(VT_UI1, 0, static_cast<ULONG>(size));
  if (held.value.parray == nullptr) return make_error_code(E_OUTOFMEMORY);
  held.value.vt = VT_ARRAY | VT_UI1;
  std::memcpy(held.value.parray->pvData, data, size);
  return make_error_code(_download->get()->SetProperty(
      DODownloadProperty_SecurityContext, &held.value));
}

std::error_code download::get_downloads(
    std::vector<std::unique_ptr<download>>& out) noexcept {
  out.clear();
  std::vector<std::unique_ptr<details::IDownload>> found;
  const HRESULT result = Enumerate(nullptr, &found);
  for (std::unique_ptr<details::IDownload>& one : found) {
    out.emplace_back(new download());
    out.back()->_download = std::move(one);
  }
  return make_error_code(result);
}

std::error_code download::get_downloads(
    download_property prop, const std::string& value,
    std::vector<std::unique_ptr<download>>& out) noexcept {
  return get_downloads(prop, convoy::WideFromUtf8(value), out);
}

std::error_code download::get_downloads(
    download_property prop, const std::wstring& value,
    std::vector<std::unique_ptr<download>>& out) noexcept {
  out.clear();
  const std::optional<DODownloadProperty> property = PropertyOf(prop);
  if (!property.has_value()) return make_error_code(errc::invalid_arg);
  const DO_DOWNLOAD_ENUM_CATEGORY category = {*property, value.c_str()};
  std::vector<std::unique_ptr<details::IDownload>> found;
  const HRESULT result = Enumerate(&category, &found);
  for (std::unique_ptr<details::IDownload>& one : found) {
    out.emplace_back(new download());
    out.back()->_download = std::move(one);
  }
  return make_error_code(result);
}

bool download_status::is_error() const noexcept { return _errorCode != 0; }

bool download_status::is_transient_error() const noexcept {
  return _state == download_state::paused && _errorCode == 0 &&
         _extendedErrorCode != 0;
}

bool download_status::is_complete() const noexcept {
  return _state == download_state::transferred;
}

std::error_code download_status::error_code() const noexcept {
  return make_error_code(_errorCode);
}

std::error_code download_status::extended_error_code() const noexcept {
  return make_error_code(_extendedErrorCode);
}

}  // namespace deliveryoptimization
}  // namespace microsoft
