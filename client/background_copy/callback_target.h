#ifndef CONVOY_CLIENT_BACKGROUND_COPY_CALLBACK_TARGET_H_
#define CONVOY_CLIENT_BACKGROUND_COPY_CALLBACK_TARGET_H_

#include <bits.h>
#include <wrl/client.h>

#include <memory>

#include "client/com/messages.h"

namespace convoy::background_copy {

// What SetNotifyInterface or SetServerCertificateValidationInterface was given:
// the object, and the callback interfaces that it offers.
struct CallbackTarget {
  // E_NOINTERFACE if it offers none. REQUIRES: not NULL. The object's count may
  // be 0.
  static HRESULT Of(IUnknown* object, CallbackTarget* target);
  // Likewise, of `validation` alone.
  static HRESULT OfValidation(IUnknown* object, CallbackTarget* target);

  Microsoft::WRL::ComPtr<IUnknown> object;
  // Where messages go that it posts when it is called: to the thread that asked
  // for this.
  std::shared_ptr<MessageQueue> messages;
  Microsoft::WRL::ComPtr<IBackgroundCopyCallback> callback;
  Microsoft::WRL::ComPtr<IBackgroundCopyCallback2> callback2;  // Or empty.
  Microsoft::WRL::ComPtr<IBackgroundCopyCallback3> callback3;  // Or empty.
  // Instead of all of these.
  Microsoft::WRL::ComPtr<IBackgroundCopyServerCertificateValidationCallback>
      validation;
};

}  // namespace convoy::background_copy

#endif  // CONVOY_CLIENT_BACKGROUND_COPY_CALLBACK_TARGET_H_
