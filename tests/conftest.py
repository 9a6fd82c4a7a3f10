"""What holds for every test."""

from __future__ import annotations

import os
import secrets

from flows.home.hash_key import VARIABLE

# Homes with the same files give the same marts when they hash under the same key.
os.environ.setdefault(VARIABLE, secrets.token_hex(32))
