#include "daemon/broker_server.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "daemon/broker_channel.h"
#include "daemon/broker_commands.h"
#include "daemon/broker_files.h"
#include "daemon/broker_testing.h"
#include "gtest/gtest.h"
#include "peer/base/mutex.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

const JobOwner kSelf = {geteuid(), getegid()};

v1::ErrorReason ReasonOf(const absl::Status& status) {
  return status.ok() ? v1::ERROR_REASON_UNSPECIFIED
                     : ErrorDetailOf(status).reason();
}

class BrokerServerTest : public testing::Test {
 protected:
  BrokerServerTest() {
    if (mkdtemp(&folder_[0]) == nullptr) std::abort();
  }
  ~BrokerServerTest() override { std::filesystem::remove_all(folder_); }

  std::string In(const std::string& name) { return folder_ + "/" + name; }
  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(In(name)) << text;
    return In(name);
  }
  UniqueFd Connect() {
    auto connection = ConnectToBroker(world_.path());
    EXPECT_TRUE(connection.ok()) << connection.status();
    return connection.ok() ? *std::move(connection) : UniqueFd();
  }
  BrokerRequest Request(BrokerOperation operation, const std::string& path) {
    BrokerRequest request;
    request.operation = operation;
    request.uid = kSelf.uid;
    request.gid = kSelf.gid;
    EXPECT_TRUE(SetBrokerText(path, request.path));
    return request;
  }
  // Is a connection ended, without an answer, by these bytes?
  bool Ends(const void* bytes, std::size_t size,
            const std::vector<int>& fds = {}) {
    const UniqueFd socket = Connect();
    iovec part = {const_cast<void*>(bytes), size};
    alignas(cmsghdr) char control[CMSG_SPACE(16 * sizeof(int))] = {};
    msghdr message = {};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (!fds.empty()) {
      message.msg_control = control;
      message.msg_controllen = CMSG_SPACE(fds.size() * sizeof(int));
      cmsghdr* const header = CMSG_FIRSTHDR(&message);
      header->cmsg_level = SOL_SOCKET;
      header->cmsg_type = SCM_RIGHTS;
      header->cmsg_len = CMSG_LEN(fds.size() * sizeof(int));
      std::memcpy(CMSG_DATA(header), fds.data(), fds.size() * sizeof(int));
    }
    EXPECT_EQ(sendmsg(socket.get(), &message, MSG_NOSIGNAL),
              static_cast<ssize_t>(size));
    const auto answer = ReceiveAnswer(socket.get());
    return !answer.ok() || !answer->has_value();
  }
  bool Ends(const BrokerRequest& request, const std::vector<int>& fds = {}) {
    return Ends(&request, sizeof request, fds);
  }

  std::string folder_ = "/tmp/convoy-hostile-XXXXXX";
  BrokerWorld world_;
};

TEST_F(BrokerServerTest, AWrongMessageEndsItsConnectionAndNoOther) {
  const UniqueFd other = Connect();
  const BrokerRequest good = Request(BrokerOperation::kHello, "");
  EXPECT_FALSE(Ends(good));
  const std::string bytes(sizeof good + 1, '\0');
  EXPECT_TRUE(Ends(&good, sizeof good - 1));
  EXPECT_TRUE(Ends(bytes.data(), bytes.size()));
  EXPECT_TRUE(Ends(bytes.data(), 1));

  BrokerRequest wrong = good;
  wrong.magic += 1;
  EXPECT_TRUE(Ends(wrong));
  for (const std::uint32_t operation : {0u, 15u, ~0u}) {
    wrong = good;
    wrong.operation = static_cast<BrokerOperation>(operation);
    EXPECT_TRUE(Ends(wrong)) << operation;
  }
  wrong = good;
  wrong.uid = ~0u;
  EXPECT_TRUE(Ends(wrong));
  wrong = good;
  wrong.gid = ~0u;
  EXPECT_TRUE(Ends(wrong));
  wrong = good;
  std::memset(wrong.path, 'x', sizeof wrong.path);
  EXPECT_TRUE(Ends(wrong));
  wrong = good;
  std::memset(wrong.second_path, 'x', sizeof wrong.second_path);
  EXPECT_TRUE(Ends(wrong));
  wrong = Request(BrokerOperation::kSetMode, Write("a", ""));
  EXPECT_TRUE(Ends(wrong));  // Without a mode.
  wrong.mode = 04755;
  EXPECT_TRUE(Ends(wrong));
  wrong = Request(BrokerOperation::kCreateTemporary, In("b"));
  wrong.number = -1;
  EXPECT_TRUE(Ends(wrong));

  ASSERT_TRUE(SendToBroker(other.get(), good).ok());
  EXPECT_TRUE(BrokerClient::Next(other.get(), good.operation).has_value());
}

