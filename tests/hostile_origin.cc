#include "tests/hostile_origin.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace convoy::testing {
namespace {

SeenRequest Understand(const TestHttpServer::Request& request) {
  SeenRequest seen;
  seen.path = std::string(absl::StripPrefix(request.target, "/"));
  for (const HttpHeader& header : request.headers) {
    seen.headers[absl::AsciiStrToLower(header.name)] = header.value;
  }
  const auto range = seen.headers.find("range");
  if (range != seen.headers.end()) {
    const std::pair<std::string, std::string> ends =
        absl::StrSplit(absl::StripPrefix(range->second, "bytes="), '-');
    std::int64_t value = 0;
    if (absl::SimpleAtoi(ends.first, &value)) seen.range_first = value;
    if (absl::SimpleAtoi(ends.second, &value)) seen.range_last = value;
  }
  return seen;
}

}  // namespace

void Exchange::SendHead(absl::string_view status,
                        const std::vector<std::string>& headers) {
  std::string head = absl::StrCat("HTTP/1.1 ", status, "\r\n");
  for (const std::string& header : headers) {
    absl::StrAppend(&head, header, "\r\n");
  }
  Send(absl::StrCat(head, "\r\n"));
}

void Exchange::SendHonestly(const std::string& content,
                            const std::string& etag) {
  const auto size = static_cast<std::int64_t>(content.size());
  const auto if_range = request_.headers.find("if-range");
  if (!request_.range_first.has_value() ||
      (if_range != request_.headers.end() && if_range->second != etag)) {
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
}

HostileOrigin::HostileOrigin()
    : server_([this](const TestHttpServer::Request& request,
                     TestHttpServer::Connection& connection) {
        Serve(request, connection);
      }) {}

void HostileOrigin::On(const std::string& path, Answer answer) {
  answers_[path] = std::move(answer);
}

std::string HostileOrigin::Url(const std::string& path) const {
  return server_.Url("/" + path);
}

std::vector<SeenRequest> HostileOrigin::Requests() const {
  MutexLock lock(&mutex_);
  return requests_;
}

void HostileOrigin::Serve(const TestHttpServer::Request& request,
                          TestHttpServer::Connection& connection) {
  SeenRequest seen = Understand(request);
  {
    MutexLock lock(&mutex_);
    for (const SeenRequest& earlier : requests_) {
      if (earlier.path == seen.path) ++seen.attempt;
    }
    requests_.push_back(seen);
  }
  Exchange exchange(connection, seen);
  const auto answer = answers_.find(seen.path);
  if (answer == answers_.end()) {
    exchange.SendHead("404 Not Found", {"Content-Length: 0"});
  } else {
    answer->second(exchange);
  }
}

}  // namespace convoy::testing
