#include "client/cli/progress_display.h"

#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "client/cli/format.h"
#include "client/cli/job_queries.h"
#include "client/cli/json_output.h"
#include "client/cli/progress_view.h"

namespace convoy {
namespace {

// Between two lines of a log without a change of state.
constexpr absl::Duration kPlainInterval = absl::Seconds(5);
// What counts down is drawn again this often.
constexpr absl::Duration kRedraw = absl::Seconds(1);

}  // namespace

ProgressDisplay::ProgressDisplay(const JobClient& client, ProgressMode mode,
                                 std::FILE* stream)
    : client_(client),
      mode_(mode),
      stream_(stream),
      bars_(mode == ProgressMode::kPeople && TraitsOf(stream).is_terminal),
      area_(stream) {}

void ProgressDisplay::Show(const v1::Job& job) {
  job_ = job;
  any_ = true;
  changed_ = true;
  notice_.clear();
  if (mode_ == ProgressMode::kJson) Print(ToJson(job));
  if (mode_ == ProgressMode::kPeople && !bars_) {
    PrintPlain(clock_.Monotonic());
  }
}

void ProgressDisplay::Tick() {
  if (!bars_ || !any_) return;
  const absl::Duration now = clock_.Monotonic();
  if (!changed_ && now - shown_at_ < kRedraw) return;
  shown_at_ = now;
  changed_ = false;
  if (now - files_at_ >= kRedraw) {
    files_at_ = now;
    UpdateFiles();
  }
  Draw();
}

void ProgressDisplay::ShowLost(const absl::Status& why) {
  notice_ = absl::StrCat("lost the daemon, waiting for it: ", why.message());
  changed_ = true;
  if (!bars_ && mode_ != ProgressMode::kNothing) {
    std::fprintf(stderr, "convoy: %s\n", Printable(notice_).c_str());
  }
}

void ProgressDisplay::Finish() {
  if (!bars_ || !any_) return;
  UpdateFiles();
  Draw();
  area_.Keep();
}

void ProgressDisplay::Draw() {
  const StreamTraits traits = TraitsOf(stream_);
  const ViewStyle style{traits.width - 1, traits.color};
  std::vector<std::string> lines =
      ProgressLines(job_, files_, style, clock_.Now());
  if (!notice_.empty()) lines.push_back(Shorten(notice_, style.width));
  area_.Draw(lines);
}

void ProgressDisplay::PrintPlain(absl::Duration now) {
  if (job_.state() == printed_state_ && now - shown_at_ < kPlainInterval) {
    return;
  }
  printed_state_ = job_.state();
  shown_at_ = now;
  Print(absl::StrCat(ShortId(job_.id()), " ", PlainLine(job_, clock_.Now())));
}

void ProgressDisplay::UpdateFiles() {
  const int count = job_.progress().total_files();
  if (count < 2 || count > kMaxFileLines) {
    files_.clear();
    return;
  }
  auto files = ListAllFiles(client_, job_.id());
  if (files.ok()) files_ = *std::move(files);
}

void ProgressDisplay::Print(const std::string& line) {
  std::fprintf(stream_, "%s\n", line.c_str());
  std::fflush(stream_);
}

}  // namespace convoy
