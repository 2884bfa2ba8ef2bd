#include "tests/swarm_net.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tests/temp_dir.h"

namespace convoy::testing {
namespace {

constexpr char kIp[] = "/usr/sbin/ip";
constexpr char kTc[] = "/usr/sbin/tc";
constexpr int kDefaultMbit = 1000;

// $1: a folder, then namespaces. Waits for the end of its input, which nobody
// writes to; then removes all. What was killed needs a moment to be gone.
constexpr char kGuardian[] = R"(
PATH=/usr/sbin:/usr/bin:/sbin:/bin
folder=$1; shift
read -r never
pids() { for name in "$@"; do ip netns pids "$name" 2>/dev/null; done; }
tries=0
while left=$(pids "$@") && [ -n "$left" ] && [ $tries -lt 200 ]; do
  kill -KILL $left 2>/dev/null
  tries=$((tries + 1))
  sleep 0.02
done
for name in "$@"; do ip netns del "$name" 2>/dev/null; done
rm -rf -- "$folder"
)";

std::string UniquePrefix() {
  static std::atomic<int> made = 0;
  return absl::StrCat("convoy-", getpid(), "-", ++made, "-");
}

[[noreturn]] void Abort(absl::string_view what, absl::string_view why) {
  std::fprintf(stderr, "SwarmNet: %s: %s\n", std::string(what).c_str(),
               std::string(why).c_str());
  std::abort();
}

std::string Run(const std::vector<std::string>& argv) {
  ProcessOptions options;
  options.argv = argv;
  const ProcessResult result = RunProcess(options);
  if (result.exit_code != 0) {
    Abort(absl::StrCat(argv[0], " ended with ", result.exit_code),
          result.output);
  }
  return result.output;
}

// Lines of `ip` in a namespace, in one process.
void Ip(const std::string& network_namespace, const std::string& lines) {
  const TempDir directory;
  const std::string batch = directory.path() + "/batch";
  WriteFile(batch, lines);
  Run({kIp, "-n", network_namespace, "-batch", batch});
}

// Whatever this machine has: no IPv6; Linux' own bounds for what a connection
// holds in its buffers, for bytes in there have passed the cable; Linux' own
// congestion control; and a bridge that, as a switch, asks no packet filter.
void SetUpKernel(const std::string& network_namespace) {
  ProcessOptions options;
  options.argv = {"/bin/sh", "-c",
                  "cd /proc/sys/net || exit 1;"
                  "echo '4096 131072 6291456' >ipv4/tcp_rmem || exit 1;"
                  "echo cubic >ipv4/tcp_congestion_control || exit 1;"
                  "for each in bridge/bridge-nf-call-*tables; do"
                  " [ ! -e $each ] || echo 0 >$each || exit 1; done;"
                  "cd ipv6/conf 2>/dev/null || exit 0;"
                  "echo 1 >all/disable_ipv6; echo 1 >default/disable_ipv6"};
  options.network_namespace = network_namespace;
  const ProcessResult result = RunProcess(options);
  if (result.exit_code != 0) Abort("/proc/sys/net", result.output);
}

// A token bucket on what leaves by the device. The same handle again changes
// the rate and keeps the counters. The bucket holds 10 ms, so that large
// packets pass whole; the queue 50 ms more.
void Limit(const std::string& network_namespace, const std::string& device,
           int mbit) {
  const int burst = std::max(8 * 1024, mbit * 1250);
  Run({kTc, "-n", network_namespace, "qdisc", "replace", "dev", device, "root",
       "handle", "1:", "tbf", "rate", absl::StrCat(mbit, "mbit"), "burst",
       absl::StrCat(burst), "latency", "50ms"});
}

// Of the token bucket: unlike the device's counter it has the headers of the
// packets that the kernel sends as one.
std::int64_t QueuedBytes(const std::string& network_namespace,
                         const std::string& device) {
  const std::string output = Run({kTc, "-n", network_namespace, "-j", "-s",
                                  "qdisc", "show", "dev", device, "root"});
  const std::string key = "\"bytes\":";
  const std::size_t at = output.find(key);
  std::int64_t bytes = 0;
  if (at == std::string::npos) Abort("tc -s qdisc", output);
  const std::string digits = output.substr(at + key.size());
  if (!absl::SimpleAtoi(digits.substr(0, digits.find_first_of(",}")), &bytes)) {
    Abort("tc -s qdisc", output);
  }
  return bytes;
}

// Tries each kind of thing that a net is made of.
bool Probe(const std::string& name, std::string& output) {
  const std::vector<std::vector<std::string>> steps = {
      {kIp, "netns", "add", name},
      {kIp, "-n", name, "link", "add", "br0", "type", "bridge"},
      {kIp, "-n", name, "link", "add", "eth0", "type", "veth", "peer", "name",
       "p0"},
      {kTc, "-n", name, "qdisc", "replace", "dev", "eth0", "root", "handle",
       "1:", "tbf", "rate", "1mbit", "burst", "8192", "latency", "50ms"}};
  for (const std::vector<std::string>& step : steps) {
    ProcessOptions options;
    options.argv = step;
    const ProcessResult result = RunProcess(options);
    output = result.output;
    if (result.exit_code != 0) return false;
  }
  return true;
}

}  // namespace

