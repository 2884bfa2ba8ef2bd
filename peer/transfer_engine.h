#ifndef CONVOY_PEER_TRANSFER_ENGINE_H_
#define CONVOY_PEER_TRANSFER_ENGINE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "peer/base/clock.h"
#include "peer/base/delay_histogram.h"
#include "peer/base/executor.h"
#include "peer/base/unique_fd.h"
#include "peer/byte_range.h"
#include "peer/contents.h"
#include "peer/http_settings.h"
#include "peer/swarm_settings.h"

namespace convoy {

// The only door between daemon/ and the engine that moves bytes. The engine
// knows URLs, open files and pieces; it never opens a path, and never hears of
// jobs or users.

// One local file to be filled.
struct TransferSpec {
  // The temporary file, open for reading and writing.
  UniqueFd target;
  // remote_url, then the mirrors. With `source`: one file:// URL, for messages.
  std::vector<std::string> urls;
  // The open file of a file:// URL; else invalid.
  UniqueFd source;
  // Empty: the whole remote file. Else what the local file is made of, one
  // after another: in any order, without overlap; one may be ByteRange::kToEnd.
  std::vector<ByteRange> ranges;
  std::optional<std::int64_t> expected_size;  // Of the whole remote file.
  // Of the local file. A longer one ends with MAX_DOWNLOAD_SIZE.
  std::optional<std::int64_t> max_size;
  // Bytes of the local file that come first where one source gives them,
  // rising, the last one may be ByteRange::kToEnd; and missing bytes behind
  // `position` before those in front of it. A hint: without ranges at the
  // origin, and with peers, bytes come in their own order.
  std::vector<ByteRange> wanted;
  std::int64_t position = 0;
  // Nothing but the pieces of `wanted` is fetched, from `urls` alone. When they
  // are on disk the transfer ends with OK, also if others are missing.
  // REQUIRES: no `ranges`, no `source`.
  bool only_wanted = false;
  std::string expected_sha256;  // Of the local file, 32 bytes; or empty.
  std::shared_ptr<const HttpSettings> http;  // Never null.
  // The newest TransferNews.checkpoint of an earlier transfer into the same
  // file. Empty or unreadable: begin anew.
  std::string checkpoint;

  // Which peers may be used. Lowered to SwarmSettings.max_mode.
  DownloadMode download_mode = DownloadMode::kLan;
  // Never announced, never given to peers; none are asked.
  bool is_private = false;
  bool foreground = false;
  ProofDemand proof_demand = ProofDemand::kNone;
  // Who set the two, for explanations: "job", or a configuration key.
  std::string mode_policy;
  // The job's manifest: its bytes (read with the owner's rights), or its URL,
  // or neither. And what it must be: an info-hash of 20 bytes (or all 32 of
  // version 2), a SHA-256; or empty.
  std::string manifest;
  std::string manifest_url;
  std::string manifest_info_hash;
  std::string manifest_sha256;
  // How long to wait for peers before the origin is asked for bytes.
  absl::Duration origin_delay;
  // The same where no peers can be used: the origin is asked for the head of
  // the file alone until then.
  absl::Duration plain_delay;
  // How long a file that no cache host serves waits and asks them again before
  // the origin is asked. InfiniteDuration: never the origin. Without cache
  // hosts it has no effect.
  absl::Duration cache_host_delay;
  // The file's owner has refused what came from elsewhere: cache hosts are not
  // asked. (Peers: download_mode says so.)
  bool urls_alone = false;
  // Where peers give less, the rest is taken from the origin at once, without
  // origin_delay. 0: never.
  std::int64_t min_peer_bytes_per_second = 0;
  uid_t owner = 0;
};

// What a transfer does with one kind of peers, and why.
struct PeerUse {
  enum class Use { kRefused, kIdle, kUsed };
  PeerKind kind = PeerKind::kLan;
  Use use = Use::kRefused;
  // A sentence: "3 peers, 2 of them share the origin", "no peer has answered",
  // "nothing vouches for the bytes: ...".
  std::string reason;
  // The configuration key that decides it. Empty: none.
  std::string policy;
  int connections = 0;
};

// What a transfer does with one cache host, and why.
struct CacheHostUse {
  PeerUse::Use use = PeerUse::Use::kIdle;
  std::string address;  // Scheme, host and port.
  // A sentence: "fetching over 2 connections", "it has another version".
  std::string reason;
  // "job", or the configuration key that decides it. Empty: none.
  std::string policy;
  int connections = 0;
};

// A rule that makes a transfer wait.
struct TransferHold {
  std::string text;    // A sentence without a full stop.
  std::string policy;  // The configuration key.
};

// Where a transfer stands.
struct TransferNews {
  // A first byte has come in this transfer.
  bool connected = false;
  // Size of the local file, once known.
  std::optional<std::int64_t> size;
  // Bytes of the local file that are on disk. Falls back to 0 when the remote
  // file changed and the transfer began anew.
  std::int64_t flushed_bytes = 0;
  // What a later transfer needs to go on from flushed_bytes. Opaque.
  std::string checkpoint;
  Validator validator;
  std::string effective_url;
  std::vector<HttpHeader> response_headers;
  // Of the last answer that bytes were taken from. 0: none yet.
  int http_status = 0;
  std::string server_address;  // OriginResponseHead.server_address.
  // "sha-256 given in the job", "size and validator of the origin", ...
  std::string integrity;
  // Bytes received in this transfer, by source.
  std::int64_t origin_bytes = 0;
  std::int64_t mirror_bytes = 0;
  std::int64_t local_bytes = 0;
  std::int64_t lan_bytes = 0;
  std::int64_t group_bytes = 0;
  std::int64_t internet_bytes = 0;
  std::int64_t cache_host_bytes = 0;
  // 20 bytes: the info-hash by which peers know the content. Empty: none.
  std::string content_id;
  // One for each kind of peers.
  std::vector<PeerUse> peers;
  // One for each that is configured, in order.
  std::vector<CacheHostUse> cache_hosts;
  // Mirrors that the origin named; they come behind TransferSpec.urls.
  std::vector<std::string> found_mirrors;
  // Index of the URL in use, into TransferSpec.urls and then found_mirrors. 0
  // where a cache host stands for it.
  int url_index = 0;
  // Absent: nothing but the sources themselves is waited for.
  std::optional<TransferHold> hold;
  // Connections in use now.
  int connections = 0;
  // What it does, as a part of a sentence: "asking the origin", "fetching 3
  // ranges", "checking SHA-256", "waiting for a connection to HOST".
  std::string activity;
};

// How a transfer ended.
struct TransferEnd {
  // OK: the file has its size, its SHA-256 is the expected one, and it is on
  // disk; with TransferSpec.only_wanted, what was wanted is on disk, and
  // news.flushed_bytes tells whether more is missing. Else an Error
  // (error_detail.h); `retryable` tells whether a later try may succeed without
  // a change.
  absl::Status status;
  // The origin asked to wait this long (Retry-After).
  std::optional<absl::Duration> retry_after;
  TransferNews news;
};

// Gets news of one transfer, on the executor given to TransferEngine::Start.
class TransferObserver {
 public:
  virtual ~TransferObserver() = default;
  // The newest state; what came in between is skipped. At most about 5 calls a
  // second, at least one whenever `connected` or `size` changes.
  virtual void OnNews(const TransferNews& news) = 0;
  // Checkpoints told so far, and TransferSpec.checkpoint, are void: the bytes
  // that they speak of are about to be replaced by those of another version of
  // the file. Forget them, durably, then call Transfer::CheckpointForgotten;
  // the transfer waits for that, for an old checkpoint and new bytes would make
  // a wrong file.
  virtual void OnCheckpointVoid() = 0;
  // Once, last.
  virtual void OnEnd(TransferEnd end) = 0;
};

// A transfer under way. Destroying it stops the transfer, and the observer is
// not called any more (from the moment the destructor returns, when it is
// called on the observer's executor). Bytes that are not flushed by then are
// lost.
class Transfer {
 public:
  virtual ~Transfer() = default;
  // The answer to TransferObserver::OnCheckpointVoid. Call on its executor.
  virtual void CheckpointForgotten() = 0;
};

class TransferEngine {
 public:
  virtual ~TransferEngine() = default;

