"""Where the project's own files live: the contracts, the dbt project, the repository root."""

from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parent.parent
CONTRACTS_DIR = PROJECT_ROOT / "data_contracts"
DBT_DIR = PROJECT_ROOT / "dbt_project"
DOCS_DIR = PROJECT_ROOT / "docs"
FEED_DOCS_DIR = DOCS_DIR / "feeds"
MART_DOCS_DIR = DOCS_DIR / "marts"
