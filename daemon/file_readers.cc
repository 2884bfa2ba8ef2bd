#include "daemon/file_readers.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/job_proto.h"
#include "daemon/job_state.h"
#include "peer/base/status_macros.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

// What is opened, and read from, on the files executor.
struct BlockRequest {
  OwnerFiles* files = nullptr;
  JobOwner owner;
  std::string path;
  FileIdentity identity;
  std::shared_ptr<UniqueFd> fd;  // Null: to be opened.
  std::int64_t offset = 0;
  std::int64_t length = 0;
};

absl::Status ReadError(const std::string& path, int error) {
  return Error(v1::ERROR_REASON_LOCAL_FILE_IO, v1::ERROR_CONTEXT_LOCAL_FILE)
      .LocalPath(path)
      .Status(absl::StrCat(path, ": ",
                           error == 0 ? "it is shorter than what was written"
                                      : strerror(error)));
}

absl::StatusOr<std::string> ReadAt(const BlockRequest& request) {
  std::string bytes(static_cast<std::size_t>(request.length), '\0');
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got =
        pread(request.fd->get(), &bytes[done], bytes.size() - done,
              request.offset + static_cast<std::int64_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return ReadError(request.path, got < 0 ? errno : 0);
    done += static_cast<std::size_t>(got);
  }
  return bytes;
}

}  // namespace

struct FileReaders::Block {
  std::shared_ptr<UniqueFd> fd;
  std::int64_t offset = 0;
  absl::StatusOr<std::string> bytes;
};

ReadId FileReaders::Open(Request request, FileReadListener* listener) {
  if (request.ranges.empty()) request.ranges.push_back({0, ByteRange::kToEnd});
  Reader reader;
  reader.request = std::move(request);
  reader.listener = listener;
  readers_.emplace(++last_id_, std::move(reader));
  return last_id_;
}

void FileReaders::Continue(ReadId id) {
  const auto found = readers_.find(id);
  if (found == readers_.end()) return;
  found->second.wants = true;
  Advance(id);
}

void FileReaders::End(ReadId id, absl::Status status) {
  const auto found = readers_.find(id);
  if (found == readers_.end()) return;
  FileReadListener* const listener = found->second.listener;
  readers_.erase(found);
  listener->OnEnd(std::move(status));
}

void FileReaders::EndAll(const absl::Status& status) {
  while (!readers_.empty()) End(readers_.begin()->first, status);
}

void FileReaders::OnJob(const JobId& job) {
  std::vector<ReadId> concerned;
  for (const auto& [id, reader] : readers_) {
    if (reader.request.job == job) concerned.push_back(id);
  }
  for (const ReadId id : concerned) Advance(id);
}

void FileReaders::OnFileReset(const JobId& job, int file_index) {
  std::vector<ReadId> concerned;
  for (const auto& [id, reader] : readers_) {
    // One that has read nothing loses nothing.
    const bool begun =
        reader.range > 0 || reader.position > 0 || reader.fd != nullptr;
    if (begun && reader.request.job == job &&
        reader.request.file_index == file_index) {
      concerned.push_back(id);
    }
  }
  for (const ReadId id : concerned) {
    End(id, Error(v1::ERROR_REASON_REMOTE_FILE_CHANGED,
                  v1::ERROR_CONTEXT_REMOTE_FILE)
                .Retryable()
                .Status("the file is fetched anew, since what was there is not "
                        "its newest version: read it from its begin again"));
  }
}

std::vector<ByteRange> FileReaders::FilledRanges(const JobFile& file) const {
  if (!file.transferred) {
    if (file.transfer == nullptr) return {};
    return parts_.engine->FlushedRanges(file.transfer->checkpoint);
  }
  const std::int64_t size = LocalSize(file).value_or(file.flushed_bytes);
  if (size == 0) return {};
  return {{0, size}};
}

std::int64_t FileReaders::Available(const Reader& reader,
                                    const JobFile& file) const {
  if (file.transfer == nullptr) return 0;
  const ByteRange& range = reader.request.ranges[reader.range];
  const std::int64_t at = range.offset + reader.position;
  std::int64_t length = static_cast<std::int64_t>(kBlockBytes);
  if (range.length != ByteRange::kToEnd) {
    length = std::min(length, range.length - reader.position);
  }
  for (const ByteRange& filled : FilledRanges(file)) {
    if (filled.offset <= at && at < filled.end()) {
      return std::min(length, filled.end() - at);
    }
  }
  return 0;
}

