// Certificates that a job shows to servers: SetClientCertificateByID and ByName
// with PEM files in the place of Windows' stores.
#include <bits.h>
#include <sys/stat.h>

#include <array>
#include <cstring>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/background_copy_world.h"
#include "tests/pem_folder.h"
#include "tests/process.h"

namespace convoy::testing {
namespace {

template <typename T>
using Com = Microsoft::WRL::ComPtr<T>;

constexpr auto kLocation = BG_CERT_STORE_LOCATION_LOCAL_MACHINE;

class IdentityTest : public BackgroundCopyTest {
 protected:
  // What GetClientCertificate says.
  struct Shown {
    HRESULT result = E_UNEXPECTED;
    BG_CERT_STORE_LOCATION location = BG_CERT_STORE_LOCATION_CURRENT_USER;
    std::string store;
    std::string hash;
    std::string subject;
  };

  void SetUp() override {
    BackgroundCopyTest::SetUp();
    pems_.MakeAuthority("authority");
    pems_.MakeCertificate("client", "authority");
    pems_.MakeCertificate("other", "authority");
    ASSERT_EQ(mkdir(Path("store").c_str(), 0755), 0);
    WriteFile(Path("store/a.txt"), "no certificate");
    WriteFile(Path("store/b.pem"), Pem("other") + Pem("other-key"));
    WriteFile(Path("store/c.pem"), Pem("client") + Pem("client-key"));
    WriteFile(Path("store/d.pem"), Pem("authority"));
    Nginx::Options options;
    options.tls = true;
    options.server =
        absl::StrCat("ssl_client_certificate ", pems_.Path("authority"),
                     "; ssl_verify_client on;");
    options.location = "return 200 $ssl_client_s_dn;";
    server_ = std::make_unique<Nginx>(options);
  }

  std::string Pem(const std::string& name) {
    return ReadFile(pems_.Path(name));
  }
  std::string PemPath(const std::string& name) { return pems_.Path(name); }
  // Of its DER, as openssl counts it.
  std::string Sha1(const std::string& name) {
    const std::string path = Path(name + ".sha1");
    RunProcess({{"/bin/sh", "-c",
                 absl::StrCat("/usr/bin/openssl x509 -in ", pems_.Path(name),
                              " -outform DER | /usr/bin/openssl dgst -sha1 "
                              "-binary > ",
                              path)}});
    return ReadFile(path);
  }

  Com<IBackgroundCopyJob> MakeSecureJob() {
    Com<IBackgroundCopyJob> job = MakeJob();
    // Nginx' own certificate is signed by nobody.
    EXPECT_EQ(Http(job.Get())->SetSecurityFlags(BG_SSL_IGNORE_UNKNOWN_CA),
              S_OK);
    EXPECT_EQ(
        job->AddFile(Wide(server_->Url("f")).c_str(), WidePath("got").c_str()),
        S_OK);
    return job;
  }
  static Com<IBackgroundCopyJobHttpOptions> Http(IBackgroundCopyJob* job) {
    return As<IBackgroundCopyJobHttpOptions>(job);
  }
  HRESULT SetById(IBackgroundCopyJob* job, const std::wstring& store,
                  const std::string& sha1) {
    std::array<BYTE, 20> hash = {};
    EXPECT_EQ(sha1.size(), hash.size());
    std::memcpy(hash.data(), sha1.data(), hash.size());
    return Http(job)->SetClientCertificateByID(kLocation, store.c_str(),
                                               hash.data());
  }
  HRESULT SetByName(IBackgroundCopyJob* job, const std::wstring& store,
                    const std::wstring& subject) {
    return Http(job)->SetClientCertificateByName(kLocation, store.c_str(),
                                                 subject.c_str());
  }
  static Shown Show(IBackgroundCopyJob* job) {
    Shown shown;
    LPWSTR store = nullptr;
    BYTE* hash = nullptr;
    LPWSTR subject = nullptr;
    shown.result = Http(job)->GetClientCertificate(&shown.location, &store,
                                                   &hash, &subject);
    shown.store = Take(store);
    shown.subject = Take(subject);
    if (hash != nullptr) {
      shown.hash = std::string(reinterpret_cast<char*>(hash), 20);
    }
    CoTaskMemFree(hash);
    return shown;
  }
  // What the server sees of the client.
  std::string Fetched(IBackgroundCopyJob* job) {
    EXPECT_EQ(job->Resume(), S_OK);
    EXPECT_TRUE(Reaches(job, BG_JOB_STATE_TRANSFERRED));
    EXPECT_EQ(job->Complete(), S_OK);
    return ReadFile(Path("got"));
  }

