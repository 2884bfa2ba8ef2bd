#ifndef CONVOY_PEER_LIBTORRENT_DISK_H_
#define CONVOY_PEER_LIBTORRENT_DISK_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <libtorrent/disk_interface.hpp>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "peer/base/executor.h"
#include "peer/file_worker.h"
#include "peer/running_hashes.h"
#include "peer/swarm_storage.h"

namespace convoy {

// What the disk of one content tells the torrent's side. On the swarm's thread.
class DiskListener {
 public:
  virtual ~DiskListener() = default;
  // The bytes of the piece are in the file, and it is not known yet what they
  // must be, or a peer said something else: who gave them shall say so, too.
  // HashLearned is called when somebody did.
  virtual void OnHashWanted(PieceIndex piece) = 0;
  // A piece of peers is whole and right; TellRight tells libtorrent so, now or
  // later.
  virtual void OnPieceRight() = 0;
  // The block of a peer that begins there is in the file.
  virtual void OnBlockWritten(PieceIndex piece, std::int64_t begin) = 0;
  // The file cannot be read or written, or is not what it was.
  virtual void OnDiskError(absl::Status status) = 0;
};

// libtorrent's disk: reads, writes and hashes over the open files of
// SwarmStorage, so that libtorrent opens no path and maps no file.
//
// Writes go to the page cache at once, on the swarm's thread, out of the
// receive buffer: one copy, no queue, nothing held in memory. While a content's
// backlog is full (more is written than the disk takes) its peers are not read
// from. Reads are answered out of the page cache at once; those that would wait
// for the disk run on the file worker. A piece whose blocks came in order is
// hashed as they are written, else it is read back. Of a right one libtorrent
// is told when the listener says so. Other answers are gathered and posted once
// for each batch of libtorrent's.
//
// Thread: the swarm's. Outlives the session.
class LibtorrentDisk {
 public:
  struct Parts {  // Not owned.
    Executor* loop;
    FileWorker* worker;
  };

  // One content, while it is in the session.
  struct Entry {
    Entry(std::shared_ptr<const Manifest> of,
          std::shared_ptr<SwarmStorage> over)
        : manifest(std::move(of)),
          storage(std::move(over)),
          running(manifest->hash_kind) {}

    // Hashes that libtorrent's torrent has: those of the manifest, of version 2
    // the first 20 bytes of each (TorrentInfoOf), or the placeholders of a
    // late-bound content.
    const std::shared_ptr<const Manifest> manifest;
    const std::shared_ptr<SwarmStorage> storage;
    DiskListener* listener = nullptr;  // Null: it has gone.
    // Of pieces that are being written.
    RunningHashes running;
    bool backlog_full = false;
    std::vector<std::weak_ptr<lt::disk_observer>> waiting;
    // Pieces whose bytes nobody has vouched for, their hashes, and what is to
    // be told when it is known whether they are right.
    struct Held {
      std::string hash;
      std::function<void(bool right)> answer;
    };
    std::map<std::int32_t, std::vector<Held>> held;
    // Each tells libtorrent of a piece that is right.
    std::vector<std::function<void()>> right;
  };

  explicit LibtorrentDisk(const Parts& parts);
  ~LibtorrentDisk();

  // For lt::session_params.disk_io_constructor; called once.
  std::unique_ptr<lt::disk_interface> MakeInterface();

  // Before the torrent with this info-hash is added.
  void Add(const std::string& info_hash, std::shared_ptr<Entry> entry);
  // After it was removed.
  void Remove(const std::string& info_hash);
  // The storage's hashes may know this piece now. What waits and differs from a
  // peer's word goes on waiting.
  static void HashLearned(Entry* entry, PieceIndex piece);
  // Nobody vouches for the bytes: they count as wrong.
  static void GiveUpHash(Entry* entry, PieceIndex piece);
  // Tells libtorrent of all pieces that are right; it tells the peers.
  static void TellRight(Entry* entry);
  static void SetBacklog(Entry* entry, bool full);

 private:
  class Interface;
  struct Shared;

  const std::shared_ptr<Shared> shared_;
};

}  // namespace convoy

#endif  // CONVOY_PEER_LIBTORRENT_DISK_H_
