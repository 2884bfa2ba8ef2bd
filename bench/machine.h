#ifndef CONVOY_BENCH_MACHINE_H_
#define CONVOY_BENCH_MACHINE_H_

#include <cstdint>
#include <string>
#include <vector>

namespace convoy::bench {

struct Fact {
  std::string name;
  std::string value;
};

// What the numbers depend on: processor, memory, kernel, file system of the
// files, build mode, versions of the rivals.
std::vector<Fact> MachineFacts();
// Of the last minute.
std::string LoadAverage();
// Share of all cores' time since the machine's start (0–1) is a difference of
// two of these.
struct CoreTime {
  double idle_seconds = 0;
  double all_seconds = 0;
};
CoreTime ReadCoreTime();
// Memory that was touched already, for those who are measured. Virtual machines
// whose host takes back free memory, within seconds, pay much for the first
// touch: so it is freed only as it is needed.
class TouchedMemory {
 public:
  explicit TouchedMemory(std::int64_t bytes);
  ~TouchedMemory();
  TouchedMemory(const TouchedMemory&) = delete;
  TouchedMemory& operator=(const TouchedMemory&) = delete;

  // Frees as much as the machine has taken since the last call. Call it often.
  void FreeAsNeeded();

 private:
  char* next_ = nullptr;
  std::int64_t left_ = 0;
  std::int64_t keep_free_ = 0;
};
// Built with --config=opt, and so is the convoyd that the bench brings.
bool OptimizedBuild();
// The rival's program; empty if it is not installed.
std::string Aria2Program();
std::string CurlProgram();
std::string TransmissionProgram();

}  // namespace convoy::bench

#endif  // CONVOY_BENCH_MACHINE_H_