TEST_F(BrokerServerTest, DescriptorsComeWhereTheyBelongAndOneAtATime) {
  const UniqueFd file(open(Write("a", "abc").c_str(), O_RDONLY));
  EXPECT_TRUE(Ends(Request(BrokerOperation::kHello, ""), {file.get()}));
  EXPECT_TRUE(Ends(Request(BrokerOperation::kLinkIntoCache, folder_)));
  EXPECT_TRUE(Ends(Request(BrokerOperation::kLinkIntoCache, folder_),
                   {file.get(), file.get()}));
  EXPECT_TRUE(Ends(Request(BrokerOperation::kLinkIntoCache, folder_),
                   std::vector<int>(16, file.get())));
  // Nothing of it stayed open.
  EXPECT_EQ(world_.client().Check(), absl::OkStatus());
}

TEST_F(BrokerServerTest, PathsAreCheckedByTheBrokerItself) {
  Write("a", "abc");
  for (const std::string& path :
       {std::string(), std::string("a"), In("../a"), In("./a"), In(""),
        std::string("/proc/self/environ")}) {
    const auto reply =
        world_.client().Call(Request(BrokerOperation::kOpenSource, path));
    EXPECT_FALSE(reply.ok()) << path;
  }
  EXPECT_TRUE(world_.client()
                  .Call(Request(BrokerOperation::kOpenSource, In("a")), -1,
                        /*opens=*/true)
                  .ok());
}

// Requests with some of their bytes changed are answered, or end their
// connection; the broker stays, and so does what it was not asked to touch.
TEST_F(BrokerServerTest, SurvivesChangedBytes) {
  std::mt19937 random(7);
  Write("kept", "abc");
  for (int i = 0; i < 3000; ++i) {
    BrokerRequest request =
        Request(static_cast<BrokerOperation>(random() % 14), In("a/b"));
    SetBrokerText(In("a/c"), request.second_path);
    auto* const bytes = reinterpret_cast<unsigned char*>(&request);
    for (unsigned n = random() % 4; n > 0; --n) {
      // Not the paths: what they name must not be the machine's.
      bytes[random() % offsetof(BrokerRequest, path)] =
          static_cast<unsigned char>(random());
    }
    if (random() % 2 == 0) {
      request.path[folder_.size() + 1 + random() % 2000] =
          static_cast<char>(random());
    }
    const UniqueFd socket = Connect();
    ASSERT_TRUE(SendToBroker(socket.get(), request).ok());
    shutdown(socket.get(), SHUT_WR);
    while (true) {  // To the end of what it has to say.
      const auto answer = ReceiveAnswer(socket.get());
      if (!answer.ok() || !answer->has_value()) break;
    }
  }
  EXPECT_EQ(world_.client().Check(), absl::OkStatus());
  EXPECT_TRUE(std::filesystem::exists(In("kept")));
}

