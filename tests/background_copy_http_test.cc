// What a job says to servers and proxies, and what they answer: headers of its
// own, a proxy that wants a login (fact 62), hosts that need no proxy.
#include <bits.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "peer/test_http_server.h"
#include "tests/background_copy_world.h"

namespace convoy::testing {
namespace {

template <typename T>
using Com = Microsoft::WRL::ComPtr<T>;
using Request = TestHttpServer::Request;
using Connection = TestHttpServer::Connection;

std::string Narrow(const std::wstring& text) {
  return std::string(text.begin(), text.end());
}

constexpr char kAnnPencil[] = "Basic YW5uOnBlbmNpbA==";  // ann:pencil

class HttpTest : public BackgroundCopyTest {
 protected:
  // A job with one file, at Path("got").
  Com<IBackgroundCopyJob> JobFor(const std::string& url) {
    const Com<IBackgroundCopyJob> job = MakeJob();
    EXPECT_EQ(job->AddFile(Wide(url).c_str(), WidePath("got").c_str()), S_OK);
    return job;
  }
  static HRESULT SetProxy(IBackgroundCopyJob* job, const TestHttpServer& proxy,
                          const wchar_t* exceptions = nullptr) {
    return job->SetProxySettings(BG_JOB_PROXY_USAGE_OVERRIDE,
                                 Wide(proxy.Url("")).c_str(), exceptions);
  }
  static void ExpectError(IBackgroundCopyJob* job, HRESULT expected,
                          BG_ERROR_CONTEXT where) {
    Com<IBackgroundCopyError> error;
    ASSERT_EQ(job->GetError(&error), S_OK);
    BG_ERROR_CONTEXT context = BG_ERROR_CONTEXT_NONE;
    HRESULT code = S_OK;
    ASSERT_EQ(error->GetError(&context, &code), S_OK);
    EXPECT_EQ(code, expected) << std::hex << code;
    EXPECT_EQ(context, where);
  }
  // Transfers and completes; the file's bytes.
  std::string Got(IBackgroundCopyJob* job) {
    EXPECT_EQ(job->Resume(), S_OK);
    EXPECT_TRUE(Reaches(job, BG_JOB_STATE_TRANSFERRED));
    EXPECT_EQ(job->Complete(), S_OK);
    return ReadFile(Path("got"));
  }
};

// For http it answers the request, for https the CONNECT before it.
TEST_F(HttpTest, Fact62_AProxyThatWantsALoginIsAnHttpError) {
  TestHttpServer proxy([](const Request& request, Connection& connection) {
    if (request.Header("Proxy-Authorization") == kAnnPencil) {
      connection.Send(OkAnswer("through the proxy"));
    } else {
      connection.Send(AnswerWith("407 Proxy Authentication Required",
                                 {"Proxy-Authenticate: Basic realm=\"x\""}));
    }
  });
  const Com<IBackgroundCopyJob> tunnel = JobFor("https://files.example/f");
  ASSERT_EQ(SetProxy(tunnel.Get(), proxy), S_OK);
  ASSERT_EQ(tunnel->Resume(), S_OK);
  ASSERT_TRUE(Reaches(tunnel.Get(), BG_JOB_STATE_ERROR));
  EXPECT_EQ(proxy.requests().back().method, "CONNECT");
  ExpectError(tunnel.Get(), BG_E_HTTP_ERROR_407, BG_ERROR_CONTEXT_REMOTE_FILE);
  ASSERT_EQ(tunnel->Cancel(), S_OK);

  const Com<IBackgroundCopyJob> job = JobFor("http://files.example/f");
  ASSERT_EQ(SetProxy(job.Get(), proxy), S_OK);
  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_TRUE(Reaches(job.Get(), BG_JOB_STATE_ERROR));
  ExpectError(job.Get(), BG_E_HTTP_ERROR_407, BG_ERROR_CONTEXT_REMOTE_FILE);
  LPWSTR text = nullptr;
  ASSERT_EQ(manager()->GetErrorDescription(BG_E_HTTP_ERROR_407, 0, &text),
            S_OK);
  EXPECT_TRUE(absl::StrContains(Take(text), "proxy"));

  // What programs do then.
  wchar_t user[] = L"ann";
  wchar_t password[] = L"pencil";
  BG_AUTH_CREDENTIALS login = {};
  login.Target = BG_AUTH_TARGET_PROXY;
  login.Scheme = BG_AUTH_SCHEME_BASIC;
  login.Credentials.Basic = {user, password};
  ASSERT_EQ(As<IBackgroundCopyJob2>(job.Get())->SetCredentials(&login), S_OK);
  EXPECT_EQ(Got(job.Get()), "through the proxy");
}

// Microsoft's sample asks for an encoding. Windows takes any header.
TEST_F(HttpTest, Fact40_HeadersThatDecideOnTheBytesAreKeptAndNotSent) {
  TestHttpServer server([](const Request&, Connection& connection) {
    connection.Send(OkAnswer("the whole file"));
  });
  const Com<IBackgroundCopyJob> job = JobFor(server.Url("/f"));
  const auto http = As<IBackgroundCopyJobHttpOptions>(job.Get());
  const std::wstring headers =
      L"Accept-Encoding: gzip, deflate\r\nHost: files.example\r\n"
      L"Range: bytes=5-\r\nIf-Range: \"x\"\r\nConnection: close\r\n"
      L"Content-Length: 7\r\nTransfer-Encoding: chunked\r\nX-Mine: 1\r\n";
  ASSERT_EQ(http->SetCustomHeaders(headers.c_str()), S_OK);
  LPWSTR text = nullptr;
  ASSERT_EQ(http->GetCustomHeaders(&text), S_OK);
  EXPECT_EQ(Wide(Take(text)), headers);
  EXPECT_EQ(Got(job.Get()), "the whole file");
  const Request request = server.requests()[0];
  EXPECT_EQ(request.Header("Accept-Encoding"), "identity");
  EXPECT_EQ(request.Header("Host"), "files.example");
  EXPECT_NE(request.Header("Range"), "bytes=5-");
  for (const char* name :
       {"If-Range", "Connection", "Content-Length", "Transfer-Encoding"}) {
    EXPECT_FALSE(request.Has(name)) << name;
  }
  EXPECT_EQ(request.Header("X-Mine"), "1");
}

TEST_F(HttpTest, Fact40_HeadersThatAreNotSentAreTheJobsAllTheSame) {
  const auto http = As<IBackgroundCopyJobHttpOptions3>(MakeJob().Get());
  ASSERT_EQ(http->SetCustomHeaders(L"accept-encoding: br\r\n"), S_OK);
  LPWSTR text = nullptr;
  ASSERT_EQ(http->GetCustomHeaders(&text), S_OK);
  EXPECT_EQ(Take(text), "accept-encoding: br\r\n");
  ASSERT_EQ(http->MakeCustomHeadersWriteOnly(), S_OK);
  EXPECT_EQ(http->GetCustomHeaders(&text), E_ACCESSDENIED);
}

TEST_F(HttpTest, CustomHeadersAreOf16383Characters) {
  const auto http = As<IBackgroundCopyJobHttpOptions>(MakeJob().Get());
  const std::wstring half = L"X-A: " + std::wstring(8185, L'a') + L"\r\n";
  std::wstring most = half + half;
  most.pop_back();
  ASSERT_EQ(most.size(), 16'383u);
  EXPECT_EQ(http->SetCustomHeaders(most.c_str()), S_OK);
  EXPECT_EQ(http->SetCustomHeaders((most + L"\n").c_str()),
            BG_E_STRING_TOO_LONG);
}

class ProxyExceptionTest : public HttpTest {
 protected:
  // Who answers for `host`, with these exceptions: "the server" or "the proxy".
  std::string WhoAnswers(const std::wstring& exceptions,
                         const std::string& host = "127.0.0.1") {
    const Com<IBackgroundCopyJob> job =
        JobFor("http://" + host + ":" + std::to_string(server_.port()) + "/f");
    EXPECT_EQ(SetProxy(job.Get(), proxy_, exceptions.c_str()), S_OK);
    BG_JOB_PROXY_USAGE usage = BG_JOB_PROXY_USAGE_PRECONFIG;
    LPWSTR list = nullptr;
    LPWSTR given = nullptr;
    EXPECT_EQ(job->GetProxySettings(&usage, &list, &given), S_OK);
    CoTaskMemFree(list);
    EXPECT_EQ(Wide(Take(given)), exceptions);
    return Got(job.Get());
  }

  TestHttpServer server_{[](const Request&, Connection& connection) {
    connection.Send(OkAnswer("the server"));
  }};
  TestHttpServer proxy_{[](const Request&, Connection& connection) {
    connection.Send(OkAnswer("the proxy"));
  }};
};

TEST_F(ProxyExceptionTest, TheListSaysWhichHostsAreSpokenToDirectly) {
  const std::wstring port = std::to_wstring(server_.port());
  const std::vector<std::wstring> direct = {
      L"127.0.0.1",        L"127.0.*",          L"*",
      L"<local>",          L"http://127.0.0.1", L"*.example.org;10.*, 127.*",
      L"127.0.0.1:" + port};
  for (const std::wstring& exceptions : direct) {
    EXPECT_EQ(WhoAnswers(exceptions), "the server") << Narrow(exceptions);
  }
  for (const std::wstring exceptions :
       {L"10.*", L"*.0.0.2", L"https://127.0.0.1", L"127.0.0.1:1"}) {
    EXPECT_EQ(WhoAnswers(exceptions), "the proxy") << Narrow(exceptions);
  }
}

// Names without a dot; nobody asks what they resolve to.
TEST_F(ProxyExceptionTest, LocalMeansNamesWithoutADot) {
  EXPECT_EQ(WhoAnswers(L"<local>", "localhost"), "the server");
  EXPECT_EQ(WhoAnswers(L"<local>", "files.example"), "the proxy");
  const Com<IBackgroundCopyJob> job = JobFor("http://no-such-intranet/f");
  ASSERT_EQ(job->SetNoProgressTimeout(0), S_OK);
  ASSERT_EQ(SetProxy(job.Get(), proxy_, L"<local>"), S_OK);
  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_TRUE(Reaches(job.Get(), BG_JOB_STATE_ERROR));
  ExpectError(job.Get(), BG_E_NAME_RESOLUTION_FAILURE,
              BG_ERROR_CONTEXT_GENERAL_TRANSPORT);
}

// BITS' bound is of the text, not of its entries.
TEST_F(ProxyExceptionTest, TheListMayHaveThousandsOfEntries) {
  std::wstring exceptions;
  while (exceptions.size() < 32'700) exceptions += L"h.x;";
  exceptions += L"127.0.0.1";
  EXPECT_EQ(WhoAnswers(exceptions), "the server");
}

}  // namespace
}  // namespace convoy::testing
