#ifndef CONVOY_CLIENT_DO_CLIENT_DOWNLOAD_IMPL_H_
#define CONVOY_CLIENT_DO_CLIENT_DOWNLOAD_IMPL_H_

#include <deliveryoptimization.h>
#include <wrl/implements.h>

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "client/do_client/do_download.h"

namespace microsoft {
namespace deliveryoptimization {
namespace details {

// Hands statuses to a function, until it is detached. The function may detach
// it, and destroy its download, from inside.
class StatusForwarder final
    : public Microsoft::WRL::RuntimeClass<
          Microsoft::WRL::RuntimeClassFlags<Microsoft::WRL::ClassicCom>,
          IDODownloadStatusCallback> {
 public:
  StatusForwarder(status_callback_t callback, download& owner)
      : callback_(std::move(callback)), owner_(&owner) {}

  HRESULT STDMETHODCALLTYPE OnStatusChange(
      IDODownload* download, const DO_DOWNLOAD_STATUS* status) override;
  // No call afterwards; waits for one that runs on another thread.
  void Detach();

 private:
  std::recursive_mutex mutex_;
  // Not changed: it may be running when it is detached.
  const status_callback_t callback_;
  download* owner_;
};

// An IStream that hands what is written to a function.
class OutputStream final
    : public Microsoft::WRL::RuntimeClass<
          Microsoft::WRL::RuntimeClassFlags<Microsoft::WRL::ClassicCom>,
          ISequentialStream> {
 public:
  explicit OutputStream(output_stream_callback_t callback)
      : callback_(std::move(callback)) {}

  HRESULT STDMETHODCALLTYPE Read(void*, ULONG, ULONG*) override {
    return E_NOTIMPL;
  }
  HRESULT STDMETHODCALLTYPE Write(const void* from, ULONG size,
                                  ULONG* written) override;

 private:
  const output_stream_callback_t callback_;
};

// What a `download` holds.
class IDownload {
 public:
  explicit IDownload(Microsoft::WRL::ComPtr<IDODownload> made)
      : download_(std::move(made)) {}
  ~IDownload();

  IDODownload* get() const { return download_.Get(); }
  void SetRanges(const download_range* ranges, std::size_t count) {
    ranges_.assign(ranges, ranges + count);
  }
  HRESULT Start();
  HRESULT SetStatusCallback(status_callback_t callback, download& owner);
  HRESULT SetStream(output_stream_callback_t callback);

 private:
  HRESULT SetObject(DODownloadProperty property, IUnknown* object);

  const Microsoft::WRL::ComPtr<IDODownload> download_;
  std::vector<download_range> ranges_;
  bool has_stream_ = false;
  std::mutex mutex_;
  Microsoft::WRL::ComPtr<StatusForwarder> forwarder_;
};

}  // namespace details
}  // namespace deliveryoptimization
}  // namespace microsoft

#endif  // CONVOY_CLIENT_DO_CLIENT_DOWNLOAD_IMPL_H_
