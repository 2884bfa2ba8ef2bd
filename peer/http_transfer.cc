#include "peer/http_transfer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "peer/base/status_macros.h"
#include "peer/base/url_text.h"
#include "peer/content_rules.h"
#include "peer/origin_metadata.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

using Verdict = OriginFetcher::Verdict;
using Kind = OriginFetcher::Outcome::Kind;

constexpr int kMaxRestarts = 3;
// Connections that break again and again after less than this are a failure.
constexpr std::int64_t kPoorProgress = 64 << 10;
constexpr int kMaxPoorBreaks = 5;

Error RemoteError(v1::ErrorReason reason, absl::string_view url) {
  return Error(reason, v1::ERROR_CONTEXT_REMOTE_FILE).Url(url);
}

std::string Integrity(const RemoteIdentity& remote) {
  const bool size = remote.complete_length.has_value();
  if (!remote.validator.ForIfRange().empty()) {
    return size ? "size and validator of the origin"
                : "validator of the origin";
  }
  return size ? "size given by the origin"
              : "nothing: the origin gives no size and no validator";
}

// The same error with `more` behind its message.
absl::Status WithMore(const absl::Status& status, absl::string_view more) {
  absl::Status longer(status.code(), absl::StrCat(status.message(), more));
  status.ForEachPayload(
      [&longer](absl::string_view type, const absl::Cord& payload) {
        longer.SetPayload(type, payload);
      });
  return longer;
}

}  // namespace

HttpTransfer::HttpTransfer(const Parts& parts, TransferSpec spec,
                           std::shared_ptr<TargetFile> file,
                           std::shared_ptr<ObserverLink> link,
                           std::vector<PeerUse> peers, FoundContent found)
    : parts_(parts),
      spec_(std::move(spec)),
      found_(std::move(found)),
      sources_(parts.cache_hosts, parts.clock, spec_, found_),
      reporter_(std::move(link), parts.executor, parts.clock,
                [this](TransferNews* news) { CompleteNews(news); }),
      store_({parts.executor, parts.worker}, std::move(file),
             spec_.expected_sha256, this),
      checkpoint_told_(!spec_.checkpoint.empty()) {
  reporter_.news().peers = std::move(peers);
  reporter_.news().found_mirrors = sources_.found_mirrors();
}

HttpTransfer::~HttpTransfer() {
  if (wait_timer_ != 0) parts_.executor->CancelTimer(wait_timer_);
}

void HttpTransfer::Start() {
  const absl::Status restored = Restore();
  if (!restored.ok()) return End(restored);
  if (!remote_ && checkpoint_told_) Drop();
  if (store_.ledger() != nullptr && store_.ledger()->FirstMissing().empty()) {
    return OnWritten();
  }
  Fetch();
}

absl::Status HttpTransfer::Restore() {
  const std::optional<TransferCheckpoint> checkpoint =
      TransferCheckpoint::Decode(spec_.checkpoint);
  if (!checkpoint || by_method() ||
      checkpoint->source != TransferCheckpoint::Source::kHttp ||
      checkpoint->ranges_key != TransferCheckpoint::KeyOfRanges(spec_.ranges)) {
    return absl::OkStatus();
  }
  RemoteIdentity remote{checkpoint->complete_length, checkpoint->validator};
  absl::StatusOr<RangeMap> map =
      spec_.ranges.empty()
          ? RangeMap::Whole(remote.complete_length.value_or(0))
          : RangeMap::Make(spec_.ranges, remote.complete_length);
  const bool fits =
      map.ok() && map->size() == checkpoint->layout.size() &&
      (!spec_.expected_size || !remote.complete_length ||
       spec_.expected_size == remote.complete_length) &&
      (digest_decides() || !remote.validator.ForIfRange().empty());
  if (!fits) return absl::OkStatus();
  const bool of_origin =
      checkpoint->url_key == TransferCheckpoint::KeyOfUrl(spec_.urls.front());
  if (of_origin && found_.identity &&
      !SameVersion(remote, *found_.identity, digest_decides())) {
    return absl::OkStatus();
  }
  CONVOY_ASSIGN_OR_RETURN(const std::int64_t there, store_.FileSize());
  if (there < checkpoint->FlushedEnd()) return absl::OkStatus();
  if (!ChooseDigest(remote).ok()) return absl::OkStatus();
  CONVOY_RETURN_IF_ERROR(
      store_.Restore(checkpoint->layout, checkpoint->flushed));
  map_ = *std::move(map);
  remote_ = std::move(remote);
  remote_url_key_ = checkpoint->url_key;
  CONVOY_RETURN_IF_ERROR(CheckSize(map_.size()));
  CONVOY_RETURN_IF_ERROR(Prefer());
  // Nobody knows any more which of its bytes a cache host gave.
  mixed_ = sources_.uses_cache_hosts();
  reporter_.news().size = map_.size();
  reporter_.news().validator = remote_->validator;
  return absl::OkStatus();
}

