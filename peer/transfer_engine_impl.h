#ifndef CONVOY_PEER_TRANSFER_ENGINE_IMPL_H_
#define CONVOY_PEER_TRANSFER_ENGINE_IMPL_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "peer/base/clock.h"
#include "peer/base/executor.h"
#include "peer/file_worker.h"
#include "peer/origin_transport.h"
#include "peer/target_file.h"
#include "peer/transfer_engine.h"

namespace convoy {

// The engine over any transport, executor and file worker. What a transfer does
// happens on the engine's executor; Start and a Transfer's destructor only post
// to it.
class TransferEngineImpl final : public TransferEngine {
 public:
  struct Parts {  // Not owned.
    OriginTransport* transport;
    // Of the transport.
    Executor* executor;
    FileWorker* worker;
    const Clock* clock;
    int max_connections_per_file = 4;
    // How a transfer's target becomes a TargetFile.
    std::function<std::shared_ptr<TargetFile>(UniqueFd)> open_target =
        OpenTargetFile;
  };

  explicit TransferEngineImpl(Parts parts);
  // REQUIRES: no Transfer is left, and the executor will run nothing that they
  // posted: StopAll was called, or it has stopped.
  ~TransferEngineImpl() override;

  std::unique_ptr<Transfer> Start(TransferSpec spec, TransferObserver* observer,
                                  Executor* executor) override;
  // Ends what transfers there are, without a word to their observers. REQUIRES:
  // on the executor.
  void StopAll();

 private:
  class Handle;
  // By number; touched on the executor only.
  using Running = std::map<std::uint64_t, std::unique_ptr<Transfer>>;

  const Parts parts_;
  const std::shared_ptr<Running> running_;
  std::uint64_t last_number_ = 0;  // Callers of Start are one at a time.
};

}  // namespace convoy

#endif  // CONVOY_PEER_TRANSFER_ENGINE_IMPL_H_
