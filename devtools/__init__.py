"""The development tooling behind the commands in ``bin/``.

``bin/_python`` first runs ``devtools.setup`` on any Python from 3.10, so that module
and those it imports use the standard library only. The others run in ``.odoo/venv``.
Everything these commands make lives under ``.odoo/`` or in the user's cache directory.
"""
