#ifndef CONVOY_PEER_TRANSFER_ENGINE_H_
#define CONVOY_PEER_TRANSFER_ENGINE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "peer/base/clock.h"
#include "peer/base/executor.h"
#include "peer/base/unique_fd.h"
#include "peer/byte_range.h"
#include "peer/http_settings.h"

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
  // Empty: the whole remote file. Else rising, without overlap; the last one
  // may be ByteRange::kToEnd.
  std::vector<ByteRange> ranges;
  std::optional<std::int64_t> expected_size;  // Of the whole remote file.
  std::string expected_sha256;  // Of the local file, 32 bytes; or empty.
  std::shared_ptr<const HttpSettings> http;  // Never null.
  // The newest TransferNews.checkpoint of an earlier transfer into the same
  // file. Empty or unreadable: begin anew.
  std::string checkpoint;
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
  // "sha-256 given in the job", "size and validator of the origin", ...
  std::string integrity;
  // Bytes received in this transfer, by source.
  std::int64_t origin_bytes = 0;
  std::int64_t mirror_bytes = 0;
  std::int64_t local_bytes = 0;
  // Index into TransferSpec.urls of the URL in use.
  int url_index = 0;
  // Connections in use now.
  int connections = 0;
  // What it does, as a part of a sentence: "asking the origin", "fetching 3
  // ranges", "checking SHA-256", "waiting for a connection to HOST".
  std::string activity;
};

// How a transfer ended.
struct TransferEnd {
  // OK: the file has its size, its SHA-256 is the expected one, and it is on
  // disk. Else an Error (error_detail.h); `retryable` tells whether a later try
  // may succeed without a change.
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
};

// The engine over libcurl, with threads of its own: one for the network, some
// for flushing and hashing. Destroy it after all its Transfers and not on
// `executor`.
std::unique_ptr<TransferEngine> MakeTransferEngine(const HttpLimits& limits,
                                                   const Clock& clock);

}  // namespace convoy

#endif  // CONVOY_PEER_TRANSFER_ENGINE_H_
