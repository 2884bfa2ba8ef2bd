// The main of a program that has wmain instead. A linker takes it from the
// archive only where no object of the program defines main.
#include <clocale>
#include <cstdio>

#include "client/wmain/wide_text.h"

int wmain(int argc, wchar_t** argv);

int main(int argc, char** argv) {
  // So that wprintf writes all characters.
  std::setlocale(LC_CTYPE, "");
  // Static: leak checkers see that it is held.
  static wchar_t** wide;
  wide = convoy::WidenTexts(argv);
  if (wide == nullptr) {
    std::fputs("no memory for the arguments\n", stderr);
    return 1;
  }
  return wmain(argc, wide);
}
