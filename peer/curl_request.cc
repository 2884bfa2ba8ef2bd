#include "peer/curl_request.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "peer/base/status_macros.h"
#include "peer/base/url_pattern.h"
#include "peer/http_headers.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

// The body of a redirect is read up to here, so that the connection can be used
// again; more costs more than a new connection.
constexpr std::size_t kMaxSkippedBytes = 64 * 1024;

// libcurl gives a body in parts of 16 KiB and less, cut anywhere. Handed on up
// to the next multiple of this, they cost the file system half as much: whole
// pages, several at a time. Still larger ones gain nothing.
constexpr std::size_t kHandOnBytes = 64 * 1024;

// A wake of the loop costs more than the bytes of a packet: in the middle of an
// answer so many are waited for as come within this time.
constexpr double kGatherSeconds = 1.0 / 8;
constexpr std::int64_t kGatherStep = 16 * 1024;
constexpr std::int64_t kMostGathered = 64 * 1024;

// The first of `patterns` that `url` matches, or null.
const std::string* FindPattern(const std::vector<std::string>& patterns,
                               const HttpUrl& url) {
  for (const std::string& pattern : patterns) {
    if (MatchesUrlPattern(pattern, url.text()) ||
        MatchesUrlPattern(pattern, url.normalized())) {
      return &pattern;
    }
  }
  return nullptr;
}

// The host's name alone: servers that have several choose by it, whatever port
// or final dot comes behind it.
absl::string_view NameOf(absl::string_view authority) {
  authority = authority.substr(0, absl::StartsWith(authority, "[")
                                      ? authority.find(']') + 1
                                      : authority.find(':'));
  while (absl::ConsumeSuffix(&authority, ".")) {
  }
  return authority;
}

// The URL with that name for its host, and the port that it has.
absl::StatusOr<HttpUrl> AtName(const HttpUrl& url, absl::string_view name) {
  return url.WithAuthority(
      absl::StrCat(name, url.origin().substr(url.origin().rfind(':'))));
}

}  // namespace

CurlRequest::CurlRequest(Id id, OriginRequest request,
                         OriginResponseHandler* handler,
                         const Environment& environment, Owner* owner)
    : id_(id),
      request_(std::move(request)),
      method_(request_.method),
      handler_(handler),
      environment_(environment),
      owner_(*owner) {}

CurlRequest::~CurlRequest() { Withdraw(); }

absl::Status CurlRequest::Open() {
  CONVOY_ASSIGN_OR_RETURN(own_url_, HttpUrl::Parse(request_.url));
  url_ = own_url_;
  return CheckNotBlocked(*url_);
}

absl::Status CurlRequest::Launch() {
  head_ = ResponseHeadParser();
  head_delivered_ = false;
  said_goodbye_ = nullptr;
  throttled_ = false;
  redirected_ = false;
  skipped_bytes_ = 0;
  held_.clear();
  body_bytes_ = 0;
  body_length_ = 0;
  low_water_ = 1;
  failure_ = absl::OkStatus();
  static const std::string kUrlsHost;
  const CurlEasy::Get get = {
      *url_,
      method_,
      AtOwnOrigin(),
      request_.range,
      request_.if_range,
      AtOwnOrigin() ? request_.host_header : kUrlsHost,
      request_.connect_timeout > absl::ZeroDuration()
          ? request_.connect_timeout
          : environment_.limits->connect_timeout,
      *request_.settings,
      *environment_.limits,
      *environment_.share,
      *environment_.sockets,
      !request_.foreground && *environment_.low_effort_background};
  CONVOY_ASSIGN_OR_RETURN(easy_, CurlEasy::Make(get, this));
  if (!environment_.loop->Add(easy_->handle(), this)) {
    easy_ = nullptr;
    return Error(v1::ERROR_REASON_INTERNAL, v1::ERROR_CONTEXT_GENERAL_TRANSPORT)
        .Retryable()
        .Status("out of memory");
  }
  return absl::OkStatus();
}

