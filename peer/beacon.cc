#include "peer/beacon.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "peer/base/log.h"
#include "peer/base/mutex.h"
#include "peer/base/random.h"
#include "peer/base/status_macros.h"
#include "peer/base/unique_fd.h"
#include "peer/beacon_envelope.h"
#include "peer/beacon_logic.h"
#include "peer/beacon_peers.h"
#include "peer/beacon_sockets.h"

namespace convoy {
namespace {

// The interfaces are looked at so often even if nothing tells of a change, and
// no more often if much does.
constexpr absl::Duration kLookAgain = absl::Seconds(5);
constexpr absl::Duration kLeastLookAgain = absl::Milliseconds(200);
// Datagrams of one socket before the others have their turn.
constexpr int kMaxDatagramsOfTurn = 64;
// What this machine sends to itself comes over loopback. Always its index.
constexpr std::uint32_t kLoopbackIndex = 1;

BeaconKeyMaker KeysFor(const BeaconOptions& options) {
  return options.identity == nullptr
             ? BeaconKeyMaker::Open(options.group_id)
             : BeaconKeyMaker::Group(options.identity->group_key());
}

bool HasNewAddress(const PeerFilter& before, const PeerFilter& now) {
  const auto& old = before.listen_addresses();
  return std::any_of(
      now.listen_addresses().begin(), now.listen_addresses().end(),
      [&](const PeerFilter::LocalAddress& own) {
        return std::none_of(old.begin(), old.end(), [&](const auto& each) {
          return each.address == own.address;
        });
      });
}

}  // namespace

class Beacon::Impl {
 public:
  Impl(BeaconOptions options, const Clock& clock, BeaconListener* listener);
  ~Impl();

  // Once, first. INVALID_ARGUMENT.
  absl::Status Start();

  // Calls `action` with the logic, the time, and the output that the thread
  // will take care of.
  template <typename Action>
  auto WithLogic(Action action) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(&mutex_);
    const absl::Duration now = clock_.Monotonic();
    const absl::Duration before = logic_.NextTick(now);
    const auto result = action(&logic_, now, &pending_);
    if (!pending_.empty() || logic_.NextTick(now) < before) Wake();
    return result;
  }
  int Crowd(absl::string_view info_hash) ABSL_LOCKS_EXCLUDED(mutex_);
  std::shared_ptr<const PeerFilter> filter() ABSL_LOCKS_EXCLUDED(mutex_);
  BeaconCounts counts() ABSL_LOCKS_EXCLUDED(mutex_);
  void SetRules(PeerRules rules) ABSL_LOCKS_EXCLUDED(mutex_);
  void SetPeers(std::vector<std::string> peers) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Wake();
  // Below: of the thread.
  void Run();
  // False: stopped.
  bool Wait(std::vector<pollfd>* set) ABSL_LOCKS_EXCLUDED(mutex_);
  int PollTimeoutMs() ABSL_LOCKS_EXCLUDED(mutex_);
  // What SetRules and SetPeers were told.
  void TakeSettings() ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status MakePeers(const std::vector<std::string>& peers);
  void LookAtNetwork();
  void UseNetwork(std::vector<NetworkInterface> interfaces)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void LookAtPeers();
  void LogProblem();
  void Hear(int fd, BeaconLogic::Output* output) ABSL_LOCKS_EXCLUDED(mutex_);
  // Due questions, and what other threads caused.
  void TakePending(BeaconLogic::Output* output) ABSL_LOCKS_EXCLUDED(mutex_);
  void Publish() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Deliver(const BeaconLogic::Output& output);
  void SendQuestion(const BeaconMessage& question);
  void SendAnswer(const BeaconLogic::Answer& answer);
  void CountSent(bool sent);

  const BeaconOptions options_;
  const Clock& clock_;
  BeaconListener& listener_;
  const UniqueFd wake_;
  const UniqueFd network_watch_;
  std::atomic<bool> peers_changed_{false};

  // Of the thread, once it runs.
  BeaconCounts traffic_;
  BeaconEnvelope envelope_;
  BeaconSockets sockets_;
  PeerRules rules_;
  std::vector<NetworkInterface> interfaces_;
  std::shared_ptr<const PeerFilter> current_;  // The same as filter_.
  std::vector<BeaconPeers::Address> peers_to_ask_;
  absl::Duration last_look_ = -absl::InfiniteDuration();
  absl::Duration next_look_;
  std::string logged_problem_;

