// What `convoy publish` makes, as nginx, curl, aria2 and Transmission see it.

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "peer/base/unique_fd.h"
#include "peer/base/url_text.h"
#include "peer/manifest.h"
#include "tests/eventually.h"
#include "tests/nginx.h"
#include "tests/process.h"
#include "tests/temp_dir.h"
#include "tests/test_daemon.h"
#include "tests/tracker.h"

namespace convoy::testing {
namespace {

// Transmission takes no peers of 127.0.0.0/8.
constexpr char kAddress[] = "10.77.0.1";

// A network of this process's own, in which only kAddress and 127.0.0.1 are.
// False: the machine does not allow it.
bool EnterOwnNetwork() {
  if (unshare(CLONE_NEWNET) != 0) return false;
  const UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request = {};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP;
  if (ioctl(socket.get(), SIOCSIFFLAGS, &request) != 0) return false;
  std::strcpy(request.ifr_name, "lo:1");
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  inet_pton(AF_INET, kAddress, &address.sin_addr);
  std::memcpy(&request.ifr_addr, &address, sizeof(address));
  return ioctl(socket.get(), SIOCSIFADDR, &request) == 0;
}

// A response's head, names in lower case.
std::multimap<std::string, std::string> HeadersOf(const std::string& url) {
  const ProcessResult head = RunProcess({{"/usr/bin/curl", "-sS", "-I", url}});
  std::multimap<std::string, std::string> headers;
  for (const absl::string_view line : absl::StrSplit(head.output, "\r\n")) {
    const std::pair<absl::string_view, absl::string_view> sides =
        absl::StrSplit(line, absl::MaxSplits(": ", 1));
    headers.emplace(absl::AsciiStrToLower(sides.first), sides.second);
  }
  return headers;
}

std::string Fetched(const std::string& url) {
  return RunProcess({{"/usr/bin/curl", "-sS", "-f", url}}).output;
}

// A published folder behind nginx, in a network of its own.
class PublishInteropTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { own_network_ = EnterOwnNetwork(); }
  void SetUp() override {
    if (!own_network_) GTEST_SKIP() << "no network of its own: not root";
  }

  PublishInteropTest() : origin_(OptionsFor(snippets_)) {}

  static Nginx::Options OptionsFor(const TempDir& snippets) {
    Nginx::Options options;
    options.location = absl::StrCat("include ", snippets.path(), "/*.conf;");
    return options;
  }

  std::string Local(const std::string& name) const {
    return origin_.root() + "/" + name;
  }

  // Publishes nginx's root, and has nginx read what it says.
  void Publish() {
    ProcessOptions options;
    options.argv = {Runfile("client/cli/convoy"),
                    "publish",
                    origin_.root(),
                    "--url-prefix",
                    origin_.Url(""),
                    "--nginx",
                    snippets_.path() + "/pub.conf"};
    options.argv.insert(options.argv.end(), more_.begin(), more_.end());
    const ProcessResult result = RunProcess(options);
    ASSERT_EQ(result.exit_code, 0) << result.output;
    origin_.Stop();
    origin_.Start();
  }