TEST_F(BrokerServerTest, MorePublicationsThanAllowedEndTheConnection) {
  const UniqueFd socket = Connect();
  const BrokerRequest one = Request(BrokerOperation::kAddPublication, "/a/b");
  bool ended = false;
  for (std::size_t i = 0; i <= kBrokerMaxPublications + 16 && !ended; ++i) {
    ended = !SendToBroker(socket.get(), one).ok();
  }
  const auto answer = ReceiveAnswer(socket.get());
  EXPECT_TRUE(!answer.ok() || !answer->has_value());
}

TEST_F(BrokerServerTest, ManyFilesArePublishedInSeveralRequests) {
  const auto files = MakeBrokerFiles(&world_.client());
  std::vector<Publication> publications(kBrokerMaxPublications + 2);
  for (std::size_t i = 0; i < publications.size(); ++i) {
    publications[i].local_path = In(absl::StrCat(i));
    publications[i].temporary_path = In(absl::StrCat(".none-", i));
  }
  publications[1].local_path = "relative";
  const std::vector<absl::Status> results =
      files->PublishAll(kSelf, publications);
  ASSERT_EQ(results.size(), publications.size());
  EXPECT_EQ(ReasonOf(results[0]), v1::ERROR_REASON_INTERNAL);
  EXPECT_EQ(ReasonOf(results[1]), v1::ERROR_REASON_INVALID_ARGUMENT);
  EXPECT_TRUE(absl::StrContains(results.back().message(),
                                publications.back().temporary_path));
}

TEST_F(BrokerServerTest, ACallGoesOnWhenTheBrokerIsStartedAgain) {
  const auto files = MakeBrokerFiles(&world_.client());
  EXPECT_TRUE(files->OpenSource(kSelf, Write("a", "abc")).ok());
  world_.Stop();
  world_.Start();  // The connection that was kept is dead.
  EXPECT_TRUE(files->OpenSource(kSelf, In("a")).ok());
  world_.Stop();
  std::thread later([this] {
    // Whether the call has begun by then or not.
    world_.Start();
  });
  EXPECT_TRUE(files->OpenSource(kSelf, In("a")).ok());
  later.join();
}

TEST_F(BrokerServerTest, WithoutABrokerErrorsNameItsSocket) {
  world_.Stop();
  const auto files = MakeBrokerFiles(&world_.client());
  const absl::Status status = files->CheckDestination(kSelf, In("a"));
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_LOCAL_FILE_IO);
  EXPECT_TRUE(ErrorDetailOf(status).retryable());
  EXPECT_TRUE(absl::StrContains(status.message(), world_.path())) << status;
}

TEST(BrokerOwnersTest, OnlyTheDaemonsUserIsServed) {
  BrokerWorld world({geteuid() + 1, 0});
  const auto socket = ConnectToBroker(world.path());
  ASSERT_TRUE(socket.ok()) << socket.status();
  SendToBroker(socket->get(), BrokerRequest()).IgnoreError();
  EXPECT_FALSE(
      BrokerClient::Next(socket->get(), BrokerOperation::kHello).has_value());
}

