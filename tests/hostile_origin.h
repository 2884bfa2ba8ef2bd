#ifndef CONVOY_TESTS_HOSTILE_ORIGIN_H_
#define CONVOY_TESTS_HOSTILE_ORIGIN_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "peer/base/mutex.h"
#include "peer/test_http_server.h"

namespace convoy::testing {

struct SeenRequest {
  std::string path;  // Without the "/" it begins with.
  // Names in lower case.
  std::map<std::string, std::string> headers;
  // Of "Range: bytes=FIRST-..."; the last byte may be absent.
  std::optional<std::int64_t> range_first;
  std::optional<std::int64_t> range_last;
  // How many requests for this path came before.
  int attempt = 0;
};

// One request being answered, on the connection's thread.
class Exchange {
 public:
  Exchange(TestHttpServer::Connection& connection, const SeenRequest& request)
      : connection_(connection), request_(request) {}

  const SeenRequest& request() const { return request_; }
  TestHttpServer::Connection& connection() { return connection_; }

  void Send(absl::string_view bytes) { connection_.Send(bytes); }
  // "HTTP/1.1 ", status line, headers (whole lines without line ends), empty
  // line.
  void SendHead(absl::string_view status,
                const std::vector<std::string>& headers);
  // Answers as an honest server would: 206 for a range, else 200.
  void SendHonestly(const std::string& content, const std::string& etag);
  // Promises the rest of `content` from the range's first byte as a 206, and
  // sends `bytes` of it.
  void SendPart(const std::string& content, const std::string& etag,
                std::size_t bytes);

 private:
  TestHttpServer::Connection& connection_;
  const SeenRequest& request_;
};

// An HTTP/1.1 origin on 127.0.0.1 that answers each path as a test says.
class HostileOrigin {
 public:
  using Answer = std::function<void(Exchange&)>;

  HostileOrigin();

  // What to do with requests for "/" + `path`. Others get 404. Call before the
  // first request.
  void On(const std::string& path, Answer answer);
  std::string Url(const std::string& path) const;
  std::vector<SeenRequest> Requests() const;

 private:
  void Serve(const TestHttpServer::Request& request,
             TestHttpServer::Connection& connection);

  std::map<std::string, Answer> answers_;
  mutable Mutex mutex_;
  std::vector<SeenRequest> requests_ ABSL_GUARDED_BY(mutex_);
  TestHttpServer server_;  // Last: its threads use the rest.
};

}  // namespace convoy::testing

#endif  // CONVOY_TESTS_HOSTILE_ORIGIN_H_
