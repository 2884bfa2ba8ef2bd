#include "peer/content_finder.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "peer/curl_url.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

// The origin's plain word that there is no such file for us.
bool IsNoSuchFile(const absl::Status& status) {
  const v1::ErrorDetail detail = ErrorDetailOf(status);
  return !detail.retryable() && detail.http_status() >= 400;
}

}  // namespace

ContentFinder::ContentFinder(const Parts& parts, ContentQuery query,
                             ContentSettings settings, Done done)
    : parts_(parts),
      query_(std::move(query)),
      settings_(std::move(settings)),
      done_(std::move(done)) {}

void ContentFinder::Start() {
  parts_.executor->Post([this, alive = std::weak_ptr<char>(alive_)] {
    if (!alive.expired()) Begin();
  });
}

void ContentFinder::Begin() {
  if (!query_.manifest.empty()) {
    if (Consider(ManifestSource(), query_.manifest)) return Finish();
  }
  if (!query_.manifest_url.empty()) {
    ManifestSource source;
    source.place = ManifestPlace::kJobUrl;
    source.asked_url = query_.manifest_url;
    places_.push_back(std::move(source));
  }
  LookNext();
}

void ContentFinder::LookNext() {
  // Without the job's own manifest it may not go on; of a pinned one there may
  // be another copy.
  if (query_.proof_demand != ProofDemand::kNone &&
      !evidence_.given_error.ok() && !probed_) {
    return Finish();
  }
  if (!places_.empty()) {
    ManifestSource source = std::move(places_.front());
    places_.pop_front();
    return Fetch(std::move(source));
  }
  if (probed_ || !(query_.needs_identity || MayLook(query_, settings_))) {
    return Finish();
  }
  Probe();
}

void ContentFinder::Probe() {
  probed_ = true;
  OriginRequest request;
  request.url = query_.urls.front();
  request.range = ByteRange{0, 1};
  request.settings = query_.http;
  Get(std::move(request), SmallGet::Want::kHead, kPatience,
      [this](SmallGet::Answer answer) { OnProbed(std::move(answer)); });
}

void ContentFinder::OnProbed(SmallGet::Answer answer) {
  if (!answer.status.ok()) {
    evidence_.probe_error = std::move(answer.status);
    evidence_.retry_after = answer.retry_after;
    return Finish();
  }
  ProbedOrigin probe;
  probe.identity.complete_length = answer.answer.complete_length;
  probe.identity.validator = answer.answer.validator;
  probe.serves_ranges = answer.answer.kind == OriginAnswer::Kind::kPart;
  probe.effective_url = answer.head.effective_url;
  probe.metadata = ReadOriginMetadata(answer.head.headers);
  evidence_.probe = std::move(probe);
  AddPlaces();
  LookNext();
}

void ContentFinder::AddPlaces() {
  if (!MayLook(query_, settings_)) return;
  const ProbedOrigin& probe = *evidence_.probe;
  const absl::StatusOr<HttpUrl> answered = HttpUrl::Parse(probe.effective_url);
  if (answered.ok() && !probe.metadata.manifest.empty()) {
    const absl::StatusOr<HttpUrl> linked =
        answered->Resolve(probe.metadata.manifest);
    if (linked.ok()) {
      ManifestSource source;
      source.place = ManifestPlace::kLinkHeader;
      source.asked_url = linked->text();
      source.named_by_https =
          CameByHttps(*query_.http, query_.urls.front(), probe.effective_url);
      places_.push_back(std::move(source));
    }
  }
  const absl::StatusOr<HttpUrl> url = HttpUrl::Parse(query_.urls.front());
  const bool is_small =
      size().value_or(settings_.min_file_size) < settings_.min_file_size;
  if (!settings_.look_beside_url || !url.ok() ||
      (is_small && !NeedsManifest(query_))) {
    return;
  }
  const absl::StatusOr<HttpUrl> beside = url->WithSuffix(".torrent");
  if (!beside.ok()) return;
  const bool linked =
      !places_.empty() && places_.front().asked_url == beside->text();
  if (linked) {
    // The job's URL names it, too.
    places_.front().named_by_https = true;
    return;
  }
  ManifestSource source;
  source.place = ManifestPlace::kBesideUrl;
  source.asked_url = beside->text();
  places_.push_back(std::move(source));
}

