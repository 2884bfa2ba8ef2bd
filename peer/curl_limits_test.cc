// What a CurlTransport does with limits of bandwidth, and how it marks its
// sockets.

#include <dirent.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "peer/base/mutex.h"
#include "peer/base/unique_fd.h"
#include "peer/curl_transport.h"
#include "peer/curl_transport_testing.h"
#include "peer/test_http_server.h"
#include "peer/test_nginx.h"

namespace convoy {
namespace {

using Connection = TestHttpServer::Connection;
using Request = TestHttpServer::Request;
using CurlLimitsTest = CurlTransportTest;
using CurlMarksTest = CurlTransportTest;

constexpr bool kForeground = true;
constexpr bool kBackground = false;

std::string ManyBytes(std::size_t count) {
  std::string bytes(count, '\0');
  for (std::size_t i = 0; i < count; ++i) {
    bytes[i] = static_cast<char>(i * 2654435761u >> 13);
  }
  return bytes;
}

TestHttpServer::Script Says(std::string bytes) {
  return [bytes](const Request&, Connection& connection) {
    connection.Send(bytes);
  };
}

OriginRequest Asking(OriginRequest request, bool foreground) {
  request.foreground = foreground;
  return request;
}

double SecondsSince(absl::Time begin) {
  return absl::ToDoubleSeconds(absl::Now() - begin);
}

// --- Rates

// `count` requests at once, and how many seconds they take together.
class CurlRateTest : public CurlTransportTest {
 protected:
  double SecondsOf(const std::string& url, int count, const std::string& body,
                   const HttpSettings& settings = {}) {
    std::vector<Answer> answers;
    const absl::Time begin = absl::Now();
    OnLoop([&] {
      for (int i = 0; i < count; ++i) {
        answers.push_back(std::make_unique<Recorder>());
        transport().Start(RequestFor(url, settings), answers.back().get());
      }
    });
    for (const Answer& answer : answers) {
      answer->Wait();
      EXPECT_TRUE(answer->status.ok()) << answer->status;
      EXPECT_TRUE(answer->body == body);
    }
    return SecondsSince(begin);
  }

