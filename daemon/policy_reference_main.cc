// Writes docs/policies.md of the source tree: bazel run
// //daemon:policy_reference

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "daemon/policy_reference.h"

int main() {
  const char* const tree = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  if (tree == nullptr) {
    std::fputs("use: bazel run //daemon:policy_reference\n", stderr);
    return 2;
  }
  const std::string root = tree;
  const auto page = convoy::PolicyReference(root + "/proto");
  if (!page.ok()) {
    std::fprintf(stderr, "%s\n", page.status().ToString().c_str());
    return 1;
  }
  std::ofstream file(root + "/docs/policies.md");
  file << *page;
  return file.flush() ? 0 : 1;
}
