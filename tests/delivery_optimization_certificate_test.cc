// Downloads that show a certificate to the server
// (DODownloadProperty_SecurityContext), and the file that it lies in.
#include <sys/stat.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/delivery_optimization_world.h"
#include "tests/pem_folder.h"
#include "tests/process.h"

namespace convoy::testing {
namespace {

using Microsoft::WRL::ComPtr;

class CertificateTest : public DeliveryOptimizationTest {
 protected:
  void SetUp() override {
    DeliveryOptimizationTest::SetUp();
    setenv("XDG_STATE_HOME", Path("state").c_str(), 1);
    pems_.MakeAuthority("authority");
    pems_.MakeCertificate("client", "authority");
    Nginx::Options options;
    options.tls = true;
    options.server =
        absl::StrCat("ssl_client_certificate ", pems_.Path("authority"),
                     "; ssl_verify_client on;");
    server_ = std::make_unique<Nginx>(options);
    WriteFile(server_->root() + "/file", "for those who are known");
  }
  void TearDown() override {
    unsetenv("CONVOY_CLIENT_KEY");
    unsetenv("XDG_STATE_HOME");
    DeliveryOptimizationTest::TearDown();
  }

  std::string Pem(const std::string& name) {
    return ReadFile(pems_.Path(name));
  }
  std::string KeyPath(const std::string& name) const {
    return pems_.Path(name + "-key");
  }
  std::string Identity() { return Pem("client") + Pem("client-key"); }
  std::string Der(const std::string& name) {
    const std::string path = Path(name + ".der");
    RunProcess({{"/usr/bin/openssl", "x509", "-in", pems_.Path(name),
                 "-outform", "DER", "-out", path}});
    return ReadFile(path);
  }

  ComPtr<IDODownload> MakeSecure(const std::string& name) {
    ComPtr<IDODownload> download =
        Make(Wide(server_->Url("file")), WidePath(name));
    // Nginx' own certificate is signed by nobody.
    EXPECT_EQ(SetNumber(download.Get(), DODownloadProperty_SecurityFlags,
                        BG_SSL_IGNORE_UNKNOWN_CA),
              S_OK);
    return download;
  }
  static HRESULT SetBytes(IDODownload* download, const std::string& bytes) {
    VARIANT value;
    VariantInit(&value);
    value.vt = VT_ARRAY | VT_UI1;
    value.parray =
        SafeArrayCreateVector(VT_UI1, 0, static_cast<ULONG>(bytes.size()));
    void* data = nullptr;
    EXPECT_EQ(SafeArrayAccessData(value.parray, &data), S_OK);
    memcpy(data, bytes.data(), bytes.size());
    SafeArrayUnaccessData(value.parray);
    const HRESULT result =
        download->SetProperty(DODownloadProperty_SecurityContext, &value);
    VariantClear(&value);
    return result;
  }

  // Paths of the certificates that lie there.
  std::vector<std::string> Files() {
    std::vector<std::string> files;
    std::error_code error;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(
             Path("state/convoy/certificates"), error)) {
      if (entry.is_regular_file()) files.push_back(entry.path().string());
    }
    return files;
  }
  static mode_t ModeOf(const std::string& path) {
    struct stat info = {};
    EXPECT_EQ(stat(path.c_str(), &info), 0);
    return info.st_mode & 07777;
  }

