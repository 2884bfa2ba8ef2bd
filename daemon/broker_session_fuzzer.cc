// A broker's session takes any messages: it answers, or ends. Each message is a
// byte that says what is right about it, the numbers of a request, and for each
// of its two paths a byte with the length and the path; a length of 255 stands
// for a path without an end.

#include <sys/mman.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "daemon/broker_session.h"
#include "daemon/fake_owner_commands.h"
#include "daemon/fake_owner_files.h"
#include "peer/base/clock.h"

namespace {

// What a socket holds unread is bounded.
constexpr int kMaxMessages = 4;
constexpr std::size_t kNumbers = offsetof(convoy::BrokerRequest, path);

class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size)
      : data_(data), left_(size) {}

  bool empty() const { return left_ == 0; }
  std::uint8_t Byte() {
    std::uint8_t byte = 0;
    Take(&byte, 1);
    return byte;
  }
  // Less, at the end.
  void Take(void* to, std::size_t size) {
    size = std::min(size, left_);
    std::memcpy(to, data_, size);
    data_ += size;
    left_ -= size;
  }
  void TakePath(char (&path)[convoy::kBrokerPathSize]) {
    const std::uint8_t length = Byte();
    if (length == 255) std::memset(path, 'x', sizeof path);
    Take(path, length);
  }

 private:
  const std::uint8_t* data_;
  std::size_t left_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  int ends[2] = {-1, -1};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
    std::abort();
  }
  const convoy::UniqueFd daemon(ends[0]);
  const auto broker = std::make_shared<convoy::UniqueFd>(ends[1]);
  Input input(data, size);
  for (int i = 0; i < kMaxMessages && !input.empty(); ++i) {
    const std::uint8_t right = input.Byte();
    convoy::BrokerRequest request;
    input.Take(&request, kNumbers);
    input.TakePath(request.path);
    input.TakePath(request.second_path);
    if (right % 2 == 0) {
      request.magic = convoy::kBrokerMagic;
      request.operation = static_cast<convoy::BrokerOperation>(right / 2 % 16);
    }
    convoy::UniqueFd texts;
    if (right >= 128) {
      texts.reset(memfd_create("texts", MFD_CLOEXEC));
      if (pwrite(texts.get(), request.path, sizeof request.path, 0) < 0) {
        std::abort();
      }
    }
    convoy::SendToBroker(daemon.get(), request, texts.get()).IgnoreError();
  }
  shutdown(daemon.get(), SHUT_WR);

  const convoy::RealClock clock;
  convoy::FakeOwnerFiles files;
  convoy::FakeOwnerCommands commands;
  convoy::OwnerGroups groups(
      clock, [](const convoy::JobOwner&) { return std::vector<gid_t>(); });
  std::atomic<int> in_hand{0};
  convoy::BrokerParts parts;
  parts.files = &files;
  parts.commands = &commands;
  parts.groups = &groups;
  parts.min_uid = 1000;
  parts.commands_in_hand = &in_hand;
  convoy::BrokerSession(parts, {geteuid(), getegid()}, broker)
      .Run()
      .IgnoreError();
  for (const convoy::OwnerCommand& command : commands.commands) {
    if (command.program.empty() || command.program[0] != '/') std::abort();
    if (command.owner.uid < 1000) std::abort();
  }
  return 0;
}
