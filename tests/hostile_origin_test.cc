// A real convoyd against an origin that does everything wrong.

#include "tests/hostile_origin.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/temp_dir.h"
#include "tests/test_daemon.h"

namespace convoy::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::size_t kSize = 3'000'000;
constexpr absl::string_view kHalfHead = "Content-Length: 3000000";

class HostileOriginTest : public ::testing::Test {
 protected:
  HostileOriginTest() : HostileOriginTest("30") {}
  // `low_speed_seconds`: how long an answer may be slow.
  explicit HostileOriginTest(const std::string& low_speed_seconds)
      : daemon_(Options(low_speed_seconds)) {}

  static TestDaemon::Options Options(const std::string& low_speed_seconds) {
    TestDaemon::Options options;
    options.settings = {{"http.low_speed_bytes_per_second", "10000"},
                        {"http.low_speed_timeout_seconds", low_speed_seconds},
                        {"http.max_connections_per_file", "1"}};
    return options;
  }

  // The file arrives whole, whatever happens on the way.
  v1::Job ExpectDelivered(const std::string& path, const std::string& content) {
    const auto job = daemon_.Run({File(origin_.Url(path), Local())});
    EXPECT_TRUE(job.ok()) << job.status();
    if (!job.ok()) return {};
    EXPECT_EQ(job->state(), v1::JOB_STATE_TRANSFERRED) << job->DebugString();
    const auto completed = daemon_.Complete(job->id());
    EXPECT_TRUE(completed.ok()) << completed.status();
    EXPECT_TRUE(ReadFile(Local()) == content)
        << "the bytes are not the origin's";
    return *job;
  }

  // The job fails for this reason, and leaves nothing when it is cancelled.
  v1::Job ExpectError(const v1::JobFile& file, v1::ErrorReason reason) {
    const auto job = daemon_.Run({file});
    EXPECT_TRUE(job.ok()) << job.status();
    if (!job.ok()) return {};
    EXPECT_EQ(job->state(), v1::JOB_STATE_ERROR) << job->DebugString();
    EXPECT_EQ(job->error().detail().reason(), reason) << job->DebugString();
    EXPECT_FALSE(job->error().message().empty());
    EXPECT_TRUE(daemon_.Cancel(job->id()).ok());
    EXPECT_THAT(ListFolder(destination_.path()), IsEmpty());
    return *job;
  }

  // The job waits in TRANSIENT_ERROR for this reason.
  v1::Job ExpectTransient(const std::string& path, v1::ErrorReason reason) {
    const auto created = daemon_.Create({File(origin_.Url(path), Local())});
    EXPECT_TRUE(created.ok()) << created.status();
    if (!created.ok()) return {};
    EXPECT_TRUE(daemon_.Resume(created->id()).ok());
    const auto job = daemon_.WaitFor(
        created->id(), {v1::JOB_STATE_TRANSIENT_ERROR, v1::JOB_STATE_ERROR,
                        v1::JOB_STATE_TRANSFERRED});
    EXPECT_TRUE(job.ok()) << job.status();
    if (!job.ok()) return {};
    EXPECT_EQ(job->state(), v1::JOB_STATE_TRANSIENT_ERROR)
        << job->DebugString();
    EXPECT_EQ(job->error().detail().reason(), reason) << job->DebugString();
    return *job;
  }

  std::string Local() const { return destination_.path() + "/file"; }

  const std::string content_ = RandomBytes(kSize, 1);
  TempDir destination_;
  HostileOrigin origin_;
  TestDaemon daemon_;
};

// With a limit that a test can wait for. Elsewhere it would end answers where
// it is this process that is slow.
class SlowOriginTest : public HostileOriginTest {
 protected:
  SlowOriginTest() : HostileOriginTest("1") {}
};

