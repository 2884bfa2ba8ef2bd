// do-client's C++ API against a real daemon and a real origin.
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "client/do_client/do_config.h"
#include "client/do_client/do_download.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/background_copy_world.h"
#include "tests/nginx.h"
#include "tests/pem_folder.h"

namespace convoy::testing {
namespace {

namespace msdo = microsoft::deliveryoptimization;
using std::chrono::seconds;

class DoClientTest : public BackgroundCopyTest {
 protected:
  void TearDown() override {
    std::vector<std::unique_ptr<msdo::download>> left;
    msdo::download::get_downloads(left);
    for (const auto& one : left) one->abort();
    BackgroundCopyTest::TearDown();
  }

  // A file at the origin.
  std::string Serve(const std::string& name, std::size_t size) {
    bytes_ = MakeContent(name, size).bytes;
    return origin().Url(name);
  }
  const std::string& bytes() const { return bytes_; }

  static std::unique_ptr<msdo::download> Make(const std::string& url,
                                              const std::string& path) {
    std::unique_ptr<msdo::download> made;
    EXPECT_FALSE(msdo::download::make(url, path, made));
    return made;
  }
  static msdo::download_status StatusOf(msdo::download& download) {
    msdo::download_status status;
    EXPECT_FALSE(download.get_status(status));
    return status;
  }
  static bool Reaches(msdo::download& download, msdo::download_state state) {
    return Eventually([&] { return StatusOf(download).state() == state; });
  }

