"""The parent of all processes outlives what the disk does to it."""

import os
from pathlib import Path

import pytest

from cordboard.settings import Settings
from cordboard.supervisor import Role, Supervisor


def test_a_full_disk_does_not_end_the_parent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Where calls are under way, a list of process ids is nothing to die for."""
    (tmp_path / "run").mkdir()
    supervisor = Supervisor(Settings(home=tmp_path), ["web"], running={4711: Role("web")})

    def full(*_: object, **__: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(Path, "write_text", full)
        supervisor._write_pids()
        supervisor._write_pids()
    assert caplog.text.count("No space left on device") == 1
    assert supervisor._pids_unwritten

    supervisor._write_pids()
    assert (tmp_path / "run" / "pids").read_text().splitlines() == [f"{os.getpid()} serve", "4711 web"]
    assert not supervisor._pids_unwritten
