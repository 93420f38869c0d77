import io

from odoo.tests import BaseCase, tagged
from odoo.tools.pdf import DictionaryObject, NameObject, PdfFileReader, PdfFileWriter

from ..tools import pdf_bundle, pdf_stamp
from ..tools.pdf_bundle import BundleError, Entry, clean_pdf, join
from ..tools.pdf_picture import make_example, picture_to_pdf
from .case_file_common import make_pdf, read_bookmarks


@tagged("post_install", "-at_install")
class TestToolsPdfBundle(BaseCase):
    """Documents from elsewhere never break the bundle; every page is stamped."""

    # === JOINING === #

    def test_pages_keep_their_order_and_size(self):
        pdf = join([Entry("a", make_pdf(2), 2), Entry("b", make_pdf(1, 300, 200), 1)])
        pages = PdfFileReader(io.BytesIO(pdf)).pages
        self.assertEqual([int(page.mediabox[2]) for page in pages], [595, 595, 300])

    def test_bookmarks_lead_to_the_pages(self):
        entries = [
            Entry("one", make_pdf(2), 2),
            Entry(
                "two",
                children=(
                    Entry("\u0434\u0432\u0430", make_pdf(3), 3),
                    Entry("b", make_pdf(1), 1),
                ),
            ),
            Entry("three", make_pdf(1), 1),
        ]
        self.assertEqual(
            read_bookmarks(join(entries)),
            [
                ("one", 1),
                ("two", 3),
                [("\u0434\u0432\u0430", 3), ("b", 6)],
                ("three", 7),
            ],
        )

    def test_every_page_says_where_it_is(self):
        pdf = join(
            [Entry("a", make_pdf(12), 12)], "\u0434\u0435\u043b\u043e {} / {}".format
        )
        pages = PdfFileReader(io.BytesIO(pdf)).pages
        texts = [page.extract_text().strip() for page in pages]
        self.assertEqual(
            texts, [f"\u0434\u0435\u043b\u043e {n} / 12" for n in range(1, 13)]
        )

    def test_the_stamp_needs_little_room(self):
        plain = len(join([Entry("a", make_pdf(200), 200)]))
        stamped = len(join([Entry("a", make_pdf(200), 200)], "{} of {}".format))
        self.assertLess(stamped - plain, 200 * 1200 + 60_000)

    def test_stamps_are_upright_on_turned_pages(self):
        box = [10, 20, 605, 862]
        for turn in (0, 90, 180, 270):
            a, b, c, d, e, f = pdf_stamp.get_matrix(
                {"/MediaBox": box, "/Rotate": turn}, 100
            )
            corners = [(e, f), (e + 100 * a + 10 * c, f + 100 * b + 10 * d)]
            for x, y in corners:
                with self.subTest(turn):
                    self.assertTrue(10 <= x <= 605 and 20 <= y <= 862)

    def test_stamps_shrink_on_tiny_pages(self):
        matrix = pdf_stamp.get_matrix({"/MediaBox": [0, 0, 60, 40]}, 200)
        self.assertLess(matrix[0], 0.1)

    # === FROM ELSEWHERE === #

    def _assert_refused(self, code, content):
        with self.assertRaises(BundleError) as caught:
            clean_pdf(content)
        self.assertEqual(caught.exception.code, code)

    def test_nothing_is_refused(self):
        self._assert_refused("empty", b"")

    def test_garbage_is_refused(self):
        whole = make_pdf(3)
        for content in (b"hello", b"%PDF-1.7 stored", whole[: len(whole) // 2]):
            self._assert_refused("broken", content)

    def test_a_document_with_a_password_is_refused(self):
        self._assert_refused("locked", make_pdf(password="secret"))

    def test_huge_and_long_documents_are_refused(self):
        self.patch(pdf_bundle, "MAX_BYTES", 100)
        self._assert_refused("big", make_pdf())
        self.patch(pdf_bundle, "MAX_BYTES", 10**9)
        self._assert_refused("long", make_pdf(pdf_bundle.MAX_PAGES + 1))

    def test_a_good_document_tells_its_pages(self):
        content, pages = clean_pdf(make_pdf(4))
        self.assertEqual(pages, 4)
        self.assertEqual(clean_pdf(content)[1], 4)

    def test_scripts_and_files_inside_are_left_out(self):
        writer = PdfFileWriter()
        page = writer.addBlankPage(100, 100)
        page[NameObject("/AA")] = DictionaryObject(
            {NameObject("/O"): _action("/JavaScript")}
        )
        writer.add_js("app.alert(1)")
        target = io.BytesIO()
        writer.write(target)
        self.assertIn(b"/JavaScript", target.getvalue())
        content, _pages = clean_pdf(target.getvalue())
        self.assertNotIn(b"/JavaScript", content)
        self.assertNotIn(b"app.alert", content)

    # === PICTURES === #

    def test_a_picture_is_one_page(self):
        self.assertEqual(clean_pdf(picture_to_pdf(make_example()))[1], 1)

    def test_other_contents_are_no_pictures(self):
        for content in (b"", b"GIF89a", b"<svg onload='x'/>"):
            with self.assertRaises(BundleError):
                picture_to_pdf(content)


def _action(kind):
    return DictionaryObject({NameObject("/S"): NameObject(kind)})
