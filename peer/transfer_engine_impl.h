#ifndef CONVOY_PEER_TRANSFER_ENGINE_IMPL_H_
#define CONVOY_PEER_TRANSFER_ENGINE_IMPL_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "peer/base/clock.h"
#include "peer/base/executor.h"
#include "peer/cache_hosts.h"
#include "peer/content_rules.h"
#include "peer/file_worker.h"
#include "peer/origin_transport.h"
#include "peer/swarm.h"
#include "peer/swarm_transfer.h"
#include "peer/target_file.h"
#include "peer/transfer_engine.h"

namespace convoy {

// The engine over any transport, executor and file worker. What a transfer does
// happens on the engine's executor; Start and a Transfer's destructor only post
// to it.
class TransferEngineImpl final {
 public:
  struct Parts {  // Not owned.
    OriginTransport* transport;
    // Of the transport.
    Executor* executor;
    FileWorker* worker;
    const Clock* clock;
    int max_connections_per_file = 4;
    // Null: files come by plain HTTP.
    Swarm* swarm = nullptr;
    ContentRegistry* registry = nullptr;
    CacheHosts* cache_hosts = nullptr;  // Null: none.
    const ContentSettings* content_settings = nullptr;
    // How a transfer's target becomes a TargetFile.
    std::function<std::shared_ptr<TargetFile>(UniqueFd)> open_target =
        OpenTargetFile;
  };

  explicit TransferEngineImpl(Parts parts);
  // REQUIRES: no Transfer is left, and the executor will run nothing that they
  // posted: StopAll was called, or it has stopped.
  ~TransferEngineImpl();

  // TransferEngine::Start.
  std::unique_ptr<Transfer> Start(TransferSpec spec, TransferObserver* observer,
                                  Executor* executor);
  // Of files that begin from now on. REQUIRES: on the executor.
  void SetMaxConnectionsPerFile(int most) { *max_connections_per_file_ = most; }
  // Ends what transfers there are, without a word to their observers. REQUIRES:
  // on the executor.
  void StopAll();

 private:
  class Handle;
  // By number; touched on the executor only.
  using Running = std::map<std::uint64_t, std::unique_ptr<Transfer>>;

  const Parts parts_;
  const std::shared_ptr<Running> running_;
  const std::shared_ptr<int> max_connections_per_file_;
  std::uint64_t last_number_ = 0;  // Callers of Start are one at a time.
};

}  // namespace convoy

#endif  // CONVOY_PEER_TRANSFER_ENGINE_IMPL_H_