TEST(BrokerOwnersTest, UidsAndGidsBelowTheLowestAreRefused) {
  BrokerWorld world({geteuid(), 61'000});
  const auto files = MakeBrokerFiles(&world.client());
  const auto reason = [&](uid_t uid, gid_t gid) {
    return ReasonOf(files->CheckDestination({uid, gid}, "/none/a"));
  };
  EXPECT_EQ(reason(0, 0), v1::ERROR_REASON_ACCESS_DENIED);
  EXPECT_EQ(reason(60'999, 61'001), v1::ERROR_REASON_ACCESS_DENIED);
  // No user of the machine: it has no group "shadow".
  EXPECT_EQ(reason(61'001, 42), v1::ERROR_REASON_ACCESS_DENIED);
  if (geteuid() == 0) {
    EXPECT_EQ(reason(61'001, 61'001), v1::ERROR_REASON_PATH_NOT_FOUND);
  }
  const auto published = files->PublishAll(
      {0, 0},
      {{"/none/.a", {}, "/none/a", {}}, {"/none/.b", {}, "/none/b", {}}});
  ASSERT_EQ(published.size(), 2u);
  EXPECT_EQ(ReasonOf(published[1]), v1::ERROR_REASON_ACCESS_DENIED);
}

TEST(BrokerOwnersTest, ABrokerForFilesRunsNoCommandsAndTheOtherWayRound) {
  BrokerServer::Options options = {geteuid(), 0};
  options.commands = false;
  BrokerWorld of_files(options);
  options = {geteuid(), 0, /*files=*/false};
  BrokerWorld of_commands(options);
  const auto ends = [](BrokerWorld& world, BrokerOperation operation, int fd) {
    BrokerRequest request;
    request.operation = operation;
    const auto socket = ConnectToBroker(world.path());
    return socket.ok() && SendToBroker(socket->get(), request, fd).ok() &&
           !BrokerClient::Next(socket->get(), operation).has_value();
  };
  const UniqueFd texts(memfd_create("texts", MFD_CLOEXEC));
  EXPECT_TRUE(ends(of_files, BrokerOperation::kRunCommand, texts.get()));
  EXPECT_TRUE(ends(of_commands, BrokerOperation::kOpenSource, -1));
  EXPECT_TRUE(ends(of_commands, BrokerOperation::kPublishAll, -1));
  EXPECT_FALSE(ends(of_commands, BrokerOperation::kHello, -1));
}

// Links of the cache.

class BrokerCacheTest : public BrokerServerTest {
 protected:
  BrokerCacheTest() {
    EXPECT_EQ(mkdir(cache_.c_str(), 0700), 0);
    file_.reset(open(Write("a", "abc").c_str(), O_RDONLY | O_CLOEXEC));
  }
  v1::ErrorReason Link(const JobOwner& owner, const std::string& name) {
    return ReasonOf(LinkIntoCacheByBroker(world_.client(), owner, file_.get(),
                                          cache_, name));
  }
  v1::ErrorReason Open(const std::string& name) {
    return ReasonOf(
        OpenInCacheByBroker(world_.client(), cache_, name).status());
  }

  const std::string cache_ = In("cache");
  const std::string name_ = std::string(40, 'a');
  const std::string new_name_ = ".new-" + name_;
  UniqueFd file_;
};

TEST_F(BrokerCacheTest, MakesAndOpensLinks) {
  EXPECT_EQ(Link(kSelf, new_name_), v1::ERROR_REASON_UNSPECIFIED);
  // Again, as after a connection that broke.
  EXPECT_EQ(Link(kSelf, new_name_), v1::ERROR_REASON_UNSPECIFIED);
  const auto opened = OpenInCacheByBroker(world_.client(), cache_, new_name_);
  ASSERT_TRUE(opened.ok()) << opened.status();
  struct stat before = {}, after = {};
  ASSERT_EQ(fstat(file_.get(), &before), 0);
  ASSERT_EQ(fstat(opened->get(), &after), 0);
  EXPECT_EQ(before.st_ino, after.st_ino);
  EXPECT_EQ(after.st_nlink, 2u);
  EXPECT_EQ(fcntl(opened->get(), F_GETFL) & O_ACCMODE, O_RDONLY);
}

TEST_F(BrokerCacheTest, OtherNamesAreRefused) {
  for (const std::string& name :
       {std::string(), std::string("a"), name_ + "a", "../" + new_name_,
        std::string(40, 'A'), std::string("..")}) {
    EXPECT_EQ(Link(kSelf, name), v1::ERROR_REASON_INVALID_ARGUMENT) << name;
    EXPECT_EQ(Open(name), v1::ERROR_REASON_INVALID_ARGUMENT) << name;
  }
  // A link gets its real name from the daemon, by a rename.
  EXPECT_EQ(Link(kSelf, name_), v1::ERROR_REASON_INVALID_ARGUMENT);
  EXPECT_EQ(Open(name_), v1::ERROR_REASON_PATH_NOT_FOUND);
}

TEST_F(BrokerCacheTest, AFolderThatOthersMayEnterIsNoCache) {
  ASSERT_EQ(chmod(cache_.c_str(), 0750), 0);
  EXPECT_EQ(Link(kSelf, new_name_), v1::ERROR_REASON_ACCESS_DENIED);
  EXPECT_EQ(Open(name_), v1::ERROR_REASON_ACCESS_DENIED);
  ASSERT_EQ(chmod(cache_.c_str(), 0700), 0);
  ASSERT_EQ(rename(cache_.c_str(), In("real").c_str()), 0);
  ASSERT_EQ(symlink("real", cache_.c_str()), 0);
  EXPECT_NE(Link(kSelf, new_name_), v1::ERROR_REASON_UNSPECIFIED);
}

TEST_F(BrokerCacheTest, WhatMustNotBeLinkedIsRefused) {
  EXPECT_EQ(Link({kSelf.uid + 1, kSelf.gid}, new_name_),
            v1::ERROR_REASON_ACCESS_DENIED);
  ASSERT_EQ(chmod(In("a").c_str(), 04755), 0);
  EXPECT_EQ(Link(kSelf, new_name_), v1::ERROR_REASON_ACCESS_DENIED);
  ASSERT_EQ(chmod(In("a").c_str(), 0644), 0);
  file_.reset(open(In("a").c_str(), O_PATH | O_CLOEXEC));
  EXPECT_EQ(Link(kSelf, new_name_), v1::ERROR_REASON_ACCESS_DENIED);
  file_.reset(open(folder_.c_str(), O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(Link(kSelf, new_name_), v1::ERROR_REASON_PATH_NOT_REGULAR);
  file_.reset(memfd_create("none", MFD_CLOEXEC));
  EXPECT_NE(Link(kSelf, new_name_), v1::ERROR_REASON_UNSPECIFIED);
}

TEST_F(BrokerCacheTest, OpensPlainFilesOnly) {
  ASSERT_EQ(symlink(In("a").c_str(), (cache_ + "/" + name_).c_str()), 0);
  EXPECT_EQ(Open(name_), v1::ERROR_REASON_PATH_NOT_REGULAR);
  const std::string fifo(40, 'b');
  ASSERT_EQ(mkfifo((cache_ + "/" + fifo).c_str(), 0600), 0);
  EXPECT_EQ(Open(fifo), v1::ERROR_REASON_PATH_NOT_REGULAR);
}

// Commands.

// What commands tell, by their codes: a Status is not for two threads under
// ThreadSanitizer.
class CommandEnds {
 public:
  void Run(OwnerCommands& commands, const OwnerCommand& command) {
    commands.Run(
        command,
        [this](const absl::Status&) {
          MutexLock lock(&mutex_);
          ++begun_;
          changed_.NotifyAll();
        },
        [this](const absl::Status& status) {
          MutexLock lock(&mutex_);
          ends_.push_back(status.code());
          changed_.NotifyAll();
        });
  }
  void WaitForBegin() {
    MutexLock lock(&mutex_);
    while (begun_ == 0) changed_.Wait(&mutex_);
  }
  // Of the first that is not taken yet.
  absl::StatusCode WaitForEnd() {
    MutexLock lock(&mutex_);
    while (ends_.size() == taken_) changed_.Wait(&mutex_);
    return ends_[taken_++];
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  int begun_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<absl::StatusCode> ends_ ABSL_GUARDED_BY(mutex_);
  std::size_t taken_ ABSL_GUARDED_BY(mutex_) = 0;
};

class BrokerRunTest : public BrokerServerTest {
 protected:
  UniqueFd Texts(const std::string& bytes) {
    UniqueFd fd(memfd_create("texts", MFD_CLOEXEC));
    EXPECT_EQ(write(fd.get(), bytes.data(), bytes.size()),
              static_cast<ssize_t>(bytes.size()));
    return fd;
  }
  BrokerRequest RunRequest(std::uint32_t count, std::uint32_t arguments) {
    BrokerRequest request = Request(BrokerOperation::kRunCommand, "");
    request.number = 1000;
    request.count = count;
    request.second_count = arguments;
    return request;
  }
};

TEST_F(BrokerRunTest, RequestsThatMakeNoSenseEndTheConnection) {
  const UniqueFd good = Texts(std::string("/bin/true\0A=b\0", 14));
  EXPECT_FALSE(Ends(RunRequest(2, 1), {good.get()}));
  EXPECT_TRUE(Ends(RunRequest(1, 1), {good.get()}));
  EXPECT_TRUE(Ends(RunRequest(2, 0), {good.get()}));
  EXPECT_TRUE(Ends(RunRequest(2, 3), {good.get()}));
  const UniqueFd no_name = Texts(std::string("/bin/true\0=b\0", 13));
  EXPECT_TRUE(Ends(RunRequest(2, 1), {no_name.get()}));
  EXPECT_TRUE(Ends(RunRequest(1, 1), {Texts("").get()}));
  EXPECT_TRUE(Ends(RunRequest(1, 1), {Texts("/bin/true").get()}));
  const UniqueFd relative = Texts(std::string("true\0", 5));
  EXPECT_TRUE(Ends(RunRequest(1, 1), {relative.get()}));
  const UniqueFd large = Texts(std::string(kBrokerMaxCommandBytes + 1, '\0'));
  EXPECT_TRUE(Ends(RunRequest(1, 1), {large.get()}));
  for (const std::int64_t limit :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{600'001}}) {
    BrokerRequest request = RunRequest(2, 1);
    request.number = limit;
    EXPECT_TRUE(Ends(request, {good.get()})) << limit;
  }
  // A pipe would make the broker wait.
  int ends[2] = {-1, -1};
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const UniqueFd reading(ends[0]), writing(ends[1]);
  EXPECT_TRUE(Ends(RunRequest(1, 1), {reading.get()}));
}

TEST_F(BrokerRunTest, ACommandThatHadBegunIsToldOfWhenTheBrokerDies) {
  const auto commands = MakeBrokerCommands(&world_.client(), {});
  CommandEnds ends;
  OwnerCommand command;
  command.owner = kSelf;
  command.program = "/bin/sh";
  command.arguments = {
      "-c", absl::StrCat("until test -e ", In("go"), "; do sleep 0.02; done")};
  ends.Run(*commands, command);
  ends.WaitForBegin();
  world_.Stop();
  EXPECT_EQ(ends.WaitForEnd(), absl::StatusCode::kUnavailable);
  Write("go", "");
  // What comes later goes to the next broker.
  world_.Start();
  command.program = "/bin/true";
  command.arguments.clear();
  ends.Run(*commands, command);
  EXPECT_EQ(ends.WaitForEnd(), absl::StatusCode::kOk);
}

TEST_F(BrokerRunTest, CommandsWaitForABrokerThatIsGone) {
  world_.Stop();
  EXPECT_NE(world_.client().Check(),
            absl::OkStatus());  // To its patience's end.
  const auto commands = MakeBrokerCommands(&world_.client(), {});
  CommandEnds ends;
  OwnerCommand command;
  command.owner = kSelf;
  command.program = "/bin/true";
  ends.Run(*commands, command);
  ends.Run(*commands, command);
  world_.Start();
  EXPECT_EQ(ends.WaitForEnd(), absl::StatusCode::kOk);
  EXPECT_EQ(ends.WaitForEnd(), absl::StatusCode::kOk);
}

}  // namespace
}  // namespace convoy
