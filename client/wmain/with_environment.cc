// For a program whose wmain takes the environment, too.
#include <unistd.h>

#include <cstdio>

#include "client/wmain/wide_text.h"

int wmain(int argc, wchar_t** argv, wchar_t** environment);

int wmain(int argc, wchar_t** argv) {
  static wchar_t** wide;
  wide = convoy::WidenTexts(::environ);
  if (wide == nullptr) {
    std::fputs("no memory for the environment\n", stderr);
    return 1;
  }
  return wmain(argc, argv, wide);
}
