#include "peer/transfer_engine.h"

#include <utility>

#include "peer/curl_loop.h"
#include "peer/curl_transport.h"
#include "peer/file_worker.h"
#include "peer/transfer_engine_impl.h"

namespace convoy {
namespace {

// Flushes of many small files wait together for the disk.
constexpr int kFileThreads = 8;

class CurlTransferEngine final : public TransferEngine {
 public:
  CurlTransferEngine(const HttpLimits& limits, const Clock& clock)
      : loop_(clock),
        transport_(&loop_, limits, clock),
        workers_(std::make_unique<FileWorkerPool>(kFileThreads)),
        impl_({&transport_, &loop_, workers_.get(), &clock,
               limits.max_connections_per_file, OpenTargetFile}) {}

  ~CurlTransferEngine() override {
    loop_.Post([this] { impl_.StopAll(); });
    loop_.Stop();
    workers_.reset();  // Before the loop: tasks post to it.
  }

  std::unique_ptr<Transfer> Start(TransferSpec spec, TransferObserver* observer,
                                  Executor* executor) override {
    return impl_.Start(std::move(spec), observer, executor);
  }

 private:
  CurlLoop loop_;
  CurlTransport transport_;
  std::unique_ptr<FileWorkerPool> workers_;
  TransferEngineImpl impl_;
};

}  // namespace

std::unique_ptr<TransferEngine> MakeTransferEngine(const HttpLimits& limits,
                                                   const Clock& clock) {
  return std::make_unique<CurlTransferEngine>(limits, clock);
}

}  // namespace convoy
