// 7 for the arguments and the variable that the test gives.
#include <wchar.h>

int wmain(int argc, wchar_t* argv[], wchar_t* environment[]) {
  if (argc != 3 || wcscmp(argv[1], L"z\u00e4\u20ac\U0001F600") != 0) return 1;
  for (; *environment != nullptr; ++environment) {
    if (wcscmp(*environment, L"CONVOY_WIDE=\u00e4") == 0) return 7;
  }
  return 2;
}
