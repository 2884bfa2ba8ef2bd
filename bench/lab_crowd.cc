#include "bench/lab_crowd.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "bench/machine.h"
#include "bench/payload.h"
#include "bench/usage.h"

namespace convoy::bench {
namespace {

constexpr double kAwaySeconds = 5;
constexpr double kGib = 1 << 30;

// A machine, its program, and what it has cost so far.
class Member {
 public:
  Member(LabSite& site, int machine, const LabProgram& program)
      : machine_(machine), node_(program.make(site, machine)) {}

  void Prepare() { node_->Prepare(); }
  void Begin() {
    NoteStart();
    node_->Begin();
  }
  void Kill() {
    Measure();
    node_->Kill();
  }
  void Return() { node_->Return(); }
  void Poll() {
    NoteStart();
    done_ = done_ || node_->Done();
  }
  void Measure() {
    cpu_seconds_ += FamilyCpuSeconds(node_->pid());
    peak_mib_ = std::max(peak_mib_, FamilyPeakMib(node_->pid()));
  }

  int machine() const { return machine_; }
  bool done() const { return done_; }
  double cpu_seconds() const { return cpu_seconds_; }
  double peak_mib() const { return peak_mib_; }

 private:
  // What the program took so far was for its start.
  void NoteStart() {
    if (started_ || !node_->Started()) return;
    started_ = true;
    cpu_seconds_ = -FamilyCpuSeconds(node_->pid());
  }

  const int machine_;
  const std::unique_ptr<LabNode> node_;
  bool started_ = false;
  bool done_ = false;
  double cpu_seconds_ = 0;
  double peak_mib_ = 0;
};

// Kills and brings back, as time goes by.
class Churn {
 public:
  Churn(std::vector<std::unique_ptr<Member>>& members, double kill_at)
      : kill_at_(kill_at) {
    for (std::size_t i = 0; i < members.size(); i += 3) {
      victims_.push_back(members[i].get());
    }
  }

  void Step(double seconds) {
    if (step_ == 0 && seconds >= kill_at_) {
      for (Member* victim : victims_) victim->Kill();
      step_ = 1;
    }
    if (step_ == 1 && seconds >= kill_at_ + kAwaySeconds) {
      for (Member* victim : victims_) victim->Return();
      step_ = 2;
    }
  }
  bool away() const { return step_ == 1; }
  bool over() const { return step_ == 2; }

 private:
  const double kill_at_;
  std::vector<Member*> victims_;
  int step_ = 0;
};

class Crowd {
 public:
  Crowd(const CrowdPlan& plan, const LabProgram& program)
      : plan_(plan), name_(program.name), site_(plan.site) {
    for (int i = site_.first_machine(); i <= site_.last_machine(); ++i) {
      members_.push_back(std::make_unique<Member>(site_, i, program));
    }
    for (const auto& member : members_) member->Prepare();
  }

  Outcome Run() {
    // For the files, the sockets and the programs.
    TouchedMemory memory(2 * plan_.site.machines * plan_.site.size);
    memory.FreeAsNeeded();
    const CoreTime before = ReadCoreTime();
    const double copies_before = site_.CopiesOnCable();
    const double begin = NowSeconds();
    for (const auto& member : members_) member->Begin();
    seconds_ = WaitForAll(begin, memory);
    const CoreTime after = ReadCoreTime();
    copies_on_cable_ = site_.CopiesOnCable() - copies_before;
    idle_share_ = (after.idle_seconds - before.idle_seconds) /
                  std::max(after.all_seconds - before.all_seconds, 0.01);
    for (const auto& member : members_) {
      member->Measure();
      cpu_seconds_ += member->cpu_seconds();
      peak_mib_ = std::max(peak_mib_, member->peak_mib());
      if (member->done()) finished_.push_back(member->machine());
    }
    members_.clear();
    copies_by_nginx_ = site_.CopiesByNginx();
    CheckFiles();
    return Summary();
  }

 private:
  double Limit() const { return std::max(30.0, 6 * site_.BoundSeconds()); }

  double WaitForAll(double begin, TouchedMemory& memory) {
    Churn churn(members_, site_.BoundSeconds() / 2);
    return SecondsUntil(
        [&] {
          memory.FreeAsNeeded();
          if (plan_.churn) churn.Step(NowSeconds() - begin);
          bool all = !plan_.churn || churn.over();
          // A program that was killed is no failure.
          if (churn.away()) return false;
          for (const auto& member : members_) {
            member->Poll();
            all = all && member->done();
          }
          return all;
        },
        Limit());
  }

  void CheckFiles() const {
    for (const int machine : finished_) {
      if (Sha256OfFile(site_.Path(machine)) != site_.sha256()) {
        Fail(
            absl::StrCat(name_, " delivered wrong bytes to machine ", machine));
      }
    }
  }

  Outcome Summary() const {
    const double gib = static_cast<double>(site_.size()) *
                       static_cast<double>(finished_.size()) / kGib;
    Outcome outcome;
    outcome.measurements = {
        {"time of the last ÷ bound", "×", seconds_ / site_.BoundSeconds()},
        {"copies on the origin's cable", "copies", copies_on_cable_},
        {"copies by nginx's count", "copies", copies_by_nginx_},
        {"processor time per GiB delivered", "s",
         gib > 0 ? cpu_seconds_ / gib : 0},
        {"peak memory of one", "MiB", peak_mib_},
        {kIdleMetric, "%", idle_share_ * 100}};
    if (static_cast<int>(finished_.size()) < plan_.site.machines) {
      outcome.notes.push_back(absl::StrFormat(
          "%s: %d of %d machines had the file when they were given up after "
          "%.0f s",
          name_, finished_.size(), plan_.site.machines, seconds_));
    }
    return outcome;
  }

  const CrowdPlan plan_;
  const std::string name_;
  LabSite site_;
  std::vector<std::unique_ptr<Member>> members_;
  std::vector<int> finished_;
  double seconds_ = 0;
  double copies_on_cable_ = 0;
  double copies_by_nginx_ = 0;
  double cpu_seconds_ = 0;
  double peak_mib_ = 0;
  double idle_share_ = 0;
};

}  // namespace

Outcome RunCrowd(const CrowdPlan& plan, const LabProgram& program) {
  return Crowd(plan, program).Run();
}

}  // namespace convoy::bench