void ContentFinder::Fetch(ManifestSource source) {
  OriginRequest request;
  request.url = source.asked_url;
  request.settings =
      HttpSettingsFor(query_.http, query_.urls.front(), source.asked_url);
  const bool named_in_job = source.place == ManifestPlace::kJobUrl;
  Get(std::move(request), SmallGet::Want::kBody,
      named_in_job ? absl::InfiniteDuration() : kPatience,
      [this, source = std::move(source)](SmallGet::Answer answer) mutable {
        OnFetched(std::move(source), std::move(answer));
      });
}

void ContentFinder::OnFetched(ManifestSource source, SmallGet::Answer answer) {
  if (answer.status.ok()) {
    source.effective_url = answer.head.effective_url;
    if (Consider(source, answer.body)) return Finish();
  } else {
    NoteFetchError(source, answer.status);
  }
  LookNext();
}

bool ContentFinder::Consider(const ManifestSource& source,
                             absl::string_view bytes) {
  absl::StatusOr<CheckedManifest> checked = CheckManifest(
      query_, settings_, source, bytes, size(), parts_.clock->Now());
  if (checked.ok()) {
    // Where it is not enough, a better one or a digest may follow.
    const bool enough =
        checked->trusted || query_.proof_demand == ProofDemand::kNone;
    if (enough || !evidence_.manifest) evidence_.manifest = *std::move(checked);
    return enough;
  }
  const absl::Status& status = checked.status();
  NoteFault(status.message());
  if (IsGiven(source) || absl::IsFailedPrecondition(status)) {
    NoteGivenError(source, status.message());
  }
  return false;
}

void ContentFinder::NoteFetchError(const ManifestSource& source,
                                   const absl::Status& status) {
  const std::string why =
      absl::StrCat(IsGiven(source) ? "the job's manifest" : "a manifest",
                   " could not be fetched from ", RedactedUrl(source.asked_url),
                   ": ", status.message());
  const bool may_pass = ErrorDetailOf(status).retryable();
  if (IsGiven(source)) {
    NoteFault(why);
    if (!may_pass) return NoteGivenError(source, why);
    evidence_.given_error = status;
    return;
  }
  // That there is none beside a URL is what is expected.
  const bool normal =
      source.place == ManifestPlace::kBesideUrl && IsNoSuchFile(status);
  if (!normal) NoteFault(why);
  if (may_pass) evidence_.lookup_error = status;
}

void ContentFinder::NoteFault(absl::string_view why) {
  if (evidence_.manifest_fault.empty()) {
    evidence_.manifest_fault = std::string(why);
  }
}

void ContentFinder::NoteGivenError(const ManifestSource& source,
                                   absl::string_view why) {
  if (!evidence_.given_error.ok()) return;
  evidence_.given_error =
      UnprovenError(query_.proof_demand, source.asked_url,
                    absl::StrCat(why, ", and integrity is mandatory"));
}

std::optional<std::int64_t> ContentFinder::size() const {
  if (query_.expected_size || !evidence_.probe) return query_.expected_size;
  return evidence_.probe->identity.complete_length;
}

void ContentFinder::Get(OriginRequest request, SmallGet::Want want,
                        absl::Duration patience, SmallGet::Done then) {
  // Little, and the bytes wait for it: not to be held up by them.
  request.foreground = true;
  get_ = std::make_unique<SmallGet>(parts_.transport, parts_.executor);
  get_->Start(std::move(request), want, patience, std::move(then));
}

void ContentFinder::Finish() {
  std::exchange(done_, nullptr)(Judge(query_, settings_, std::move(evidence_)));
}

}  // namespace convoy
