"""A cross-check: every distinct signature that was verified here, verified by the `openssl` command."""
import os
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor

_seen = []


def remember(alg: int, spki: bytes, message: bytes, signature: bytes, holds: bool) -> None:
    _seen.append((alg, spki, message, signature, holds))


def _holds(folder: str, number: int, alg: int, spki: bytes, message: bytes, signature: bytes) -> bool:
    paths = []
    for part in (spki, message, signature):
        paths.append(os.path.join(folder, f"{number}.{len(paths)}"))
        with open(paths[-1], "wb") as file:
            file.write(part)
    key, data, signed = paths
    if alg == -8:
        command = ["pkeyutl", "-verify", "-pubin", "-inkey", key, "-keyform", "DER", "-rawin", "-in", data, "-sigfile", signed]
    else:
        command = ["dgst", "-sha256", "-verify", key, "-keyform", "DER", "-signature", signed, data]
    return subprocess.run(["openssl", *command], capture_output=True, check=False).returncode == 0


def disagreements():
    """How many were checked, and those of which `openssl` thinks otherwise."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda item: _holds(folder, item[0], *item[1][:4]), enumerate(_seen)))
    return len(answers), [item for item, answer in zip(_seen, answers) if item[4] != answer]
