#ifndef CONVOY_TESTS_SWARM_NET_H_
#define CONVOY_TESTS_SWARM_NET_H_

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/process.h"

namespace convoy::testing {

// Machines on one LAN: network namespaces, each with a cable (veth) to a bridge
// that is in a namespace of its own. Nothing leads out. Machine 0 is 10.77.0.1,
// machine 1 10.77.0.2, and so on; IPv4 only. Several nets can be there at a
// time: names carry the process id and a number.
//
// Everything is removed with this object, and also when the process ends in any
// other way, SIGKILL included: a guardian, a small process in a session of its
// own, waits for that end, kills what runs in the namespaces and removes them
// and the folders.
//
// Processes that started on it must not outlive it. One thread. Aborts when
// something cannot be made.
class SwarmNet {
 public:
  // Why there can be no SwarmNet here; empty if there can.
  static std::string WhyNot();

  // REQUIRES: 1 <= machines <= 250; WhyNot() is empty. Each machine has 1
  // Gbit/s each way.
  explicit SwarmNet(int machines);
  ~SwarmNet();
  SwarmNet(const SwarmNet&) = delete;
  SwarmNet& operator=(const SwarmNet&) = delete;

  int size() const { return machines_; }
  std::string address(int machine) const;
  // For ProcessOptions, TestDaemon::Options and Nginx::Options.
  std::string network_namespace(int machine) const;
  // The machine's disk: a private folder in memory, because the disk of one
  // real machine is not as fast as those of many.
  std::string folder(int machine) const;

  // argv[0] is a path; standard output and error go to
  // folder(machine)/NAME.log, NAME being the program's.
  std::unique_ptr<Process> Start(int machine,
                                 const std::vector<std::string>& argv);

  // To and from the machine, each. Counters go on.
  void SetRate(int machine, int mbit_per_second);
  // Pulls the machine's cable: nothing is told, connections find out.
  void Cut(int machine);
  // Plugs it in again.
  void Join(int machine);
  // What either of the two sends to the other is lost from now on; nothing is
  // told, and both reach everybody else.
  void Part(int machine, int other);
  // Multicast of others does not reach the machine any more.
  void Deafen(int machine);
  // The others are no neighbours of the machine any more, but are reached.
  void LeaveLan(int machine);

  // On its cable since the start, headers from Ethernet up included.
  std::int64_t ReceivedBytes(int machine) const;
  std::int64_t SentBytes(int machine) const;

 private:
  void StartGuardian();
  void MakeBridge();
  void MakeMachine(int machine);
  // The bridge's end of the machine's cable.
  std::string Port(int machine) const;

  const int machines_;
  const std::string prefix_;
  std::string bridge_;  // Its namespace.
  std::string root_;    // Of the folders.
  pid_t guardian_ = -1;
  int guardian_pipe_ = -1;  // Closed: the guardian begins.
};

// Bytes on the cable for each byte of a file that comes over HTTP or from
// peers: 1,514 of Ethernet carry 1,448, and requests add a little.
constexpr double kWireBytesPerByte = 1.0463;

}  // namespace convoy::testing

#endif  // CONVOY_TESTS_SWARM_NET_H_
