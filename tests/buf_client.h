#ifndef CONVOY_TESTS_BUF_CLIENT_H_
#define CONVOY_TESTS_BUF_CLIENT_H_

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "convoy/v1/error_detail.pb.h"
#include "tests/process.h"
#include "tests/temp_dir.h"

namespace convoy::testing {

// `buf curl`: a gRPC client that is not ours and knows nothing but what the
// daemon's reflection says.
class BufClient {
 public:
  // `uid`: call as this user.
  explicit BufClient(const std::string& socket,
                     std::optional<uid_t> uid = std::nullopt);

  // One call, e.g. "convoy.v1.JobService/GetJob" with JSON. Output: the answers
  // in JSON, or the error. Exit code: 0, or the gRPC code times 8.
  ProcessResult Call(const std::string& method, const std::string& json) const;
  // --list-services or --list-methods.
  ProcessResult List(const std::string& option) const;

 private:
  ProcessResult Run(const std::vector<std::string>& arguments) const;

  const std::string socket_;
  const std::optional<uid_t> uid_;
  TempDir home_;
  std::string program_;
};

// The ErrorDetail that buf printed, in base64, of a call that failed; empty if
// there is none.
v1::ErrorDetail ErrorDetailIn(const ProcessResult& result);

// The exit code that stands for a gRPC code.
constexpr int BufExitCode(int grpc_code) { return grpc_code * 8; }

}  // namespace convoy::testing

#endif  // CONVOY_TESTS_BUF_CLIENT_H_
