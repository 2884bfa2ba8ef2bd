#include "daemon/dns_question.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "peer/base/unique_fd.h"

namespace convoy {
namespace {

// A name server of one thread, on loopback: answers each question with what
// `answer` makes of it; empty: not at all. It ends with a question of one byte.
class NameServer {
 public:
  using Answer = std::function<std::string(const std::string& question)>;

  explicit NameServer(Answer answer)
      : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address_);
    auto* const generic = reinterpret_cast<sockaddr*>(&address_);
    EXPECT_EQ(::bind(socket_.get(), generic, size), 0);
    EXPECT_EQ(::getsockname(socket_.get(), generic, &size), 0);
    thread_ =
        std::thread([this, answer = std::move(answer)] { Serve(answer); });
  }
  ~NameServer() {
    (void)::sendto(socket_.get(), "x", 1, 0,
                   reinterpret_cast<const sockaddr*>(&address_),
                   sizeof(address_));
    thread_.join();
  }

  const sockaddr_in& address() const { return address_; }

 private:
  void Serve(const Answer& answer) {
    char buffer[1500];
    for (;;) {
      sockaddr_in from = {};
      socklen_t size = sizeof(from);
      auto* const generic = reinterpret_cast<sockaddr*>(&from);
      const ssize_t got =
          ::recvfrom(socket_.get(), buffer, sizeof(buffer), 0, generic, &size);
      if (got <= 1) return;
      const std::string said =
          answer(std::string(buffer, static_cast<std::size_t>(got)));
      if (said.empty()) continue;
      (void)::sendto(socket_.get(), said.data(), said.size(), 0, generic, size);
    }
  }

  const UniqueFd socket_;
  sockaddr_in address_ = {};
  std::thread thread_;
};

// The question as an answer without records: `code` is that of RFC 1035.
std::string Head(const std::string& question, char code, char records) {
  std::string answer = question;
  answer[2] = static_cast<char>(0x81);
  answer[3] = static_cast<char>(0x80 | code);
  answer[7] = records;
  // Without the record of EDNS0 at its end.
  answer[11] = 0;
  return answer.substr(0, answer.find('\0', 12) + 5);
}

// "_a._tcp.b" with one record: cache.b, port 3128.
std::string OneRecord(const std::string& question) {
  return Head(question, 0, 1) +
         std::string(
             "\xC0\x0C\0\x21\0\1\0\0\0\x3C\0\x0E\0\5\0\6\x0C\x38\5"
             "cache\xC0\x14",
             26);
}

TEST(DnsQuestionTest, AsksForTheNameAndReadsTheRecords) {
  std::string asked;
  std::optional<std::vector<SrvRecord>> records;
  {
    NameServer server([&asked](const std::string& question) {
      asked = question;
      return OneRecord(question);
    });
    records = AskForSrv("_a._tcp.b", &server.address());
  }
  EXPECT_EQ(asked.substr(12, 15), std::string("\2_a\4_tcp\1b\0\0\x21\0\1", 15));
  ASSERT_TRUE(records.has_value());
  EXPECT_EQ(*records, (std::vector<SrvRecord>{{5, 6, 3128, "cache.b"}}));
}

TEST(DnsQuestionTest, NoSuchNameIsAnAnswer) {
  NameServer server(
      [](const std::string& question) { return Head(question, 3, 0); });
  const auto records = AskForSrv("_a._tcp.b", &server.address());
  ASSERT_TRUE(records.has_value());
  EXPECT_TRUE(records->empty());
}

TEST(DnsQuestionTest, AServerThatFailsOrSaysNothingIsNone) {
  {
    NameServer fails(
        [](const std::string& question) { return Head(question, 2, 0); });
    EXPECT_FALSE(AskForSrv("_a._tcp.b", &fails.address()).has_value());
  }
  NameServer silent([](const std::string&) { return ""; });
  EXPECT_FALSE(AskForSrv("_a._tcp.b", &silent.address()).has_value());
}

TEST(DnsQuestionTest, NonsenseIsNoAnswer) {
  NameServer server([](const std::string& question) {
    return Head(question, 0, 1) + "\xC0\x0C";
  });
  EXPECT_FALSE(AskForSrv("_a._tcp.b", &server.address()).has_value());
}

}  // namespace
}  // namespace convoy
