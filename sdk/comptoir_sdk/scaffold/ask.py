"""The command: flags, or questions when a person is there to answer."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from comptoir_sdk.scaffold.write import PARTS, NameRefused, with_needed, write


def add(parser: argparse.ArgumentParser) -> None:
    """The arguments."""
    parser.add_argument("name", help="who and what, as in acme_orders")
    parser.add_argument("--parts", help=f"some of {', '.join(PARTS)}, with commas between; without it you are asked")
    parser.add_argument("--all", action="store_true", help="every part")
    parser.add_argument("--into", type=Path, help="the folder to make; by default one of its name, here")


def run(given: argparse.Namespace, say: Callable[[str], None], ask: Callable[[str], str] | None = None) -> int:
    """The exit status. `ask` puts a question to a person; without one, all parts are written."""
    folder: Path = given.into or Path(given.name)
    try:
        wanted = with_needed(_wanted(given, ask))
        written = write(folder, given.name, wanted)
    except (NameRefused, LookupError) as error:
        say(f"comptoir: {error}")
        return 2
    except FileExistsError:
        say(f"comptoir: {folder} is there already and stays as it is: choose another name, or --into another folder")
        return 1
    say(f"{folder}: {len(written)} files, with {', '.join(part for part in PARTS if part in wanted)}")
    return 0


def _wanted(given: argparse.Namespace, ask: Callable[[str], str] | None) -> list[str]:
    if given.all or (given.parts is None and ask is None):
        return list(PARTS)
    if given.parts is not None:
        return [part.strip() for part in given.parts.split(",") if part.strip()]
    answers = {part: ask(f"{purpose[0].upper()}{purpose[1:]}? [Y/n] ") for part, purpose in PARTS.items()}  # type: ignore[misc]
    return [part for part, answer in answers.items() if not answer.strip().lower().startswith("n")]


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser("comptoir_sdk.scaffold", description="Write a new plugin.")
    add(parser)
    return run(parser.parse_args(arguments), print, input if sys.stdin.isatty() else None)
