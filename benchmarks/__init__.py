"""Benchmarks: the ratios of the addon's targets, measured in one run on one machine.

``bin/bench`` runs them; ``bin/bench --help`` names the options. Each measure works on
a copy of the template database in a process of its own, and drops the copy afterwards.
"""
