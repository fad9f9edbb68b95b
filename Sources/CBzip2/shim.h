// libbz2. Its module map names the library, because Debian ships no bzip2.pc.
#include <bzlib.h>
