"""The same routes on FastAPI, as a peer of the benchmarks: no store, no rules, no key, nothing sent upstream."""

import asyncio
import time
from collections import deque
from datetime import datetime, timezone
from enum import Enum

from fastapi import FastAPI
from pydantic import BaseModel

INTERVAL_S = 1
KEPT = 1000

app = FastAPI(title="Peer")
started = time.monotonic()
led = {"on": False}
recent = deque(maxlen=KEPT)


class Action(str, Enum):
    on = "on"
    off = "off"
    toggle = "toggle"


class Command(BaseModel):
    action: Action


def snapshot():
    now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
    return {
        "cpu_temp_c": 46.2,
        "led_state": "on" if led["on"] else "off",
        "button_pressed": False,
        "timestamp": now.replace("+00:00", "Z"),
        "simulated": True,
    }


async def collect():
    while True:
        recent.append(snapshot())
        await asyncio.sleep(INTERVAL_S)


@app.on_event("startup")
async def begin():
    recent.extend(snapshot() for _ in range(KEPT))
    app.state.collector = asyncio.create_task(collect())


@app.get("/api/status")
async def status():
    return snapshot()


@app.get("/api/readings")
async def readings(limit: int = 50):
    rows = list(recent)[-min(limit, KEPT) :]
    return {"count": len(rows), "readings": rows}


@app.get("/api/health")
async def health():
    uptime = round(time.monotonic() - started, 1)
    return {"status": "healthy", "uptime_seconds": uptime, "readings_stored": len(recent)}


@app.post("/api/led")
async def command_led(command: Command):
    if command.action == Action.toggle:
        led["on"] = not led["on"]
    else:
        led["on"] = command.action == Action.on
    return {"action": command.action, "led_state": "on" if led["on"] else "off"}
