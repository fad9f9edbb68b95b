// try stranger PLACE
//   Listens at PLACE/outside/socket, on a port of TCP and at a name that is no path, writes "PROCESS PORT" to PLACE/stranger, and stays.
// try all PLACE PROCESS PORT LOCAL TCP DATAGRAMS
//   Tries what a confined process may and may not do; writes to PLACE/top/tried of each what the kernel answered. LOCAL,
//   TCP and DATAGRAMS are descriptors of sockets that it inherits.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/random.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static FILE *tried;

static void say(const char *what, long result) {
  fprintf(tried, "%s: %s\n", what, result == -1 ? strerrorname_np(errno) : "done");
}

/// -1 with ECHILD where the program ran and did not succeed.
static int run(char *program, char *argument) {
  char *arguments[] = {program, argument, NULL}, *none[] = {NULL};
  pid_t child;
  int status, unread[2];
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (pipe(unread) == -1) return -1;
  posix_spawn_file_actions_adddup2(&actions, unread[1], 1);
  posix_spawn_file_actions_adddup2(&actions, unread[1], 2);
  if ((errno = posix_spawn(&child, program, &actions, NULL, arguments, none))) return -1;
  if (waitpid(child, &status, 0) == -1) return -1;
  errno = ECHILD;
  return status == 0 ? 0 : -1;
}

static struct sockaddr_un at = {.sun_family = AF_UNIX, .sun_path = "../outside/socket"};

/// No path, and of one test only.
static struct sockaddr_un abstract(pid_t process) {
  struct sockaddr_un name = {.sun_family = AF_UNIX};
  snprintf(name.sun_path + 1, sizeof name.sun_path - 1, "nextdeploy-test-%d", process);
  return name;
}

static void stranger(void) {
  struct sockaddr_in tcp = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof tcp;
  int local = socket(AF_UNIX, SOCK_STREAM, 0), network = socket(AF_INET, SOCK_STREAM, 0);
  int datagrams = socket(AF_UNIX, SOCK_DGRAM, 0);
  struct sockaddr_un name = abstract(getpid());
  if (bind(local, (struct sockaddr *)&at, sizeof at) || listen(local, 9) ||
      bind(network, (struct sockaddr *)&tcp, sizeof tcp) || listen(network, 9) ||
      bind(datagrams, (struct sockaddr *)&name, sizeof name) || getsockname(network, (struct sockaddr *)&tcp, &length))
    exit(1);
  FILE *file = fopen("../stranger.new", "w");
  fprintf(file, "%d %d\n", getpid(), ntohs(tcp.sin_port));
  fclose(file);
  rename("../stranger.new", "../stranger");
  for (;;) pause();
}