  static bool own_network_;
  std::vector<std::string> more_;  // Arguments of the command.
  TempDir snippets_;
  Nginx origin_;
};

bool PublishInteropTest::own_network_ = false;

TEST_F(PublishInteropTest, NginxTellsManifestAndDigestOfEachFile) {
  const std::vector<std::string> names = {"disk.img",
                                          "a b.img",
                                          "100%.img",
                                          "\"q'{};$host\\.img",
                                          "d\xc3\xa9j\xc3\xa0.img",
                                          "new\nline.img",
                                          "#?&+.img"};
  for (const std::string& name : names) {
    WriteFile(Local(name), "the bytes of " + name);
  }
  Publish();
  for (const std::string& name : names) {
    SCOPED_TRACE(name);
    const std::string bytes = "the bytes of " + name;
    const std::string url = origin_.Url(EncodedPathComponent(name));
    EXPECT_EQ(Fetched(url), bytes);
    const auto headers = HeadersOf(url);
    const std::string digest =
        absl::Base64Escape(absl::HexStringToBytes(Sha256Hex(bytes)));
    ASSERT_EQ(headers.count("digest"), 1u);
    EXPECT_EQ(headers.find("digest")->second, "sha-256=" + digest);
    ASSERT_EQ(headers.count("repr-digest"), 1u);
    EXPECT_EQ(headers.find("repr-digest")->second, "sha-256=:" + digest + ":");
    ASSERT_EQ(headers.count("link"), 1u);
    const std::string target = "/" + EncodedPathComponent(name) + ".torrent";
    EXPECT_EQ(
        headers.find("link")->second,
        "<" + target + ">; rel=describedby; type=\"application/x-bittorrent\"");
    EXPECT_EQ(Fetched(origin_.Url(target.substr(1))),
              ReadFile(Local(name + ".torrent")));
  }
}

TEST_F(PublishInteropTest, OtherFilesAreServedAsBefore) {
  WriteFile(Local("disk.img"), "bytes");
  Publish();
  WriteFile(Local("later.img"), "later");
  EXPECT_EQ(Fetched(origin_.Url("later.img")), "later");
  EXPECT_EQ(HeadersOf(origin_.Url("later.img")).count("digest"), 0u);
  EXPECT_THAT(Fetched(origin_.Url("SHA256SUMS")),
              ::testing::HasSubstr("  disk.img\n"));
}

// A published file, and clients of others that want it.
class ForeignClientsTest : public PublishInteropTest {
 protected:
  static constexpr char kName[] = "disk image.img";

  ForeignClientsTest() : bytes_(RandomBytes(3'000'017, 11)) {}

  void SetUp() override {
    PublishInteropTest::SetUp();
    if (IsSkipped()) return;
    tracker_ = std::make_unique<Tracker>(kAddress);
    WriteFile(Local(kName), bytes_);
    Publish();
    const auto manifest =
        ReadManifest(ReadFile(Local(absl::StrCat(kName, ".torrent"))));
    ASSERT_TRUE(manifest.ok()) << manifest.status();
    info_hash_ = (*manifest)->info_hash;
    // As published, and with a tracker where the client takes it from there.
    WriteFile(torrent(), (*manifest)->metainfo);
    const std::string& url = tracker_->announce_url();
    WriteFile(tracked_torrent(),
              absl::StrCat("d8:announce", url.size(), ":", url,
                           (*manifest)->metainfo.substr(1)));
  }

  std::string torrent() const { return files_.path() + "/published.torrent"; }
  std::string tracked_torrent() const {
    return files_.path() + "/tracked.torrent";
  }

  // `client` has the whole file in `folder`. False: it ended, or it takes too
  // long.
  bool WaitForWhole(const TempDir& folder, Process& client) const {
    const std::string path = absl::StrCat(folder.path(), "/", kName);
    const absl::Time give_up = absl::Now() + kPatience;
    while (ReadFile(path) != bytes_) {
      if (absl::Now() > give_up ||
          client.Wait(absl::Milliseconds(20)).has_value()) {
        return false;
      }
    }
    return true;
  }

  std::unique_ptr<Process> Aria2(const TempDir& folder) const {
    ProcessOptions options;
    options.argv = {"/usr/bin/aria2c",
                    "--no-conf",
                    "--dir=" + folder.path(),
                    "--enable-dht=false",
                    "--enable-dht6=false",
                    "--bt-enable-lpd=false",
                    "--enable-peer-exchange=false",
                    "--disable-ipv6",
                    "--follow-torrent=false",
                    "--seed-ratio=0",
                    "--check-integrity",
                    "--bt-tracker=" + tracker_->announce_url(),
                    absl::StrCat("--listen-port=", FreePort()),
                    torrent()};
    options.output_path = folder.path() + "/log";
    return std::make_unique<Process>(options);
  }