 private:
  std::string bytes_;
};

// An origin that needs minutes for a file of some megabytes.
Nginx::Options Slow() {
  Nginx::Options options;
  options.rate = "100k";
  return options;
}

// So that object files of do-client's users fit.
TEST(DoClientLayoutTest, SizesAndValuesAreDoClients) {
  EXPECT_EQ(sizeof(msdo::download), sizeof(void*));
  EXPECT_EQ(sizeof(msdo::download_property_value), 2 * sizeof(void*));
  EXPECT_EQ(sizeof(msdo::download_status), 32u);
  EXPECT_EQ(static_cast<int>(msdo::download_property::network_token), 13);
  EXPECT_EQ(static_cast<int>(msdo::download_property::non_volatile), 22);
  EXPECT_EQ(static_cast<int>(msdo::download_state::paused), 5);
}

TEST_F(DoClientTest, OneCallFetchesAFile) {
  const std::string url = Serve("one-call", 5000);
  EXPECT_FALSE(msdo::download::download_url_to_path(url, Path("one-call")));
  EXPECT_EQ(ReadFile(Path("one-call")), bytes());
}

TEST_F(DoClientTest, ADownloadGoesThroughItsStates) {
  const auto download = Make(Serve("states", 5000), Path("states"));
  EXPECT_EQ(StatusOf(*download).state(), msdo::download_state::created);
  EXPECT_FALSE(download->start());
  ASSERT_TRUE(Reaches(*download, msdo::download_state::transferred));
  EXPECT_TRUE(StatusOf(*download).is_complete());
  EXPECT_EQ(StatusOf(*download).bytes_total(), 5000u);
  EXPECT_EQ(StatusOf(*download).bytes_transferred(), 5000u);
  EXPECT_FALSE(download->finalize());
  EXPECT_EQ(StatusOf(*download).state(), msdo::download_state::finalized);
  EXPECT_EQ(download->finalize().value(), msdo::errc::invalid_state);
  EXPECT_EQ(download->resume().value(), msdo::errc::invalid_state);
  EXPECT_EQ(ReadFile(Path("states")), bytes());
}

TEST_F(DoClientTest, APausedDownloadGoesOnElsewhere) {
  const std::string url = Serve("paused", 2'000'000);
  Nginx slow(Slow());
  WriteFile(slow.root() + "/paused", bytes());
  // The same version at both.
  std::filesystem::last_write_time(
      slow.root() + "/paused",
      std::filesystem::last_write_time(origin().root() + "/paused"));
  const auto download = Make(slow.Url("paused"), Path("paused"));
  EXPECT_EQ(download->pause().value(), msdo::errc::invalid_state);
  EXPECT_FALSE(download->start());
  EXPECT_FALSE(download->pause());
  EXPECT_EQ(StatusOf(*download).state(), msdo::download_state::paused);
  EXPECT_FALSE(StatusOf(*download).is_error());
  EXPECT_FALSE(download->set_property(msdo::download_property::uri, url));
  EXPECT_FALSE(download->resume());
  ASSERT_TRUE(Reaches(*download, msdo::download_state::transferred));
  EXPECT_FALSE(download->finalize());
  EXPECT_EQ(ReadFile(Path("paused")), bytes());
}

TEST_F(DoClientTest, AMissingFileIsAnHttpError) {
  const std::error_code error =
      msdo::download::download_url_to_path(origin().Url("none"), Path("none"));
  EXPECT_EQ(static_cast<unsigned>(error.value()), 0x80190194u);
  EXPECT_THAT(error.message(), ::testing::HasSubstr("404"));
}

TEST_F(DoClientTest, AWaitEndsByCancellationAndByTime) {
  Nginx slow(Slow());
  WriteFile(slow.root() + "/file", RandomBytes(20'000'000, 1));
  const std::atomic_bool cancelled{true};
  EXPECT_EQ(msdo::download::download_url_to_path(slow.Url("file"),
                                                 Path("cancelled"), cancelled)
                .value(),
            static_cast<int>(std::errc::operation_canceled));
  EXPECT_EQ(msdo::download::download_url_to_path(slow.Url("file"), Path("late"),
                                                 seconds(1))
                .value(),
            static_cast<int>(std::errc::timed_out));
  std::vector<std::unique_ptr<msdo::download>> left;
  EXPECT_EQ(msdo::download::get_downloads(left).value(),
            msdo::errc::no_downloads);
}

TEST_F(DoClientTest, ACallbackMayFinishItsDownload) {
  const auto download = Make(Serve("callback", 5000), Path("callback"));
  std::atomic_bool finalized{false};
  EXPECT_FALSE(download->set_status_callback(
      [&](msdo::download& told, msdo::download_status& status) {
        EXPECT_EQ(&told, download.get());
        if (status.is_complete()) finalized = !told.finalize();
      }));
  EXPECT_FALSE(download->start());
  EXPECT_TRUE(Eventually([&] { return finalized.load(); }));
  EXPECT_EQ(ReadFile(Path("callback")), bytes());
}

TEST_F(DoClientTest, NoCallbackComesAfterTheDownloadIsGone) {
  Nginx slow(Slow());
  WriteFile(slow.root() + "/file", RandomBytes(20'000'000, 1));
  std::atomic_int calls{0};
  auto download = Make(slow.Url("file"), Path("gone"));
  download->set_status_callback(
      [&](msdo::download&, msdo::download_status&) { ++calls; });
  EXPECT_FALSE(download->start());
  ASSERT_TRUE(Eventually([&] { return calls > 0; }));
  download.reset();
  const int before = calls;
  // The job goes on and has news.
  std::vector<std::unique_ptr<msdo::download>> found;
  ASSERT_FALSE(msdo::download::get_downloads(
      msdo::download_property::download_file_path, Path("gone"), found));
  const std::uint64_t bytes = StatusOf(*found[0]).bytes_transferred();
  ASSERT_TRUE(Eventually(
      [&] { return StatusOf(*found[0]).bytes_transferred() > bytes; }));
  EXPECT_EQ(calls, before);
}

TEST_F(DoClientTest, AnOutputStreamGetsTheRanges) {
  std::unique_ptr<msdo::download> download;
  ASSERT_FALSE(msdo::download::make(Serve("ranges", 5000), download));
  EXPECT_EQ(download->set_ranges(nullptr, 0).value(), msdo::errc::invalid_arg);
  const msdo::download_range ranges[] = {{10, 20}, {4000, msdo::length_to_eof}};
  EXPECT_FALSE(download->set_ranges(ranges, 2));
  std::string got;
  EXPECT_FALSE(download->set_output_stream(
      [&got](const unsigned char* data, std::size_t size) {
        got.append(reinterpret_cast<const char*>(data), size);
        return std::error_code();
      }));
  EXPECT_FALSE(download->start_and_wait_until_completion());
  EXPECT_EQ(got, bytes().substr(10, 20) + bytes().substr(4000));
}

TEST_F(DoClientTest, AStreamsErrorIsTheDownloads) {
  std::unique_ptr<msdo::download> download;
  ASSERT_FALSE(msdo::download::make(Serve("refused", 5000), download));
  download->set_output_stream([](const unsigned char*, std::size_t) {
    return std::make_error_code(std::errc::no_space_on_device);
  });
  EXPECT_EQ(static_cast<unsigned>(
                download->start_and_wait_until_completion().value()),
            0x80004005u);
}

TEST_F(DoClientTest, PropertiesHaveTypes) {
  const auto download = Make(Serve("typed", 100), Path("typed"));
  EXPECT_FALSE(download->set_property(msdo::download_property::caller_name,
                                      std::string("n\xc3\xa4me")));
  std::string name;
  EXPECT_FALSE(
      download->get_property(msdo::download_property::caller_name, name));
  EXPECT_EQ(name, "n\xc3\xa4me");
  std::wstring wide;
  EXPECT_FALSE(
      download->get_property(msdo::download_property::caller_name, wide));
  EXPECT_EQ(wide, L"n\u00e4me");
  bool foreground = false;
  EXPECT_FALSE(download->set_property(
      msdo::download_property::use_foreground_priority, true));
  EXPECT_FALSE(download->get_property(
      msdo::download_property::use_foreground_priority, foreground));
  EXPECT_TRUE(foreground);
  EXPECT_FALSE(
      download->set_cost_policy(msdo::download_cost_policy::no_roaming));
  std::uint32_t number = 0;
  EXPECT_FALSE(
      download->get_property(msdo::download_property::cost_policy, number));
  EXPECT_EQ(number, 3u);
  EXPECT_EQ(download->get_property(msdo::download_property::cost_policy, name)
                .value(),
            msdo::errc::invalid_arg);
  const auto unknown = static_cast<msdo::download_property>(99);
  EXPECT_EQ(download->set_property(unknown, true).value(),
            msdo::errc::unknown_property_id);
  EXPECT_EQ(download->set_client_cert(nullptr, 0).value(),
            msdo::errc::invalid_arg);
  EXPECT_FALSE(download->start_and_wait_until_completion());
  std::uint64_t size = 0;
  EXPECT_FALSE(
      download->get_property(msdo::download_property::total_size_bytes, size));
  EXPECT_EQ(size, 100u);
}

TEST_F(DoClientTest, WithoutADaemonThereIsNoService) {
  const std::string socket = daemon().socket();
  setenv("CONVOY_SOCKET", (Path("") + "nobody.sock").c_str(), 1);
  std::unique_ptr<msdo::download> download;
  EXPECT_EQ(msdo::download::make("http://a/b", Path("x"), download).value(),
            msdo::errc::no_service);
  EXPECT_EQ(download, nullptr);
  setenv("CONVOY_SOCKET", socket.c_str(), 1);
}

// A server that wants a certificate.
class DoClientCertificateTest : public DoClientTest {
 protected:
  void SetUp() override {
    DoClientTest::SetUp();
    setenv("XDG_STATE_HOME", Path("state").c_str(), 1);
    pems_.MakeAuthority("authority");
    pems_.MakeCertificate("client", "authority");
    Nginx::Options options;
    options.tls = true;
    options.server = "ssl_client_certificate " + pems_.Path("authority") +
                     "; ssl_verify_client on;";
    server_ = std::make_unique<Nginx>(options);
    WriteFile(server_->root() + "/file", "for those who are known");
  }
  void TearDown() override {
    unsetenv("CONVOY_CLIENT_KEY");
    unsetenv("XDG_STATE_HOME");
    DoClientTest::TearDown();
  }

