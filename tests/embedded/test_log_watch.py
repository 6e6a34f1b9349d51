from __future__ import annotations

import json
from pathlib import Path

from core.embedded.log_watch import LogWatch


def test_errors_written_from_now_on_are_told_once_and_whole(tmp_path: Path) -> None:
    log, said = tmp_path / "worker.log", list[str]()
    log.write_text(json.dumps({"level": "error", "event": "of yesterday"}) + "\n")
    watch = LogWatch([log, tmp_path / "absent.log"], said.append)
    with log.open("a") as stream:
        stream.write('not json\n{"level": "info", "event": "calm"}\n')
        stream.write(json.dumps({"level": "error", "event": "lane stopped", "exception": "frames\nOSError: gone"}))
    watch.look()
    assert said == []
    with log.open("a") as stream:
        stream.write("\n")
    watch.look()
    watch.look()
    assert said == ["worker: lane stopped (OSError: gone)"]


def test_a_flood_is_counted(tmp_path: Path) -> None:
    log, said = tmp_path / "web.log", list[str]()
    watch = LogWatch([log], said.append)
    log.write_text((json.dumps({"level": "error", "event": "again"}) + "\n") * 50)
    watch.look()
    assert len(said) == 21
    assert "30 more errors" in said[-1]
