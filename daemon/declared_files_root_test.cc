#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>

#include "daemon/declared_files.h"
#include "daemon/owner_files.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

constexpr uid_t kAlice = 61001;

TEST(DeclaredFilesRootTest, AFileOfAnotherOwnerDiffers) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  std::string folder = "/tmp/declared.XXXXXX";
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  ASSERT_EQ(chown(folder.c_str(), kAlice, kAlice), 0);
  const std::string path = folder + "/f";
  std::ofstream(path) << "test";
  ASSERT_EQ(chmod(path.c_str(), 0644), 0);
  const std::unique_ptr<OwnerFiles> owner_files = MakeOwnerFiles();
  const std::unique_ptr<DeclaredFiles> files =
      MakeDeclaredFiles(owner_files.get());
  v1::JobFile delivered;
  delivered.set_local_path(path);
  delivered.set_size_bytes(4);
  const auto difference = [&] {
    return files->Difference({kAlice, kAlice}, delivered, 0644, false);
  };
  EXPECT_EQ(difference().value_or("error"), "belongs to uid 0, not 61001");
  ASSERT_EQ(chown(path.c_str(), kAlice, kAlice), 0);
  EXPECT_EQ(difference().value_or("error"), "");
  unlink(path.c_str());
  rmdir(folder.c_str());
}

}  // namespace
}  // namespace convoy
