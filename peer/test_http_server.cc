#include "peer/test_http_server.h"

#include <netinet/in.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace convoy {
namespace {

template <typename T, void (*Free)(T*)>
struct Freeing {
  void operator()(T* object) const { Free(object); }
};
using BioPtr = std::unique_ptr<BIO, Freeing<BIO, BIO_free_all>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Freeing<EVP_PKEY, EVP_PKEY_free>>;
using CertificatePtr = std::unique_ptr<X509, Freeing<X509, X509_free>>;
using SslPtr = std::unique_ptr<SSL, Freeing<SSL, SSL_free>>;
using ContextPtr = std::unique_ptr<SSL_CTX, Freeing<SSL_CTX, SSL_CTX_free>>;

// The set-up of a test has no way to go on.
void Require(bool holds) {
  if (!holds) std::abort();
}

sockaddr_in Loopback(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

BioPtr ReadingBio(const std::string& text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

CertificatePtr ReadCertificate(const std::string& pem) {
  return CertificatePtr(
      PEM_read_bio_X509(ReadingBio(pem).get(), nullptr, nullptr, nullptr));
}

std::string WrittenText(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return std::string(data, static_cast<std::size_t>(size));
}

KeyPtr ReadKey(const std::string& pem) {
  return KeyPtr(PEM_read_bio_PrivateKey(ReadingBio(pem).get(), nullptr, nullptr,
                                        nullptr));
}

std::string CommonName(X509* certificate) {
  char name[256] = "";
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName,
                            name, sizeof(name));
  return name;
}

// Null `issuer`: it signs itself.
TestCertificate Make(
    const std::string& common_name, absl::Duration valid_for,
    const TestCertificate* issuer,
    const std::vector<std::pair<int, std::string>>& extensions) {
  const KeyPtr key(EVP_EC_gen("P-256"));
  const CertificatePtr certificate(X509_new());
  X509* const x509 = certificate.get();
  X509_set_version(x509, 2);
  static long serial = 0;
  ASN1_INTEGER_set(X509_get_serialNumber(x509), ++serial);
  const long begin = -3600;
  const long end = static_cast<long>(absl::ToInt64Seconds(valid_for));
  X509_gmtime_adj(X509_getm_notBefore(x509), std::min(begin, end - 3600));
  X509_gmtime_adj(X509_getm_notAfter(x509), end);
  X509_set_pubkey(x509, key.get());
  X509_NAME* const name = X509_get_subject_name(x509);
  const auto* const text =
      reinterpret_cast<const unsigned char*>(common_name.c_str());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, text, -1, -1, 0);
  const CertificatePtr authority =
      issuer ? ReadCertificate(issuer->certificate_pem) : nullptr;
  const KeyPtr signing = issuer ? ReadKey(issuer->key_pem) : nullptr;
  X509_set_issuer_name(x509,
                       issuer ? X509_get_subject_name(authority.get()) : name);
  for (const auto& [kind, value] : extensions) {
    X509_EXTENSION* const extension =
        X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
    Require(X509_add_ext(x509, extension, -1) == 1);
    X509_EXTENSION_free(extension);
  }
  Require(X509_sign(x509, issuer ? signing.get() : key.get(), EVP_sha256()) >
          0);

  const BioPtr certificate_text(BIO_new(BIO_s_mem()));
  const BioPtr key_text(BIO_new(BIO_s_mem()));
  Require(PEM_write_bio_X509(certificate_text.get(), x509) == 1);
  Require(PEM_write_bio_PrivateKey(key_text.get(), key.get(), nullptr, nullptr,
                                   0, nullptr, nullptr) == 1);
  return {WrittenText(certificate_text.get()), WrittenText(key_text.get())};
}

std::optional<TestHttpServer::Request> ParseRequest(absl::string_view head) {
  TestHttpServer::Request request;
  const std::vector<absl::string_view> lines = absl::StrSplit(head, "\r\n");
  const std::vector<std::string> first = absl::StrSplit(lines[0], ' ');
  if (first.size() != 3) return std::nullopt;
  request.method = first[0];
  request.target = first[1];
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::pair<absl::string_view, absl::string_view> header =
        absl::StrSplit(lines[i], absl::MaxSplits(':', 1));
    request.headers.push_back(
        {std::string(header.first),
         std::string(absl::StripLeadingAsciiWhitespace(header.second))});
  }
  return request;
}

}  // namespace

struct TestHttpServer::TlsContext {
  ContextPtr context;
};

