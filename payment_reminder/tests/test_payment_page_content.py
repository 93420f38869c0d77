from urllib.parse import urlsplit

from lxml import html

from odoo.tests import HttpCase, tagged
from odoo.tools import SQL

from .payment_page_common import PaymentPageCommon

#: What a customer could have as a name: never evaluated, never markup.
UGLY = (
    "<script>alert(1)</script>{{7*7}}<t t-out='7*7'/>%(x)s\N{GRINNING FACE}"
    + "Donaudampfschifffahrt " * 12
)[:300]
#: Tables that nobody who looks at a page may change; sessions are not among them.
WATCHED = (
    "account_move",
    "account_move_line",
    "dunning_case",
    "dunning_case_line",
    "dunning_link",
    "dunning_notice",
    "ir_attachment",
    "mail_message",
    "mail_mail",
    "payment_transaction",
    "res_partner",
)


class PaymentPageHttp(PaymentPageCommon, HttpCase):
    """Opens the page as a browser does."""

    def _open(self, suffix="", **options):
        query = "&".join(f"{name}={value}" for name, value in options.items())
        return self.url_open(self._path(suffix) + (f"?{query}" if query else ""))

    def _tree(self, suffix="", **options):
        response = self._open(suffix, **options)
        self.assertEqual(response.status_code, 200)
        return html.fromstring(response.text)

    def _find(self, tree, name):
        """Return the nodes of a tag, of a ``.class`` or with an ``#id``."""
        if name[0] == ".":
            word = f"contains(concat(' ', @class, ' '), ' {name[1:]} ')"
            return tree.xpath(f"//*[{word}]")
        return tree.xpath(f"//*[@id='{name[1:]}']" if name[0] == "#" else f"//{name}")

    def _text(self, tree, name):
        nodes = self._find(tree, name)
        texts = [" ".join(node.text_content().split()) for node in nodes]
        return " | ".join(texts).replace("\N{ZERO WIDTH NO-BREAK SPACE}", "")

    def _fingerprint(self):
        """Return how many rows the watched tables have, and when they were written."""
        self.env.flush_all()
        prints = {}
        for table in WATCHED:
            query = SQL(
                "SELECT COUNT(*), MAX(write_date), MAX(id) FROM %s",
                SQL.identifier(table),
            )
            prints[table] = self.env.execute_query(query)
        return prints


