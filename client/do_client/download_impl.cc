#include "client/do_client/download_impl.h"

#include <new>

namespace microsoft {
namespace deliveryoptimization {
namespace details {

using Microsoft::WRL::ComPtr;
using Microsoft::WRL::Make;

HRESULT StatusForwarder::OnStatusChange(IDODownload*,
                                        const DO_DOWNLOAD_STATUS* status) {
  std::lock_guard<std::recursive_mutex> lock(mutex_);
  if (owner_ == nullptr) return S_OK;
  download_status told(status->BytesTotal, status->BytesTransferred,
                       status->Error, status->ExtendedError,
                       static_cast<download_state>(status->State));
  callback_(*owner_, told);
  return S_OK;
}

void StatusForwarder::Detach() {
  std::lock_guard<std::recursive_mutex> lock(mutex_);
  owner_ = nullptr;
}

HRESULT OutputStream::Write(const void* from, ULONG size, ULONG* written) {
  const std::error_code error =
      callback_(static_cast<const unsigned char*>(from), size);
  if (!error) {
    if (written != nullptr) *written = size;
    return S_OK;
  }
  return error.value() < 0 ? error.value() : E_FAIL;
}

IDownload::~IDownload() {
  if (forwarder_ == nullptr) return;
  SetObject(DODownloadProperty_CallbackInterface, nullptr);
  forwarder_->Detach();
}

HRESULT IDownload::Start() {
  std::vector<download_range> ranges = ranges_;
  if (ranges.empty() && has_stream_) ranges.push_back({0, length_to_eof});
  // The structure ends with one range of many.
  std::vector<UINT64> space((sizeof(DO_DOWNLOAD_RANGES_INFO) +
                             ranges.size() * sizeof(DO_DOWNLOAD_RANGE)) /
                            sizeof(UINT64));
  auto* const info = new (space.data()) DO_DOWNLOAD_RANGES_INFO;
  info->RangeCount = static_cast<UINT>(ranges.size());
  DO_DOWNLOAD_RANGE* to = info->Ranges;
  for (const download_range& range : ranges) {
    *to++ = {range.offset, range.length};
  }
  return download_->Start(info);
}

HRESULT IDownload::SetStatusCallback(status_callback_t callback,
                                     download& owner) {
  ComPtr<StatusForwarder> next;
  if (callback) next = Make<StatusForwarder>(std::move(callback), owner);
  ComPtr<StatusForwarder> old;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    old = std::exchange(forwarder_, next);
  }
  if (old != nullptr) old->Detach();
  return SetObject(DODownloadProperty_CallbackInterface, next.Get());
}

HRESULT IDownload::SetStream(output_stream_callback_t callback) {
  has_stream_ = static_cast<bool>(callback);
  ComPtr<OutputStream> stream;
  if (callback) stream = Make<OutputStream>(std::move(callback));
  return SetObject(DODownloadProperty_StreamInterface, stream.Get());
}

HRESULT IDownload::SetObject(DODownloadProperty property, IUnknown* object) {
  VARIANT value;
  VariantInit(&value);
  value.vt = VT_UNKNOWN;
  value.punkVal = object;
  return download_->SetProperty(property, &value);
}

}  // namespace details
}  // namespace deliveryoptimization
}  // namespace microsoft
