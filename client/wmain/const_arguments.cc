// For a program in C++ whose wmain takes texts that are constant.
int wmain(int argc, const wchar_t** argv);

extern "C" int wmain(int argc, wchar_t** argv, wchar_t**) {
  return wmain(argc, const_cast<const wchar_t**>(argv));
}
