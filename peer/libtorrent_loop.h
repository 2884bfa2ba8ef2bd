#ifndef CONVOY_PEER_LIBTORRENT_LOOP_H_
#define CONVOY_PEER_LIBTORRENT_LOOP_H_

#include <atomic>
#include <memory>
#include <thread>

#include "absl/time/time.h"
#include "peer/base/executor.h"

namespace boost {
namespace asio {
class io_context;
}  // namespace asio
}  // namespace boost

namespace convoy {

// The swarm's thread: an Executor over the io_context that a libtorrent session
// runs on, so that what is posted meets the session's own objects at once and
// without locks. Rests between batches of handlers, for up to 32 ms. Must
// not be destroyed on its own thread.
class LibtorrentLoop final : public Executor {
 public:
  // Starts the thread.
  LibtorrentLoop();
  // Calls Stop().
  ~LibtorrentLoop() override;
  LibtorrentLoop(const LibtorrentLoop&) = delete;
  LibtorrentLoop& operator=(const LibtorrentLoop&) = delete;

  // Runs until nothing is left to do: the session that ran here must have been
  // aborted. Timers are dropped. Can be called again.
  void Stop();

  void Post(Task task) override;
  TimerId PostAfter(absl::Duration delay, Task task) override;
  void CancelTimer(TimerId id) override;
  bool IsCurrent() const override;

  // So many connections to peers more, or less. On the thread.
  void NoteConnections(int change);

  boost::asio::io_context& context();

 private:
  struct Impl;

  void Run();

  const std::unique_ptr<Impl> impl_;
  std::atomic<TimerId> last_timer_{0};
  std::thread thread_;  // Last: starts when all else is there.
};

}  // namespace convoy

#endif  // CONVOY_PEER_LIBTORRENT_LOOP_H_
