// Programs that approve servers' certificates
// (IBackgroundCopyServerCertificateValidationCallback).
#include <bits.h>
#include <wincrypt.h>
#include <wrl.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"
#include "peer/base/mutex.h"
#include "tests/background_copy_world.h"
#include "tests/process.h"

namespace convoy::testing {
namespace {

template <typename T>
using Com = Microsoft::WRL::ComPtr<T>;

// What it was asked, and what it answers.
class Validator final
    : public Microsoft::WRL::RuntimeClass<
          Microsoft::WRL::RuntimeClassFlags<Microsoft::WRL::ClassicCom>,
          IBackgroundCopyServerCertificateValidationCallback> {
 public:
  using Answer = std::function<HRESULT(IBackgroundCopyJob* job)>;
  struct Question {
    std::string remote_name;
    std::string certificate;
    DWORD encoding;
    std::string store;
  };

  explicit Validator(Answer answer) : answer_(std::move(answer)) {}

  HRESULT STDMETHODCALLTYPE ValidateServerCertificate(
      IBackgroundCopyJob* job, IBackgroundCopyFile* file, DWORD size,
      const BYTE certificate[], DWORD encoding, DWORD store_size,
      const BYTE store[]) override {
    Question question;
    LPWSTR name = nullptr;
    EXPECT_EQ(file->GetRemoteName(&name), S_OK);
    question.remote_name = Take(name);
    question.certificate.assign(certificate, certificate + size);
    question.encoding = encoding;
    question.store.assign(store, store + store_size);
    {
      MutexLock lock(&mutex_);
      questions_.push_back(std::move(question));
    }
    return answer_(job);
  }

  std::vector<Question> questions() {
    MutexLock lock(&mutex_);
    return questions_;
  }
  // Nobody but the test holds it.
  bool IsReleased() {
    AddRef();
    return Release() == 1;
  }

 private:
  const Answer answer_;
  Mutex mutex_;
  std::vector<Question> questions_ ABSL_GUARDED_BY(mutex_);
};

HRESULT Approve(IBackgroundCopyJob*) { return S_OK; }
HRESULT Refuse(IBackgroundCopyJob*) { return E_FAIL; }

class CertificateCallbackTest : public BackgroundCopyTest {
 protected:
  void SetUp() override {
    BackgroundCopyTest::SetUp();
    Nginx::Options options;
    options.tls = true;
    server_ = std::make_unique<Nginx>(options);
    WriteFile(server_->root() + "/a", "first");
    WriteFile(server_->root() + "/b", "second");
  }

  // With a file of the server, whose certificate is signed by nobody.
  Com<IBackgroundCopyJob> MakeSecureJob() {
    Com<IBackgroundCopyJob> job = MakeJob();
    EXPECT_EQ(As<IBackgroundCopyJobHttpOptions>(job.Get())->SetSecurityFlags(
                  BG_SSL_IGNORE_UNKNOWN_CA),
              S_OK);
    EXPECT_EQ(
        job->AddFile(Wide(server_->Url("a")).c_str(), WidePath("a").c_str()),
        S_OK);
    return job;
  }
  static HRESULT SetValidator(IBackgroundCopyJob* job, IUnknown* object) {
    return As<IBackgroundCopyJobHttpOptions3>(job)
        ->SetServerCertificateValidationInterface(object);
  }
  static std::pair<HRESULT, BG_ERROR_CONTEXT> ErrorOf(IBackgroundCopyJob* job) {
    Com<IBackgroundCopyError> error;
    EXPECT_EQ(job->GetError(&error), S_OK);
    if (error == nullptr) return {S_OK, BG_ERROR_CONTEXT_NONE};
    std::pair<HRESULT, BG_ERROR_CONTEXT> told;
    EXPECT_EQ(error->GetError(&told.second, &told.first), S_OK);
    return told;
  }
  std::string ServersCertificate() {
    const std::string path = Path("server.der");
    RunProcess({{"/usr/bin/openssl", "x509", "-in", server_->certificate_path(),
                 "-outform", "DER", "-out", path}});
    return ReadFile(path);
  }
  Nginx& server() { return *server_; }

