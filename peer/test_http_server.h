#ifndef CONVOY_PEER_TEST_HTTP_SERVER_H_
#define CONVOY_PEER_TEST_HTTP_SERVER_H_

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "peer/base/mutex.h"
#include "peer/base/unique_fd.h"
#include "peer/http_settings.h"

namespace convoy {

// An HTTP/1.1 server for tests, on a free port of 127.0.0.1. A script, given by
// the test, writes the bytes of every answer: what no well-behaved server says
// can be said too. One thread for each connection.
class TestHttpServer {
 public:
  struct Request {
    std::string method;
    std::string target;
    std::vector<HttpHeader> headers;
    int connection = 0;       // Counted from 0.
    std::string client_name;  // Of the client's certificate. Empty: none.

    // Of the first such header; "" if there is none.
    std::string Header(absl::string_view name) const;
    bool Has(absl::string_view name) const;
  };

  // The connection a request came on. The script's thread only.
  class Connection {
   public:
    virtual ~Connection() = default;
    virtual void Send(absl::string_view bytes) = 0;
    // An orderly end: with TLS, its goodbye first.
    virtual void Close() = 0;
    // The end without TLS's goodbye.
    virtual void Cut() = 0;
    // RST.
    virtual void Reset() = 0;
    // Returns when the client has closed, or the server stops.
    virtual void AwaitClientClose() = 0;
    // Waits for that, or for bytes of the client's, for at most `timeout`.
    // True: one of them came.
    virtual bool AwaitClient(absl::Duration timeout) = 0;
    // Carries bytes to and from another port until one side closes.
    virtual void TunnelTo(int port) = 0;
  };

  // When it returns, the connection waits for the next request.
  using Script = std::function<void(const Request&, Connection&)>;

  struct Tls {
    std::string certificate_pem;
    std::string key_pem;
    // The client must show a certificate that this one signed. Empty: none.
    std::string client_ca_pem;
  };

  explicit TestHttpServer(Script script);
  TestHttpServer(Script script, const Tls& tls);
  // Ends all connections.
  ~TestHttpServer();
  TestHttpServer(const TestHttpServer&) = delete;
  TestHttpServer& operator=(const TestHttpServer&) = delete;

  int port() const { return port_; }
  // "http://127.0.0.1:PORT" and `path`, or https.
  std::string Url(absl::string_view path) const;

  // All that came so far, in order.
  std::vector<Request> requests() const;
  int connection_count() const;

 private:
  struct TlsContext;
  class Stream;

  TestHttpServer(Script script, std::unique_ptr<TlsContext> tls);
  void Accept();
  void Serve(Stream* stream, int number);

  const Script script_;
  const std::unique_ptr<TlsContext> tls_;  // Null: plain HTTP.
  UniqueFd listener_;
  int port_ = 0;

  mutable Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<Request> requests_ ABSL_GUARDED_BY(mutex_);
  std::list<Stream> streams_ ABSL_GUARDED_BY(mutex_);
  std::list<std::thread> threads_ ABSL_GUARDED_BY(mutex_);

  std::thread accepting_;  // Last: starts when all else is there.
};

// An answer with status 200, Content-Length and `body`.
std::string OkAnswer(absl::string_view body);
// "HTTP/1.1 <status>", the headers (lines without line ends), Content-Length
// and `body`.
std::string AnswerWith(absl::string_view status,
                       const std::vector<std::string>& headers,
                       absl::string_view body = "");

struct TestCertificate {
  std::string certificate_pem;
  std::string key_pem;
};
// A self-signed certificate, which is also its own authority.
TestCertificate MakeTestCertificate(
    const std::string& common_name,
    const std::string& alternative_names = "IP:127.0.0.1,DNS:localhost");
// One for 127.0.0.1 that `issuer` signs, from an hour ago until `valid_for`
// from now; negative: it is over. `usage`: extendedKeyUsage, as openssl writes
// it.
TestCertificate MakeIssuedCertificate(const TestCertificate& issuer,
                                      absl::Duration valid_for,
                                      const std::string& usage = "serverAuth");

}  // namespace convoy

#endif  // CONVOY_PEER_TEST_HTTP_SERVER_H_
