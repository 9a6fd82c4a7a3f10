"""Greenzone: batch analytics that keep a TikTok Shop seller in the green zone of account health.

Importing the package switches off the telemetry of every library that it uses. That has to happen
here, before any of them is imported: each reads its switch once, at import.
"""

import os

_SWITCHES = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "GX_ANALYTICS_ENABLED": "false",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    # Registering blocks imports every collection installed, dbt among them: seconds for nothing.
    "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",
    "PREFECT_MEMOIZE_BLOCK_AUTO_REGISTRATION": "false",
}
os.environ.update(_SWITCHES)