  // Begins. `observer` is not owned and must outlive the returned Transfer; it
  // is called on `executor`. Call on `executor`. Never blocks.
  virtual std::unique_ptr<Transfer> Start(TransferSpec spec,
                                          TransferObserver* observer,
                                          Executor* executor) = 0;

  // Asks the origin of `url` (http or https) which version of the file it has
  // now. `answer` comes on `executor`, unless the engine is destroyed before.
  // Errors: what HTTP and the network say. Any thread.
  virtual void AskOrigin(
      const std::string& url, std::shared_ptr<const HttpSettings> http,
      Executor* executor,
      absl::AnyInvocable<void(absl::StatusOr<Validator>) &&> answer) = 0;

  // Another configuration: for requests, contents and connections that begin
  // after it, and for who may be a peer of all. Running transfers go on. Ports,
  // the group and the cache's folder stay what they were. On the thread that
  // calls Start.
  virtual void SetSettings(const HttpLimits& limits,
                           const SwarmSettings& swarm) = 0;
  // Rates for all transfers and contents, from now on. Any thread.
  virtual void SetBandwidth(const BandwidthLimits& limits) = 0;
  // Cache hosts for all requests from now on. None at first. Any thread.
  virtual void SetCacheHosts(const CacheHostSettings& settings) = 0;
  // The default route goes through a VPN. False at first. Any thread.
  virtual void SetOnVpn(bool on_vpn) = 0;
  // Bytes that have come from outside of the LAN, up to now. Any thread.
  virtual std::int64_t OutsideBytes() const = 0;
  // How long tasks have waited for the engine's thread. Any thread.
  virtual DelayHistogram::Counts Delays() const { return {}; }
  // Bytes of the local file that are on disk, and verified where a hash is
  // known, by a TransferNews.checkpoint; rising, none touches the next. None
  // for what is no checkpoint. Any thread.
  virtual std::vector<ByteRange> FlushedRanges(
      const std::string& checkpoint) const = 0;
  // Bytes given to peers since the start. Any thread.
  virtual PeerBytes Uploaded() const = 0;
  // Lives as long as the engine.
  virtual Contents& contents() = 0;
};

class CacheDisk;

// The engine over libcurl and libtorrent, with threads of its own: one for
// HTTP, one for the swarm, one for discovery, some for flushing and hashing.
// Destroy it after all its Transfers and not on `executor`. Null `cache`:
// contents are given to peers only while their jobs have them.
std::unique_ptr<TransferEngine> MakeTransferEngine(
    const HttpLimits& limits, const SwarmSettings& swarm,
    std::unique_ptr<CacheDisk> cache, const Clock& clock);

}  // namespace convoy

#endif  // CONVOY_PEER_TRANSFER_ENGINE_H_