bool HttpTransfer::SameUrlAsStore() const {
  return remote_url_key_ == TransferCheckpoint::KeyOfUrl(named_url());
}

// Can another request bring the bytes that are missing?
bool HttpTransfer::CanGoOn() const {
  return !by_method() && remote_ && store_.ledger() != nullptr &&
         (digest_decides() || !remote_->validator.ForIfRange().empty());
}

void HttpTransfer::Fetch() {
  if (sources_.waiting()) return WaitForCacheHosts();
  if (remote_ && !CanGoOn()) Drop();
  if (dropped_) {
    if (checkpoint_told_) return reporter_.VoidCheckpoint();
    const absl::Status emptied = Empty();
    if (!emptied.ok()) return End(emptied);
  }
  OriginFetcher::Owner* const self = this;
  fetcher_ = std::make_unique<OriginFetcher>(
      OriginFetcher::Parts{parts_.transport, parts_.executor, &store_},
      MakePlan(), &map_, self);
  asking_ = true;
  fetcher_->Start();
  if (store_.backlog_full()) fetcher_->SetPaused(true);
  reporter_.Changed();
}

void HttpTransfer::WaitForCacheHosts() {
  if (wait_timer_ == 0) {
    wait_timer_ = parts_.executor->PostAfter(sources_.wait(), [this] {
      wait_timer_ = 0;
      if (!sources_.waiting()) return;
      sources_.WaitIsOver();
      Fetch();
    });
  }
  reporter_.Changed();
}

OriginFetcher::Plan HttpTransfer::MakePlan() const {
  OriginFetcher::Plan plan;
  plan.first = source().Request(spec_.foreground);
  if (!plain_ && !by_method()) {
    plan.first.range = FirstRange();
    plan.first.if_range = FirstIfRange();
  }
  plan.max_connections = parts_.max_connections_per_file;
  plan.digest_decides = digest_decides();
  plan.max_stream_bytes = spec_.expected_size.value_or(PieceLayout::kMaxSize);
  plan.max_size = spec_.max_size;
  return plan;
}

ByteRange HttpTransfer::FirstRange() const {
  if (!remote_) return spec_.ranges.empty() ? ByteRange{} : spec_.ranges[0];
  const PieceLedger& ledger = *store_.ledger();
  const PieceSpan missing = ledger.FirstMissing();
  const std::int64_t position = ledger.NextByte(missing.first);
  ByteRange range = map_.RemoteFrom(position);
  range.length =
      std::min(range.length, ledger.layout().RangeOf(missing).end() - position);
  return range;
}

// A mirror's ETag is its own; Last-Modified often is the file's.
std::string HttpTransfer::FirstIfRange() const {
  if (!remote_) return "";
  const Validator& validator = remote_->validator;
  if (SameUrlAsStore()) return validator.ForIfRange();
  if (digest_decides()) return "";
  return validator.last_modified.empty() ? validator.etag
                                         : validator.last_modified;
}

void HttpTransfer::Drop() {
  remote_.reset();
  mixed_ = false;
  taken_from_.clear();
  reporter_.news().size.reset();
  dropped_ = true;
}

absl::Status HttpTransfer::Empty() {
  dropped_ = false;
  return store_.Clear();
}

void HttpTransfer::CheckpointForgotten() {
  checkpoint_told_ = false;
  if (!reporter_.ended()) Fetch();
}

