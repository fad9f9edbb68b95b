// Variadic or macro-only parts of the system's C interface, as functions that Swift can call.
#include <errno.h>

#ifdef __linux__
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <unistd.h>

// glibc declares these for _GNU_SOURCE only, which a Swift module cannot ask for.
extern int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *, const char *);
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *, int);
extern int pipe2(int[2], int);
extern int syncfs(int);

/// Has the child start in `directory`.
static inline int nextdeploy_spawn_in(posix_spawn_file_actions_t *actions, const char *directory) {
  return posix_spawn_file_actions_addchdir_np(actions, directory);
}

/// Has the child inherit no descriptor from `first` on.
static inline int nextdeploy_spawn_without(posix_spawn_file_actions_t *actions, int first) {
  return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

/// Writes all of a file system to its disk.
static inline int nextdeploy_sync_file_system(int descriptor) {
  return syncfs(descriptor);
}

/// A pipe of which no child inherits an end by itself.
static inline int nextdeploy_pipe(int ends[2], int flags) {
  return pipe2(ends, flags);
}

/// Has `signal` sent to this process when the thread that started it ends.
static inline int nextdeploy_signal_on_parent_death(int signal) {
  return prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0);
}

/// Makes orphaned descendants children of this process, so that it can end them.
static inline int nextdeploy_adopt_orphans(void) {
  return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

/// Makes `to` share the blocks of `from` where the file system can (Btrfs, XFS).
static inline int nextdeploy_clone_file(int from, int to) {
  return ioctl(to, FICLONE, from);
}
#endif
