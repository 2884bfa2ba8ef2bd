#include "peer/curl_transport.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "peer/curl_easy.h"
#include "peer/curl_request.h"
#include "peer/curl_sockets.h"

namespace convoy {
namespace {

constexpr absl::Duration kGatherPatience = absl::Milliseconds(250);
// The limits may have changed in the meantime.
constexpr absl::Duration kLongestThrottle = absl::Milliseconds(200);

}  // namespace

// Requests by id, and for each host a queue for its connections. libcurl's own
// queue is not used: it is one for all hosts, and a full host at its head holds
// up the others.
class CurlTransport::Impl final : public CurlRequest::Owner {
 public:
  Impl(CurlLoop* loop, const HttpLimits& limits, const Clock& clock,
       RateLimiter* limiter)
      : loop_(*loop), limits_(limits), clock_(clock), limiter_(*limiter) {}

  void SetLowEffortBackground(bool low_effort) {
    low_effort_background_ = low_effort;
  }

  void SetLimits(const HttpLimits& limits);
  RequestId Start(OriginRequest request, OriginResponseHandler* handler);
  void Cancel(RequestId id);
  void SetPaused(RequestId id, bool paused);

 private:
  struct Entry {
    std::unique_ptr<CurlRequest> request;
    // The host that it waits for, or runs at. Empty: none.
    std::string place;
    bool runs = false;
  };
  // One scheme, host and port.
  struct Host {
    int running = 0;
    std::deque<RequestId> waiting;
  };
  // What waits for the limiter, of one class of traffic, from origins or
  // elsewhere.
  struct Throttled {
    TrafficClass traffic;
    TrafficFrom from;
    std::deque<RequestId> waiting = {};
    bool timer_set = false;
  };

  Entry* Find(RequestId id);
  // Runs `action` in a task of its own, outside of libcurl, if the request is
  // still there then.
  template <typename Action>
  void PostFor(RequestId id, Action action);

  void Begin(Entry* entry);
  void Enqueue(Entry* entry);
  void LaunchWaiting(const std::string& origin);
  // Gives up the place at a host.
  void Leave(Entry* entry);
  void OnExchangeEnd(CurlRequest* request, absl::Status status) override;
  void OnBytesHeld(CurlRequest* request) override;
  void OnThrottled(CurlRequest* request) override;
  void OnGathering(CurlRequest* request) override;
  void LookAfter(RequestId id);
  void StartTimer(Throttled* throttled);
  void ReleaseThrottled(Throttled* throttled);
  // Ends a request that was cancelled.
  void Forget(Entry* entry);
  // REQUIRES: it has no place.
  void Finish(Entry* entry, absl::Status status);

  CurlLoop& loop_;
  HttpLimits limits_;
  const Clock& clock_;
  RateLimiter& limiter_;
  const CurlShare share_;
  CurlSockets sockets_;
  std::atomic<bool> low_effort_background_{false};

