#ifndef CONVOY_CLIENT_BACKGROUND_COPY_COM_OBJECT_H_
#define CONVOY_CLIENT_BACKGROUND_COPY_COM_OBJECT_H_

#include <unknwn.h>

#include <atomic>

namespace convoy::background_copy {

// AddRef and Release of an object with these interfaces. It begins with one
// reference, its maker's. Thread-safe.
template <typename... Interfaces>
class ComObject : public Interfaces... {
 public:
  ComObject(const ComObject&) = delete;
  ComObject& operator=(const ComObject&) = delete;

  ULONG STDMETHODCALLTYPE AddRef() final { return ++references_; }
  ULONG STDMETHODCALLTYPE Release() final {
    const ULONG left = --references_;
    if (left == 0) delete this;
    return left;
  }

 protected:
  ComObject() = default;
  virtual ~ComObject() = default;

 private:
  std::atomic<ULONG> references_{1};
};

// True if `riid` is the id of one of these interfaces.
template <typename... Interfaces>
bool IsOneOf(REFIID riid) {
  return ((riid == __uuidof(Interfaces)) || ...);
}

}  // namespace convoy::background_copy

#endif  // CONVOY_CLIENT_BACKGROUND_COPY_COM_OBJECT_H_
