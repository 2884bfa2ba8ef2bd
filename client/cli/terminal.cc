#include "client/cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace convoy {
namespace {

bool IsSet(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

}  // namespace

StreamTraits TraitsOf(std::FILE* stream) {
  StreamTraits traits;
  const int fd = fileno(stream);
  const char* term = std::getenv("TERM");
  // A dumb terminal cannot move its cursor.
  traits.is_terminal =
      isatty(fd) == 1 && term != nullptr && std::strcmp(term, "dumb") != 0;
  if (!traits.is_terminal) return traits;
  winsize size = {};
  if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    traits.width = size.ws_col;
    if (size.ws_row > 0) traits.height = size.ws_row;
  }
  traits.color = !IsSet("NO_COLOR");
  return traits;
}

void LiveArea::Draw(const std::vector<std::string>& lines) {
  std::string text;
  if (drawn_ > 0) absl::StrAppend(&text, "\x1b[", drawn_, "A");
  for (const std::string& line : lines) {
    absl::StrAppend(&text, "\r", line, "\x1b[K\n");
  }
  absl::StrAppend(&text, "\x1b[J");
  std::fwrite(text.data(), 1, text.size(), stream_);
  std::fflush(stream_);
  drawn_ = lines.size();
}

}  // namespace convoy
