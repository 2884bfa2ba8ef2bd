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

// A text that the command line may set.
struct Text {
  std::string name;
  std::string value;  // Default.
  std::string help;
};

// The command line of a bench: --quick, --json, the numbers and the texts. Ends
// the program if it cannot be read, or after --help.
class Arguments {
 public:
  Arguments(int argc, char** argv, const std::string& question,
            const std::vector<Number>& numbers,
            const std::vector<Text>& texts = {});

  bool quick() const { return quick_; }
  bool json() const { return json_; }
  int Get(const std::string& name) const { return values_.at(name); }
  const std::string& GetText(const std::string& name) const {
    return texts_.at(name);
  }

 private:
  bool quick_ = false;
  bool json_ = false;
  std::map<std::string, int> values_;
  std::map<std::string, std::string> texts_;
};

}  // namespace convoy::bench

#endif  // CONVOY_BENCH_ARGUMENTS_H_
