#include "daemon/broker_session.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "daemon/broker_cache.h"
#include "peer/base/status_macros.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

// Of kListFiles.
constexpr std::int64_t kMaxListed = 1'000'000;

JobOwner OwnerOf(const BrokerRequest& request) {
  return {request.uid, request.gid};
}

FileIdentity IdentityOf(const BrokerRequest& request) {
  return {request.device, request.inode};
}

absl::Status Wrong(absl::string_view what) {
  return absl::InvalidArgumentError(what);
}

bool TakesDescriptor(BrokerOperation operation) {
  return operation == BrokerOperation::kLinkIntoCache ||
         operation == BrokerOperation::kRunCommand;
}

bool HasOwner(BrokerOperation operation) {
  return operation != BrokerOperation::kHello &&
         operation != BrokerOperation::kOpenInCache &&
         operation != BrokerOperation::kAddPublication;  // kPublishAll has.
}

// The texts in a memfd. Any other file could make the reader wait.
absl::StatusOr<std::vector<std::string>> TextsIn(int fd, std::uint32_t count) {
  if (fcntl(fd, F_GET_SEALS) < 0) return Wrong("its texts are in no memfd");
  struct stat found = {};
  if (fstat(fd, &found) != 0 || found.st_size < 1 ||
      found.st_size > static_cast<off_t>(kBrokerMaxCommandBytes)) {
    return Wrong("its texts are too long, or none");
  }
  std::string bytes(static_cast<std::size_t>(found.st_size), '\0');
  std::size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t got =
        pread(fd, &bytes[have], bytes.size() - have, static_cast<off_t>(have));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Wrong("its texts cannot be read");
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  if (have == 0 || bytes[have - 1] != '\0') {
    return Wrong("its texts have no end");
  }
  bytes.resize(have - 1);
  std::vector<std::string> texts = absl::StrSplit(bytes, '\0');
  if (texts.size() != count) return Wrong("it has another number of texts");
  return texts;
}

absl::StatusOr<OwnerCommand> CommandOf(const BrokerRequest& request, int fd) {
  CONVOY_ASSIGN_OR_RETURN(const std::vector<std::string> texts,
                          TextsIn(fd, request.count));
  if (request.second_count < 1 || request.second_count > texts.size()) {
    return Wrong("it has no program");
  }
  OwnerCommand command;
  command.owner = OwnerOf(request);
  command.program = texts[0];
  if (command.program[0] != '/') return Wrong("its program has no whole path");
  command.arguments.assign(texts.begin() + 1,
                           texts.begin() + request.second_count);
  for (std::size_t i = request.second_count; i < texts.size(); ++i) {
    const std::size_t equals = texts[i].find('=');
    if (equals == 0 || equals == std::string::npos) {
      return Wrong("its environment has a text that is no NAME=VALUE");
    }
    command.environment[texts[i].substr(0, equals)] =
        texts[i].substr(equals + 1);
  }
  command.time_limit = absl::Milliseconds(request.number);
  if (command.time_limit <= absl::ZeroDuration() ||
      command.time_limit > kBrokerMaxCommandTime) {
    return Wrong("its command may run too long");
  }
  return command;
}

// Must not block: who does not read has to begin anew.
void Tell(const UniqueFd& socket, BrokerStage stage, std::uint64_t id,
          const absl::Status& status) {
  BrokerAnswer answer;
  answer.operation = BrokerOperation::kRunCommand;
  answer.stage = stage;
  answer.id = id;
  SetBrokerStatus(status, &answer);
  if (send(socket.get(), &answer, sizeof answer, MSG_DONTWAIT | MSG_NOSIGNAL) <
      0) {
    shutdown(socket.get(), SHUT_RDWR);
  }
}

}  // namespace

BrokerSession::BrokerSession(const BrokerParts& parts, const JobOwner& daemon,
                             std::shared_ptr<const UniqueFd> socket)
    : parts_(parts), daemon_(daemon), socket_(std::move(socket)) {}

absl::Status BrokerSession::Run() {
  while (true) {
    auto received = ReceiveRequest(socket_->get());
    if (absl::IsUnavailable(received.status())) return absl::OkStatus();
    CONVOY_RETURN_IF_ERROR(received.status());
    if (!received->has_value()) return absl::OkStatus();
    const Request& request = **received;
    CONVOY_RETURN_IF_ERROR(CheckBrokerRequest(request.message));
    if (request.fd.valid() != TakesDescriptor(request.message.operation)) {
      return Wrong("it has a descriptor too many, or too few");
    }
    const absl::Status served = Serve(request);
    if (absl::IsUnavailable(served)) return absl::OkStatus();
    CONVOY_RETURN_IF_ERROR(served);
  }
}

