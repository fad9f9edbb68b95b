"""Runs a program on a terminal of its own: typed.py answer|interrupt COMMAND...

Waits until the program has turned the echo off, types a line or Ctrl-C, and says whether the echo is on again.
"""
import os, pty, sys, termios, threading, time

how, command = sys.argv[1], sys.argv[2:]
ours, terminal = pty.openpty()
child = os.fork()
if child == 0:
    os.close(ours)
    os.login_tty(terminal)
    os.execvp(command[0], command)


def echoes():
    return bool(termios.tcgetattr(terminal)[3] & termios.ECHO)


output = b""


def read():
    global output
    while True:
        output += os.read(ours, 65536)


threading.Thread(target=read, daemon=True).start()
deadline = time.time() + 30
while echoes():
    if time.time() > deadline:
        sys.exit("the echo was never turned off")
    time.sleep(0.005)
print("echo was off")
os.write(ours, b"typed-secret\n" if how == "answer" else b"typed-secret\x03")
_, status = os.waitpid(child, 0)
time.sleep(0.1)
print(output.decode())
print("echo is on again" if echoes() else "the echo stayed off")
ended = os.waitstatus_to_exitcode(status)
sys.exit(0 if ended == (0 if how == "answer" else -2) else f"it ended with {ended}")
