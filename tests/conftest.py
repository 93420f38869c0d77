"""Fixtures for the system tests: real servers, real processes, real mail."""

import contextlib

import pytest
import system

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


@pytest.fixture
def world(server, database, tmp_path):
    """Give a system with nothing but the demo data."""
    with contextlib.closing(system.System(server, database, tmp_path)) as one:
        yield one


# What follows serves the tests that send: see system.py


@pytest.fixture(scope="session")
def owing(server, tmp_path_factory):
    """Give a database, to be copied, in which many customers are late."""
    base = Databases(server).template_with_addon()
    folder = tmp_path_factory.mktemp("owing")
    with system.template(server, base, "owing", system.WORLD, folder) as name:
        yield name


@pytest.fixture(scope="session")
def queued(server, owing, tmp_path_factory):
    """Give a database, to be copied, in which a reminder waits for each of them."""
    folder = tmp_path_factory.mktemp("queued")
    with system.template(server, owing, "queued", system.PLAN, folder) as name:
        yield name


@pytest.fixture
def planning(server, owing, tmp_path):
    """Give a system in which nothing is planned yet."""
    with Databases(server).temporary(owing, "planning") as name:
        with contextlib.closing(system.System(server, name, tmp_path)) as world:
            yield world


@pytest.fixture
def sending(server, queued, tmp_path):
    """Give a system with a queue full of notices and no mail server."""
    with Databases(server).temporary(queued, "sending") as name:
        with contextlib.closing(system.System(server, name, tmp_path)) as world:
            yield world