bool BrokerSession::Serves(BrokerOperation operation) const {
  if (operation == BrokerOperation::kHello) return true;
  return operation == BrokerOperation::kRunCommand ? parts_.commands != nullptr
                                                   : parts_.files != nullptr;
}

absl::Status BrokerSession::CheckOwner(const JobOwner& owner) {
  const auto refused = [](absl::string_view why) {
    return Error(v1::ERROR_REASON_ACCESS_DENIED, v1::ERROR_CONTEXT_LOCAL_FILE)
        .Status(why);
  };
  if (owner.uid < parts_.min_uid) {
    return refused(absl::StrCat(
        "uid ", owner.uid, " may have no jobs here: convoy-broker serves uid ",
        parts_.min_uid, " and above (--min-uid)"));
  }
  if (owner.gid < parts_.min_uid) {
    const std::vector<gid_t> groups =
        parts_.groups->GroupsOf({owner.uid, owner.uid});
    if (std::find(groups.begin(), groups.end(), owner.gid) == groups.end()) {
      return refused(absl::StrCat("gid ", owner.gid, " is no group of uid ",
                                  owner.uid,
                                  "'s, as convoy-broker --min-uid wants it"));
    }
  }
  return absl::OkStatus();
}

absl::Status BrokerSession::Serve(const Request& received) {
  const BrokerRequest& request = received.message;
  const JobOwner owner = OwnerOf(request);
  const std::string path = BrokerText(request.path);
  if (!Serves(request.operation)) {
    return Wrong("it asks for what another broker does (--only)");
  }
  if (HasOwner(request.operation)) {
    const absl::Status allowed = CheckOwner(owner);
    if (!allowed.ok()) return Refuse(request, allowed);
  }
  switch (request.operation) {
    case BrokerOperation::kHello:
      return Answer(request, absl::OkStatus());
    case BrokerOperation::kCheckDestination:
      return Answer(request, parts_.files->CheckDestination(owner, path));
    case BrokerOperation::kCreateTemporary:
      return CreateTemporary(request);
    case BrokerOperation::kOpenTemporary:
      return AnswerOpened(request, parts_.files->OpenTemporary(
                                       owner, path, IdentityOf(request)));
    case BrokerOperation::kOpenSource:
      return AnswerOpened(request, parts_.files->OpenSource(owner, path));
    case BrokerOperation::kListFiles:
      return ListFiles(request);
    case BrokerOperation::kAddPublication:
      return AddPublication(request);
    case BrokerOperation::kPublishAll:
      return PublishAll(request);
    case BrokerOperation::kRemoveTemporary:
      return Answer(request, parts_.files->RemoveTemporary(
                                 owner, path, IdentityOf(request)));
    case BrokerOperation::kSetMode:
      if (request.mode == kBrokerNoMode) return Wrong("it has no mode");
      return Answer(request, parts_.files->SetMode(owner, path, request.mode));
    case BrokerOperation::kRemove:
      return Answer(request, parts_.files->Remove(owner, path));
    case BrokerOperation::kLinkIntoCache:
      return Answer(request,
                    LinkIntoCache(daemon_, owner, received.fd.get(), path,
                                  BrokerText(request.second_path)));
    case BrokerOperation::kOpenInCache:
      return AnswerOpened(request,
                          OpenInCache(daemon_, parts_.min_uid, path,
                                      BrokerText(request.second_path)));
    case BrokerOperation::kRunCommand:
      return RunCommand(received);
  }
  return Wrong("it asks for an unknown operation");
}

// In as many answers as the daemon waits for.
absl::Status BrokerSession::Refuse(const BrokerRequest& request,
                                   const absl::Status& why) {
  switch (request.operation) {
    case BrokerOperation::kPublishAll:
      for (std::size_t n = std::exchange(publications_, {}).size(); n > 0;
           --n) {
        CONVOY_RETURN_IF_ERROR(Answer(request, why));
      }
      return absl::OkStatus();
    case BrokerOperation::kRunCommand:
      Tell(*socket_, BrokerStage::kBegun, request.id, why);
      Tell(*socket_, BrokerStage::kEnded, request.id, why);
      return absl::OkStatus();
    default:
      return Answer(request, why);
  }
}

