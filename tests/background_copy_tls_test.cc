// Each flag of SetSecurityFlags leaves out its own check of a server, or adds
// it: servers with one fault each.
#include <bits.h>

#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "peer/test_http_server.h"
#include "tests/background_copy_world.h"

namespace convoy::testing {
namespace {

template <typename T>
using Com = Microsoft::WRL::ComPtr<T>;

constexpr ULONG kNone = 0;
constexpr ULONG kLeaveOut[] = {
    kNone, BG_SSL_IGNORE_CERT_CN_INVALID, BG_SSL_IGNORE_CERT_DATE_INVALID,
    BG_SSL_IGNORE_UNKNOWN_CA, BG_SSL_IGNORE_CERT_WRONG_USAGE};

class SecurityFlagTest : public BackgroundCopyTest {
 protected:
  static TestCertificate MakeAuthority() { return MakeTestCertificate("ca"); }

  // A job to a server with `shown`, by whoever trusts `authority`, has this
  // end. S_OK: the file came; else the error's code.
  HRESULT Fetch(const TestCertificate& shown, const TestCertificate& authority,
                ULONG flags) {
    TestHttpServer server(
        [](const TestHttpServer::Request&,
           TestHttpServer::Connection& connection) {
          connection.Send(OkAnswer("in"));
        },
        {shown.certificate_pem, shown.key_pem, ""});
    const Com<IBackgroundCopyJob> job = MakeJob();
    Trust(job.Get(), authority);
    const auto http = As<IBackgroundCopyJobHttpOptions>(job.Get());
    EXPECT_EQ(http->SetSecurityFlags(flags), S_OK);
    EXPECT_EQ(job->AddFile(Wide(server.Url("/f")).c_str(),
                           WidePath(absl::StrCat("got", ++files_)).c_str()),
              S_OK);
    EXPECT_EQ(job->SetNoProgressTimeout(0), S_OK);
    EXPECT_EQ(job->Resume(), S_OK);
    BG_JOB_STATE state = BG_JOB_STATE_QUEUED;
    EXPECT_TRUE(Eventually([&] {
      state = StateOf(job.Get());
      return state == BG_JOB_STATE_TRANSFERRED || state == BG_JOB_STATE_ERROR;
    }));
    HRESULT code = S_OK;
    Com<IBackgroundCopyError> error;
    BG_ERROR_CONTEXT context;
    if (state == BG_JOB_STATE_ERROR && job->GetError(&error) == S_OK) {
      EXPECT_EQ(error->GetError(&context, &code), S_OK);
    }
    EXPECT_EQ(job->Cancel(), S_OK);
    return code;
  }
  // `flag` alone lets the server with this fault through.
  void ExpectNeedsOnly(ULONG flag, const TestCertificate& shown,
                       const TestCertificate& authority) {
    for (const ULONG one : kLeaveOut) {
      EXPECT_EQ(Fetch(shown, authority, one),
                one == flag ? S_OK : BG_E_TRUST_FAILURE)
          << one;
    }
  }

 private:
  // As an administrator's client sets it; BITS has no call for it.
  void Trust(IBackgroundCopyJob* job, const TestCertificate& authority) {
    const std::string path = Path(absl::StrCat("ca", ++files_));
    WriteFile(path, authority.certificate_pem);
    GUID id;
    ASSERT_EQ(job->GetId(&id), S_OK);
    wchar_t text[39];
    ASSERT_EQ(StringFromGUID2(id, text, 39), 39);
    std::string name =
        absl::AsciiStrToLower(absl::string_view(Narrow(text)).substr(1, 36));
    v1::UpdateJobRequest request;
    request.mutable_job()->set_id(std::move(name));
    request.mutable_job()->mutable_http()->mutable_tls()->set_ca_file(path);
    request.mutable_update_mask()->add_paths("http.tls");
    grpc::ClientContext context;
    v1::Job updated;
    EXPECT_TRUE(daemon().jobs().UpdateJob(&context, request, &updated).ok());
  }
  static std::string Narrow(const wchar_t* text) {
    return std::string(text, text + 38);
  }

  int files_ = 0;
};

TEST_F(SecurityFlagTest, IgnoreCertCnInvalid) {
  const TestCertificate other = MakeTestCertificate("o", "DNS:other.example");
  ExpectNeedsOnly(BG_SSL_IGNORE_CERT_CN_INVALID, other, other);
}

TEST_F(SecurityFlagTest, IgnoreCertDateInvalid) {
  const TestCertificate authority = MakeAuthority();
  ExpectNeedsOnly(BG_SSL_IGNORE_CERT_DATE_INVALID,
                  MakeIssuedCertificate(authority, -absl::Hours(1)), authority);
}

TEST_F(SecurityFlagTest, IgnoreUnknownCa) {
  ExpectNeedsOnly(BG_SSL_IGNORE_UNKNOWN_CA,
                  MakeIssuedCertificate(MakeAuthority(), absl::Hours(1)),
                  MakeTestCertificate("another authority"));
}

TEST_F(SecurityFlagTest, IgnoreCertWrongUsage) {
  const TestCertificate authority = MakeAuthority();
  ExpectNeedsOnly(
      BG_SSL_IGNORE_CERT_WRONG_USAGE,
      MakeIssuedCertificate(authority, absl::Hours(1), "clientAuth"),
      authority);
}

TEST_F(SecurityFlagTest, EnableCrlCheck) {
  const TestCertificate authority = MakeAuthority();
  // Its server staples no OCSP answer.
  const TestCertificate good = MakeIssuedCertificate(authority, absl::Hours(1));
  EXPECT_EQ(Fetch(good, authority, kNone), S_OK);
  EXPECT_EQ(Fetch(good, authority, BG_SSL_ENABLE_CRL_CHECK),
            BG_E_TRUST_FAILURE);
}

}  // namespace
}  // namespace convoy::testing
