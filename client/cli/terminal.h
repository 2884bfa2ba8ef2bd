#ifndef CONVOY_CLIENT_CLI_TERMINAL_H_
#define CONVOY_CLIENT_CLI_TERMINAL_H_

#include <cstddef>
#include <cstdio>
#include <string>
#include <vector>

namespace convoy {

// What stands behind an output stream.
struct StreamTraits {
  bool is_terminal = false;
  // A terminal's size; for others 80 × 24.
  int width = 80;
  int height = 24;
  // A terminal whose user did not set NO_COLOR (no-color.org).
  bool color = false;
};

StreamTraits TraitsOf(std::FILE* stream);

// Lines at the end of a terminal's output that are written over and over. One
// thread.
class LiveArea {
 public:
  // Not owned.
  explicit LiveArea(std::FILE* stream) : stream_(stream) {}

  // Replaces what was drawn before. REQUIRES: no line is wider than the
  // terminal.
  void Draw(const std::vector<std::string>& lines);
  // What was drawn stays; the next Draw begins below it.
  void Keep() { drawn_ = 0; }

 private:
  std::FILE* const stream_;
  std::size_t drawn_ = 0;
};

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_TERMINAL_H_
