#include "client/cli/commands_top.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "client/cli/exit_code.h"
#include "client/cli/format.h"
#include "client/cli/host_snapshot.h"
#include "client/cli/interrupt.h"
#include "client/cli/terminal.h"
#include "client/cli/top_view.h"
#include "client/job_client.h"

namespace convoy {
namespace {

constexpr absl::Duration kShortestInterval = absl::Milliseconds(100);
// How often a wait looks whether Ctrl-C was pressed.
constexpr absl::Duration kLook = absl::Milliseconds(50);
// What lines that go to no terminal are cut to.
constexpr int kPlainWidth = 120;
constexpr int kPlainHeight = 1000;

struct TopFlags {
  absl::Duration interval = absl::Seconds(1);
  // 0: until Ctrl-C on a terminal, else one.
  int count = 0;
};

// False: interrupted.
bool WaitFor(absl::Duration interval) {
  const absl::Time end = absl::Now() + interval;
  while (!Interrupted() && absl::Now() < end) {
    absl::SleepFor(std::min(kLook, end - absl::Now()));
  }
  return !Interrupted();
}

class TopScreen {
 public:
  explicit TopScreen(bool json) : json_(json), traits_(TraitsOf(stdout)) {}

  bool live() const { return !json_ && traits_.is_terminal; }

  void Show(const HostSnapshot& snapshot,
            const std::vector<SourceRate>& rates) {
    if (json_) return PrintLine(TopToJson(snapshot, rates));
    if (live()) traits_ = TraitsOf(stdout);  // It may have another size now.
    const ViewStyle style{live() ? traits_.width - 1 : kPlainWidth,
                          traits_.color};
    const int height = live() ? traits_.height - 1 : kPlainHeight;
    lines_ = TopLines(snapshot, rates, style, height, absl::LocalTimeZone());
    if (live()) return area_.Draw(lines_);
    for (const std::string& line : lines_) PrintLine(line);
  }

  // The last lines stay, with a note that they are old.
  void ShowLost(const absl::Status& why) {
    std::vector<std::string> lines = lines_;
    lines[0] =
        Shorten(absl::StrCat("LOST: ", why.message()), traits_.width - 1);
    area_.Draw(lines);
  }

 private:
  const bool json_;
  StreamTraits traits_;
  LiveArea area_{stdout};
  std::vector<std::string> lines_;
};

int Top(const CliContext& context, const TopFlags& flags) {
  CatchInterrupts();
  TopScreen screen(context.json);
  const int count = flags.count == 0 && !screen.live() ? 1 : flags.count;
  absl::StatusOr<HostSnapshot> first = TakeHostSnapshot(context.client, false);
  if (!first.ok()) return Fail(context, first.status());
  HostSnapshot before = *std::move(first);
  // A screen shows something at once, without rates; lines wait for them.
  if (screen.live()) screen.Show(before, RatesBetween(before, before));
  for (int shown = 0; count == 0 || shown < count;) {
    if (!WaitFor(flags.interval)) return kExitInterrupted;
    absl::StatusOr<HostSnapshot> now = TakeHostSnapshot(context.client, false);
    if (now.ok()) {
      screen.Show(*now, RatesBetween(before, *now));
      before = *std::move(now);
      ++shown;
    } else if (screen.live()) {
      screen.ShowLost(now.status());
    } else {
      return Fail(context, now.status());
    }
  }
  return kExitOk;
}

}  // namespace

void AddTopCommand(CLI::App& app, CliContext& context) {
  const auto flags = std::make_shared<TopFlags>();
  CLI::App* top = app.add_subcommand(
      "top", "Show what the daemon does now: rates by source, and its jobs");
  top->add_option_function<std::string>(
         "--interval",
         [flags](const std::string& text) {
           const auto span = ParseSpan(text);
           if (!span.has_value() || *span < kShortestInterval) {
             throw CLI::ValidationError(
                 "--interval", "give a time span of 100ms or more, such as 2s");
           }
           flags->interval = *span;
         },
         "Time between two looks. Default: 1s")
      ->type_name("SPAN");
  top->add_option("--count", flags->count,
                  "End after so many looks. Default: until Ctrl-C on a "
                  "terminal, else one")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  top->footer(
      "Examples:\n"
      "  convoy top\n"
      "  convoy top --interval 10s --count 6 > top.txt\n"
      "  convoy top --json --count 60 | jq .rates.lan\n\n"
      "Jobs of all users are shown to administrators, else one's own.");
  top->callback([&context, flags] {
    context.command = [&context, flags] { return Top(context, *flags); };
  });
}

}  // namespace convoy
