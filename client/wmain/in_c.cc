// For a program whose wmain is a function of C, with or without arguments.
extern "C" int WmainOfC(int argc, wchar_t** argv,
                        wchar_t** environment) __asm__("wmain");

int wmain(int argc, wchar_t** argv, wchar_t** environment) {
  return WmainOfC(argc, argv, environment);
}