@tagged("post_install", "-at_install")
class TestPaymentPageContent(PaymentPageHttp):
    """What the customer sees, in each situation."""

    # === CHOOSING === #

    def test_page_names_all_that_is_needed(self):
        tree = self._tree()
        self.assertIn("To pay now", self._text(tree, "h1"))
        self.assertIn("100.00", self._text(tree, ".o_payment_total"))
        self.assertIn(self.invoice.name, self._text(tree, ".o_payment_items"))
        transfer = self._text(tree, ".o_payment_transfer")
        for part in (self.company.name, self.invoice.payment_reference, "100.00"):
            self.assertIn(part, transfer)

    def test_chosen_items_decide_what_is_transferred(self):
        other = self._overdue(10, amount=40.0)
        ids = self._receivables(self.invoice + other).ids
        for item in (f"{ids[0]},{ids[1]}", f"{ids[0]}&item={ids[1]}"):
            tree = self._tree(item=item)
            self.assertIn("140.00", self._text(tree, ".o_payment_transfer"))
        tree = self._tree(item=self._receivables(other).id)
        transfer = self._text(tree, ".o_payment_transfer")
        self.assertIn("40.00", transfer)
        self.assertIn(other.payment_reference, transfer)
        self.assertNotIn(self.invoice.payment_reference, transfer)
        form = tree.xpath("//form[contains(@class, 'o_payment_choice')]")[0]
        checked = form.xpath(".//input[@name='item'][@checked]/@value")
        self.assertEqual(checked, [str(ids[1])])

    def test_part_of_the_sum(self):
        tree = self._tree(amount="60,50")
        self.assertIn("60.50", self._text(tree, ".o_payment_transfer"))
        self.assertEqual(self._find(tree, "#payment_amount")[0].get("value"), "60,50")

    def test_wrong_choice_is_explained_and_nothing_is_offered(self):
        wrong = {
            "amount=1000": "more than what is open",
            "amount=0": "above zero",
            "amount=many": "in figures",
            "amount=1.001": "in figures",
            "amount=0.005": "in figures",
            "amount=1e9": "in figures",
            "amount=NaN": "in figures",
            "item=1": "not open any more",
            "item=x": "not open any more",
            "item=99999999999999999999": "not open any more",
            "item=%F0%9F%98%80": "not open any more",
            "chosen=1": "at least one",
            "plan=5": "not open any more",
        }
        for query, words in wrong.items():
            with self.subTest(query):
                tree = html.fromstring(self.url_open(f"{self._path()}?{query}").text)
                self.assertIn(words, self._text(tree, ".o_payment_problem"))
                self.assertFalse(self._find(tree, ".o_payment_transfer"))

    def test_somebody_elses_item_cannot_be_chosen(self):
        other = self._overdue(10, partner=self._create_customer("Bob"))
        tree = self._tree(item=self._receivables(other).id)
        self.assertIn("not open any more", self._text(tree, ".o_payment_problem"))
        self.assertNotIn(other.name, tree.text_content())

    def test_empty_page_offers_documents(self):
        self._pay(self.invoice)
        tree = self._tree()
        self.assertIn("Nothing is open. Thank you.", self._text(tree, "h1"))
        self.assertFalse(self._find(tree, ".o_payment_problem"))
        self.assertFalse(self._find(tree, ".o_payment_transfer"))
        self.assertIn(self.invoice.name, self._text(tree, "#documents"))

    # === LANGUAGE === #

    def test_page_speaks_the_language_that_is_chosen(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.env["ir.module.module"]._load_module_terms(
            ["payment_reminder"], ["de_DE"], overwrite=True
        )
        tree = self._tree()
        self.assertEqual(tree.get("lang"), "en-US")
        [link] = tree.xpath("//a[@hreflang='de-DE']")
        self.assertEqual(link.text_content().strip(), "Deutsch")
        german = html.fromstring(self.url_open(link.get("href")).text)
        self.assertEqual(german.get("lang"), "de-DE")
        self.assertIn("Jetzt zu bezahlen", self._text(german, "h1"))
        self.assertIn("100,00", self._text(german, ".o_payment_total"))
        state = german.xpath("//form[@method='GET']//input[@name='lang']/@value")
        self.assertEqual(state, ["de_DE"])
        for url in german.xpath("//a[contains(@href, '.pdf')]/@href"):
            self.assertIn("lang=de_DE", url)

    def test_language_of_the_customer_is_the_default(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.customer.lang = "de_DE"
        self.assertEqual(self._tree().get("lang"), "de-DE")
        self.assertEqual(self._tree(lang="xx_XX").get("lang"), "de-DE")

    # === SAFETY === #

    def test_nothing_is_fetched_from_elsewhere(self):
        self.company.write({"logo": self._picture(), "website": "https://example.com"})
        tree = self._tree()
        found = []
        for name in ("src", "href", "action", "data-src", "poster", "srcset"):
            found += tree.xpath(f"//@{name}")
        own = urlsplit(self.base_url()).netloc
        for url in map(urlsplit, found):
            self.assertIn(url.netloc, ("", own))
            self.assertIn(url.scheme, ("", "http", "https", "tel", "mailto", "data"))
        styles = " ".join(tree.xpath("//@style | //style/text()"))
        self.assertNotIn("url(", styles)

    def _picture(self):
        return (
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwAD"
            "hgGAWjR9awAAAABJRU5ErkJggg=="
        )

    def test_looking_changes_nothing(self):
        self._overdue(10, amount=40.0)
        paths = ["", "?amount=5", "?chosen=1", "?lang=en_US&currency=XXX"]
        paths += [f"/invoice/{self.invoice.id}.pdf", "/statement.pdf"]
        self.invoice.access_token = False
        before = self._fingerprint()
        for path in paths:
            self.url_open(self._path(path))
        self.env.invalidate_all()
        self.assertEqual(self._fingerprint(), before)
        self.assertFalse(self.invoice.access_token)

    def test_names_are_never_evaluated(self):
        self.customer.name = UGLY
        self.company.name = UGLY
        self.invoice.invoice_line_ids.with_context(
            check_move_validity=False
        ).name = UGLY
        tree = self._tree()
        text = tree.text_content()
        self.assertIn("{{7*7}}", text)
        self.assertIn("\N{GRINNING FACE}", text)
        self.assertFalse(tree.xpath("//script[contains(text(), 'alert(1)')]"))
        self.assertIn("<script>alert(1)</script>", self._text(tree, ".o_payment_total"))
        self.assertIn("<script>", self._text(tree, ".o_payment_service"))

    def test_colour_of_the_company_cannot_break_out(self):
        page = self._page()
        self.company.primary_color = "red;background:url(//x)"
        self.assertNotIn("url", page._prepare_look()["style"])
        self.company.primary_color = "#ffd400"
        self.assertIn("--page-on-colour: #000000", page._prepare_look()["style"])

    def test_login_is_not_asked_for(self):
        tree = self._tree()
        self.assertNotIn("/web/login", html.tostring(tree).decode())
        self.assertFalse(tree.xpath("//footer | //*[@id='top'] | //ol"))

    def test_everything_has_a_label(self):
        tree = self._tree()
        labelled = set(tree.xpath("//label/@for"))
        [page] = self._find(tree, ".o_payment_page")
        fields = page.xpath(".//input[not(@type='hidden')] | .//select")
        self.assertTrue(fields)
        for field in fields:
            self.assertTrue(field.get("id") in labelled or field.get("aria-label"))
        levels = [int(node.tag[1]) for node in page.xpath(".//h1 | .//h2 | .//h3")]
        self.assertEqual(levels[0], 1)
        self.assertEqual(levels.count(1), 1)
        steps = zip(levels, levels[1:], strict=False)
        self.assertTrue(all(after - before <= 1 for before, after in steps))
        self.assertTrue(page.xpath(".//output[@aria-live='polite']"))
