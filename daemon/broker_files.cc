#include "daemon/broker_files.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "daemon/broker_protocol.h"
#include "daemon/owner_folder.h"
#include "daemon/small_file.h"
#include "peer/base/status_macros.h"

namespace convoy {
namespace {

// The path is checked here as it is there: what fits no message is no path.
absl::StatusOr<BrokerRequest> Ask(BrokerOperation operation,
                                  const JobOwner& owner,
                                  const std::string& path) {
  CONVOY_RETURN_IF_ERROR(SplitAbsolutePath(path).status());
  BrokerRequest request;
  request.operation = operation;
  request.uid = owner.uid;
  request.gid = owner.gid;
  SetBrokerText(path, request.path);
  return request;
}

absl::StatusOr<BrokerRequest> Ask(BrokerOperation operation,
                                  const JobOwner& owner,
                                  const std::string& path,
                                  const FileIdentity& identity) {
  CONVOY_ASSIGN_OR_RETURN(BrokerRequest request, Ask(operation, owner, path));
  request.device = identity.device;
  request.inode = identity.inode;
  return request;
}

class BrokerFiles final : public OwnerFiles {
 public:
  explicit BrokerFiles(BrokerClient* broker) : broker_(*broker) {}

  absl::Status CheckDestination(const JobOwner& owner,
                                const std::string& local_path) override {
    return Do(Ask(BrokerOperation::kCheckDestination, owner, local_path));
  }

  absl::StatusOr<TemporaryFile> CreateTemporary(const JobOwner& owner,
                                                const std::string& local_path,
                                                const JobId& job,
                                                int file_index) override {
    CONVOY_ASSIGN_OR_RETURN(
        BrokerRequest request,
        Ask(BrokerOperation::kCreateTemporary, owner, local_path));
    std::copy(job.bytes().begin(), job.bytes().end(), request.job);
    request.number = file_index;
    CONVOY_ASSIGN_OR_RETURN(BrokerClient::Reply reply,
                            broker_.Call(request, -1, /*opens=*/true));
    TemporaryFile made;
    made.fd = std::move(reply.fd);
    made.path = BrokerText(reply.message.path);
    made.identity = {reply.message.device, reply.message.inode};
    return made;
  }

  absl::StatusOr<UniqueFd> OpenTemporary(
      const JobOwner& owner, const std::string& path,
      const FileIdentity& identity) override {
    return Open(Ask(BrokerOperation::kOpenTemporary, owner, path, identity));
  }

  absl::StatusOr<UniqueFd> OpenSource(const JobOwner& owner,
                                      const std::string& path) override {
    return Open(Ask(BrokerOperation::kOpenSource, owner, path));
  }

  absl::StatusOr<std::string> ReadSmallFile(const JobOwner& owner,
                                            const std::string& path,
                                            std::size_t max_bytes) override {
    CONVOY_ASSIGN_OR_RETURN(const UniqueFd fd, OpenSource(owner, path));
    return convoy::ReadSmallFile(fd.get(), path, max_bytes, owner.uid);
  }

  absl::StatusOr<std::vector<FoundFile>> ListFiles(const JobOwner& owner,
                                                   const std::string& path,
                                                   std::size_t max) override;

  absl::Status Publish(const JobOwner& owner, const std::string& temporary_path,
                       const FileIdentity& identity,
                       const std::string& local_path) override {
    return PublishAll(
        owner, {{temporary_path, identity, local_path, std::nullopt}})[0];
  }

  std::vector<absl::Status> PublishAll(
      const JobOwner& owner, const std::vector<Publication>& files) override;

  absl::Status RemoveTemporary(const JobOwner& owner, const std::string& path,
                               const FileIdentity& identity) override {
    return Do(Ask(BrokerOperation::kRemoveTemporary, owner, path, identity));
  }

  absl::Status SetMode(const JobOwner& owner, const std::string& path,
                       mode_t mode) override {
    CONVOY_ASSIGN_OR_RETURN(BrokerRequest request,
                            Ask(BrokerOperation::kSetMode, owner, path));
    request.mode = mode & 0777;
    return Do(request);
  }

  absl::Status Remove(const JobOwner& owner, const std::string& path) override {
    return Do(Ask(BrokerOperation::kRemove, owner, path));
  }

 private:
  absl::Status Do(const absl::StatusOr<BrokerRequest>& request) {
    CONVOY_RETURN_IF_ERROR(request.status());
    return broker_.Call(*request).status();
  }
  absl::StatusOr<UniqueFd> Open(const absl::StatusOr<BrokerRequest>& request) {
    CONVOY_RETURN_IF_ERROR(request.status());
    CONVOY_ASSIGN_OR_RETURN(BrokerClient::Reply reply,
                            broker_.Call(*request, -1, /*opens=*/true));
    return std::move(reply.fd);
  }
  // One kPublishAll: sets the results of the requests, in order.
  absl::Status PublishBatch(const JobOwner& owner,
                            const std::vector<BrokerRequest>& requests,
                            std::vector<absl::Status>* results);

