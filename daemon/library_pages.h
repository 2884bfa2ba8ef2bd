#ifndef CONVOY_DAEMON_LIBRARY_PAGES_H_
#define CONVOY_DAEMON_LIBRARY_PAGES_H_

namespace convoy {

// Takes the program's and the libraries' pages of code and constants out of
// this process's resident memory. They stay in the kernel's page cache, and
// each comes back when it is used. After a start, which runs through much code
// once, that spares more than half of them. Pages that the process has changed
// are left alone. For any thread, while others run.
void ReleaseLibraryPages();

}  // namespace convoy

#endif  // CONVOY_DAEMON_LIBRARY_PAGES_H_
