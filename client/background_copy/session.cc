#include "client/background_copy/session.h"

#include <map>
#include <utility>

#include "client/socket_path.h"
#include "peer/base/mutex.h"

namespace convoy::background_copy {

Session& Session::Get() {
  static Mutex& mutex = *new Mutex;
  static auto& sessions = *new std::map<std::string, Session*>;
  ClientOptions options;
  options.socket_path = DefaultSocketPath();
  MutexLock lock(&mutex);
  Session*& session = sessions[options.socket_path];
  if (session == nullptr) session = new Session(options);
  return *session;
}

Session::Session(const ClientOptions& options)
    : client_(options),
      watcher_id_(NewRequestId()),
      callbacks_(*this),
      streams_(*this) {}

}  // namespace convoy::background_copy
