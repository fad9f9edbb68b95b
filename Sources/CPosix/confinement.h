// Landlock (landlock(7)) and seccomp(2), by which a process gives up what it does not need, as functions that Swift can
// call. The headers of Debian 12 are older than the kernels that this runs on: what they lack is defined here.
#ifdef __linux__
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif
#ifndef LANDLOCK_ACCESS_FS_IOCTL_DEV
#define LANDLOCK_ACCESS_FS_IOCTL_DEV (1ULL << 15)
#endif
#ifndef LANDLOCK_ACCESS_NET_BIND_TCP
#define LANDLOCK_ACCESS_NET_BIND_TCP (1ULL << 0)
#define LANDLOCK_ACCESS_NET_CONNECT_TCP (1ULL << 1)
#endif
#ifndef LANDLOCK_SCOPE_SIGNAL
#define LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET (1ULL << 0)
#define LANDLOCK_SCOPE_SIGNAL (1ULL << 1)
#endif

/// The version of Landlock that the kernel has; -1 if it has none, or it was not started with it.
static inline int nextdeploy_landlock_version(void) {
  return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

static const unsigned long long nextdeploy_reading = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
static const unsigned long long nextdeploy_running =
    LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_EXECUTE;
static const unsigned long long nextdeploy_writing =
    LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_WRITE_FILE |
    LANDLOCK_ACCESS_FS_TRUNCATE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
    LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
    LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_SYM | LANDLOCK_ACCESS_FS_REFER;

/// What each version (2 at least) can refuse of files.
static inline unsigned long long nextdeploy_landlock_files(int version) {
  unsigned long long files = nextdeploy_writing | LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                             LANDLOCK_ACCESS_FS_MAKE_BLOCK;
  if (version < 3) files &= ~LANDLOCK_ACCESS_FS_TRUNCATE;
  if (version >= 5) files |= LANDLOCK_ACCESS_FS_IOCTL_DEV;
  return files;
}

/// Rules that allow nothing yet, of all that a version can refuse; their descriptor, or -1.
static inline int nextdeploy_landlock_rules(int version) {
  // As the kernel's own, which the headers have in part only.
  struct {
    unsigned long long files, network, scopes;
  } handled = {
      .files = nextdeploy_landlock_files(version),
  };
  if (version >= 4) handled.network = LANDLOCK_ACCESS_NET_BIND_TCP | LANDLOCK_ACCESS_NET_CONNECT_TCP;
  if (version >= 6) handled.scopes = LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | LANDLOCK_SCOPE_SIGNAL;
  // An older kernel takes what it does not know as long as that is 0.
  return (int)syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0);
}

