"""The weights that ship are what the committed conversations give, and nothing held out is fitted to."""

from __future__ import annotations

import json

from kin_assistant.question.followups.leaning import WEIGHTS
from training.leaning import TURNS, is_held_out, main, read_labelled_turns


def test_the_command_writes_the_weights_that_ship(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setattr("sys.argv", ["leaning", "--out", str(tmp_path / "weights")])
    main()
    assert (tmp_path / "weights").read_bytes() == WEIGHTS.read_bytes()
    assert "held out" in capsys.readouterr().out


def test_a_third_of_the_conversations_is_held_out_as_a_whole() -> None:
    names = {turn.conversation for turn in read_labelled_turns()}
    assert len(names) == 400
    assert 0.28 < sum(map(is_held_out, names)) / len(names) < 0.38


def test_weights_do_not_change_with_what_is_held_out(tmp_path, monkeypatch) -> None:
    rows = [json.loads(line) for line in TURNS.read_text("utf-8").splitlines()]
    for row in rows:
        if is_held_out(row["id"]):
            for turn in row["turns"]:
                turn["leans"] = not turn["leans"]
    (tmp_path / "turns.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    monkeypatch.setattr("sys.argv", ["x", "--turns", str(tmp_path / "turns.jsonl"), "--out", str(tmp_path / "weights")])
    main()
    assert (tmp_path / "weights").read_bytes() == WEIGHTS.read_bytes()


def test_labels_agree_with_their_rewrites() -> None:
    for turn in read_labelled_turns():
        assert turn.history
        assert turn.leans or turn.talk or turn.standalone
        assert not (turn.talk and turn.leans)
