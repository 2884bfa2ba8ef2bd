#ifndef CONVOY_CLIENT_COM_WAITABLE_H_
#define CONVOY_CLIENT_COM_WAITABLE_H_

#include <winnt.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "peer/base/mutex.h"

namespace convoy {

// Something that WaitForSingleObject waits for: an event, a mutex, a semaphore,
// a timer, a thread. All methods are called with HandleTable's lock.
class Waitable {
 public:
  virtual ~Waitable() = default;
  // Whether a wait of this thread ends now.
  virtual bool IsSet() = 0;
  // What the end of a wait takes: REQUIRES: IsSet().
  virtual void Take() {}
  // How long until it may become set by itself.
  virtual absl::Duration UntilSet() { return absl::InfiniteDuration(); }
};

// The handles of this process and all waits for them. One lock and one
// condition serve all: a change wakes every waiting thread, which looks at its
// own objects again.
class HandleTable {
 public:
  // Never destroyed.
  static HandleTable& Get();

  HANDLE Add(std::shared_ptr<Waitable> object) ABSL_LOCKS_EXCLUDED(mutex_);
  // False: no such handle.
  bool Close(HANDLE handle) ABSL_LOCKS_EXCLUDED(mutex_);
  // Changes the object if it is a T: calls `change(T&)`, which returns what
  // this returns. False: no such handle.
  template <typename T, typename Change>
  bool With(HANDLE handle, const Change& change) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(&mutex_);
    const auto found = handles_.find(handle);
    T* const object = found == handles_.end()
                          ? nullptr
                          : dynamic_cast<T*>(found->second.get());
    if (object == nullptr) {
      return false;
    }
    const bool result = change(*object);
    changed_.NotifyAll();
    return result;
  }
  // Changes an object whose handle may be closed.
  template <typename Change>
  void Locked(const Change& change) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(&mutex_);
    change();
    changed_.NotifyAll();
  }
  // The index of the object that ended the wait (0 with `all`), -1 when the
  // time is over; nullopt: a handle is none. `last` is waited for too, with the
  // index after the handles'; it may be NULL.
  std::optional<int> Wait(const std::vector<HANDLE>& handles, bool all,
                          absl::Duration time,
                          std::shared_ptr<Waitable> last = nullptr)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // A handle of what `choose` makes of the living object of that name, or of
  // NULL; the name is then that object's. NULL where it answers NULL.
  template <typename Choose>
  HANDLE AddNamed(const std::wstring& name, const Choose& choose)
      ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(&mutex_);
    const auto found = names_.find(name);
    const std::shared_ptr<Waitable> chosen =
        choose(found == names_.end() ? nullptr : found->second.lock());
    return chosen == nullptr ? nullptr : InsertNamed(name, chosen);
  }

 private:
  HandleTable() = default;
  HANDLE Insert(std::shared_ptr<Waitable> object)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  HANDLE InsertNamed(const std::wstring& name, std::shared_ptr<Waitable> object)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Mutex mutex_;
  CondVar changed_;
  std::map<HANDLE, std::shared_ptr<Waitable>> handles_ ABSL_GUARDED_BY(mutex_);
  // Names of objects that are gone are removed when another one comes.
  std::map<std::wstring, std::weak_ptr<Waitable>> names_
      ABSL_GUARDED_BY(mutex_);
  std::uintptr_t next_ ABSL_GUARDED_BY(mutex_) = 4;
};

}  // namespace convoy

#endif  // CONVOY_CLIENT_COM_WAITABLE_H_
