#include "peer/curl_easy.h"

#include <curl/curl.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "peer/base/status_macros.h"
#include "peer/http_headers.h"
#include "peer/proxy_bypass.h"
#include "peer/server_certificates.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

// Read from a socket at once, and held by each running request: larger ones
// cost memory and cache, smaller ones more system calls.
constexpr long kBufferBytes = 256 * 1024;

std::size_t OnHeader(char* data, std::size_t size, std::size_t count,
                     void* sink) {
  const std::size_t length = size * count;
  const bool goes_on = static_cast<CurlEasy::Sink*>(sink)->OnHeaderLine(
      absl::string_view(data, length));
  return goes_on ? length : 0;
}

std::size_t OnBody(char* data, std::size_t size, std::size_t count,
                   void* sink) {
  const std::size_t length = size * count;
  switch (static_cast<CurlEasy::Sink*>(sink)->OnBodyBytes(
      absl::string_view(data, length))) {
    case CurlEasy::Sink::Body::kTaken:
      return length;
    case CurlEasy::Sink::Body::kPause:
      return CURL_WRITEFUNC_PAUSE;
    case CurlEasy::Sink::Body::kAbort:
      break;
  }
  return 0;
}

// A connection may outlive the request that watches it: both own the mark.
using Goodbye = std::shared_ptr<bool>;

void FreeGoodbye(void*, void* goodbye, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<Goodbye*>(goodbye);
}

int GoodbyeIndex() {
  static const int index =
      SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, &FreeGoodbye);
  return index;
}

void OnTlsEvent(const SSL* connection, int where, int what) {
  if (where == SSL_CB_READ_ALERT && (what & 0xFF) == SSL_AD_CLOSE_NOTIFY) {
    **static_cast<Goodbye*>(SSL_get_ex_data(connection, GoodbyeIndex())) = true;
  }
}

// Before each handshake.
CURLcode OnTlsContext(CURL*, void* context, void* chain) {
  return LeaveOut(*static_cast<const ServerChain*>(chain), context)
             ? CURLE_OK
             : CURLE_OUT_OF_MEMORY;
}

absl::Status Unusable(const HttpUrl& url, absl::string_view what) {
  return Error(v1::ERROR_REASON_INVALID_ARGUMENT,
               v1::ERROR_CONTEXT_GENERAL_TRANSPORT)
      .Url(url.text())
      .Status(absl::StrCat(what, " has characters that HTTP cannot carry"));
}

bool FitsInHeader(absl::string_view text) {
  return ParseHeaderLine(absl::StrCat("x:", text)).has_value();
}

// Headers that a job cannot set: the transport does, or libcurl.
bool IsReserved(absl::string_view name, const HttpSettings& settings) {
  constexpr absl::string_view kReserved[] = {
      "Accept-Encoding", "Connection", "Content-Length",
      "If-Range",        "Range",      "Transfer-Encoding"};
  if (settings.server_credentials.schemes != AuthSchemes::kNone &&
      absl::EqualsIgnoreCase(name, "Authorization")) {
    return true;
  }
  return std::any_of(std::begin(kReserved), std::end(kReserved),
                     [name](absl::string_view reserved) {
                       return absl::EqualsIgnoreCase(name, reserved);
                     });
}

// CURLAUTH_ of the schemes that have a user name. Where these are several,
// nothing is sent before the server has named those that it takes.
unsigned long AuthBits(AuthSchemes schemes) {
  unsigned long bits = 0;
  if (Has(schemes, AuthSchemes::kBasic)) bits |= CURLAUTH_BASIC;
  if (Has(schemes, AuthSchemes::kDigest)) bits |= CURLAUTH_DIGEST;
  if (Has(schemes, AuthSchemes::kNtlm)) bits |= CURLAUTH_NTLM;
  return bits;
}

// Of these a server may want to hear that there is none (RFC 9110 section 8.6).
bool ExpectsBody(absl::string_view method) {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

// What the server showed, as PEM (CURLOPT_CERTINFO).
std::vector<std::string> ShownCertificates(CURL* handle) {
  std::vector<std::string> shown;
  const curl_certinfo* info = nullptr;
  if (curl_easy_getinfo(handle, CURLINFO_CERTINFO, &info) != CURLE_OK ||
      info == nullptr) {
    return shown;
  }
  for (int i = 0; i < info->num_of_certs; ++i) {
    for (const curl_slist* line = info->certinfo[i]; line != nullptr;
         line = line->next) {
      absl::string_view text = line->data;
      if (absl::ConsumePrefix(&text, "Cert:")) shown.emplace_back(text);
    }
  }
  return shown;
}

std::string RangeHeader(const ByteRange& range) {
  const std::string begin = absl::StrCat("Range: bytes=", range.offset, "-");
  return range.length == ByteRange::kToEnd
             ? begin
             : absl::StrCat(begin, range.end() - 1);
}

}  // namespace

