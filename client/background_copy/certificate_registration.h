#ifndef CONVOY_CLIENT_BACKGROUND_COPY_CERTIFICATE_REGISTRATION_H_
#define CONVOY_CLIENT_BACKGROUND_COPY_CERTIFICATE_REGISTRATION_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "client/background_copy/job_registration.h"

namespace convoy::background_copy {

// The object of SetServerCertificateValidationInterface: asked about each key
// of a server for which the job waits (SERVER_CERTIFICATE_NOT_APPROVED). What
// it says is written into the job, which then goes on; nothing is written when
// it was removed meanwhile.
class CertificateRegistration final : public JobRegistration {
 public:
  CertificateRegistration(JobAccess job, CallbackTarget target,
                          Executor& executor, std::function<void()> on_finished)
      : JobRegistration(std::move(job), std::move(target), executor,
                        std::move(on_finished)) {}

 private:
  void Work(std::optional<v1::Job> news) override;
  // The answer about the certificate that `job` waits for.
  bool IsApproved(const v1::Job& job, const CallbackTarget& target);
  // Writes the answer. Codes of the daemon.
  HRESULT Write(const std::string& key, bool is_approved);

  // Executor only.
  std::optional<v1::Job> last_;
  // By key: it is asked once about each.
  std::map<std::string, bool> answers_;
};

}  // namespace convoy::background_copy

#endif  // CONVOY_CLIENT_BACKGROUND_COPY_CERTIFICATE_REGISTRATION_H_
