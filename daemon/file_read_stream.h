#ifndef CONVOY_DAEMON_FILE_READ_STREAM_H_
#define CONVOY_DAEMON_FILE_READ_STREAM_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "convoy/v1/job_service.pb.h"
#include "daemon/caller.h"
#include "daemon/caller_resolver.h"
#include "daemon/file_readers.h"
#include "daemon/rpc_call.h"
#include "peer/base/executor.h"

namespace convoy {

// The answer to a ReadFile call: asks for the next block when the one before
// has been written.
//
// All of it happens on the control executor, which must run until gRPC's server
// is down. Lives until gRPC is done with the call and no task holds it.
class FileReadStream final
    : public FileReadListener,
      public std::enable_shared_from_this<FileReadStream> {
 public:
  // How the manager is spoken to; what these refer to must outlive the server.
  struct Reading {
    absl::AnyInvocable<ReadId(const Caller&, FileReadListener*)> begin;
    absl::AnyInvocable<void(ReadId)> go_on;
    absl::AnyInvocable<void(ReadId)> stop;
  };

  // Answers the call.
  static void Start(std::shared_ptr<RpcCall> call, CallerResolver& callers,
                    Executor& control, Reading reading);

  void OnBytes(std::int64_t offset, std::string bytes) override;
  void OnEnd(absl::Status status) override;

 private:
  FileReadStream(std::shared_ptr<RpcCall> call, Executor& control,
                 Reading reading)
      : call_(std::move(call)),
        control_(control),
        reading_(std::move(reading)) {}

  void Post(absl::AnyInvocable<void(FileReadStream*) &&> then);
  void Begin(const absl::StatusOr<Caller>& caller);
  void OnWritten(bool ok);
  void Stop();
  void Finish(const absl::Status& status);

  const std::shared_ptr<RpcCall> call_;
  Executor& control_;
  Reading reading_;
  ReadId id_ = 0;
  bool writing_ = false;
  bool ended_ = false;
  absl::Status end_;
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_FILE_READ_STREAM_H_
