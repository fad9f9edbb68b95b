// libarchive: how archives are laid out. What compresses them is in modules of its own.
#include <archive.h>
#include <archive_entry.h>