void CurlRequest::Withdraw() {
  if (easy_ == nullptr) return;
  environment_.loop->Remove(easy_->handle());
  easy_ = nullptr;
}

void CurlRequest::ApplyPause() {
  if (easy_ == nullptr) return;
  if (!paused_ && !PassHeld()) return EndExchange(CURLE_WRITE_ERROR);
  const int code = easy_->SetPaused(paused_ || throttled_);
  if (code != CURLE_OK) EndExchange(code);
}

void CurlRequest::TryAgain() {
  if (easy_ == nullptr || !std::exchange(throttled_, false)) return;
  // An answer that is kept waiting is slow by its limit: then only one that
  // sends nothing is given up.
  const std::int64_t low_speed =
      environment_.limits->low_speed_bytes_per_second;
  easy_->SetLowSpeed(environment_.limiter->IsLimited(traffic(), from())
                         ? std::min<std::int64_t>(low_speed, 1)
                         : low_speed);
  ApplyPause();
}

void CurlRequest::DeliverHeld() {
  delivery_posted_ = false;
  if (easy_ == nullptr || paused_) return;
  if (!PassHeld()) EndExchange(CURLE_WRITE_ERROR);
}

void CurlRequest::EndExchange(int curl_code) {
  environment_.loop->Remove(easy_->handle());
  OnTransferDone(curl_code);
}

bool CurlRequest::OnHeaderLine(absl::string_view line) {
  if (handler_ == nullptr) return false;
  const bool was_complete = head_.complete();
  if (!head_.AddLine(line)) {
    failure_ = Error(v1::ERROR_REASON_INVALID_SERVER_RESPONSE,
                     v1::ERROR_CONTEXT_REMOTE_FILE)
                   .Url(ShownUrl())
                   .Status("the server's answer has too many headers");
  } else if (head_.complete() && !was_complete) {
    failure_ = OnHeadComplete();
  }
  return failure_.ok() && handler_ != nullptr;
}

absl::Status CurlRequest::OnHeadComplete() {
  if (head_.status() == 101) return DeliverHead();  // Which is refused there.
  if (head_.IsInterim()) return absl::OkStatus();
  // libcurl may answer these with credentials. It does not if a body comes.
  if (head_.status() == 401 || head_.status() == 407) return absl::OkStatus();
  if (!head_.redirect_location().empty()) {
    return OnRedirect(head_.redirect_location());
  }
  return DeliverHead();
}

absl::Status CurlRequest::OnRedirect(absl::string_view location) {
  const HttpLimits& limits = *environment_.limits;
  const RedirectPolicy policy = request_.settings->redirect_policy;
  if (policy == RedirectPolicy::kRefuse) {
    return RedirectRefused(
        "", "the server redirects, and the job does not allow redirects");
  }
  if (redirects_ >= limits.max_redirects) {
    return RedirectRefused("http.max_redirects",
                           "the server redirects too many times");
  }
  absl::StatusOr<HttpUrl> next = url_->Resolve(location);
  if (!next.ok()) {
    return RedirectRefused("",
                           "the server redirects to what is no http or https "
                           "URL");
  }
  if (url_->IsHttps() && !next->IsHttps()) {
    if (policy != RedirectPolicy::kFollowInsecure) {
      return RedirectRefused(
          "",
          "the server redirects from https to http; the job's redirect policy "
          "does not allow that");
    }
    if (!limits.allow_https_to_http) {
      return RedirectRefused("http.allow_https_to_http",
                             "the server redirects from https to http; the "
                             "configuration does not allow that");
    }
  }
  CONVOY_RETURN_IF_ERROR(CheckNotBlocked(*next));
  url_ = *std::move(next);
  const bool keeps_method = head_.status() == 307 || head_.status() == 308;
  if (!keeps_method) method_.clear();
  ++redirects_;
  redirected_ = true;
  return absl::OkStatus();
}

