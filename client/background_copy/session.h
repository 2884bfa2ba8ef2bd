#ifndef CONVOY_CLIENT_BACKGROUND_COPY_SESSION_H_
#define CONVOY_CLIENT_BACKGROUND_COPY_SESSION_H_

#include <memory>
#include <string>

#include "client/background_copy/callback_hub.h"
#include "client/client_options.h"
#include "client/job_client.h"

namespace convoy::background_copy {

// A daemon, as the objects of this process see it: the connection, and the
// thread of the callbacks. Thread-safe.
class Session {
 public:
  // Of the daemon that DefaultSocketPath() names now. One for each socket; it
  // lives as long as the process, because callbacks may outlive all objects.
  static Session& Get();

  const JobClient& client() const { return client_; }
  CallbackHub& callbacks() { return callbacks_; }

 private:
  explicit Session(const ClientOptions& options);

  const JobClient client_;
  CallbackHub callbacks_;
};

}  // namespace convoy::background_copy

#endif  // CONVOY_CLIENT_BACKGROUND_COPY_SESSION_H_
