"""Open live streams on one process: its memory and processor time with many, beside the same process with none."""

import asyncio
import json
import os
import resource
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from redis import Redis

from sparks.stream import channel

SHOP = "http://bench.invalid"
HINTS = 5


class StreamServer:
    """The stream as it runs beside the pages (gunicorn's ASGI worker), as a child of this process."""

    def __init__(self, *, site_url: str, redis_url: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.address = f"http://127.0.0.1:{self.port}"
        command = [sys.executable, "-m", "gunicorn", "config.stream", "-k", "asgi", "-w", "1", "-b", f"127.0.0.1:{self.port}",
            "--log-level", "error", "--graceful-timeout", "2"]  # fmt: skip
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "SITE_URL": site_url,
            "REDIS_URL": redis_url,
        }
        self.process = subprocess.Popen(command, env=environment, cwd=settings.BASE_DIR)  # noqa: S603  (our own)

    def wait(self) -> int:
        """Until it hears Redis; the number of its worker. Raises TimeoutError after half a minute."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with suppress(OSError), urllib.request.urlopen(f"{self.address}/healthz", timeout=5) as answer:  # noqa: S310  (ours)
                if answer.read() == b"ok\n":
                    return int(
                        Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()[0]
                    )
            time.sleep(0.1)
        raise TimeoutError("The stream did not hear Redis within 30 seconds.")

    def stop(self) -> None:
        """End it with its worker; a second time changes nothing."""
        self.process.terminate()
        self.process.wait(timeout=30)


def memory_kb(pid: int) -> int:
    """What the process holds (RSS)."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1])


def processor_seconds(pid: int) -> float:
    """User and system time that it has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _open(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=4096)
    writer.write(b"GET /stream?topic=home HTTP/1.1\r\nHost: bench\r\nAccept: text/event-stream\r\n\r\n")
    await reader.readuntil(b": hello")
    return reader, writer


async def _idle(pid: int, seconds: int) -> float:
    """Processor seconds in so many seconds in which nothing comes but signs of life."""
    before = processor_seconds(pid)
    await asyncio.sleep(seconds)
    return processor_seconds(pid) - before


async def _hint(readers: list[asyncio.StreamReader], redis: Redis) -> list[float]:
    """Publish one Spark; after how many milliseconds each page heard of it."""
    sent = time.perf_counter()

    async def hear(reader: asyncio.StreamReader) -> float:
        await reader.readuntil(b"event: new")
        return (time.perf_counter() - sent) * 1000

    waiting = [asyncio.create_task(hear(reader)) for reader in readers]
    redis.publish(channel(SHOP), json.dumps({"topic": "home", "person": "bench"}))
    return sorted(await asyncio.gather(*waiting))


async def _measure(streams: int, seconds: int) -> dict[str, Any]:
    server = StreamServer(site_url=SHOP, redis_url=settings.REDIS_URL)
    try:
        pid = server.wait()
        figures: dict[str, Any] = {"streams": streams, "seconds": seconds, "memory_kb_none": memory_kb(pid)}
        figures["processor_s_none"] = round(await _idle(pid, seconds), 3)
        # The writers are kept: without them the connections close.
        pages = [await _open(server.port) for _ in range(streams)]
        figures["memory_kb_open"] = memory_kb(pid)
        figures["processor_s_open"] = round(await _idle(pid, seconds), 3)
        redis, before, heard = Redis.from_url(settings.REDIS_URL), processor_seconds(pid), []
        for _ in range(HINTS):
            heard.append(await _hint([reader for reader, _writer in pages], redis))
            # Longer than the stream holds words back.
            await asyncio.sleep(2.5)
        figures["processor_ms_a_hint"] = round((processor_seconds(pid) - before) * 1000 / HINTS, 1)
        figures["heard_by_half_ms"] = round(sorted(row[len(row) // 2] for row in heard)[HINTS // 2], 1)
        figures["heard_by_all_ms"] = round(sorted(row[-1] for row in heard)[HINTS // 2], 1)
        figures["memory_kb_after"] = memory_kb(pid)
    finally:
        server.stop()
    return figures


def run(streams: int, seconds: int) -> dict[str, Any]:
    """The figures of so many open streams, each of both states watched for so many seconds."""
    if not settings.REDIS_URL:
        raise CommandError("Streams are fed by Redis: set REDIS_URL.")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < streams + 100:
        raise CommandError(f"So many streams want more open files than {hard}: ulimit -n {streams + 100}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, streams + 100), hard))
    return asyncio.run(_measure(streams, seconds))
