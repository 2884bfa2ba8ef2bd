#ifndef CONVOY_DAEMON_EXPLAIN_ANSWER_H_
#define CONVOY_DAEMON_EXPLAIN_ANSWER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "convoy/v1/job_service.pb.h"
#include "daemon/explain_rule.h"
#include "daemon/job.h"
#include "daemon/settings.h"

namespace convoy {

// One answer while it is put together.
class ExplainAnswer {
 public:
  // `settings` is not owned and outlives it.
  explicit ExplainAnswer(const Settings& settings) : settings_(settings) {}

  void Say(std::string summary) { response_.set_summary(std::move(summary)); }
  void Advise(std::string remedy) { response_.set_remedy(std::move(remedy)); }
  void SetNextAction(absl::Time time);
  // `policy` may be empty; else who set it is named too.
  void AddFactor(std::string text, absl::string_view policy,
                 std::string remedy);
  void AddRules(const std::vector<ExplainedRule>& rules);

  v1::ExplainJobResponse& response() { return response_; }

 private:
  const Settings& settings_;
  v1::ExplainJobResponse response_;
};

// "1.5 MiB".
std::string ByteText(std::int64_t bytes);
// "1 file", "2 files".
std::string FileText(std::int64_t count);
// "2026-01-02T12:00:00Z".
std::string TimeText(absl::Time time);
// What went wrong, as a sentence without a full stop.
std::string FailureText(const JobFailure& failure);
// "45.0 MiB of 1.0 GiB are on disk".
std::string ProgressText(const Job& job, const Settings& settings);

}  // namespace convoy

#endif  // CONVOY_DAEMON_EXPLAIN_ANSWER_H_
