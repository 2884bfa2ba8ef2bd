#include "tests/name_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace convoy::testing {
namespace {

constexpr int kTypeA = 1;
constexpr int kTypeSrv = 33;
constexpr int kNoSuchName = 3;
constexpr std::size_t kHeaderBytes = 12;

std::string Number16(int value) {
  return {static_cast<char>(value >> 8 & 0xFF), static_cast<char>(value)};
}

std::string Name(const std::string& name) {
  std::string bytes;
  for (const absl::string_view label : absl::StrSplit(name, '.')) {
    absl::StrAppend(&bytes, std::string(1, static_cast<char>(label.size())),
                    label);
  }
  return bytes + '\0';
}

// A record of the question's name.
std::string Record(int type, const std::string& data) {
  constexpr char kPointer[] = "\xC0\x0C";
  const std::string time_to_live(4, '\0');
  return absl::StrCat(kPointer, Number16(type), Number16(1), time_to_live,
                      Number16(static_cast<int>(data.size())), data);
}

// A thread's network is its own: that of the process stays.
UniqueFd OpenIn(const std::string& network_namespace,
                const std::string& address) {
  UniqueFd opened;
  std::thread([&] {
    const UniqueFd network(::open(("/run/netns/" + network_namespace).c_str(),
                                  O_RDONLY | O_CLOEXEC));
    sockaddr_in at = {};
    at.sin_family = AF_INET;
    at.sin_port = htons(53);
    if (::setns(network.get(), CLONE_NEWNET) != 0 ||
        ::inet_pton(AF_INET, address.c_str(), &at.sin_addr) != 1) {
      return;
    }
    UniqueFd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&at), sizeof(at)) ==
        0) {
      opened = std::move(fd);
    }
  }).join();
  if (!opened.valid()) {
    std::fprintf(stderr, "no name server at %s\n", address.c_str());
    std::abort();
  }
  return opened;
}

}  // namespace

NameServer::NameServer(const std::string& network_namespace,
                       const std::string& address)
    : socket_(OpenIn(network_namespace, address)),
      stop_(::eventfd(0, EFD_CLOEXEC)),
      thread_([this] { Serve(); }) {}

NameServer::~NameServer() {
  const std::uint64_t one = 1;
  (void)!::write(stop_.get(), &one, sizeof(one));
  thread_.join();
}

void NameServer::SetSrv(const std::string& name, std::vector<Srv> records) {
  MutexLock lock(&mutex_);
  services_[name] = std::move(records);
}

void NameServer::SetAddress(const std::string& name, const std::string& ipv4) {
  MutexLock lock(&mutex_);
  addresses_[name] = ipv4;
}

int NameServer::SrvQuestions() {
  MutexLock lock(&mutex_);
  return srv_questions_;
}

void NameServer::Serve() {
  pollfd set[] = {{stop_.get(), POLLIN, 0}, {socket_.get(), POLLIN, 0}};
  while (::poll(set, 2, -1) > 0 && set[0].revents == 0) {
    char buffer[1500];
    sockaddr_in from = {};
    socklen_t size = sizeof(from);
    auto* const generic = reinterpret_cast<sockaddr*>(&from);
    const ssize_t got =
        ::recvfrom(socket_.get(), buffer, sizeof(buffer), 0, generic, &size);
    if (got <= 0) continue;
    const std::string answer =
        Answer(std::string(buffer, static_cast<std::size_t>(got)));
    if (answer.empty()) continue;
    (void)::sendto(socket_.get(), answer.data(), answer.size(), 0, generic,
                   size);
  }
}

std::string NameServer::Answer(const std::string& question) {
  std::string name;
  std::size_t at = kHeaderBytes;
  while (at < question.size() && question[at] != 0) {
    const auto length = static_cast<std::size_t>(question[at]);
    absl::StrAppend(&name, name.empty() ? "" : ".",
                    question.substr(at + 1, length));
    at += 1 + length;
  }
  if (at + 5 > question.size()) return "";
  name = absl::AsciiStrToLower(name);
  const int type = static_cast<unsigned char>(question[at + 2]);
  std::vector<std::string> records;
  MutexLock lock(&mutex_);
  const auto service = services_.find(name);
  const auto address = addresses_.find(name);
  if (type == kTypeSrv) ++srv_questions_;
  if (type == kTypeSrv && service != services_.end()) {
    for (const Srv& srv : service->second) {
      records.push_back(Record(
          kTypeSrv, absl::StrCat(Number16(srv.priority), Number16(srv.weight),
                                 Number16(srv.port), Name(srv.target))));
    }
  }
  if (type == kTypeA && address != addresses_.end()) {
    in_addr bytes = {};
    ::inet_pton(AF_INET, address->second.c_str(), &bytes);
    records.push_back(
        Record(kTypeA, {reinterpret_cast<const char*>(&bytes), sizeof(bytes)}));
  }
  const bool known = service != services_.end() || address != addresses_.end();
  std::string answer = absl::StrCat(
      question.substr(0, 2), Number16(0x8180 | (known ? 0 : kNoSuchName)),
      Number16(1), Number16(static_cast<int>(records.size())), Number16(0),
      Number16(0), question.substr(kHeaderBytes, at + 5 - 12));
  for (const std::string& record : records) answer += record;
  return answer;
}

}  // namespace convoy::testing
