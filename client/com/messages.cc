// The messages of threads, without windows.
#include "client/com/messages.h"

#include <errhandlingapi.h>
#include <processthreadsapi.h>
#include <sysinfoapi.h>
#include <winuser.h>

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "client/com/waitable.h"
#include "peer/base/mutex.h"

namespace convoy {

// Windows' bound.
constexpr std::size_t kMaxMessages = 10000;

// All methods are called with HandleTable's lock.
class MessageQueue {
 public:
  // ERROR_SUCCESS, or why the message is not taken.
  DWORD Post(const MSG& message) {
    if (is_closed_) return ERROR_INVALID_THREAD_ID;
    if (messages_.size() >= kMaxMessages) return ERROR_NOT_ENOUGH_QUOTA;
    messages_.push_back(message);
    is_new_ = true;
    return ERROR_SUCCESS;
  }
  void Quit(int exit_code) {
    if (is_closed_) return;
    exit_code_ = exit_code;
    is_new_ = true;
  }
  void Close() {
    is_closed_ = true;
    messages_.clear();
    exit_code_.reset();
  }

  bool empty() const { return messages_.empty() && !exit_code_.has_value(); }
  // Something was posted since the thread looked.
  bool is_new() const { return is_new_; }
  void set_seen() { is_new_ = false; }

  // The next message from `first` to `last`, or WM_QUIT; nullopt: none.
  std::optional<MSG> Look(UINT first, UINT last, bool remove) {
    is_new_ = false;
    const auto found =
        std::find_if(messages_.begin(), messages_.end(), [&](const MSG& one) {
          return (first == 0 && last == 0) ||
                 (one.message >= first && one.message <= last);
        });
    MSG message = {};
    if (found != messages_.end()) {
      message = *found;
      if (remove) messages_.erase(found);
      return message;
    }
    if (!exit_code_.has_value()) return std::nullopt;
    message.message = WM_QUIT;
    message.wParam = static_cast<WPARAM>(*exit_code_);
    message.time = GetTickCount();
    if (remove) exit_code_.reset();
    return message;
  }

 private:
  std::deque<MSG> messages_;
  std::optional<int> exit_code_;
  bool is_new_ = false;
  bool is_closed_ = false;
};

namespace {

struct Registry {
  Mutex mutex;
  std::map<DWORD, std::shared_ptr<MessageQueue>> queues ABSL_GUARDED_BY(mutex);
};

// Never destroyed: threads may end after it would be.
Registry& TheRegistry() {
  static Registry& registry = *new Registry;
  return registry;
}

// A thread's queue, known by its id from the first call of Get to the thread's
// end.
class ThreadMessages {
 public:
  ~ThreadMessages() {
    if (queue_ == nullptr) return;
    {
      Registry& registry = TheRegistry();
      MutexLock lock(&registry.mutex);
      registry.queues.erase(id_);
    }
    HandleTable::Get().Locked([this] { queue_->Close(); });
  }
  const std::shared_ptr<MessageQueue>& Get() {
    if (queue_ == nullptr) {
      queue_ = std::make_shared<MessageQueue>();
      id_ = GetCurrentThreadId();
      Registry& registry = TheRegistry();
      MutexLock lock(&registry.mutex);
      registry.queues[id_] = queue_;
    }
    return queue_;
  }

 private:
  DWORD id_ = 0;
  std::shared_ptr<MessageQueue> queue_;
};

thread_local ThreadMessages own_messages;
thread_local std::shared_ptr<MessageQueue> redirected;

// Empty: the thread is not known.
std::shared_ptr<MessageQueue> MessagesOf(DWORD thread) {
  if (thread == GetCurrentThreadId()) return MessagesOfThisThread();
  Registry& registry = TheRegistry();
  MutexLock lock(&registry.mutex);
  const auto found = registry.queues.find(thread);
  return found == registry.queues.end() ? nullptr : found->second;
}

BOOL Post(const std::shared_ptr<MessageQueue>& queue, UINT message,
          WPARAM wparam, LPARAM lparam) {
  DWORD code = ERROR_INVALID_THREAD_ID;
  if (queue != nullptr) {
    const MSG posted = {nullptr, message, wparam, lparam, GetTickCount(), {}};
    HandleTable::Get().Locked([&] { code = queue->Post(posted); });
  }
  if (code != ERROR_SUCCESS) SetLastError(code);
  return code == ERROR_SUCCESS ? TRUE : FALSE;
}

// All windows of a thread (NULL), or its own messages alone (-1): the same.
bool IsWindowOfThread(HWND window) {
  if (window == nullptr || window == INVALID_HANDLE_VALUE) return true;
  SetLastError(ERROR_INVALID_WINDOW_HANDLE);
  return false;
}

// A wait for a message that fits.
class MessageWait final : public Waitable {
 public:
  MessageWait(UINT first, UINT last, bool remove, MSG* to)
      : queue_(own_messages.Get()),
        first_(first),
        last_(last),
        remove_(remove),
        to_(to) {}
  bool IsSet() override {
    return queue_->Look(first_, last_, false).has_value();
  }
  void Take() override { *to_ = *queue_->Look(first_, last_, remove_); }