static void allowed(void) {
  int file = open("new", O_WRONLY | O_CREAT | O_EXCL, 0644);
  say("create", file);
  say("write", write(file, "text", 4));
  say("truncate", truncate("new", 1));
  say("empty", open("new", O_WRONLY | O_TRUNC));
  say("make a directory", mkdir("directory", 0755));
  say("move to another directory", rename("new", "directory/new"));
  say("link into another directory", link("directory/new", "second"));
  say("make a symlink", symlink("../outside", "way"));
  say("make a pipe", mkfifo("pipe", 0644));
  say("list", open("directory", O_RDONLY | O_DIRECTORY));
  say("read", open("directory/new", O_RDONLY));
  say("change permissions", fchmod(open("directory/new", O_WRONLY), 0600));
  say("remove", unlink("directory/new"));
  say("remove a directory", rmdir("directory"));
  say("read what can be read", open("../read/file", O_RDONLY));
  say("list what can be read", open("../read", O_RDONLY | O_DIRECTORY));
  say("read a file that can be read", open("../alone", O_RDONLY));
  say("run what can be run", run("/usr/bin/cat", "../read/file"));
  int pair[2];
  struct sockaddr_un here = {.sun_family = AF_UNIX, .sun_path = "socket"};
  say("make a pair of sockets", socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
  say("name a socket", bind(pair[0], (struct sockaddr *)&here, sizeof here));
}

static void files(void) {
  say("read /etc/passwd", open("/etc/passwd", O_RDONLY));
  say("read outside", open("../outside/file", O_RDONLY));
  say("list outside", open("../outside", O_RDONLY | O_DIRECTORY));
  say("write outside", open("../outside/file", O_WRONLY));
  say("truncate outside", truncate("../outside/file", 100));
  say("empty outside", open("../outside/file", O_RDONLY | O_TRUNC));
  say("empty outside, unopened", open("../outside/file", O_ACCMODE | O_TRUNC));
  say("empty what can be read", open("../read/file", O_RDONLY | O_TRUNC));
#ifdef SYS_open
  // The C library makes the newer call only.
  say("empty by the old call", syscall(SYS_open, "../read/file", O_RDONLY | O_TRUNC));
#endif
  struct open_how how = {.flags = O_RDONLY};
  say("open by a new call", syscall(SYS_openat2, AT_FDCWD, "../read/file", &how, sizeof how));
  say("create outside", open("../outside/new", O_WRONLY | O_CREAT, 0644));
  say("make a directory outside", mkdir("../outside/directory", 0755));
  say("make a symlink outside", symlink("file", "../outside/link"));
  say("make a pipe outside", mkfifo("../outside/pipe", 0644));
  say("write what can be read", open("../read/file", O_WRONLY));
  say("truncate what can be read", truncate("../read/file", 100));
  say("write a file that can be read", open("../alone", O_WRONLY));
  say("create where can be read", open("../read/new", O_WRONLY | O_CREAT, 0644));
  say("read through a symlink", open("way/file", O_RDONLY));
  say("create through a symlink", open("way/newer", O_WRONLY | O_CREAT, 0644));
  say("link in", link("../outside/file", "linked"));
  say("link out", link("tried", "../outside/linked"));
  say("link what can be read", link("../read/file", "linked too"));
  say("move out", rename("pipe", "../outside/moved"));
  say("move in", rename("../outside/other", "moved"));
  say("remove outside", unlink("../outside/old"));
  say("remove a directory outside", rmdir("../outside/empty"));
  say("run what it wrote", run("./cat", "../read/file"));
  say("run what was not named", run("/usr/bin/true", NULL));
  say("read outside by a program", run("/usr/bin/cat", "../outside/file"));
}

static void others(pid_t process, int port, int local, int network, int datagrams) {
  int device = open("/dev/urandom", O_RDONLY), bits, pair[2];
  say("ask a device", ioctl(device, RNDGETENTCNT, &bits));
  say("signal", kill(process, 0));
  say("have a signal sent", fcntl(device, F_SETOWN, process));
  struct f_owner_ex owner = {.type = F_OWNER_PID, .pid = process};
  say("have one sent by the new call", fcntl(device, F_SETOWN_EX, &owner));
  say("have a socket send one", ioctl(local, FIOSETOWN, &process));
  say("have a socket send one by the other name", ioctl(local, SIOCSPGRP, &process));
  struct rlimit limit;
  say("learn a limit of its own", getrlimit(RLIMIT_CPU, &limit));
  say("limit another process", prlimit(process, RLIMIT_CPU, &limit, NULL));
  struct sockaddr_un outside = {.sun_family = AF_UNIX, .sun_path = "../outside/named"};
  say("name a socket outside", bind(local, (struct sockaddr *)&outside, sizeof outside));
  struct sockaddr_in tcp = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  say("take a port", bind(network, (struct sockaddr *)&tcp, sizeof tcp));
  tcp.sin_port = htons(port);
  say("connect to a port", connect(network, (struct sockaddr *)&tcp, sizeof tcp));
  say("connect to a socket", connect(local, (struct sockaddr *)&at, sizeof at));
  struct sockaddr_un name = abstract(process);
  say("send to a socket without a path", sendto(datagrams, "x", 1, 0, (struct sockaddr *)&name, sizeof name));
  say("make a socket", socket(AF_UNIX, SOCK_STREAM, 0));
  say("make a socket of TCP", socket(AF_INET, SOCK_STREAM, 0));
  say("make a pair for datagrams", socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair));
  say("make a raw pair", socketpair(AF_UNIX, SOCK_RAW, 0, pair));
}

