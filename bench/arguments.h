#ifndef CONVOY_BENCH_ARGUMENTS_H_
#define CONVOY_BENCH_ARGUMENTS_H_

#include <map>
#include <string>
#include <vector>

namespace convoy::bench {

// A number that the command line may set.
struct Number {
  std::string name;  // "size-mib" is --size-mib=N.
  int value;         // Default.
  int quick_value;   // Default with --quick.
  std::string help;
};

// The command line of a bench: --quick, --json and the numbers. Ends the
// program if it cannot be read, or after --help.
class Arguments {
 public:
  Arguments(int argc, char** argv, const std::string& question,
            const std::vector<Number>& numbers);

  bool quick() const { return quick_; }
  bool json() const { return json_; }
  int Get(const std::string& name) const { return values_.at(name); }

 private:
  bool quick_ = false;
  bool json_ = false;
  std::map<std::string, int> values_;
};

}  // namespace convoy::bench

#endif  // CONVOY_BENCH_ARGUMENTS_H_
