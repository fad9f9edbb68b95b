// Programs that the kernel runs for a control group (bpf(2)), as functions that Swift can call.
#ifdef __linux__
#include <linux/bpf.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static inline int nextdeploy_bpf(int command, union bpf_attr *attributes) {
  return (int)syscall(SYS_bpf, command, attributes, sizeof *attributes);
}

/// Loads a program that decides on bind(2) for an address of IPv4 (`six` 0) or IPv6; its descriptor, or -1.
static inline int nextdeploy_bind_program(const unsigned long long *instructions, unsigned count, const char *name, int six) {
  union bpf_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.prog_type = BPF_PROG_TYPE_CGROUP_SOCK_ADDR;
  attributes.expected_attach_type = six ? BPF_CGROUP_INET6_BIND : BPF_CGROUP_INET4_BIND;
  attributes.insns = (unsigned long long)(unsigned long)instructions;
  attributes.insn_cnt = count;
  attributes.license = (unsigned long long)(unsigned long) "";
  strncpy(attributes.prog_name, name, sizeof attributes.prog_name - 1);
  return nextdeploy_bpf(BPF_PROG_LOAD, &attributes);
}

/// Has it decide for all processes of a control group, beside other programs; or not any more.
static inline int nextdeploy_bind_attach(int group, int program, int six) {
  union bpf_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.target_fd = group;
  attributes.attach_bpf_fd = program;
  attributes.attach_type = six ? BPF_CGROUP_INET6_BIND : BPF_CGROUP_INET4_BIND;
  attributes.attach_flags = BPF_F_ALLOW_MULTI;
  return nextdeploy_bpf(BPF_PROG_ATTACH, &attributes);
}
static inline int nextdeploy_bind_detach(int group, int program, int six) {
  union bpf_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.target_fd = group;
  attributes.attach_bpf_fd = program;
  attributes.attach_type = six ? BPF_CGROUP_INET6_BIND : BPF_CGROUP_INET4_BIND;
  return nextdeploy_bpf(BPF_PROG_DETACH, &attributes);
}

/// The programs that decide there, by their ids: how many there are, or -1 (ENOSPC: more than `room`).
static inline int nextdeploy_bind_programs(int group, unsigned *ids, unsigned room, int six) {
  union bpf_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.query.target_fd = group;
  attributes.query.attach_type = six ? BPF_CGROUP_INET6_BIND : BPF_CGROUP_INET4_BIND;
  attributes.query.prog_ids = (unsigned long long)(unsigned long)ids;
  attributes.query.prog_cnt = room;
  return nextdeploy_bpf(BPF_PROG_QUERY, &attributes) == -1 ? -1 : (int)attributes.query.prog_cnt;
}

/// A program by its id: its descriptor, or -1.
static inline int nextdeploy_bpf_program(unsigned id) {
  union bpf_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.prog_id = id;
  return nextdeploy_bpf(BPF_PROG_GET_FD_BY_ID, &attributes);
}

/// Whether a program has that name.
static inline int nextdeploy_bpf_is_named(int program, const char *name) {
  struct bpf_prog_info info;
  union bpf_attr attributes;
  memset(&info, 0, sizeof info);
  memset(&attributes, 0, sizeof attributes);
  attributes.info.bpf_fd = program;
  attributes.info.info_len = sizeof info;
  attributes.info.info = (unsigned long long)(unsigned long)&info;
  if (nextdeploy_bpf(BPF_OBJ_GET_INFO_BY_FD, &attributes) == -1) return -1;
  return strncmp(info.name, name, sizeof info.name - 1) == 0;
}
#endif
