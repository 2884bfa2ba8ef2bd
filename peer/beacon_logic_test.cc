#include "peer/beacon_logic.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

using Entry = BeaconMessage::Entry;
using Output = BeaconLogic::Output;
using Type = BeaconMessage::Type;

constexpr absl::Duration kStart = absl::Hours(1);
constexpr std::uint64_t kOwn = 1;

std::string InfoHash(int number) {
  std::string hash(20, 'h');
  hash[0] = static_cast<char>(number >> 8);
  hash[1] = static_cast<char>(number);
  return hash;
}

BeaconKey Key(int number) {
  return BeaconKeyMaker::Open("").KeyOf(InfoHash(number));
}

BeaconSender Sender(int machine) {
  BeaconSender sender;
  sender.address = *IpAddress::Parse(
      absl::StrCat("10.1.", machine / 256, ".", machine % 256));
  sender.port = 40'000;
  return sender;
}

BeaconMessage Question(int machine, std::vector<Entry> entries) {
  static std::uint64_t nonce = 1'000'000;
  BeaconMessage message;
  message.type = Type::kWant;
  message.machine = static_cast<std::uint64_t>(machine);
  message.port = 6881;
  message.nonce = ++nonce;
  message.entries = std::move(entries);
  return message;
}

class BeaconLogicTest : public ::testing::Test {
 protected:
  Output Hear(const BeaconMessage& message, const BeaconSender& sender) {
    Output output;
    logic_.OnMessage(message, sender, now_, &output);
    return output;
  }
  // Machine `machine` asks for content `content`.
  Output HearWant(int machine, int content, std::uint16_t known = 0,
                  std::uint8_t flags = 0) {
    return Hear(Question(machine, {{Key(content), known, flags}}),
                Sender(machine));
  }
  Output Want(int content) {
    Output output;
    EXPECT_TRUE(logic_.Want(InfoHash(content), now_, &output));
    return output;
  }
  Output Hold(int content, BeaconHolding holding) {
    Output output;
    EXPECT_TRUE(logic_.Hold(InfoHash(content), holding, now_, &output));
    return output;
  }
  Output Tick() {
    Output output;
    logic_.Tick(now_, &output);
    return output;
  }

  std::mt19937_64 generator_{7};
  BeaconCounts counts_;
  BeaconLogic logic_{{kOwn, 6881, 32, 32, BeaconKeyMaker::Open("")},
                     [this] { return generator_(); },
                     &counts_};
  absl::Duration now_ = kStart;
};

TEST_F(BeaconLogicTest, SaysNothingUnasked) {
  EXPECT_TRUE(Tick().empty());
  EXPECT_EQ(logic_.NextTick(now_), absl::InfiniteDuration());
  Hold(1, BeaconHolding::kAll);
  EXPECT_TRUE(Tick().empty());
  EXPECT_EQ(logic_.NextTick(now_), absl::InfiniteDuration());
  EXPECT_TRUE(HearWant(2, 7).empty());  // Nobody here has or wants it.
}

TEST_F(BeaconLogicTest, AsksForWhatIsWanted) {
  Want(1);
  EXPECT_EQ(logic_.NextTick(now_), now_);
  const Output output = Tick();
  ASSERT_EQ(output.questions.size(), 1u);
  const BeaconMessage& question = output.questions[0];
  EXPECT_EQ(question.type, Type::kWant);
  EXPECT_EQ(question.machine, kOwn);
  EXPECT_EQ(question.port, 6881);
  ASSERT_EQ(question.entries.size(), 1u);
  EXPECT_EQ(question.entries[0], (Entry{Key(1), 0, 0}));
  // With pieces of it, it is a source as well.
  Hold(1, BeaconHolding::kSome);
  now_ += absl::Seconds(0.2);
  EXPECT_EQ(Tick().questions.at(0).entries.at(0).flags,
            BeaconMessage::kHasSome);
  logic_.Unwant(InfoHash(1));
  now_ += absl::Minutes(1);
  EXPECT_TRUE(Tick().empty());
}