 private:
  PemFolder pems_;
  std::unique_ptr<Nginx> server_;
};

TEST_F(IdentityTest, WithoutACertificateTheServerRefuses) {
  const Com<IBackgroundCopyJob> job = MakeSecureJob();
  ASSERT_EQ(job->Resume(), S_OK);
  EXPECT_TRUE(Reaches(job.Get(), BG_JOB_STATE_ERROR));
}

TEST_F(IdentityTest, AHashFindsItInAFolder) {
  const Com<IBackgroundCopyJob> job = MakeSecureJob();
  ASSERT_EQ(SetById(job.Get(), WidePath("store"), Sha1("client")), S_OK);
  const Shown shown = Show(job.Get());
  EXPECT_EQ(shown.result, S_OK);
  EXPECT_EQ(shown.location, kLocation);
  EXPECT_EQ(shown.store, Path("store"));
  EXPECT_EQ(shown.hash, Sha1("client"));
  EXPECT_EQ(shown.subject, "client");
  EXPECT_EQ(Fetched(job.Get()), "CN=client");
}

TEST_F(IdentityTest, AHashFindsItInAFile) {
  const Com<IBackgroundCopyJob> job = MakeSecureJob();
  ASSERT_EQ(SetById(job.Get(), WidePath("store/b.pem"), Sha1("other")), S_OK);
  EXPECT_EQ(Show(job.Get()).store, Path("store/b.pem"));
  EXPECT_EQ(Fetched(job.Get()), "CN=other");
}

TEST_F(IdentityTest, ASubjectFindsIt) {
  const Com<IBackgroundCopyJob> job = MakeSecureJob();
  ASSERT_EQ(SetByName(job.Get(), WidePath("store"), L"CLIENT"), S_OK);
  EXPECT_EQ(Show(job.Get()).hash, Sha1("client"));
  EXPECT_EQ(Fetched(job.Get()), "CN=client");
}

TEST_F(IdentityTest, TwoPathsNameIt) {
  const Com<IBackgroundCopyJob> job = MakeSecureJob();
  ASSERT_EQ(SetByName(job.Get(), Wide(PemPath("client")),
                      Wide(PemPath("client-key"))),
            S_OK);
  const Shown shown = Show(job.Get());
  EXPECT_EQ(shown.store, PemPath("client"));
  EXPECT_EQ(shown.hash, Sha1("client"));
  EXPECT_EQ(shown.subject, PemPath("client-key"));
  EXPECT_EQ(Fetched(job.Get()), "CN=client");
  EXPECT_EQ(Http(MakeJob().Get())->RemoveClientCertificate(), S_FALSE);
}

TEST_F(IdentityTest, WhatIsNotThereIsNotFound) {
  const Com<IBackgroundCopyJob> job = MakeJob();
  EXPECT_EQ(SetById(job.Get(), WidePath("store"), std::string(20, 'x')),
            CRYPT_E_NOT_FOUND);
  // It is there, without its key.
  EXPECT_EQ(SetById(job.Get(), WidePath("store"), Sha1("authority")),
            CRYPT_E_NOT_FOUND);
  EXPECT_EQ(SetById(job.Get(), WidePath("none"), Sha1("client")),
            CRYPT_E_NOT_FOUND);
  EXPECT_EQ(SetByName(job.Get(), WidePath("store"), L"nobody"),
            CRYPT_E_NOT_FOUND);
  EXPECT_EQ(SetById(job.Get(), L"MY", Sha1("client")), E_NOTIMPL);
  EXPECT_EQ(SetByName(job.Get(), L"CA", L"client"), E_NOTIMPL);
  EXPECT_EQ(SetById(job.Get(), L"", Sha1("client")), E_INVALIDARG);
  EXPECT_EQ(Http(job.Get())->SetClientCertificateByID(
                kLocation, WidePath("store").c_str(), nullptr),
            E_INVALIDARG);
  EXPECT_EQ(Show(job.Get()).result, E_NOT_SET);
}

}  // namespace
}  // namespace convoy::testing
