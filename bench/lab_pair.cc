#include "bench/lab_pair.h"

#include <algorithm>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "bench/lab_site.h"
#include "bench/payload.h"
#include "bench/usage.h"
#include "tests/swarm_net.h"

namespace convoy::bench {
namespace {

constexpr int kSeed = 1;
constexpr int kOther = 2;
constexpr int kOriginMbit = 100;
constexpr int kLanMbit = 1000;
constexpr double kGiveUpSeconds = 75;
// More than what finding each other takes: it is the file's bytes.
constexpr std::int64_t kFirstBytes = 64 << 10;
constexpr double kGib = 1 << 30;

LabSiteOptions SiteOf(std::int64_t size) {
  LabSiteOptions options;
  options.machines = 2;
  options.size = size;
  // The seed gets its copy soon.
  options.origin_mbit = kLanMbit;
  return options;
}

class Pair {
 public:
  Pair(const PairPlan& plan, const LabProgram& program, const LabProgram& other)
      : name_(program.name),
        site_(SiteOf(plan.size)),
        seed_(program.make(site_, kSeed)),
        other_(other.make(site_, kOther)) {
    seed_->Prepare();
    seed_->Begin();
    if (SecondsUntil([&] { return seed_->Done(); }, kGiveUpSeconds) >=
        kGiveUpSeconds) {
      Fail(name_ + " does not get the file from the origin");
    }
    other_->Prepare();
    absl::SleepFor(plan.settle);
    site_.SetOriginRate(kOriginMbit);
  }

  Outcome LateJoiner() {
    const double copies = site_.CopiesOnCable();
    const std::int64_t received = site_.net().ReceivedBytes(kOther);
    const double begin = NowSeconds();
    other_->Begin();
    const double first = SecondsUntil(
        [&] {
          return site_.net().ReceivedBytes(kOther) >= received + kFirstBytes;
        },
        kGiveUpSeconds);
    SecondsUntil([&] { return other_->Done(); }, kGiveUpSeconds);
    const double all = NowSeconds() - begin;
    const double sent = site_.CopiesOnCable() - copies;
    Outcome outcome;
    outcome.measurements = {{"time until the first bytes", "s", first},
                            {"time until the file is there", "s", all},
                            {kLateTime, "×", all / LanBoundSeconds()},
                            {"copies the origin sent", "copies", sent}};
    Judge(outcome);
    return outcome;
  }

  Outcome Rejoin() {
    // Slow enough to be caught half-way; and the origin is no help.
    site_.net().SetRate(kOther, kOriginMbit);
    site_.SetOriginRate(1);
    const std::int64_t half =
        site_.net().ReceivedBytes(kOther) + site_.size() / 2;
    other_->Begin();
    Outcome outcome;
    if (SecondsUntil([&] { return site_.net().ReceivedBytes(kOther) >= half; },
                     kGiveUpSeconds) >= kGiveUpSeconds) {
      outcome.notes.push_back(name_ + " did not get half from the seed");
    }
    other_->Kill();
    absl::SleepFor(absl::Seconds(3));
    const std::int64_t sent = site_.net().SentBytes(kSeed);
    const double begin = NowSeconds();
    other_->Return();
    const auto found = [&] {
      return site_.net().SentBytes(kSeed) >= sent + kFirstBytes;
    };
    SecondsUntil(found, kGiveUpSeconds);
    outcome.measurements = {
        {"time until the seed sends again", "s", NowSeconds() - begin}};
    if (!found()) outcome.notes.push_back(name_ + " was not found");
    return outcome;
  }

  Outcome Seeding() {
    ResetPeak(seed_->pid());
    const double cpu = FamilyCpuSeconds(seed_->pid());
    const double begin = NowSeconds();
    double own_mib = 0;
    other_->Begin();
    SecondsUntil(
        [&] {
          own_mib = std::max(own_mib, FamilyOwnMib(seed_->pid()));
          return other_->Done();
        },
        kGiveUpSeconds);
    const double seconds = NowSeconds() - begin;
    Outcome outcome;
    outcome.measurements = {
        {"processor time per GiB sent", "s",
         (FamilyCpuSeconds(seed_->pid()) - cpu) * kGib /
             static_cast<double>(site_.size())},
        {"peak memory of its own", "MiB", own_mib},
        {"peak memory with libraries", "MiB", FamilyPeakMib(seed_->pid())},
        {"rate", "Mbit/s",
         static_cast<double>(site_.size()) * 8 / 1e6 / seconds}};
    Judge(outcome);
    return outcome;
  }

 private:
  // Nobody gets it sooner over its cable.
  double LanBoundSeconds() const {
    return static_cast<double>(site_.size()) * 8 * testing::kWireBytesPerByte /
           (kLanMbit * 1e6);
  }

  void Judge(Outcome& outcome) {
    if (!other_->Done()) {
      outcome.notes.push_back(
          absl::StrCat(name_, ": the other did not get the whole file in ",
                       kGiveUpSeconds, " s"));
      return;
    }
    if (Sha256OfFile(site_.Path(kOther)) != site_.sha256()) {
      Fail(name_ + " delivered wrong bytes");
    }
  }

  const std::string name_;
  LabSite site_;
  const std::unique_ptr<LabNode> seed_;
  const std::unique_ptr<LabNode> other_;
};

}  // namespace

Outcome RunLateJoiner(const PairPlan& plan, const LabProgram& program) {
  return Pair(plan, program, program).LateJoiner();
}

Outcome RunRejoin(const PairPlan& plan, const LabProgram& program) {
  return Pair(plan, program, program).Rejoin();
}

Outcome RunSeeding(const PairPlan& plan, const LabProgram& program) {
  return Pair(plan, program, LeecherOf(kSeed)).Seeding();
}

}  // namespace convoy::bench
