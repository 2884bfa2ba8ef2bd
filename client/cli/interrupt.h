#ifndef CONVOY_CLIENT_CLI_INTERRUPT_H_
#define CONVOY_CLIENT_CLI_INTERRUPT_H_

namespace convoy {

// From now on the first SIGINT or SIGTERM only sets a flag; the second ends the
// process as usual.
void CatchInterrupts();
// True once a signal came.
bool Interrupted();

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_INTERRUPT_H_
