"""Links between network namespaces, for kernels without netem: what a namespace sends leaves it at a rate, and
arrives after a delay, as by `tc qdisc add … netem delay … rate …`.

  links.py <milliseconds> <gigabits a second> <namespace>…  prints «ready» once each has a device `link0`

The packet for address 10.77.0.n goes to the n-th namespace. It ends with its standard input.
"""
import ctypes
import fcntl
import heapq
import os
import select
import struct
import sys
import time

CLONE_NEWNET = 0x40000000
TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 1, 0x1000
MOST_BYTES = 65536
# Read from one device before the others have their turn.
AT_ONCE = 16


def open_device(namespace):
    libc = ctypes.CDLL(None, use_errno=True)
    with open(f'/var/run/netns/{namespace}') as there:
        if libc.setns(there.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), namespace)
    device = os.open('/dev/net/tun', os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack('16sH22x', b'link0', IFF_TUN | IFF_NO_PI))
    return device


def packets(device):
    for _ in range(AT_ONCE):
        try:
            yield os.read(device, MOST_BYTES)
        except OSError:
            # Nothing more, or a link that is down.
            return


def carry(devices, delay, bytes_a_second):
    free = dict.fromkeys(devices, 0.0)
    flying = []
    count = 0
    while True:
        wait = None if not flying else max(0.0, flying[0][0] - time.monotonic())
        ready, _, _ = select.select([0, *devices], [], [], wait)
        if 0 in ready:
            return
        for device in ready:
            for packet in packets(device):
                free[device] = max(free[device], time.monotonic()) + len(packet) / bytes_a_second
                count += 1
                heapq.heappush(flying, (free[device] + delay, count, packet))
        now = time.monotonic()
        while flying and flying[0][0] <= now:
            deliver(devices, heapq.heappop(flying)[2])


def deliver(devices, packet):
    version, to = packet[0] >> 4, packet[19] - 1
    if version != 4 or not 0 <= to < len(devices):
        return
    try:
        os.write(devices[to], packet)
    except OSError:
        # As on a wire: the receiver is down, or does not keep up.
        pass


def main():
    milliseconds, gigabits = map(float, sys.argv[1:3])
    devices = [open_device(namespace) for namespace in sys.argv[3:]]
    # It stands for hardware: work on the same processors must not slow it.
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    print('ready', flush=True)
    carry(devices, milliseconds / 1e3, gigabits * 1e9 / 8)


main()
