#include "peer/beacon.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "peer/base/clock.h"
#include "peer/base/mutex.h"
#include "peer/base/unique_fd.h"
#include "peer/beacon_envelope.h"
#include "peer/beacon_key.h"
#include "peer/beacon_message.h"
#include "peer/beacon_sockets.h"
#include "peer/group_testing.h"
#include "peer/ip_address.h"

namespace convoy {
namespace {

const std::string& Content() {
  static const auto& hash = *new std::string(20, 'c');
  return hash;
}

IpAddress Loopback() { return *IpAddress::Parse("127.0.0.1"); }

// Writes down what it hears.
class Recorder final : public BeaconListener {
 public:
  void OnFound(const BeaconFound& found) override {
    MutexLock lock(&mutex_);
    found_.push_back(found);
  }
  void OnAsked(const std::string& info_hash) override {
    MutexLock lock(&mutex_);
    asked_.push_back(info_hash);
  }
  void OnNetwork(const std::shared_ptr<const PeerFilter>& filter) override {
    MutexLock lock(&mutex_);
    filters_.push_back(filter);
  }

  std::vector<BeaconFound> found() const {
    MutexLock lock(&mutex_);
    return found_;
  }
  std::vector<std::string> asked() const {
    MutexLock lock(&mutex_);
    return asked_;
  }
  std::vector<std::shared_ptr<const PeerFilter>> filters() const {
    MutexLock lock(&mutex_);
    return filters_;
  }
  std::optional<BeaconFound> Find(std::uint64_t machine) const {
    for (const BeaconFound& each : found()) {
      if (each.machine == machine) return each;
    }
    return std::nullopt;
  }

 private:
  mutable Mutex mutex_;
  std::vector<BeaconFound> found_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> asked_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::shared_ptr<const PeerFilter>> filters_
      ABSL_GUARDED_BY(mutex_);
};

// True once `condition` is, within a time that is unreasonably long.
bool Await(const std::function<bool()>& condition) {
  const absl::Time limit = absl::Now() + absl::Seconds(150);
  Mutex mutex;
  CondVar never;
  MutexLock lock(&mutex);
  while (!condition()) {
    if (absl::Now() > limit) return false;
    never.WaitFor(&mutex, absl::Milliseconds(2));
  }
  return true;
}

// A UDP socket of somebody who keeps to nothing.
class RawSocket {
 public:
  explicit RawSocket(const char* address, int port = 0)
      : fd_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    const int one = 1;
    setsockopt(fd_.get(), SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    sockaddr_storage own;
    const socklen_t length = IpAddress::Parse(address)->ToSockaddr(port, &own);
    EXPECT_EQ(bind(fd_.get(), reinterpret_cast<sockaddr*>(&own), length), 0);
  }
  void JoinGroup() {
    ip_mreqn request = {};
    inet_pton(AF_INET, BeaconSockets::kGroup4, &request.imr_multiaddr);
    request.imr_ifindex = 1;
    EXPECT_EQ(setsockopt(fd_.get(), IPPROTO_IP, IP_ADD_MEMBERSHIP, &request,
                         sizeof(request)),
              0);
  }
  void Send(absl::string_view bytes, int port) {
    sockaddr_storage to;
    const socklen_t length = Loopback().ToSockaddr(port, &to);
    EXPECT_EQ(sendto(fd_.get(), bytes.data(), bytes.size(), 0,
                     reinterpret_cast<sockaddr*>(&to), length),
              static_cast<ssize_t>(bytes.size()));
  }
  // The next datagram. Nothing, where it need not wait: there is none.
  std::optional<std::string> Receive(bool wait) {
    char buffer[2048];
    const ssize_t size =
        recv(fd_.get(), buffer, sizeof(buffer), wait ? 0 : MSG_DONTWAIT);
    if (size < 0) return std::nullopt;
    return std::string(buffer, static_cast<std::size_t>(size));
  }