class TestHttpServer::Stream final : public Connection {
 public:
  explicit Stream(UniqueFd socket) : socket_(std::move(socket)) {}

  bool Handshake(const TlsContext& tls) {
    ssl_.reset(SSL_new(tls.context.get()));
    SSL_set_fd(ssl_.get(), socket_.get());
    return SSL_accept(ssl_.get()) == 1;
  }

  std::string client_name() const {
    const CertificatePtr certificate(
        ssl_ ? SSL_get1_peer_certificate(ssl_.get()) : nullptr);
    return certificate ? CommonName(certificate.get()) : "";
  }

  // The next request's head; nothing at the end of the connection.
  std::optional<std::string> ReadHead() {
    std::size_t end = received_.find("\r\n\r\n");
    while (end == std::string::npos) {
      if (!Receive()) return std::nullopt;
      end = received_.find("\r\n\r\n");
    }
    const std::string head = received_.substr(0, end);
    received_.erase(0, end + 4);
    return head;
  }

  // From another thread: whoever waits for the client waits no more.
  void Interrupt() { ::shutdown(socket_.get(), SHUT_RDWR); }

  bool open() const { return open_; }

  void Send(absl::string_view bytes) override {
    while (!bytes.empty() && open_) {
      const int size = static_cast<int>(bytes.size());
      const ssize_t sent = ssl_ ? SSL_write(ssl_.get(), bytes.data(), size)
                                : ::send(socket_.get(), bytes.data(),
                                         bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) {
        open_ = false;
        return;
      }
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  void Close() override {
    if (ssl_ && open_) SSL_shutdown(ssl_.get());
    Cut();
  }

  void Cut() override {
    open_ = false;
    Interrupt();
  }

  void Reset() override {
    const linger now = {1, 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    open_ = false;
    resets_ = true;
  }
  bool resets() const { return resets_; }
  void CloseSocket() { socket_.reset(); }

  void AwaitClientClose() override {
    while (Receive()) {
    }
    open_ = false;
  }

  bool AwaitClient(absl::Duration timeout) override {
    pollfd client = {socket_.get(), POLLIN, 0};
    return ::poll(&client, 1,
                  static_cast<int>(absl::ToInt64Milliseconds(timeout))) != 0;
  }

  void TunnelTo(int port) override {
    UniqueFd other(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_in address = Loopback(port);
    Require(::connect(other.get(), reinterpret_cast<const sockaddr*>(&address),
                      sizeof(address)) == 0);
    pollfd ends[] = {{socket_.get(), POLLIN, 0}, {other.get(), POLLIN, 0}};
    const auto carry = [](const pollfd& from, const pollfd& to) {
      if (from.revents == 0) return true;
      char buffer[16384];
      const ssize_t got = ::recv(from.fd, buffer, sizeof(buffer), 0);
      return got > 0 && ::send(to.fd, buffer, static_cast<std::size_t>(got),
                               MSG_NOSIGNAL) == got;
    };
    while (::poll(ends, 2, -1) > 0) {
      if (!carry(ends[0], ends[1]) || !carry(ends[1], ends[0])) break;
    }
    Cut();
  }

 private:
  bool Receive() {
    char buffer[16384];
    const ssize_t got = ssl_ ? SSL_read(ssl_.get(), buffer, sizeof(buffer))
                             : ::recv(socket_.get(), buffer, sizeof(buffer), 0);
    if (got <= 0) return false;
    received_.append(buffer, static_cast<std::size_t>(got));
    return true;
  }

  UniqueFd socket_;
  SslPtr ssl_;
  std::string received_;
  bool open_ = true;
  bool resets_ = false;
};

std::string TestHttpServer::Request::Header(absl::string_view name) const {
  for (const HttpHeader& header : headers) {
    if (absl::EqualsIgnoreCase(header.name, name)) return header.value;
  }
  return "";
}

bool TestHttpServer::Request::Has(absl::string_view name) const {
  for (const HttpHeader& header : headers) {
    if (absl::EqualsIgnoreCase(header.name, name)) return true;
  }
  return false;
}

TestHttpServer::TestHttpServer(Script script)
    : TestHttpServer(std::move(script), std::unique_ptr<TlsContext>()) {}

TestHttpServer::TestHttpServer(Script script, const Tls& tls)
    : TestHttpServer(std::move(script), [&tls] {
        auto made = std::make_unique<TlsContext>();
        made->context.reset(SSL_CTX_new(TLS_server_method()));
        SSL_CTX* const context = made->context.get();
        const CertificatePtr certificate = ReadCertificate(tls.certificate_pem);
        const KeyPtr key = ReadKey(tls.key_pem);
        Require(SSL_CTX_use_certificate(context, certificate.get()) == 1);
        Require(SSL_CTX_use_PrivateKey(context, key.get()) == 1);
        if (!tls.client_ca_pem.empty()) {
          const CertificatePtr ca = ReadCertificate(tls.client_ca_pem);
          Require(X509_STORE_add_cert(SSL_CTX_get_cert_store(context),
                                      ca.get()) == 1);
          SSL_CTX_set_verify(context,
                             SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                             nullptr);
          const unsigned char id[] = "test";
          SSL_CTX_set_session_id_context(context, id, sizeof(id));
        }
        return made;
      }()) {}

TestHttpServer::TestHttpServer(Script script, std::unique_ptr<TlsContext> tls)
    : script_(std::move(script)),
      tls_(std::move(tls)),
      listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  ::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL.
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  Require(::bind(listener_.get(), generic, size) == 0);
  Require(::listen(listener_.get(), 128) == 0);
  Require(::getsockname(listener_.get(), generic, &size) == 0);
  port_ = ntohs(address.sin_port);
  accepting_ = std::thread([this] { Accept(); });
}

TestHttpServer::~TestHttpServer() {
  std::list<std::thread> threads;
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
    for (Stream& stream : streams_) stream.Interrupt();
    threads.swap(threads_);
  }
  ::shutdown(listener_.get(), SHUT_RDWR);
  accepting_.join();
  for (std::thread& thread : threads) thread.join();
}

std::string TestHttpServer::Url(absl::string_view path) const {
  return absl::StrCat(tls_ ? "https" : "http", "://127.0.0.1:", port_, path);
}

std::vector<TestHttpServer::Request> TestHttpServer::requests() const {
  MutexLock lock(&mutex_);
  return requests_;
}

int TestHttpServer::connection_count() const {
  MutexLock lock(&mutex_);
  return static_cast<int>(streams_.size());
}

void TestHttpServer::Accept() {
  while (true) {
    UniqueFd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    MutexLock lock(&mutex_);
    if (!socket.valid() || stopping_) return;
    const int number = static_cast<int>(streams_.size());
    Stream* const stream = &streams_.emplace_back(std::move(socket));
    threads_.emplace_back([this, stream, number] { Serve(stream, number); });
  }
}

void TestHttpServer::Serve(Stream* stream, int number) {
  if (tls_ && !stream->Handshake(*tls_)) stream->Cut();
  while (stream->open()) {
    const std::optional<std::string> head = stream->ReadHead();
    if (!head) break;
    std::optional<Request> request = ParseRequest(*head);
    if (!request) break;
    request->connection = number;
    request->client_name = stream->client_name();
    {
      MutexLock lock(&mutex_);
      requests_.push_back(*request);
    }
    script_(*request, *stream);
  }
  MutexLock lock(&mutex_);  // Not while the destructor interrupts it.
  if (stream->resets()) {
    stream->CloseSocket();
  } else {
    stream->Cut();
  }
}

std::string OkAnswer(absl::string_view body) {
  return AnswerWith("200 OK", {}, body);
}

std::string AnswerWith(absl::string_view status,
                       const std::vector<std::string>& headers,
                       absl::string_view body) {
  std::string answer = absl::StrCat("HTTP/1.1 ", status, "\r\n");
  for (const std::string& header : headers) {
    absl::StrAppend(&answer, header, "\r\n");
  }
  absl::StrAppend(&answer, "Content-Length: ", body.size(), "\r\n\r\n", body);
  return answer;
}

TestCertificate MakeTestCertificate(const std::string& common_name,
                                    const std::string& alternative_names) {
  return Make(common_name, absl::Hours(24), nullptr,
              {{NID_basic_constraints, "critical,CA:TRUE"},
               {NID_subject_alt_name, alternative_names}});
}

TestCertificate MakeIssuedCertificate(const TestCertificate& issuer,
                                      absl::Duration valid_for,
                                      const std::string& usage) {
  return Make("issued", valid_for, &issuer,
              {{NID_basic_constraints, "critical,CA:FALSE"},
               {NID_ext_key_usage, usage},
               {NID_subject_alt_name, "IP:127.0.0.1"}});
}

}  // namespace convoy