  Mutex mutex_;
  BeaconCounts heard_counts_ ABSL_GUARDED_BY(mutex_);
  BeaconLogic logic_ ABSL_GUARDED_BY(mutex_);
  BeaconLogic::Output pending_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const PeerFilter> filter_ ABSL_GUARDED_BY(mutex_);
  BeaconCounts published_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<PeerRules> new_rules_ ABSL_GUARDED_BY(mutex_);
  std::optional<std::vector<std::string>> new_peers_ ABSL_GUARDED_BY(mutex_);

  // Of the thread, once it runs.
  std::unique_ptr<BeaconPeers> peers_;
  std::thread thread_;
};

Beacon::Impl::Impl(BeaconOptions options, const Clock& clock,
                   BeaconListener* listener)
    : options_(std::move(options)),
      clock_(clock),
      listener_(*listener),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      network_watch_(OpenNetworkWatch()),
      envelope_(options_.machine, options_.identity, clock, &traffic_),
      sockets_(options_.beacon_port),
      rules_(options_.rules),
      current_(std::make_shared<PeerFilter>()),
      logic_(
          {options_.machine, options_.tcp_port,
           envelope_.MaxEntries(BeaconMessage::Type::kWant),
           envelope_.MaxEntries(BeaconMessage::Type::kHere), KeysFor(options_)},
          RandomBits, &heard_counts_) {}

Beacon::Impl::~Impl() {
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
  }
  Wake();
  if (thread_.joinable()) thread_.join();
  peers_.reset();  // It wakes the thread, or would.
}

absl::Status Beacon::Impl::Start() {
  if (envelope_.MaxEntries(BeaconMessage::Type::kWant) == 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "group.certificate_file: certificate and signature have ",
        options_.identity->max_signed_bytes(),
        " bytes, which is too long for a datagram of ", kMaxSignedBeaconBytes,
        "; those of an EC key are shorter"));
  }
  CONVOY_RETURN_IF_ERROR(MakePeers(options_.peers));
  // So that filter() tells the truth from the start.
  interfaces_ = options_.read_interfaces();
  current_ = std::make_shared<PeerFilter>(rules_, interfaces_);
  {
    MutexLock lock(&mutex_);
    filter_ = current_;
  }
  thread_ = std::thread([this] { Run(); });
  pthread_setname_np(thread_.native_handle(), "beacon");
  return absl::OkStatus();
}

absl::Status Beacon::Impl::MakePeers(const std::vector<std::string>& peers) {
  CONVOY_ASSIGN_OR_RETURN(peers_, BeaconPeers::Make(peers, [this] {
                            peers_changed_ = true;
                            Wake();
                          }));
  return absl::OkStatus();
}

void Beacon::Impl::SetRules(PeerRules rules) {
  auto filter =
      std::make_shared<const PeerFilter>(rules, options_.read_interfaces());
  {
    MutexLock lock(&mutex_);
    filter_ = std::move(filter);
    new_rules_ = std::move(rules);
  }
  Wake();
}

void Beacon::Impl::SetPeers(std::vector<std::string> peers) {
  {
    MutexLock lock(&mutex_);
    new_peers_ = std::move(peers);
  }
  Wake();
}

void Beacon::Impl::TakeSettings() {
  std::optional<PeerRules> rules;
  std::optional<std::vector<std::string>> peers;
  {
    MutexLock lock(&mutex_);
    rules.swap(new_rules_);
    peers.swap(new_peers_);
  }
  if (peers.has_value()) {
    if (const absl::Status status = MakePeers(*peers); !status.ok()) {
      LogError("swarm.peers: ", status.message());
    }
    peers_changed_ = true;
  }
  if (!rules.has_value()) return;
  rules_ = *std::move(rules);
  UseNetwork(options_.read_interfaces());
}

int Beacon::Impl::Crowd(absl::string_view info_hash) {
  MutexLock lock(&mutex_);
  return logic_.Crowd(info_hash, clock_.Monotonic());
}

std::shared_ptr<const PeerFilter> Beacon::Impl::filter() {
  MutexLock lock(&mutex_);
  return filter_;
}

BeaconCounts Beacon::Impl::counts() {
  MutexLock lock(&mutex_);
  return published_;
}

void Beacon::Impl::Wake() {
  const std::uint64_t one = 1;
  // Fails only when it was woken very often already.
  (void)!write(wake_.get(), &one, sizeof(one));
}

void Beacon::Impl::Run() {
  UseNetwork(std::move(interfaces_));
  std::vector<pollfd> set;
  while (Wait(&set)) {
    TakeSettings();
    if (peers_changed_.exchange(false)) LookAtPeers();
    if (clock_.Monotonic() >= next_look_) LookAtNetwork();
    BeaconLogic::Output output;
    for (const pollfd& each : set) {
      if (each.revents == 0) continue;
      if (each.fd == network_watch_.get()) {
        DrainNetworkWatch(each.fd);
        next_look_ = std::min(next_look_, last_look_ + kLeastLookAgain);
      } else if (each.fd != wake_.get()) {
        Hear(each.fd, &output);
      }
    }
    TakePending(&output);
    Deliver(output);
    MutexLock lock(&mutex_);
    Publish();
  }
}

