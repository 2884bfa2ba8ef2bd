#ifndef CONVOY_CLIENT_FAKE_DAEMON_H_
#define CONVOY_CLIENT_FAKE_DAEMON_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "convoy/v1/admin_service.pb.h"
#include "convoy/v1/job.pb.h"
#include "convoy/v1/job_service.pb.h"
#include "convoy/v1/swarm_service.pb.h"

namespace convoy {

// A daemon for tests of clients: the services on a real Unix socket, with jobs
// that change only when the test says so. It moves no byte and knows no owner.
// Thread-safe.
class FakeDaemon {
 public:
  // Listens on a socket in a folder of its own below /tmp.
  FakeDaemon();
  ~FakeDaemon();

  const std::string& socket_path() const;

  // Breaks all connections and takes the socket away; jobs stay.
  void Stop();
  void Start();

  // Makes the job, or replaces it; watchers see it. Returns its id.
  std::string PutJob(v1::Job job, std::vector<v1::JobFile> files = {});
  // Changes a job; watchers see it.
  void ChangeJob(const std::string& id,
                 const std::function<void(v1::Job&)>& change);
  v1::Job GetJob(const std::string& id);
  // Each Fetch applies these, one after another, to its new job.
  void SetFetchScript(std::vector<std::function<void(v1::Job&)>> steps);
  void SetExplanation(v1::ExplainJobResponse response);
  void SetStatistics(v1::HostStatistics statistics);
  // Until it is called, ListDeclaredJobs is UNIMPLEMENTED.
  void SetDeclaredJobs(v1::ListDeclaredJobsResponse response);
  void SetSelfTest(v1::RunSelfTestResponse response);
  void SetServing(bool serving);
  // In the order in which they are listed.
  void SetContents(std::vector<v1::Content> contents);
  void SetPeers(std::vector<v1::SwarmPeer> peers);
  // The next call of the method ("GetJob") answers this.
  void FailNext(absl::string_view method, absl::Status status);
  // The next call of the method does not answer until its client gives up.
  void HangNext(absl::string_view method);

  // The newest request of its type; REQUIRES: there was one.
  template <typename Request>
  Request LastRequest() const {
    Request request;
    request.ParseFromString(
        LastRequestBytes(Request::descriptor()->full_name()));
    return request;
  }
  int CallCount(absl::string_view method) const;
  // Blocks until the method has been called that often.
  void WaitForCalls(absl::string_view method, int count) const;

 private:
  class Impl;
  std::string LastRequestBytes(const std::string& type) const;

  const std::unique_ptr<Impl> impl_;
};

}  // namespace convoy

#endif  // CONVOY_CLIENT_FAKE_DAEMON_H_
