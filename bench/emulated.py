"""How long the street's detector takes on an emulated Raspberry Pi's processor.

    scripts/bench emulated [--cpu cortex-a76] [--json]

Runs the real aarch64 wheel of the runtime under `qemu-aarch64-static` (Debian's package qemu-user-static),
with Debian's own arm64 Python below it; both are fetched once into ~/.cache/loket (or LOKET_CACHE).
`invoke_ms` is the median by the processor's time, so that other work on this machine weighs little.
cortex-a76 is the Pi 5's core, cortex-a72 the Pi 4's; a real one is many times quicker than an emulated one.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from edge_agent.model_store.manifest import load_manifest, manifests_folder
from edge_agent.model_store.store import ModelStore

MODEL = "street_sim"
CHECKOUT = Path(__file__).resolve().parent.parent
PACKAGES = ("python3-minimal", "libpython3-stdlib", "libstdc++6")
WHEELS = (
    "ai-edge-litert",
    "numpy",
    "flatbuffers",
    "protobuf",
    "tqdm",
    "typing-extensions",
    "backports-strenum",
)
CORES = {
    "cortex-a72": ("0xd08", ""),
    "cortex-a76": ("0xd0b", " atomics fphp asimdhp asimdrdm lrcpc dcpop asimddp"),
}
"""The part's number and what it can do beyond ARMv8.0, as Linux tells it in /proc/cpuinfo: the runtime
chooses its code by that, and QEMU 7.2 would show it this machine's."""
TIMED = """
import json, sys, time
import numpy
from ai_edge_litert.interpreter import Interpreter
model = Interpreter(model_path=sys.argv[1], num_threads=1)
model.allocate_tensors()
entry = model.get_input_details()[0]
model.set_tensor(entry["index"], numpy.full(entry["shape"], 90, entry["dtype"]))
model.invoke()
times = []
for _ in range(int(sys.argv[2])):
    began = time.process_time()
    model.invoke()
    times.append(1000 * (time.process_time() - began))
print(json.dumps(times))
"""


def main() -> None:
    """Fetch what is missing, measure, print."""
    parser = argparse.ArgumentParser(prog="bench emulated", description=__doc__)
    parser.add_argument("--cpu", default="cortex-a76", choices=CORES, help="default: %(default)s")
    parser.add_argument("--invokes", type=int, default=9)
    parser.add_argument("--json", action="store_true", help="print one JSON object last, and nothing else")
    arguments = parser.parse_args()
    if shutil.which("qemu-aarch64-static") is None:
        sys.exit("bench emulated: no qemu-aarch64-static; apt-get install qemu-user-static, then again")
    root, wheels = _arm64()
    manifest = load_manifest(MODEL, folder=manifests_folder())
    weights = ModelStore(Path(os.devnull), ()).resolve(manifest, manifest.weights)
    [python] = sorted(root.glob("usr/bin/python3.[0-9]*"))
    part, more = CORES[arguments.cpu]
    (root / "proc").mkdir(exist_ok=True)
    (root / "proc" / "cpuinfo").write_text(
        "processor\t: 0\n"
        f"Features\t: fp asimd evtstrm aes pmull sha1 sha2 crc32 cpuid{more}\n"
        "CPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: 0x0\n"
        f"CPU part\t: {part}\nCPU revision\t: 3\n"
    )
    emulator = ["qemu-aarch64-static", "-cpu", arguments.cpu, "-L", root, python]
    timed = subprocess.run(
        [*emulator, "-c", TIMED, weights, str(arguments.invokes)],
        check=True, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(wheels)},
    )  # fmt: skip
    times = sorted(json.loads(timed.stdout.splitlines()[-1]))
    result = {"invoke_ms": round(times[len(times) // 2]), "cpu": arguments.cpu, "invokes": len(times)}
    if not arguments.json:
        for name, value in result.items():
            print(f"{name:>16}: {value}")
    print(json.dumps(result))


def _arm64() -> tuple[Path, Path]:
    """A folder with Debian's arm64 Python, and one with the wheels that our lock names, for it."""
    key = hashlib.sha256(repr((PACKAGES, WHEELS)).encode())
    key.update((CHECKOUT / "requirements" / "run.txt").read_bytes())
    key.update(Path("/etc/debian_version").read_bytes())
    home = _cache() / "arm64" / key.hexdigest()[:16]
    root, wheels = home / "root", home / "wheels"
    if not (home / "whole").exists():
        print("bench emulated: fetching Debian's arm64 Python and the aarch64 wheels", file=sys.stderr)
        shutil.rmtree(home, ignore_errors=True)
        root.mkdir(parents=True)
        _fetch_packages(home, root)
        [python] = sorted(root.glob("usr/bin/python3.[0-9]*"))
        _fetch_wheels(wheels, version=python.name.removeprefix("python"))
        (home / "whole").touch()
    return root, wheels


def _fetch_packages(home: Path, root: Path) -> None:
    """Unpacked, not installed: what apt would install on an arm64 machine that has nothing."""
    for folder in ("lists/partial", "archives/partial"):
        (home / folder).mkdir(parents=True)
    (home / "status").touch()
    options = {
        "APT::Architecture": "arm64", "APT::Architectures": "arm64", "APT::Install-Recommends": "false",
        "APT::Sandbox::User": "root",
        "Dir::State::Lists": home / "lists", "Dir::State::Status": home / "status",
        "Dir::Cache::Archives": home / "archives", "Dir::Cache::pkgcache": "", "Dir::Cache::srcpkgcache": "",
        "Debug::NoLocking": "true",
    }  # fmt: skip
    apt = ["apt-get", "-q", "-y", *(f"-o{name}={value}" for name, value in options.items())]
    subprocess.run([*apt, "update"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([*apt, "--download-only", "install", *PACKAGES], check=True, stdout=subprocess.DEVNULL)
    for package in sorted((home / "archives").glob("*.deb")):
        subprocess.run(["dpkg-deb", "--extract", package, root], check=True)
    shutil.rmtree(home / "archives")
    shutil.rmtree(home / "lists")


def _fetch_wheels(folder: Path, *, version: str) -> None:
    lock = (CHECKOUT / "requirements" / "run.txt").read_text().split("\n\n")[0].replace("\\\n", " ")
    chosen = [line for line in lock.splitlines() if line.split("==")[0] in WHEELS]
    names = folder.with_name("wheels.txt")
    names.write_text("\n".join(chosen))
    uv = shutil.which("uv") or str(_cache() / "tools" / "bin" / "uv")
    platform = ["--python-platform", "aarch64-manylinux_2_28", "--python-version", version]
    wanted = ["--no-deps", "--only-binary", ":all:", "--requirement", str(names)]
    subprocess.run([uv, "pip", "install", "--quiet", "--target", folder, *platform, *wanted], check=True)


def _cache() -> Path:
    return Path(os.environ.get("LOKET_CACHE") or Path.home() / ".cache" / "loket")


if __name__ == "__main__":
    main()