absl::StatusOr<Verdict> HttpTransfer::Judge(const OriginAnswer& answer,
                                            const OriginResponseHead& head) {
  answered_sha256_ = source().kind == HttpSource::Kind::kOrigin &&
                             CameByHttps(*spec_.http, url(), head.effective_url)
                         ? ReadOriginMetadata(head.headers).sha256
                         : "";
  CONVOY_ASSIGN_OR_RETURN(const Verdict verdict, JudgeAnswer(answer));
  if (verdict != Verdict::kTake) return verdict;
  asking_ = false;
  if (store_.written_bytes() > 0 && !taken_from_.empty() &&
      taken_from_ != url()) {
    mixed_ = true;
  }
  taken_from_ = url();
  TransferNews& news = reporter_.news();
  news.connected = true;
  news.effective_url = head.effective_url;
  news.response_headers = HeadersToShow(head);
  news.http_status = head.status;
  news.server_address = head.server_address;
  news.validator = answer.validator;
  reporter_.Changed();
  return verdict;
}

absl::StatusOr<Verdict> HttpTransfer::JudgeAnswer(const OriginAnswer& answer) {
  if (source().is_cache_host()) return JudgeCacheHost(answer);
  if (answer.kind == OriginAnswer::Kind::kBeyondEnd) {
    return JudgeBeyondEnd(answer);
  }
  if (answer.kind == OriginAnswer::Kind::kWhole && !spec_.ranges.empty()) {
    return RemoteError(v1::ERROR_REASON_INSUFFICIENT_RANGE_SUPPORT, url())
        .Status(
            "the job wants parts of the file, and the origin serves only "
            "the whole");
  }
  if (answer.kind == OriginAnswer::Kind::kPart && spec_.ranges.empty() &&
      !answer.complete_length) {
    plain_ = true;  // The end of the file would never be known for sure.
    return Verdict::kStartOver;
  }
  if (!remote_) return Establish(answer);
  return SameUrlAsStore() ? JudgeSameUrl(answer) : JudgeMirror(answer);
}

absl::StatusOr<Verdict> HttpTransfer::JudgeBeyondEnd(
    const OriginAnswer& answer) {
  if (remote_) return Verdict::kRemoteChanged;
  if (!spec_.ranges.empty()) {
    return RemoteError(v1::ERROR_REASON_INVALID_RANGE, url())
        .HttpStatus(416)
        .Status(absl::StrCat(
            "the job's first range begins beyond the end of the file",
            answer.complete_length
                ? absl::StrCat(" of ", *answer.complete_length, " bytes")
                : ""));
  }
  if (!answer.complete_length) {
    plain_ = true;  // An empty file, or an origin that cannot do ranges.
    return Verdict::kStartOver;
  }
  if (*answer.complete_length > 0) {
    return RemoteError(v1::ERROR_REASON_INVALID_SERVER_RESPONSE, url())
        .HttpStatus(416)
        .Status(absl::StrCat("the origin refuses the first byte of a file of ",
                             *answer.complete_length, " bytes"));
  }
  return Establish(answer);
}

absl::StatusOr<Verdict> HttpTransfer::JudgeSameUrl(const OriginAnswer& answer) {
  const RemoteIdentity now{answer.complete_length, answer.validator};
  const bool same = SameVersion(*remote_, now, digest_decides());
  if (answer.kind == OriginAnswer::Kind::kPart) {
    return same ? Verdict::kTake : Verdict::kRemoteChanged;
  }
  if (store_.written_bytes() > 0) {
    CONVOY_RETURN_IF_ERROR(CountRestart(
        RemoteError(same ? v1::ERROR_REASON_CONNECTION_CLOSED
                         : v1::ERROR_REASON_REMOTE_FILE_CHANGED,
                    url())
            .Retryable()
            .Status(same ? "the origin serves no ranges, and the connection "
                           "broke again and again before the file was whole"
                         : "the file at the origin changed again and again "
                           "while it was read")));
  }
  return BeginAnew(answer);
}

absl::StatusOr<Verdict> HttpTransfer::JudgeMirror(const OriginAnswer& answer) {
  RemoteIdentity now{answer.complete_length, answer.validator};
  switch (CompareMirrors(*remote_, now, digest_decides())) {
    case Agreement::kSame:
      if (answer.kind == OriginAnswer::Kind::kWhole) break;
      remote_ = std::move(now);
      remote_url_key_ = TransferCheckpoint::KeyOfUrl(url());
      mixed_ = mixed_ || store_.written_bytes() > 0;
      return Verdict::kTake;
    case Agreement::kUnproved:
      break;
    case Agreement::kContradicts:
      return RemoteError(v1::ERROR_REASON_SIZE_MISMATCH, url())
          .Status(
              "this URL has another file than the one that was begun: its "
              "size or its Last-Modified differs");
  }
  return BeginAnew(answer);
}

