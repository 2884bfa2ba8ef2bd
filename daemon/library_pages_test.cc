#include "daemon/library_pages.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "peer/base/unique_fd.h"

namespace convoy {
namespace {

constexpr int kSize = 1 << 20;

// A private mapping of a file full of 'a'.
class MappedFile {
 public:
  explicit MappedFile(std::size_t size = kSize) : size_(size) {
    const std::string path = ::testing::TempDir() + "/library_pages_file";
    std::ofstream(path) << std::string(size_, 'a');
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    void* const address = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE,
                                 MAP_PRIVATE, file.get(), 0);
    EXPECT_NE(address, MAP_FAILED);
    begin_ = static_cast<char*>(address);
  }
  ~MappedFile() { ::munmap(begin_, size_); }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  char* begin() { return begin_; }
  void Protect() { EXPECT_EQ(::mprotect(begin_, size_, PROT_READ), 0); }
  int ResidentPages() const {
    // Of the page tables; mincore(2) would tell of the page cache.
    const UniqueFd pagemap(::open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC));
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    std::vector<std::uint64_t> entries(size_ / page);
    const std::size_t bytes = entries.size() * sizeof(entries[0]);
    EXPECT_EQ(::pread(pagemap.get(), entries.data(), bytes,
                      static_cast<off_t>(
                          reinterpret_cast<std::uintptr_t>(begin_) / page * 8)),
              static_cast<ssize_t>(bytes));
    int resident = 0;
    for (const std::uint64_t entry : entries) resident += (entry >> 63) & 1;
    return resident;
  }
  int CountOf(char what) const {
    int count = 0;
    for (std::size_t i = 0; i < size_; ++i) count += begin_[i] == what ? 1 : 0;
    return count;
  }

 private:
  const std::size_t size_;
  char* begin_ = nullptr;
};

TEST(LibraryPagesTest, UnchangedPagesLeaveAndComeBack) {
  MappedFile file;
  file.Protect();
  EXPECT_EQ(file.CountOf('a'), kSize);
  EXPECT_GT(file.ResidentPages(), 0);
  LibraryPages().Release();
  EXPECT_EQ(file.ResidentPages(), 0);
  EXPECT_EQ(file.CountOf('a'), kSize);
}

TEST(LibraryPagesTest, AMappingWithChangedPagesStays) {
  MappedFile file;
  file.begin()[kSize / 2] = 'b';
  file.Protect();
  LibraryPages().Release();
  EXPECT_EQ(file.CountOf('b'), 1);
}

TEST(LibraryPagesTest, WhatMayBeWrittenToStays) {
  MappedFile file;
  EXPECT_EQ(file.CountOf('a'), kSize);
  LibraryPages().Release();
  EXPECT_GT(file.ResidentPages(), 0);
}

TEST(LibraryPagesTest, WhatHasGrownLeaves) {
  LibraryPages pages;
  pages.Release();
  constexpr int kLittle = LibraryPages::kGrowth / 2;
  MappedFile little(kLittle);
  little.Protect();
  EXPECT_EQ(little.CountOf('a'), kLittle);
  pages.ReleaseIfGrown();
  EXPECT_GT(little.ResidentPages(), 0);
  MappedFile much(LibraryPages::kGrowth);
  much.Protect();
  EXPECT_EQ(much.CountOf('a'), LibraryPages::kGrowth);
  pages.ReleaseIfGrown();
  EXPECT_EQ(little.ResidentPages(), 0);
  EXPECT_EQ(much.ResidentPages(), 0);
}

}  // namespace
}  // namespace convoy