/// Allows something at `place`, a descriptor, and below it.
static inline int nextdeploy_landlock_allow(int rules, int version, int place, _Bool is_directory,
                                            unsigned long long access) {
  access &= nextdeploy_landlock_files(version);
  // For anything but a directory the kernel takes only what can be done to a file.
  if (!is_directory)
    access &= LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE |
              LANDLOCK_ACCESS_FS_TRUNCATE;
  struct landlock_path_beneath_attr rule = {.allowed_access = access, .parent_fd = place};
  return (int)syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

/// Has the rules hold, for good, for this thread and what it starts.
static inline int nextdeploy_landlock_restrict(int rules) {
  return (int)syscall(SYS_landlock_restrict_self, rules, 0);
}

#if defined(__x86_64__)
#define NEXTDEPLOY_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NEXTDEPLOY_ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

// The kernel's numbers of system calls since 5.2 are the same on all architectures.
#define NEXTDEPLOY_FCHMODAT2 452
#define NEXTDEPLOY_SETXATTRAT 463
#define NEXTDEPLOY_REMOVEXATTRAT 466
#define NEXTDEPLOY_OPEN_TREE_ATTR 467

/// Has the kernel refuse (EPERM), for good, to this process and what it starts, the calls by which one reaches other
/// processes, sockets, mounts, namespaces and the kernel itself; and those that empty a file, where Landlock cannot.
static inline int nextdeploy_refuse_calls(int version) {
#ifdef NEXTDEPLOY_ARCHITECTURE
  static const unsigned refused[] = {
      // Sockets: Landlock does not see those that have a path.
      SYS_socket, SYS_connect,
      // Does what it is told to past this filter.
      SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register,
      // Other processes.
      SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_process_madvise, SYS_pidfd_getfd, SYS_kcmp,
      SYS_kill, SYS_tkill, SYS_tgkill, SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo, SYS_pidfd_send_signal,
      // The kernel, and its keys.
      SYS_bpf, SYS_perf_event_open, SYS_userfaultfd, SYS_keyctl, SYS_add_key, SYS_request_key, SYS_kexec_load,
      SYS_kexec_file_load, SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_reboot, SYS_swapon, SYS_swapoff,
      SYS_fanotify_init, SYS_open_by_handle_at,
      // Mounts and namespaces.
      SYS_mount, SYS_umount2, SYS_move_mount, SYS_open_tree, NEXTDEPLOY_OPEN_TREE_ATTR, SYS_fsopen, SYS_fsconfig,
      SYS_fsmount, SYS_fspick, SYS_mount_setattr, SYS_pivot_root, SYS_chroot, SYS_unshare, SYS_setns,
      // Files without a path, which could be executed.
      SYS_memfd_create,
      // Whom files belong to and who may use them: Landlock does not see that. Whoever has one open still can.
      SYS_fchmodat, NEXTDEPLOY_FCHMODAT2, SYS_fchownat, SYS_setxattr, SYS_lsetxattr, SYS_removexattr, SYS_lremovexattr,
      NEXTDEPLOY_SETXATTRAT, NEXTDEPLOY_REMOVEXATTRAT,
#ifdef SYS_chmod
      SYS_chmod, SYS_chown, SYS_lchown,
#endif
  };
  // AF_UNIX and SOCK_STREAM, whose header would be of this module then, and not of Glibc.
  const unsigned unix_domain = 1, connected = 1;
  // The calls that open a file, and which argument says how.
  static const struct {
    unsigned call, flags;
  } opening[] = {
#ifdef SYS_open
      {SYS_open, 1},
#endif
      {SYS_openat, 2},
  };
  // Calls that are needed, but not with this as their second argument.
  static const struct {
    unsigned call, second;
  } told[] = {
      // TIOCSTI and TIOCLINUX: the errors may go to the terminal of somebody with more rights, and these type there.
      {SYS_ioctl, 0x5412}, {SYS_ioctl, 0x541c},
      // FIOSETOWN, SIOCSPGRP, F_SETOWN and F_SETOWN_EX: the kernel then sends another process a signal.
      {SYS_ioctl, 0x8901}, {SYS_ioctl, 0x8902}, {SYS_fcntl, 8}, {SYS_fcntl, 15},
  };
  enum { calls = sizeof refused / sizeof *refused, settings = sizeof told / sizeof *told };
  const unsigned namespaces = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |
                              CLONE_NEWPID | CLONE_NEWNET;
  struct sock_filter filter[calls * 2 + settings * 5 + 56];
  unsigned short count = 0;
#define NEXTDEPLOY_DO(code, k) filter[count++] = (struct sock_filter)BPF_STMT(code, k)
#define NEXTDEPLOY_IF(test, k, yes, no) filter[count++] = (struct sock_filter)BPF_JUMP(BPF_JMP | test | BPF_K, k, yes, no)
#define NEXTDEPLOY_LOAD(field) NEXTDEPLOY_DO(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define NEXTDEPLOY_ANSWER(code) NEXTDEPLOY_DO(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | code)
#define NEXTDEPLOY_ALLOW() NEXTDEPLOY_DO(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
  // Another architecture's calls have other numbers, and those of x32 have 2^30 added.
  NEXTDEPLOY_LOAD(arch);
  NEXTDEPLOY_IF(BPF_JEQ, NEXTDEPLOY_ARCHITECTURE, 1, 0);
  NEXTDEPLOY_ANSWER(EPERM);
  NEXTDEPLOY_LOAD(nr);
#ifdef __x86_64__
  NEXTDEPLOY_IF(BPF_JGE, 0x40000000, 0, 1);
  NEXTDEPLOY_ANSWER(EPERM);
#endif
  for (int i = 0; i < calls; i++) {
    NEXTDEPLOY_IF(BPF_JEQ, refused[i], 0, 1);
    NEXTDEPLOY_ANSWER(EPERM);
  }
  for (int i = 0; i < settings; i++) {
    NEXTDEPLOY_IF(BPF_JEQ, told[i].call, 0, 4);
    NEXTDEPLOY_LOAD(args[1]);
    NEXTDEPLOY_IF(BPF_JEQ, told[i].second, 0, 1);
    NEXTDEPLOY_ANSWER(EPERM);
    NEXTDEPLOY_LOAD(nr);
  }
  // Whose limits: another's time on the processors, set to 0, would kill it.
  NEXTDEPLOY_IF(BPF_JEQ, SYS_prlimit64, 0, 4);
  NEXTDEPLOY_LOAD(args[0]);
  NEXTDEPLOY_IF(BPF_JEQ, 0, 1, 0);
  NEXTDEPLOY_ANSWER(EPERM);
  NEXTDEPLOY_ALLOW();
  if (version < 3) {
    NEXTDEPLOY_IF(BPF_JEQ, SYS_truncate, 0, 1);
    NEXTDEPLOY_ANSWER(EPERM);
    // Its flags are in memory, where a filter cannot look; the caller then does without.
    NEXTDEPLOY_IF(BPF_JEQ, SYS_openat2, 0, 1);
    NEXTDEPLOY_ANSWER(ENOSYS);
    // Whoever opens a file for writing needs Landlock's leave, but a file can be emptied without.
    const unsigned empty = 01000, no_access = 3;  // O_TRUNC, and O_ACCMODE, whose header would be of this module then
    for (int i = 0; i < (int)(sizeof opening / sizeof *opening); i++) {
      NEXTDEPLOY_IF(BPF_JEQ, opening[i].call, 0, 6);
      NEXTDEPLOY_DO(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args) + 8 * opening[i].flags);
      NEXTDEPLOY_DO(BPF_ALU | BPF_AND | BPF_K, empty | no_access);
      NEXTDEPLOY_IF(BPF_JEQ, empty, 1, 0);
      NEXTDEPLOY_IF(BPF_JEQ, empty | no_access, 0, 1);
      NEXTDEPLOY_ANSWER(EPERM);
      NEXTDEPLOY_ALLOW();
    }
  }
  // Its flags are in memory, where a filter cannot look; the C library then calls clone(2).
  NEXTDEPLOY_IF(BPF_JEQ, SYS_clone3, 0, 1);
  NEXTDEPLOY_ANSWER(ENOSYS);
  NEXTDEPLOY_IF(BPF_JEQ, SYS_clone, 0, 4);
  NEXTDEPLOY_LOAD(args[0]);
  NEXTDEPLOY_IF(BPF_JSET, namespaces, 0, 1);
  NEXTDEPLOY_ANSWER(EPERM);
  NEXTDEPLOY_ALLOW();
  // Of a pair of sockets that is no connection, each can send to any socket that has a path.
  NEXTDEPLOY_IF(BPF_JEQ, SYS_socketpair, 0, 6);
  NEXTDEPLOY_LOAD(args[0]);
  NEXTDEPLOY_IF(BPF_JEQ, unix_domain, 0, 3);
  NEXTDEPLOY_LOAD(args[1]);
  NEXTDEPLOY_DO(BPF_ALU | BPF_AND | BPF_K, 15);
  NEXTDEPLOY_IF(BPF_JEQ, connected, 1, 0);
  NEXTDEPLOY_ANSWER(EPERM);
  NEXTDEPLOY_ALLOW();
#undef NEXTDEPLOY_DO
#undef NEXTDEPLOY_IF
#undef NEXTDEPLOY_LOAD
#undef NEXTDEPLOY_ANSWER
#undef NEXTDEPLOY_ALLOW
  struct sock_fprog program = {.len = count, .filter = filter};
  // The number of a thread that could not be restrained, or -1.
  long left = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
  if (left > 0) errno = EBUSY;
  return left == 0 ? 0 : -1;
#else
  errno = ENOTSUP;
  return -1;
#endif
}

/// Whether a filter of system calls holds for this thread, and no program that it executes gains privileges.
static inline _Bool nextdeploy_is_filtered(void) {
  return prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == SECCOMP_MODE_FILTER && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
}
#endif
