from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from .letter_channel_common import LetterChannelCommon, read_pdf


@tagged("post_install", "-at_install")
class TestLetterPrint(LetterChannelCommon):
    """Letters are printed once, by somebody, and posted on a day."""

    def _letters(self, *names):
        partners = [self._create_customer(name) for name in names]
        notices = self._queue(*partners)
        self._work()
        return notices.sorted("number")

    def _found(self, state):
        return self.env["dunning.notice"].search([("letter_state", "=", state)])

    def test_printed_by_whom_and_posted_on(self):
        letters = self._letters("Ann", "Bob")
        self.assertEqual(set(letters.mapped("letter_state")), {"to_print"})
        self.assertEqual(self._found("to_print"), letters)
        action = letters.run_id.action_print_letters()
        self.assertIn("printed=", action["url"])
        self.assertEqual(set(letters.mapped("letter_state")), {"printed"})
        self.assertEqual(letters.printed_by_id, self.env.user)
        self.assertEqual(self._found("printed"), letters)
        self.assertFalse(self._found("to_print"))
        action = letters[0].action_mark_posted()
        wizard = self.env["dunning.letter.post"].with_context(**action["context"])
        wizard.create({"date": letters[0].date + timedelta(days=1)}).action_post()
        self.assertEqual(letters[0].letter_state, "posted")
        self.assertEqual(letters[0].posted_on, letters[0].date + timedelta(days=1))
        self.assertEqual(self._found("posted"), letters[0])

    def test_settled_since_is_left_out(self):
        letters = self._letters("Ann", "Bob")
        self._pay(letters[0].line_ids.move_id)
        letters.invalidate_recordset(["letter_state"])
        self.assertEqual(letters[0].letter_state, "settled")
        self.assertEqual(self._found("settled"), letters[0])
        self.assertEqual(self._found("to_print"), letters[1])
        self.assertEqual(letters[0].settled_text, letters[0].line_ids.move_id.name)
        action = letters.run_id.action_print_letters()
        self.assertIn(letters[0].number, action["params"]["message"])
        self.assertFalse(letters[0].printed_at)
        self.assertEqual(letters[1].letter_state, "printed")
        text = read_pdf(letters.run_id._get_letters_pdf())
        self.assertNotIn(letters[0].number, text)
        self.assertIn(letters[1].number, text)

    def test_partly_settled_is_marked_and_printed(self):
        customer = self._create_customer("Ann")
        self._overdue(5, 50.0, customer)
        notice = self._queue(customer)
        self._work()
        first, second = notice.line_ids.move_id
        self._pay(first)
        notice.invalidate_recordset(["letter_state"])
        self.assertEqual(notice.letter_state, "to_print")
        self.assertEqual(notice.settled_text, first.name)
        self.assertNotIn(second.name, notice.settled_text)

    def test_payment_that_is_undone_lets_it_be_printed(self):
        letter = self._letters("Ann")
        payment = self._pay(letter.line_ids.move_id)
        with self.assertRaisesRegex(UserError, "Nothing is left"):
            letter.action_print_letters()
        payment.move_id.line_ids.remove_move_reconcile()
        payment.action_cancel()
        self.env.flush_all()
        letter.invalidate_recordset(["letter_state"])
        self.assertEqual(letter.letter_state, "to_print")

    def test_second_click_prints_again_and_records_nothing(self):
        letters = self._letters("Ann")
        letters.run_id.action_print_letters()
        moment = letters.printed_at
        action = letters.run_id.action_print_letters()
        self.assertNotIn("printed=", action["url"])
        self.assertEqual(letters.printed_at, moment)
        action = letters.action_print_letters()
        self.assertIn(f"ids={letters.id}", action["url"])

    def test_new_letters_of_a_run_are_printed_alone(self):
        letters = self._letters("Ann", "Bob")
        letters[0].action_print_letters()
        letters[0].sudo().printed_at -= timedelta(hours=1)
        letters.run_id.action_print_letters()
        run, moment = letters.run_id, letters[1].printed_at
        text = read_pdf(run._get_letters_pdf(moment))
        self.assertNotIn(letters[0].number, text)
        self.assertIn(letters[1].number, text)

    def test_cannot_be_posted_before_it_was_written(self):
        letter = self._letters("Ann")
        with self.assertRaisesRegex(UserError, "cannot have been posted"):
            letter._set_posted(letter.date - timedelta(days=1))

    def test_letter_stays_evidence(self):
        letter = self._letters("Ann")
        letter._set_posted(letter.date)
        with self.assertRaisesRegex(UserError, "evidence"):
            letter.sudo().write({"posted_on": letter.date, "number": "x"})
        with self.assertRaisesRegex(UserError, "evidence"):
            letter.sudo().pdf_checksum = "x"
