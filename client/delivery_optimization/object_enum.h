#ifndef CONVOY_CLIENT_DELIVERY_OPTIMIZATION_OBJECT_ENUM_H_
#define CONVOY_CLIENT_DELIVERY_OPTIMIZATION_OBJECT_ENUM_H_

#include <objidl.h>
#include <wrl/implements.h>

#include <cstddef>
#include <utility>

#include "client/com/snapshot.h"

namespace convoy::delivery_optimization {

// IEnumUnknown over the objects that were there when it was made. Thread-safe.
class ObjectEnum final
    : public Microsoft::WRL::RuntimeClass<
          Microsoft::WRL::RuntimeClassFlags<Microsoft::WRL::ClassicCom>,
          IEnumUnknown> {
 public:
  using Objects = Snapshot<IUnknown>::Elements;

  explicit ObjectEnum(Objects objects, std::size_t position = 0)
      : snapshot_(std::move(objects), position) {}

  HRESULT STDMETHODCALLTYPE Next(ULONG count, IUnknown** objects,
                                 ULONG* fetched) override {
    return snapshot_.Next(count, objects, fetched);
  }
  HRESULT STDMETHODCALLTYPE Skip(ULONG count) override {
    return snapshot_.Skip(count);
  }
  HRESULT STDMETHODCALLTYPE Reset() override { return snapshot_.Reset(); }
  HRESULT STDMETHODCALLTYPE Clone(IEnumUnknown** copy) override {
    if (copy == nullptr) return E_INVALIDARG;
    *copy = Microsoft::WRL::Make<ObjectEnum>(snapshot_.elements(),
                                             snapshot_.position())
                .Detach();
    return S_OK;
  }

 private:
  Snapshot<IUnknown> snapshot_;
};

}  // namespace convoy::delivery_optimization

#endif  // CONVOY_CLIENT_DELIVERY_OPTIMIZATION_OBJECT_ENUM_H_
