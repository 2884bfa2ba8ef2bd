#ifndef CONVOY_DAEMON_FILE_READERS_H_
#define CONVOY_DAEMON_FILE_READERS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "daemon/file_work.h"
#include "daemon/job_table.h"
#include "daemon/owner_files.h"
#include "peer/base/ids.h"
#include "peer/base/unique_fd.h"
#include "peer/byte_range.h"
#include "peer/transfer_engine.h"

namespace convoy {

// Gets the bytes of one ReadFile call, on the control executor.
class FileReadListener {
 public:
  virtual ~FileReadListener() = default;
  // The next bytes of the local file. No more come until FileReaders::Continue.
  virtual void OnBytes(std::int64_t offset, std::string bytes) = 0;
  // Once, last.
  virtual void OnEnd(absl::Status status) = 0;
};

using ReadId = std::uint64_t;

// Those who read files of jobs while the jobs run: each gets the bytes that are
// verified and on disk, in rising order, as they come. A reader holds one block
// at a time, so a slow one costs no memory.
//
// A file whose bytes are found to be void (the origin has another version)
// ends its readers with REMOTE_FILE_CHANGED: two versions are never mixed.
//
// Belongs to the control executor.
class FileReaders {
 public:
  static constexpr std::size_t kBlockBytes = 256 * 1024;

  struct Parts {  // Not owned.
    JobTable* table;
    FileWork* work;
    OwnerFiles* files;
    TransferEngine* engine;
  };

  struct Request {
    JobId job;
    int file_index = 0;
    std::vector<ByteRange> ranges;  // None: the whole file.
    bool no_wait = false;
  };

  explicit FileReaders(const Parts& parts) : parts_(parts) {}
  FileReaders(const FileReaders&) = delete;
  FileReaders& operator=(const FileReaders&) = delete;

  // Begins with Continue. `listener` is not owned; it is called until OnEnd or
  // Stop.
  ReadId Open(Request request, FileReadListener* listener);
  // The listener takes the next bytes. May call it from inside.
  void Continue(ReadId id);
  // No effect after OnEnd.
  void Stop(ReadId id) { readers_.erase(id); }
  void End(ReadId id, absl::Status status);
  void EndAll(const absl::Status& status);

  // The job has changed, or is gone.
  void OnJob(const JobId& job);
  // What was fetched of the file is void.
  void OnFileReset(const JobId& job, int file_index);

  // Bytes of the local file that are verified and on disk.
  std::vector<ByteRange> FilledRanges(const JobFile& file) const;

 private:
  struct Reader {
    Request request;
    FileReadListener* listener = nullptr;
    std::size_t range = 0;         // Of request.ranges.
    std::int64_t position = 0;     // In that range, from its begin.
    bool wants = false;            // The listener takes bytes.
    bool reading = false;          // A block is on its way.
    std::shared_ptr<UniqueFd> fd;  // Null: not opened yet.
  };
  struct Block;

  // Does what is next for the reader: a block, the end, or nothing.
  void Advance(ReadId id);
  // Skips ranges that have been read. False: the reader was ended.
  bool Settle(ReadId id, Reader& reader, const JobFile& file);
  // Bytes that can be read at the reader's place now.
  std::int64_t Available(const Reader& reader, const JobFile& file) const;
  // Why no byte comes any more; OK: some may.
  static absl::Status WhyOver(const Job& job, const JobFile& file);
  // Opens the file first, if need be; `length` may be 0.
  void ReadBlock(ReadId id, Reader& reader, const Job& job, const JobFile& file,
                 std::int64_t length);
  void OnBlock(ReadId id, Block block);

  const Parts parts_;
  ReadId last_id_ = 0;
  std::map<ReadId, Reader> readers_;
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_FILE_READERS_H_
