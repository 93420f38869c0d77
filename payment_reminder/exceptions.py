"""Errors with a meaning of their own."""

from odoo.exceptions import UserError


class LetterEngineError(UserError):
    """No letter could be made: the PDF engine is missing, failed or did not answer.

    Whoever catches it must leave the letters as they were: none of them is printed.
    """


class FieldProblem(UserError):
    """What a customer has typed cannot be taken: says it at the field of the form."""

    def __init__(self, field, message):
        super().__init__(message)
        self.field = field