  std::unique_ptr<Process> Transmission(const TempDir& folder) const {
    WriteFile(folder.path() + "/settings.json",
              absl::StrCat(R"({"dht-enabled": false, "lpd-enabled": false,
                               "pex-enabled": false, "utp-enabled": false,
                               "port-forwarding-enabled": false,
                               "bind-address-ipv4": ")",
                           kAddress, "\"}"));
    ProcessOptions options;
    options.argv = {"/usr/bin/transmission-cli",
                    "-g",
                    folder.path(),
                    "-w",
                    folder.path(),
                    "-M",
                    "-p",
                    absl::StrCat(FreePort()),
                    tracked_torrent()};
    options.output_path = folder.path() + "/log";
    return std::make_unique<Process>(options);
  }

  const std::string bytes_;
  std::string info_hash_;
  TempDir files_;
  TempDir first_;
  TempDir second_;
  std::unique_ptr<Tracker> tracker_;
};

TEST_F(ForeignClientsTest, Aria2TakesItFromTheOriginAndGivesItToAnother) {
  const auto first = Aria2(first_);
  ASSERT_TRUE(WaitForWhole(first_, *first)) << ReadFile(first_.path() + "/log");
  EXPECT_GE(origin_.BodyBytesSent(), static_cast<std::int64_t>(bytes_.size()));
  origin_.Stop();
  const auto second = Aria2(second_);
  EXPECT_TRUE(WaitForWhole(second_, *second))
      << ReadFile(second_.path() + "/log");
}

TEST_F(ForeignClientsTest,
       TransmissionTakesItFromTheOriginAndGivesItToAnother) {
  const auto first = Transmission(first_);
  ASSERT_TRUE(WaitForWhole(first_, *first)) << ReadFile(first_.path() + "/log");
  EXPECT_GE(origin_.BodyBytesSent(), static_cast<std::int64_t>(bytes_.size()));
  origin_.Stop();
  const auto second = Transmission(second_);
  EXPECT_TRUE(WaitForWhole(second_, *second))
      << ReadFile(second_.path() + "/log");
}

TEST_F(ForeignClientsTest, Aria2AndTransmissionShareIt) {
  const auto first = Aria2(first_);
  ASSERT_TRUE(WaitForWhole(first_, *first)) << ReadFile(first_.path() + "/log");
  origin_.Stop();
  const auto second = Transmission(second_);
  EXPECT_TRUE(WaitForWhole(second_, *second))
      << ReadFile(second_.path() + "/log");
}

// Signatures stand outside of the info dictionary, where others look past them.
class SignedForeignClientsTest : public ForeignClientsTest {
 protected:
  SignedForeignClientsTest() {
    const std::string key = keys_.path() + "/key.pem";
    const std::string certificate = keys_.path() + "/certificate.pem";
    const ProcessResult made = RunProcess(
        {{"/usr/bin/openssl", "req", "-x509", "-newkey", "rsa:4096", "-nodes",
          "-subj", "/CN=fleet", "-keyout", key, "-out", certificate}});
    EXPECT_EQ(made.exit_code, 0) << made.output;
    WriteFile(key, ReadFile(key) + ReadFile(certificate));
    more_ = {"--sign-key", key};
  }

  TempDir keys_;
};

TEST_F(SignedForeignClientsTest, Aria2AndTransmissionShareIt) {
  ASSERT_THAT(ReadFile(torrent()),
              ::testing::HasSubstr("10:signaturesd5:fleetd11:certificate"));
  const auto first = Aria2(first_);
  ASSERT_TRUE(WaitForWhole(first_, *first)) << ReadFile(first_.path() + "/log");
  origin_.Stop();
  const auto second = Transmission(second_);
  EXPECT_TRUE(WaitForWhole(second_, *second))
      << ReadFile(second_.path() + "/log");
}

}  // namespace
}  // namespace convoy::testing
