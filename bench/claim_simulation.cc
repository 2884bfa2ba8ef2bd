// How many copies of a content does the origin send to a crowd, and how soon
// has everybody got it, by the rule of peer/origin_sharing.md? Against the same
// machines without claims.

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "bench/arguments.h"
#include "bench/crowd_simulation.h"
#include "bench/report.h"

namespace convoy::bench {
namespace {

// Without claims everybody fetches: too many for a simulation of large crowds.
constexpr int kLargestRival = 100;
constexpr int kLargestRepeated = 100;

struct Question {
  std::string name;
  Crowd crowd;
  std::optional<Target> copies = std::nullopt;
  std::optional<Target> time = std::nullopt;
};

struct Run {
  Crowd crowd;
  CrowdResult result;
};

struct Answer {
  std::vector<Run> runs;
  std::optional<Run> rival;
};

Question Ask(int machines, int pieces, std::int64_t piece_kib = 256) {
  Question question;
  question.crowd.machines = machines;
  question.crowd.pieces = pieces;
  question.crowd.piece_length = piece_kib << 10;
  question.name =
      absl::StrCat(machines, " machines, ", pieces, " × ", piece_kib, " KiB");
  return question;
}

std::vector<Question> Questions(bool quick) {
  std::vector<Question> questions;
  for (const int machines : {1, 8, 16, 24}) {
    questions.push_back(Ask(machines, quick ? 64 : 512));
    if (!quick) questions.back().copies = AtMost(1.02);
    if (!quick) questions.back().time = AtMost(1.05);
  }
  for (const int piece_kib : {256, 64}) {
    questions.push_back(Ask(16, (8 << 10) / piece_kib, piece_kib));
    questions.back().copies = AtMost(1.05);
  }
  questions.push_back(Ask(quick ? 60 : 100, quick ? 16 : 512));
  if (!quick) questions.push_back(Ask(1000, 512));
  for (const int machines : {100, 1000, 10000}) {
    if (!quick) questions.push_back(Ask(machines, 64));
  }

  for (const int machines : {24, 1000}) {
    if (quick && machines > 24) break;
    Question churn = Ask(machines, quick ? 32 : 512);
    Question slow = churn, stalled = churn;
    churn.name += ", a third dies at half time, back after 5 s";
    churn.crowd.churn = true;
    questions.push_back(churn);
    if (machines > 24) break;
    slow.name += ", a third with a twentieth of the origin's rate";
    slow.crowd.slow = 1.0 / 3;
    questions.push_back(slow);
    stalled.name += ", a fifth get nothing from the origin";
    stalled.crowd.stalled = 0.2;
    questions.push_back(stalled);
    Question lan = Ask(machines, quick ? 32 : 512);
    lan.name += ", LAN as slow as the origin";
    lan.crowd.lan_rate = lan.crowd.origin_rate;
    questions.push_back(lan);
  }
  return questions;
}

Answer Prepare(const Question& question, int seeds) {
  Answer answer;
  const int machines = question.crowd.machines;
  if (machines > kLargestRepeated) seeds = 1;
  for (int seed = 1; seed <= seeds; ++seed) {
    answer.runs.push_back({question.crowd, {}});
    answer.runs.back().crowd.seed = static_cast<std::uint32_t>(seed);
  }
  if (machines > 1 && machines <= kLargestRival) {
    answer.rival = answer.runs.front();
    answer.rival->crowd.claims = false;
  }
  return answer;
}

// The longest first, each processor one at a time.
void SimulateAll(std::vector<Answer>* answers) {
  std::vector<Run*> runs;
  for (Answer& answer : *answers) {
    for (Run& run : answer.runs) runs.push_back(&run);
    if (answer.rival) runs.push_back(&*answer.rival);
  }
  const auto work = [](const Run* run) {
    return run->crowd.machines * static_cast<std::int64_t>(run->crowd.pieces);
  };
  std::sort(runs.begin(), runs.end(),
            [&work](const Run* a, const Run* b) { return work(a) > work(b); });
  std::atomic<std::size_t> next{0};
  const auto simulate = [&runs, &next] {
    for (std::size_t i = next++; i < runs.size(); i = next++) {
      runs[i]->result = SimulateCrowd(runs[i]->crowd);
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < std::max(1u, std::thread::hardware_concurrency());
       ++i) {
    threads.emplace_back(simulate);
  }
  for (std::thread& thread : threads) thread.join();
}

double TimeByBound(const CrowdResult& result) {
  return absl::FDivDuration(result.time, result.bound);
}

void AddRows(const Question& question, const Answer& answer, Report* report) {
  CrowdResult worst;
  double time = 0;
  bool done = true;
  for (const Run& run : answer.runs) {
    const CrowdResult& result = run.result;
    done = done && result.done;
    worst.copies = std::max(worst.copies, result.copies);
    time = std::max(time, TimeByBound(result));
    worst.fetchers = std::max(worst.fetchers, result.fetchers);
    worst.claims = std::max(worst.claims, result.claims);
    worst.messages = std::max(worst.messages, result.messages);
    worst.message_bytes = std::max(worst.message_bytes, result.message_bytes);
  }
  const std::string rival = answer.rival ? "without claims" : "";
  const CrowdResult other = answer.rival ? answer.rival->result : CrowdResult();
  const auto add = [&](const char* what, const char* unit, double value) {
    report->Add({absl::StrCat(question.name, ": ", what), unit, value});
  };
  report->Add({question.name + ": origin copies", "", worst.copies, rival,
               other.copies, question.copies});
  report->Add({question.name + ": time by bound", "", time, rival,
               answer.rival ? TimeByBound(other) : 0, question.time});
  add("machines that fetch", "", worst.fetchers);
  add("claims of a machine", "", worst.claims);
  add("messages of a machine", "", worst.messages);
  add("bytes of a machine's messages", "KiB", worst.message_bytes / 1024);
  if (!done) report->Note("NOT DONE: " + question.name);
}

void Main(const Arguments& arguments) {
  Report report("Claims", arguments);
  const std::vector<Question> questions = Questions(arguments.quick());
  std::vector<Answer> answers;
  for (const Question& question : questions) {
    answers.push_back(Prepare(question, arguments.Get("seeds")));
  }
  SimulateAll(&answers);
  for (std::size_t i = 0; i < questions.size(); ++i) {
    AddRows(questions[i], answers[i], &report);
  }
  const Crowd crowd;
  report.Note(absl::StrCat(
      "simulated: origin ", crowd.origin_rate * 8 / 1e6, " Mbit/s, LAN ",
      crowd.lan_rate * 8 / 1e6, " Mbit/s, ", crowd.degree,
      " connections each, made within 0.3 s; the bound is size by the origin's "
      "rate; the worst of ",
      arguments.Get("seeds"), " runs, beyond ", kLargestRepeated,
      " machines of one"));
  report.Print();
}

}  // namespace
}  // namespace convoy::bench

int main(int argc, char** argv) {
  convoy::bench::Main({argc,
                       argv,
                       "How many copies of a content the origin sends to a "
                       "crowd, simulated",
                       {{"seeds", 3, 1, "runs of each crowd"}}});
  return 0;
}
