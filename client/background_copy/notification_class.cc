#include "client/background_copy/notification_class.h"

#include <objbase.h>
#include <unistd.h>
#include <wrl/client.h>

#include <optional>
#include <string>
#include <utility>

#include "client/background_copy/callback_target.h"
#include "client/background_copy/guid_text.h"
#include "client/background_copy/job_notes.h"
#include "client/background_copy/session.h"

namespace convoy::background_copy {

CLSID NotificationClassOf(const v1::Job& job) {
  return GuidOfText(Note(job, kNotificationClassNote).value_or(""));
}

void SetNotificationClass(REFCLSID clsid, v1::Job* job) {
  SetNote(kNotificationClassNote,
          clsid == GUID_NULL ? std::nullopt
                             : std::optional<std::string>(TextOfGuid(clsid)),
          job);
}

void NotifyByClass(const JobAccess& access, const v1::Job& job) {
  const CLSID clsid = NotificationClassOf(job);
  CallbackHub& callbacks = access.session().callbacks();
  if (clsid == GUID_NULL || job.owner().uid() != geteuid() ||
      callbacks.Find(CallbackHub::Kind::kEvents, access.id()) != nullptr) {
    return;
  }
  Microsoft::WRL::ComPtr<IUnknown> object;
  CallbackTarget target;
  if (FAILED(CoCreateInstance(
          clsid, nullptr, CLSCTX_ALL, IID_IUnknown,
          reinterpret_cast<void**>(object.ReleaseAndGetAddressOf()))) ||
      FAILED(CallbackTarget::Of(object.Get(), &target))) {
    return;
  }
  callbacks.SetIfNone(CallbackHub::Kind::kEvents, access, std::move(target));
}

}  // namespace convoy::background_copy
