#ifndef CONVOY_PEER_SWARM_TRANSFER_TESTING_H_
#define CONVOY_PEER_SWARM_TRANSFER_TESTING_H_

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "peer/fake_swarm.h"
#include "peer/piece_digest.h"
#include "peer/swarm_transfer.h"
#include "peer/transfer_testing.h"

namespace convoy {

constexpr char kUrl[] = "http://origin.test/file";
constexpr char kMirror[] = "http://mirror.test/file";
constexpr std::int64_t kPiece = 64 << 10;
constexpr std::int64_t kSize = 20 * kPiece + 777;

inline PieceIndex P(int index) { return PieceIndex{index}; }

class SwarmTransferTest : public ::testing::Test {
 protected:
  SwarmTransferTest() {
    FakeRemoteFile file;
    file.content = content_;
    file.etag = "\"v1\"";
    origin_.SetFile(kUrl, file);
    spec_.urls = {kUrl};
    spec_.http = std::make_shared<const HttpSettings>();
    found_.manifest = MakeManifest(content_);
    found_.peers_allowed = true;
    found_.integrity = "pieces of a manifest";
  }

  // Only what a transfer looks at.
  static std::shared_ptr<const Manifest> MakeManifest(
      const std::string& content, PieceHashKind kind = PieceHashKind()) {
    auto manifest = std::make_shared<Manifest>();
    manifest->info_hash = std::string(20, 'i');
    manifest->name = "file";
    manifest->layout =
        *PieceLayout::Make(static_cast<std::int64_t>(content.size()), kPiece);
    for (std::size_t at = 0; at < content.size(); at += kPiece) {
      PieceDigest digest(kind);
      digest.Update(content.substr(at, kPiece));
      manifest->piece_hashes += digest.Finish();
    }
    manifest->hash_kind = kind;
    return manifest;
  }
  std::string PieceBytes(int piece) const {
    return content_.substr(static_cast<std::size_t>(piece) * kPiece, kPiece);
  }

  RecordingObserver& Start() {
    observer_ = std::make_unique<RecordingObserver>();
    auto link = std::make_shared<ObserverLink>(observer_.get(), &executor_);
    observer_->SetOnVoid([this] { transfer_->CheckpointForgotten(); });
    SwarmTransfer::Parts parts;
    parts.transport = &origin_;
    parts.executor = &executor_;
    parts.worker = &worker_;
    parts.clock = &clock_;
    parts.max_connections_per_file = 4;
    parts.swarm = &swarm_;
    parts.registry = &registry_;
    if (use_cache_hosts_) parts.cache_hosts = &cache_hosts_;
    transfer_ = std::make_unique<SwarmTransfer>(
        parts, spec_, found_,
        std::make_shared<FaultyTargetFile>(OpenTargetFile(target_.Open()),
                                           &faults_),
        std::move(link),
        [this](std::string reason) { gave_up_ = std::move(reason); });
    transfer_->Start();
    executor_.RunUntilIdle();
    return *observer_;
  }
  void Advance(absl::Duration by) {
    for (; by > absl::ZeroDuration(); by -= absl::Milliseconds(50)) {
      executor_.Advance(absl::Milliseconds(50));
      executor_.RunUntilIdle();
    }
  }
  // Stops it, and begins another one from its last checkpoint.
  RecordingObserver& Restart() {
    spec_.checkpoint = observer_->all().back().checkpoint;
    transfer_.reset();
    executor_.RunUntilIdle();
    return Start();
  }

  const std::string content_ = TestContent(kSize);
  FakeClock clock_;
  FakeExecutor executor_{clock_};
  FakeFileWorker worker_{executor_};
  FakeOriginTransport origin_{executor_};
  FakeSwarm swarm_{executor_};
  FakeRegistry registry_;
  CacheHosts cache_hosts_{clock_};
  bool use_cache_hosts_ = false;
  FaultyTargetFile::Faults faults_;
  TestFile target_;
  TransferSpec spec_;
  FoundContent found_;
  std::unique_ptr<RecordingObserver> observer_;
  std::unique_ptr<SwarmTransfer> transfer_;
  std::optional<std::string> gave_up_;
};

}  // namespace convoy

#endif  // CONVOY_PEER_SWARM_TRANSFER_TESTING_H_
