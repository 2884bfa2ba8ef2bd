#include "peer/transfer_engine.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "peer/cache_disk.h"
#include "peer/cache_hosts.h"
#include "peer/content_rules.h"
#include "peer/content_shelf.h"
#include "peer/curl_loop.h"
#include "peer/curl_transport.h"
#include "peer/file_worker.h"
#include "peer/group_membership.h"
#include "peer/libtorrent_swarm.h"
#include "peer/origin_questions.h"
#include "peer/rate_limiter.h"
#include "peer/transfer_checkpoint.h"
#include "peer/transfer_engine_impl.h"

namespace convoy {
namespace {

// Flushes of many small files wait together for the disk.
constexpr int kFileThreads = 8;

class Engine final : public TransferEngine {
 public:
  Engine(const HttpLimits& limits, const SwarmSettings& settings,
         std::unique_ptr<CacheDisk> cache, const Clock& clock)
      : group_(settings, clock),
        content_settings_(ContentSettings::Of(settings, group_.group_key())),
        limiter_(clock),
        cache_hosts_(clock),
        loop_(clock),
        transport_(&loop_, limits, clock, &limiter_),
        questions_(&transport_, &loop_),
        workers_(std::make_unique<FileWorkerPool>(kFileThreads)),
        swarm_(LibtorrentSwarm::Make(
            {&loop_, workers_.get(), &clock, &limiter_}, settings, group_)),
        shelf_(
            {&loop_, workers_.get(), &clock, swarm_.get(), &content_settings_},
            settings, std::move(cache)),
        impl_(ImplParts(limits, clock)) {
    loop_.Post([this] { shelf_.Start(); });
  }

  // The swarm ends first: what it posts still finds everything else.
  ~Engine() override {
    loop_.Post([this] {
      questions_.Stop();
      impl_.StopAll();
      shelf_.Stop();
    });
    loop_.Stop();
    swarm_->Stop();
    workers_.reset();  // Before the loop: tasks post to it.
  }

  std::unique_ptr<Transfer> Start(TransferSpec spec, TransferObserver* observer,
                                  Executor* executor) override {
    return impl_.Start(std::move(spec), observer, executor);
  }
  void AskOrigin(
      const std::string& url, std::shared_ptr<const HttpSettings> http,
      Executor* executor,
      absl::AnyInvocable<void(absl::StatusOr<Validator>) &&> answer) override {
    loop_.Post([this, url, http = std::move(http), executor,
                answer = std::move(answer)]() mutable {
      questions_.Ask(
          url, std::move(http),
          [executor, answer = std::move(answer)](
              absl::StatusOr<Validator> validator) mutable {
            executor->Post([answer = std::move(answer),
                            validator = std::move(validator)]() mutable {
              std::move(answer)(std::move(validator));
            });
          });
    });
  }
  void SetSettings(const HttpLimits& limits,
                   const SwarmSettings& swarm) override {
    loop_.Post([this, limits, swarm] {
      transport_.SetLimits(limits);
      impl_.SetMaxConnectionsPerFile(limits.max_connections_per_file);
      content_settings_.Update(swarm);
      swarm_->SetSettings(swarm);
      shelf_.SetSettings(swarm);
    });
  }
  void SetBandwidth(const BandwidthLimits& limits) override {
    limiter_.SetLimits(limits.foreground, limits.background);
    limiter_.SetOriginLimit(limits.origin);
    transport_.SetLowEffortBackground(limits.low_effort_background);
    swarm_->SetLimits(limits);
  }
  void SetCacheHosts(const CacheHostSettings& settings) override {
    loop_.Post([this, settings] { cache_hosts_.Set(settings); });
  }
  void SetOnVpn(bool on_vpn) override {
    loop_.Post([this, on_vpn] { cache_hosts_.SetOnVpn(on_vpn); });
  }
  std::int64_t OutsideBytes() const override { return limiter_.total(); }
  DelayHistogram::Counts Delays() const override {
    return loop_.delays().Read();
  }
  std::vector<ByteRange> FlushedRanges(
      const std::string& checkpoint) const override {
    std::vector<ByteRange> ranges;
    const auto read = TransferCheckpoint::Decode(checkpoint);
    if (!read.has_value()) return ranges;
    for (const PieceSpan& span : read->flushed) {
      ranges.push_back(read->layout.RangeOf(span));
    }
    return ranges;
  }
  PeerBytes Uploaded() const override { return swarm_->Uploaded(); }
  Contents& contents() override { return shelf_; }

 private:
  TransferEngineImpl::Parts ImplParts(const HttpLimits& limits,
                                      const Clock& clock) {
    TransferEngineImpl::Parts parts;
    parts.transport = &transport_;
    parts.executor = &loop_;
    parts.worker = workers_.get();
    parts.clock = &clock;
    parts.max_connections_per_file = limits.max_connections_per_file;
    parts.swarm = swarm_.get();
    parts.registry = &shelf_;
    parts.cache_hosts = &cache_hosts_;
    parts.content_settings = &content_settings_;
    return parts;
  }

  const GroupMembership group_;
  ContentSettings content_settings_;  // On the loop.
  RateLimiter limiter_;
  CacheHosts cache_hosts_;
  CurlLoop loop_;
  CurlTransport transport_;
  OriginQuestions questions_;
  std::unique_ptr<FileWorkerPool> workers_;
  const std::unique_ptr<LibtorrentSwarm> swarm_;
  ContentShelf shelf_;
  TransferEngineImpl impl_;
};

}  // namespace

std::unique_ptr<TransferEngine> MakeTransferEngine(
    const HttpLimits& limits, const SwarmSettings& swarm,
    std::unique_ptr<CacheDisk> cache, const Clock& clock) {
  return std::make_unique<Engine>(limits, swarm, std::move(cache), clock);
}

}  // namespace convoy