absl::Status CurlRequest::CheckNotBlocked(const HttpUrl& url) const {
  const std::vector<std::string>& patterns = environment_.limits->blocked_urls;
  const std::string* blocking = FindPattern(patterns, url);
  if (blocking == nullptr && NameOf(url.host()) != url.host()) {
    const absl::StatusOr<HttpUrl> plain = AtName(url, NameOf(url.host()));
    if (plain.ok()) blocking = FindPattern(patterns, *plain);
  }
  // A server that has several names gives what the Host header asks for.
  const std::string host = HostAmong(request_.settings->headers);
  const bool by_host = blocking == nullptr && !host.empty() &&
                       url.origin() == own_url_->origin();
  if (by_host) {
    for (const absl::StatusOr<HttpUrl>& named :
         {url.WithAuthority(host), url.WithAuthority(NameOf(host)),
          AtName(url, NameOf(host))}) {
      if (named.ok()) {
        if (blocking == nullptr) blocking = FindPattern(patterns, *named);
        continue;
      }
      // Its message would tell the header's value.
      return Error(v1::ERROR_REASON_INVALID_ARGUMENT,
                   v1::ERROR_CONTEXT_GENERAL_TRANSPORT)
          .Url(url.text())
          .Status("the job's Host header names no host");
    }
  }
  if (blocking == nullptr) return absl::OkStatus();
  return Error(v1::ERROR_REASON_BLOCKED_BY_POLICY,
               v1::ERROR_CONTEXT_REMOTE_FILE)
      .Url(redirects_ == 0 && url_->text() == url.text()
               ? url.text()
               : RedactedUrl(url.text()))
      .Policy("http.blocked_urls")
      .Status(absl::StrCat(url_->text() == url.text()
                               ? "the URL"
                               : "what the server redirects to",
                           by_host ? ", with the job's Host header," : "",
                           " matches \"", *blocking,
                           "\", which the configuration blocks "
                           "(http.blocked_urls)"));
}

absl::Status CurlRequest::RedirectRefused(absl::string_view policy,
                                          absl::string_view why) const {
  return Error(v1::ERROR_REASON_REDIRECT_REFUSED, v1::ERROR_CONTEXT_REMOTE_FILE)
      .Url(ShownUrl())
      .HttpStatus(head_.status())
      .Policy(policy)
      .Status(why);
}

absl::Status CurlRequest::DeliverHead() {
  head_delivered_ = true;
  if (head_.EndsWithConnection()) said_goodbye_ = easy_->WatchForGoodbye();
  CONVOY_ASSIGN_OR_RETURN(OriginResponseHead head,
                          head_.Take(url_->text(), environment_.clock->Now()));
  head.server_address = easy_->ServerAddress();
  body_length_ = static_cast<std::size_t>(head.content_length.value_or(0));
  head_at_ = environment_.clock->Monotonic();
  has_tls_ = easy_->HasTls();
  return handler_->OnHead(head);
}

CurlEasy::Sink::Body CurlRequest::OnBodyBytes(absl::string_view bytes) {
  if (handler_ == nullptr) return Body::kAbort;
  if (redirected_) {
    environment_.limiter->Charge(
        traffic(), static_cast<std::int64_t>(bytes.size()), from());
    skipped_bytes_ += bytes.size();
    return skipped_bytes_ <= kMaxSkippedBytes ? Body::kTaken : Body::kAbort;
  }
  if (!head_delivered_) {
    failure_ = DeliverHead();
    if (!failure_.ok() || handler_ == nullptr) return Body::kAbort;
  }
  if (paused_) return Body::kPause;
  if (!environment_.limiter->TryTake(
          traffic(), static_cast<std::int64_t>(bytes.size()), from())) {
    throttled_ = true;
    owner_.OnThrottled(this);
    return Body::kPause;
  }
  // A part before the next boundary, and a part behind it.
  const std::size_t room = kHandOnBytes - body_bytes_ % kHandOnBytes;
  const absl::string_view before = bytes.substr(0, room);
  held_.append(before.data(), before.size());
  body_bytes_ += bytes.size();
  if (before.size() == room && !PassHeld()) return Body::kAbort;
  bytes.remove_prefix(before.size());
  held_.append(bytes.data(), bytes.size());
  if (!held_.empty() && !std::exchange(delivery_posted_, true)) {
    owner_.OnBytesHeld(this);
  }
  GatherBytes();
  return Body::kTaken;
}