bool Beacon::Impl::Wait(std::vector<pollfd>* set) {
  *set = sockets_.PollSet();
  set->push_back({wake_.get(), POLLIN, 0});
  if (network_watch_.valid()) set->push_back({network_watch_.get(), POLLIN, 0});
  poll(set->data(), set->size(), PollTimeoutMs());
  std::uint64_t count = 0;
  (void)!read(wake_.get(), &count, sizeof(count));
  MutexLock lock(&mutex_);
  return !stopping_;
}

int Beacon::Impl::PollTimeoutMs() {
  MutexLock lock(&mutex_);
  if (stopping_ || !pending_.empty()) return 0;
  const absl::Duration now = clock_.Monotonic();
  const absl::Duration wait =
      std::clamp(std::min(next_look_, logic_.NextTick(now)) - now,
                 absl::ZeroDuration(), kLookAgain);
  return static_cast<int>(
      absl::ToInt64Milliseconds(absl::Ceil(wait, absl::Milliseconds(1))));
}

void Beacon::Impl::LookAtNetwork() {
  last_look_ = clock_.Monotonic();
  next_look_ = last_look_ + kLookAgain;
  std::vector<NetworkInterface> interfaces = options_.read_interfaces();
  if (interfaces != interfaces_) {
    UseNetwork(std::move(interfaces));
    return;
  }
  if (!sockets_.problem().empty()) {
    sockets_.Update(*current_);
    LogProblem();
  }
  LookAtPeers();
}

void Beacon::Impl::UseNetwork(std::vector<NetworkInterface> interfaces) {
  last_look_ = clock_.Monotonic();
  next_look_ = last_look_ + kLookAgain;
  interfaces_ = std::move(interfaces);
  const auto before = std::exchange(
      current_, std::make_shared<PeerFilter>(rules_, interfaces_));
  sockets_.Update(*current_);
  LogProblem();
  LookAtPeers();
  {
    MutexLock lock(&mutex_);
    if (!new_rules_.has_value()) filter_ = current_;
    if (HasNewAddress(*before, *current_)) logic_.AskAnew(last_look_);
    Publish();
  }
  listener_.OnNetwork(current_);
}

void Beacon::Impl::LookAtPeers() {
  peers_to_ask_.clear();
  for (const BeaconPeers::Address& peer : peers_->addresses()) {
    if (!current_->MayBePeer(peer.first)) continue;
    // Not over an interface that is not used, whatever the routes say.
    const auto source = BeaconSockets::SourceFor(peer.first);
    const auto& own = current_->listen_addresses();
    if (source && std::any_of(own.begin(), own.end(), [&](const auto& each) {
          return each.address == *source;
        })) {
      peers_to_ask_.push_back(peer);
    }
  }
}

void Beacon::Impl::LogProblem() {
  if (sockets_.problem() == logged_problem_) return;
  logged_problem_ = sockets_.problem();
  if (!logged_problem_.empty()) {
    LogWarning("other machines do not find what this one has: ",
               logged_problem_);
  }
}

void Beacon::Impl::Hear(int fd, BeaconLogic::Output* output) {
  for (int i = 0; i < kMaxDatagramsOfTurn; ++i) {
    const auto datagram = sockets_.Receive(fd);
    if (!datagram) return;
    ++traffic_.datagrams_heard;
    if (!current_->MayBePeer(datagram->from) ||
        (!current_->UsesInterface(datagram->interface) &&
         datagram->interface != kLoopbackIndex)) {
      ++traffic_.dropped_address;
      continue;
    }
    const auto opened = envelope_.Open(datagram->bytes, datagram->from);
    if (!opened) continue;
    const BeaconSender sender = {
        datagram->from, datagram->port, datagram->to, opened->authenticated,
        current_->KindOf(datagram->from, opened->authenticated)};
    MutexLock lock(&mutex_);
    logic_.OnMessage(opened->message, sender, clock_.Monotonic(), output);
  }
}

void Beacon::Impl::TakePending(BeaconLogic::Output* output) {
  MutexLock lock(&mutex_);
  output->Append(std::exchange(pending_, BeaconLogic::Output()));
  logic_.Tick(clock_.Monotonic(), output);
}

