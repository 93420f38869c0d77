from datetime import date
from decimal import Decimal

from odoo.tests import TransactionCase, tagged

from ..tools.installments import CODES, InstallmentError

#: What goes with the codes whose sentences name figures.
VALUES = {
    "too_many": {"count": 1000, "maximum": 600},
    "too_small": {"balance": Decimal("0.02"), "count": 3, "step": Decimal("0.01")},
    "off_step": {"value": Decimal("0.03"), "step": Decimal("0.05")},
    "not_rising": {"before": date(2025, 1, 31), "date": date(2025, 1, 31)},
    "absurd": {"value": Decimal("1e20")},
}
#: Codes that no input on a screen can cause: developers see them, in any words.
TECHNICAL = {"choice", "index", "move_date", "payment", "period", "step"}


@tagged("post_install", "-at_install")
class TestInstallmentProblem(TransactionCase):
    """Whatever is wrong with a schedule is said in a bookkeeper's words."""

    def _explain(self, code):
        error = InstallmentError(code, **VALUES.get(code, {}))
        return self.env["installment.problem"]._explain(error)

    def test_every_code_has_a_sentence_of_its_own(self):
        sentences = {code: self._explain(code) for code in CODES}
        for code, sentence in sentences.items():
            with self.subTest(code):
                self.assertTrue(sentence.endswith("."))
                self.assertEqual("not possible" in sentence, code in TECHNICAL)

    def test_figures_stand_in_the_sentences(self):
        for code, figures in (
            ("too_many", ("1000", "600")),
            ("too_small", ("0.02", "3", "0.01")),
            ("off_step", ("0.03", "0.05")),
            ("not_rising", ("Jan 31, 2025",)),
        ):
            for figure in figures:
                with self.subTest(f"{code} {figure}"):
                    self.assertIn(figure, self._explain(code))