// It must have the origin's version, or that of the bytes that are there.
// Whatever else it answers is no verdict on the file.
absl::StatusOr<Verdict> HttpTransfer::JudgeCacheHost(
    const OriginAnswer& answer) {
  const bool has_bytes = store_.written_bytes() > 0;
  const bool part = answer.kind == OriginAnswer::Kind::kPart;
  if (answer.kind == OriginAnswer::Kind::kBeyondEnd ||
      !answer.complete_length ||
      (!part && (has_bytes || !spec_.ranges.empty()))) {
    return RemoteError(v1::ERROR_REASON_INSUFFICIENT_RANGE_SUPPORT, url())
        .Status("it does not serve the bytes that are missing");
  }
  const RemoteIdentity now{answer.complete_length, answer.validator};
  const std::optional<RemoteIdentity>& wanted =
      remote_ ? remote_ : found_.identity;
  if (wanted && !IsCopyOf(*wanted, now, digest_decides())) {
    return RemoteError(v1::ERROR_REASON_REMOTE_FILE_CHANGED, url())
        .Status("it has another version of the file than the origin");
  }
  if (remote_ && part) return Verdict::kTake;
  return remote_ ? BeginAnew(answer) : Establish(answer);
}

absl::StatusOr<Verdict> HttpTransfer::BeginAnew(const OriginAnswer& answer) {
  const bool from_start = answer.kind == OriginAnswer::Kind::kWhole ||
                          answer.body.offset == map_.RemoteFrom(0).offset;
  Drop();
  if (!from_start || checkpoint_told_) return Verdict::kStartOver;
  CONVOY_RETURN_IF_ERROR(Empty());
  return Establish(answer);
}

absl::StatusOr<Verdict> HttpTransfer::Establish(const OriginAnswer& answer) {
  const std::optional<std::int64_t>& length = answer.complete_length;
  if (spec_.expected_size && length && *spec_.expected_size != *length) {
    return RemoteError(v1::ERROR_REASON_SIZE_MISMATCH, url())
        .Status(absl::StrCat("the file at the origin has ", *length,
                             " bytes, expected ", *spec_.expected_size));
  }
  if (!spec_.ranges.empty()) {
    CONVOY_ASSIGN_OR_RETURN(map_, RangeMap::Make(spec_.ranges, length));
  } else if (length) {
    map_ = RangeMap::Whole(*length);
  }
  RemoteIdentity remote{length, answer.validator};
  CONVOY_RETURN_IF_ERROR(ChooseDigest(remote));
  if (spec_.ranges.empty() && !length) {
    CONVOY_RETURN_IF_ERROR(store_.OpenStream());
  } else {
    CONVOY_RETURN_IF_ERROR(CheckSize(map_.size()));
    CONVOY_RETURN_IF_ERROR(store_.Open(PieceLayout(map_.size())));
    reporter_.news().size = map_.size();
  }
  remote_ = std::move(remote);
  if (source().is_cache_host() && found_.identity) remote_ = found_.identity;
  remote_url_key_ = TransferCheckpoint::KeyOfUrl(named_url());
  if (!prefers()) return Verdict::kTake;
  if (answer.kind == OriginAnswer::Kind::kPart && CanGoOn()) {
    CONVOY_RETURN_IF_ERROR(Prefer());
    return Verdict::kStartOver;  // From the piece that comes first.
  }
  const bool empty = length == std::optional<std::int64_t>(0);
  if (!spec_.only_wanted || empty) return Verdict::kTake;
  return RemoteError(v1::ERROR_REASON_INSUFFICIENT_RANGE_SUPPORT, url())
      .Status(
          "only parts of the file are wanted, and the origin serves no ranges, "
          "or gives nothing by which parts are told to be of one version");
}

absl::Status HttpTransfer::CheckSize(std::int64_t size) const {
  if (size <= spec_.max_size.value_or(size)) return absl::OkStatus();
  return TooLarge(spec_.urls.front(),
                  absl::StrCat("the file has ", size, " bytes"),
                  *spec_.max_size);
}