 private:
  PemFolder pems_;
  std::unique_ptr<Nginx> server_;
};

TEST_F(CertificateTest, TheServerSeesIt) {
  const auto unknown = MakeSecure("unknown");
  ASSERT_EQ(Start(unknown.Get()), S_OK);
  ASSERT_TRUE(Reaches(unknown.Get(), DODownloadState_Paused));
  EXPECT_EQ(StatusOf(unknown.Get()).Error, static_cast<HRESULT>(0x80190190));

  const auto known = MakeSecure("known");
  ASSERT_EQ(SetBytes(known.Get(), Identity()), S_OK);
  EXPECT_TRUE(Files().empty());
  ASSERT_EQ(Start(known.Get()), S_OK);
  ASSERT_TRUE(Reaches(known.Get(), DODownloadState_Transferred));
  ASSERT_EQ(Files().size(), 1u);
  EXPECT_EQ(ReadFile(Files()[0]), Identity());
  EXPECT_EQ(ModeOf(Files()[0]), 0600u);
  EXPECT_EQ(ModeOf(std::filesystem::path(Files()[0]).parent_path()), 0700u);
  EXPECT_EQ(known->Finalize(), S_OK);
  EXPECT_EQ(ReadFile(Path("known")), "for those who are known");
  EXPECT_TRUE(Files().empty());
}

TEST_F(CertificateTest, ItCanBeSetAfterTheStart) {
  const auto download = MakeSecure("late");
  ASSERT_EQ(Start(download.Get()), S_OK);
  ASSERT_TRUE(Reaches(download.Get(), DODownloadState_Paused));
  ASSERT_EQ(SetBytes(download.Get(), Identity()), S_OK);
  ASSERT_EQ(download->Start(nullptr), S_OK);
  EXPECT_TRUE(Reaches(download.Get(), DODownloadState_Transferred));
  // Other bytes, other file.
  const std::string first = Files().at(0);
  ASSERT_EQ(SetBytes(download.Get(), Identity() + "\n"), S_OK);
  ASSERT_EQ(Files().size(), 1u);
  EXPECT_NE(Files()[0], first);
  EXPECT_EQ(download->Abort(), S_OK);
  EXPECT_TRUE(Files().empty());
}

TEST_F(CertificateTest, TheLastDownloadThatNamesItRemovesIt) {
  const auto first = MakeSecure("first");
  const auto second = MakeSecure("second");
  for (IDODownload* download : {first.Get(), second.Get()}) {
    ASSERT_EQ(SetBytes(download, Identity()), S_OK);
    ASSERT_EQ(Start(download), S_OK);
    ASSERT_TRUE(Reaches(download, DODownloadState_Transferred));
  }
  EXPECT_EQ(Files().size(), 1u);
  EXPECT_EQ(first->Abort(), S_OK);
  EXPECT_EQ(Files().size(), 1u);
  EXPECT_EQ(second->Finalize(), S_OK);
  EXPECT_TRUE(Files().empty());
}

TEST_F(CertificateTest, ADownloadThatCannotBeMadeLeavesNoFile) {
  const auto download = Make(L"http://127.0.0.1/", L"not/absolute");
  ASSERT_EQ(SetBytes(download.Get(), Identity()), S_OK);
  EXPECT_TRUE(FAILED(Start(download.Get())));
  EXPECT_TRUE(Files().empty());
}

TEST_F(CertificateTest, TheNextRemovesWhatACancelledJobLeft) {
  const auto first = MakeSecure("first");
  ASSERT_EQ(SetBytes(first.Get(), Identity()), S_OK);
  ASSERT_EQ(Start(first.Get()), S_OK);
  const std::string left = Files().at(0);
  ASSERT_TRUE(daemon().Cancel(TextOf(first.Get(), DODownloadProperty_Id)).ok());
  EXPECT_TRUE(Exists(left));
  const auto second = MakeSecure("second");
  ASSERT_EQ(SetBytes(second.Get(), Identity() + "\n"), S_OK);
  ASSERT_EQ(Start(second.Get()), S_OK);
  ASSERT_EQ(Files().size(), 1u);
  EXPECT_NE(Files()[0], left);
  EXPECT_TRUE(Reaches(second.Get(), DODownloadState_Transferred));
}

TEST_F(CertificateTest, ItsKeyMayLieInAFile) {
  const auto download = MakeSecure("der");
  setenv("CONVOY_CLIENT_KEY", KeyPath("authority").c_str(), 1);
  EXPECT_EQ(SetBytes(download.Get(), Der("client")), E_NOTIMPL);
  setenv("CONVOY_CLIENT_KEY", "/nonexistent", 1);
  EXPECT_EQ(SetBytes(download.Get(), Der("client")), E_NOTIMPL);
  setenv("CONVOY_CLIENT_KEY", KeyPath("client").c_str(), 1);
  ASSERT_EQ(SetBytes(download.Get(), Der("client")), S_OK);
  ASSERT_EQ(Start(download.Get()), S_OK);
  EXPECT_TRUE(Reaches(download.Get(), DODownloadState_Transferred));
}

// Among keys of others.
TEST_F(CertificateTest, ItsKeyMayLieInAFolder) {
  const std::string folder =
      std::filesystem::path(KeyPath("client")).parent_path();
  setenv("CONVOY_CLIENT_KEY", folder.c_str(), 1);
  const auto download = MakeSecure("pem");
  ASSERT_EQ(SetBytes(download.Get(), Pem("client") + Pem("authority")), S_OK);
  ASSERT_EQ(Start(download.Get()), S_OK);
  EXPECT_TRUE(Reaches(download.Get(), DODownloadState_Transferred));
  EXPECT_EQ(ReadFile(Files().at(0)),
            Pem("client") + Pem("authority") + Pem("client-key"));
}

TEST_F(CertificateTest, Fact92_OtherBytesAreRefused) {
  const auto download = Make();
  EXPECT_EQ(SetBytes(download.Get(), Der("client")), E_NOTIMPL);
  EXPECT_EQ(SetBytes(download.Get(), Pem("client")), E_NOTIMPL);
  EXPECT_EQ(SetBytes(download.Get(), Der("client") + "x"), CRYPT_E_FILE_ERROR);
  EXPECT_EQ(SetBytes(download.Get(), Pem("client-key")), CRYPT_E_FILE_ERROR);
  // Another's key.
  EXPECT_EQ(SetBytes(download.Get(), Pem("client") + Pem("authority-key")),
            CRYPT_E_FILE_ERROR);
  EXPECT_EQ(SetBytes(download.Get(), ""), CRYPT_E_FILE_ERROR);
  EXPECT_EQ(SetBytes(download.Get(), Identity()), S_OK);
}

}  // namespace
}  // namespace convoy::testing
