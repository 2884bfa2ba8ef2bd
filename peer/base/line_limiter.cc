#include "peer/base/line_limiter.h"

#include <utility>

namespace convoy {

constexpr absl::Duration LineLimiter::kWindow;

bool LineLimiter::Admit(absl::string_view text, absl::Duration now) {
  while (!windows_.empty() && windows_.front().start + kWindow <= now) {
    EndOldest();
  }
  const auto [entry, is_new] = seen_.try_emplace(std::string(text), 0);
  if (is_new) {
    windows_.push_back({now, std::string(text)});
    if (windows_.size() > kMaxTexts) EndOldest();
    return true;
  }
  return ++entry->second < kLinesInWindow;
}

std::vector<LineLimiter::Counted> LineLimiter::TakeCounted(absl::Duration now) {
  while (!windows_.empty() && windows_.front().start + kWindow <= now) {
    EndOldest();
  }
  return std::exchange(counted_, {});
}

void LineLimiter::EndOldest() {
  const auto entry = seen_.find(windows_.front().text);
  const int held_back = entry->second - (kLinesInWindow - 1);
  if (held_back > 0) {
    counted_.push_back({std::move(windows_.front().text), held_back});
  }
  seen_.erase(entry);
  windows_.pop_front();
}

}  // namespace convoy