CurlShare::CurlShare() : handle_(curl_share_init()) {
  curl_share_setopt(handle_, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
}

CurlShare::~CurlShare() { curl_share_cleanup(handle_); }

// Sets the options of one Get.
class CurlEasy::Options {
 public:
  Options(const Get& get, CurlEasy* easy) : get_(get), easy_(*easy) {}

  absl::Status SetAll(Sink* sink) {
    SetSink(sink);
    SetProtocol();
    SetTimeouts();
    SetSocket();
    CONVOY_RETURN_IF_ERROR(SetHeaders());
    SetTrust();
    if (get_.own_origin) {
      CONVOY_RETURN_IF_ERROR(SetServerCredentials());
      SetClientCertificate();
    }
    CONVOY_RETURN_IF_ERROR(SetProxy());
    if (failed_) {
      return Error(v1::ERROR_REASON_INTERNAL,
                   v1::ERROR_CONTEXT_GENERAL_TRANSPORT)
          .Retryable()
          .Status("libcurl refused an option, likely for want of memory");
    }
    return absl::OkStatus();
  }

 private:
  template <typename T>
  void Set(CURLoption option, T value) {
    if (curl_easy_setopt(easy_.handle_, option, value) != CURLE_OK) {
      failed_ = true;
    }
  }
  void Set(CURLoption option, const std::string& value) {
    Set(option, value.c_str());
  }
  void SetBlob(CURLoption option, const std::string& value) {
    curl_blob blob = {};
    blob.data = const_cast<char*>(value.data());  // Copied.
    blob.len = value.size();
    blob.flags = CURL_BLOB_COPY;
    Set(option, &blob);
  }

  void SetSink(Sink* sink) {
    Set(CURLOPT_HEADERFUNCTION, &OnHeader);
    Set(CURLOPT_HEADERDATA, sink);
    Set(CURLOPT_WRITEFUNCTION, &OnBody);
    Set(CURLOPT_WRITEDATA, sink);
    Set(CURLOPT_ERRORBUFFER, easy_.error_text_.get());
  }

  void SetProtocol() {
    Set(CURLOPT_URL, get_.url.text());
    if (!get_.method.empty()) {
      Set(CURLOPT_CUSTOMREQUEST, get_.method);
      // On a kept connection that is closed just then libcurl asks twice: too
      // often for what may change something at the server.
      Set(CURLOPT_FRESH_CONNECT, 1L);
    }
    Set(CURLOPT_PROTOCOLS_STR, "http,https");
    Set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    Set(CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_2TLS});
    Set(CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
    Set(CURLOPT_FOLLOWLOCATION, 0L);
    Set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    Set(CURLOPT_NETRC, long{CURL_NETRC_IGNORED});
    Set(CURLOPT_NOSIGNAL, 1L);
    Set(CURLOPT_TCP_KEEPALIVE, 1L);
    Set(CURLOPT_BUFFERSIZE, kBufferBytes);
    // What the server sends is what the handler gets.
    Set(CURLOPT_ACCEPT_ENCODING, "identity");
    Set(CURLOPT_HTTP_CONTENT_DECODING, 0L);
    // Ending a request does not wait for the resolver's thread.
    Set(CURLOPT_QUICK_EXIT, 1L);
    Set(CURLOPT_SHARE, get_.share.handle());
  }

  void SetTimeouts() {
    Set(CURLOPT_CONNECTTIMEOUT_MS,
        static_cast<long>(absl::ToInt64Milliseconds(get_.connect_timeout)));
    Set(CURLOPT_LOW_SPEED_LIMIT,
        static_cast<long>(get_.limits.low_speed_bytes_per_second));
    Set(CURLOPT_LOW_SPEED_TIME,
        static_cast<long>(absl::ToInt64Seconds(
            absl::Ceil(get_.limits.low_speed_timeout, absl::Seconds(1)))));
  }

  // Connections are kept, and used by requests of either kind.
  void SetSocket() {
    Set(CURLOPT_SOCKOPTDATA, &easy_);
    Set(CURLOPT_SOCKOPTFUNCTION, &OnSocketMade);
    Set(CURLOPT_PREREQDATA, &easy_);
    Set(CURLOPT_PREREQFUNCTION, &OnConnected);
  }

  void AddHeader(const std::string& line) {
    curl_slist* const list = curl_slist_append(
        static_cast<curl_slist*>(easy_.headers_), line.c_str());
    if (list == nullptr) {
      failed_ = true;
    } else {
      easy_.headers_ = list;
    }
  }

  absl::Status SetHeaders() {
    Set(CURLOPT_USERAGENT, "convoy/1");
    if (!get_.host_header.empty()) {
      AddHeader(absl::StrCat("Host: ", get_.host_header));
    }
    if (ExpectsBody(get_.method)) AddHeader("Content-Length: 0");
    if (get_.range) AddHeader(RangeHeader(*get_.range));
    if (!get_.if_range.empty()) {
      if (!FitsInHeader(get_.if_range)) {
        return Unusable(get_.url, "the validator");
      }
      AddHeader(absl::StrCat("If-Range: ", get_.if_range));
    }
    if (get_.own_origin) {
      for (const HttpHeader& header : get_.settings.headers) {
        if (IsReserved(header.name, get_.settings)) continue;
        if (!IsToken(header.name) || !FitsInHeader(header.value)) {
          return Unusable(get_.url, "a header of the job");
        }
        // libcurl's way to say "this header, with nothing in it".
        AddHeader(header.value.empty()
                      ? absl::StrCat(header.name, ";")
                      : absl::StrCat(header.name, ": ", header.value));
      }
    }
    Set(CURLOPT_HTTPHEADER, static_cast<curl_slist*>(easy_.headers_));
    Set(CURLOPT_HEADEROPT, long{CURLHEADER_SEPARATE});  // Not to proxies.
    return absl::OkStatus();
  }

  // A job's certificates stand for all others; so do the configuration's for
  // the machine's. They hold for proxies too.
  void SetTrust() {
    SetChainChecks();
    if (get_.settings.ignore_host_name) Set(CURLOPT_SSL_VERIFYHOST, 0L);
    if (get_.settings.check_revocation) Set(CURLOPT_SSL_VERIFYSTATUS, 1L);
    SetApproval();
    const std::string& ca_pem = get_.settings.ca_pem;
    if (ca_pem.empty() && get_.limits.ca_file.empty()) return;
    if (ca_pem.empty()) {
      Set(CURLOPT_CAINFO, get_.limits.ca_file);
      Set(CURLOPT_PROXY_CAINFO, get_.limits.ca_file);
    } else {
      SetBlob(CURLOPT_CAINFO_BLOB, ca_pem);
      SetBlob(CURLOPT_PROXY_CAINFO_BLOB, ca_pem);
    }
    Set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
    Set(CURLOPT_PROXY_CAPATH, static_cast<const char*>(nullptr));
  }

  // libcurl does not know that such a connection is not as good as others: it
  // is lent to nobody, and no session of it is kept.
  void SetChainChecks() {
    if (get_.settings.ignore_untrusted_chain) {
      Set(CURLOPT_SSL_VERIFYPEER, 0L);
      return;
    }
    if (!get_.settings.chain_checks.LeavesOutAny()) return;
    easy_.chain_ = {get_.settings.chain_checks, get_.url.host()};
    Set(CURLOPT_SSL_CTX_FUNCTION, &OnTlsContext);
    Set(CURLOPT_SSL_CTX_DATA, &easy_.chain_);
    Set(CURLOPT_SSL_SESSIONID_CACHE, 0L);
    KeepConnectionApart();
  }

  // libcurl keeps connections apart by these keys, too. The first is nobody's:
  // without any the check would be left out.
  void SetApproval() {
    if (!get_.settings.certificate_approval) return;
    std::string keys = "sha256//none";
    for (const std::string& key :
         get_.settings.certificate_approval->approved_keys) {
      absl::StrAppend(&keys, ";sha256//", key);
    }
    Set(CURLOPT_PINNEDPUBLICKEY, keys);
    Set(CURLOPT_CERTINFO, 1L);
  }

  absl::Status SetServerCredentials() {
    const HttpCredentials& credentials = get_.settings.server_credentials;
    if (credentials.schemes == AuthSchemes::kNone) return absl::OkStatus();
    if (credentials.schemes == AuthSchemes::kBearer) {
      if (!FitsInHeader(credentials.bearer_token)) {
        return Unusable(get_.url, "the job's bearer token");
      }
      Set(CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
      Set(CURLOPT_XOAUTH2_BEARER, credentials.bearer_token);
      return absl::OkStatus();
    }
    if (!FitsInHeader(credentials.user_name)) {
      return Unusable(get_.url, "the user name for the server");
    }
    Set(CURLOPT_HTTPAUTH, AuthBits(credentials.schemes));
    Set(CURLOPT_USERNAME, credentials.user_name);
    Set(CURLOPT_PASSWORD, credentials.password);
    // What is logged in is the connection.
    if (Has(credentials.schemes, AuthSchemes::kNtlm)) KeepConnectionApart();
    return absl::OkStatus();
  }

  // No other request gets it: one of HTTP/2 would be shared at once.
  void KeepConnectionApart() {
    Set(CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
    Set(CURLOPT_FRESH_CONNECT, 1L);
    Set(CURLOPT_FORBID_REUSE, 1L);
  }

  void SetClientCertificate() {
    const std::string& certificate = get_.settings.client_certificate_pem;
    if (certificate.empty()) return SetDefaultClientCertificate();
    const std::string& key = get_.settings.client_key_pem;
    // libcurl lets a request use an open connection if the certificates are
    // equal, without a look at the keys. With the key in the same text nobody
    // can borrow a connection by showing somebody else's certificate.
    const std::string both = absl::StrCat(certificate, "\n", key);
    SetBlob(CURLOPT_SSLCERT_BLOB, both);
    SetBlob(CURLOPT_SSLKEY_BLOB, key.empty() ? certificate : key);
    Set(CURLOPT_SSLCERTTYPE, "PEM");
    Set(CURLOPT_SSLKEYTYPE, "PEM");
  }

  void SetDefaultClientCertificate() {
    const std::string& certificate = get_.limits.client_certificate_file;
    if (certificate.empty() || !get_.settings.default_client_certificate) {
      return;
    }
    const std::string& key = get_.limits.client_key_file;
    Set(CURLOPT_SSLCERT, certificate);
    Set(CURLOPT_SSLKEY, key.empty() ? certificate : key);
    Set(CURLOPT_SSLCERTTYPE, "PEM");
    Set(CURLOPT_SSLKEYTYPE, "PEM");
  }

  absl::Status SetProxy() {
    const HttpSettings& settings = get_.settings;
    switch (settings.proxy_mode) {
      case ProxyMode::kDirect:
        Set(CURLOPT_PROXY, "");
        return absl::OkStatus();
      case ProxyMode::kConfigured:
        // Without a configured one libcurl looks into the environment.
        if (!get_.limits.proxy_url.empty()) {
          Set(CURLOPT_PROXY, get_.limits.proxy_url);
        }
        break;
      case ProxyMode::kOverride:
        // libcurl's own list knows fewer forms, and the environment's is not
        // the job's.
        Set(CURLOPT_NOPROXY, "");
        if (IsBypassed(settings.proxy_bypass, get_.url)) {
          Set(CURLOPT_PROXY, "");
          return absl::OkStatus();
        }
        Set(CURLOPT_PROXY, settings.proxy_url);
        break;
    }
    return SetProxyCredentials();
  }

  absl::Status SetProxyCredentials() {
    const HttpCredentials& credentials = get_.settings.proxy_credentials;
    if (credentials.schemes == AuthSchemes::kNone) return absl::OkStatus();
    if (!FitsInHeader(credentials.user_name)) {
      return Unusable(get_.url, "the user name for the proxy");
    }
    Set(CURLOPT_PROXYAUTH, AuthBits(credentials.schemes));
    Set(CURLOPT_PROXYUSERNAME, credentials.user_name);
    Set(CURLOPT_PROXYPASSWORD, credentials.password);
    if (Has(credentials.schemes, AuthSchemes::kNtlm)) KeepConnectionApart();
    if (get_.url.IsHttps()) {
      // libcurl would lend this tunnel to jobs that the proxy does not know.
      Set(CURLOPT_FRESH_CONNECT, 1L);
      Set(CURLOPT_FORBID_REUSE, 1L);
    }
    return absl::OkStatus();
  }

  const Get& get_;
  CurlEasy& easy_;
  bool failed_ = false;
};

absl::StatusOr<std::unique_ptr<CurlEasy>> CurlEasy::Make(const Get& get,
                                                         Sink* sink) {
  std::unique_ptr<CurlEasy> easy(new CurlEasy(get.sockets, get.low_effort));
  CONVOY_RETURN_IF_ERROR(Options(get, easy.get()).SetAll(sink));
  return easy;
}

CurlEasy::CurlEasy(CurlSockets& sockets, bool low_effort)
    : handle_(curl_easy_init()),
      error_text_(new char[CURL_ERROR_SIZE]()),
      sockets_(sockets),
      low_effort_(low_effort) {}

CurlEasy::~CurlEasy() {
  curl_easy_cleanup(handle_);
  curl_slist_free_all(static_cast<curl_slist*>(headers_));
}

int CurlEasy::SetPaused(bool paused) {
  const CURLcode code =
      curl_easy_pause(handle_, paused ? CURLPAUSE_RECV : CURLPAUSE_CONT);
  // Without a connection there is nothing to pause.
  return code == CURLE_BAD_FUNCTION_ARGUMENT ? CURLE_OK : code;
}

void CurlEasy::SetLowSpeed(std::int64_t bytes_per_second) {
  curl_easy_setopt(handle_, CURLOPT_LOW_SPEED_LIMIT,
                   static_cast<long>(bytes_per_second));
}

// Before it connects.
int CurlEasy::OnSocketMade(void* easy, int socket, int /*purpose*/) {
  const auto* const self = static_cast<CurlEasy*>(easy);
  self->sockets_.OnMade(socket, self->low_effort_);
  return CURL_SOCKOPT_OK;
}

// Before the request is sent, over a connection that is new or was kept.
int CurlEasy::OnConnected(void* easy, char* remote_ip, char* local_ip,
                          int remote_port, int local_port) {
  auto* const self = static_cast<CurlEasy*>(easy);
  self->socket_ = self->sockets_.OnUsed(local_ip, local_port, remote_ip,
                                        remote_port, self->low_effort_);
  return CURL_PREREQFUNC_OK;
}

std::shared_ptr<const bool> CurlEasy::WatchForGoodbye() {
  long version = 0;
  const curl_tlssessioninfo* tls = nullptr;
  if (curl_easy_getinfo(handle_, CURLINFO_HTTP_VERSION, &version) != CURLE_OK ||
      version > CURL_HTTP_VERSION_1_1 ||
      curl_easy_getinfo(handle_, CURLINFO_TLS_SSL_PTR, &tls) != CURLE_OK ||
      tls->backend != CURLSSLBACKEND_OPENSSL || tls->internals == nullptr) {
    return nullptr;
  }
  SSL* const connection = static_cast<SSL*>(tls->internals);
  auto goodbye = std::make_unique<Goodbye>(std::make_shared<bool>(false));
  std::shared_ptr<const bool> watched = *goodbye;
  delete static_cast<Goodbye*>(SSL_get_ex_data(connection, GoodbyeIndex()));
  SSL_set_ex_data(connection, GoodbyeIndex(), goodbye.release());
  SSL_set_info_callback(connection, &OnTlsEvent);
  return watched;
}

bool CurlEasy::HasTls() const {
  const curl_tlssessioninfo* tls = nullptr;
  return curl_easy_getinfo(handle_, CURLINFO_TLS_SSL_PTR, &tls) != CURLE_OK ||
         tls->internals != nullptr;
}

void CurlEasy::SetLowWater(int bytes) {
  long version = 0;
  if (socket_ < 0 ||
      curl_easy_getinfo(handle_, CURLINFO_HTTP_VERSION, &version) != CURLE_OK ||
      version > CURL_HTTP_VERSION_1_1) {
    return;
  }
  setsockopt(socket_, SOL_SOCKET, SO_RCVLOWAT, &bytes, sizeof bytes);
}

std::string CurlEasy::ServerAddress() const {
  const char* address = nullptr;
  long port = 0;
  if (curl_easy_getinfo(handle_, CURLINFO_PRIMARY_IP, &address) != CURLE_OK ||
      curl_easy_getinfo(handle_, CURLINFO_PRIMARY_PORT, &port) != CURLE_OK ||
      address == nullptr || *address == '\0') {
    return "";
  }
  const bool is_v6 = absl::StrContains(address, ':');
  return is_v6 ? absl::StrCat("[", address, "]:", port)
               : absl::StrCat(address, ":", port);
}

CurlFailure CurlEasy::Failure(int code) const {
  CurlFailure failure;
  failure.code = code;
  failure.text = error_text_.get();
  long number = 0;
  if (curl_easy_getinfo(handle_, CURLINFO_PROXY_ERROR, &number) == CURLE_OK) {
    failure.proxy_code = static_cast<int>(number);
  }
  if (curl_easy_getinfo(handle_, CURLINFO_HTTP_CONNECTCODE, &number) ==
      CURLE_OK) {
    failure.connect_status = static_cast<int>(number);
  }
  if (code == CURLE_SSL_PINNEDPUBKEYNOTMATCH) {
    failure.certificates = ReadServerCertificates(ShownCertificates(handle_));
  }
  return failure;
}

}  // namespace convoy
