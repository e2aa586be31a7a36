# A job of so many steps, each appended to a file with its number. It goes on behind the last one that is there, tells
# how far it is, and leaves nothing half done. steps.py FILE STEPS SECONDS
import os
import socket
import sys
import time

path, steps, pause = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
out = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
done = len(os.pread(out, 1 << 20, 0).splitlines())
print(f"attempt {os.environ['HOSTD_ATTEMPT']} of job {os.environ['HOSTD_JOB']} begins behind step {done}", flush=True)
while done < steps:
    time.sleep(pause)
    done += 1
    os.write(out, f"{done}\n".encode())
    try:
        notify.sendto(f"X_PROGRESS={done}/{steps}\nX_CHECKPOINT=step {done}".encode(), os.environ["NOTIFY_SOCKET"])
    except OSError:
        pass  # its keeper was killed: so is it, in a moment
print("all steps are done", flush=True)