 private:
  UniqueFd fd_;
};

// Beacons of several machines, all on the loopback interface of the test's own
// network.
class BeaconTest : public ::testing::Test {
 protected:
  static constexpr int kPort = 6772;

  BeaconOptions Options(std::uint64_t machine) {
    BeaconOptions options;
    options.machine = machine;
    options.tcp_port = static_cast<int>(7000 + machine);
    options.beacon_port = kPort;
    options.rules.interfaces = {"lo"};
    return options;
  }
  BeaconOptions MemberOptions(std::uint64_t machine) {
    BeaconOptions options = Options(machine);
    options.identity =
        MakeMember(authority_, absl::StrCat("machine ", machine), clock_);
    return options;
  }

  std::unique_ptr<Beacon> Start(BeaconOptions options, Recorder* recorder) {
    auto beacon = Beacon::Start(std::move(options), clock_, recorder);
    EXPECT_TRUE(beacon.ok()) << beacon.status();
    // Until it listens: what comes before that it cannot hear.
    EXPECT_TRUE(Await([&] { return !recorder->filters().empty(); }));
    EXPECT_EQ((*beacon)->counts().port_problem, "");
    return *std::move(beacon);
  }

  static BeaconMessage Question(const BeaconKeyMaker& keys) {
    static std::uint64_t nonce = 0;
    BeaconMessage question;
    question.machine = 99;
    question.port = 7099;
    question.nonce = ++nonce;
    question.entries = {{keys.KeyOf(Content()), 0, 0}};
    return question;
  }

