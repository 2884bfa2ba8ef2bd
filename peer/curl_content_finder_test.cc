// A search over real connections.

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "peer/base/clock.h"
#include "peer/content_finder.h"
#include "peer/content_testing.h"
#include "peer/curl_transport_testing.h"
#include "peer/test_http_server.h"

namespace convoy {
namespace {

using Connection = TestHttpServer::Connection;
using Request = TestHttpServer::Request;

class CurlContentFinderTest : public CurlTransportTest {
 protected:
  TestHttpServer::Tls Tls() const {
    return {certificate_.certificate_pem, certificate_.key_pem, ""};
  }
  FoundContent Find(const std::string& url) {
    ContentQuery query;
    query.urls = {url};
    HttpSettings settings;
    settings.ca_pem = certificate_.certificate_pem;
    query.http = std::make_shared<const HttpSettings>(settings);
    FoundContent result;
    std::unique_ptr<ContentFinder> finder;
    Event done;
    OnLoop([&] {
      finder = std::make_unique<ContentFinder>(
          ContentFinder::Parts{&transport(), &loop(), &clock_},
          std::move(query), ContentSettings(), [&](FoundContent found) {
            result = std::move(found);
            finder.reset();
            done.Set();
          });
      finder->Start();
    });
    done.Wait();
    return result;
  }

  const RealClock clock_;
  const TestCertificate certificate_ = MakeTestCertificate("server");
  const std::string content_ = std::string(2 << 20, 'x');
};

TEST_F(CurlContentFinderTest, ManifestAndDigestComeOverOneConnection) {
  const std::string digest = std::string(32, '\x01');
  TestHttpServer server(
      [&](const Request& request, Connection& connection) {
        if (request.target == "/a/file.torrent") {
          return connection.Send(OkAnswer(TestMetainfo(content_)));
        }
        EXPECT_EQ(request.Header("Range"), "bytes=0-0");
        connection.Send(AnswerWith(
            "206 Partial Content",
            {absl::StrCat("Content-Range: bytes 0-0/", content_.size()),
             "ETag: \"v1\"",
             "Link: <file.torrent>; rel=describedby; "
             "type=\"application/x-bittorrent\"",
             absl::StrCat("Repr-Digest: sha-256=:", absl::Base64Escape(digest),
                          ":")},
            "x"));
      },
      Tls());
  const FoundContent found = Find(server.Url("/a/file"));
  ASSERT_NE(found.manifest, nullptr) << found.refused;
  EXPECT_TRUE(found.trusted);
  EXPECT_TRUE(found.peers_allowed);
  EXPECT_EQ(found.sha256, digest);
  EXPECT_EQ(found.integrity,
            "pieces of a manifest that came by https from the origin, and "
            "sha-256 sent by the origin over https");
  EXPECT_EQ(server.requests().size(), 2u);
  EXPECT_EQ(server.connection_count(), 1);
}

TEST_F(CurlContentFinderTest, AWholeFileIsNotWaitedFor) {
  TestHttpServer server([](const Request& request, Connection& connection) {
    if (request.target != "/file") {
      return connection.Send(AnswerWith("404 Not Found", {}, "no"));
    }
    // The rest never comes.
    connection.Send("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\nxxx");
    connection.AwaitClientClose();
  });
  const FoundContent found = Find(server.Url("/file"));
  EXPECT_EQ(found.manifest, nullptr);
  ASSERT_TRUE(found.identity);
  EXPECT_EQ(found.identity->complete_length, 100000000);
  EXPECT_FALSE(found.serves_ranges);
  EXPECT_EQ(found.manifest_fault, "");
}

TEST_F(CurlContentFinderTest, ARedirectToPlainHttpIsNotTrusted) {
  TestHttpServer plain([&](const Request&, Connection& connection) {
    connection.Send(OkAnswer(TestMetainfo(content_)));
  });
  TestHttpServer server(
      [&](const Request& request, Connection& connection) {
        if (request.target == "/file.torrent") {
          return connection.Send(AnswerWith(
              "302 Found", {absl::StrCat("Location: ", plain.Url("/m"))}));
        }
        connection.Send(AnswerWith(
            "206 Partial Content",
            {absl::StrCat("Content-Range: bytes 0-0/", content_.size()),
             "ETag: \"v1\""},
            "x"));
      },
      Tls());
  const FoundContent found = Find(server.Url("/file"));
  EXPECT_EQ(found.manifest, nullptr);
  EXPECT_TRUE(plain.requests().empty());
  EXPECT_NE(found.manifest_fault, "");
}

}  // namespace
}  // namespace convoy
