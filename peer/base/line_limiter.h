#ifndef CONVOY_PEER_BASE_LINE_LIMITER_H_
#define CONVOY_PEER_BASE_LINE_LIMITER_H_

#include <cstddef>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace convoy {

// Keeps one text from flooding a log: it passes 10 times in 10 seconds, then it
// is counted. Remembers at most 1,024 texts. Not thread-safe.
class LineLimiter {
 public:
  static constexpr int kLinesInWindow = 10;
  static constexpr absl::Duration kWindow = absl::Seconds(10);
  static constexpr std::size_t kMaxTexts = 1024;

  struct Counted {
    std::string text;
    int count = 0;  // Times it was held back.
  };

  // May `text` be written at `now` (monotonic)?
  bool Admit(absl::string_view text, absl::Duration now);
  // The texts whose windows have ended and that were held back; each once.
  std::vector<Counted> TakeCounted(absl::Duration now);

 private:
  struct Window {
    absl::Duration start;
    std::string text;
  };
  // Ends the oldest window.
  void EndOldest();

  // By start; every text in it is a key of seen_, and the other way round.
  std::deque<Window> windows_;
  std::unordered_map<std::string, int> seen_;
  std::vector<Counted> counted_;
};

}  // namespace convoy

#endif  // CONVOY_PEER_BASE_LINE_LIMITER_H_