/// Needs root, where nothing confines it.
static void privileged(pid_t process) {
  say("make a device", mknod("null", S_IFCHR | 0644, makedev(1, 3)));
  say("make a disk", mknod("disk", S_IFBLK | 0644, makedev(7, 0)));
  say("trace", ptrace(PTRACE_SEIZE, process, 0, 0));
  // Of the calls nothing is left out that a filter refuses; with these arguments none does anything.
  static const struct {
    const char *name;
    long number;
  } calls[] = {
#define CALL(name) {#name, SYS_##name}
      CALL(socket), CALL(connect), CALL(io_uring_setup), CALL(io_uring_enter), CALL(io_uring_register), CALL(ptrace),
      CALL(process_vm_readv), CALL(process_vm_writev), CALL(process_madvise), CALL(pidfd_getfd), CALL(kcmp), CALL(bpf),
      CALL(perf_event_open), CALL(userfaultfd), CALL(keyctl), CALL(add_key), CALL(request_key), CALL(kexec_load),
      CALL(kexec_file_load), CALL(init_module), CALL(finit_module), CALL(delete_module), CALL(reboot), CALL(swapon),
      CALL(swapoff), CALL(fanotify_init), CALL(open_by_handle_at), CALL(mount), CALL(umount2), CALL(move_mount),
      CALL(open_tree), {"open_tree_attr", 467}, CALL(fsopen), CALL(fsconfig), CALL(fsmount), CALL(fspick),
      CALL(mount_setattr), CALL(pivot_root), CALL(chroot), CALL(unshare), CALL(setns), CALL(memfd_create), CALL(clone3),
      CALL(fchmodat), {"fchmodat2", 452}, CALL(fchownat), CALL(setxattr), CALL(lsetxattr), CALL(removexattr),
      CALL(lremovexattr), {"setxattrat", 463}, {"removexattrat", 466},
#ifdef SYS_chmod
      CALL(chmod), CALL(chown), CALL(lchown),
#endif
      CALL(kill), CALL(tkill), CALL(tgkill), CALL(rt_sigqueueinfo), CALL(rt_tgsigqueueinfo), CALL(pidfd_send_signal),
  };
  for (unsigned i = 0; i < sizeof calls / sizeof *calls; i++) {
    say(calls[i].name, syscall(calls[i].number, -1L, -1L, -1L, -1L, -1L, -1L));
  }
  // Typed where root waits for this process, which may have that terminal for its errors.
  say("type into a terminal", ioctl(-1, TIOCSTI, "x"));
  say("ask a terminal of the machine's own", ioctl(-1, TIOCLINUX, "x"));
  int pair[2];
  say("make a pair that is not local", socketpair(AF_INET, SOCK_STREAM, 0, pair));
  fflush(tried);
  long child = syscall(SYS_clone, CLONE_NEWUTS | SIGCHLD, 0L, 0L, 0L, 0L);
  if (child == 0) _exit(0);
  say("clone", child);
#ifdef __x86_64__
  say("a call of x32", syscall(0x40000000 | SYS_getpid));
  long answer = 20;  // getpid
  __asm__ volatile("int $0x80" : "+a"(answer)::"memory");
  errno = (int)-answer;
  say("a call of i386", answer < 0 ? -1 : 0);
#endif
}

int main(int count, char **arguments) {
  if (count < 3 || chdir(arguments[2]) == -1 || chdir("top") == -1) return 2;
  if (count == 3) stranger();
  if (count != 8 || (tried = fopen("tried", "w")) == NULL) return 2;
  int process = atoi(arguments[3]);
  allowed();
  files();
  others(process, atoi(arguments[4]), atoi(arguments[5]), atoi(arguments[6]), atoi(arguments[7]));
  privileged(process);
  return fclose(tried) == 0 ? 0 : 1;
}
