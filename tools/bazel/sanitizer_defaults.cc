// Leaks of the distribution's libraries, which no test here can mend.
extern "C" const char* __lsan_default_suppressions();

extern "C" const char* __lsan_default_suppressions() {
  // c-ares keeps the search domains that gRPC's resolver asked for.
  return "leak:libcares\n";
}
