// 7 for the arguments that the test gives.
#define UNICODE
#define _UNICODE
#include <tchar.h>

int _tmain(int argc, _TCHAR* argv[]) {
  return argc == 3 && _tcscmp(argv[1], _T("z\u00e4\u20ac\U0001F600")) == 0 &&
                 _tcscmp(argv[2], _T("")) == 0 && argv[3] == nullptr
             ? 7
             : 1;
}