std::string SwarmNet::WhyNot() {
  if (geteuid() != 0) return "needs root and network namespaces";
  if (access(kIp, X_OK) != 0 || access(kTc, X_OK) != 0) {
    return "needs the package iproute2";
  }
  const std::string name = UniquePrefix() + "probe";
  std::string output;
  const bool can = Probe(name, output);
  ProcessOptions options;
  options.argv = {kIp, "netns", "del", name};
  RunProcess(options);
  if (can) return "";
  return absl::StrCat("needs root and network namespaces: ", output);
}

SwarmNet::SwarmNet(int machines)
    : machines_(machines),
      prefix_(UniquePrefix()),
      bridge_(prefix_ + "bridge") {
  if (machines < 1 || machines > 250) Abort("machines", "1 to 250");
  root_ = MemoryFolder() + "/convoy-net-XXXXXX";
  if (mkdtemp(root_.data()) == nullptr) Abort(root_, "cannot be made");
  StartGuardian();
  MakeBridge();
  for (int machine = 0; machine < machines; ++machine) MakeMachine(machine);
}

SwarmNet::~SwarmNet() {
  close(guardian_pipe_);
  int status = 0;
  waitpid(guardian_, &status, 0);
}

void SwarmNet::StartGuardian() {
  std::vector<std::string> arguments = {"/bin/sh",  "-c",  kGuardian,
                                        "guardian", root_, bridge_};
  for (int machine = 0; machine < machines_; ++machine) {
    arguments.push_back(network_namespace(machine));
  }
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) Abort("pipe2", "failed");
  guardian_pipe_ = ends[1];
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, ends[0], 0);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
  const int error = posix_spawn(&guardian_, argv[0], &files, &attributes,
                                argv.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  close(ends[0]);
  if (error != 0) Abort("guardian", "cannot be started");
}

void SwarmNet::MakeBridge() {
  Run({kIp, "netns", "add", bridge_});
  SetUpKernel(bridge_);
  // Without snooping, multicast reaches all: there is no querier.
  Ip(bridge_,
     "link add br0 type bridge mcast_snooping 0\n"
     "link set br0 up\n");
}

void SwarmNet::MakeMachine(int machine) {
  const std::string name = network_namespace(machine);
  const std::string port = Port(machine);
  mkdir(folder(machine).c_str(), 0755);
  Run({kIp, "netns", "add", name});
  SetUpKernel(name);
  Ip(name,
     absl::StrCat("link set lo up\n", "link add eth0 type veth peer name ",
                  port, " netns ", bridge_, "\n",  //
                  "addr add ", address(machine), "/24 dev eth0\n",
                  "link set eth0 up\n", "route add 224.0.0.0/4 dev eth0\n"));
  Ip(bridge_, absl::StrCat("link set ", port, " master br0 up\n"));
  SetRate(machine, kDefaultMbit);
}

std::string SwarmNet::address(int machine) const {
  return absl::StrCat("10.77.0.", machine + 1);
}

std::string SwarmNet::network_namespace(int machine) const {
  return absl::StrCat(prefix_, machine);
}

std::string SwarmNet::folder(int machine) const {
  return absl::StrCat(root_, "/", machine);
}

std::string SwarmNet::Port(int machine) const {
  return absl::StrCat("port", machine);
}

std::unique_ptr<Process> SwarmNet::Start(int machine,
                                         const std::vector<std::string>& argv) {
  ProcessOptions options;
  options.argv = argv;
  options.network_namespace = network_namespace(machine);
  options.output_path =
      absl::StrCat(folder(machine), "/",
                   argv[0].substr(argv[0].find_last_of('/') + 1), ".log");
  return std::make_unique<Process>(options);
}

void SwarmNet::SetRate(int machine, int mbit_per_second) {
  Limit(network_namespace(machine), "eth0", mbit_per_second);
  Limit(bridge_, Port(machine), mbit_per_second);
}

void SwarmNet::Cut(int machine) {
  Ip(bridge_, absl::StrCat("link set ", Port(machine), " down\n"));
}

void SwarmNet::Join(int machine) {
  Ip(bridge_, absl::StrCat("link set ", Port(machine), " up\n"));
}

void SwarmNet::Part(int machine, int other) {
  // A neighbour that is not there.
  const auto lose = [this](int from, int to) {
    Ip(network_namespace(from),
       absl::StrCat("neigh replace ", address(to),
                    " lladdr 02:00:00:00:00:01 dev eth0 nud permanent\n"));
  };
  lose(machine, other);
  lose(other, machine);
}

void SwarmNet::Deafen(int machine) {
  Ip(bridge_, absl::StrCat("link set ", Port(machine),
                           " type bridge_slave mcast_flood off\n"));
}

void SwarmNet::LeaveLan(int machine) {
  const std::string own = address(machine);
  Ip(network_namespace(machine),
     absl::StrCat("addr add ", own, "/32 dev eth0\n", "addr del ", own,
                  "/24 dev eth0\n", "route add 10.77.0.0/24 dev eth0 src ", own,
                  "\n"));
}

std::int64_t SwarmNet::ReceivedBytes(int machine) const {
  return QueuedBytes(bridge_, Port(machine));
}

std::int64_t SwarmNet::SentBytes(int machine) const {
  return QueuedBytes(network_namespace(machine), "eth0");
}

}  // namespace convoy::testing
