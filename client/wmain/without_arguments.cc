// For a program in C++ whose wmain takes no arguments.
int wmain();

int wmain(int, const wchar_t**) { return wmain(); }