absl::Status BrokerSession::Answer(const BrokerRequest& request,
                                   const absl::Status& status,
                                   BrokerAnswer answer, int fd) {
  answer.operation = request.operation;
  SetBrokerStatus(status, &answer);
  return SendToDaemon(socket_->get(), answer, fd);
}

absl::Status BrokerSession::AnswerOpened(
    const BrokerRequest& request, const absl::StatusOr<UniqueFd>& opened) {
  return Answer(request, opened.status(), {}, opened.ok() ? opened->get() : -1);
}

absl::Status BrokerSession::CreateTemporary(const BrokerRequest& request) {
  if (request.number < 0 || request.number > INT_MAX) {
    return Wrong("its file has no number");
  }
  JobId::Bytes id = {};
  std::copy(std::begin(request.job), std::end(request.job), id.begin());
  const absl::StatusOr<TemporaryFile> made = parts_.files->CreateTemporary(
      OwnerOf(request), BrokerText(request.path), JobId(id),
      static_cast<int>(request.number));
  if (!made.ok()) return Answer(request, made.status());
  BrokerAnswer answer;
  answer.device = made->identity.device;
  answer.inode = made->identity.inode;
  if (!SetBrokerText(made->path, answer.path)) {
    return Answer(request, Error(v1::ERROR_REASON_INVALID_ARGUMENT,
                                 v1::ERROR_CONTEXT_LOCAL_FILE)
                               .LocalPath(BrokerText(request.path))
                               .Status("the path of the temporary file is too "
                                       "long; choose a shorter folder"));
  }
  return Answer(request, absl::OkStatus(), answer, made->fd.get());
}

absl::Status BrokerSession::ListFiles(const BrokerRequest& request) {
  if (request.number < 0) return Wrong("it lists less than nothing");
  const auto files = parts_.files->ListFiles(
      OwnerOf(request), BrokerText(request.path),
      static_cast<std::size_t>(std::min(request.number, kMaxListed)));
  if (!files.ok()) return Answer(request, files.status());
  for (const FoundFile& file : *files) {
    BrokerAnswer answer;
    answer.number = file.size;
    // A path that fits nowhere could not be opened either.
    if (!SetBrokerText(file.path, answer.path)) continue;
    CONVOY_RETURN_IF_ERROR(Answer(request, absl::OkStatus(), answer));
  }
  return Answer(request, absl::OkStatus());
}

absl::Status BrokerSession::AddPublication(const BrokerRequest& request) {
  if (publications_.size() >= kBrokerMaxPublications) {
    return Wrong("it publishes too many files at once");
  }
  Publication file;
  file.temporary_path = BrokerText(request.path);
  file.identity = IdentityOf(request);
  file.local_path = BrokerText(request.second_path);
  if (request.mode != kBrokerNoMode) file.mode = request.mode;
  publications_.push_back(std::move(file));
  return absl::OkStatus();
}

absl::Status BrokerSession::PublishAll(const BrokerRequest& request) {
  const std::vector<Publication> files = std::exchange(publications_, {});
  for (const absl::Status& status :
       parts_.files->PublishAll(OwnerOf(request), files)) {
    CONVOY_RETURN_IF_ERROR(Answer(request, status));
  }
  return absl::OkStatus();
}

absl::Status BrokerSession::RunCommand(const Request& received) {
  CONVOY_ASSIGN_OR_RETURN(OwnerCommand command,
                          CommandOf(received.message, received.fd.get()));
  const std::uint64_t id = received.message.id;
  std::atomic<int>* const in_hand = parts_.commands_in_hand;
  if (in_hand->fetch_add(1) >= kMaxCommands) {
    in_hand->fetch_sub(1);
    return Refuse(received.message,
                  absl::ResourceExhaustedError(absl::StrCat(
                      kMaxCommands, " commands wait for their turn")));
  }
  parts_.commands->Run(
      std::move(command),
      [socket = socket_, id](const absl::Status& status) {
        Tell(*socket, BrokerStage::kBegun, id, status);
      },
      [socket = socket_, id, in_hand](const absl::Status& status) {
        in_hand->fetch_sub(1);
        Tell(*socket, BrokerStage::kEnded, id, status);
      });
  return absl::OkStatus();
}

}  // namespace convoy