 private:
  const std::shared_ptr<MessageQueue> queue_;
  const UINT first_;
  const UINT last_;
  const bool remove_;
  MSG* const to_;
};

// A wait for messages, which stay.
class InputWait final : public Waitable {
 public:
  InputWait(bool wakes, bool also_seen)
      : queue_(own_messages.Get()), wakes_(wakes), also_seen_(also_seen) {}
  bool IsSet() override {
    return wakes_ && !queue_->empty() && (also_seen_ || queue_->is_new());
  }
  void Take() override { queue_->set_seen(); }

 private:
  const std::shared_ptr<MessageQueue> queue_;
  const bool wakes_;
  const bool also_seen_;
};

}  // namespace

std::shared_ptr<MessageQueue> MessagesOfThisThread() {
  return redirected != nullptr ? redirected : own_messages.Get();
}

MessageRedirect::MessageRedirect(std::shared_ptr<MessageQueue> queue) {
  redirected = std::move(queue);
}
MessageRedirect::~MessageRedirect() { redirected = nullptr; }

}  // namespace convoy

using convoy::HandleTable;

BOOL GetMessageW(LPMSG message, HWND window, UINT first, UINT last) {
  if (!convoy::IsWindowOfThread(window)) return -1;
  HandleTable::Get().Wait(
      {}, false, absl::InfiniteDuration(),
      std::make_shared<convoy::MessageWait>(first, last, true, message));
  return message->message == WM_QUIT ? FALSE : TRUE;
}
BOOL GetMessageA(LPMSG message, HWND window, UINT first, UINT last) {
  return GetMessageW(message, window, first, last);
}

BOOL PeekMessageW(LPMSG message, HWND window, UINT first, UINT last,
                  UINT remove) {
  if (!convoy::IsWindowOfThread(window)) return FALSE;
  const std::optional<int> ended = HandleTable::Get().Wait(
      {}, false, absl::ZeroDuration(),
      std::make_shared<convoy::MessageWait>(
          first, last, (remove & PM_REMOVE) != 0, message));
  return ended == 0 ? TRUE : FALSE;
}
BOOL PeekMessageA(LPMSG message, HWND window, UINT first, UINT last,
                  UINT remove) {
  return PeekMessageW(message, window, first, last, remove);
}

BOOL TranslateMessage(const MSG*) { return FALSE; }
LRESULT DispatchMessageW(const MSG*) { return 0; }
LRESULT DispatchMessageA(const MSG*) { return 0; }

BOOL WaitMessage() {
  HandleTable::Get().Wait({}, false, absl::InfiniteDuration(),
                          std::make_shared<convoy::InputWait>(true, false));
  return TRUE;
}

BOOL PostMessageW(HWND window, UINT message, WPARAM wparam, LPARAM lparam) {
  if (window != nullptr) {
    SetLastError(ERROR_INVALID_WINDOW_HANDLE);
    return FALSE;
  }
  return convoy::Post(convoy::MessagesOfThisThread(), message, wparam, lparam);
}
BOOL PostMessageA(HWND window, UINT message, WPARAM wparam, LPARAM lparam) {
  return PostMessageW(window, message, wparam, lparam);
}
BOOL PostThreadMessageW(DWORD thread, UINT message, WPARAM wparam,
                        LPARAM lparam) {
  return convoy::Post(convoy::MessagesOf(thread), message, wparam, lparam);
}
BOOL PostThreadMessageA(DWORD thread, UINT message, WPARAM wparam,
                        LPARAM lparam) {
  return PostThreadMessageW(thread, message, wparam, lparam);
}
void PostQuitMessage(int exit_code) {
  const auto queue = convoy::MessagesOfThisThread();
  HandleTable::Get().Locked([&] { queue->Quit(exit_code); });
}

DWORD MsgWaitForMultipleObjectsEx(DWORD count, const HANDLE* handles,
                                  DWORD milliseconds, DWORD wake, DWORD flags) {
  if (count >= MAXIMUM_WAIT_OBJECTS || (count > 0 && handles == nullptr)) {
    SetLastError(ERROR_INVALID_PARAMETER);
    return WAIT_FAILED;
  }
  std::vector<HANDLE> objects;
  if (count > 0) objects.assign(handles, handles + count);
  const std::optional<int> ended = HandleTable::Get().Wait(
      objects, (flags & MWMO_WAITALL) != 0,
      milliseconds == INFINITE ? absl::InfiniteDuration()
                               : absl::Milliseconds(milliseconds),
      std::make_shared<convoy::InputWait>(
          (wake & (QS_POSTMESSAGE | QS_ALLPOSTMESSAGE)) != 0,
          (flags & MWMO_INPUTAVAILABLE) != 0));
  if (!ended.has_value()) {
    SetLastError(ERROR_INVALID_HANDLE);
    return WAIT_FAILED;
  }
  return *ended < 0 ? WAIT_TIMEOUT : WAIT_OBJECT_0 + *ended;
}
DWORD MsgWaitForMultipleObjects(DWORD count, const HANDLE* handles, BOOL all,
                                DWORD milliseconds, DWORD wake) {
  return MsgWaitForMultipleObjectsEx(count, handles, milliseconds, wake,
                                     all ? MWMO_WAITALL : 0);
}
