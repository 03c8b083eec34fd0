"""How quick the page that plays on is, in Chromium: a step, the first note, a key, a handover, a busy page.

`python -m benchmarks.live`, a minute; the table, and benchmarks/live.json with the machine. It needs a browser.
"""

import argparse
import base64
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path
from statistics import median

import numpy as np
from playwright.sync_api import Page, sync_playwright

from benchmarks import machine
from benchmarks.measure import Figure, table
from maestro_lstm.export.sound import soundfont
from maestro_lstm.plumbing.errors import UserError, report_in_one_line
from maestro_lstm.plumbing.files import write_json
from maestro_lstm.pretrained.networks import network_file
from maestro_lstm.tokens.performance import Performance
from maestro_lstm.tokens.writing import to_midi
from maestro_lstm.web.live_page import write_page

RESULTS = Path("benchmarks/live.json")
STEP = """(plain) => {
    const { settings, edges, arrays, base64 } = MAESTRO.weights;
    const data = new Uint16Array(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)).buffer);
    const made = engine(), player = new made.Player(new made.Network({ settings, edges, arrays, data }, plain), 0);
    for (let k = 0; k < 50; k++) player.play();
    const began = performance.now();
    for (let k = 0; k < 200; k++) player.play();
    return (performance.now() - began) / 200;
}"""
BUSY = """() => setInterval(() => { const end = performance.now() + 60; while (performance.now() < end); }, 500)"""
# how long from a key to the piano's voice, and from handing over to the network's first note
KEY = """async () => {
    const c = MAESTRO.conductor, began = performance.now();
    window.dispatchEvent(new KeyboardEvent("keydown", { code: "KeyA" }));
    while (!c.open.size) await new Promise((go) => setTimeout(go));
    return performance.now() - began;
}"""
HANDOVER = """async () => {
    const c = MAESTRO.conductor, heard = c.log.length, began = performance.now();
    c.handOver();
    while (c.log.length === heard) await new Promise((go) => setTimeout(go));
    return performance.now() - began;
}"""


# from a file to its first note on the piano, and the longest time for which the page did nothing else meanwhile
FILE = """async (base64) => {
    const tasks = [], began = performance.now();
    new PerformanceObserver((list) => tasks.push(...list.getEntries())).observe({ type: "longtask" });
    const file = new File([bytesOf(base64)], "long.mid"), data = new DataTransfer();
    data.items.add(file);
    document.getElementById("file").files = data.files;
    document.getElementById("file").dispatchEvent(new Event("change"));
    while (!(MAESTRO.conductor && MAESTRO.conductor.log.length)) await new Promise((go) => setTimeout(go));
    const first = performance.now() - began;
    await new Promise((go) => setTimeout(go, 5000));
    return [first, Math.max(0, ...tasks.filter((t) => t.startTime > began + 300).map((t) => t.duration))];
}"""
LONG = 130_000  # notes


def long_file() -> str:
    """A MIDI file, in base64."""
    onset, pitch = np.arange(LONG) / 20, (30 + np.arange(LONG) % 60).astype(np.uint8)
    return base64.b64encode(to_midi(Performance(onset, onset + 0.04, pitch, np.full(LONG, 64, np.uint8)))).decode()


def figures(tab: Page, address: str) -> list[Figure]:
    tab.goto(address)
    steps = {"kernel": tab.evaluate(STEP, False), "javascript": tab.evaluate(STEP, True)}
    throttle = tab.context.new_cdp_session(tab)
    throttle.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    steps["kernel, a quarter of the processor"] = tab.evaluate(STEP, False)
    throttle.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    tab.reload()
    first = tab.evaluate(
        """async () => { const began = performance.now(); document.getElementById("start").click();
        while (!(MAESTRO.conductor && MAESTRO.conductor.log.length)) await new Promise((go) => setTimeout(go));
        return performance.now() - began; }"""
    )
    tab.evaluate("MAESTRO.conductor.waits = false")
    tab.evaluate(BUSY)
    tab.wait_for_timeout(10_000)
    slack = 1000 * tab.evaluate("MAESTRO.conductor.slack")
    keys, handovers = [], []
    for _ in range(9):
        keys.append(tab.evaluate(KEY))
        tab.wait_for_timeout(300)
        tab.evaluate("""window.dispatchEvent(new KeyboardEvent("keyup", { code: "KeyA" }))""")
        handovers.append(tab.evaluate(HANDOVER))
        tab.wait_for_timeout(700)
    output = 1000 * tab.evaluate("new AudioContext().baseLatency")
    tab.reload()
    file, busy = tab.evaluate(FILE, long_file())
    measured = [
        *((f"a step, {name}", value) for name, value in steps.items()),
        ("from Start to the first note", first),
        ("least slack of a note in 10 s, the page blocked 60 ms twice a second", slack),
        ("from a key to its voice", median(keys)),
        ("then the browser's own output", output),
        ("from handing over to the network's first note", median(handovers)),
        (f"from a file of {LONG:,} notes to its first, the page just opened", file),
        ("the page's longest task meanwhile", busy),
    ]
    return [Figure(what, "", round(value, 2), "ms", 1.0, "") for what, value in measured]


def main() -> None:
    argparse.ArgumentParser("python -m benchmarks.live", description=__doc__).parse_args()
    browser = next((path for name in ("chromium", "google-chrome") if (path := shutil.which(name))), None)
    if not browser:
        raise UserError("no browser here: install chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page = Path(folder) / "page"
        write_page(network_file("performer"), soundfont(), page)
        words = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        opened = playwright.chromium.launch(executable_path=browser, args=words)
        found = figures(opened.new_page(), page.joinpath("index.html").as_uri())
        about = {**machine.describe(), "browser": f"Chromium {opened.version}"}
        opened.close()
    rows = [asdict(figure) for figure in found]
    write_json(RESULTS, {"machine": about, "figures": rows})
    print(table(rows))
    print(f"\n{machine.processor()}, {about['browser']}; all of it in {RESULTS}")


if __name__ == "__main__":
    report_in_one_line(main)
