// The main of a program that has wmain instead. A linker takes it from the
// archive only where no object of the program defines main.
#include <clocale>
#include <cstdio>

#include "client/wmain/wide_text.h"

int wmain(int argc, wchar_t** argv);

// Held for as long as the process lives; of this linkage, so that it stays.
wchar_t** convoy_wide_arguments;

int main(int argc, char** argv) {
  // So that wide streams write all characters.
  std::setlocale(LC_CTYPE, "");
  convoy_wide_arguments = convoy::WidenTexts(argv);
  if (convoy_wide_arguments == nullptr) {
    std::fputs("no memory for the arguments\n", stderr);
    return 1;
  }
  return wmain(argc, convoy_wide_arguments);
}
