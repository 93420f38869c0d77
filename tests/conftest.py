"""Fixtures for the system tests: real servers, real processes, real mail."""

import pytest

from devtools import postgres
from devtools.database import Databases
from devtools.smtp_sink import Sink


@pytest.fixture
def sink(tmp_path):
    """Give a running SMTP server that keeps its mails in ``sink.folder``."""
    with Sink(tmp_path / "mail") as server:
        yield server


@pytest.fixture(scope="session")
def server():
    """Give the database server of this checkout."""
    with postgres.session() as running:
        yield running


@pytest.fixture
def database(server):
    """Give a fresh database with the addon and its demo data."""
    databases = Databases(server)
    template = databases.template_with_addon()
    with databases.temporary(template, "system") as name:
        yield name