  std::unique_ptr<msdo::download> MakeSecure(const std::string& name) {
    auto download = Make(server_->Url("file"), Path(name));
    // Nginx' own certificate is signed by nobody.
    EXPECT_FALSE(
        download->set_property(msdo::download_property::security_flags,
                               std::uint32_t{BG_SSL_IGNORE_UNKNOWN_CA}));
    return download;
  }
  static std::error_code Set(msdo::download& download,
                             const std::string& bytes) {
    return download.set_client_cert(
        reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  }
  std::string Pem(const std::string& name) {
    return ReadFile(pems_.Path(name));
  }

  PemFolder pems_;
  std::unique_ptr<Nginx> server_;
};

TEST_F(DoClientCertificateTest, TheServerSeesTheCertificate) {
  const auto download = MakeSecure("with-key");
  EXPECT_FALSE(Set(*download, Pem("client") + Pem("client-key")));
  EXPECT_FALSE(download->start_and_wait_until_completion());
  EXPECT_EQ(ReadFile(Path("with-key")), "for those who are known");
}

TEST_F(DoClientCertificateTest, ItsKeyMayLieElsewhere) {
  const auto download = MakeSecure("without-key");
  EXPECT_EQ(Set(*download, Pem("client")).value(), msdo::errc::not_impl);
  setenv("CONVOY_CLIENT_KEY", pems_.Path("client-key").c_str(), 1);
  EXPECT_FALSE(Set(*download, Pem("client")));
  EXPECT_FALSE(download->start_and_wait_until_completion());
  EXPECT_EQ(ReadFile(Path("without-key")), "for those who are known");
}

TEST_F(DoClientCertificateTest, OtherBytesAreRefused) {
  const auto download = MakeSecure("other");
  // CRYPT_E_FILE_ERROR.
  EXPECT_EQ(static_cast<unsigned>(Set(*download, "no certificate").value()),
            0x80092003u);
  EXPECT_EQ(Set(*download, "").value(), msdo::errc::invalid_arg);
}

TEST_F(DoClientTest, AnUnstartedDownloadIsFoundByItsId) {
  const auto made = Make(Serve("found", 5000), Path("found"));
  std::string id;
  ASSERT_FALSE(made->get_property(msdo::download_property::id, id));
  std::vector<std::unique_ptr<msdo::download>> found;
  ASSERT_FALSE(
      msdo::download::get_downloads(msdo::download_property::id, id, found));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(StatusOf(*found[0]).state(), msdo::download_state::created);
  EXPECT_FALSE(found[0]->start_and_wait_until_completion());
  EXPECT_EQ(StatusOf(*made).state(), msdo::download_state::finalized);
  EXPECT_EQ(ReadFile(Path("found")), bytes());
}

// A Connected Cache, and an origin that cannot be reached from here.
class DoClientGatewayTest : public DoClientTest {
 protected:
  void SetUp() override {
    DoClientTest::SetUp();
    const std::string host = gateway_.Url("").substr(strlen("http://"));
    SetString(
        "HostName=hub.example.net;DeviceId=device;SharedAccessKey=a=;"
        "GatewayHostName=" +
        host.substr(0, host.find('/')));
    WriteFile(gateway_.root() + "/file", "by the gateway");
  }
  void TearDown() override {
    SetString("HostName=hub.example.net;DeviceId=device");
    DoClientTest::TearDown();
  }

