#ifndef CONVOY_CLIENT_DO_CLIENT_PROPERTY_VALUE_H_
#define CONVOY_CLIENT_DO_CLIENT_PROPERTY_VALUE_H_

#include <oleauto.h>

namespace microsoft {
namespace deliveryoptimization {
namespace details {

// What a download_property_value holds: a VARIANT of its own.
class CDownloadPropertyValueInternal {
 public:
  CDownloadPropertyValueInternal() { VariantInit(&value); }
  ~CDownloadPropertyValueInternal() { VariantClear(&value); }
  CDownloadPropertyValueInternal(const CDownloadPropertyValueInternal&) =
      delete;
  CDownloadPropertyValueInternal& operator=(
      const CDownloadPropertyValueInternal&) = delete;

  VARIANT value;
};

}  // namespace details
}  // namespace deliveryoptimization
}  // namespace microsoft

#endif  // CONVOY_CLIENT_DO_CLIENT_PROPERTY_VALUE_H_