bool FileReaders::Settle(ReadId id, Reader& reader, const JobFile& file) {
  const std::optional<std::int64_t> size =
      file.transferred ? LocalSize(file).value_or(file.flushed_bytes)
                       : LocalSize(file);
  while (reader.range < reader.request.ranges.size()) {
    const ByteRange& range = reader.request.ranges[reader.range];
    const bool to_end = range.length == ByteRange::kToEnd;
    if (size.has_value() &&
        (range.offset > *size || (!to_end && range.end() > *size))) {
      const std::string field = absl::StrCat("ranges[", reader.range, "]");
      End(id, Error(v1::ERROR_REASON_INVALID_RANGE, v1::ERROR_CONTEXT_REQUEST)
                  .Field(field)
                  .Status(absl::StrCat(field,
                                       " is not inside the file, which "
                                       "has ",
                                       *size, " bytes")));
      return false;
    }
    const bool read =
        to_end ? size.has_value() && range.offset + reader.position >= *size
               : reader.position >= range.length;
    if (!read) return true;
    ++reader.range;
    reader.position = 0;
  }
  End(id, absl::OkStatus());
  return false;
}

absl::Status FileReaders::WhyOver(const Job& job, const JobFile& file) {
  if (job.state == v1::JOB_STATE_CANCELLED) {
    return absl::CancelledError("the job was cancelled");
  }
  if (job.state == v1::JOB_STATE_ERROR && job.failure != nullptr) {
    return Error(job.failure->detail).Status(job.failure->message);
  }
  if (job.state == v1::JOB_STATE_ACKNOWLEDGED && !file.transferred) {
    return Error(v1::ERROR_REASON_INVALID_STATE, v1::ERROR_CONTEXT_REQUEST)
        .Status("the job was completed before the file was whole");
  }
  return absl::OkStatus();
}

void FileReaders::Advance(ReadId id) {
  const auto found = readers_.find(id);
  if (found == readers_.end()) return;
  Reader& reader = found->second;
  if (!reader.wants || reader.reading) return;
  const JobEntry* const entry = parts_.table->Find(reader.request.job);
  if (entry == nullptr) {
    return End(id, Error(v1::ERROR_REASON_NOT_FOUND, v1::ERROR_CONTEXT_REQUEST)
                       .Status("the job is gone"));
  }
  const Job& job = *entry->job;
  const JobFile& file =
      job.files[static_cast<std::size_t>(reader.request.file_index)];
  if (!Settle(id, reader, file)) return;
  const absl::Status over = WhyOver(job, file);
  if (absl::IsCancelled(over)) return End(id, over);
  if (const std::int64_t length = Available(reader, file); length > 0) {
    return ReadBlock(id, reader, job, file, length);
  }
  if (!over.ok() || reader.request.no_wait) return End(id, over);
  // Opened early: when the job is completed, who has begun reads to the end.
  const bool can_open = file.transfer != nullptr && file.transfer->inode != 0;
  if (reader.fd == nullptr && can_open) ReadBlock(id, reader, job, file, 0);
}

void FileReaders::ReadBlock(ReadId id, Reader& reader, const Job& job,
                            const JobFile& file, std::int64_t length) {
  reader.reading = true;
  BlockRequest request;
  request.files = parts_.files;
  request.owner = job.owner;
  request.path =
      file.completed ? file.local_path : file.transfer->temporary_path;
  request.identity = {file.transfer->device, file.transfer->inode};
  request.fd = reader.fd;
  request.offset = reader.request.ranges[reader.range].offset + reader.position;
  request.length = length;
  parts_.work->Run<Block>(
      [request = std::move(request)]() mutable {
        Block block;
        block.offset = request.offset;
        if (request.fd == nullptr) {
          absl::StatusOr<UniqueFd> opened = request.files->OpenTemporary(
              request.owner, request.path, request.identity);
          if (!opened.ok()) {
            block.bytes = opened.status();
            return block;
          }
          request.fd = std::make_shared<UniqueFd>(*std::move(opened));
        }
        block.bytes = ReadAt(request);
        block.fd = std::move(request.fd);
        return block;
      },
      [this, id](Block block) { OnBlock(id, std::move(block)); });
}

void FileReaders::OnBlock(ReadId id, Block block) {
  const auto found = readers_.find(id);
  if (found == readers_.end()) return;
  Reader& reader = found->second;
  reader.reading = false;
  reader.fd = std::move(block.fd);
  if (!block.bytes.ok()) return End(id, block.bytes.status());
  if (block.bytes->empty()) return Advance(id);
  reader.wants = false;
  reader.position += static_cast<std::int64_t>(block.bytes->size());
  reader.listener->OnBytes(block.offset, *std::move(block.bytes));
}

}  // namespace convoy