  // Never faster than the limit. How much slower is the busy machine's doing.
  static void ExpectSeconds(double seconds, double expected) {
    RecordProperty("seconds", std::to_string(seconds));
    EXPECT_GT(seconds, expected * 0.95);
  }
};

TEST_F(CurlRateTest, OneConnectionKeepsToTheLimit) {
  const std::string body = ManyBytes(5'000'000);
  TestHttpServer server(Says(OkAnswer(body)));
  limiter().SetLimits(0, 2'000'000);
  ExpectSeconds(SecondsOf(server.Url("/"), 1, body), 2.5);
}

TEST_F(CurlRateTest, TheSumOfAllConnectionsKeepsToTheLimit) {
  const std::string body = ManyBytes(625'000);
  TestHttpServer server(Says(OkAnswer(body)));
  limiter().SetLimits(0, 2'000'000);
  ExpectSeconds(SecondsOf(server.Url("/"), 8, body), 2.5);
}

TEST_F(CurlRateTest, AFastLimitIsHeldToo) {
  const std::string body = ManyBytes(40'000'000);
  TestHttpServer server(Says(OkAnswer(body)));
  limiter().SetLimits(0, 100'000'000);
  ExpectSeconds(SecondsOf(server.Url("/"), 5, body), 2.0);
}

TEST_F(CurlRateTest, ALimitIsHeldOverTls) {
  const TestCertificate certificate = MakeTestCertificate("server");
  const std::string body = ManyBytes(1'000'000);
  TestHttpServer server(Says(OkAnswer(body)),
                        {certificate.certificate_pem, certificate.key_pem, ""});
  HttpSettings settings;
  settings.ca_pem = certificate.certificate_pem;
  limiter().SetLimits(0, 2'000'000);
  ExpectSeconds(SecondsOf(server.Url("/"), 4, body, settings), 2.0);
}

TEST_F(CurlRateTest, ALimitIsHeldOverHttp2) {
  const TestCertificate certificate = MakeTestCertificate("server");
  const std::string body = ManyBytes(1'000'000);
  TestNginx nginx(certificate.certificate_pem, certificate.key_pem, "");
  nginx.Write("f", body);
  HttpSettings settings;
  settings.ca_pem = certificate.certificate_pem;
  limiter().SetLimits(0, 2'000'000);
  ExpectSeconds(SecondsOf(nginx.Url("/f"), 4, body, settings), 2.0);
}

// --- Origins

// An nginx that two jobs fetch from at a time, one in the foreground and one in
// the background.
class OriginRateTest : public CurlRateTest {
 protected:
  static constexpr std::int64_t kRate = 2'000'000;

  OriginRateTest()
      : certificate_(MakeTestCertificate("server")),
        nginx_(certificate_.certificate_pem, certificate_.key_pem, ""),
        body_(ManyBytes(2'500'000)) {
    nginx_.Write("f", body_);
  }

  OriginRequest Of(bool foreground, bool of_cache_host) const {
    HttpSettings settings;
    settings.ca_pem = certificate_.certificate_pem;
    OriginRequest request =
        Asking(RequestFor(nginx_.Url("/f"), settings), foreground);
    request.of_cache_host = of_cache_host;
    return request;
  }
  double SecondsOfBoth(bool of_cache_host) {
    Recorder answers[2];
    const absl::Time begin = absl::Now();
    OnLoop([&] {
      transport().Start(Of(kForeground, of_cache_host), &answers[0]);
      transport().Start(Of(kBackground, of_cache_host), &answers[1]);
    });
    for (Recorder& answer : answers) {
      answer.Wait();
      EXPECT_TRUE(answer.body == body_) << answer.status;
    }
    return SecondsSince(begin);
  }

  const TestCertificate certificate_;
  TestNginx nginx_;
  const std::string body_;
};

TEST_F(OriginRateTest, JobsOfBothClassesKeepToOneLimitTogether) {
  limiter().SetOriginLimit(kRate);
  ExpectSeconds(SecondsOfBoth(/*of_cache_host=*/false), 2.5);
}

TEST_F(OriginRateTest, BytesOfACacheHostAreNotHeldToIt) {
  limiter().SetOriginLimit(1'000);  // Forty minutes each.
  EXPECT_LT(SecondsOfBoth(/*of_cache_host=*/true), 100.0);
  // Nor do they count: the origin's own are not late.
  limiter().SetOriginLimit(kRate);
  const absl::Time begin = absl::Now();
  SecondsOfBoth(/*of_cache_host=*/false);
  EXPECT_LT(SecondsSince(begin), 100.0);
}

TEST_F(OriginRateTest, TheLimitOfAClassHoldsToo) {
  limiter().SetLimits(0, kRate / 2);
  limiter().SetOriginLimit(100 * kRate);
  ExpectSeconds(SecondsOfBoth(/*of_cache_host=*/false), 2.5);
}

TEST_F(OriginRateTest, AChangeTakesEffectInTheMiddleOfAnAnswer) {
  limiter().SetOriginLimit(1'000);
  Recorder answer;
  Event begun;
  answer.on_body = [&](absl::string_view) {
    begun.Set();
    return absl::OkStatus();
  };
  Start(Of(kForeground, false), &answer);
  begun.Wait();
  const absl::Time begin = absl::Now();
  limiter().SetOriginLimit(0);
  answer.Wait();
  EXPECT_TRUE(answer.body == body_) << answer.status;
  EXPECT_LT(SecondsSince(begin), 60.0);
}

TEST_F(CurlLimitsTest, ConnectionsTakeTurns) {
  // None is answered before all have asked.
  Mutex mutex;
  CondVar changed;
  int asked = 0;
  const std::string bytes = OkAnswer(ManyBytes(20'000'000));
  TestHttpServer server([&](const Request&, Connection& connection) {
    {
      MutexLock lock(&mutex);
      ++asked;
      changed.NotifyAll();
      while (asked < 4) changed.Wait(&mutex);
    }
    connection.Send(bytes);
  });
  limiter().SetLimits(0, 2'000'000);
  std::vector<Answer> answers;
  std::vector<OriginTransport::RequestId> ids;
  Event enough;
  OnLoop([&] {
    for (int i = 0; i < 4; ++i) {
      answers.push_back(std::make_unique<Recorder>());
      answers.back()->on_body = [&](absl::string_view) {
        if (limiter().total() >= 4'000'000) enough.Set();
        return absl::OkStatus();
      };
      ids.push_back(
          transport().Start(RequestFor(server.Url("/")), answers.back().get()));
    }
  });
  enough.Wait();
  OnLoop([&] {
    for (const OriginTransport::RequestId id : ids) transport().Cancel(id);
  });
  for (const Answer& answer : answers) {
    EXPECT_NEAR(static_cast<double>(answer->body.size()), 1'000'000, 400'000);
  }
}

// --- Changes

TEST_F(CurlLimitsTest, AHigherLimitTakesEffectInTheMiddleOfAnAnswer) {
  const std::string body = ManyBytes(10'000'000);
  TestHttpServer server(Says(OkAnswer(body)));
  limiter().SetLimits(0, 1'000);  // Ten thousand seconds.
  Recorder answer;
  Event begun;
  answer.on_body = [&](absl::string_view) {
    begun.Set();
    return absl::OkStatus();
  };
  Start(RequestFor(server.Url("/")), &answer);
  begun.Wait();
  const absl::Time begin = absl::Now();
  limiter().SetLimits(0, 10'000'000);
  answer.Wait();
  EXPECT_TRUE(answer.body == body) << answer.status;
  EXPECT_LT(SecondsSince(begin), 60.0);
}

TEST_F(CurlLimitsTest, NoLimitTakesEffectInTheMiddleOfAnAnswer) {
  const std::string body = ManyBytes(10'000'000);
  TestHttpServer server(Says(OkAnswer(body)));
  limiter().SetLimits(0, 1'000);  // Ten thousand seconds.
  Recorder answer;
  Event begun;
  answer.on_body = [&](absl::string_view) {
    begun.Set();
    return absl::OkStatus();
  };
  Start(RequestFor(server.Url("/")), &answer);
  begun.Wait();
  const absl::Time begin = absl::Now();
  limiter().SetLimits(0, 0);
  answer.Wait();
  EXPECT_TRUE(answer.body == body) << answer.status;
  EXPECT_LT(SecondsSince(begin), 60.0);
}

TEST_F(CurlLimitsTest, ALowerLimitTakesEffectInTheMiddleOfAnAnswer) {
  const std::string body = ManyBytes(6'000'000);
  TestHttpServer server(Says(OkAnswer(body)));
  limiter().SetLimits(0, 20'000'000);
  Recorder answer;
  absl::Time changed;
  answer.on_body = [&](absl::string_view) {
    if (answer.body.size() >= 4'000'000 && changed == absl::Time()) {
      changed = absl::Now();
      limiter().SetLimits(0, 1'000'000);
    }
    return absl::OkStatus();
  };
  Start(RequestFor(server.Url("/")), &answer);
  answer.Wait();
  EXPECT_TRUE(answer.body == body) << answer.status;
  EXPECT_GT(SecondsSince(changed), 1.8);
}

// --- Classes

TEST_F(CurlLimitsTest, TheClassesAreIndependent) {
  const std::string body = ManyBytes(20'000'000);
  TestHttpServer server(Says(OkAnswer(body)));
  limiter().SetLimits(0, 100'000);
  Recorder background;
  const auto id = Start(
      Asking(RequestFor(server.Url("/background")), kBackground), &background);
  const absl::Time begin = absl::Now();
  const Answer foreground =
      Fetch(Asking(RequestFor(server.Url("/foreground")), kForeground));
  EXPECT_TRUE(foreground->body == body) << foreground->status;
  EXPECT_LT(SecondsSince(begin), 100.0);  // At the other's limit: 200.
  OnLoop([&] {
    transport().Cancel(id);
    EXPECT_LT(static_cast<double>(background.body.size()),
              200'000 + 110'000 * SecondsSince(begin));
  });

  limiter().SetLimits(100'000, 0);
  Recorder slow;
  const auto slow_id =
      Start(Asking(RequestFor(server.Url("/foreground")), kForeground), &slow);
  EXPECT_TRUE(
      Fetch(Asking(RequestFor(server.Url("/background")), kBackground))->body ==
      body);
  OnLoop([&] { transport().Cancel(slow_id); });
}

// --- Pauses

TEST_F(CurlLimitsTest, BackPressureAndLimitsGoTogether) {
  const std::string body = ManyBytes(2'000'000);
  TestHttpServer server(Says(OkAnswer(body)));
  limiter().SetLimits(0, 4'000'000);
  Recorder answer;
  OriginTransport::RequestId id = 0;
  Executor::TimerId resume = 0;
  bool paused = false;
  int calls = 0;
  answer.on_body = [&](absl::string_view) {
    EXPECT_FALSE(paused);
    if (++calls % 3 != 0) return absl::OkStatus();
    transport().SetPaused(id, true);
    paused = true;
    resume = loop().PostAfter(absl::Milliseconds(calls % 2 * 20), [&] {
      paused = false;
      transport().SetPaused(id, false);
    });
    return absl::OkStatus();
  };
  OnLoop([&] { id = transport().Start(RequestFor(server.Url("/")), &answer); });
  answer.Wait();
  OnLoop([&] { loop().CancelTimer(resume); });  // It may still be to come.
  EXPECT_TRUE(answer.status.ok()) << answer.status;
  EXPECT_TRUE(answer.body == body);
}

TEST_F(CurlLimitsTest, APausedRequestTakesNothingOfTheLimit) {
  const std::string body = ManyBytes(1'000'000);
  TestHttpServer server(Says(OkAnswer(body)));
  limiter().SetLimits(0, 1'000'000);
  Recorder answer;
  OriginTransport::RequestId id = 0;
  Event pause;
  bool told = false;
  answer.on_body = [&](absl::string_view) {
    if (!told) {
      told = true;
      transport().SetPaused(id, true);
      pause.Set();
    }
    return absl::OkStatus();
  };
  OnLoop([&] { id = transport().Start(RequestFor(server.Url("/")), &answer); });
  pause.Wait();
  Event later;
  std::int64_t taken = 0;
  OnLoop([&] {
    taken = limiter().total();
    loop().PostAfter(absl::Milliseconds(500), [&] { later.Set(); });
  });
  later.Wait();
  OnLoop([&] {
    EXPECT_EQ(limiter().total(), taken);
    transport().SetPaused(id, false);
  });
  answer.Wait();
  EXPECT_TRUE(answer.body == body) << answer.status;
  EXPECT_EQ(limiter().total(), static_cast<std::int64_t>(body.size()));
}

TEST_F(CurlLimitsTest, WhoWaitsForTheLimitCanBeCancelled) {
  TestHttpServer server(Says(OkAnswer(ManyBytes(1'000'000))));
  limiter().SetLimits(0, 1'000);
  Recorder cancelled;
  Event begun;
  cancelled.on_body = [&](absl::string_view) {
    begun.Set();
    return absl::OkStatus();
  };
  cancelled.on_done = [] { FAIL() << "called after Cancel"; };
  const auto id = Start(RequestFor(server.Url("/")), &cancelled);
  begun.Wait();
  OnLoop([&] { transport().Cancel(id); });
  limiter().SetLimits(0, 0);
  EXPECT_TRUE(Get(server.Url("/"))->status.ok());
}

TEST_F(CurlLimitsTest, SlowByItsLimitIsNotTooSlow) {
  limits().low_speed_bytes_per_second = 1'000'000;
  limits().low_speed_timeout = absl::Seconds(2);
  const std::string body = ManyBytes(200'000);
  TestHttpServer server(Says(OkAnswer(body)));
  limiter().SetLimits(0, 100'000);
  std::vector<Answer> answers;
  for (int i = 0; i < 3; ++i) {
    answers.push_back(std::make_unique<Recorder>());
    Start(RequestFor(server.Url("/")), answers.back().get());
  }
  for (const Answer& answer : answers) {
    answer->Wait();
    EXPECT_TRUE(answer->body == body) << answer->status;
  }
}

TEST_F(CurlLimitsTest, AnAnswerThatStandsStillIsGivenUpUnderALimitToo) {
  limits().low_speed_bytes_per_second = 1'000'000;
  limits().low_speed_timeout = absl::Seconds(3);
  TestHttpServer server([](const Request&, Connection& connection) {
    connection.Send("HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n");
    connection.Send(ManyBytes(100'000));
    connection.AwaitClientClose();
  });
  limiter().SetLimits(0, 200'000);
  const Answer answer = Get(server.Url("/"));
  ExpectFailure(*answer, v1::ERROR_REASON_TIMEOUT, true);
  EXPECT_EQ(answer->body.size(), 100'000u);
}

// --- Marks

constexpr int kLowEffort = 1 << 2;  // DSCP 1.

// The traffic class of this process's sockets that lead to `port`.
std::vector<int> MarksOfSocketsTo(int port) {
  std::vector<int> marks;
  DIR* const folder = opendir("/proc/self/fd");
  while (const dirent* entry = readdir(folder)) {
    const int fd = std::atoi(entry->d_name);
    sockaddr_storage peer = {};
    socklen_t size = sizeof(peer);
    if (getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0) {
      continue;
    }
    const bool v6 = peer.ss_family == AF_INET6;
    const auto number = v6 ? reinterpret_cast<sockaddr_in6*>(&peer)->sin6_port
                           : reinterpret_cast<sockaddr_in*>(&peer)->sin_port;
    if (ntohs(number) != port) continue;
    int mark = -1;
    socklen_t mark_size = sizeof(mark);
    getsockopt(fd, v6 ? int{IPPROTO_IPV6} : int{IPPROTO_IP},
               v6 ? int{IPV6_TCLASS} : int{IP_TOS}, &mark, &mark_size);
    marks.push_back(mark);
  }
  closedir(folder);
  return marks;
}

TEST_F(CurlMarksTest, AConnectionIsMarkedAsItsRequestIs) {
  TestHttpServer server(Says(OkAnswer("x")));
  // One connection, of which the requests take turns.
  const struct {
    bool low_effort;
    bool foreground;
    int mark;
  } cases[] = {
      {true, kBackground, kLowEffort}, {true, kForeground, 0},
      {true, kBackground, kLowEffort}, {false, kBackground, 0},
      {true, kForeground, 0},          {true, kBackground, kLowEffort}};
  for (const auto& one : cases) {
    transport().SetLowEffortBackground(one.low_effort);
    Recorder answer;
    std::vector<int> marks;
    answer.on_head = [&](auto&) {
      marks = MarksOfSocketsTo(server.port());
      return absl::OkStatus();
    };
    Start(Asking(RequestFor(server.Url("/")), one.foreground), &answer);
    answer.Wait();
    EXPECT_EQ(marks, std::vector<int>{one.mark});
  }
  EXPECT_EQ(server.connection_count(), 1);
}

TEST_F(CurlMarksTest, WithoutBeingAskedNothingIsMarked) {
  TestHttpServer server(Says(OkAnswer("x")));
  EXPECT_TRUE(Get(server.Url("/"))->status.ok());
  EXPECT_EQ(MarksOfSocketsTo(server.port()), std::vector<int>{0});
}

TEST_F(CurlMarksTest, ConnectionsOverIpv6AreMarked) {
  const UniqueFd listener(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in6 address = {};
  address.sin6_family = AF_INET6;
  address.sin6_addr = in6addr_loopback;
  socklen_t size = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener.get(), generic, size) != 0) {
    GTEST_SKIP() << "no IPv6";
  }
  ASSERT_EQ(::listen(listener.get(), 1), 0);
  ASSERT_EQ(::getsockname(listener.get(), generic, &size), 0);
  const int port = ntohs(address.sin6_port);

  transport().SetLowEffortBackground(true);
  Recorder answer;
  const auto id =
      Start(RequestFor("http://[::1]:" + std::to_string(port)), &answer);
  const UniqueFd accepted(::accept(listener.get(), nullptr, nullptr));
  char first = 0;
  ASSERT_EQ(::recv(accepted.get(), &first, 1, 0), 1);
  EXPECT_EQ(MarksOfSocketsTo(port), std::vector<int>{kLowEffort});
  OnLoop([&] { transport().Cancel(id); });
}

}  // namespace
}  // namespace convoy
