#ifndef CONVOY_PEER_FAKE_ORIGIN_TRANSPORT_H_
#define CONVOY_PEER_FAKE_ORIGIN_TRANSPORT_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "peer/base/executor.h"
#include "peer/origin_transport.h"
#include "proto/error_detail.h"

namespace convoy {

// A remote file, and how well its origin does HTTP.
struct FakeRemoteFile {
  std::string content;
  std::string etag;
  std::string last_modified;
  bool serves_ranges = true;
  bool tells_length = true;
  bool honours_if_range = true;
  std::vector<HttpHeader> headers = {};  // More of them.
};

// What goes wrong with one answer.
struct FakeOriginFault {
  // Instead of 200 or 206; no body.
  int status = 0;
  std::optional<absl::Duration> retry_after;
  // Not OK: no head comes, only this.
  absl::Status fails_at_once;
  // So many bytes of the body come, then `ends_with`. -1: all.
  std::int64_t body_bytes = -1;
  absl::Status ends_with;
  // The head is changed before it is sent.
  std::function<void(OriginResponseHead*)> edit_head;
  // Comes behind the body.
  std::string more_body;
};

// Origins in memory, served on a test's executor. One thread.
class FakeOriginTransport final : public OriginTransport {
 public:
  // Not owned.
  explicit FakeOriginTransport(Executor& executor) : executor_(executor) {}

  static absl::Status Closed() {
    return Error(v1::ERROR_REASON_CONNECTION_CLOSED,
                 v1::ERROR_CONTEXT_GENERAL_TRANSPORT)
        .Retryable()
        .Status("the connection broke");
  }

  // Other URLs answer 404.
  void SetFile(const std::string& url, FakeRemoteFile file) {
    files_[url] = std::make_shared<const FakeRemoteFile>(std::move(file));
  }
  // For the next request of `url` that has none yet.
  void AddFault(const std::string& url, FakeOriginFault fault) {
    faults_[url].push_back(std::move(fault));
  }
  // The connection breaks after so many bytes of a body.
  void BreakAfter(const std::string& url, std::int64_t body_bytes) {
    FakeOriginFault fault;
    fault.body_bytes = body_bytes;
    fault.ends_with = Closed();
    AddFault(url, std::move(fault));
  }
  // Bytes a second of one connection, and of all together. 0: no limit.
  void SetRates(std::int64_t connection, std::int64_t all) {
    connection_rate_ = connection;
    link_rate_ = all;
  }
  void SetChunk(std::int64_t bytes) { chunk_ = bytes; }

  // All so far.
  const std::vector<OriginRequest>& requests() const { return requests_; }
  // Under way.
  int active() const { return static_cast<int>(exchanges_.size()); }
  int most_active() const { return most_active_; }
  std::int64_t sent_bytes() const { return sent_bytes_; }

  RequestId Start(OriginRequest request,
                  OriginResponseHandler* handler) override {
    requests_.push_back(request);
    const RequestId id = ++last_id_;
    Exchange exchange;
    exchange.handler = handler;
    Answer(request, &exchange);
    exchanges_.emplace(id, std::move(exchange));
    most_active_ = std::max(most_active_, active());
    executor_.Post([this, id] { SendHead(id); });
    return id;
  }
  void Cancel(RequestId id) override {
    const auto found = exchanges_.find(id);
    if (found == exchanges_.end()) return;
    executor_.CancelTimer(found->second.timer);
    exchanges_.erase(found);
  }
  void SetPaused(RequestId id, bool paused) override {
    const auto found = exchanges_.find(id);
    if (found == exchanges_.end() || found->second.paused == paused) return;
    found->second.paused = paused;
    if (!paused && found->second.waits_for_unpause) {
      found->second.waits_for_unpause = false;
      executor_.Post([this, id] { SendBody(id); });
    }
  }

 private:
  struct Exchange {
    OriginResponseHandler* handler = nullptr;
    FakeOriginFault fault;
    OriginResponseHead head;
    // Not owned by the exchange alone: a handler may cancel it.
    std::shared_ptr<const std::string> content;
    absl::string_view body;  // Of `content`, what is not sent yet.
    bool paused = false;
    bool waits_for_unpause = false;
    Executor::TimerId timer = 0;
  };

  void Answer(const OriginRequest& request, Exchange* exchange) {
    std::deque<FakeOriginFault>& faults = faults_[request.url];
    if (!faults.empty()) {
      exchange->fault = std::move(faults.front());
      faults.pop_front();
    }
    OriginResponseHead& head = exchange->head;
    head.effective_url = request.url;
    head.retry_after = exchange->fault.retry_after;
    const auto found = files_.find(request.url);
    head.status = found == files_.end() ? 404 : 200;
    if (exchange->fault.status != 0) head.status = exchange->fault.status;
    if (head.status == 200) Serve(found->second, request, exchange);
    if (exchange->fault.edit_head) exchange->fault.edit_head(&head);
    if (exchange->fault.body_bytes >= 0) {
      exchange->body = exchange->body.substr(
          0, static_cast<std::size_t>(exchange->fault.body_bytes));
    }
    if (!exchange->fault.more_body.empty()) {
      exchange->content = std::make_shared<const std::string>(
          std::string(exchange->body) + exchange->fault.more_body);
      exchange->body = *exchange->content;
    }
  }

