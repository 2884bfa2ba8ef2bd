// 7 for the arguments that the test gives.
#include <wchar.h>

int wmain(int argc, const wchar_t* argv[]) {
  return argc == 3 && wcscmp(argv[1], L"z\u00e4\u20ac\U0001F600") == 0 ? 7 : 1;
}
