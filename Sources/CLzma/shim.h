// liblzma.
#include <lzma.h>