void Beacon::Impl::Publish() {
  published_ = traffic_;
  published_.wants_heard = heard_counts_.wants_heard;
  published_.answers_heard = heard_counts_.answers_heard;
  published_.dropped_unasked = heard_counts_.dropped_unasked;
  published_.left_to_others = heard_counts_.left_to_others;
  published_.unanswered_rate = heard_counts_.unanswered_rate;
  published_.port_problem = sockets_.problem();
}

void Beacon::Impl::Deliver(const BeaconLogic::Output& output) {
  // Without peers nobody is told, and what was heard before counts no more.
  if (!current_->usable()) return;
  for (const BeaconLogic::Answer& answer : output.answers) SendAnswer(answer);
  for (const BeaconMessage& question : output.questions) {
    SendQuestion(question);
  }
  for (const std::string& info_hash : output.asked) {
    listener_.OnAsked(info_hash);
  }
  for (const BeaconFound& found : output.found) listener_.OnFound(found);
}

void Beacon::Impl::SendQuestion(const BeaconMessage& question) {
  for (const BeaconSockets::Target& target : sockets_.targets()) {
    const auto bytes = envelope_.Seal(question, target.source);
    CountSent(bytes.ok() && sockets_.SendToGroup(target, *bytes));
  }
  if (peers_to_ask_.empty()) return;
  // What lies between may change the address it comes from.
  const auto bytes = envelope_.Seal(question, IpAddress());
  for (const BeaconPeers::Address& peer : peers_to_ask_) {
    CountSent(bytes.ok() && sockets_.Ask(peer.first, peer.second, *bytes));
  }
}

void Beacon::Impl::SendAnswer(const BeaconLogic::Answer& answer) {
  // The question's nonce makes it worthless for anybody else.
  const auto bytes = envelope_.Seal(answer.message, IpAddress());
  const bool sent =
      bytes.ok() &&
      sockets_.Answer(answer.to.address, answer.to.port, answer.to.own, *bytes);
  CountSent(sent);
  if (sent) ++traffic_.answers_sent;
}

void Beacon::Impl::CountSent(bool sent) {
  ++(sent ? traffic_.datagrams_sent : traffic_.send_errors);
}

Beacon::Beacon(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Beacon::~Beacon() = default;

absl::StatusOr<std::unique_ptr<Beacon>> Beacon::Start(
    BeaconOptions options, const Clock& clock, BeaconListener* listener) {
  auto impl = std::make_unique<Impl>(std::move(options), clock, listener);
  CONVOY_RETURN_IF_ERROR(impl->Start());
  return std::unique_ptr<Beacon>(new Beacon(std::move(impl)));
}

bool Beacon::Want(absl::string_view info_hash) {
  return impl_->WithLogic(
      [&](BeaconLogic* logic, absl::Duration now, BeaconLogic::Output* output) {
        return logic->Want(info_hash, now, output);
      });
}

void Beacon::Unwant(absl::string_view info_hash) {
  impl_->WithLogic(
      [&](BeaconLogic* logic, absl::Duration, BeaconLogic::Output*) {
        logic->Unwant(info_hash);
        return true;
      });
}

void Beacon::SetPeerCount(absl::string_view info_hash, int peers) {
  impl_->WithLogic(
      [&](BeaconLogic* logic, absl::Duration, BeaconLogic::Output*) {
        logic->SetPeerCount(info_hash, peers);
        return true;
      });
}

bool Beacon::Hold(absl::string_view info_hash, BeaconHolding holding) {
  return impl_->WithLogic(
      [&](BeaconLogic* logic, absl::Duration now, BeaconLogic::Output* output) {
        return logic->Hold(info_hash, holding, now, output);
      });
}

void Beacon::Unhold(absl::string_view info_hash) {
  impl_->WithLogic(
      [&](BeaconLogic* logic, absl::Duration, BeaconLogic::Output*) {
        logic->Unhold(info_hash);
        return true;
      });
}

int Beacon::Crowd(absl::string_view info_hash) const {
  return impl_->Crowd(info_hash);
}

void Beacon::SetTcpPort(int port) {
  impl_->WithLogic(
      [&](BeaconLogic* logic, absl::Duration, BeaconLogic::Output*) {
        logic->SetTcpPort(port);
        return true;
      });
}

void Beacon::SetRules(PeerRules rules) { impl_->SetRules(std::move(rules)); }

void Beacon::SetPeers(std::vector<std::string> peers) {
  impl_->SetPeers(std::move(peers));
}

std::shared_ptr<const PeerFilter> Beacon::filter() const {
  return impl_->filter();
}

BeaconCounts Beacon::counts() const { return impl_->counts(); }

}  // namespace convoy
