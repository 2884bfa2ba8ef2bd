#include "client/file_reader.h"

#include <grpcpp/grpcpp.h>

#include <utility>

#include "absl/status/status.h"
#include "client/job_client_channel.h"
#include "convoy/v1/job_service.grpc.pb.h"

namespace convoy {

class FileReader::Impl {
 public:
  Impl(ClientOptions client, const v1::ReadFileRequest& request)
      : client_(WithDefaults(std::move(client))),
        stub_(v1::JobService::NewStub(OpenDaemonChannel(client_))),
        stream_(stub_->ReadFile(&context_, request)) {}
  ~Impl() {
    context_.TryCancel();
    v1::ReadFileResponse dropped;
    while (!end_.has_value() && stream_->Read(&dropped)) {
    }
    Finish();
  }

  absl::StatusOr<std::optional<v1::ReadFileResponse>> Next() {
    v1::ReadFileResponse block;
    if (!end_.has_value() && stream_->Read(&block)) return block;
    Finish();
    if (!end_->ok()) return *end_;
    return std::optional<v1::ReadFileResponse>();
  }

  void Cancel() { context_.TryCancel(); }

 private:
  void Finish() {
    if (end_.has_value()) return;
    const grpc::Status status = stream_->Finish();
    end_ = status.ok() ? absl::OkStatus() : CallStatus(client_, status);
  }

  const ClientOptions client_;
  const std::unique_ptr<v1::JobService::Stub> stub_;
  grpc::ClientContext context_;
  const std::unique_ptr<grpc::ClientReader<v1::ReadFileResponse>> stream_;
  std::optional<absl::Status> end_;
};

FileReader::FileReader(ClientOptions client, const v1::ReadFileRequest& request)
    : impl_(std::make_unique<Impl>(std::move(client), request)) {}

FileReader::~FileReader() = default;

absl::StatusOr<std::optional<v1::ReadFileResponse>> FileReader::Next() {
  return impl_->Next();
}

void FileReader::Cancel() { impl_->Cancel(); }

}  // namespace convoy
