#include "peer/curl_transport.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "peer/curl_transport_testing.h"
#include "peer/test_http_server.h"

namespace convoy {
namespace {

using Connection = TestHttpServer::Connection;
using Request = TestHttpServer::Request;

// Answers every request with the same bytes; they end the connection if
// `closes`.
TestHttpServer::Script Says(std::string bytes, bool closes = false) {
  return [bytes, closes](const Request&, Connection& connection) {
    connection.Send(bytes);
    if (closes) connection.Close();
  };
}

std::string ManyBytes(std::size_t count) {
  std::string bytes(count, '\0');
  for (std::size_t i = 0; i < count; ++i) {
    bytes[i] = static_cast<char>(i * 2654435761u >> 13);
  }
  return bytes;
}

// --- What is asked

TEST_F(CurlTransportTest, AsksForTheWholeFileAsItIs) {
  TestHttpServer server(Says(OkAnswer("hello")));
  const Answer answer = Get(server.Url("/a%20b?q=%2F"));
  EXPECT_TRUE(answer->status.ok()) << answer->status;
  EXPECT_EQ(answer->body, "hello");
  ASSERT_EQ(server.requests().size(), 1u);
  const Request request = server.requests()[0];
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.target, "/a%20b?q=%2F");
  EXPECT_EQ(request.Header("Accept-Encoding"), "identity");
  EXPECT_EQ(request.Header("User-Agent"), "convoy/1");
  EXPECT_FALSE(request.Has("Range"));
  EXPECT_FALSE(request.Has("If-Range"));
  EXPECT_FALSE(request.Has("Referer"));
  EXPECT_FALSE(request.Has("Authorization"));
}

TEST_F(CurlTransportTest, AsksForRangesOfTheSameVersion) {
  TestHttpServer server(Says(
      AnswerWith("206 Partial Content",
                 {"Content-Range: bytes 5-8/100", "ETag: \"v1\""}, "abcd")));
  OriginRequest request = RequestFor(server.Url("/f"));
  request.range = ByteRange{5, 4};
  request.if_range = "\"v1\"";
  const Answer answer = Fetch(request);
  ASSERT_TRUE(answer->status.ok()) << answer->status;
  ASSERT_TRUE(answer->head.has_value());
  EXPECT_EQ(answer->head->status, 206);
  EXPECT_EQ(answer->head->content_range, (ByteRange{5, 4}));
  EXPECT_EQ(answer->head->complete_length, 100);
  EXPECT_EQ(answer->head->content_length, 4);
  EXPECT_EQ(answer->head->validator.etag, "\"v1\"");
  EXPECT_EQ(server.requests()[0].Header("Range"), "bytes=5-8");
  EXPECT_EQ(server.requests()[0].Header("If-Range"), "\"v1\"");

  request.range = ByteRange{90};
  Fetch(request);
  EXPECT_EQ(server.requests()[1].Header("Range"), "bytes=90-");
}

TEST_F(CurlTransportTest, SendsTheJobsHeadersButForItsOwn) {
  TestHttpServer server(Says(OkAnswer("")));
  HttpSettings settings;
  settings.headers = {{"X-Api-Key", "k 1"},        {"X-Empty", ""},
                      {"User-Agent", "mine"},      {"Range", "bytes=0-0"},
                      {"Accept-Encoding", "gzip"}, {"Host", "elsewhere:8"},
                      {"Content-Length", "5"}};
  EXPECT_TRUE(Get(server.Url("/"), settings)->status.ok());
  const Request request = server.requests()[0];
  EXPECT_EQ(request.Header("X-Api-Key"), "k 1");
  EXPECT_TRUE(request.Has("X-Empty"));
  EXPECT_EQ(request.Header("User-Agent"), "mine");
  EXPECT_FALSE(request.Has("Range"));
  EXPECT_FALSE(request.Has("Content-Length"));
  EXPECT_EQ(request.Header("Accept-Encoding"), "identity");
  EXPECT_EQ(request.Header("Host"), "elsewhere:8");
}

TEST_F(CurlTransportTest, RefusesHeadersThatWouldBreakTheRequest) {
  TestHttpServer server(Says(OkAnswer("")));
  HttpSettings settings;
  settings.headers = {{"X", "sesame\r\nInjected: 1"}};
  Answer answer = Get(server.Url("/"), settings);
  ExpectFailure(*answer, v1::ERROR_REASON_INVALID_ARGUMENT, false);
  EXPECT_FALSE(absl::StrContains(answer->status.ToString(), "sesame"));
  settings.headers = {{"X\r\nInjected", "1"}};
  answer = Get(server.Url("/"), settings);
  ExpectFailure(*answer, v1::ERROR_REASON_INVALID_ARGUMENT, false);
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(CurlTransportTest, RefusesWhatIsNoHttpUrl) {
  ExpectFailure(*Get("ftp://127.0.0.1/f"),
                v1::ERROR_REASON_PROTOCOL_NOT_AVAILABLE, false);
  ExpectFailure(*Get("file:///etc/passwd"),
                v1::ERROR_REASON_PROTOCOL_NOT_AVAILABLE, false);
  ExpectFailure(*Get("not a url"), v1::ERROR_REASON_INVALID_ARGUMENT, false);
  const Answer answer = Get("http://user:sesame@127.0.0.1/");
  ExpectFailure(*answer, v1::ERROR_REASON_INVALID_ARGUMENT, false);
  EXPECT_FALSE(absl::StrContains(answer->status.ToString(), "sesame"));
}

// --- What is answered

TEST_F(CurlTransportTest, ShowsHeadersInOrderWithoutSecrets) {
  TestHttpServer server(Says(AnswerWith(
      "200 OK",
      {"Server: x", "Set-Cookie: id=sesame", "X-B: 2", "x-a: 1",
       "Last-Modified: Tue, 14 Nov 2023 22:00:00 GMT", "Content-Type: a/b"},
      "z")));
  const Answer answer = Get(server.Url("/"));
  ASSERT_TRUE(answer->head.has_value());
  std::vector<std::string> names;
  for (const HttpHeader& header : answer->head->headers) {
    names.push_back(header.name);
  }
  EXPECT_EQ(names,
            (std::vector<std::string>{"Server", "X-B", "x-a", "Last-Modified",
                                      "Content-Type", "Content-Length"}));
  EXPECT_EQ(answer->head->validator.last_modified,
            "Tue, 14 Nov 2023 22:00:00 GMT");
  EXPECT_EQ(answer->head->effective_url, server.Url("/"));
}

TEST_F(CurlTransportTest, KeepsNoCookies) {
  TestHttpServer server(Says(AnswerWith("200 OK", {"Set-Cookie: id=1"}, "z")));
  Get(server.Url("/"));
  Get(server.Url("/"));
  EXPECT_FALSE(server.requests()[1].Has("Cookie"));
}

TEST_F(CurlTransportTest, LeavesContentCodingsAsTheyAre) {
  TestHttpServer server(Says(
      AnswerWith("200 OK", {"Content-Encoding: GZip"}, "not gzip at all")));
  const Answer answer = Get(server.Url("/"));
  EXPECT_TRUE(answer->status.ok()) << answer->status;
  EXPECT_EQ(answer->head->content_encoding, "gzip");
  EXPECT_EQ(answer->body, "not gzip at all");
}

TEST_F(CurlTransportTest, GivesFailedAnswersAsHeads) {
  TestHttpServer server([](const Request& request, Connection& connection) {
    if (request.target == "/416") {
      connection.Send(AnswerWith("416 Range Not Satisfiable",
                                 {"Content-Range: bytes */77"}));
    } else if (request.target == "/401") {
      connection.Send(AnswerWith(
          "401 Unauthorized", {"WWW-Authenticate: Basic realm=\"x\""}, "no"));
    } else if (request.target == "/401-empty") {
      connection.Send(AnswerWith("401 Unauthorized", {}));
    } else {
      connection.Send(AnswerWith("503 Service Unavailable",
                                 {"Retry-After: Tue, 14 Nov 2023 22:14:20 GMT"},
                                 "later"));
    }
  });
  Answer answer = Get(server.Url("/416"));
  EXPECT_TRUE(answer->status.ok());
  EXPECT_EQ(answer->head->status, 416);
  EXPECT_EQ(answer->head->complete_length, 77);
  EXPECT_FALSE(answer->head->content_range.has_value());

  answer = Get(server.Url("/401"));
  EXPECT_TRUE(answer->status.ok());
  EXPECT_EQ(answer->head->status, 401);
  EXPECT_EQ(answer->body, "no");
  answer = Get(server.Url("/401-empty"));
  EXPECT_TRUE(answer->status.ok());
  EXPECT_EQ(answer->head->status, 401);

  answer = Get(server.Url("/503"));
  EXPECT_TRUE(answer->status.ok());
  EXPECT_EQ(answer->head->status, 503);
  EXPECT_EQ(answer->head->retry_after, absl::Minutes(1));
}

TEST_F(CurlTransportTest, SkipsInterimAnswers) {
  TestHttpServer server(
      Says(absl::StrCat("HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n"
                        "HTTP/1.1 102 Processing\r\n\r\n",
                        OkAnswer("late"))));
  const Answer answer = Get(server.Url("/"));
  ASSERT_TRUE(answer->status.ok()) << answer->status;
  EXPECT_EQ(answer->head->status, 200);
  EXPECT_EQ(answer->head->headers.size(), 1u);
  EXPECT_EQ(answer->body, "late");
}

TEST_F(CurlTransportTest, RefusesToSwitchProtocols) {
  TestHttpServer server(Says(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nbytes", true));
  const Answer answer = Get(server.Url("/"));
  ExpectFailure(*answer, v1::ERROR_REASON_INVALID_SERVER_RESPONSE, false);
  EXPECT_EQ(answer->body, "");
}

// --- Framing

TEST_F(CurlTransportTest, ReadsChunks) {
  TestHttpServer server(
      Says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
           "3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\nTrailer: HTTP/1.1 500\r\n\r\n"));
  const Answer answer = Get(server.Url("/"));
  EXPECT_TRUE(answer->status.ok()) << answer->status;
  EXPECT_EQ(answer->body, "abcdefg");
  EXPECT_FALSE(answer->head->content_length.has_value());
}

TEST_F(CurlTransportTest, ReadsUntilTheEndWithoutALength) {
  TestHttpServer server([](const Request& request, Connection& connection) {
    connection.Send(absl::StrCat("HTTP/1.", request.target.substr(1),
                                 " 200 OK\r\n\r\nall of it"));
    connection.Close();
  });
  for (const char* version : {"/0", "/1"}) {
    const Answer answer = Get(server.Url(version));
    EXPECT_TRUE(answer->status.ok()) << answer->status;
    EXPECT_EQ(answer->body, "all of it");
    EXPECT_FALSE(answer->head->content_length.has_value());
  }
}

TEST_F(CurlTransportTest, ShortBodiesAreClosedConnections) {
  TestHttpServer server([](const Request& request, Connection& connection) {
    if (request.target == "/length") {
      connection.Send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort");
    } else if (request.target == "/chunks") {
      connection.Send(
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nshort");
    } else if (request.target == "/head") {
      connection.Send("HTTP/1.1 200 OK\r\nContent-");
    }
    connection.Close();
  });
  for (const char* path : {"/length", "/chunks", "/head", "/nothing"}) {
    SCOPED_TRACE(path);
    const Answer answer = Get(server.Url(path));
    ExpectFailure(*answer, v1::ERROR_REASON_CONNECTION_CLOSED, true);
    EXPECT_EQ(GetErrorDetail(answer->status)->url(), server.Url(path));
  }
}

TEST_F(CurlTransportTest, ResetsAreClosedConnections) {
  TestHttpServer server([](const Request&, Connection& connection) {
    connection.Send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort");
    connection.Reset();
  });
  ExpectFailure(*Get(server.Url("/")), v1::ERROR_REASON_CONNECTION_CLOSED,
                true);
}

TEST_F(CurlTransportTest, RefusesAnswersThatBreakHttp) {
  TestHttpServer server([](const Request& request, Connection& connection) {
    const std::string ok = "HTTP/1.1 200 OK\r\n";
    const std::string& path = request.target;
    if (path == "/0.9") connection.Send("just bytes, no head at all\n\n");
    if (path == "/chunk") {
      connection.Send(ok + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n");
    }
    if (path == "/coding") {
      connection.Send(ok + "Transfer-Encoding: gzip\r\n\r\nxyz");
    }
    if (path == "/length") connection.Send(ok + "Content-Length: ten\r\n\r\n");
    if (path == "/lengths") {
      connection.Send(ok +
                      "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd");
    }
    if (path == "/parts") {
      connection.Send(AnswerWith(
          "206 Partial Content",
          {"Content-Type: multipart/byteranges; boundary=b"}, "--b--"));
    }
    connection.Close();
  });
  for (const char* path :
       {"/0.9", "/chunk", "/coding", "/length", "/lengths", "/parts"}) {
    SCOPED_TRACE(path);
    const Answer answer = Get(server.Url(path));
    ExpectFailure(*answer, v1::ERROR_REASON_INVALID_SERVER_RESPONSE, false);
    EXPECT_EQ(answer->body, "");
  }
}

TEST_F(CurlTransportTest, RefusesEndlessHeaders) {
  TestHttpServer server([](const Request&, Connection& connection) {
    connection.Send("HTTP/1.1 200 OK\r\n");
    const std::string header =
        absl::StrCat("X: ", std::string(8000, 'x'), "\r\n");
    for (int i = 0; i < 100; ++i) connection.Send(header);
    connection.AwaitClientClose();
  });
  ExpectFailure(*Get(server.Url("/")), v1::ERROR_REASON_INVALID_SERVER_RESPONSE,
                false);
}

TEST_F(CurlTransportTest, CarriesLargeBodiesWhole) {
  const std::string body = ManyBytes(20 << 20);
  TestHttpServer server(Says(OkAnswer(body)));
  const Answer answer = Get(server.Url("/"));
  EXPECT_TRUE(answer->status.ok()) << answer->status;
  EXPECT_TRUE(answer->body == body);
}

TEST_F(CurlTransportTest, HandsOnWholeBlocksForTheDisk) {
  constexpr std::size_t kBlock = 64 << 10;
  const std::string body = ManyBytes(20 << 20);
  TestHttpServer server(Says(OkAnswer(body)));
  Recorder answer;
  std::size_t whole_blocks = 0;
  answer.on_body = [&](absl::string_view bytes) {
    const std::size_t begin = answer.body.size() - bytes.size();
    const std::size_t last = answer.body.size() - 1;
    EXPECT_EQ(begin / kBlock, last / kBlock) << "two blocks at once";
    if (bytes.size() == kBlock) ++whole_blocks;
    return absl::OkStatus();
  };
  Start(RequestFor(server.Url("/")), &answer);
  answer.Wait();
  EXPECT_TRUE(answer.body == body);
  EXPECT_GT(whole_blocks, 0u);
}

TEST_F(CurlTransportTest, TakesTricklingBytesTogether) {
  constexpr std::size_t kPart = 4 << 10;
  const std::string body = ManyBytes(1 << 20);
  TestHttpServer server(
      [&body](const Request& request, Connection& connection) {
        if (request.target == "/short")
          return connection.Send(OkAnswer("short"));
        const std::string answer = OkAnswer(body);
        // At a megabyte a second.
        for (std::size_t at = 0; at < answer.size(); at += kPart) {
          connection.Send(absl::string_view(answer).substr(at, kPart));
          connection.AwaitClient(absl::Milliseconds(4));
        }
      });
  std::size_t parts = 0;
  // What comes slowly is not gathered; so again where a busy machine made it
  // slow.
  for (int i = 0; i < 10; ++i) {
    Recorder answer;
    parts = 0;
    answer.on_body = [&parts](absl::string_view) {
      ++parts;
      return absl::OkStatus();
    };
    const absl::Time begin = absl::Now();
    Start(RequestFor(server.Url("/")), &answer);
    answer.Wait();
    EXPECT_TRUE(answer.status.ok()) << answer.status;
    EXPECT_TRUE(answer.body == body);
    if (absl::Now() - begin < absl::Seconds(3)) break;
  }
  EXPECT_LT(parts, body.size() / kPart / 4);
  // The connection does not wait for more than a short answer has.
  EXPECT_EQ(Get(server.Url("/short"))->body, "short");
  EXPECT_EQ(server.connection_count(), 1);
}

// --- Connections

TEST_F(CurlTransportTest, UsesAConnectionAgain) {
  TestHttpServer server([](const Request& request, Connection& connection) {
    connection.Send(OkAnswer(request.target));
  });
  for (int i = 0; i < 1000; ++i) {
    const std::string path = absl::StrCat("/", i);
    const Answer answer = Get(server.Url(path));
    ASSERT_EQ(answer->body, path) << answer->status;
  }
  EXPECT_EQ(server.connection_count(), 1);
}

TEST_F(CurlTransportTest, KeptConnectionsMayDie) {
  TestHttpServer server([](const Request& request, Connection& connection) {
    connection.Send(OkAnswer(request.target));
    connection.Close();  // Without a word in the answer.
  });
  for (int i = 0; i < 100; ++i) {
    const Answer answer = Get(server.Url("/f"));
    ASSERT_TRUE(answer->status.ok()) << answer->status;
    ASSERT_EQ(answer->body, "/f");
  }
}

TEST_F(CurlTransportTest, OpensNoMoreConnectionsThanAllowed) {
  limits().max_connections_per_host = 3;
  Mutex mutex;
  int now = 0;
  int most = 0;
  const auto busy = [&](const Request& request, Connection& connection) {
    {
      MutexLock lock(&mutex);
      most = std::max(most, ++now);
    }
    connection.Send(OkAnswer(request.target));
    MutexLock lock(&mutex);
    --now;
  };
  TestHttpServer server(busy);
  std::vector<Answer> answers;
  OnLoop([&] {
    for (int i = 0; i < 60; ++i) {
      answers.push_back(std::make_unique<Recorder>());
      transport().Start(RequestFor(server.Url(absl::StrCat("/", i))),
                        answers.back().get());
    }
  });
  for (int i = 0; i < 60; ++i) {
    answers[i]->Wait();
    EXPECT_EQ(answers[i]->body, absl::StrCat("/", i)) << answers[i]->status;
  }
  EXPECT_LE(server.connection_count(), 3);
  MutexLock lock(&mutex);
  EXPECT_LE(most, 3);
}

TEST_F(CurlTransportTest, AFullHostHoldsUpNoOther) {
  limits().max_connections_per_host = 1;
  limits().connect_timeout = absl::Seconds(2);
  Event release;
  TestHttpServer slow([&](const Request& request, Connection& connection) {
    if (request.target == "/first") release.Wait();
    connection.Send(OkAnswer("slow"));
  });
  TestHttpServer quick(Says(OkAnswer("quick")));
  Recorder first;
  Recorder second;
  Start(RequestFor(slow.Url("/first")), &first);
  Start(RequestFor(slow.Url("/second")), &second);
  // Longer than the time to connect, which does not run while a request waits.
  const absl::Time begin = absl::Now();
  while (absl::Now() < begin + absl::Milliseconds(2500)) {
    EXPECT_EQ(Get(quick.Url("/"))->body, "quick");
  }
  EXPECT_EQ(slow.requests().size(), 1u);
  release.Set();
  first.Wait();
  second.Wait();
  EXPECT_EQ(first.body, "slow");
  EXPECT_EQ(second.body, "slow") << second.status;
  EXPECT_EQ(slow.connection_count(), 1);
}

TEST_F(CurlTransportTest, ReportsWhatDoesNotConnect) {
  int port = 0;
  {
    TestHttpServer gone(Says(""));
    port = gone.port();
  }
  const std::string url = absl::StrCat("http://127.0.0.1:", port, "/f");
  const Answer answer = Get(url);
  ExpectFailure(*answer, v1::ERROR_REASON_CONNECT_FAILURE, true);
  EXPECT_EQ(GetErrorDetail(answer->status)->url(), url);
}

TEST_F(CurlTransportTest, ReportsNamesThatDoNotResolve) {
  ExpectFailure(*Get("http://no-such-host.invalid/"),
                v1::ERROR_REASON_NAME_RESOLUTION_FAILURE, true);
}

// In the middle of an answer that was fast the loop sleeps until many bytes are
// there.
TEST_F(CurlTransportTest, AFastAnswerThatBeginsToTrickleIsTakenAsItComes) {
  constexpr std::size_t kFast = 512 << 10;
  constexpr std::size_t kTrickle = 1000;
  Event taken;
  TestHttpServer server([&](const Request&, Connection& connection) {
    connection.Send("HTTP/1.1 200 OK\r\nContent-Length: 1048576\r\n\r\n" +
                    std::string(kFast, 'f'));
    connection.Send(std::string(kTrickle, 't'));
    taken.Wait();
    connection.Send(std::string((1 << 20) - kFast - kTrickle, 'r'));
  });
  Recorder answer;
  answer.on_body = [&](absl::string_view) {
    if (answer.body.size() >= kFast + kTrickle) taken.Set();
    return absl::OkStatus();
  };
  Start(RequestFor(server.Url("/f")), &answer);
  answer.Wait();
  EXPECT_EQ(answer.status, absl::OkStatus());
  EXPECT_EQ(answer.body.size(), std::size_t{1 << 20});
}

TEST_F(CurlTransportTest, GivesUpAnswersThatStandStill) {
  limits().low_speed_bytes_per_second = 1000;
  limits().low_speed_timeout = absl::Seconds(3);
  TestHttpServer server([](const Request&, Connection& connection) {
    connection.Send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort");
    connection.AwaitClientClose();
  });
  const Answer answer = Get(server.Url("/"));
  ExpectFailure(*answer, v1::ERROR_REASON_TIMEOUT, true);
  EXPECT_EQ(answer->body, "short");
}

// --- Handlers

TEST_F(CurlTransportTest, ErrorsOfTheHandlerEndTheRequest) {
  TestHttpServer server([](const Request&, Connection& connection) {
    connection.Send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort");
    connection.AwaitClientClose();
  });
  Recorder on_head;
  on_head.on_head = [](const OriginResponseHead&) {
    return absl::AbortedError("enough of heads");
  };
  Start(RequestFor(server.Url("/")), &on_head);
  on_head.Wait();
  EXPECT_EQ(on_head.status, absl::AbortedError("enough of heads"));
  EXPECT_EQ(on_head.body, "");

  Recorder on_body;
  on_body.on_body = [](absl::string_view) {
    return absl::AbortedError("enough of bodies");
  };
  Start(RequestFor(server.Url("/")), &on_body);
  on_body.Wait();
  EXPECT_EQ(on_body.status, absl::AbortedError("enough of bodies"));
}

TEST_F(CurlTransportTest, HandlersMayStartRequests) {
  TestHttpServer server([](const Request& request, Connection& connection) {
    connection.Send(OkAnswer(request.target));
  });
  Recorder outer;
  Recorder at_head;
  Recorder at_body;
  Recorder at_done;
  const auto start = [&](const char* path, Recorder* recorder) {
    transport().Start(RequestFor(server.Url(path)), recorder);
    return absl::OkStatus();
  };
  outer.on_head = [&](auto&) { return start("/head", &at_head); };
  outer.on_body = [&](auto) { return start("/body", &at_body); };
  outer.on_done = [&] { (void)start("/done", &at_done); };
  Start(RequestFor(server.Url("/outer")), &outer);
  for (Recorder* recorder : {&outer, &at_head, &at_body, &at_done}) {
    recorder->Wait();
    EXPECT_TRUE(recorder->status.ok()) << recorder->status;
  }
  EXPECT_EQ(at_head.body, "/head");
  EXPECT_EQ(at_body.body, "/body");
  EXPECT_EQ(at_done.body, "/done");
}

TEST_F(CurlTransportTest, HandlersMayCancelThemselvesAndOthers) {
  Event client_left;
  TestHttpServer server([&](const Request& request, Connection& connection) {
    if (request.target == "/other") {
      connection.AwaitClientClose();
      client_left.Set();
      return;
    }
    connection.Send(OkAnswer(std::string(100000, 'x')));
  });
  for (const bool at_head : {true, false}) {
    auto cancelled = std::make_unique<Recorder>();
    auto other = std::make_unique<Recorder>();
    OriginTransport::RequestId own = 0;
    OriginTransport::RequestId others = 0;
    Event gone;
    const auto cancel = [&] {
      transport().Cancel(own);
      transport().Cancel(others);
      transport().Cancel(own);  // No effect.
      gone.Set();
      return absl::OkStatus();
    };
    cancelled->on_head = [&](auto&) {
      return at_head ? cancel() : absl::OkStatus();
    };
    cancelled->on_body = [&](auto) { return cancel(); };
    cancelled->on_done = [] { FAIL() << "called after Cancel"; };
    other->on_done = cancelled->on_done;
    OnLoop([&] {
      others = transport().Start(RequestFor(server.Url("/other")), other.get());
      own = transport().Start(RequestFor(server.Url("/own")), cancelled.get());
    });
    gone.Wait();
    OnLoop([&] {
      cancelled.reset();
      other.reset();
    });
    EXPECT_TRUE(Get(server.Url("/next"))->status.ok());
  }
  client_left.Wait();
}

TEST_F(CurlTransportTest, CancelsInEveryState) {
  limits().max_connections_per_host = 1;
  TestHttpServer server([](const Request& request, Connection& connection) {
    if (request.target == "/stuck") {
      connection.AwaitClientClose();
    } else {
      connection.Send(OkAnswer("free"));
    }
  });
  OnLoop([&] {
    Recorder not_begun;
    transport().Cancel(
        transport().Start(RequestFor(server.Url("/stuck")), &not_begun));
    Recorder no_url;
    transport().Cancel(transport().Start(RequestFor("nonsense"), &no_url));
  });
  Recorder running;
  Recorder waiting;
  Recorder last;
  const auto running_id = Start(RequestFor(server.Url("/stuck")), &running);
  const auto waiting_id = Start(RequestFor(server.Url("/waits")), &waiting);
  Start(RequestFor(server.Url("/last")), &last);
  OnLoop([&] {
    transport().Cancel(waiting_id);
    transport().Cancel(running_id);
    transport().Cancel(12345);  // Never was.
  });
  last.Wait();
  EXPECT_EQ(last.body, "free");
  OnLoop([&] { transport().Cancel(running_id); });
  for (const Request& request : server.requests()) {
    EXPECT_NE(request.target, "/waits");
  }
}

TEST_F(CurlTransportTest, EndsWithRequestsUnderWay) {
  TestHttpServer server([](const Request&, Connection& connection) {
    connection.AwaitClientClose();
  });
  Recorder running;
  running.on_done = [] { FAIL() << "called after the end"; };
  Start(RequestFor(server.Url("/")), &running);
  // May fail before the end: nothing resolves here.
  Recorder resolving;
  Start(RequestFor("http://no-such-host.invalid/"), &resolving);
  StopTransport();
}

// --- Pauses

TEST_F(CurlTransportTest, TakesNothingWhilePaused) {
  const std::string body = ManyBytes(8 << 20);
  limits().low_speed_bytes_per_second = 1000;
  limits().low_speed_timeout = absl::Seconds(2);
  TestHttpServer server(Says(OkAnswer(body)));
  Recorder paused;
  OriginTransport::RequestId id = 0;
  Event pause;
  bool is_paused = false;
  std::size_t bytes_at_pause = 0;
  paused.on_body = [&](absl::string_view) {
    EXPECT_FALSE(is_paused);
    if (bytes_at_pause == 0) {
      bytes_at_pause = paused.body.size();
      is_paused = true;
      transport().SetPaused(id, true);
      pause.Set();
    }
    return absl::OkStatus();
  };
  OnLoop([&] { id = transport().Start(RequestFor(server.Url("/")), &paused); });
  pause.Wait();
  // Longer than the low speed is borne.
  Event later;
  OnLoop([&] {
    loop().PostAfter(absl::Milliseconds(3500), [&] { later.Set(); });
  });
  later.Wait();
  OnLoop([&] {
    EXPECT_TRUE(paused.status.ok()) << paused.status;
    EXPECT_EQ(paused.body.size(), bytes_at_pause);
    is_paused = false;
    transport().SetPaused(id, false);
  });
  paused.Wait();
  EXPECT_TRUE(paused.status.ok()) << paused.status;
  EXPECT_TRUE(paused.body == body);
}

TEST_F(CurlTransportTest, AServerThatStandsStillCountsOnlyAfterThePause) {
  limits().low_speed_bytes_per_second = 1000;
  limits().low_speed_timeout = absl::Seconds(2);
  TestHttpServer server([](const Request&, Connection& connection) {
    connection.Send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort");
    connection.AwaitClientClose();
  });
  Recorder answer;
  OriginTransport::RequestId id = 0;
  Event later;
  answer.on_body = [&](absl::string_view) {
    transport().SetPaused(id, true);
    loop().PostAfter(absl::Milliseconds(3500), [&] { later.Set(); });
    return absl::OkStatus();
  };
  OnLoop([&] { id = transport().Start(RequestFor(server.Url("/")), &answer); });
  later.Wait();
  OnLoop([&] {
    EXPECT_TRUE(answer.status.ok()) << answer.status;
    transport().SetPaused(id, false);
  });
  answer.Wait();
  ExpectFailure(answer, v1::ERROR_REASON_TIMEOUT, true);
}

TEST_F(CurlTransportTest, PausesAndResumesInsideTheHandler) {
  const std::string body = ManyBytes(4 << 20);
  TestHttpServer server(Says(OkAnswer(body)));
  Recorder answer;
  OriginTransport::RequestId id = 0;
  int calls = 0;
  answer.on_body = [&](absl::string_view) {
    if (++calls % 3 == 0) {
      transport().SetPaused(id, true);
      loop().Post([&] { transport().SetPaused(id, false); });
    }
    return absl::OkStatus();
  };
  OnLoop([&] { id = transport().Start(RequestFor(server.Url("/")), &answer); });
  answer.Wait();
  EXPECT_TRUE(answer.status.ok()) << answer.status;
  EXPECT_TRUE(answer.body == body);
}

TEST_F(CurlTransportTest, PausedRequestsCanBeCancelledOrFail) {
  TestHttpServer server(Says(OkAnswer(ManyBytes(4 << 20))));
  Recorder cancelled;
  Event first_bytes;
  OriginTransport::RequestId id = 0;
  cancelled.on_body = [&](absl::string_view) {
    transport().SetPaused(id, true);
    first_bytes.Set();
    return absl::OkStatus();
  };
  OnLoop(
      [&] { id = transport().Start(RequestFor(server.Url("/")), &cancelled); });
  first_bytes.Wait();
  OnLoop([&] {
    transport().SetPaused(id, false);
    transport().Cancel(id);
  });

  // The bytes that waited in libcurl end the request when the pause is over.
  Recorder failing;
  Event paused;
  failing.on_body = [&](absl::string_view bytes) {
    if (failing.body.size() > bytes.size()) return absl::AbortedError("second");
    transport().SetPaused(id, true);
    loop().PostAfter(absl::Milliseconds(50),
                     [&] { transport().SetPaused(id, false); });
    return absl::OkStatus();
  };
  OnLoop(
      [&] { id = transport().Start(RequestFor(server.Url("/")), &failing); });
  failing.Wait();
  EXPECT_EQ(failing.status, absl::AbortedError("second"));
}

}  // namespace
}  // namespace convoy
