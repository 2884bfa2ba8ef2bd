#include "tests/buf_client.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "absl/strings/escaping.h"

namespace convoy::testing {

BufClient::BufClient(const std::string& socket, std::optional<uid_t> uid)
    : socket_(socket), uid_(uid), program_(home_.path() + "/buf") {
  // A copy: other users cannot enter the folder that the original is in.
  std::filesystem::copy_file(std::getenv("BUF"), program_);
  if (uid_.has_value() && chown(home_.path().c_str(), *uid_, *uid_) != 0) {
    std::abort();
  }
}

ProcessResult BufClient::Call(const std::string& method,
                              const std::string& json) const {
  return Run({"-d", json, "http://localhost/" + method});
}

ProcessResult BufClient::List(const std::string& option) const {
  return Run({option, "http://localhost"});
}

ProcessResult BufClient::Run(const std::vector<std::string>& arguments) const {
  ProcessOptions options;
  options.argv = {program_,
                  "curl",
                  "--protocol",
                  "grpc",
                  "--unix-socket",
                  socket_,
                  "--http2-prior-knowledge"};
  options.argv.insert(options.argv.end(), arguments.begin(), arguments.end());
  options.environment = {{"HOME", home_.path()}};
  options.working_directory = home_.path();
  options.uid = uid_;
  return RunProcess(options);
}

v1::ErrorDetail ErrorDetailIn(const ProcessResult& result) {
  v1::ErrorDetail detail;
  const std::string mark = R"("value": ")";
  const std::size_t at = result.output.find(mark);
  if (at == std::string::npos) return detail;
  const std::size_t begin = at + mark.size();
  const std::string base64 =
      result.output.substr(begin, result.output.find('"', begin) - begin);
  std::string bytes;
  if (absl::Base64Unescape(base64, &bytes)) detail.ParseFromString(bytes);
  return detail;
}

}  // namespace convoy::testing
