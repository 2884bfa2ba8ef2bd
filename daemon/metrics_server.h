#ifndef CONVOY_DAEMON_METRICS_SERVER_H_
#define CONVOY_DAEMON_METRICS_SERVER_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "daemon/listen_address.h"
#include "daemon/metrics_snapshot.h"

namespace convoy {

// Serves /metrics over http in Prometheus' text format, by prometheus-cpp's
// exposer. Two threads answer; a third one accepts, and wakes up every two
// seconds.
class MetricsServer {
 public:
  // Called on the server's threads, of which two may call at once.
  using Collect = std::function<MetricsSnapshot()>;

  // INVALID_ARGUMENT: `listen` is not loopback. FAILED_PRECONDITION: nothing
  // can listen there.
  static absl::StatusOr<std::unique_ptr<MetricsServer>> Start(
      const ListenAddress& listen, Collect collect);

  // Ends scrapes that are under way and joins the threads.
  ~MetricsServer();
  MetricsServer(const MetricsServer&) = delete;
  MetricsServer& operator=(const MetricsServer&) = delete;

  // "http://127.0.0.1:9464/metrics".
  const std::string& url() const;

 private:
  class Impl;
  explicit MetricsServer(std::unique_ptr<Impl> impl);

  const std::unique_ptr<Impl> impl_;
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_METRICS_SERVER_H_
