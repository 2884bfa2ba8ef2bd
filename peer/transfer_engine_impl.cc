#include "peer/transfer_engine_impl.h"

#include <utility>

#include "peer/base/unique_fd.h"
#include "peer/content_transfer.h"
#include "peer/http_transfer.h"
#include "peer/local_copy.h"
#include "peer/transfer_reporter.h"

namespace convoy {

class TransferEngineImpl::Handle final : public Transfer {
 public:
  Handle(std::uint64_t number, std::shared_ptr<ObserverLink> link,
         std::shared_ptr<Running> running, Executor* executor)
      : number_(number),
        link_(std::move(link)),
        running_(std::move(running)),
        executor_(executor) {}
  void CheckpointForgotten() override {
    executor_->Post([running = running_, number = number_] {
      const auto found = running->find(number);
      if (found != running->end()) found->second->CheckpointForgotten();
    });
  }
  ~Handle() override {
    link_->Cut();
    executor_->Post([running = std::move(running_), number = number_] {
      running->erase(number);
    });
  }

 private:
  const std::uint64_t number_;
  const std::shared_ptr<ObserverLink> link_;
  std::shared_ptr<Running> running_;
  Executor* const executor_;
};

TransferEngineImpl::TransferEngineImpl(Parts parts)
    : parts_(std::move(parts)),
      running_(std::make_shared<Running>()),
      max_connections_per_file_(
          std::make_shared<int>(parts_.max_connections_per_file)) {}

TransferEngineImpl::~TransferEngineImpl() = default;

std::unique_ptr<Transfer> TransferEngineImpl::Start(TransferSpec spec,
                                                    TransferObserver* observer,
                                                    Executor* executor) {
  const std::uint64_t number = ++last_number_;
  auto link = std::make_shared<ObserverLink>(observer, executor);
  parts_.executor->Post([parts = parts_, most = max_connections_per_file_,
                         running = running_, number, link,
                         spec = std::move(spec)]() mutable {
    parts.max_connections_per_file = *most;
    std::shared_ptr<TargetFile> file =
        parts.open_target(std::move(spec.target));
    if (spec.source.valid()) {
      UniqueFd source = std::move(spec.source);
      auto copy = std::make_unique<LocalCopy>(
          LocalCopy::Parts{parts.executor, parts.worker, parts.clock},
          std::move(spec), std::move(source), std::move(file), std::move(link));
      LocalCopy* const begun = copy.get();
      running->emplace(number, std::move(copy));
      return begun->Start();
    }
    if (parts.swarm != nullptr && !spec.only_wanted) {
      auto transfer = std::make_unique<ContentTransfer>(
          ContentTransfer::Parts{
              {parts.transport, parts.executor, parts.worker, parts.clock,
               parts.max_connections_per_file, parts.swarm, parts.registry,
               parts.cache_hosts},
              parts.content_settings},
          std::move(spec), std::move(file), std::move(link));
      ContentTransfer* const begun = transfer.get();
      running->emplace(number, std::move(transfer));
      return begun->Start();
    }
    CacheHosts* const cache_hosts =
        spec.only_wanted ? nullptr : parts.cache_hosts;
    auto transfer = std::make_unique<HttpTransfer>(
        HttpTransfer::Parts{parts.transport, parts.executor, parts.worker,
                            parts.clock, parts.max_connections_per_file,
                            cache_hosts},
        std::move(spec), std::move(file), std::move(link),
        std::vector<PeerUse>(), FoundContent());
    HttpTransfer* const begun = transfer.get();
    running->emplace(number, std::move(transfer));
    begun->Start();
  });
  return std::make_unique<Handle>(number, std::move(link), running_,
                                  parts_.executor);
}

void TransferEngineImpl::StopAll() { running_->clear(); }

}  // namespace convoy
