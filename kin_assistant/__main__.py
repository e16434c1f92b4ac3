"""``python -m kin_assistant``: the same as ``kin``."""

from kin_assistant.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
