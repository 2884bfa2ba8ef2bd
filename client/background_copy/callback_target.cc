#include "client/background_copy/callback_target.h"

namespace convoy::background_copy {
namespace {

// Empty if the object does not offer it.
template <typename Interface>
Microsoft::WRL::ComPtr<Interface> Ask(IUnknown* object, REFIID riid) {
  Microsoft::WRL::ComPtr<Interface> answer;
  void* found = nullptr;
  if (SUCCEEDED(object->QueryInterface(riid, &found))) {
    answer.Attach(static_cast<Interface*>(found));
  }
  return answer;
}

}  // namespace

HRESULT CallbackTarget::Of(IUnknown* object, CallbackTarget* target) {
  // Before any QueryInterface: its Release would destroy an object that was
  // made with a count of 0.
  target->object = object;
  target->messages = MessagesOfThisThread();
  target->callback3 =
      Ask<IBackgroundCopyCallback3>(object, IID_IBackgroundCopyCallback3);
  target->callback2 =
      Ask<IBackgroundCopyCallback2>(object, IID_IBackgroundCopyCallback2);
  target->callback =
      Ask<IBackgroundCopyCallback>(object, IID_IBackgroundCopyCallback);
  if (target->callback == nullptr) target->callback = target->callback2.Get();
  if (target->callback == nullptr) target->callback = target->callback3.Get();
  return target->callback == nullptr ? E_NOINTERFACE : S_OK;
}

HRESULT CallbackTarget::OfValidation(IUnknown* object, CallbackTarget* target) {
  target->object = object;
  target->messages = MessagesOfThisThread();
  target->validation = Ask<IBackgroundCopyServerCertificateValidationCallback>(
      object, IID_IBackgroundCopyServerCertificateValidationCallback);
  return target->validation == nullptr ? E_NOINTERFACE : S_OK;
}

}  // namespace convoy::background_copy