  static void Serve(const std::shared_ptr<const FakeRemoteFile>& shared,
                    const OriginRequest& request, Exchange* exchange) {
    const FakeRemoteFile& file = *shared;
    exchange->content =
        std::shared_ptr<const std::string>(shared, &file.content);
    OriginResponseHead& head = exchange->head;
    const auto size = static_cast<std::int64_t>(file.content.size());
    head.validator = Validator{file.etag, file.last_modified};
    head.headers = file.headers;
    if (!file.etag.empty()) head.headers.push_back({"ETag", file.etag});
    const bool other_version =
        file.honours_if_range && !request.if_range.empty() &&
        request.if_range != file.etag && request.if_range != file.last_modified;
    if (!request.range || !file.serves_ranges || other_version) {
      exchange->body = file.content;
      if (file.tells_length) head.content_length = size;
      return;
    }
    head.complete_length = size;
    const ByteRange& asked = *request.range;
    if (asked.offset >= size) {
      head.status = 416;
      exchange->body = "beyond the end";
      return;
    }
    head.status = 206;
    const std::int64_t end =
        asked.length == ByteRange::kToEnd ? size : std::min(size, asked.end());
    head.content_range = ByteRange{asked.offset, end - asked.offset};
    head.content_length = end - asked.offset;
    exchange->body = absl::string_view(file.content)
                         .substr(static_cast<std::size_t>(asked.offset),
                                 static_cast<std::size_t>(end - asked.offset));
  }

  void SendHead(RequestId id) {
    const auto found = exchanges_.find(id);
    if (found == exchanges_.end()) return;
    Exchange& exchange = found->second;
    if (!exchange.fault.fails_at_once.ok()) {
      return Finish(id, exchange.fault.fails_at_once);
    }
    const absl::Status status = exchange.handler->OnHead(exchange.head);
    if (!status.ok()) return Finish(id, status);
    SendBody(id);
  }

  void SendBody(RequestId id) {
    const auto found = exchanges_.find(id);
    if (found == exchanges_.end()) return;
    Exchange& exchange = found->second;
    if (exchange.paused) {
      exchange.waits_for_unpause = true;
      return;
    }
    const absl::string_view bytes =
        exchange.body.substr(0, static_cast<std::size_t>(Step()));
    if (bytes.empty()) return Finish(id, exchange.fault.ends_with);
    exchange.body.remove_prefix(bytes.size());
    sent_bytes_ += static_cast<std::int64_t>(bytes.size());
    const std::shared_ptr<const std::string> keep = exchange.content;
    const absl::Status status = exchange.handler->OnBody(bytes);
    if (!status.ok()) return Finish(id, status);
    if (exchanges_.count(id) == 0) return;
    if (limited()) {
      exchange.timer = executor_.PostAfter(kTick, [this, id] { SendBody(id); });
    } else {
      executor_.Post([this, id] { SendBody(id); });
    }
  }

  void Finish(RequestId id, absl::Status status) {
    const auto found = exchanges_.find(id);
    if (found == exchanges_.end()) return;
    OriginResponseHandler* const handler = found->second.handler;
    exchanges_.erase(found);
    handler->OnDone(std::move(status));
  }

  bool limited() const { return connection_rate_ > 0 || link_rate_ > 0; }
  // Bytes of the next chunk.
  std::int64_t Step() const {
    if (!limited()) return chunk_;
    std::int64_t rate = connection_rate_;
    const std::int64_t share = link_rate_ / std::max(1, active());
    if (rate == 0 || (link_rate_ > 0 && share < rate)) rate = share;
    return std::max<std::int64_t>(1, rate / (absl::Seconds(1) / kTick));
  }

  static constexpr absl::Duration kTick = absl::Milliseconds(50);

  Executor& executor_;
  std::map<std::string, std::shared_ptr<const FakeRemoteFile>> files_;
  std::map<std::string, std::deque<FakeOriginFault>> faults_;
  std::int64_t connection_rate_ = 0;
  std::int64_t link_rate_ = 0;
  std::int64_t chunk_ = 64 << 10;
  std::vector<OriginRequest> requests_;
  std::map<RequestId, Exchange> exchanges_;
  RequestId last_id_ = 0;
  int most_active_ = 0;
  std::int64_t sent_bytes_ = 0;
};

}  // namespace convoy

#endif  // CONVOY_PEER_FAKE_ORIGIN_TRANSPORT_H_
