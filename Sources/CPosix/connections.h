// The kernel's TCP connections, asked for by port (sock_diag(7)), as a function that Swift can call.
#ifdef __linux__
#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/// Counts those of one family; -1 where the kernel does not tell.
static inline int nextdeploy_established_of(int netlink, unsigned short port, int family) {
  struct {
    struct nlmsghdr header;
    struct inet_diag_req_v2 body;
  } request;
  memset(&request, 0, sizeof request);
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.body.sdiag_family = (unsigned char)family;
  request.body.sdiag_protocol = IPPROTO_TCP;
  request.body.idiag_states = 1 << TCP_ESTABLISHED;
  request.body.id.idiag_sport = htons(port);
  if (send(netlink, &request, sizeof request, 0) != sizeof request) return -1;
  int count = 0;
  for (;;) {
    char answer[32768] __attribute__((aligned(NLMSG_ALIGNTO)));
    ssize_t length = recv(netlink, answer, sizeof answer, 0);
    if (length < 0 && errno == EINTR) continue;
    if (length <= 0) return -1;
    unsigned left = (unsigned)length;
    for (struct nlmsghdr *message = (struct nlmsghdr *)answer; NLMSG_OK(message, left); message = NLMSG_NEXT(message, left)) {
      if (message->nlmsg_type == NLMSG_DONE) return count;
      if (message->nlmsg_type == NLMSG_ERROR) return -1;
      if (message->nlmsg_type == SOCK_DIAG_BY_FAMILY) count += 1;
    }
  }
}

/// How many established connections a local port has; -1 where the kernel does not tell.
static inline int nextdeploy_established(unsigned short port) {
  int netlink = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  if (netlink == -1) return -1;
  int four = nextdeploy_established_of(netlink, port, AF_INET);
  int six = four == -1 ? -1 : nextdeploy_established_of(netlink, port, AF_INET6);
  close(netlink);
  return six == -1 ? -1 : four + six;
}
#endif
