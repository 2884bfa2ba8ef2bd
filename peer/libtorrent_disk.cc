#include "peer/libtorrent_disk.h"

#include <algorithm>
#include <cstring>
#include <libtorrent/add_torrent_params.hpp>
#include <libtorrent/disk_buffer_holder.hpp>
#include <libtorrent/disk_observer.hpp>
#include <libtorrent/peer_request.hpp>
#include <libtorrent/performance_counters.hpp>
#include <libtorrent/sha1_hash.hpp>
#include <libtorrent/storage_defs.hpp>
#include <unordered_map>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"

namespace convoy {
namespace {

constexpr std::size_t kSpareBuffers = 256;

using Ready = absl::AnyInvocable<void() &&>;

// libtorrent drops what it was about when it sees this one; others would pause
// the torrent, which is ours to decide.
lt::storage_error Aborted() {
  return lt::storage_error(
      lt::error_code(boost::system::errc::operation_canceled,
                     boost::system::system_category()));
}

PieceIndex Piece(lt::piece_index_t piece) {
  return PieceIndex{static_cast<std::int32_t>(piece)};
}

// The first 20 bytes.
lt::sha1_hash ToHash(absl::string_view bytes) {
  return lt::sha1_hash(bytes.data());
}

std::string ToBytes(const lt::sha1_hash& hash) {
  return std::string(hash.data(), static_cast<std::size_t>(hash.size()));
}

}  // namespace

// Touched on the swarm's thread only.
struct LibtorrentDisk::Shared {
  explicit Shared(const Parts& from) : parts(from) {}
  ~Shared() {
    for (char* buffer : spare) delete[] buffer;
  }

  // Runs `done` in a later task, together with others.
  static void Answer(const std::shared_ptr<Shared>& shared, Ready done) {
    shared->ready.push_back(std::move(done));
    if (shared->ready.size() > 1) return;
    shared->parts.loop->Post([shared] {
      std::vector<Ready> batch;
      batch.swap(shared->ready);
      for (Ready& one : batch) std::move(one)();
    });
  }
  char* TakeBuffer() {
    if (spare.empty()) return new char[lt::default_block_size];
    char* const buffer = spare.back();
    spare.pop_back();
    return buffer;
  }
  void GiveBuffer(char* buffer) {
    if (spare.size() >= kSpareBuffers) {
      delete[] buffer;
    } else {
      spare.push_back(buffer);
    }
  }

