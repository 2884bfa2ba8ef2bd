#include "bench/arguments.h"

#include <CLI/CLI.hpp>
#include <cstdlib>

namespace convoy::bench {

Arguments::Arguments(int argc, char** argv, const std::string& question,
                     const std::vector<Number>& numbers,
                     const std::vector<Text>& texts) {
  CLI::App app(question);
  app.add_flag("--quick", quick_, "small sizes: does it run at all?");
  app.add_flag("--json", json_, "one JSON object instead of a table");
  std::map<std::string, int> given;
  for (const Number& number : numbers) {
    app.add_option("--" + number.name, given[number.name], number.help)
        ->check(CLI::PositiveNumber);
  }
  for (const Text& text : texts) {
    texts_[text.name] = text.value;
    app.add_option("--" + text.name, texts_[text.name], text.help);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::exit(app.exit(error));
  }
  for (const Number& number : numbers) {
    const int value = given[number.name];
    values_[number.name] =
        value > 0 ? value : (quick_ ? number.quick_value : number.value);
  }
}

}  // namespace convoy::bench