TEST_F(BeaconLogicTest, AHolderAnswersTheAsker) {
  Hold(1, BeaconHolding::kAll);
  Hold(2, BeaconHolding::kSome);
  Want(3);
  const BeaconMessage question = Question(
      9, {{Key(1), 0, 0}, {Key(2), 0, 0}, {Key(3), 0, 0}, {Key(4), 0, 0}});
  const Output output = Hear(question, Sender(9));
  ASSERT_EQ(output.answers.size(), 1u);
  const BeaconLogic::Answer& answer = output.answers[0];
  EXPECT_EQ(answer.to.address, Sender(9).address);
  EXPECT_EQ(answer.to.port, 40'000);
  EXPECT_EQ(answer.message.type, Type::kHere);
  EXPECT_EQ(answer.message.machine, kOwn);
  EXPECT_EQ(answer.message.port, 6881);
  EXPECT_EQ(answer.message.nonce, question.nonce);
  const std::vector<Entry> expected = {{Key(1), 0, BeaconMessage::kHasAll},
                                       {Key(2), 0, BeaconMessage::kHasSome},
                                       {Key(3), 0, BeaconMessage::kWants}};
  EXPECT_EQ(answer.message.entries, expected);
  // The asker is reported, too: it will dial.
  ASSERT_EQ(output.found.size(), 3u);
  EXPECT_EQ(output.found[0].info_hash, InfoHash(1));
  EXPECT_EQ(output.found[0].address, "10.1.0.9");
  EXPECT_EQ(output.found[0].port, 6881);
  EXPECT_EQ(output.found[0].machine, 9u);
  EXPECT_TRUE(output.found[0].wants);
  EXPECT_FALSE(output.found[0].has_all);
  EXPECT_EQ(output.asked, (std::vector<std::string>{InfoHash(1), InfoHash(2)}));
  logic_.Unhold(InfoHash(1));
  EXPECT_TRUE(HearWant(8, 1).empty());
}

TEST_F(BeaconLogicTest, LongAnswersAreDivided) {
  BeaconLogic logic(
      {kOwn, 6881, 32, 2, BeaconKeyMaker::Open("")},
      [this] { return generator_(); }, &counts_);
  Output output;
  std::vector<Entry> entries;
  for (int i = 0; i < 5; ++i) {
    logic.Hold(InfoHash(i), BeaconHolding::kAll, now_, &output);
    entries.push_back({Key(i), 0, 0});
  }
  const BeaconMessage question = Question(9, entries);
  logic.OnMessage(question, Sender(9), now_, &output);
  ASSERT_EQ(output.answers.size(), 3u);
  EXPECT_EQ(output.answers[0].message.entries.size(), 2u);
  EXPECT_EQ(output.answers[2].message.entries.size(), 1u);
  for (const auto& answer : output.answers) {
    EXPECT_EQ(answer.message.nonce, question.nonce);
  }
}

TEST_F(BeaconLogicTest, AnswersToItsQuestionsAreReported) {
  Want(1);
  BeaconMessage answer = Tick().questions.at(0);
  answer.type = Type::kHere;
  answer.machine = 5;
  answer.port = 7000;
  answer.entries = {{Key(1), 0, BeaconMessage::kHasAll},
                    {Key(2), 0, BeaconMessage::kHasAll}};
  BeaconSender sender = Sender(5);
  sender.authenticated = true;
  sender.kind = PeerKind::kGroup;
  const Output output = Hear(answer, sender);
  ASSERT_EQ(output.found.size(), 1u);  // Content 2 is none of its business.
  EXPECT_EQ(output.found[0].info_hash, InfoHash(1));
  EXPECT_EQ(output.found[0].port, 7000);
  EXPECT_TRUE(output.found[0].has_all);
  EXPECT_FALSE(output.found[0].wants);
  EXPECT_TRUE(output.found[0].authenticated);
  EXPECT_EQ(output.found[0].kind, PeerKind::kGroup);
  EXPECT_EQ(logic_.Crowd(InfoHash(1), now_), 1);
  EXPECT_EQ(logic_.Crowd(InfoHash(2), now_), 0);
  EXPECT_EQ(counts_.answers_heard, 1);

  // What nobody asked is not believed.
  answer.nonce += 1;
  answer.machine = 6;
  EXPECT_TRUE(Hear(answer, Sender(6)).empty());
  EXPECT_EQ(counts_.dropped_unasked, 1);
  EXPECT_EQ(logic_.Crowd(InfoHash(1), now_), 1);
}

TEST_F(BeaconLogicTest, WhoBeginsToWantKnowsTheOthersAtOnce) {
  for (int machine = 2; machine < 12; ++machine) {
    EXPECT_TRUE(HearWant(machine, 1).empty());
  }
  now_ += absl::Seconds(9);
  EXPECT_EQ(logic_.Crowd(InfoHash(1), now_), 10);
  const Output output = Want(1);
  EXPECT_EQ(output.found.size(), 10u);
  EXPECT_EQ(Tick().questions.at(0).entries.at(0).known, 10);
  // Later it does not.
  now_ += absl::Seconds(2);
  EXPECT_EQ(logic_.Crowd(InfoHash(1), now_), 0);
  EXPECT_TRUE(Want(1).found.empty());
}

TEST_F(BeaconLogicTest, TheSamePeerIsReportedOnceInTenSeconds) {
  Want(1);
  EXPECT_EQ(HearWant(2, 1).found.size(), 1u);
  now_ += absl::Seconds(4);
  EXPECT_EQ(HearWant(2, 1).found.size(), 0u);
  // Unless there is something new.
  EXPECT_EQ(HearWant(2, 1, 0, BeaconMessage::kHasSome).found.size(), 1u);
  now_ += absl::Seconds(7);
  EXPECT_EQ(HearWant(2, 1, 0, BeaconMessage::kHasSome).found.size(), 0u);
  now_ += absl::Seconds(4);
  EXPECT_EQ(HearWant(2, 1, 0, BeaconMessage::kHasSome).found.size(), 1u);
}

TEST_F(BeaconLogicTest, WhoCannotBeDialedIsCountedAndNotReported) {
  Want(1);
  BeaconMessage question = Question(2, {{Key(1), 0, 0}});
  question.port = 0;
  const Output output = Hear(question, Sender(2));
  EXPECT_TRUE(output.found.empty());
  EXPECT_EQ(output.answers.size(), 1u);
  EXPECT_EQ(logic_.Crowd(InfoHash(1), now_), 1);
  // And does not answer itself.
  logic_.SetTcpPort(0);
  EXPECT_TRUE(HearWant(3, 1).answers.empty());
  EXPECT_EQ(logic_.Crowd(InfoHash(1), now_), 2);
  logic_.SetTcpPort(1234);
  EXPECT_EQ(HearWant(4, 1).answers.at(0).message.port, 1234);
}

TEST_F(BeaconLogicTest, AContentThatMustBeLoadedIsAnsweredWhenItIs) {
  Hold(1, BeaconHolding::kResting);
  const BeaconMessage question = Question(9, {{Key(1), 0, 0}});
  const Output first = Hear(question, Sender(9));
  EXPECT_TRUE(first.answers.empty());
  EXPECT_EQ(first.asked, std::vector<std::string>{InfoHash(1)});
  const Output second = HearWant(10, 1);
  EXPECT_TRUE(second.asked.empty());  // Within the same second.
  Hold(2, BeaconHolding::kAll);
  now_ += absl::Seconds(5);
  const Output loaded = Hold(1, BeaconHolding::kAll);
  ASSERT_EQ(loaded.answers.size(), 2u);
  EXPECT_EQ(loaded.answers[0].to.address, Sender(9).address);
  EXPECT_EQ(loaded.answers[0].message.nonce, question.nonce);
  EXPECT_EQ(loaded.answers[1].to.address, Sender(10).address);
  const std::vector<Entry> all = {{Key(1), 0, BeaconMessage::kHasAll}};
  EXPECT_EQ(loaded.answers[0].message.entries, all);
  EXPECT_TRUE(Hold(1, BeaconHolding::kAll).answers.empty());
  EXPECT_EQ(HearWant(11, 1).asked.size(), 1u);
}

TEST_F(BeaconLogicTest, WhoWaitsTooLongIsNotAnswered) {
  Hold(1, BeaconHolding::kResting);
  HearWant(9, 1);
  now_ += BeaconLogic::kPatience + absl::Seconds(1);
  EXPECT_TRUE(Hold(1, BeaconHolding::kAll).answers.empty());
}

TEST_F(BeaconLogicTest, TheLargerTheCrowdTheRarerItAnswers) {
  Hold(1, BeaconHolding::kAll);
  struct Row {
    std::uint16_t known;
    double expected;
  };
  for (const Row& row : {Row{0, 1.0}, Row{32, 1.0}, Row{64, 0.5}, Row{320, 0.1},
                         Row{3200, 0.01}}) {
    int answers = 0;
    constexpr int kQuestions = 4000;
    for (int i = 0; i < kQuestions; ++i) {
      // Always the same machine: what was heard is no crowd.
      now_ += absl::Seconds(1);
      answers += static_cast<int>(HearWant(9, 1, row.known).answers.size());
    }
    EXPECT_NEAR(answers, kQuestions * row.expected,
                4 * std::sqrt(kQuestions * 0.25))
        << row.known;
    if (row.known <= 32) {
      EXPECT_EQ(answers, kQuestions);
    }
  }
}

TEST_F(BeaconLogicTest, WhatWasHeardIsACrowdAsWell) {
  Hold(1, BeaconHolding::kAll);
  int answers = 0;
  for (int machine = 0; machine < 2000; ++machine) {
    now_ += absl::Milliseconds(1);
    answers += static_cast<int>(HearWant(machine + 2, 1).answers.size());
  }
  // 32 (1 + ln(2000 / 32)) is 164; the limit for all does not show here.
  EXPECT_GT(answers, 110);
  EXPECT_LT(answers, 220);
  EXPECT_EQ(counts_.unanswered_rate, 0);
  EXPECT_EQ(counts_.left_to_others, 2000 - answers);
}

TEST_F(BeaconLogicTest, NobodyMakesItAnswerWithoutLimit) {
  Hold(1, BeaconHolding::kAll);
  int answers = 0;
  for (int i = 0; i < 1000; ++i) {
    answers += static_cast<int>(HearWant(9, 1).answers.size());
  }
  EXPECT_EQ(answers, BeaconLogic::kAnswersToEach.burst);
  EXPECT_EQ(counts_.unanswered_rate, 1000 - answers);
  // Others are still answered, up to what is for all. Each speaks of a content
  // of its own, so that none is left to others.
  for (int i = 100; i < 1100; ++i) Hold(i, BeaconHolding::kAll);
  answers = 0;
  for (int i = 100; i < 1100; ++i) {
    answers += static_cast<int>(HearWant(i, i).answers.size());
  }
  EXPECT_EQ(answers, BeaconLogic::kAnswersToAll.burst -
                         BeaconLogic::kAnswersToEach.burst);
}

TEST_F(BeaconLogicTest, HoldsABoundedNumberOfContents) {
  Output output;
  for (std::size_t i = 0; i < BeaconLogic::kMaxHeld; ++i) {
    const std::string hash = absl::StrCat("content ", 100'000'000'000 + i);
    ASSERT_EQ(hash.size(), 20u);
    ASSERT_TRUE(logic_.Hold(hash, BeaconHolding::kAll, now_, &output));
  }
  EXPECT_FALSE(logic_.Hold(InfoHash(1), BeaconHolding::kAll, now_, &output));
  logic_.Unhold("content 100000000000");
  EXPECT_TRUE(logic_.Hold(InfoHash(1), BeaconHolding::kAll, now_, &output));
}

TEST_F(BeaconLogicTest, TheCrowdDoesNotCountThisMachine) {
  Want(1);
  HearWant(2, 1);
  HearWant(3, 1);
  EXPECT_EQ(logic_.Crowd(InfoHash(1), now_), 2);
  EXPECT_EQ(logic_.Crowd(InfoHash(2), now_), 0);
}

// N machines on one wire that all begin within 100 ms: how many answers there
// are, and whether everybody knows enough others within a second.
class Site {
 public:
  explicit Site(int machines) {
    for (int i = 0; i < machines; ++i) {
      machines_.push_back(std::make_unique<Machine>(i, &generator_));
    }
  }

  void Run() {
    const int count = static_cast<int>(machines_.size());
    for (int i = 0; i < count; ++i) {
      const absl::Duration at =
          kStart + absl::Milliseconds(100) * UniformFrom(generator_());
      events_.emplace(at, [this, i, at] {
        Output output;
        machines_[i]->logic.Want(InfoHash(1), at, &output);
        Deliver(i, at, output);
        Tick(i, at);
      });
    }
    while (!events_.empty() &&
           events_.begin()->first <= kStart + absl::Seconds(1.5)) {
      const auto event = events_.begin();
      const auto action = std::move(event->second);
      events_.erase(event);
      action();
    }
  }

  int questions = 0;
  int answers = 0;
  std::vector<int> found;

 private:
  struct Machine {
    Machine(int number, std::mt19937_64* generator)
        : logic(
              {static_cast<std::uint64_t>(number), 6881, 32, 32,
               BeaconKeyMaker::Open("")},
              [generator] { return (*generator)(); }, &counts) {}
    BeaconCounts counts;
    BeaconLogic logic;
  };

  void Tick(int i, absl::Duration now) {
    Output output;
    machines_[i]->logic.Tick(now, &output);
    Deliver(i, now, output);
    const absl::Duration next = machines_[i]->logic.NextTick(now);
    events_.emplace(next, [this, i, next] { Tick(i, next); });
  }

  void Deliver(int from, absl::Duration now, const Output& output) {
    found.resize(machines_.size());
    found[from] += static_cast<int>(output.found.size());
    const absl::Duration at = now + absl::Microseconds(300);
    for (const BeaconMessage& question : output.questions) {
      ++questions;
      for (int to = 0; to < static_cast<int>(machines_.size()); ++to) {
        if (to != from) Send(from, to, at, question);
      }
    }
    for (const BeaconLogic::Answer& answer : output.answers) {
      ++answers;
      const auto& bytes = answer.to.address.bytes();
      Send(from, bytes[14] * 256 + bytes[15], at, answer.message);
    }
  }

  void Send(int from, int to, absl::Duration at, const BeaconMessage& message) {
    events_.emplace(at, [this, from, to, at, message] {
      Output output;
      machines_[to]->logic.OnMessage(message, Sender(from), at, &output);
      Deliver(to, at, output);
    });
  }

  std::mt19937_64 generator_{7};
  std::vector<std::unique_ptr<Machine>> machines_;
  std::multimap<absl::Duration, std::function<void()>> events_;
};

TEST(BeaconSiteTest, AFlashCrowdFindsItselfWithFewAnswers) {
  for (const int machines : {2, 10, 200}) {
    Site site(machines);
    site.Run();
    for (const int found : site.found) {
      EXPECT_GE(found, std::min(machines - 1, 32)) << machines;
    }
    // Not machines².
    const double crowd = std::max(1.0, machines / 32.0);
    EXPECT_LE(site.answers, 1.2 * site.questions * 32 * (1 + std::log(crowd)))
        << machines;
    EXPECT_LE(site.questions, 4 * machines);
  }
}

}  // namespace
}  // namespace convoy
