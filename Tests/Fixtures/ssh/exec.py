"""Sends the bytes of a file as an ssh client's command; OpenSSH's own client cannot send all of them.

usage: exec.py PORT USER KEY KNOWN_HOSTS FILE
Ends with the command's exit status, or with 255 where the server closes the connection instead.
"""

import logging
import sys

import paramiko

port, user, key, known_hosts, file = sys.argv[1:]
logging.getLogger("paramiko").setLevel(logging.CRITICAL)
client = paramiko.SSHClient()
client.load_host_keys(known_hosts)
client.connect("127.0.0.1", int(port), user, key_filename=key, look_for_keys=False, allow_agent=False)
try:
    channel = client.get_transport().open_session()
    with open(file, "rb") as command:
        channel.exec_command(command.read())
    sys.stdout.buffer.write(channel.makefile().read() + channel.makefile_stderr().read())
    status = channel.recv_exit_status()
except (paramiko.SSHException, EOFError, OSError) as error:
    print(f"the connection was closed: {error!r}")
    status = 255
client.close()
sys.exit(status % 256)