  const Parts parts;
  std::unordered_map<std::string, std::shared_ptr<Entry>> by_hash;
  std::vector<std::shared_ptr<Entry>> slots;
  std::vector<lt::storage_index_t> free_slots;
  std::vector<Ready> ready;
  std::vector<char*> spare;
};

class LibtorrentDisk::Interface final : public lt::disk_interface,
                                        public lt::buffer_allocator_interface {
 public:
  explicit Interface(std::shared_ptr<Shared> shared)
      : shared_(std::move(shared)) {}

  lt::storage_holder new_torrent(const lt::storage_params& params,
                                 const std::shared_ptr<void>&) override {
    const auto found = shared_->by_hash.find(ToBytes(params.info_hash));
    std::shared_ptr<Entry> entry;
    if (found != shared_->by_hash.end()) entry = found->second;
    lt::storage_index_t index(
        static_cast<std::uint32_t>(shared_->slots.size()));
    if (shared_->free_slots.empty()) {
      shared_->slots.push_back(std::move(entry));
    } else {
      index = shared_->free_slots.back();
      shared_->free_slots.pop_back();
      Slot(index) = std::move(entry);
    }
    return lt::storage_holder(index, *this);
  }

  void remove_torrent(lt::storage_index_t index) override {
    Slot(index).reset();
    shared_->free_slots.push_back(index);
  }

  void async_read(
      lt::storage_index_t index, const lt::peer_request& request,
      std::function<void(lt::disk_buffer_holder, const lt::storage_error&)>
          handler,
      lt::disk_job_flags_t flags) override {
    const std::shared_ptr<Entry> entry = Slot(index);
    if (entry == nullptr || request.length <= 0 ||
        request.length > lt::default_block_size) {
      return Answer([handler = std::move(handler)] { handler({}, Aborted()); });
    }
    char* const buffer = shared_->TakeBuffer();
    const auto length = static_cast<std::size_t>(request.length);
    const PieceIndex piece = Piece(request.piece);
    // With force_copy libtorrent wants to know, before they are overwritten,
    // the blocks of a piece that was wrong: who sent them is banned.
    const bool as_it_is = static_cast<bool>(flags & force_copy);
    const bool read =
        as_it_is
            ? entry->storage->ReadBack(piece, request.start, buffer, length)
                  .ok()
            : entry->storage->TryRead(piece, request.start, buffer, length);
    if (read && !as_it_is) {
      // At once: so all blocks that one packet asked for go into one send.
      return handler(lt::disk_buffer_holder(*this, buffer, request.length), {});
    }
    if (read) {
      return Answer([this, handler = std::move(handler), buffer,
                     size = request.length]() mutable {
        handler(lt::disk_buffer_holder(*this, buffer, size), {});
      });
    }
    shared_->parts.worker->Post([this, shared = shared_, entry, piece, as_it_is,
                                 begin = request.start, buffer, length,
                                 handler = std::move(handler)]() mutable {
      const absl::Status status =
          as_it_is ? entry->storage->ReadBack(piece, begin, buffer, length)
                   : entry->storage->Read(piece, begin, buffer, length);
      shared->parts.loop->Post([this, shared, entry, status, buffer,
                                size = static_cast<int>(length),
                                handler = std::move(handler)] {
        lt::disk_buffer_holder holder(*this, buffer, size);
        if (status.ok()) return handler(std::move(holder), {});
        // What is in doubt is only refused.
        if (!absl::IsUnavailable(status)) Fail(entry.get(), status);
        handler({}, Aborted());
      });
    });
  }

  bool async_write(lt::storage_index_t index, const lt::peer_request& request,
                   const char* bytes, std::shared_ptr<lt::disk_observer> peer,
                   std::function<void(const lt::storage_error&)> handler,
                   lt::disk_job_flags_t) override {
    const std::shared_ptr<Entry> entry = Slot(index);
    if (entry == nullptr) {
      Answer([handler = std::move(handler)] { handler(Aborted()); });
      return false;
    }
    const absl::string_view block(bytes,
                                  static_cast<std::size_t>(request.length));
    const absl::StatusOr<bool> written =
        entry->storage->WriteBlock(Piece(request.piece), request.start, block);
    // Of a verified piece libtorrent's bytes may be none at all.
    if (written.ok() && *written) {
      entry->running.Add(Piece(request.piece), request.start, block);
    }
    if (!written.ok()) {
      Fail(entry.get(), written.status());
    } else if (peer != nullptr && entry->listener != nullptr) {
      entry->listener->OnBlockWritten(Piece(request.piece), request.start);
    }
    Answer([handler = std::move(handler), good = written.ok()] {
      handler(good ? lt::storage_error() : Aborted());
    });
    if (!entry->backlog_full || peer == nullptr) return false;
    entry->waiting.push_back(std::move(peer));
    return true;
  }

  void async_hash(lt::storage_index_t index, lt::piece_index_t index_of_piece,
                  lt::span<lt::sha256_hash> v2, lt::disk_job_flags_t,
                  std::function<void(lt::piece_index_t, const lt::sha1_hash&,
                                     const lt::storage_error&)>
                      handler) override {
    const std::shared_ptr<Entry> entry = Slot(index);
    const PieceIndex piece = Piece(index_of_piece);
    auto answer = [index_of_piece, handler = std::move(handler)](
                      const std::string& hash, const lt::storage_error& error) {
      handler(index_of_piece, hash.empty() ? lt::sha1_hash() : ToHash(hash),
              error);
    };
    if (entry == nullptr) return Answer([answer] { answer("", Aborted()); });
    if (v2.empty() && entry->storage->verified(piece)) {
      entry->running.Forget(piece);
      return Answer([answer, entry, piece] {
        answer(std::string(entry->manifest->HashOf(piece)), {});
      });
    }
    if (v2.empty()) {
      std::optional<std::string> hash = entry->running.Take(
          piece, entry->manifest->layout.RangeOf(piece).length);
      if (!hash) hash = entry->storage->TryHashPiece(piece);
      if (hash) {
        return Answer([this, entry, piece, hash = *std::move(hash),
                       answer = std::move(answer)]() mutable {
          OnHashed(entry, piece, std::move(hash), std::move(answer));
        });
      }
    }
    shared_->parts.worker->Post([this, shared = shared_, entry, piece, v2,
                                 answer = std::move(answer)]() mutable {
      absl::StatusOr<std::string> hash = entry->storage->HashPiece(piece);
      const absl::Status blocks = HashBlocks(entry->storage.get(), piece, v2);
      if (hash.ok() && !blocks.ok()) hash = blocks;
      shared->parts.loop->Post([this, entry, piece, hash = std::move(hash),
                                answer = std::move(answer)]() mutable {
        OnHashed(entry, piece, std::move(hash), std::move(answer));
      });
    });
  }

  void async_hash2(lt::storage_index_t index, lt::piece_index_t piece,
                   int begin, lt::disk_job_flags_t,
                   std::function<void(lt::piece_index_t, const lt::sha256_hash&,
                                      const lt::storage_error&)>
                       handler) override {
    const std::shared_ptr<Entry> entry = Slot(index);
    if (entry == nullptr) {
      return Answer([piece, handler = std::move(handler)] {
        handler(piece, {}, Aborted());
      });
    }
    shared_->parts.worker->Post([shared = shared_, entry, piece, begin,
                                 handler = std::move(handler)]() mutable {
      const absl::StatusOr<std::string> hash =
          entry->storage->HashBlock(Piece(piece), begin);
      shared->parts.loop->Post([piece, hash, handler = std::move(handler)] {
        if (!hash.ok()) return handler(piece, {}, Aborted());
        handler(piece, lt::sha256_hash(hash->data()), {});
      });
    });
  }

  // What is there of the content was told with the torrent, and is right.
  void async_check_files(
      lt::storage_index_t, const lt::add_torrent_params*,
      lt::aux::vector<std::string, lt::file_index_t>,
      std::function<void(lt::status_t, const lt::storage_error&)> handler)
      override {
    Answer([handler = std::move(handler)] {
      handler(lt::status_t::no_error, {});
    });
  }

  // Writes are done when they return: nothing is ever under way to a piece.
  void async_clear_piece(
      lt::storage_index_t, lt::piece_index_t piece,
      std::function<void(lt::piece_index_t)> handler) override {
    Answer([piece, handler = std::move(handler)] { handler(piece); });
  }

  void async_release_files(lt::storage_index_t,
                           std::function<void()> handler) override {
    if (handler) Answer(std::move(handler));
  }
  void async_stop_torrent(lt::storage_index_t,
                          std::function<void()> handler) override {
    if (handler) Answer(std::move(handler));
  }
  void async_set_file_priority(
      lt::storage_index_t,
      lt::aux::vector<lt::download_priority_t, lt::file_index_t> priorities,
      std::function<
          void(const lt::storage_error&,
               lt::aux::vector<lt::download_priority_t, lt::file_index_t>)>
          handler) override {
    Answer([priorities = std::move(priorities), handler = std::move(handler)] {
      handler({}, priorities);
    });
  }

  // Names are not libtorrent's business.
  void async_move_storage(lt::storage_index_t, std::string path,
                          lt::move_flags_t,
                          std::function<void(lt::status_t, const std::string&,
                                             const lt::storage_error&)>
                              handler) override {
    Answer([path = std::move(path), handler = std::move(handler)] {
      handler(lt::status_t::fatal_disk_error, path, Aborted());
    });
  }
  void async_rename_file(
      lt::storage_index_t, lt::file_index_t file, std::string name,
      std::function<void(const std::string&, lt::file_index_t,
                         const lt::storage_error&)>
          handler) override {
    Answer([file, name = std::move(name), handler = std::move(handler)] {
      handler(name, file, Aborted());
    });
  }
  void async_delete_files(
      lt::storage_index_t, lt::remove_flags_t,
      std::function<void(const lt::storage_error&)> handler) override {
    Answer([handler = std::move(handler)] { handler(Aborted()); });
  }

  void update_stats_counters(lt::counters&) const override {}
  std::vector<lt::open_file_state> get_status(
      lt::storage_index_t) const override {
    return {};
  }
  void abort(bool) override {}
  void submit_jobs() override {}
  void settings_updated() override {}

  void free_disk_buffer(char* buffer) override { shared_->GiveBuffer(buffer); }

 private:
  std::shared_ptr<Entry>& Slot(lt::storage_index_t index) {
    return shared_
        ->slots[static_cast<std::size_t>(static_cast<std::uint32_t>(index))];
  }

  void Answer(Ready done) { Shared::Answer(shared_, std::move(done)); }

  static void Fail(Entry* entry, const absl::Status& status) {
    if (entry->listener != nullptr) entry->listener->OnDiskError(status);
  }

  static absl::Status HashBlocks(SwarmStorage* storage, PieceIndex piece,
                                 lt::span<lt::sha256_hash> v2) {
    for (std::ptrdiff_t i = 0; i < v2.size(); ++i) {
      const absl::StatusOr<std::string> hash =
          storage->HashBlock(piece, i * PieceLayout::kBlockLength);
      if (!hash.ok()) return hash.status();
      v2[i] = lt::sha256_hash(hash->data());
    }
    return absl::OkStatus();
  }

  template <typename AnswerFunction>
  void OnHashed(const std::shared_ptr<Entry>& entry, PieceIndex piece,
                absl::StatusOr<std::string> hash, AnswerFunction answer) {
    if (!hash.ok()) {
      Fail(entry.get(), hash.status());
      return answer("", Aborted());
    }
    auto decide = [entry, piece,
                   answer = std::move(answer)](bool right) mutable {
      // Bytes of the origin may have come between, right ones: nobody is to
      // blame.
      right = right || entry->storage->verified(piece);
      if (!right) return answer("", {});
      entry->storage->MarkVerified(piece);
      entry->right.push_back(
          [hash = std::string(entry->manifest->HashOf(piece)),
           answer = std::move(answer)] { answer(hash, {}); });
      if (entry->listener == nullptr) return TellRight(entry.get());
      entry->listener->OnPieceRight();
    };
    const PieceHashes& hashes = entry->storage->hashes();
    const bool right = hashes.Find(piece) == *hash;
    if (right || hashes.certain(piece) || entry->listener == nullptr) {
      return decide(right);
    }
    entry->held[piece.value].push_back({*std::move(hash), std::move(decide)});
    entry->listener->OnHashWanted(piece);
  }

  const std::shared_ptr<Shared> shared_;
};

LibtorrentDisk::LibtorrentDisk(const Parts& parts)
    : shared_(std::make_shared<Shared>(parts)) {}

LibtorrentDisk::~LibtorrentDisk() = default;

std::unique_ptr<lt::disk_interface> LibtorrentDisk::MakeInterface() {
  return std::make_unique<Interface>(shared_);
}

void LibtorrentDisk::Add(const std::string& info_hash,
                         std::shared_ptr<Entry> entry) {
  shared_->by_hash[info_hash] = std::move(entry);
}

void LibtorrentDisk::Remove(const std::string& info_hash) {
  shared_->by_hash.erase(info_hash);
}

void LibtorrentDisk::HashLearned(Entry* entry, PieceIndex piece) {
  const auto found = entry->held.find(piece.value);
  const PieceHashes& hashes = entry->storage->hashes();
  const std::optional<std::string> wanted = hashes.Find(piece);
  if (found == entry->held.end() || !wanted) return;
  const bool right =
      std::any_of(found->second.begin(), found->second.end(),
                  [&](const Entry::Held& one) { return one.hash == *wanted; });
  if (!right && !hashes.certain(piece)) return;
  const std::vector<Entry::Held> held = std::move(found->second);
  entry->held.erase(found);
  for (const Entry::Held& one : held) one.answer(one.hash == *wanted);
}

void LibtorrentDisk::GiveUpHash(Entry* entry, PieceIndex piece) {
  const auto found = entry->held.find(piece.value);
  if (found == entry->held.end()) return;
  const std::vector<Entry::Held> held = std::move(found->second);
  entry->held.erase(found);
  for (const Entry::Held& one : held) one.answer(false);
}

void LibtorrentDisk::TellRight(Entry* entry) {
  for (const auto& tell : std::exchange(entry->right, {})) tell();
}

void LibtorrentDisk::SetBacklog(Entry* entry, bool full) {
  entry->backlog_full = full;
  if (full) return;
  std::vector<std::weak_ptr<lt::disk_observer>> waiting;
  waiting.swap(entry->waiting);
  for (const auto& peer : waiting) {
    if (const auto alive = peer.lock()) alive->on_disk();
  }
}

}  // namespace convoy
