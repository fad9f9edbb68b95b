// SHA-256, HMAC and PBKDF2 from Nettle, which libarchive brings anyway.
#include <nettle/hmac.h>
#include <nettle/pbkdf2.h>
#include <nettle/sha2.h>