 private:
  std::unique_ptr<Nginx> server_;
};

TEST_F(CertificateCallbackTest, AnApprovedServerServesTheJob) {
  const auto validator = Microsoft::WRL::Make<Validator>(Approve);
  const Com<IBackgroundCopyJob> job = MakeSecureJob();
  ASSERT_EQ(
      job->AddFile(Wide(server().Url("b")).c_str(), WidePath("b").c_str()),
      S_OK);
  ASSERT_EQ(SetValidator(job.Get(), validator.Get()), S_OK);
  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_TRUE(Reaches(job.Get(), BG_JOB_STATE_TRANSFERRED));
  // Once for its key, not for each file or connection.
  ASSERT_EQ(validator->questions().size(), 1u);
  const Validator::Question question = validator->questions()[0];
  EXPECT_TRUE(question.remote_name == server().Url("a") ||
              question.remote_name == server().Url("b"))
      << question.remote_name;
  EXPECT_EQ(question.certificate, ServersCertificate());
  EXPECT_EQ(question.encoding, DWORD{X509_ASN_ENCODING | PKCS_7_ASN_ENCODING});
  EXPECT_EQ(question.store, question.certificate);
  ASSERT_EQ(job->Complete(), S_OK);
  EXPECT_EQ(ReadFile(Path("a")), "first");
  EXPECT_EQ(ReadFile(Path("b")), "second");
  EXPECT_TRUE(Eventually([&] { return validator->IsReleased(); }));
}

TEST_F(CertificateCallbackTest, ARefusedServerIsAnErrorUntilAnotherIsAsked) {
  const auto refusing = Microsoft::WRL::Make<Validator>(Refuse);
  const Com<IBackgroundCopyJob> job = MakeSecureJob();
  ASSERT_EQ(SetValidator(job.Get(), refusing.Get()), S_OK);
  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_TRUE(Reaches(job.Get(), BG_JOB_STATE_ERROR));
  EXPECT_EQ(ErrorOf(job.Get()).first, BG_E_TRUST_FAILURE);
  EXPECT_EQ(refusing->questions().size(), 1u);

  const auto approving = Microsoft::WRL::Make<Validator>(Approve);
  ASSERT_EQ(SetValidator(job.Get(), approving.Get()), S_OK);
  EXPECT_TRUE(refusing->IsReleased());
  ASSERT_EQ(job->Resume(), S_OK);
  EXPECT_TRUE(Reaches(job.Get(), BG_JOB_STATE_TRANSFERRED));
  EXPECT_EQ(approving->questions().size(), 1u);
  EXPECT_EQ(refusing->questions().size(), 1u);
}

TEST_F(CertificateCallbackTest, WithoutAProgramTheJobWaitsForOne) {
  const Com<IBackgroundCopyJob> job = MakeSecureJob();
  // As another process left it.
  grpc::ClientContext context;
  v1::ListJobsResponse jobs;
  ASSERT_TRUE(daemon().jobs().ListJobs(&context, {}, &jobs).ok());
  ASSERT_EQ(jobs.jobs_size(), 1);
  v1::UpdateJobRequest request;
  request.mutable_job()->set_id(jobs.jobs(0).id());
  request.mutable_job()->mutable_http()->mutable_certificate_approval();
  request.mutable_update_mask()->add_paths("http.certificate_approval");
  grpc::ClientContext update_context;
  v1::Job updated;
  ASSERT_TRUE(
      daemon().jobs().UpdateJob(&update_context, request, &updated).ok());

  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_TRUE(Reaches(job.Get(), BG_JOB_STATE_TRANSIENT_ERROR));
  EXPECT_EQ(
      ErrorOf(job.Get()),
      std::make_pair(HRESULT{BG_E_SERVER_CERT_VALIDATION_INTERFACE_REQUIRED},
                     BG_ERROR_CONTEXT_SERVER_CERTIFICATE_CALLBACK));

  const auto validator = Microsoft::WRL::Make<Validator>(Approve);
  ASSERT_EQ(SetValidator(job.Get(), validator.Get()), S_OK);
  EXPECT_TRUE(Reaches(job.Get(), BG_JOB_STATE_TRANSFERRED));
  EXPECT_EQ(validator->questions().size(), 1u);
}

TEST_F(CertificateCallbackTest, NullEndsTheQuestions) {
  const auto validator = Microsoft::WRL::Make<Validator>(Refuse);
  const Com<IBackgroundCopyJob> job = MakeSecureJob();
  ASSERT_EQ(SetValidator(job.Get(), validator.Get()), S_OK);
  EXPECT_FALSE(validator->IsReleased());
  ASSERT_EQ(SetValidator(job.Get(), nullptr), S_OK);
  EXPECT_TRUE(validator->IsReleased());
  ASSERT_EQ(job->Resume(), S_OK);
  EXPECT_TRUE(Reaches(job.Get(), BG_JOB_STATE_TRANSFERRED));
  EXPECT_TRUE(validator->questions().empty());
}

TEST_F(CertificateCallbackTest, TheJobMayBeUsedFromInside) {
  std::atomic<HRESULT> renamed{E_PENDING};
  std::atomic<HRESULT> removed{E_PENDING};
  // It says yes, but is no longer the one that is asked.
  const auto validator =
      Microsoft::WRL::Make<Validator>([&](IBackgroundCopyJob* told) {
        renamed = told->SetDisplayName(L"from inside");
        removed = SetValidator(told, nullptr);
        return S_OK;
      });
  const Com<IBackgroundCopyJob> job = MakeSecureJob();
  ASSERT_EQ(SetValidator(job.Get(), validator.Get()), S_OK);
  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_TRUE(Eventually([&] { return removed != E_PENDING; }));
  EXPECT_EQ(removed, S_OK);
  EXPECT_EQ(renamed, S_OK);
  EXPECT_TRUE(Eventually([&] { return validator->IsReleased(); }));
  ASSERT_EQ(job->Resume(), S_OK);
  EXPECT_TRUE(Reaches(job.Get(), BG_JOB_STATE_TRANSFERRED));
  EXPECT_EQ(validator->questions().size(), 1u);
}

TEST_F(CertificateCallbackTest, ItsMessagesGoToTheThreadThatSetIt) {
  const Com<IBackgroundCopyJob> job = MakeSecureJob();
  const auto validator =
      Microsoft::WRL::Make<Validator>([](IBackgroundCopyJob*) {
        PostQuitMessage(5);
        return S_OK;
      });
  ASSERT_EQ(SetValidator(job.Get(), validator.Get()), S_OK);
  ASSERT_EQ(job->Resume(), S_OK);
  MSG message = {};
  EXPECT_FALSE(GetMessage(&message, nullptr, 0, 0));
  EXPECT_EQ(message.wParam, 5u);
  EXPECT_TRUE(Reaches(job.Get(), BG_JOB_STATE_TRANSFERRED));
}

TEST_F(CertificateCallbackTest, AReplacedObjectsAnswerDoesNotCount) {
  absl::Notification entered;
  absl::Notification leave;
  const auto slow = Microsoft::WRL::Make<Validator>([&](IBackgroundCopyJob*) {
    entered.Notify();
    leave.WaitForNotification();
    return S_OK;
  });
  const auto refusing = Microsoft::WRL::Make<Validator>(Refuse);
  const Com<IBackgroundCopyJob> job = MakeSecureJob();
  ASSERT_EQ(SetValidator(job.Get(), slow.Get()), S_OK);
  ASSERT_EQ(job->Resume(), S_OK);
  entered.WaitForNotification();
  std::thread replacing([&] {
    EXPECT_EQ(SetValidator(job.Get(), refusing.Get()), S_OK);
    EXPECT_TRUE(slow->IsReleased());
  });
  leave.Notify();
  replacing.join();
  EXPECT_TRUE(Reaches(job.Get(), BG_JOB_STATE_ERROR));
  EXPECT_EQ(slow->questions().size(), 1u);
  EXPECT_EQ(refusing->questions().size(), 1u);
}

TEST_F(CertificateCallbackTest, AnObjectWithoutTheInterfaceIsRefused) {
  const Com<IBackgroundCopyJob> job = MakeSecureJob();
  EXPECT_EQ(SetValidator(job.Get(), manager()), E_NOINTERFACE);
  ASSERT_EQ(job->Cancel(), S_OK);
  const auto validator = Microsoft::WRL::Make<Validator>(Approve);
  EXPECT_EQ(SetValidator(job.Get(), validator.Get()), BG_E_INVALID_STATE);
  EXPECT_EQ(SetValidator(job.Get(), nullptr), BG_E_INVALID_STATE);
  EXPECT_TRUE(validator->IsReleased());
}

}  // namespace
}  // namespace convoy::testing