absl::Status HttpTransfer::Prefer() {
  PieceLedger& ledger = *store_.ledger();
  const std::int64_t size = map_.size();
  std::vector<PieceSpan> wanted;
  for (const ByteRange& range : spec_.wanted) {
    const bool to_end = range.length == ByteRange::kToEnd;
    const bool inside =
        range.offset < size && (to_end || range.length <= size - range.offset);
    if (!inside && spec_.only_wanted) {
      return RemoteError(v1::ERROR_REASON_INVALID_RANGE, spec_.urls.front())
          .Status(absl::StrCat("bytes from ", range.offset,
                               " on were asked for, which are not in the file "
                               "of ",
                               size, " bytes"));
    }
    if (range.offset >= size) continue;
    const std::int64_t end = inside && !to_end ? range.end() : size;
    wanted.push_back({ledger.layout().PieceAt(range.offset),
                      {ledger.layout().PieceAt(end - 1).value + 1}});
  }
  const PieceIndex start = spec_.position < size
                               ? ledger.layout().PieceAt(spec_.position)
                               : PieceIndex{};
  ledger.Prefer(std::move(wanted), start, spec_.only_wanted);
  return absl::OkStatus();
}

absl::Status HttpTransfer::ChooseDigest(const RemoteIdentity& remote) {
  if (digest_decides()) return absl::OkStatus();
  origin_sha256_.clear();
  if (spec_.ranges.empty()) {
    // That of another version says nothing of this one.
    const bool same =
        sources_.current() == nullptr ||
        source().kind != HttpSource::Kind::kOrigin ||
        (found_.identity && SameVersion(*found_.identity, remote, false));
    origin_sha256_ = !answered_sha256_.empty() ? answered_sha256_
                     : same                    ? found_.sha256
                                               : "";
  }
  store_.SetExpectedSha256(origin_sha256_);
  if (spec_.proof_demand == ProofDemand::kNone || !origin_sha256_.empty()) {
    return absl::OkStatus();
  }
  return UnprovenError(
      spec_.proof_demand, spec_.urls.front(),
      "nothing vouches for the file's bytes, and integrity is mandatory: no "
      "sha-256 is in the job, and an https origin sent none");
}

void HttpTransfer::OnReceived(std::int64_t bytes) {
  BytesOf(source().kind, &reporter_.news()) += bytes;
  reporter_.Changed();
}

void HttpTransfer::OnFetcherEnd(OriginFetcher::Outcome outcome) {
  fetcher_.reset();
  switch (outcome.kind) {
    case Kind::kWritten:
      return OnWritten();
    case Kind::kStartOver:
      return Fetch();
    case Kind::kFailed:
      return OnBroken(outcome);
    case Kind::kRemoteChanged:
      break;
  }
  if (source().is_cache_host()) {
    return OnUrlFailed(
        RemoteError(v1::ERROR_REASON_REMOTE_FILE_CHANGED, url())
            .Status("it has another version of the file than the origin"),
        std::nullopt);
  }
  absl::Status status = CountRestart(
      RemoteError(v1::ERROR_REASON_REMOTE_FILE_CHANGED, url())
          .Retryable()
          .Status("the file at the origin changed again and again while it was "
                  "read"));
  if (!status.ok()) return End(std::move(status));
  Drop();
  Fetch();
}

absl::Status HttpTransfer::CountRestart(absl::Status last_error) {
  return ++restarts_ > kMaxRestarts ? std::move(last_error) : absl::OkStatus();
}

void HttpTransfer::OnBroken(const OriginFetcher::Outcome& outcome) {
  const v1::ErrorDetail detail = ErrorDetailOf(outcome.status);
  if (detail.context() == v1::ERROR_CONTEXT_LOCAL_FILE) {
    return End(outcome.status);
  }
  poor_breaks_ = outcome.received_bytes < kPoorProgress ? poor_breaks_ + 1 : 0;
  const bool again = detail.retryable() && outcome.received_bytes > 0 &&
                     poor_breaks_ <= kMaxPoorBreaks;
  // Without a way to go on, each try begins with the first byte.
  if (again && (CanGoOn() || CountRestart(outcome.status).ok())) {
    return Fetch();
  }
  OnUrlFailed(outcome.status, outcome.retry_after);
}

void HttpTransfer::OnUrlFailed(absl::Status status,
                               std::optional<absl::Duration> retry_after) {
  if (!source().is_cache_host()) failures_.push_back({status, retry_after});
  if (!sources_.Fail(status)) return EndWithFailures();
  plain_ = false;
  poor_breaks_ = 0;
  Fetch();
}

