"""The four API routes on Flask, as a peer of the benchmarks: no store, no rules, no key, nothing sent upstream."""

import threading
import time
from collections import deque
from datetime import datetime, timezone

from flask import Flask, jsonify, request

INTERVAL_S = 1
KEPT = 1000

app = Flask(__name__)
started = time.monotonic()
led = {"on": False}
recent = deque(maxlen=KEPT)


def snapshot():
    now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
    return {
        "cpu_temp_c": 46.2,
        "led_state": "on" if led["on"] else "off",
        "button_pressed": False,
        "timestamp": now.replace("+00:00", "Z"),
        "simulated": True,
    }


def collect():
    while True:
        recent.append(snapshot())
        time.sleep(INTERVAL_S)


recent.extend(snapshot() for _ in range(KEPT))
threading.Thread(target=collect, daemon=True).start()


@app.get("/api/status")
def status():
    return jsonify(snapshot())


@app.get("/api/readings")
def readings():
    limit = min(request.args.get("limit", 50, type=int), KEPT)
    rows = list(recent)[-limit:]
    return jsonify(count=len(rows), readings=rows)


@app.get("/api/health")
def health():
    uptime = round(time.monotonic() - started, 1)
    return jsonify(status="healthy", uptime_seconds=uptime, readings_stored=len(recent))


@app.post("/api/led")
def command_led():
    action = (request.get_json(silent=True) or {}).get("action")
    if action not in ("on", "off", "toggle"):
        return jsonify(error=f"Unknown action: {action}", valid=["on", "off", "toggle"]), 400
    led["on"] = not led["on"] if action == "toggle" else action == "on"
    return jsonify(action=action, led_state="on" if led["on"] else "off")
