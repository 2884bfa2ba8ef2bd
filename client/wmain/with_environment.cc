// For a program whose wmain takes the environment, too.
#include <unistd.h>

#include <cstdio>

#include "client/wmain/wide_text.h"

int wmain(int argc, wchar_t** argv, wchar_t** environment);

wchar_t** convoy_wide_environment;

int wmain(int argc, wchar_t** argv) {
  convoy_wide_environment = convoy::WidenTexts(::environ);
  if (convoy_wide_environment == nullptr) {
    std::fputs("no memory for the environment\n", stderr);
    return 1;
  }
  return wmain(argc, argv, convoy_wide_environment);
}