void HttpTransfer::EndWithFailures() {
  auto best = std::find_if(failures_.begin(), failures_.end(),
                           [](const Failure& failure) {
                             return ErrorDetailOf(failure.status).retryable();
                           });
  if (best == failures_.end()) best = failures_.begin();
  std::string others;
  for (const Failure& failure : failures_) {
    if (&failure == &*best) continue;
    absl::StrAppend(&others, "; ",
                    RedactedUrl(ErrorDetailOf(failure.status).url()), ": ",
                    failure.status.message());
  }
  pending_end_ = *best;
  if (!others.empty()) pending_end_->status = WithMore(best->status, others);
  OnFlushed();
}

void HttpTransfer::OnWritten() {
  if (!store_.ledger()->AllWritten()) {
    // All that alone is wanted.
    reporter_.news().connected = true;
    pending_end_ = Failure{absl::OkStatus(), std::nullopt};
    return OnFlushed();
  }
  const std::int64_t size = store_.ledger()->layout().size();
  if (spec_.ranges.empty() && spec_.expected_size.value_or(size) != size) {
    Drop();
    return OnUrlFailed(
        RemoteError(v1::ERROR_REASON_SIZE_MISMATCH, url())
            .Status(absl::StrCat("the file at the origin has ", size,
                                 " bytes, expected ", *spec_.expected_size)),
        std::nullopt);
  }
  finishing_ = true;
  reporter_.news().connected = true;
  reporter_.news().size = size;
  reporter_.Changed();
  const absl::Status status = store_.Finish();
  if (!status.ok()) End(status);
}

void HttpTransfer::OnFlushed() {
  reporter_.Changed();
  if (pending_end_ && !store_.FlushNow()) {
    End(pending_end_->status, pending_end_->retry_after);
  }
}

void HttpTransfer::OnBacklog(bool full) {
  if (fetcher_ != nullptr) fetcher_->SetPaused(full);
}

void HttpTransfer::OnStoreEnd(absl::Status status) {
  const bool wrong_digest =
      ErrorDetailOf(status).reason() == v1::ERROR_REASON_VALIDATION_FAILED;
  if (status.ok() || !wrong_digest) return End(std::move(status));
  finishing_ = false;
  // Which of several URLs was wrong is not known: this one alone comes next.
  const bool again = mixed_;
  Drop();
  if (again) {
    sources_.RefuseCacheHosts(
        "bytes of a cache host may have been wrong: the file's SHA-256 was not "
        "the expected");
    return Fetch();
  }
  OnUrlFailed(std::move(status), std::nullopt);
}

void HttpTransfer::End(absl::Status status,
                       std::optional<absl::Duration> retry_after) {
  fetcher_.reset();
  if (wait_timer_ != 0) {
    parts_.executor->CancelTimer(std::exchange(wait_timer_, 0));
  }
  reporter_.End(std::move(status), retry_after);
}

void HttpTransfer::CompleteNews(TransferNews* news) {
  news->flushed_bytes = dropped_ ? 0 : store_.flushed_bytes();
  news->connections = fetcher_ == nullptr ? 0 : fetcher_->connections();
  sources_.Tell(news);
  news->activity = Activity();
  if (remote_ && digest_decides()) {
    news->integrity = "sha-256 given in the job";
  } else if (remote_ && !origin_sha256_.empty()) {
    news->integrity = "sha-256 sent by the origin over https";
  } else if (remote_) {
    news->integrity = Integrity(*remote_);
  }
  news->checkpoint.clear();
  if (!CanGoOn()) return;
  TransferCheckpoint checkpoint;
  checkpoint.url_key = remote_url_key_;
  checkpoint.ranges_key = TransferCheckpoint::KeyOfRanges(spec_.ranges);
  checkpoint.complete_length = remote_->complete_length;
  checkpoint.validator = remote_->validator;
  checkpoint.layout = store_.ledger()->layout();
  checkpoint.flushed = store_.ledger()->FlushedSpans();
  news->checkpoint = checkpoint.Encode();
  checkpoint_told_ = true;
}

std::string HttpTransfer::Activity() const {
  if (finishing_) {
    return digest_decides() ? "checking SHA-256" : "bringing the file to disk";
  }
  if (sources_.waiting()) return "waiting for a cache host";
  if (fetcher_ == nullptr || asking_) {
    return absl::StrCat("asking ", HostOfUrl(url()));
  }
  if (store_.backlog_full()) return "waiting for the disk";
  const int connections = fetcher_->connections();
  return absl::StrCat("fetching from ", HostOfUrl(url()), " over ", connections,
                      connections == 1 ? " connection" : " connections");
}

}  // namespace convoy
