// Variadic or macro-only parts of the system's C interface, as functions that Swift can call.
#include <errno.h>

#ifdef __linux__
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/ioprio.h>
#include <linux/openat2.h>
#include <sys/ioctl.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <unistd.h>

// glibc declares these for _GNU_SOURCE only, which a Swift module cannot ask for.
extern int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *, const char *);
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *, int);
extern int pipe2(int[2], int);
extern int syncfs(int);
extern int setresuid(uid_t, uid_t, uid_t);
extern int setresgid(gid_t, gid_t, gid_t);

/// How far the clock may be off, in microseconds, by the kernel's own reckoning; -1 where it does not tell. Changes
/// nothing.
static inline long nextdeploy_clock_error(void) {
  struct timex clock = {.modes = 0};
  return adjtimex(&clock) == -1 ? -1 : clock.maxerror;
}

/// Gives this process the processor and the disk only while nobody else wants them.
static inline void nextdeploy_yield_to_others(void) {
  const int priority = 0, idle = 5; // SCHED_IDLE, which glibc declares for _GNU_SOURCE only
  setpriority(PRIO_PROCESS, 0, 19);
  syscall(SYS_sched_setscheduler, 0, idle, &priority);
  syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_IDLE, 0));
}

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

/// Takes a capability out of what this process and all it executes can ever have; EINVAL past the last one.
static inline int nextdeploy_drop_bounding(int capability) {
  return prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
}

/// Takes away the capabilities that would outlive an execve without privileges.
static inline int nextdeploy_clear_ambient(void) {
  return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
}

/// Becomes a user and a group for good: real, effective and saved.
static inline int nextdeploy_set_group(gid_t group) { return setresgid(group, group, group); }
static inline int nextdeploy_set_user(uid_t user) { return setresuid(user, user, user); }

/// Acts as a user from here on, and stays its own by right.
static inline int nextdeploy_act_as(uid_t user) { return setresuid((uid_t)-1, user, (uid_t)-1); }

/// Gives up every capability that the process itself still has.
static inline int nextdeploy_clear_capabilities(void) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct none[2] = {{0, 0, 0}, {0, 0, 0}};
  return (int)syscall(SYS_capset, &header, none);
}

/// Limits what memory this process, and each that it starts, may have for data; it may be taken back. Nothing happens
/// where there is a lower limit already.
static inline int nextdeploy_limit_data(rlim_t bytes) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_DATA, &limit) == -1) return -1;
  if (limit.rlim_cur <= bytes) return 0;
  limit.rlim_cur = bytes;
  return setrlimit(RLIMIT_DATA, &limit);
}

/// Takes that back.
static inline int nextdeploy_free_data(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_DATA, &limit) == -1) return -1;
  limit.rlim_cur = limit.rlim_max;
  return setrlimit(RLIMIT_DATA, &limit);
}

/// No program that is executed from here on gains privileges (setuid, file capabilities).
static inline int nextdeploy_no_new_privileges(void) {
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/// Makes `to` share the blocks of `from` where the file system can (Btrfs, XFS).
static inline int nextdeploy_clone_file(int from, int to) {
  return ioctl(to, FICLONE, from);
}

/// Where the next bytes of a file are that are no hole; -1 with ENXIO behind the last, EINVAL where that is not known.
static inline long nextdeploy_next_data(int descriptor, long from) {
  return lseek(descriptor, from, 3);  // SEEK_DATA, which glibc shows for _GNU_SOURCE only
}

/// For a descriptor that only stands for a place: nothing is opened, and no permission to read it is needed.
static const int nextdeploy_place_only = 010000000;  // O_PATH, which glibc shows for _GNU_SOURCE only

/// Opens what is below a directory, where the kernel finds it without a symlink and without leaving the directory; with
/// `stays`, without entering another mount either. ENOSYS before Linux 5.6, and EPERM in some containers.
static inline int nextdeploy_open_below(int directory, const char *path, int flags, mode_t mode, _Bool stays) {
  struct open_how how = {.flags = (unsigned)flags, .mode = mode};
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | (stays ? RESOLVE_NO_XDEV : 0);
  return (int)syscall(SYS_openat2, directory, path, &how, sizeof how);
}
#endif
