#ifndef CONVOY_TESTS_NAME_SERVER_H_
#define CONVOY_TESTS_NAME_SERVER_H_

#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "peer/base/mutex.h"
#include "peer/base/unique_fd.h"

namespace convoy::testing {

// A DNS server (UDP, port 53) of some SRV and A records. Other names are
// answered with NXDOMAIN. One thread of its own.
class NameServer {
 public:
  struct Srv {
    int priority;
    int weight;
    int port;
    std::string target;
  };

  // On an address of a network namespace of `ip netns`; aborts where that
  // cannot be had.
  NameServer(const std::string& network_namespace, const std::string& address);
  ~NameServer();
  NameServer(const NameServer&) = delete;
  NameServer& operator=(const NameServer&) = delete;

  // Names in small letters, without a dot at the end.
  void SetSrv(const std::string& name, std::vector<Srv> records);
  void SetAddress(const std::string& name, const std::string& ipv4);
  // Questions for SRV records so far.
  int SrvQuestions();

 private:
  void Serve();
  // Empty: it is no question.
  std::string Answer(const std::string& question);

  UniqueFd socket_;
  UniqueFd stop_;
  Mutex mutex_;
  std::map<std::string, std::vector<Srv>> services_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::string> addresses_ ABSL_GUARDED_BY(mutex_);
  int srv_questions_ ABSL_GUARDED_BY(mutex_) = 0;
  std::thread thread_;
};

}  // namespace convoy::testing

#endif  // CONVOY_TESTS_NAME_SERVER_H_
