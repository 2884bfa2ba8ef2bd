#include "tests/hostile_origin.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace convoy::testing {
namespace {

// The head of the next request; empty when the connection ends.
std::string ReadHead(int socket) {
  std::string head;
  char byte = 0;
  while (!absl::EndsWith(head, "\r\n\r\n")) {
    if (recv(socket, &byte, 1, 0) != 1) return "";
    head.push_back(byte);
  }
  return head;
}

SeenRequest Parse(const std::string& head) {
  SeenRequest request;
  const std::vector<std::string> lines = absl::StrSplit(head, "\r\n");
  const std::vector<std::string> words = absl::StrSplit(lines[0], ' ');
  if (words.size() > 1) request.path = words[1].substr(1);
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::pair<std::string, std::string> header =
        absl::StrSplit(lines[i], absl::MaxSplits(':', 1));
    request.headers[absl::AsciiStrToLower(header.first)] =
        std::string(absl::StripAsciiWhitespace(header.second));
  }
  const auto range = request.headers.find("range");
  if (range != request.headers.end()) {
    const std::pair<std::string, std::string> ends =
        absl::StrSplit(absl::StripPrefix(range->second, "bytes="), '-');
    std::int64_t value = 0;
    if (absl::SimpleAtoi(ends.first, &value)) request.range_first = value;
    if (absl::SimpleAtoi(ends.second, &value)) request.range_last = value;
  }
  return request;
}

}  // namespace

bool Exchange::Send(absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent =
        send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool Exchange::SendHead(absl::string_view status,
                        const std::vector<std::string>& headers) {
  std::string head = absl::StrCat("HTTP/1.1 ", status, "\r\n");
  for (const std::string& header : headers)
    absl::StrAppend(&head, header, "\r\n");
  return Send(absl::StrCat(head, "\r\n"));
}

void Exchange::SendHonestly(const std::string& content,
                            const std::string& etag) {
  const auto size = static_cast<std::int64_t>(content.size());
  if (!request_.range_first.has_value()) {
    SendHead("200 OK", {absl::StrCat("Content-Length: ", size),
                        absl::StrCat("ETag: ", etag)});
    Send(content);
    return;
  }
  const std::int64_t first = *request_.range_first;
  const std::int64_t last =
      std::min(request_.range_last.value_or(size - 1), size - 1);
  if (first > last) {
    SendHead(
        "416 Range Not Satisfiable",
        {absl::StrCat("Content-Range: bytes */", size), "Content-Length: 0"});
    return;
  }
  const auto if_range = request_.headers.find("if-range");
  if (if_range != request_.headers.end() && if_range->second != etag) {
    SendHead("200 OK", {absl::StrCat("Content-Length: ", size),
                        absl::StrCat("ETag: ", etag)});
    Send(content);
    return;
  }
  SendHead("206 Partial Content",
           {absl::StrCat("Content-Range: bytes ", first, "-", last, "/", size),
            absl::StrCat("Content-Length: ", last - first + 1),
            absl::StrCat("ETag: ", etag)});
  Send(absl::string_view(content).substr(
      static_cast<std::size_t>(first),
      static_cast<std::size_t>(last - first + 1)));
}

void Exchange::SendPart(const std::string& content, const std::string& etag,
                        std::size_t bytes) {
  const auto first = static_cast<std::size_t>(request_.range_first.value_or(0));
  const std::size_t size = content.size();
  SendHead(
      "206 Partial Content",
      {absl::StrCat("Content-Range: bytes ", first, "-", size - 1, "/", size),
       absl::StrCat("Content-Length: ", size - first),
       absl::StrCat("ETag: ", etag)});
  Send(absl::string_view(content).substr(first, bytes));
  CloseAfterwards();
}

void Exchange::WaitForClose() {
  char bytes[256];
  while (recv(socket_, bytes, sizeof(bytes), 0) > 0) {
  }
  keep_alive_ = false;
}

bool Exchange::WaitBriefly() {
  struct pollfd closed = {socket_, POLLIN, 0};
  return poll(&closed, 1, 100) == 0;
}

void Exchange::Reset() {
  const struct linger now = {1, 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  keep_alive_ = false;
}

HostileOrigin::HostileOrigin() {
  listener_.reset(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_.get(), generic, length) != 0 ||
      listen(listener_.get(), 128) != 0 ||
      getsockname(listener_.get(), generic, &length) != 0) {
    std::abort();
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { Accept(); });
}

HostileOrigin::~HostileOrigin() {
  std::list<std::thread> threads;
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
    shutdown(listener_.get(), SHUT_RDWR);
    for (const UniqueFd& socket : sockets_) shutdown(socket.get(), SHUT_RDWR);
    threads.swap(threads_);
  }
  acceptor_.join();
  for (std::thread& thread : threads) thread.join();
}

void HostileOrigin::On(const std::string& path, Answer answer) {
  answers_[path] = std::move(answer);
}

std::string HostileOrigin::Url(const std::string& path) const {
  return absl::StrCat("http://127.0.0.1:", port_, "/", path);
}

std::vector<SeenRequest> HostileOrigin::Requests() const {
  MutexLock lock(&mutex_);
  return requests_;
}

void HostileOrigin::Accept() {
  while (true) {
    const int socket = accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    MutexLock lock(&mutex_);
    sockets_.emplace_back(socket);
    if (stopping_) return;
    threads_.emplace_back([this, socket] { Serve(socket); });
  }
}

void HostileOrigin::Serve(int socket) {
  bool keep_alive = true;
  while (keep_alive) {
    const std::string head = ReadHead(socket);
    if (head.empty()) break;
    SeenRequest request = Parse(head);
    {
      MutexLock lock(&mutex_);
      for (const SeenRequest& seen : requests_) {
        if (seen.path == request.path) ++request.attempt;
      }
      requests_.push_back(request);
    }
    Exchange exchange(socket, request);
    const auto answer = answers_.find(request.path);
    if (answer == answers_.end()) {
      exchange.SendHead("404 Not Found", {"Content-Length: 0"});
    } else {
      answer->second(exchange);
    }
    keep_alive = exchange.keep_alive();
  }
  MutexLock lock(&mutex_);
  if (stopping_) return;
  // Closed here, so that a reset is sent now.
  sockets_.remove_if(
      [socket](const UniqueFd& fd) { return fd.get() == socket; });
}

}  // namespace convoy::testing