void CurlRequest::GatherBytes() {
  const double spent =
      absl::ToDoubleSeconds(environment_.clock->Monotonic() - head_at_);
  auto come_soon = static_cast<std::int64_t>(kGatherSeconds *
                                             static_cast<double>(body_bytes_) /
                                             std::max(spent, 0.01));
  // The first packets tell nothing of the rate.
  if (body_bytes_ < kGatherStep) come_soon = kGatherStep;
  const std::int64_t most =
      std::min(come_soon / kGatherStep * kGatherStep, kMostGathered);
  // What TLS holds back must not be waited for.
  const std::int64_t left = static_cast<std::int64_t>(body_length_) -
                            static_cast<std::int64_t>(body_bytes_) -
                            (has_tls_ ? kGatherStep : 0);
  const int low_water = std::max(1, static_cast<int>(std::min(left, most)));
  if (low_water == low_water_) return;
  low_water_ = low_water;
  easy_->SetLowWater(low_water);
  if (low_water > 1 && !std::exchange(looked_after_, true)) {
    bytes_at_look_ = body_bytes_;
    owner_.OnGathering(this);
  }
}

bool CurlRequest::StillGathers() {
  looked_after_ = low_water_ > 1 && bytes_at_look_ != body_bytes_;
  bytes_at_look_ = body_bytes_;
  if (low_water_ > 1 && !looked_after_) {
    low_water_ = 1;
    if (easy_ != nullptr) easy_->SetLowWater(1);
  }
  return looked_after_;
}

bool CurlRequest::PassHeld() {
  if (!failure_.ok() || handler_ == nullptr) return false;
  if (held_.empty()) return true;
  failure_ = handler_->OnBody(held_);
  held_.clear();
  return failure_.ok() && handler_ != nullptr;
}

void CurlRequest::OnTransferDone(int curl_code) {
  PassHeld();
  absl::Status status = EndOfExchange(curl_code);
  easy_ = nullptr;
  owner_.OnExchangeEnd(this, std::move(status));
}

absl::Status CurlRequest::EndOfExchange(int curl_code) {
  if (handler_ == nullptr || redirected_) return absl::OkStatus();
  if (!failure_.ok()) return failure_;
  if (curl_code != CURLE_OK) return FailureOf(curl_code);
  if (said_goodbye_ && !*said_goodbye_) return FailureOf(CURLE_PARTIAL_FILE);
  if (head_delivered_) return absl::OkStatus();
  // A head without a body that waited for this; or the end came inside of it,
  // which libcurl takes for the end of the answer.
  return head_.complete() ? DeliverHead() : FailureOf(CURLE_PARTIAL_FILE);
}

absl::Status CurlRequest::FailureOf(int curl_code) const {
  CurlFailure failure = easy_->Failure(curl_code);
  failure.url = ShownUrl();
  failure.host = url_->host();
  if (const auto& approval = request_.settings->certificate_approval) {
    const std::vector<std::string>& refused = approval->refused_keys;
    failure.key_refused = std::find(refused.begin(), refused.end(),
                                    failure.certificates.key) != refused.end();
  }
  return CurlFailureToStatus(failure);
}

std::string CurlRequest::ShownUrl() const {
  return redirects_ == 0 ? url_->text() : RedactedUrl(url_->text());
}

}  // namespace convoy
