// How well does a LAN of machines spare its origin? Against aria2, transmission
// and libtorrent, in network namespaces on this machine.

#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "bench/arguments.h"
#include "bench/lab_crowd.h"
#include "bench/lab_node.h"
#include "bench/lab_pair.h"
#include "bench/lab_scenario.h"
#include "bench/report.h"
#include "bench/usage.h"
#include "tests/swarm_net.h"

namespace convoy::bench {
namespace {

constexpr char kOurs[] = "convoyd";
constexpr char kWithManifest[] = "convoyd with a manifest";
constexpr char kTime[] = "time of the last ÷ bound";
constexpr char kCopies[] = "copies on the origin's cable";
constexpr char kCpu[] = "processor time per GiB delivered";

// The programs that the command line left, and the sizes it set.
class Lab {
 public:
  explicit Lab(const Arguments& arguments) : arguments_(arguments) {
    if (!arguments_.GetText("rivals").empty()) {
      for (const LabProgram& rival :
           Named(absl::StrSplit(arguments_.GetText("rivals"), ','))) {
        chosen_.push_back(rival.name);
      }
    }
  }

  // convoyd and `rivals`, or those of --rivals instead.
  std::vector<LabProgram> Programs(std::vector<std::string> rivals) const {
    // One is enough to see that it runs.
    if (arguments_.quick() && !rivals.empty()) rivals.resize(1);
    if (!chosen_.empty()) rivals = chosen_;
    std::vector<LabProgram> programs;
    if (WithConvoy()) programs.push_back(ConvoyProgram());
    for (const LabProgram& rival : Installed(rivals)) programs.push_back(rival);
    return programs;
  }

  bool WithConvoy() const { return arguments_.GetText("convoy") != "no"; }

  std::int64_t Size(int mib) const {
    const int given = arguments_.Get("size-mib");
    return static_cast<std::int64_t>(given > 0 ? given : mib) << 20;
  }

  PairPlan Pair(int mib) const {
    PairPlan plan;
    plan.size = Size(mib);
    if (arguments_.quick()) plan.settle = absl::Seconds(1);
    return plan;
  }

  std::vector<int> Machines(std::vector<int> machines) const {
    const int given = arguments_.Get("machines");
    return given > 0 ? std::vector<int>{given} : machines;
  }

 private:
  // In the order of `names`; those that are not installed are left out.
  static std::vector<LabProgram> Installed(
      const std::vector<std::string>& names) {
    std::vector<LabProgram> programs;
    for (const std::string& name : names) {
      for (const LabProgram& program : RivalPrograms()) {
        if (program.name == name) programs.push_back(program);
      }
    }
    return programs;
  }

  static std::vector<LabProgram> Named(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      if (Installed({name}).empty()) Fail("not installed or no rival: " + name);
    }
    return Installed(names);
  }