  RequestId last_id_ = 0;
  Throttled throttled_[4] = {
      {TrafficClass::kForeground, TrafficFrom::kOrigin},
      {TrafficClass::kForeground, TrafficFrom::kElsewhere},
      {TrafficClass::kBackground, TrafficFrom::kOrigin},
      {TrafficClass::kBackground, TrafficFrom::kElsewhere}};
  std::unordered_map<std::string, Host> hosts_;
  std::unordered_map<RequestId, Entry> requests_;
};

void CurlTransport::Impl::SetLimits(const HttpLimits& limits) {
  limits_ = limits;
  std::vector<std::string> origins;
  for (const auto& [origin, host] : hosts_) origins.push_back(origin);
  for (const std::string& origin : origins) LaunchWaiting(origin);
}

OriginTransport::RequestId CurlTransport::Impl::Start(
    OriginRequest request, OriginResponseHandler* handler) {
  const RequestId id = ++last_id_;
  const CurlRequest::Environment environment = {&loop_,
                                                &limits_,
                                                &clock_,
                                                &share_,
                                                &sockets_,
                                                &limiter_,
                                                &low_effort_background_};
  requests_[id].request = std::make_unique<CurlRequest>(
      id, std::move(request), handler, environment, this);
  PostFor(id, [this](Entry* entry) { Begin(entry); });
  return id;
}

void CurlTransport::Impl::Cancel(RequestId id) {
  Entry* const entry = Find(id);
  if (entry == nullptr || entry->request->handler() == nullptr) return;
  entry->request->Detach();
  PostFor(id, [this](Entry* cancelled) { Forget(cancelled); });
}

void CurlTransport::Impl::SetPaused(RequestId id, bool paused) {
  Entry* const entry = Find(id);
  if (entry == nullptr) return;
  entry->request->SetPaused(paused);
  PostFor(id, [](Entry* changed) { changed->request->ApplyPause(); });
}

CurlTransport::Impl::Entry* CurlTransport::Impl::Find(RequestId id) {
  const auto found = requests_.find(id);
  return found == requests_.end() ? nullptr : &found->second;
}

template <typename Action>
void CurlTransport::Impl::PostFor(RequestId id, Action action) {
  loop_.Post([this, id, action] {
    if (Entry* const entry = Find(id)) action(entry);
  });
}

void CurlTransport::Impl::Begin(Entry* entry) {
  if (entry->request->handler() == nullptr) return;
  if (absl::Status status = entry->request->Open(); !status.ok()) {
    Finish(entry, std::move(status));
  } else {
    Enqueue(entry);
  }
}

void CurlTransport::Impl::Enqueue(Entry* entry) {
  entry->place = entry->request->url().origin();
  hosts_[entry->place].waiting.push_back(entry->request->id());
  LaunchWaiting(std::string(entry->place));
}

void CurlTransport::Impl::LaunchWaiting(const std::string& origin) {
  const auto found = hosts_.find(origin);
  if (found == hosts_.end()) return;
  Host& host = found->second;
  while (!host.waiting.empty() &&
         host.running < limits_.max_connections_per_host) {
    Entry* const entry = Find(host.waiting.front());
    host.waiting.pop_front();
    if (absl::Status status = entry->request->Launch(); status.ok()) {
      entry->runs = true;
      ++host.running;
    } else {
      entry->place.clear();
      Finish(entry, std::move(status));
    }
  }
  if (host.waiting.empty() && host.running == 0) hosts_.erase(found);
}

void CurlTransport::Impl::Leave(Entry* entry) {
  if (entry->place.empty()) return;
  const std::string origin = std::move(entry->place);
  entry->place.clear();
  Host& host = hosts_[origin];
  if (entry->runs) {
    entry->runs = false;
    --host.running;
  } else {
    const auto found = std::find(host.waiting.begin(), host.waiting.end(),
                                 entry->request->id());
    if (found != host.waiting.end()) host.waiting.erase(found);
  }
  LaunchWaiting(origin);
}

void CurlTransport::Impl::OnExchangeEnd(CurlRequest* request,
                                        absl::Status status) {
  Entry* const entry = Find(request->id());
  Leave(entry);
  if (request->handler() == nullptr) return;  // Its end is posted.
  if (request->redirected()) {
    Enqueue(entry);
  } else {
    Finish(entry, std::move(status));
  }
}

void CurlTransport::Impl::OnBytesHeld(CurlRequest* request) {
  PostFor(request->id(), [](Entry* entry) { entry->request->DeliverHeld(); });
}

void CurlTransport::Impl::OnThrottled(CurlRequest* request) {
  for (Throttled& throttled : throttled_) {
    if (throttled.traffic != request->traffic() ||
        throttled.from != request->from()) {
      continue;
    }
    throttled.waiting.push_back(request->id());
    StartTimer(&throttled);
  }
}

void CurlTransport::Impl::OnGathering(CurlRequest* request) {
  LookAfter(request->id());
}

// What was waited for may not come.
void CurlTransport::Impl::LookAfter(RequestId id) {
  loop_.PostAfter(kGatherPatience, [this, id] {
    Entry* const entry = Find(id);
    if (entry != nullptr && entry->request->StillGathers()) LookAfter(id);
  });
}

void CurlTransport::Impl::StartTimer(Throttled* throttled) {
  if (throttled->waiting.empty() || throttled->timer_set) return;
  throttled->timer_set = true;
  loop_.PostAfter(std::min(limiter_.Wait(throttled->traffic, throttled->from),
                           kLongestThrottle),
                  [this, throttled] {
                    throttled->timer_set = false;
                    ReleaseThrottled(throttled);
                  });
}

// In turn, as long as bytes may come: who takes his and wants more is the last
// one again.
void CurlTransport::Impl::ReleaseThrottled(Throttled* throttled) {
  std::deque<RequestId>& waiting = throttled->waiting;
  for (std::size_t count = waiting.size();
       count > 0 && limiter_.Wait(throttled->traffic, throttled->from) ==
                        absl::ZeroDuration();
       --count) {
    Entry* const entry = Find(waiting.front());
    waiting.pop_front();
    if (entry != nullptr) entry->request->TryAgain();
  }
  StartTimer(throttled);
}

void CurlTransport::Impl::Forget(Entry* entry) {
  entry->request->Withdraw();  // Before its place is given to another.
  Leave(entry);
  requests_.erase(entry->request->id());
}

void CurlTransport::Impl::Finish(Entry* entry, absl::Status status) {
  OriginResponseHandler* const handler = entry->request->handler();
  requests_.erase(entry->request->id());
  if (handler != nullptr) handler->OnDone(std::move(status));
}

CurlTransport::CurlTransport(CurlLoop* loop, const HttpLimits& limits,
                             const Clock& clock, RateLimiter* limiter)
    : impl_(std::make_unique<Impl>(loop, limits, clock, limiter)) {}

CurlTransport::~CurlTransport() = default;

void CurlTransport::SetLimits(const HttpLimits& limits) {
  impl_->SetLimits(limits);
}

void CurlTransport::SetLowEffortBackground(bool low_effort) {
  impl_->SetLowEffortBackground(low_effort);
}

OriginTransport::RequestId CurlTransport::Start(
    OriginRequest request, OriginResponseHandler* handler) {
  return impl_->Start(std::move(request), handler);
}

void CurlTransport::Cancel(RequestId id) { impl_->Cancel(id); }

void CurlTransport::SetPaused(RequestId id, bool paused) {
  impl_->SetPaused(id, paused);
}

}  // namespace convoy
