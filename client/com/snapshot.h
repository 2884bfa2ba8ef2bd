#ifndef CONVOY_CLIENT_COM_SNAPSHOT_H_
#define CONVOY_CLIENT_COM_SNAPSHOT_H_

#include <wrl/client.h>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "peer/base/mutex.h"

namespace convoy {

// What COM's enumerators do: goes through the elements that were there when it
// was made. Thread-safe.
template <typename Element>
class Snapshot {
 public:
  using Elements = std::vector<Microsoft::WRL::ComPtr<Element>>;

  explicit Snapshot(Elements elements, std::size_t position = 0)
      : elements_(std::move(elements)), position_(position) {}

  // S_FALSE: fewer than `count` were left. E_INVALIDARG: a pointer is missing;
  // `fetched` may be NULL where `count` is 1.
  HRESULT Next(ULONG count, Element** elements, ULONG* fetched) {
    if (elements == nullptr || (fetched == nullptr && count != 1)) {
      return E_INVALIDARG;
    }
    MutexLock lock(&mutex_);
    const std::size_t given =
        std::min<std::size_t>(count, elements_.size() - position_);
    for (std::size_t i = 0; i < given; ++i) {
      elements_[position_++].CopyTo(&elements[i]);
    }
    if (fetched != nullptr) *fetched = static_cast<ULONG>(given);
    return given == count ? S_OK : S_FALSE;
  }

  HRESULT Skip(ULONG count) {
    MutexLock lock(&mutex_);
    const std::size_t left = elements_.size() - position_;
    position_ += std::min<std::size_t>(count, left);
    return count <= left ? S_OK : S_FALSE;
  }

  HRESULT Reset() {
    MutexLock lock(&mutex_);
    position_ = 0;
    return S_OK;
  }

  std::size_t position() const {
    MutexLock lock(&mutex_);
    return position_;
  }
  const Elements& elements() const { return elements_; }

 private:
  const Elements elements_;
  mutable Mutex mutex_;
  std::size_t position_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace convoy

#endif  // CONVOY_CLIENT_COM_SNAPSHOT_H_
