#ifndef CONVOY_PEER_RESPONSE_HEAD_PARSER_H_
#define CONVOY_PEER_RESPONSE_HEAD_PARSER_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "peer/http_headers.h"
#include "peer/origin_transport.h"

namespace convoy {

// Reads the header lines of one exchange as they come: of interim answers, of
// answers that ask for credentials, of the final one, then trailers. Holds the
// newest head; memory is bounded.
class ResponseHeadParser {
 public:
  // What is kept to be shown. Headers after these limits are dropped; those
  // that mean something to the transport are read all the same.
  static constexpr std::size_t kMaxKeptHeaders = 64;
  static constexpr std::size_t kMaxKeptBytes = 16 * 1024;
  // All lines together.
  static constexpr std::size_t kMaxReceivedBytes = 256 * 1024;

  // One line with its line end. False: more than kMaxReceivedBytes were
  // received.
  bool AddLine(absl::string_view line);

  // The newest head has ended with a blank line.
  bool complete() const { return complete_; }
  // Of the newest head. 0: none has come.
  int status() const { return head_.status; }
  // 1xx: another head follows.
  bool IsInterim() const { return status() >= 100 && status() < 200; }
  // Location of an answer that sends elsewhere (301, 302, 303, 307, 308).
  // Empty: it does not.
  absl::string_view redirect_location() const;
  // As given. Absent: none, or no number.
  std::optional<std::int64_t> content_length() const;
  // The body, if there is one, ends with the connection (in HTTP/1).
  bool EndsWithConnection() const;

  // The newest head. INVALID_SERVER_RESPONSE: it contradicts itself, or it has
  // parts that no request asked for. REQUIRES: complete(). Call once.
  absl::StatusOr<OriginResponseHead> Take(absl::string_view effective_url,
                                          absl::Time now);

 private:
  // A header that may stand once.
  struct Single {
    void Add(absl::string_view text);
    std::string value;
    bool present = false;
    bool contradicts = false;
  };

  void AddHeader(HttpHeader header);
  void Keep(HttpHeader header);
  // What is wrong with the head, as a part of a sentence; empty: nothing.
  std::string Fault() const;
  bool IsChunked() const;

  std::size_t received_bytes_ = 0;
  std::size_t kept_bytes_ = 0;
  bool keeps_ = true;
  bool complete_ = false;
  OriginResponseHead head_;
  Single content_length_;
  Single content_range_;
  Single etag_;
  Single last_modified_;
  std::string location_;
  std::string content_type_;
  std::string transfer_encoding_;
  std::string retry_after_;
};

}  // namespace convoy

#endif  // CONVOY_PEER_RESPONSE_HEAD_PARSER_H_
