#ifndef CONVOY_CLIENT_COM_MESSAGES_H_
#define CONVOY_CLIENT_COM_MESSAGES_H_

#include <memory>

namespace convoy {

// The messages of a thread (winuser.h). Lives on when the thread has ended, and
// takes no message then.
class MessageQueue;

// Where a message goes that this thread posts to itself: its own queue, which
// the first call makes, or that of its MessageRedirect.
std::shared_ptr<MessageQueue> MessagesOfThisThread();

// While a callback of the program is called: what it posts to its own thread
// goes to `queue`, that of the thread that had set the callback. At most one at
// a time on a thread.
class MessageRedirect {
 public:
  explicit MessageRedirect(std::shared_ptr<MessageQueue> queue);
  ~MessageRedirect();
  MessageRedirect(const MessageRedirect&) = delete;
  MessageRedirect& operator=(const MessageRedirect&) = delete;
};

}  // namespace convoy

#endif  // CONVOY_CLIENT_COM_MESSAGES_H_
