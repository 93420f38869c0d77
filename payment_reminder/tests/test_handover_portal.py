from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .case_file_common import NASTY
from .handover_portal_common import HandoverPortalCommon

COUNTED = (
    "dunning.handover",
    "dunning.handover.report",
    "ir.attachment",
    "mail.message",
    "mail.activity",
    "dunning.link.event",
)


@tagged("post_install", "-at_install")
class TestHandoverPortal(HandoverPortalCommon, HttpCase):
    """Who sees which hand-over, and what the page tells."""

    # === WHO === #

    def _others(self):
        """Return hand-overs that are none of the agency's business, by name."""
        company = self.setup_other_company()["company"]
        foreign = self._overdue(60, company=company, partner=self.customer)
        self.env["dunning.planner"]._open_cases(company)
        items = self._items(foreign)
        case = items.case_id
        elsewhere = self.env["dunning.handover"]._make(
            case, items, self.agency, self.today, early_reason="x"
        )
        elsewhere._set_handed_over(self.today)
        third = self._overdue(50, 20.0)
        fourth = self._overdue(50, 30.0)
        self._reach_last_level(third, fourth)
        return {
            "of another agency": self._hand_over(third, agency=self.rival),
            "of another company": elsewhere,
            "not handed over yet": self._prepare(fourth),
        }

    def test_the_agency_finds_its_own_only(self):
        others = self._others()
        page = self.url_open("/my/handovers").text
        self.assertIn(self.handover.name, page)
        self.assertIn(self._path(), page)
        for name, handover in others.items():
            with self.subTest(name):
                self.assertNotIn(self._path(handover=handover) + '"', page)
                self.assertEqual(self._open(handover=handover).status_code, 404)

    def test_every_way_to_others_is_closed(self):
        for name, handover in self._others().items():
            for suffix in ("", "/file.pdf", "/file.xlsx"):
                with self.subTest(f"{name} {suffix}"):
                    response = self._open(suffix, handover)
                    self.assertEqual(response.status_code, 404)
            for kind, form in self._forms().items():
                with self.subTest(f"{name} {kind}"):
                    response = self._tell(kind, handover=handover, **form)
                    self.assertEqual(response.status_code, 404)
            self.assertFalse(handover.report_ids)

    def test_other_people_find_nothing(self):
        for login in ("agency_slow", "customer_ann", "handover_officer"):
            with self.subTest(login):
                self.assertEqual(self._open(login=login).status_code, 404)
                self.assertEqual(self._open("/file.pdf").status_code, 404)
                page = self.url_open("/my/handovers").text
                self.assertNotIn(self.handover.name, page)
                self.assertIn("Nothing is handed over to you", page)
                for kind, form in self._forms().items():
                    self.assertEqual(self._tell(kind, **form).status_code, 404)
        self.assertFalse(self.handover.report_ids)

    def test_without_a_login_one_is_asked_for_it(self):
        self.authenticate(None, None)
        response = self._open()
        self.assertEqual(response.status_code, 303)
        self.assertIn("/web/login", response.headers["Location"])

    def test_forged_ids_are_missing(self):
        for key in (0, 999999999, 99999999999999999999):
            for suffix in ("", "/file.pdf"):
                response = self.url_open(f"/my/handovers/{key}{suffix}")
                self.assertEqual(response.status_code, 404)
        self.assertEqual(self._open("/file.exe").status_code, 404)
        self.assertEqual(self._tell("write_off").status_code, 404)

    def test_colleagues_of_the_agency_see_the_same(self):
        self._create_login("agency_swift_2", self.agency)
        self.assertEqual(self._open(login="agency_swift_2").status_code, 200)

    # === RECORD RULES === #

    def test_rules_give_the_agency_its_hand_overs_only(self):
        others = self._others()
        for model, name in (
            ("dunning.handover", "id"),
            ("dunning.handover.line", "handover_id"),
        ):
            records = self.env[model].with_user(self.user)
            found = records.search([])
            ids = found.ids if name == "id" else found[name].ids
            self.assertEqual(set(ids), {self.handover.id})
            domain = [(name, "in", [one.id for one in others.values()])]
            theirs = self.env[model].search(domain)
            self.assertTrue(theirs)
            with mute_logger("odoo.addons.base.models.ir_rule"):
                for record in theirs.with_user(self.user):
                    with self.assertRaises(AccessError):
                        record.read(["company_id"])

    def test_rules_end_with_the_hand_over(self):
        own = self.env["dunning.handover"].with_user(self.user)
        for end in ("_set_collected", "_recall"):
            with self.subTest(end):
                handover = self._hand_over(self._reached(70.0))
                self.assertTrue(own.search([("id", "=", handover.id)]))
                getattr(handover, end)(*(("We stop",) if end == "_recall" else ()))
                self.assertFalse(own.search([("id", "=", handover.id)]))

    def _reached(self, amount):
        move = self._overdue(60, amount)
        self._reach_last_level(move)
        return move

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_what_is_between_us_cannot_be_read(self):
        own = self.handover.with_user(self.user)
        with self.assertRaises(AccessError):
            own.read(["early_reason"])
        with self.assertRaises(AccessError):
            own.case_id.read(["partner_id"])
        with self.assertRaises(AccessError):
            own.write({"user_id": self.user.id})

    # === CONTENT === #

    def test_the_page_tells_debtor_items_and_amounts_of_now(self):
        self._pay(self.invoice, 30.25)
        page = self._open().text
        for word in (
            self.customer.name,
            "1 Long Road",
            self.invoice.name,
            self.other.name,
            "119.75",
            "69.75",
            "Commission: 20 % of what is collected of the items, without interest",
            "Be polite",
        ):
            self.assertIn(word, page)

    def test_the_page_speaks_the_agencys_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.agency.lang = "de_DE"
        for path in (self._path(), "/my/handovers"):
            self.assertIn('lang="de-DE"', self.url_open(path).text)

    def test_odd_names_are_escaped(self):
        self.customer.write({"name": NASTY, "street": NASTY})
        self.agency.name = NASTY
        for path in (self._path(), "/my/handovers"):
            response = self.url_open(path)
            self.assertEqual(response.status_code, 200)
            self.assertNotIn("<script>alert", response.text)
            self.assertIn("&lt;script&gt;alert", response.text)
            self.assertIn("{{7*7}}", response.text)

    def test_the_file_is_the_one_that_was_handed_over(self):
        self.handover._make_file(self.today)
        page = self._open().text
        for ending, begin in (("pdf", b"%PDF"), ("xlsx", b"PK")):
            self.assertIn(self._path(f"/file.{ending}"), page)
            response = self._open(f"/file.{ending}")
            self.assertEqual(response.status_code, 200)
            self.assertTrue(response.content.startswith(begin))
            self.assertIn("attachment", response.headers["Content-Disposition"])
            self.assertIn("no-store", response.headers["Cache-Control"])

    def test_without_a_file_there_is_nothing_to_download(self):
        self.assertNotIn("/file.pdf", self._open().text)
        self.assertEqual(self._open("/file.pdf").status_code, 404)

    def test_another_file_in_its_place_is_not_given_away(self):
        self.handover._make_file(self.today)
        self.handover.sudo().file_pdf_checksum = "00"
        with mute_logger("odoo.addons.payment_reminder.controllers.handover"):
            response = self._open("/file.pdf")
        self.assertEqual(response.status_code, 503)
        self.assertIn("The file is not there at this moment", response.text)

    def test_of_a_recalled_one_the_agency_learns_only_that(self):
        self.handover._make_file(self.today)
        self.handover._recall("They have paid us")
        page = self._open()
        self.assertEqual(page.status_code, 200)
        self.assertIn("We have recalled this hand-over", page.text)
        for word in (self.customer.name, self.invoice.name, "150.00", "paid us"):
            self.assertNotIn(word, page.text)
        self.assertEqual(self._open("/file.pdf").status_code, 404)
        listed = self.url_open("/my/handovers").text
        self.assertIn(self.handover.name, listed)
        self.assertNotIn(self.customer.name, listed)
        for kind, form in self._forms().items():
            self.assertEqual(self._tell(kind, **form).status_code, 422)
        self.assertFalse(self.handover.report_ids)

    def test_of_one_that_has_ended_the_sums_are_left(self):
        self.handover._make_file(self.today)
        self.handover._set_returned("They do not want it", self.today)
        page = self._open().text
        self.assertIn("It was returned to us on", page)
        self.assertIn("150.00", page)
        self.assertNotIn("1 Long Road", page)
        self.assertEqual(self._open("/file.pdf").status_code, 404)

    def test_looking_changes_nothing(self):
        self.handover._make_file(self.today)
        before = [self.env[model].search_count([]) for model in COUNTED]
        written = self.handover.write_date
        for path in (
            "/my/handovers",
            "/my/handovers?page=abc",
            self._path(),
            self._path("?done=payment"),
            self._path("/file.pdf"),
            self._path("/file.xlsx"),
        ):
            self.assertEqual(self.url_open(path).status_code, 200)
        self.assertEqual([self.env[m].search_count([]) for m in COUNTED], before)
        self.assertEqual(self.handover.write_date, written)

    def test_steps_are_not_taken_by_get(self):
        for kind in self._forms():
            self.assertIn(self._open(f"/{kind}").status_code, (404, 405))
        self.assertFalse(self.handover.report_ids)

    def test_the_home_page_leads_to_it(self):
        self.assertIn("/my/handovers", self.url_open("/my/home").text)
