"""The commit of the checkout, read without git."""

from pathlib import Path

import pytest

from flows.home import fingerprint

COMMIT = "c0ffee" + "0" * 34
OTHER = "0" * 40


def _commit(root: Path, monkeypatch: pytest.MonkeyPatch) -> str | None:
    monkeypatch.setattr(fingerprint, "PROJECT_ROOT", root)
    return fingerprint.commit.__wrapped__()


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_a_branch_a_packed_branch_and_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git = tmp_path / ".git"
    assert _commit(tmp_path, monkeypatch) is None
    _write(git / "HEAD", f"{COMMIT}\n")
    assert _commit(tmp_path, monkeypatch) == COMMIT
    _write(git / "HEAD", "ref: refs/heads/main\n")
    assert _commit(tmp_path, monkeypatch) is None
    _write(git / "packed-refs", f"# packed\n{OTHER} refs/heads/domain\n{COMMIT} refs/heads/main\n")
    assert _commit(tmp_path, monkeypatch) == COMMIT
    _write(git / "refs" / "heads" / "main", f"{OTHER}\n")
    assert _commit(tmp_path, monkeypatch) == OTHER


def test_a_working_tree_beside_its_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "repository" / ".git" / "worktrees" / "then"
    _write(tmp_path / "then" / ".git", f"gitdir: {own}\n")
    _write(own / "HEAD", "ref: refs/heads/then\n")
    _write(own / "commondir", "../..\n")
    _write(tmp_path / "repository" / ".git" / "refs" / "heads" / "then", f"{COMMIT}\n")
    assert _commit(tmp_path / "then", monkeypatch) == COMMIT
