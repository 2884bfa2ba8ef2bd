#include "daemon/library_pages.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <locale>
#include <sstream>
#include <stdexcept>
#include <string>

#include "gtest/gtest.h"
#include "peer/base/unique_fd.h"

namespace convoy {
namespace {

// Whether the page of an address is in this process's page tables. mincore(2)
// would tell of the page cache.
bool IsResident(const void* address) {
  const UniqueFd pagemap(::open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC));
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  std::uint64_t entry = 0;
  EXPECT_EQ(::pread(pagemap.get(), &entry, sizeof(entry),
                    static_cast<off_t>(
                        reinterpret_cast<std::uintptr_t>(address) / page * 8)),
            static_cast<ssize_t>(sizeof(entry)));
  return (entry >> 63) != 0;
}

// Code of a library that this program does not run; its page is resident now.
const void* UnusedCode() {
  const void* const code = ::dlsym(RTLD_DEFAULT, "lgamma_r");
  EXPECT_NE(code, nullptr);
  EXPECT_NE(*static_cast<const volatile unsigned char*>(code), 0);
  EXPECT_TRUE(IsResident(code));
  return code;
}

TEST(LibraryPagesTest, CodeLeavesAndComesBack) {
  const void* const code = UnusedCode();
  const unsigned char before = *static_cast<const unsigned char*>(code);
  LibraryPages().Release();
  EXPECT_FALSE(IsResident(code));
  EXPECT_EQ(*static_cast<const unsigned char*>(code), before);
  EXPECT_TRUE(IsResident(code));
}

// Relocated tables of functions, locales, exceptions.
TEST(LibraryPagesTest, WhatWasRelocatedStays) {
  LibraryPages().Release();
  std::ostringstream text;
  text.imbue(std::locale::classic());
  try {
    text << 1.5;
    throw std::runtime_error("thrown");
  } catch (const std::exception& error) {
    text << error.what();
  }
  EXPECT_EQ(text.str(), "1.5thrown");
}

TEST(LibraryPagesTest, LittleGrowthIsLeft) {
  LibraryPages pages(std::int64_t{1} << 40);
  pages.Release();
  const void* const code = UnusedCode();
  pages.ReleaseIfGrown();
  EXPECT_TRUE(IsResident(code));
}

TEST(LibraryPagesTest, MuchGrowthLeaves) {
  LibraryPages pages(1);
  pages.Release();
  const void* const code = UnusedCode();
  pages.ReleaseIfGrown();
  EXPECT_FALSE(IsResident(code));
}

}  // namespace
}  // namespace convoy
