"""Hosts of their own on one machine: network namespaces with cables between them. Needs root and
iproute2; nothing outside the namespaces is touched, and they are removed by name at the end."""

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from uuid import uuid4

from tests.faults.stage import CannotBePlayed

SERVERS = "10.77.0.1"  # where the core's database and broker listen
RELAY = "10.77.0.2"  # and its relay
CLONE_NEWNET = 0x40000000  # <sched.h>


@dataclass(frozen=True)
class Host:
    """A worker host: a namespace, and what stands before a command that is to run there."""

    name: str
    number: int

    @property
    def prefix(self) -> tuple[str, ...]:
        return ("ip", "netns", "exec", self.name)

    @property
    def address(self) -> str:
        """From which the relay sees its mail come."""
        return f"10.77.{100 + self.number}.2"


class Network:
    """A core and some worker hosts, each with two cables to it: one to the servers, one to the
    relay. Open as a context; ``CannotBePlayed`` where this machine does not let it."""

    def __init__(self, hosts: int) -> None:
        if os.geteuid() != 0 or not shutil.which("ip"):
            raise CannotBePlayed("network namespaces need root and iproute2")
        mark = uuid4().hex[:6]
        self.core = f"digest-{mark}-core"
        self.hosts = [Host(f"digest-{mark}-host{n}", n) for n in range(1, hosts + 1)]

    def __enter__(self) -> Self:
        try:
            self._build()
        except BaseException as error:
            self._remove()
            if isinstance(error, subprocess.CalledProcessError):
                raise CannotBePlayed(
                    f"no network namespaces here: {error.stderr.strip()}"
                ) from None
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._remove()

    def cut(self, host: Host, *cables: str) -> None:
        """Pull ``servers`` or ``relay`` or both out of the host: nothing is said any more."""
        for cable in cables:
            _ip("-n", self.core, "link", "set", f"{cable}{host.number}", "down")

    def mend(self, host: Host, *cables: str) -> None:
        for cable in cables:
            _ip("-n", self.core, "link", "set", f"{cable}{host.number}", "up")

    @contextmanager
    def in_core(self) -> Iterator[None]:
        """This thread, and what it starts, is in the core meanwhile."""
        with Path("/proc/thread-self/ns/net").open() as home:
            with Path(f"/run/netns/{self.core}").open() as core:
                _enter(core.fileno())
            try:
                yield
            finally:
                _enter(home.fileno())

    def _build(self) -> None:
        _ip("netns", "add", self.core)
        _ip("-n", self.core, "link", "set", "lo", "up")
        for address in (SERVERS, RELAY):
            _ip("-n", self.core, "address", "add", f"{address}/32", "dev", "lo")
        for host in self.hosts:
            _ip("netns", "add", host.name)
            _ip("-n", host.name, "link", "set", "lo", "up")
            self._lay(host, "servers", f"10.77.{host.number}", SERVERS)
            self._lay(host, "relay", f"10.77.{100 + host.number}", RELAY)

    def _lay(self, host: Host, cable: str, net: str, goal: str) -> None:
        """A cable between the core and the host, and the way to ``goal`` over it."""
        here = f"{cable}{host.number}"
        far_end = ("peer", "name", cable, "netns", host.name)
        _ip("link", "add", here, "netns", self.core, "type", "veth", *far_end)
        for name, end, address in ((self.core, here, f"{net}.1"), (host.name, cable, f"{net}.2")):
            _ip("-n", name, "address", "add", f"{address}/24", "dev", end)
            _ip("-n", name, "link", "set", end, "up")
        _ip("-n", host.name, "route", "add", goal, "via", f"{net}.1")

    def _remove(self) -> None:
        """The cables go with the namespaces."""
        for name in (self.core, *(host.name for host in self.hosts)):
            subprocess.run(["ip", "netns", "delete", name], check=False, capture_output=True)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


def _enter(namespace: int) -> None:
    """``os.setns``, which Python has from 3.12 on."""
    if ctypes.CDLL(None, use_errno=True).setns(namespace, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")
