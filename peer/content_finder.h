#ifndef CONVOY_PEER_CONTENT_FINDER_H_
#define CONVOY_PEER_CONTENT_FINDER_H_

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "peer/base/clock.h"
#include "peer/base/executor.h"
#include "peer/content_rules.h"
#include "peer/origin_transport.h"
#include "peer/small_get.h"

namespace convoy {

// Finds out what a file is before its bytes are fetched: its manifest, in the
// job, where the job says, where the origin's Link header says, or beside the
// URL; its digest; its size and validator. What is believed of it: Judge in
// content_rules.h.
//
// Thread: everything on the executor, the transport's. Destroying it ends the
// search.
class ContentFinder final {
 public:
  struct Parts {  // Not owned.
    OriginTransport* transport;
    Executor* executor;
    const Clock* clock;
  };
  using Done = absl::AnyInvocable<void(FoundContent) &&>;

  // How long a manifest that the job does not name may be on its way.
  static constexpr absl::Duration kPatience = absl::Seconds(30);

  // REQUIRES: query.urls is not empty.
  ContentFinder(const Parts& parts, ContentQuery query,
                ContentSettings settings, Done done);
  ~ContentFinder() = default;
  ContentFinder(const ContentFinder&) = delete;
  ContentFinder& operator=(const ContentFinder&) = delete;

  // Once. `done` is called once, last, never from inside; it may destroy this.
  void Start();

 private:
  static bool IsGiven(const ManifestSource& source) {
    return source.place == ManifestPlace::kJobBytes ||
           source.place == ManifestPlace::kJobUrl;
  }

  void Begin();
  // Fetches from the next place; the places at the origin are known when it was
  // asked.
  void LookNext();
  void Probe();
  void OnProbed(SmallGet::Answer answer);
  void AddPlaces();
  void Fetch(ManifestSource source);
  void OnFetched(ManifestSource source, SmallGet::Answer answer);
  // True: the manifest can be used, and none better is needed.
  bool Consider(const ManifestSource& source, absl::string_view bytes);
  void NoteFetchError(const ManifestSource& source, const absl::Status& status);
  void NoteFault(absl::string_view why);
  void NoteGivenError(const ManifestSource& source, absl::string_view why);
  // Of the remote file, if anybody told.
  std::optional<std::int64_t> size() const;

  void Get(OriginRequest request, SmallGet::Want want, absl::Duration patience,
           SmallGet::Done then);
  // The last thing: the owner may destroy this.
  void Finish();

  const Parts parts_;
  const ContentQuery query_;
  const ContentSettings settings_;
  Done done_;
  ContentEvidence evidence_;
  std::deque<ManifestSource> places_;
  bool probed_ = false;
  std::unique_ptr<SmallGet> get_;
  const std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace convoy

#endif  // CONVOY_PEER_CONTENT_FINDER_H_
