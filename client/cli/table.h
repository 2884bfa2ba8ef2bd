#ifndef CONVOY_CLIENT_CLI_TABLE_H_
#define CONVOY_CLIENT_CLI_TABLE_H_

#include <string>
#include <vector>

namespace convoy {

// Cells in columns as wide as their widest cell, two blanks between them;
// column heads first. The last column is shortened so that no line is wider
// than `width`; 0: it is not. REQUIRES: each row has as many cells as `heads`;
// cells from Printable().
std::vector<std::string> TableLines(
    const std::vector<std::string>& heads,
    const std::vector<std::vector<std::string>>& rows, int width);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_TABLE_H_
