#ifndef CONVOY_TESTS_HOSTILE_ORIGIN_H_
#define CONVOY_TESTS_HOSTILE_ORIGIN_H_

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "peer/base/mutex.h"
#include "peer/base/unique_fd.h"

namespace convoy::testing {

struct SeenRequest {
  std::string path;
  // Names in lower case.
  std::map<std::string, std::string> headers;
  // Of "Range: bytes=FIRST-..."; the last byte may be absent.
  std::optional<std::int64_t> range_first;
  std::optional<std::int64_t> range_last;
  // How many requests for this path came before.
  int attempt = 0;
};

// One request being answered, on a thread of its own.
class Exchange {
 public:
  Exchange(int socket, const SeenRequest& request)
      : socket_(socket), request_(request) {}

  const SeenRequest& request() const { return request_; }
  // False once the other side has gone.
  bool Send(absl::string_view bytes);
  // "HTTP/1.1 " + status line, headers, empty line. `headers` are whole lines
  // without line ends.
  bool SendHead(absl::string_view status,
                const std::vector<std::string>& headers);
  // Answers as an honest server would: 206 for a range, else 200.
  void SendHonestly(const std::string& content, const std::string& etag);
  // Promises the rest of `content` from the range's first byte as a 206, sends
  // `bytes` of it, and ends the connection.
  void SendPart(const std::string& content, const std::string& etag,
                std::size_t bytes);
  // Waits until the other side closes the connection.
  void WaitForClose();
  // The same, for a tenth of a second at the most; true if it is still open.
  bool WaitBriefly();
  // Ends the connection with a TCP reset.
  void Reset();
  // No further request on this connection.
  void CloseAfterwards() { keep_alive_ = false; }
  bool keep_alive() const { return keep_alive_; }

 private:
  const int socket_;
  const SeenRequest& request_;
  bool keep_alive_ = true;
};

// An HTTP/1.1 server on 127.0.0.1 that answers as each test says, byte by byte.
class HostileOrigin {
 public:
  using Answer = std::function<void(Exchange&)>;

  HostileOrigin();
  ~HostileOrigin();
  HostileOrigin(const HostileOrigin&) = delete;
  HostileOrigin& operator=(const HostileOrigin&) = delete;

  // What to do with requests for "/" + `path`. Others get 404. Call before the
  // first request.
  void On(const std::string& path, Answer answer);
  std::string Url(const std::string& path) const;
  std::vector<SeenRequest> Requests() const;

 private:
  void Accept();
  void Serve(int socket);

  UniqueFd listener_;
  int port_ = 0;
  std::map<std::string, Answer> answers_;
  mutable Mutex mutex_;
  std::vector<SeenRequest> requests_ ABSL_GUARDED_BY(mutex_);
  std::list<UniqueFd> sockets_ ABSL_GUARDED_BY(mutex_);
  std::list<std::thread> threads_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread acceptor_;
};

}  // namespace convoy::testing

#endif  // CONVOY_TESTS_HOSTILE_ORIGIN_H_