  const Arguments& arguments_;
  std::vector<std::string> chosen_;
};

CrowdPlan Plan(int machines, std::int64_t size) {
  CrowdPlan plan;
  plan.site.machines = machines;
  plan.site.size = size;
  return plan;
}

Case CrowdCase(const CrowdPlan& plan, std::vector<LabProgram> programs,
               std::vector<Goal> goals) {
  return {absl::StrCat("N=", plan.site.machines), std::move(programs),
          [plan](const LabProgram& program) { return RunCrowd(plan, program); },
          std::move(goals)};
}

std::vector<Case> FlashCrowd(const Lab& lab) {
  std::vector<Case> cases;
  for (const int machines : lab.Machines({8, 16, 24})) {
    std::vector<std::string> rivals = {"libtorrent-tuned", "aria2"};
    if (machines <= 8) {
      rivals.insert(rivals.end(), {"transmission", "libtorrent"});
    }
    cases.push_back(CrowdCase(Plan(machines, lab.Size(128)),
                              lab.Programs(rivals),
                              {{kTime, AtMost(1.05), "", AtMost(1.15)},
                               {kCopies, AtMost(1.02)},
                               {kCpu, RatioAtMost(1), "aria2"}}));
  }
  return cases;
}

// What one machine without peers costs.
std::vector<Case> Alone(const Lab& lab) {
  return {
      CrowdCase(Plan(1, lab.Size(128)), lab.Programs({"curl", "aria2"}), {})};
}

std::vector<Case> SmallFile(const Lab& lab) {
  std::vector<Case> cases;
  for (const int machines : lab.Machines({16})) {
    cases.push_back(CrowdCase(Plan(machines, lab.Size(8)),
                              lab.Programs({"libtorrent-tuned", "libtorrent",
                                            "aria2", "transmission"}),
                              {{kCopies, AtMost(1.05)}}));
  }
  return cases;
}

std::vector<Case> Churn(const Lab& lab) {
  std::vector<Case> cases;
  for (const int machines : lab.Machines({8})) {
    CrowdPlan plan = Plan(machines, lab.Size(128));
    plan.churn = true;
    cases.push_back(CrowdCase(
        plan, lab.Programs({"libtorrent-tuned", "aria2", "transmission"}),
        {{kTime, AtMost(1.15)}, {kCopies, AtMost(1.05)}}));
  }
  return cases;
}

// The rival is convoyd itself.
std::vector<Case> UrlOnly(const Lab& lab) {
  std::vector<Case> cases;
  if (!lab.WithConvoy()) return cases;
  LabProgram with_manifest = ConvoyProgram();
  with_manifest.name = kWithManifest;
  for (const int machines : lab.Machines({8})) {
    const CrowdPlan plan = Plan(machines, lab.Size(128));
    Case one = CrowdCase(plan, {ConvoyProgram(), with_manifest},
                         {{kTime, AtMost(1.05), kWithManifest, AtMost(1.15)},
                          {kCopies, AtMost(1.02), kWithManifest}});
    one.run = [plan](const LabProgram& program) {
      CrowdPlan own = plan;
      own.site.published = program.name == kWithManifest;
      return RunCrowd(own, program);
    };
    cases.push_back(one);
  }
  return cases;
}

std::vector<Case> LateJoiner(const Lab& lab) {
  const PairPlan plan = lab.Pair(128);
  return {{"second of two",
           lab.Programs(
               {"libtorrent-tuned", "libtorrent", "aria2", "transmission"}),
           [plan](const LabProgram& program) {
             return RunLateJoiner(plan, program);
           },
           // Less than the metainfo and the heads of answers: no bytes of the
           // file.
           {{"time until the first bytes", AtMost(1)},
            {kLateTime, AtMost(1.5)},
            {"copies the origin sent", AtMost(0.01)}}}};
}

std::vector<Case> Rejoin(const Lab& lab) {
  const PairPlan plan = lab.Pair(64);
  return {
      {"second of two",
       lab.Programs(
           {"libtorrent-tuned", "libtorrent", "aria2", "transmission"}),
       [plan](const LabProgram& program) { return RunRejoin(plan, program); },
       {{"time until the seed sends again", AtMost(1)}}}};
}

std::vector<Case> Seeding(const Lab& lab) {
  const PairPlan plan = lab.Pair(1024);
  return {
      {"one seed, one leecher",
       lab.Programs(
           {"libtorrent-tuned", "libtorrent", "aria2", "transmission"}),
       [plan](const LabProgram& program) { return RunSeeding(plan, program); },
       {{"processor time per GiB sent", RatioAtMost(1), "libtorrent-tuned"},
        {"peak memory of its own", RatioAtMost(1), "libtorrent-tuned"},
        // Both fill the cable.
        {"rate", RatioAtLeast(0.98), "libtorrent-tuned"}}}};
}

struct Scenario {
  std::string name;
  std::string question;
  std::function<std::vector<Case>(const Lab&)> cases;
};

const std::vector<Scenario>& Scenarios() {
  static const auto& scenarios = *new std::vector<Scenario>{
      {"flash", "Flash crowd: all machines want one file at once", &FlashCrowd},
      {"alone", "One machine, no peers", &Alone},
      {"small", "Flash crowd, small file", &SmallFile},
      {"late", "Late joiner: a machine wants what another has", &LateJoiner},
      {"rejoin", "Rejoin: a machine that was killed comes back", &Rejoin},
      {"churn", "Flash crowd, a third killed half-way, back after 5 s", &Churn},
      {"url-only", "Flash crowd without a manifest", &UrlOnly},
      {"seeding", "What giving a file to a peer costs", &Seeding}};
  return scenarios;
}

std::vector<std::string> ScenarioNames() {
  std::vector<std::string> names;
  for (const Scenario& scenario : Scenarios()) names.push_back(scenario.name);
  return names;
}

void Run(const Scenario& scenario, const Lab& lab, const Arguments& arguments) {
  const std::vector<Case> cases = scenario.cases(lab);
  if (cases.empty()) return;
  Report report(scenario.question, arguments);
  for (const Case& one : cases) {
    RunCase(one, kOurs, arguments.Get("rounds"), report);
  }
  report.Note(absl::StrCat(
      "origin behind 100 Mbit/s, machines 1 Gbit/s each way, files in memory; "
      "median of ",
      arguments.Get("rounds"), " interleaved rounds"));
  report.Print();
  std::fflush(stdout);
}

void Main(const Arguments& arguments) {
  std::vector<std::string> wanted = ScenarioNames();
  if (arguments.GetText("scenario") != "all") {
    wanted = absl::StrSplit(arguments.GetText("scenario"), ',');
  }
  const std::string why_not = testing::SwarmNet::WhyNot();
  if (!why_not.empty()) {
    std::printf(arguments.json()
                    ? "{\"question\":\"Swarm lab\",\"skipped\":\"%s\"}\n"
                    : "skipped: %s\n",
                why_not.c_str());
    return;
  }
  const Lab lab(arguments);
  for (const std::string& name : wanted) {
    bool known = false;
    for (const Scenario& scenario : Scenarios()) {
      if (scenario.name != name) continue;
      known = true;
      Run(scenario, lab, arguments);
    }
    if (!known) Fail("no such scenario: " + name);
  }
}

}  // namespace
}  // namespace convoy::bench

int main(int argc, char** argv) {
  convoy::bench::Main(
      {argc,
       argv,
       "Machines of one LAN that want the same file, in network namespaces",
       {{"machines", 0, 3, "of a crowd; default by scenario"},
        {"size-mib", 0, 4, "size of the file; default by scenario"},
        {"rounds", 3, 1, "runs of each program"}},
       {{"scenario", "all",
         "flash, alone, small, late, rejoin, churn, url-only, seeding; several "
         "with commas"},
        {"rivals", "",
         "aria2, transmission, libtorrent, libtorrent-tuned, "
         "curl; several with commas; default by scenario"},
        {"convoy", "yes", "no: rivals only"}}});
  return 0;
}
