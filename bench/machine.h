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
// Touches so much free memory, and frees it. Virtual machines whose host takes
// back free memory pay much for the first touch: without this the program that
// is measured first would pay for those behind it.
void TouchFreeMemory(std::int64_t bytes);
// Built with --config=opt, and so is the convoyd that the bench brings.
bool OptimizedBuild();
// The rival's program; empty if it is not installed.
std::string Aria2Program();
std::string CurlProgram();
std::string TransmissionProgram();

}  // namespace convoy::bench

#endif  // CONVOY_BENCH_MACHINE_H_
