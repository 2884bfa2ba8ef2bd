#include "client/cli/publish_progress.h"

#include <algorithm>

namespace convoy {
namespace {

constexpr absl::Duration kBarInterval = absl::Milliseconds(100);
constexpr absl::Duration kLineInterval = absl::Seconds(5);

}  // namespace

PublishProgress::PublishProgress(std::FILE* stream, bool visible,
                                 std::int64_t total_bytes)
    : stream_(stream),
      bars_(visible && TraitsOf(stream).is_terminal),
      lines_(visible && !bars_),
      begin_(clock_.Monotonic()),
      area_(stream),
      shown_at_(bars_ ? -absl::InfiniteDuration() : begin_) {
  work_.total_bytes = total_bytes;
}

void PublishProgress::BeginFile(const std::string& name) { work_.label = name; }

void PublishProgress::Advance(std::int64_t done_bytes) {
  // A file may have grown since it was counted.
  work_.done_bytes = std::min(before_ + done_bytes, work_.total_bytes);
  const absl::Duration now = clock_.Monotonic();
  const double seconds = std::max(absl::ToDoubleSeconds(now - begin_), 0.001);
  work_.rate_bytes_per_second = static_cast<std::int64_t>(
      static_cast<double>(work_.done_bytes) / seconds);
  if (now - shown_at_ < (bars_ ? kBarInterval : kLineInterval)) return;
  shown_at_ = now;
  Show();
}

void PublishProgress::EndFile(std::int64_t size) { before_ += size; }

void PublishProgress::Hide() {
  if (bars_) area_.Draw({});
}

void PublishProgress::Show() {
  if (bars_) {
    const StreamTraits traits = TraitsOf(stream_);
    area_.Draw({WorkLine(work_, {traits.width - 1, traits.color})});
  } else if (lines_) {
    std::fprintf(stream_, "%s\n", PlainLine(work_).c_str());
    std::fflush(stream_);
  }
}

}  // namespace convoy
