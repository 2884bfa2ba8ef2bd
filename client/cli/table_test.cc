#include "client/cli/table.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_join.h"

namespace convoy {
namespace {

std::string Table(int width) {
  return absl::StrJoin(TableLines({"ID", "STATE", "NAME"},
                                  {{"1", "queued", "a long name of a job"},
                                   {"22", "ok", "\xc3\xa4"}},
                                  width),
                       "\n");
}

TEST(TableTest, ColumnsAreAsWideAsTheirCells) {
  EXPECT_EQ(Table(0),
            "ID  STATE   NAME\n"
            "1   queued  a long name of a job\n"
            "22  ok      \xc3\xa4");
}

TEST(TableTest, TheLastColumnGivesWay) {
  EXPECT_EQ(Table(24),
            "ID  STATE   NAME\n"
            "1   queued  a lon... job\n"
            "22  ok      \xc3\xa4");
}

}  // namespace
}  // namespace convoy
