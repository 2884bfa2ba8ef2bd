#include "bench/aria2_daemon.h"

#include <curl/curl.h>
#include <signal.h>

#include <cstddef>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "bench/contest.h"
#include "bench/usage.h"
#include "tests/nginx.h"

namespace convoy::bench {
namespace {

std::size_t Append(char* bytes, std::size_t size, std::size_t count,
                   void* answer) {
  static_cast<std::string*>(answer)->append(bytes, size * count);
  return size * count;
}

int CountOf(absl::string_view text, absl::string_view part) {
  int count = 0;
  for (std::size_t at = text.find(part); at != absl::string_view::npos;
       at = text.find(part, at + part.size())) {
    ++count;
  }
  return count;
}

}  // namespace

struct Aria2Daemon::Connection {
  CURL* curl = curl_easy_init();
  ~Connection() { curl_easy_cleanup(curl); }
};

Aria2Daemon::Aria2Daemon() { Start(); }

Aria2Daemon::~Aria2Daemon() = default;

void Aria2Daemon::Start() {
  const int port = testing::FreePort();
  const std::string session = directory_.path() + "/session";
  url_ = absl::StrCat("http://127.0.0.1:", port, "/jsonrpc");
  std::vector<std::string> options = {
      "--enable-rpc", absl::StrCat("--rpc-listen-port=", port),
      "--rpc-max-request-size=16M", "--dir=" + directory_.path(),
      "--save-session=" + session};
  if (testing::Exists(session)) options.push_back("--input-file=" + session);
  testing::ProcessOptions process;
  process.argv = Aria2(options);
  process.output_path = directory_.path() + "/log";
  process_ = std::make_unique<testing::Process>(process);
  connection_ = std::make_unique<Connection>();
  const double give_up = NowSeconds() + 60;
  std::string answer;
  while (
      !Ask(R"({"jsonrpc":"2.0","id":1,"method":"aria2.getVersion"})", answer)) {
    if (NowSeconds() > give_up || !process_->Running()) {
      Fail("aria2c does not answer");
    }
    absl::SleepFor(absl::Milliseconds(5));
  }
}

void Aria2Daemon::Stop() {
  process_->Signal(SIGTERM);
  if (!process_->Wait(absl::Minutes(1)).has_value()) {
    Fail("aria2c does not stop");
  }
}

void Aria2Daemon::AddPaused(int first, int count) {
  std::string request = "[";
  for (int i = first; i < first + count; ++i) {
    absl::StrAppend(
        &request, i > first ? "," : "", R"({"jsonrpc":"2.0","id":)", i,
        R"(,"method":"aria2.addUri","params":[["http://127.0.0.1:9/file)", i,
        R"("],{"pause":"true","out":"file)", i, R"("}]})");
  }
  request += "]";
  std::string answer;
  if (!Ask(request, answer) || CountOf(answer, "\"result\"") != count) {
    Fail("aria2.addUri: " + answer.substr(0, 500));
  }
}

void Aria2Daemon::List(int offset, int count) {
  std::string answer;
  if (!Ask(absl::StrCat(
               R"({"jsonrpc":"2.0","id":1,"method":"aria2.tellWaiting",)",
               R"("params":[)", offset, ",", count, "]}"),
           answer) ||
      CountOf(answer, "\"gid\"") < count) {
    Fail("aria2.tellWaiting: " + answer.substr(0, 500));
  }
}

bool Aria2Daemon::Ask(const std::string& request, std::string& answer) {
  answer.clear();
  CURL* const curl = connection_->curl;
  curl_easy_setopt(curl, CURLOPT_URL, url_.c_str());
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                   static_cast<curl_off_t>(request.size()));
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.c_str());
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Append);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, 60L);
  return curl_easy_perform(curl) == CURLE_OK;
}

}  // namespace convoy::bench
