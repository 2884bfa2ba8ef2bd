#include "bench/job_flood.h"

#include <grpcpp/grpcpp.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "bench/usage.h"
#include "tests/test_daemon.h"

namespace convoy::bench {

struct JobFlood::Call {
  grpc::ClientContext context;
  v1::CreateJobRequest request;
  v1::Job job;
};

JobFlood::JobFlood(v1::JobService::Stub& stub, std::string folder, int count,
                   int outstanding)
    : stub_(stub),
      folder_(std::move(folder)),
      count_(count),
      outstanding_(outstanding) {}

double JobFlood::Run() {
  const double begin = NowSeconds();
  for (int i = 0; i < outstanding_; ++i) SendNext();
  std::unique_lock<std::mutex> lock(mutex_);
  done_.wait(lock, [this] { return answered_ == sent_; });
  if (!error_.empty()) Fail("CreateJob: " + error_);
  return NowSeconds() - begin;
}

void JobFlood::SendNext() {
  int index = 0;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (sent_ == count_ || !error_.empty()) return;
    index = sent_++;
  }
  auto* const call = new Call;
  call->context.set_deadline(
      absl::ToChronoTime(absl::Now() + absl::Minutes(1)));
  call->request.mutable_job()->set_display_name(absl::StrCat("job ", index));
  *call->request.add_files() =
      testing::File(absl::StrCat("http://127.0.0.1:9/file", index),
                    absl::StrCat(folder_, "/file", index));
  stub_.async()->CreateJob(&call->context, &call->request, &call->job,
                           [this, call](const grpc::Status& status) {
                             OnAnswer(*call, status);
                             delete call;
                           });
}

void JobFlood::OnAnswer(const Call& call, const grpc::Status& status) {
  if (status.ok() && !call.job.id().empty()) {
    SendNext();
  } else {
    std::lock_guard<std::mutex> lock(mutex_);
    error_ = absl::StrCat("error: ", status.error_message());
  }
  std::lock_guard<std::mutex> lock(mutex_);
  ++answered_;
  if (answered_ == sent_) done_.notify_all();
}

}  // namespace convoy::bench