  static void SetString(const std::string& value) {
    EXPECT_EQ(deliveryoptimization_set_iot_connection_string(value.c_str()), 0);
  }
  std::string OriginHost() const {
    return "127.0.0.1:" + std::to_string(port_);
  }

  const int port_ = FreePort();
  Nginx gateway_;
};

TEST_F(DoClientGatewayTest, ItGivesWhatTheOriginDoesNot) {
  const std::string url = "http://" + OriginHost() + "/file?version=1";
  EXPECT_FALSE(msdo::download::download_url_to_path(url, Path("got")));
  EXPECT_EQ(ReadFile(Path("got")), "by the gateway");
  EXPECT_THAT(
      gateway_.Log(),
      ::testing::HasSubstr("/file?version=1&cacheHostOrigin=" + OriginHost()));
}

TEST_F(DoClientGatewayTest, ItDoesNotGetTheHeadersOfADownload) {
  const auto download = Make("http://" + OriginHost() + "/none", Path("got"));
  EXPECT_FALSE(download->start());
  std::string id;
  ASSERT_FALSE(download->get_property(msdo::download_property::id, id));
  EXPECT_EQ(daemon().Files(id)->at(0).mirror_urls_size(), 1);
  EXPECT_FALSE(
      download->set_property(msdo::download_property::http_custom_auth_headers,
                             std::string("Authorization: Bearer secret")));
  EXPECT_EQ(daemon().Files(id)->at(0).mirror_urls_size(), 0);
}

TEST_F(DoClientGatewayTest, TheMirrorGoesWithTheUrl) {
  const auto download = Make("http://" + OriginHost() + "/none", Path("got"));
  EXPECT_FALSE(download->start());
  EXPECT_FALSE(
      download->set_property(msdo::download_property::uri,
                             std::string("http://" + OriginHost() + "/file")));
  std::string id;
  ASSERT_FALSE(download->get_property(msdo::download_property::id, id));
  EXPECT_THAT(daemon().Files(id)->at(0).mirror_urls(),
              ::testing::ElementsAre(
                  gateway_.Url("file?cacheHostOrigin=" + OriginHost())));
}

TEST(DoConfigTest, AStringWithoutAGatewayIsOneToo) {
  EXPECT_EQ(deliveryoptimization_set_iot_connection_string("HostName=h"), 0);
  EXPECT_EQ(deliveryoptimization_set_iot_connection_string(nullptr),
            msdo::errc::invalid_arg);
  EXPECT_EQ(
      deliveryoptimization_set_iot_connection_string("GatewayHostName=a b"),
      msdo::errc::invalid_arg);
}

TEST(DoConfigTest, TellsWhatItIs) {
  char* version = deliveryoptimization_get_components_version();
  EXPECT_STREQ(version, "convoy");
  deliveryoptimization_free_version_buf(&version);
  EXPECT_EQ(version, nullptr);
}

}  // namespace
}  // namespace convoy::testing