  BrokerClient& broker_;
};

absl::StatusOr<std::vector<FoundFile>> BrokerFiles::ListFiles(
    const JobOwner& owner, const std::string& path, std::size_t max) {
  CONVOY_ASSIGN_OR_RETURN(BrokerRequest request,
                          Ask(BrokerOperation::kListFiles, owner, path));
  request.number = static_cast<std::int64_t>(
      std::min<std::uint64_t>(max, std::numeric_limits<std::int64_t>::max()));
  std::vector<FoundFile> files;
  absl::Status status;
  CONVOY_RETURN_IF_ERROR(broker_.Talk([&](int socket) {
    files.clear();
    if (!SendToBroker(socket, request).ok()) return false;
    while (true) {
      const auto reply = BrokerClient::Next(socket, request.operation);
      if (!reply.has_value()) return false;
      status = BrokerStatusOf(reply->message);
      if (!status.ok() || reply->message.path[0] == '\0') return true;
      files.push_back({BrokerText(reply->message.path), reply->message.number});
    }
  }));
  CONVOY_RETURN_IF_ERROR(status);
  return files;
}

absl::Status BrokerFiles::PublishBatch(
    const JobOwner& owner, const std::vector<BrokerRequest>& requests,
    std::vector<absl::Status>* results) {
  BrokerRequest all;
  all.operation = BrokerOperation::kPublishAll;
  all.uid = owner.uid;
  all.gid = owner.gid;
  return broker_.Talk([&](int socket) {
    results->clear();
    for (const BrokerRequest& request : requests) {
      if (!SendToBroker(socket, request).ok()) return false;
    }
    if (!SendToBroker(socket, all).ok()) return false;
    while (results->size() < requests.size()) {
      const auto reply = BrokerClient::Next(socket, all.operation);
      if (!reply.has_value()) return false;
      results->push_back(BrokerStatusOf(reply->message));
    }
    return true;
  });
}

std::vector<absl::Status> BrokerFiles::PublishAll(
    const JobOwner& owner, const std::vector<Publication>& files) {
  std::vector<absl::Status> results(files.size());
  std::vector<BrokerRequest> requests;
  std::vector<std::size_t> indexes;  // Of each in `files`.
  const auto publish = [&] {
    std::vector<absl::Status> batch;
    const absl::Status status = PublishBatch(owner, requests, &batch);
    for (std::size_t i = 0; i < indexes.size(); ++i) {
      results[indexes[i]] = status.ok() ? batch[i] : status;
    }
    requests.clear();
    indexes.clear();
  };
  for (std::size_t i = 0; i < files.size(); ++i) {
    const Publication& file = files[i];
    results[i] = SplitAbsolutePath(file.local_path).status();
    absl::StatusOr<BrokerRequest> request =
        Ask(BrokerOperation::kAddPublication, owner, file.temporary_path,
            file.identity);
    results[i].Update(request.status());
    if (!results[i].ok()) continue;
    SetBrokerText(file.local_path, request->second_path);
    if (file.mode.has_value()) request->mode = *file.mode & 0777;
    requests.push_back(*request);
    indexes.push_back(i);
    if (requests.size() == kBrokerMaxPublications) publish();
  }
  if (!requests.empty()) publish();
  return results;
}

}  // namespace

std::unique_ptr<OwnerFiles> MakeBrokerFiles(BrokerClient* broker) {
  return std::make_unique<BrokerFiles>(broker);
}

absl::Status LinkIntoCacheByBroker(BrokerClient& broker, const JobOwner& owner,
                                   int file, const std::string& folder,
                                   const std::string& name) {
  CONVOY_ASSIGN_OR_RETURN(BrokerRequest request,
                          Ask(BrokerOperation::kLinkIntoCache, owner, folder));
  SetBrokerText(name, request.second_path);
  return broker.Call(request, file).status();
}

absl::StatusOr<UniqueFd> OpenInCacheByBroker(BrokerClient& broker,
                                             const std::string& folder,
                                             const std::string& name) {
  CONVOY_ASSIGN_OR_RETURN(BrokerRequest request,
                          Ask(BrokerOperation::kOpenInCache, {}, folder));
  SetBrokerText(name, request.second_path);
  CONVOY_ASSIGN_OR_RETURN(BrokerClient::Reply reply,
                          broker.Call(request, -1, /*opens=*/true));
  return std::move(reply.fd);
}

}  // namespace convoy
