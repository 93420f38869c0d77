import doctest
import itertools
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ..tools import letter_engine, letter_layout, letter_text
from ..tools.letter_layout import Block, FontMetrics, Row, Sheet, paginate
from ..tools.letter_text import split_long, split_paragraphs

SHEET = Sheet(first=174, later=242, head=7, carry=6)


def _rows(count, height=8.2):
    return [Row(height, Decimal(n * 7 + 1) / 100, n) for n in range(count)]


@tagged("post_install", "-at_install")
class TestLetterLayout(BaseCase):
    def test_doctests_hold(self):
        for module in (letter_layout, letter_text, letter_engine):
            result = doctest.testmod(module)
            self.assertTrue(result.attempted, module.__name__)
            self.assertFalse(result.failed, module.__name__)

    def _paginate_all(self):
        """Yield many letters: claims, texts, settlements and closings of all sizes."""
        counts = (0, 1, 2, 3, 8, 9, 15, 16, 27, 28, 40, 200)
        texts = ([], [16], [60, 60], [160], [150, 150, 150])
        closings = ([], [12, 15], [90, 90, 15])
        for count, text, closing, height in itertools.product(
            counts, texts, closings, (20, 36, 110)
        ):
            blocks = [Block("text", h, h) for h in text]
            ends = [Block("closing", h, h) for h in closing]
            settlement = Block("settlement", height)
            pages = paginate(blocks, _rows(count), settlement, ends, SHEET)
            yield count, blocks, ends, settlement, pages

    def test_every_row_and_block_stands_once_and_in_order(self):
        for count, blocks, ends, settlement, pages in self._paginate_all():
            items = [item for page in pages for item in page.items]
            tables = [item for item in items if item.kind == "table"]
            rows = [row for table in tables for row in table.rows]
            self.assertEqual([row.value for row in rows], list(range(count)))
            rest = [item for item in items if item.kind != "table"]
            self.assertEqual(rest, [*blocks, settlement, *ends])
            self.assertEqual([p.number for p in pages], list(range(1, len(pages) + 1)))

    def test_carried_sums_add_up(self):
        for _count, _blocks, _ends, _settlement, pages in self._paginate_all():
            total, tables = Decimal(0), [page.table for page in pages if page.table]
            for index, table in enumerate(tables):
                self.assertEqual(table.brought, total if index else None)
                total += sum(row.amount for row in table.rows)
                is_last = index == len(tables) - 1
                self.assertEqual(table.carried, None if is_last else total)

    def test_no_page_is_fuller_than_its_room_or_empty(self):
        for *_rest, pages in self._paginate_all():
            for page in pages:
                self.assertTrue(page.items)
                if len(page.items) > 1:
                    self.assertGreaterEqual(page.room, 0)

    def test_settlement_has_a_claim_above_it(self):
        for count, _blocks, _ends, _settlement, pages in self._paginate_all():
            page = next(page for page in pages if "settlement" in page.kinds())
            if count:
                self.assertIn("table", page.kinds())

    def test_up_to_eight_claims_with_a_normal_text_need_one_page(self):
        blocks = [Block("text", h) for h in (9, 6.5, 16.5)]
        ends = [Block("text", 11.5), Block("text", 6.5), Block("signature", 15)]
        for count in (1, 2, 8):
            pages = paginate(blocks, _rows(count), Block("total", 36), ends, SHEET)
            self.assertEqual(len(pages), 1, count)

    def test_heading_of_the_closing_stays_with_its_text(self):
        closing = [Block("text", 100), Block("heading", 7), *[Block("text", 40)] * 3]
        pages = paginate([], [], Block("total", 60), closing, SHEET)
        self.assertEqual(
            [page.kinds() for page in pages],
            [["total", "text"], ["heading", "text", "text", "text"]],
        )

    def test_heading_stays_with_its_text(self):
        blocks = [Block("text", 160), Block("heading", 7), Block("text", 40)]
        pages = paginate(blocks, [], None, [], SHEET)
        self.assertEqual([p.kinds() for p in pages], [["text"], ["heading", "text"]])

    def test_signature_is_never_alone(self):
        ends = [Block("text", 170), Block("text", 30), Block("signature", 15)]
        pages = paginate([], _rows(2), Block("total", 30), ends, SHEET)
        self.assertEqual(pages[-1].kinds()[-2:], ["text", "signature"])

    def test_unknown_font_is_measured_wide(self):
        unknown = FontMetrics("/nowhere/at/all.ttf")
        self.assertGreater(unknown.get_width("Mahnung", 10), 13)
        self.assertGreater(unknown.get_width("督促", 10), 7)


@tagged("post_install", "-at_install")
class TestLetterText(BaseCase):
    def test_only_our_tags_come_out(self):
        nasty = (
            "<p onclick='x()' style='background:url(http://x/)'>a"
            "<img src='http://x/1.png'/><a href='http://x/'>b</a>"
            "<iframe src='http://x/'>no</iframe><svg><image href='http://x/'/></svg>"
            "<link rel='stylesheet' href='http://x/'/><style>@import 'http://x/'</style>"
            "<object data='http://x/'></object><video src='http://x/'></video>"
            "<t t-out='7*7'>c</t><b>d</b><script>alert(1)</script></p>"
        )
        (paragraph,) = split_paragraphs(nasty)
        self.assertEqual(str(paragraph.html), "abc<b>d</b>")
        self.assertEqual(paragraph.text, "abcd")

    def test_broken_html_and_control_characters_raise_nothing(self):
        for html in ("<p>x\x00y\x0b", "<<<>>>", "</p></b>", "<!--", "&#0;", "\ud83d"):
            with self.subTest(html=html):
                split_paragraphs(html)

    def test_lists_tables_and_breaks_become_lines(self):
        html = (
            "<ul><li><p>one</p><p>more</p></li></ul><ol><!-- c --><li>a</li><li>b</li>"
            "</ol><table><tr><th>x</th><td>y</td></tr></table>l1<br/>l2"
        )
        found = [(p.marker, p.text) for p in split_paragraphs(html)]
        expected = [("•", "one"), ("", "more"), ("1.", "a"), ("2.", "b")]
        self.assertEqual(found, [*expected, ("", "x y"), ("", "l1\nl2")])

    def test_long_paragraph_loses_no_word(self):
        (paragraph,) = split_paragraphs("<p>" + "word &amp; " * 999 + "</p>")
        pieces = split_long(paragraph, 7)
        self.assertEqual(len(pieces), 7)
        self.assertEqual(" ".join(piece.text for piece in pieces), paragraph.text)
        self.assertIn("&amp;", pieces[0].html)
