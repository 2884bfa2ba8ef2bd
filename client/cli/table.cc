#include "client/cli/table.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "client/cli/format.h"

namespace convoy {
namespace {

constexpr int kGap = 2;
// The last column keeps this much, also where the terminal is too narrow.
constexpr int kMinLast = 8;

std::string Line(const std::vector<std::string>& cells,
                 const std::vector<int>& widths) {
  std::string line;
  for (std::size_t i = 0; i + 1 < cells.size(); ++i) {
    absl::StrAppend(&line, PadRight(cells[i], widths[i] + kGap));
  }
  absl::StrAppend(&line, Shorten(cells.back(), widths.back()));
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

std::vector<std::string> TableLines(
    const std::vector<std::string>& heads,
    const std::vector<std::vector<std::string>>& rows, int width) {
  std::vector<int> widths(heads.size());
  const auto widen = [&widths](const std::vector<std::string>& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      widths[i] = std::max(widths[i], DisplayWidth(cells[i]));
    }
  };
  widen(heads);
  for (const auto& row : rows) widen(row);
  if (width > 0) {
    int left = width;
    for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
      left -= widths[i] + kGap;
    }
    widths.back() = std::min(widths.back(), std::max(left, kMinLast));
  }
  std::vector<std::string> lines = {Line(heads, widths)};
  for (const auto& row : rows) lines.push_back(Line(row, widths));
  return lines;
}

}  // namespace convoy
