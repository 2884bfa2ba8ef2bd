#ifndef CONVOY_CLIENT_BACKGROUND_COPY_SNAPSHOT_ENUM_H_
#define CONVOY_CLIENT_BACKGROUND_COPY_SNAPSHOT_ENUM_H_

#include <cstddef>
#include <utility>

#include "client/background_copy/com_object.h"
#include "client/com/snapshot.h"

namespace convoy::background_copy {

// IEnumBackgroundCopyFiles and IEnumBackgroundCopyJobs: goes through the
// elements that were there when it was made. Thread-safe.
template <typename Enum, typename Element>
class SnapshotEnum final : public ComObject<Enum> {
 public:
  using Elements = typename Snapshot<Element>::Elements;

  explicit SnapshotEnum(Elements elements, std::size_t position = 0)
      : snapshot_(std::move(elements), position) {}

  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID riid,
                                           void** object) override {
    if (object == nullptr) return E_POINTER;
    *object = nullptr;
    if (!IsOneOf<IUnknown, Enum>(riid)) return E_NOINTERFACE;
    *object = static_cast<Enum*>(this);
    this->AddRef();
    return S_OK;
  }

  HRESULT STDMETHODCALLTYPE Next(ULONG count, Element** elements,
                                 ULONG* fetched) override {
    return snapshot_.Next(count, elements, fetched);
  }
  HRESULT STDMETHODCALLTYPE Skip(ULONG count) override {
    return snapshot_.Skip(count);
  }
  HRESULT STDMETHODCALLTYPE Reset() override { return snapshot_.Reset(); }

  HRESULT STDMETHODCALLTYPE Clone(Enum** copy) override {
    if (copy == nullptr) return E_INVALIDARG;
    *copy = new SnapshotEnum(snapshot_.elements(), snapshot_.position());
    return S_OK;
  }

  HRESULT STDMETHODCALLTYPE GetCount(ULONG* count) override {
    if (count == nullptr) return E_INVALIDARG;
    *count = static_cast<ULONG>(snapshot_.elements().size());
    return S_OK;
  }

 private:
  Snapshot<Element> snapshot_;
};

}  // namespace convoy::background_copy

#endif  // CONVOY_CLIENT_BACKGROUND_COPY_SNAPSHOT_ENUM_H_