TEST_F(HostileOriginTest, TruncatedAnswersAreContinued) {
  origin_.On("a", [this](Exchange& exchange) {
    if (exchange.request().attempt < 5) {
      exchange.SendPart(content_, "\"1\"", 300'000);
      exchange.connection().Close();
    } else {
      exchange.SendHonestly(content_, "\"1\"");
    }
  });
  const v1::Job job = ExpectDelivered("a", content_);
  // What had come was not fetched again.
  EXPECT_LT(job.progress().source_bytes().origin_bytes(), 3'100'000);
  for (const SeenRequest& request : origin_.Requests()) {
    if (request.range_first.value_or(0) > 0) {
      EXPECT_EQ(request.headers.at("if-range"), "\"1\"");
    }
  }
}

TEST_F(HostileOriginTest, ResetAnswersAreContinued) {
  origin_.On("a", [this](Exchange& exchange) {
    if (exchange.request().attempt < 3) {
      exchange.SendPart(content_, "\"1\"", 100'000);
      exchange.connection().Reset();
    } else {
      exchange.SendHonestly(content_, "\"1\"");
    }
  });
  ExpectDelivered("a", content_);
}

TEST_F(SlowOriginTest, StalledAnswerIsGivenUpAndContinued) {
  origin_.On("a", [this](Exchange& exchange) {
    if (exchange.request().attempt > 0) {
      return exchange.SendHonestly(content_, "\"1\"");
    }
    exchange.SendHead("200 OK", {std::string(kHalfHead), "ETag: \"1\""});
    exchange.Send(absl::string_view(content_).substr(0, kSize / 2));
    exchange.connection().AwaitClientClose();
  });
  ExpectDelivered("a", content_);
}

TEST_F(SlowOriginTest, TrickleIsGivenUpAndTriedAgain) {
  origin_.On("a", [this](Exchange& exchange) {
    if (exchange.request().attempt > 0) {
      return exchange.SendHonestly(content_, "\"1\"");
    }
    exchange.SendHead("200 OK", {std::string(kHalfHead), "ETag: \"1\""});
    // A byte, and another one a tenth of a second later.
    for (std::size_t i = 0; i < 100; ++i) {
      exchange.Send(content_.substr(i, 1));
      if (exchange.connection().AwaitClient(absl::Milliseconds(100))) break;
    }
    exchange.connection().Close();
  });
  ExpectDelivered("a", content_);
}

TEST_F(HostileOriginTest, VersionsAreNeverMixed) {
  const std::string newer = RandomBytes(kSize, 2);
  origin_.On("a", [this, newer](Exchange& exchange) {
    if (exchange.request().attempt > 0) {
      return exchange.SendHonestly(newer, "\"2\"");
    }
    exchange.SendHead("200 OK", {std::string(kHalfHead), "ETag: \"1\"",
                                 "Accept-Ranges: bytes"});
    exchange.Send(absl::string_view(content_).substr(0, kSize / 2));
    exchange.connection().Close();
  });
  ExpectDelivered("a", newer);
}

TEST_F(HostileOriginTest, ServerThatIgnoresIfRangeCannotMixVersions) {
  const std::string newer = RandomBytes(kSize, 2);
  origin_.On("a", [this, newer](Exchange& exchange) {
    if (exchange.request().attempt == 0) {
      exchange.SendPart(content_, "\"1\"", kSize / 2);
      exchange.connection().Close();
    } else {
      exchange.SendPart(newer, "\"2\"", kSize);
    }
  });
  ExpectDelivered("a", newer);
}

TEST_F(HostileOriginTest, ServerWithoutRangesIsReadFromTheStart) {
  origin_.On("a", [this](Exchange& exchange) {
    exchange.SendHead("200 OK", {std::string(kHalfHead)});
    if (exchange.request().attempt == 0) {
      exchange.Send(absl::string_view(content_).substr(0, kSize / 2));
      exchange.connection().Close();
    } else {
      exchange.Send(content_);
    }
  });
  ExpectDelivered("a", content_);
}

TEST_F(HostileOriginTest, RangesNeedAServerThatHasThem) {
  origin_.On("a", [this](Exchange& exchange) {
    exchange.SendHead("200 OK", {std::string(kHalfHead)});
    exchange.Send(content_);
    exchange.connection().Close();
  });
  v1::JobFile file = File(origin_.Url("a"), Local());
  file.add_ranges()->set_offset_bytes(100);
  ExpectError(file, v1::ERROR_REASON_INSUFFICIENT_RANGE_SUPPORT);
}

TEST_F(HostileOriginTest, Http10WithoutLengthIsOneStream) {
  origin_.On("a", [this](Exchange& exchange) {
    exchange.Send("HTTP/1.0 200 OK\r\n\r\n");
    exchange.Send(content_);
    exchange.connection().Close();
  });
  ExpectDelivered("a", content_);
}

TEST_F(HostileOriginTest, ChunkedIsOneStream) {
  origin_.On("a", [this](Exchange& exchange) {
    exchange.SendHead("200 OK", {"Transfer-Encoding: chunked"});
    const absl::string_view content = content_;
    for (std::size_t at = 0; at < kSize; at += 100'000) {
      exchange.Send(absl::StrCat(absl::Hex(100'000), "\r\n",
                                 content.substr(at, 100'000), "\r\n"));
    }
    exchange.Send("0\r\n\r\n");
  });
  ExpectDelivered("a", content_);
}

TEST_F(HostileOriginTest, AStreamWithoutEndStopsWhereTheJobMayFetchNoMore) {
  origin_.On("a", [this](Exchange& exchange) {
    exchange.SendHead("200 OK", {"Transfer-Encoding: chunked"});
    // Past every limit: until the daemon hangs up, or 200 MB have gone.
    for (int i = 0; i < 100; ++i) {
      exchange.Send(
          absl::StrCat(absl::Hex(content_.size()), "\r\n", content_, "\r\n"));
    }
  });
  v1::Job job;
  job.set_maximum_download_bytes(1'000'000);
  const auto ended =
      daemon_.Run({File(origin_.Url("a"), Local())}, std::move(job));
  ASSERT_TRUE(ended.ok()) << ended.status();
  EXPECT_EQ(ended->state(), v1::JOB_STATE_ERROR);
  EXPECT_EQ(ended->error().detail().reason(),
            v1::ERROR_REASON_MAX_DOWNLOAD_SIZE);
  EXPECT_LE(ended->progress().transferred_bytes(), 1'000'000);
}

TEST_F(HostileOriginTest, BrokenChunksAreNoFile) {
  origin_.On("a", [this](Exchange& exchange) {
    exchange.SendHead("200 OK", {"Transfer-Encoding: chunked"});
    if (exchange.request().attempt == 0) {
      exchange.Send("186a0\r\n" + content_.substr(0, 1000));
      exchange.connection().Close();
      return;
    }
    exchange.Send(absl::StrCat(absl::Hex(kSize), "\r\n", content_, "\r\n"));
    exchange.Send("0\r\n\r\n");
  });
  ExpectDelivered("a", content_);
}

TEST_F(HostileOriginTest, EncodedBodyNeverReachesTheFile) {
  origin_.On("a", [](Exchange& exchange) {
    exchange.SendHead("200 OK",
                      {"Content-Encoding: gzip", "Content-Length: 10"});
    exchange.Send("not a gzip");
  });
  ExpectError(File(origin_.Url("a"), Local()),
              v1::ERROR_REASON_INVALID_SERVER_RESPONSE);
  EXPECT_EQ(origin_.Requests()[0].headers.at("accept-encoding"), "identity");
}

TEST_F(HostileOriginTest, ContentRangeThatLiesIsRefused) {
  origin_.On("a", [this](Exchange& exchange) {
    exchange.SendHead("206 Partial Content",
                      {"Content-Range: bytes 7-3000006/3000007",
                       std::string(kHalfHead), "ETag: \"1\""});
    exchange.Send(content_);
  });
  ExpectError(File(origin_.Url("a"), Local()),
              v1::ERROR_REASON_INVALID_SERVER_RESPONSE);
}

TEST_F(HostileOriginTest, RangeNotSatisfiableOnResumeBeginsAnew) {
  const std::string shorter = RandomBytes(1000, 3);
  origin_.On("a", [this, shorter](Exchange& exchange) {
    if (exchange.request().attempt > 0) {
      return exchange.SendHonestly(shorter, "\"2\"");
    }
    exchange.SendHead("200 OK", {std::string(kHalfHead), "ETag: \"1\"",
                                 "Accept-Ranges: bytes"});
    exchange.Send(absl::string_view(content_).substr(0, kSize / 2));
    exchange.connection().Close();
  });
  ExpectDelivered("a", shorter);
}

TEST_F(HostileOriginTest, UnavailableOriginIsAskedAgainNotBeforeItSays) {
  for (const char* status :
       {"503 Service Unavailable", "429 Too Many Requests"}) {
    const std::string path =
        absl::StrCat(absl::string_view(status).substr(0, 3));
    origin_.On(path, [this, status](Exchange& exchange) {
      if (exchange.request().attempt > 0) {
        return exchange.SendHonestly(content_, "\"1\"");
      }
      exchange.SendHead(status, {"Retry-After: 3", "Content-Length: 0"});
    });
    const v1::Job job = ExpectTransient(path, v1::ERROR_REASON_HTTP_STATUS);
    EXPECT_GE(job.next_retry_time().seconds() - job.error().time().seconds(),
              3);
    const auto done = daemon_.WaitFor(job.id(), {v1::JOB_STATE_TRANSFERRED});
    EXPECT_TRUE(done.ok()) << done.status();
    EXPECT_TRUE(daemon_.Cancel(job.id()).ok());
  }
}

TEST_F(HostileOriginTest, RefusalsAreFinalAndNamed) {
  for (const int status : {400, 403, 404, 410}) {
    const std::string path = absl::StrCat(status);
    origin_.On(path, [status](Exchange& exchange) {
      exchange.SendHead(absl::StrCat(status, " No"), {"Content-Length: 0"});
    });
  }
  for (const int status : {400, 403, 404, 410}) {
    const v1::Job job =
        ExpectError(File(origin_.Url(absl::StrCat(status)), Local()),
                    v1::ERROR_REASON_HTTP_STATUS);
    EXPECT_EQ(job.error().detail().http_status(), status);
    EXPECT_THAT(job.error().message(), HasSubstr(absl::StrCat(status)));
  }
}

TEST_F(HostileOriginTest, RedirectLoopEnds) {
  origin_.On("a", [](Exchange& exchange) {
    exchange.SendHead("302 Found", {"Location: /b", "Content-Length: 0"});
  });
  origin_.On("b", [](Exchange& exchange) {
    exchange.SendHead("302 Found", {"Location: /a", "Content-Length: 0"});
  });
  ExpectError(File(origin_.Url("a"), Local()),
              v1::ERROR_REASON_REDIRECT_REFUSED);
  EXPECT_LE(origin_.Requests().size(), 12U);
}

TEST_F(HostileOriginTest, RedirectToAFileOfThisMachineIsRefused) {
  origin_.On("a", [](Exchange& exchange) {
    exchange.SendHead("302 Found",
                      {"Location: file:///etc/passwd", "Content-Length: 0"});
  });
  ExpectError(File(origin_.Url("a"), Local()),
              v1::ERROR_REASON_REDIRECT_REFUSED);
}

TEST_F(HostileOriginTest, SecretsDoNotFollowARedirectToAnotherHost) {
  HostileOrigin other;
  other.On("b", [this](Exchange& exchange) {
    exchange.SendHonestly(content_, "\"1\"");
  });
  origin_.On("a", [&other](Exchange& exchange) {
    exchange.SendHead("302 Found", {absl::StrCat("Location: ", other.Url("b")),
                                    "Content-Length: 0"});
  });
  v1::Job job;
  v1::HttpHeader* const header = job.mutable_http()->add_headers();
  header->set_name("X-Token");
  header->set_value("secret-1");
  v1::HttpCredentials* const credentials =
      job.mutable_http()->add_credentials();
  credentials->set_scheme(v1::HttpCredentials::SCHEME_BEARER);
  credentials->set_bearer_token("secret-2");
  const auto done = daemon_.Run({File(origin_.Url("a"), Local())}, job);
  ASSERT_TRUE(done.ok()) << done.status();
  ASSERT_EQ(done->state(), v1::JOB_STATE_TRANSFERRED) << done->DebugString();

  EXPECT_EQ(origin_.Requests()[0].headers.at("x-token"), "secret-1");
  EXPECT_EQ(origin_.Requests()[0].headers.at("authorization"),
            "Bearer secret-2");
  for (const SeenRequest& request : other.Requests()) {
    EXPECT_EQ(request.headers.count("x-token"), 0U);
    EXPECT_EQ(request.headers.count("authorization"), 0U);
  }
  EXPECT_FALSE(absl::StrContains(done->ShortDebugString(), "secret-"));
  EXPECT_FALSE(absl::StrContains(daemon_.Log(), "secret-"));
}

TEST_F(SlowOriginTest, SilentOriginEndsAtTheNoProgressTimeout) {
  origin_.On("a", [](Exchange& exchange) {
    exchange.connection().AwaitClientClose();
  });
  v1::Job job;
  job.mutable_no_progress_timeout()->set_seconds(3);
  const auto ended = daemon_.Run({File(origin_.Url("a"), Local())}, job);
  ASSERT_TRUE(ended.ok()) << ended.status();
  EXPECT_EQ(ended->state(), v1::JOB_STATE_ERROR);
  EXPECT_EQ(ended->error().detail().reason(),
            v1::ERROR_REASON_DOWNLOAD_NO_PROGRESS);
}

TEST_F(HostileOriginTest, GarbageIsNoHttp) {
  origin_.On("a", [](Exchange& exchange) {
    exchange.Send("\x16\x03\x01 this is not HTTP\r\n\r\n");
    exchange.connection().Close();
  });
  v1::Job job;
  job.mutable_no_progress_timeout()->set_seconds(0);
  const auto ended = daemon_.Run({File(origin_.Url("a"), Local())}, job);
  ASSERT_TRUE(ended.ok()) << ended.status();
  EXPECT_EQ(ended->state(), v1::JOB_STATE_ERROR);
  EXPECT_EQ(ended->error().detail().reason(),
            v1::ERROR_REASON_INVALID_SERVER_RESPONSE);
}

TEST_F(HostileOriginTest, EndlessHeadersAreCutOff) {
  origin_.On("a", [](Exchange& exchange) {
    exchange.Send("HTTP/1.1 200 OK\r\n");
    const std::string line = "X-Filler: " + std::string(1000, 'x') + "\r\n";
    for (int i = 0; i < 10'000; ++i) exchange.Send(line);
    exchange.connection().Close();
  });
  v1::Job job;
  job.mutable_no_progress_timeout()->set_seconds(0);
  const auto ended = daemon_.Run({File(origin_.Url("a"), Local())}, job);
  ASSERT_TRUE(ended.ok()) << ended.status();
  EXPECT_EQ(ended->state(), v1::JOB_STATE_ERROR);
}

}  // namespace
}  // namespace convoy::testing
