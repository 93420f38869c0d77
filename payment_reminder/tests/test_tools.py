import doctest

from odoo.addons.payment_reminder.tools import delivery, plain_text


def load_tests(loader, tests, ignore):
    """Let Odoo's runner execute the examples in the tools' docstrings."""
    for module in (delivery, plain_text):
        tests.addTests(doctest.DocTestSuite(module))
    return tests
