#include "peer/base/bounded_read.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "gtest/gtest.h"
#include "peer/base/unique_fd.h"

namespace convoy {
namespace {

// An open file with these bytes, at its beginning.
UniqueFd FileWith(const std::string& bytes) {
  UniqueFd fd(memfd_create("bounded_read_test", MFD_CLOEXEC));
  EXPECT_EQ(write(fd.get(), bytes.data(), bytes.size()),
            static_cast<ssize_t>(bytes.size()));
  lseek(fd.get(), 0, SEEK_SET);
  return fd;
}

std::string Bytes(std::size_t count) {
  std::string bytes(count, '\0');
  for (std::size_t i = 0; i < count; ++i) {
    bytes[i] = static_cast<char>(i % 251);
  }
  return bytes;
}

TEST(BoundedReadTest, GivesTheWholeFileUpToTheMaximum) {
  for (const std::size_t size : {0, 1, 16384, 16385, 100000}) {
    std::string text = "before";
    ASSERT_EQ(BoundedRead(FileWith(Bytes(size)).get(), 100000, &text), 0);
    EXPECT_EQ(text, Bytes(size)) << size;
  }
}

TEST(BoundedReadTest, OfALargerFileGivesOneByteTooMany) {
  std::string text;
  ASSERT_EQ(BoundedRead(FileWith(Bytes(200000)).get(), 100000, &text), 0);
  EXPECT_EQ(text.size(), 100001u);
}

TEST(BoundedReadTest, GivesTheRestOfWhatWasReadInPart) {
  const UniqueFd fd = FileWith("head and tail");
  lseek(fd.get(), 9, SEEK_SET);
  std::string text;
  ASSERT_EQ(BoundedRead(fd.get(), 100, &text), 0);
  EXPECT_EQ(text, "tail");
}

TEST(BoundedReadTest, TakesNoMemoryForWhatDoesNotCome) {
  std::string text;
  ASSERT_EQ(BoundedRead(FileWith("small").get(), 16 << 20, &text), 0);
  EXPECT_LT(text.capacity(), 64u * 1024);
}

TEST(BoundedReadTest, TellsErrno) {
  std::string text;
  EXPECT_EQ(BoundedRead(-1, 10, &text), EBADF);
}

}  // namespace
}  // namespace convoy