  RealClock clock_;
  TestAuthority authority_{"authority"};
  Recorder one_;
  Recorder two_;
};

TEST_F(BeaconTest, FindsAHolderWithinASecond) {
  const auto holder = Start(Options(1), &one_);
  const auto wanter = Start(Options(2), &two_);
  // The first is the one that is looked at below; more of them, because a busy
  // machine may take longer for one.
  absl::Duration fastest = absl::InfiniteDuration();
  for (char name = 'c'; name < 'm' && fastest > absl::Seconds(1); ++name) {
    const std::string content(20, name);
    holder->Hold(content, BeaconHolding::kAll);
    const absl::Duration start = clock_.Monotonic();
    ASSERT_TRUE(wanter->Want(content));
    ASSERT_TRUE(Await([&] {
      for (const BeaconFound& each : two_.found()) {
        if (each.machine == 1 && each.info_hash == content) return true;
      }
      return false;
    }));
    fastest = std::min(fastest, clock_.Monotonic() - start);
  }
  EXPECT_LT(fastest, absl::Seconds(1));
  const BeaconFound found = *two_.Find(1);
  EXPECT_EQ(found.info_hash, Content());
  EXPECT_EQ(found.address, "127.0.0.1");
  EXPECT_EQ(found.port, 7001);
  EXPECT_TRUE(found.has_all);
  EXPECT_FALSE(found.wants);
  EXPECT_FALSE(found.authenticated);
  EXPECT_EQ(found.kind, PeerKind::kLan);
  EXPECT_EQ(wanter->Crowd(Content()), 1);
  // The holder knows who asks.
  ASSERT_TRUE(Await([&] { return one_.Find(2).has_value(); }));
  EXPECT_TRUE(one_.Find(2)->wants);
  EXPECT_EQ(one_.Find(2)->port, 7002);
  ASSERT_TRUE(Await([&] { return !one_.asked().empty(); }));
  EXPECT_EQ(one_.asked()[0], Content());
  EXPECT_GT(holder->counts().answers_sent, 0);
}

TEST_F(BeaconTest, WantersFindEachOtherAndKnowWhatWasSaidBefore) {
  const auto first = Start(Options(1), &one_);
  const auto second = Start(Options(2), &two_);
  first->Want(Content());
  ASSERT_TRUE(Await([&] { return second->Crowd(Content()) == 1; }));
  EXPECT_TRUE(two_.found().empty());
  second->Want(Content());
  ASSERT_TRUE(Await([&] { return two_.Find(1).has_value(); }));
  EXPECT_TRUE(two_.Find(1)->wants);
  ASSERT_TRUE(Await([&] { return one_.Find(2).has_value(); }));
  EXPECT_TRUE(one_.Find(2)->wants);
}

TEST_F(BeaconTest, AContentIsLoadedBeforeItIsOffered) {
  const auto holder = Start(Options(1), &one_);
  const auto wanter = Start(Options(2), &two_);
  holder->Hold(Content(), BeaconHolding::kResting);
  wanter->Want(Content());
  ASSERT_TRUE(Await([&] { return !one_.asked().empty(); }));
  EXPECT_FALSE(two_.Find(1).has_value());
  holder->Hold(Content(), BeaconHolding::kAll);
  ASSERT_TRUE(Await([&] { return two_.Find(1).has_value(); }));
  EXPECT_TRUE(two_.Find(1)->has_all);
}

TEST_F(BeaconTest, MembersOfAGroupFindEachOther) {
  const auto holder = Start(MemberOptions(1), &one_);
  const auto wanter = Start(MemberOptions(2), &two_);
  holder->Hold(Content(), BeaconHolding::kAll);
  wanter->Want(Content());
  ASSERT_TRUE(Await([&] { return two_.Find(1).has_value(); }));
  EXPECT_TRUE(two_.Find(1)->authenticated);
  ASSERT_TRUE(Await([&] { return one_.Find(2).has_value(); }));
  EXPECT_TRUE(one_.Find(2)->authenticated);
}

TEST_F(BeaconTest, OtherGroupsAndNoGroupAreNotHeard) {
  const auto holder = Start(MemberOptions(1), &one_);
  holder->Hold(Content(), BeaconHolding::kAll);
  const TestAuthority other("authority");
  BeaconOptions options = Options(2);
  options.identity = MakeMember(other, "machine 2", clock_);
  const auto stranger = Start(std::move(options), &two_);
  Recorder three;
  const auto outsider = Start(Options(3), &three);
  stranger->Want(Content());
  outsider->Want(Content());
  // All that they say in the first second.
  ASSERT_TRUE(
      Await([&] { return holder->counts().dropped_unauthenticated >= 8; }));
  EXPECT_EQ(holder->counts().answers_sent, 0);
  EXPECT_EQ(holder->counts().wants_heard, 0);
  EXPECT_TRUE(one_.found().empty());
  EXPECT_TRUE(one_.asked().empty());
  EXPECT_TRUE(two_.found().empty());
  EXPECT_TRUE(three.found().empty());
}

TEST_F(BeaconTest, AnOutsiderWithTheRightKeyIsNotAnswered) {
  const BeaconOptions options = MemberOptions(1);
  const auto keys = BeaconKeyMaker::Group(options.identity->group_key());
  const auto holder = Start(options, &one_);
  holder->Hold(Content(), BeaconHolding::kAll);
  RawSocket outsider("127.0.0.1");
  outsider.Send(EncodeBeaconMessage(Question(keys)), kPort);
  ASSERT_TRUE(
      Await([&] { return holder->counts().dropped_unauthenticated == 1; }));
  // A member that asks the same in the same way is: so the outsider would have
  // been before, if it were to be.
  BeaconCounts unused;
  const BeaconEnvelope envelope(99, MemberOptions(2).identity, clock_, &unused);
  RawSocket member("127.0.0.1");
  member.Send(*envelope.Seal(Question(keys), IpAddress()), kPort);
  const auto answer = member.Receive(true);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(DecodeBeaconDatagram(*answer)->message.machine, 1u);
  EXPECT_FALSE(outsider.Receive(false).has_value());
}

TEST_F(BeaconTest, WhatAMemberSaidIsWorthNothingForAListener) {
  const auto holder = Start(MemberOptions(1), &one_);
  std::optional<std::string> heard;
  {
    const auto wanter = Start(MemberOptions(2), &two_);
    RawSocket listener("0.0.0.0", kPort);
    listener.JoinGroup();
    wanter->Want(Content());
    heard = listener.Receive(true);
    ASSERT_TRUE(heard.has_value());
    ASSERT_TRUE(Await([&] { return holder->counts().wants_heard > 0; }));
  }
  holder->Hold(Content(), BeaconHolding::kAll);
  // To who heard it,
  RawSocket repeater("127.0.0.66");
  repeater.Send(*heard, kPort);
  ASSERT_TRUE(Await([&] { return holder->counts().dropped_repeated == 1; }));
  // and to who did not, and so cannot know that it was said before.
  Recorder three;
  BeaconOptions options = MemberOptions(3);
  options.beacon_port = kPort + 1;
  const auto other = Start(std::move(options), &three);
  other->Hold(Content(), BeaconHolding::kAll);
  repeater.Send(*heard, kPort + 1);
  ASSERT_TRUE(
      Await([&] { return other->counts().dropped_unauthenticated == 1; }));
  EXPECT_EQ(holder->counts().answers_sent, 0);
  EXPECT_EQ(other->counts().answers_sent, 0);
  EXPECT_FALSE(repeater.Receive(false).has_value());
}

TEST_F(BeaconTest, NamedPeersAreAskedDirectly) {
  const auto holder = Start(Options(1), &one_);
  holder->Hold(Content(), BeaconHolding::kAll);
  BeaconOptions options = Options(2);
  options.beacon_port = kPort + 1;  // So that the group is another one.
  options.peers = {absl::StrCat("127.0.0.1:", kPort), "192.0.2.77:6772"};
  const auto wanter = Start(std::move(options), &two_);
  wanter->Want(Content());
  ASSERT_TRUE(Await([&] { return two_.Find(1).has_value(); }));
}

TEST_F(BeaconTest, AddressesThatMayBeNoPeersAreNotHeard) {
  BeaconOptions options = Options(1);
  options.rules.allowed_networks = {*IpNetwork::Parse("127.0.0.1")};
  const auto holder = Start(std::move(options), &one_);
  holder->Hold(Content(), BeaconHolding::kAll);
  const auto keys = BeaconKeyMaker::Open("");
  RawSocket refused("127.0.0.66");
  refused.Send(EncodeBeaconMessage(Question(keys)), kPort);
  ASSERT_TRUE(Await([&] { return holder->counts().dropped_address == 1; }));
  RawSocket allowed("127.0.0.1");
  allowed.Send(EncodeBeaconMessage(Question(keys)), kPort);
  EXPECT_TRUE(allowed.Receive(true).has_value());
  EXPECT_FALSE(refused.Receive(false).has_value());
}

TEST_F(BeaconTest, WithoutItsInterfaceItIsSilentUntilItComes) {
  const auto holder = Start(Options(1), &one_);
  holder->Hold(Content(), BeaconHolding::kAll);
  BeaconOptions options = Options(2);
  std::atomic<bool> up{false};
  options.read_interfaces = [&up] {
    std::vector<NetworkInterface> interfaces = ReadNetworkInterfaces();
    for (NetworkInterface& each : interfaces) {
      if (each.loopback) each.up = up;
    }
    return interfaces;
  };
  const auto wanter = Start(std::move(options), &two_);
  EXPECT_FALSE(wanter->filter()->usable());
  EXPECT_EQ(wanter->filter()->policy(), "swarm.interfaces");
  wanter->Want(Content());
  EXPECT_EQ(wanter->counts().datagrams_sent, 0);
  up = true;
  ASSERT_TRUE(Await([&] { return two_.Find(1).has_value(); }));
  EXPECT_TRUE(wanter->filter()->usable());
  EXPECT_TRUE(two_.filters().back()->usable());
}

TEST_F(BeaconTest, OtherRulesSilenceItAndLetItSpeakAgain) {
  const auto holder = Start(Options(1), &one_);
  const auto wanter = Start(Options(2), &two_);
  holder->Hold(Content(), BeaconHolding::kAll);
  PeerRules rules = Options(1).rules;
  rules.refused = "a VPN";
  rules.refused_policy = "network.vpn_peers";
  holder->SetRules(rules);
  // At once, for who asks now.
  EXPECT_FALSE(holder->filter()->usable());
  EXPECT_EQ(holder->filter()->policy(), "network.vpn_peers");
  ASSERT_TRUE(Await([&] {
    return !one_.filters().empty() && !one_.filters().back()->usable();
  }));
  wanter->Want(Content());
  // All that it asks in the first second.
  ASSERT_TRUE(Await([&] { return wanter->counts().datagrams_sent >= 4; }));
  EXPECT_FALSE(two_.Find(1).has_value());
  EXPECT_EQ(holder->counts().answers_sent, 0);

  holder->SetRules(Options(1).rules);
  EXPECT_TRUE(holder->filter()->usable());
  EXPECT_TRUE(Await([&] { return two_.Find(1).has_value(); }));
}

TEST_F(BeaconTest, OtherNamedPeersAreAskedFromNowOn) {
  const auto wanter = Start(Options(2), &two_);
  wanter->Want(Content());
  RawSocket peer("127.0.0.9", 6999);
  wanter->SetPeers({"127.0.0.9:6999"});
  wanter->Want(Content());
  EXPECT_TRUE(peer.Receive(/*wait=*/true).has_value());
}

TEST_F(BeaconTest, SpeaksOfNothingThatItWasNotTold) {
  const auto silent = Start(Options(1), &one_);
  RawSocket listener("0.0.0.0", kPort);
  listener.JoinGroup();
  const auto wanter = Start(Options(2), &two_);
  wanter->Want(Content());
  ASSERT_TRUE(Await([&] { return silent->counts().wants_heard > 3; }));
  EXPECT_EQ(silent->counts().datagrams_sent, 0);
  while (const auto heard = listener.Receive(false)) {
    EXPECT_EQ(DecodeBeaconDatagram(*heard)->message.machine, 2u);
  }
}

TEST_F(BeaconTest, SaysWhatCannotWork) {
  BeaconOptions options = Options(1);
  options.peers = {"no port"};
  EXPECT_EQ(Beacon::Start(options, clock_, &one_).status().code(),
            absl::StatusCode::kInvalidArgument);
  TestAuthority::Wish wish;
  wish.comment = std::string(1200, 'c');
  const TestAuthority::Issued issued = authority_.Issue("machine", wish);
  options = Options(1);
  auto identity =
      GroupIdentity::Make(authority_.certificate_pem(), issued.certificate_pem,
                          issued.key_pem, "", clock_);
  ASSERT_TRUE(identity.ok()) << identity.status();
  options.identity = *std::move(identity);
  const auto started = Beacon::Start(options, clock_, &one_);
  EXPECT_TRUE(
      absl::StrContains(started.status().message(), "group.certificate_file"))
      << started.status();
}

TEST_F(BeaconTest, AnotherProgramsPortIsAProblemThatIsTold) {
  const UniqueFd other(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_storage any;
  const socklen_t length = IpAddress::Parse("0.0.0.0")->ToSockaddr(kPort, &any);
  ASSERT_EQ(bind(other.get(), reinterpret_cast<sockaddr*>(&any), length), 0);
  auto beacon = Beacon::Start(Options(1), clock_, &one_);
  ASSERT_TRUE(beacon.ok());
  ASSERT_TRUE(Await([&] { return !(*beacon)->counts().port_problem.empty(); }));
  EXPECT_TRUE(
      absl::StrContains((*beacon)->counts().port_problem, "UDP port 6772"));
}

}  // namespace
}  // namespace convoy
