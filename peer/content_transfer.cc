#include "peer/content_transfer.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "peer/cache_hosts.h"
#include "peer/content_rules.h"
#include "peer/http_transfer.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

// An origin that could not be asked for a byte: would plain HTTP fare no
// better?
bool SaysAll(const absl::Status& probe_error) {
  if (probe_error.ok()) return false;
  switch (ErrorDetailOf(probe_error).reason()) {
    case v1::ERROR_REASON_INVALID_SERVER_RESPONSE:
    case v1::ERROR_REASON_CONNECTION_CLOSED:
    case v1::ERROR_REASON_TIMEOUT:
      return false;
    default:
      return true;
  }
}

}  // namespace

ContentTransfer::ContentTransfer(const Parts& parts, TransferSpec spec,
                                 std::shared_ptr<TargetFile> file,
                                 std::shared_ptr<ObserverLink> link)
    : parts_(parts),
      spec_(std::move(spec)),
      file_(std::move(file)),
      link_(std::move(link)) {}

ContentTransfer::~ContentTransfer() {
  parts_.swarm.executor->CancelTimer(timer_);
}

void ContentTransfer::Start() {
  started_ = parts_.swarm.clock->Monotonic();
  if (const std::string& method = spec_.http->method; !method.empty()) {
    return StartPlain(absl::StrCat("the job asks by ", method), "job");
  }
  const CacheHosts* const cache_hosts = parts_.swarm.cache_hosts;
  ContentQuery query = ContentQuery::Of(spec_);
  query.needs_identity = cache_hosts != nullptr && cache_hosts->configured() &&
                         WhyNeverCached(spec_).empty();
  finder_ = std::make_unique<ContentFinder>(
      ContentFinder::Parts{parts_.swarm.transport, parts_.swarm.executor,
                           parts_.swarm.clock},
      std::move(query), *parts_.settings,
      [this](FoundContent found) { OnFound(std::move(found)); });
  finder_->Start();
}

void ContentTransfer::CheckpointForgotten() {
  if (transfer_ != nullptr) transfer_->CheckpointForgotten();
}

void ContentTransfer::OnFound(FoundContent found) {
  found_ = found;
  if (!found.error.ok()) return End(std::move(found.error), std::nullopt);
  if (found.manifest == nullptr) {
    // Asked once more, it would say the same, and may have asked to be spared.
    if (spec_.urls.size() == 1 && SaysAll(found.probe_error) &&
        !CacheHostsMayHaveIt()) {
      return End(std::move(found.probe_error), found.retry_after);
    }
    return StartPlain(std::move(found.refused), std::move(found.policy));
  }
  StartSwarm(std::move(found));
}

bool ContentTransfer::CacheHostsMayHaveIt() const {
  const CacheHosts* const cache_hosts = parts_.swarm.cache_hosts;
  const bool checked = !spec_.expected_sha256.empty() ||
                       spec_.cache_host_delay == absl::InfiniteDuration();
  return cache_hosts != nullptr && cache_hosts->configured() &&
         WhyNeverCached(spec_).empty() && checked &&
         ErrorDetailOf(found_.probe_error).retryable();
}

void ContentTransfer::End(absl::Status status,
                          std::optional<absl::Duration> retry_after) {
  TransferEnd end;
  end.status = std::move(status);
  end.retry_after = retry_after;
  ObserverLink::SendEnd(link_, std::move(end));
}

void ContentTransfer::StartSwarm(FoundContent found) {
  auto swarm = std::make_unique<SwarmTransfer>(
      parts_.swarm, spec_, std::move(found), file_, link_,
      [this](std::string reason) { OnSwarmGaveUp(std::move(reason)); });
  SwarmTransfer* const begun = swarm.get();
  transfer_ = std::move(swarm);
  begun->Start();
}

void ContentTransfer::OnSwarmGaveUp(std::string reason) {
  transfer_.reset();
  found_.manifest = nullptr;
  if (spec_.proof_demand != ProofDemand::kNone && found_.sha256.empty()) {
    return End(
        UnprovenError(
            spec_.proof_demand, spec_.urls[0],
            absl::StrCat("nothing vouches for the bytes any more: ", reason)),
        std::nullopt);
  }
  // Whatever checkpoint was told speaks of the swarm's pieces: it is made void.
  if (spec_.checkpoint.empty()) spec_.checkpoint = "of a swarm";
  StartPlain(std::move(reason), "");
}

void ContentTransfer::StartPlain(std::string reason, std::string policy) {
  std::vector<PeerUse> peers;
  for (const PeerKind kind :
       {PeerKind::kLan, PeerKind::kGroup, PeerKind::kInternet}) {
    PeerUse use;
    use.kind = kind;
    use.reason = reason;
    use.policy = policy;
    peers.push_back(std::move(use));
  }
  const absl::Duration wait =
      started_ + spec_.plain_delay - parts_.swarm.clock->Monotonic();
  if (wait <= absl::ZeroDuration()) return BeginPlain(std::move(peers));
  timer_ = parts_.swarm.executor->PostAfter(
      wait, [this, peers = std::move(peers)]() mutable {
        timer_ = 0;
        BeginPlain(std::move(peers));
      });
}

void ContentTransfer::BeginPlain(std::vector<PeerUse> peers) {
  auto plain = std::make_unique<HttpTransfer>(
      HttpTransfer::Parts{parts_.swarm.transport, parts_.swarm.executor,
                          parts_.swarm.worker, parts_.swarm.clock,
                          parts_.swarm.max_connections_per_file,
                          parts_.swarm.cache_hosts},
      std::move(spec_), file_, link_, std::move(peers), std::move(found_));
  HttpTransfer* const begun = plain.get();
  transfer_ = std::move(plain);
  begun->Start();
}

}  // namespace convoy
