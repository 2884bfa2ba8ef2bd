// For a program in C++ whose wmain takes no arguments.
int wmain();

extern "C" int wmain(int, wchar_t**, wchar_t**) { return wmain(); }
