#ifndef CONVOY_CLIENT_FILE_READER_H_
#define CONVOY_CLIENT_FILE_READER_H_

#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "client/client_options.h"
#include "convoy/v1/job_service.pb.h"

namespace convoy {

// Reads a file of a job while the job runs, or before it is completed: the
// bytes that are verified and on disk, in rising order, each block as soon as
// it is there (JobService's ReadFile).
//
//   FileReader reader(client.options(), request);
//   auto block = reader.Next();
//   for (; block.ok() && block->has_value(); block = reader.Next()) {
//     Use((*block)->data());
//   }
//   return block.status();  // OK: all that was asked for has come.
//
// The daemon waits for who is slow: what lies between it and the reader is
// bounded by gRPC's window. A reader has no deadline, for bytes may take long;
// Cancel ends it.
class FileReader {
 public:
  // Connects at once; errors come from Next.
  FileReader(ClientOptions client, const v1::ReadFileRequest& request);
  // Cancels.
  ~FileReader();
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;

  // The next block, or nothing at the end. Blocks until one of them is there.
  // Errors: those of ReadFile, among them the job's own after ERROR, and
  // REMOTE_FILE_CHANGED when the bytes read so far are not those of the file's
  // newest version; UNAVAILABLE when the daemon went away: a new reader can
  // begin behind the last byte. One thread at a time.
  absl::StatusOr<std::optional<v1::ReadFileResponse>> Next();

  // Next ends with CANCELLED. Any thread.
  void Cancel();

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace convoy

#endif  // CONVOY_CLIENT_FILE_READER_H_
