#ifndef CONVOY_CLIENT_COM_APARTMENT_H_
#define CONVOY_CLIENT_COM_APARTMENT_H_

namespace convoy {

// True if this thread, or a multithreaded apartment of any thread, has been
// initialised and not uninitialised since.
bool IsComInitialized();

}  // namespace convoy

#endif  // CONVOY_CLIENT_COM_APARTMENT_H_
