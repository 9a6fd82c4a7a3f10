"""The group that every command is in; modules of commands add theirs to it."""

from __future__ import annotations

import click


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="greenzone")
def cli() -> None:
    """Keep a TikTok Shop seller in the green zone of account health.

    Drop the exports that you already have into HOME/landing/<shop>/ and run `greenzone daily`.
    Exit codes: 0 done, 1 unforeseen failure, 2 wrong usage or configuration, 3 a gate blocked
    publication, 4 another run holds the home folder.
    """
