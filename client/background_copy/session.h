#ifndef CONVOY_CLIENT_BACKGROUND_COPY_SESSION_H_
#define CONVOY_CLIENT_BACKGROUND_COPY_SESSION_H_

#include <memory>
#include <string>

#include "client/background_copy/callback_hub.h"
#include "client/background_copy/file_streams.h"
#include "client/client_options.h"
#include "client/job_client.h"

namespace convoy::background_copy {

// A daemon, as the objects of this process see it: the connection, the thread
// of the callbacks, the streams. Thread-safe.
class Session {
 public:
  // Of the daemon that DefaultSocketPath() names now. One for each socket; it
  // lives as long as the process, because callbacks may outlive all objects.
  static Session& Get();

  const JobClient& client() const { return client_; }
  // By which the daemon knows this process' watch of all jobs (CallbackHub).
  const std::string& watcher_id() const { return watcher_id_; }
  CallbackHub& callbacks() { return callbacks_; }
  FileStreams& streams() { return streams_; }

 private:
  explicit Session(const ClientOptions& options);

  const JobClient client_;
  const std::string watcher_id_;
  CallbackHub callbacks_;
  FileStreams streams_;
};

}  // namespace convoy::background_copy

#endif  // CONVOY_CLIENT_BACKGROUND_COPY_SESSION_H_
