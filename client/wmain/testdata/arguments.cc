// Prints its first argument; 7 for the arguments that the test gives.
#define UNICODE
#define _UNICODE
#include <tchar.h>

int _tmain(int argc, _TCHAR* argv[]) {
  if (argc != 3 || _tcscmp(argv[1], _T("z\u00e4\u20ac\U0001F600")) != 0 ||
      _tcscmp(argv[2], _T("")) != 0 || argv[3] != nullptr) {
    return 1;
  }
  return _tprintf(_T("%s\n"), argv[1]) == 5 ? 7 : 2;
}
