// SHA-256 from Nettle, which libarchive brings anyway.
#include <nettle/sha2.h>
