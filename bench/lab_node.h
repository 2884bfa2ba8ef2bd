#ifndef CONVOY_BENCH_LAB_NODE_H_
#define CONVOY_BENCH_LAB_NODE_H_

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bench/lab_site.h"

namespace convoy::bench {

// One program on one machine of a LabSite, which fetches the site's file and
// then gives it to the others until this object goes. Ends the bench where the
// program does what it must not, e.g. ends by itself. One thread.
class LabNode {
 public:
  virtual ~LabNode() = default;

  // Starts what runs before anybody wants the file.
  virtual void Prepare() {}
  // Asks for the file. Once.
  virtual void Begin() = 0;
  // What it takes from here on, it takes for the file: a program that runs
  // before is ready; one that is started to fetch listens for peers.
  virtual bool Started() = 0;
  // The file is whole, under its name.
  virtual bool Done() = 0;
  // SIGKILL. What it had stays on its disk.
  virtual void Kill() = 0;
  // Starts it again after Kill; it goes on by itself.
  virtual void Return() = 0;
  // 0: nothing runs.
  virtual pid_t pid() const = 0;
};

// A kind of program.
struct LabProgram {
  std::string name;
  std::function<std::unique_ptr<LabNode>(LabSite& site, int machine)> make;
};

// convoyd, one job for the file, with its SHA-256. The daemon runs before.
LabProgram ConvoyProgram();
// By name: aria2, transmission, libtorrent, libtorrent-tuned,
// curl. All but curl know the metainfo from a file, and each other by local
// discovery. Those that are not installed are left out.
std::vector<LabProgram> RivalPrograms();
// libtorrent-tuned that takes from the machine `seed` alone.
LabProgram LeecherOf(int seed);

}  // namespace convoy::bench

#endif  // CONVOY_BENCH_LAB_NODE_H_
