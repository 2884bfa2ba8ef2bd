// The ids that the headers of BITS and Delivery Optimization only declare.
#include <initguid.h>
//
#include <deliveryoptimization.h>
