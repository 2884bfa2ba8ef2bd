#include "daemon/metrics_server.h"

#include <exception>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "daemon/metrics_families.h"
#include "prometheus/collectable.h"
#include "prometheus/exposer.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr char kPath[] = "/metrics";

class Source final : public prometheus::Collectable {
 public:
  explicit Source(MetricsServer::Collect collect)
      : collect_(std::move(collect)) {}

  std::vector<prometheus::MetricFamily> Collect() const override {
    return MetricFamilies(collect_());
  }

 private:
  const MetricsServer::Collect collect_;
};

}  // namespace

class MetricsServer::Impl {
 public:
  // Throws what civetweb throws.
  Impl(const ListenAddress& listen, Collect collect)
      : source_(std::make_shared<Source>(std::move(collect))),
        exposer_({"listening_ports", listen.ToString(), "num_threads", "2"}) {
    exposer_.RegisterCollectable(source_, kPath);
    ListenAddress bound = listen;
    bound.port =
        static_cast<std::uint16_t>(exposer_.GetListeningPorts().front());
    url_ = absl::StrCat("http://", bound.ToString(), kPath);
  }

  const std::string& url() const { return url_; }

 private:
  const std::shared_ptr<Source> source_;  // The exposer does not own it.
  prometheus::Exposer exposer_;
  std::string url_;
};

MetricsServer::MetricsServer(std::unique_ptr<Impl> impl)
    : impl_(std::move(impl)) {}
MetricsServer::~MetricsServer() = default;

const std::string& MetricsServer::url() const { return impl_->url(); }

absl::StatusOr<std::unique_ptr<MetricsServer>> MetricsServer::Start(
    const ListenAddress& listen, Collect collect) {
  if (!listen.loopback) {
    return Error(v1::ERROR_REASON_INVALID_ARGUMENT, v1::ERROR_CONTEXT_REQUEST)
        .Policy("metrics.listen")
        .Status(absl::StrCat("metrics.listen: ", listen.ToString(),
                             " is no loopback address"));
  }
  try {
    auto impl = std::make_unique<Impl>(listen, std::move(collect));
    return std::unique_ptr<MetricsServer>(new MetricsServer(std::move(impl)));
  } catch (const std::exception&) {
    // It says no more than "null context".
    return Error(v1::ERROR_REASON_INVALID_STATE, v1::ERROR_CONTEXT_REQUEST)
        .Policy("metrics.listen")
        .Status(absl::StrCat("metrics.listen: nothing can listen at ",
                             listen.ToString(), "; is another program there?"));
  }
}

}  // namespace convoy
