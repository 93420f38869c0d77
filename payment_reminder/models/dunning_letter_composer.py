"""Composes demand letters: from what is said to what stands on which page."""

import re

from markupsafe import escape

from odoo import models
from odoo.tools.misc import get_lang

from ..tools import letter_geometry as size
from ..tools.letter_fonts import get_metrics
from ..tools.letter_layout import SLACK, Block, paginate
from ..tools.letter_text import Paragraph, split_long, split_paragraphs

DATA_IMAGE = re.compile(
    r"data:image/(png|jpe?g|gif|svg\+xml);base64,[A-Za-z0-9+/=\s]+", re.ASCII
)
COLOR = re.compile(r"#[0-9A-Fa-f]{6}", re.ASCII)
DEFAULT_COLOR = "#3b4a5a"


class DunningLetterComposer(models.AbstractModel):
    """Composes demand letters: text, table and blocks, page by page.

    A letter is a plain dict (``LetterValues``). Keys with a * are required:

    - ``lang``* str: Odoo language code; not installed ones fall back to the company's
    - ``number``* str (may be empty), ``number_label`` str instead of 'Letter no.',
      ``date``* date: of the letter
    - ``subject``* str
    - ``sender``* dict: ``name``* str, ``lines`` list of str (address), ``phone``,
      ``email``, ``website``, ``vat_label``, ``vat``, ``registry`` str,
      ``logo`` data URI or False, ``color`` '#rrggbb' or False
    - ``recipient_lines``* list of str: what is read through the window
    - ``salutation`` str
    - ``intro`` Markup: level text above the table; ``letter_text`` keeps paragraphs,
      lists, headings, bold and italic, and drops images, links and styles
    - ``claims``* list of dict: ``number``* str, ``date`` date or False, ``date_due``
      date or False, ``days_late`` int or False, ``lateness`` str instead of the days,
      ``description`` str, ``amount``* Decimal (what is open), ``amount_original``
      Decimal or None: where any claim has the key, the table has a column for it;
      ``heading`` str above the first claim of a group, ``subtotal`` Decimal below the
      last one
    - ``currency``* res.currency record, or dict: ``code``*, ``decimals``, ``symbol``,
      ``position`` ('before' or 'after')
    - ``total``* Decimal, None for a letter that asks for nothing
    - ``ageing`` list of (label, Decimal): a line below the total
    - ``amount_in_words`` str
    - ``pay_by`` date or False
    - ``bank`` list of (label, value), labels in the letter's language
    - ``bank_heading`` str instead of 'How to pay'
    - ``reference`` str: what to write on the payment
    - ``qr`` data URI of the payment code or False, ``qr_caption`` str
    - ``page_qr`` data URI of the code of the customer's page, ``page_qr_caption`` str
    - ``earlier`` dict: what is only named, outside the total: ``heading`` str and
      ``rows``, a list of dict with ``number``, ``text`` str and ``amount`` Decimal
    - ``closing`` Markup: level text below the bank details
    - ``signatory`` dict or False: ``name`` str, ``function`` str
    - ``acceptance`` dict: a box for two signatures, with ``own_side`` and
      ``other_side`` (headings), ``name`` and ``function`` of who signs for us,
      ``signed`` (who has accepted and when), all str, and ``signature``, a data URI or
      False
    - ``info`` list of (label, value): further lines of the block on the right
    """

    _name = "dunning.letter.composer"
    _inherit = "dunning.letter.table"
    _description = "Demand Letter Composer"

    # === VIEWS: what the template shows, as text === #

    def _prepare_views(self, letters):
        return [self._prepare_view(letter) for letter in letters]

    def _prepare_view(self, letter):
        """Return the letter with all values as text and with its pages planned."""
        lang = get_lang(self.env, letter.get("lang")).code
        printer = self.with_context(lang=lang)
        sender = letter["sender"]
        view = {
            "lang": lang,
            "html_lang": lang.replace("_", "-").split("@")[0],
            "number": letter["number"],
            "number_label": letter.get("number_label") or "",
            "subject": letter["subject"],
            "date": printer._format_long_date(letter["date"]),
            "name": sender["name"],
            "short_name": get_metrics(400).clip(sender["name"], size.INFO_SIZE, 100),
            "color": _get_color(sender.get("color")),
            "logo": get_image(sender.get("logo")),
            "is_long_name": _is_long_name(sender["name"]),
            "recipient_lines": [line for line in letter["recipient_lines"] if line],
            "return_line": _get_return_line(sender),
            "foot": _get_foot(sender),
            "info": _get_info(letter.get("info") or []),
            "columns": printer._get_columns(letter),
        }
        view["is_long_address"] = _is_long_address(view["recipient_lines"])
        view["pages"] = printer._prepare_pages(letter, view["columns"])
        return view

    def _prepare_pages(self, letter, columns):
        """Return the planned pages; every carried sum as text in the currency."""
        texts = [
            self._prepare_subject(letter),
            *self._prepare_texts(letter.get("salutation")),
            *self._prepare_texts(letter.get("intro")),
        ]
        rows = self._prepare_rows(letter, columns)
        pages = paginate(
            texts,
            rows,
            self._prepare_settlement(letter),
            self._prepare_closing(letter),
            size.SHEET,
        )
        air = _get_air(pages, len(rows))
        return [self._prepare_page(page, letter, *air) for page in pages]

    def _prepare_page(self, page, letter, claim_air, signature_air):
        blocks = []
        for item in page.items:
            if isinstance(item, Block):
                air = signature_air if item.kind == "signature" else 0
                blocks.append({**item._asdict(), "air": air})
            else:
                blocks.append(self._prepare_table(item, letter, claim_air))
        return {"number": page.number, "blocks": blocks, "room": page.room}

    # === BLOCKS === #

    def _prepare_subject(self, letter):
        text = letter["subject"]
        lines = get_metrics(700).count_lines(text, size.SUBJECT_SIZE, size.TEXT_WIDTH)
        return Block("subject", lines * size.SUBJECT_LINE + size.SUBJECT_GAP, text)

    def _prepare_texts(self, html):
        """Return a block for each paragraph of a level text.

        As everywhere in Odoo, Markup is HTML and a plain ``str`` is text.
        """
        return [
            block
            for paragraph in split_paragraphs(escape(html or ""))
            for block in self._prepare_paragraph(paragraph)
        ]

    def _prepare_paragraph(self, paragraph: Paragraph):
        metrics = get_metrics(700 if paragraph.kind == "heading" else 400)
        width = size.TEXT_WIDTH - (size.ITEM_INDENT if paragraph.kind == "item" else 0)
        if "<b>" in paragraph.html:
            width /= size.BOLD_STRETCH
        lines = metrics.count_lines(paragraph.text, size.TEXT_SIZE, width)
        height = lines * size.TEXT_LINE + size.TEXT_GAP
        if height <= size.SHEET.first:
            return [Block(paragraph.kind, height, paragraph)]
        pieces = split_long(paragraph, int(height // (size.SHEET.first / 2)) + 1)
        return [block for piece in pieces for block in self._prepare_paragraph(piece)]

    def _prepare_closing(self, letter):
        """Return the blocks below the settlement: what is only named, closing words,
        who signs.
        """
        closing = self._prepare_earlier(letter)
        closing += self._prepare_texts(letter.get("closing"))
        if letter.get("acceptance"):
            box = letter["acceptance"]
            value = {**box, "signature": get_image(box.get("signature"))}
            closing.append(Block("acceptance", size.ACCEPTANCE_HEIGHT, value))
        if letter.get("signatory"):
            closing.append(
                Block("signature", size.SIGNATURE_HEIGHT, letter["signatory"])
            )
        return closing

    def _prepare_settlement(self, letter):
        """Return the block with the total, in words, and how to pay."""
        if letter["total"] is None:
            return None
        value = {
            "total": self._format_amount(letter["total"], letter["currency"]),
            "pay_by": self._format_long_date(letter.get("pay_by")),
            "ageing": self._prepare_ageing(letter),
            "words": letter.get("amount_in_words") or "",
            "bank_heading": letter.get("bank_heading") or "",
            "codes": _prepare_codes(letter),
        }
        room = size.TEXT_WIDTH - size.QR_WIDTH * len(value["codes"])
        value["bank"] = _prepare_bank(*self._prepare_bank_pairs(letter), room)
        value["words_width"] = room
        value["words_height"] = self._get_words_height(value["words"], room)
        value["pay_height"] = self._get_pay_height(value)
        height = size.TOTAL_HEIGHT + value["words_height"] + value["pay_height"]
        height += size.AGEING_HEIGHT if value["ageing"] else 0
        return Block("settlement", height, value)

    def _prepare_bank_pairs(self, letter):
        """Return the bank details and the reference: (label, value, font weight)."""
        pairs = [(label, value, 400) for label, value in letter.get("bank") or []]
        reference = [(self.env._("Payment reference"), letter.get("reference"), 700)]
        return [p for p in pairs if p[1]], [p for p in reference if p[1]]

    def _get_words_height(self, words, room):
        """Return the room for the amount in words; its label takes 20 mm."""
        lines = get_metrics(400).count_lines(words, size.CLAIM_SIZE, room - 20)
        return lines * size.WORDS_LINE if words else 0

    def _get_pay_height(self, value):
        """Return the room for the bank details, or for the codes beside them.

        The codes begin further up, beside the words.
        """
        bank = max((column["height"] for column in value["bank"]), default=0)
        code = max((code["height"] for code in value["codes"]), default=0)
        return size.BANK_GAP + max(
            size.BANK_HEAD + bank if bank else 0, code - value["words_height"]
        )


# === HELPERS === #


def get_image(uri):
    """Return a data URI of an image, False for everything else."""
    return uri if uri and DATA_IMAGE.fullmatch(uri) else False


def _prepare_codes(letter):
    """Return the codes beside the bank details, the payment's first.

    :return: list of dict with image, caption, right and height (mm)
    """
    found = [(key, get_image(letter.get(key))) for key in ("qr", "page_qr")]
    codes = [
        (image, letter.get(f"{key}_caption") or "") for key, image in found if image
    ]
    return [
        {
            "image": image,
            "caption": caption,
            "right": (len(codes) - 1 - index) * size.QR_WIDTH,
            "height": size.QR_TOP + size.QR_SIDE + _get_caption_height(caption),
        }
        for index, (image, caption) in enumerate(codes)
    ]


def _get_caption_height(caption):
    """Return the room for a caption; engines may break an address at its signs."""
    broken = re.sub(r"([/.-])(?=\S)", r"\1 ", caption)
    lines = max(
        get_metrics(400).count_lines(text, size.QR_CAPTION_SIZE, size.QR_CAPTION_WIDTH)
        for text in (caption, broken)
    )
    return lines * size.QR_CAPTION_LINE if caption else 0


def _get_color(color):
    return color if color and COLOR.fullmatch(color) else DEFAULT_COLOR


def _get_air(pages, count):
    """Return the millimetres to add to each claim and to the signature."""
    if len(pages) > 1 or not count:
        return 0, 0
    room = pages[0].room
    claim = min(size.AIR_PER_CLAIM, room / 2 / count)
    return claim, min(size.AIR_PER_SIGNATURE, room - claim * count)


def _get_return_line(sender):
    """Return the small line above the address: as much of it as the window shows."""
    parts = [sender["name"], *filter(None, sender.get("lines") or [])]
    metrics = get_metrics(400)
    while len(parts) > 1 and _is_wide(metrics, " · ".join(parts)):
        parts.pop()
    return metrics.clip(" · ".join(parts), size.RETURN_SIZE, size.WINDOW_WIDTH)


def _is_wide(metrics, text):
    return metrics.get_width(text, size.RETURN_SIZE) > size.WINDOW_WIDTH * SLACK


def _get_info(pairs):
    """Return the information block's pairs, as many as stand above the subject."""
    metrics, shown, lines = get_metrics(400), [], 0
    for label, value in pairs:
        value = metrics.clip(value or "", size.INFO_SIZE, 2 * size.INFO_WIDTH)
        lines += metrics.count_lines(value, size.INFO_SIZE, size.INFO_WIDTH)
        if value and lines <= size.INFO_LINES:
            shown.append(
                (metrics.clip(label, size.INFO_SIZE, size.INFO_LABEL_WIDTH), value)
            )
    return shown


def _get_foot(sender):
    """Return the three columns of the foot: address, contact, registration."""
    tax = " ".join(filter(None, (sender.get("vat_label"), sender.get("vat"))))
    columns = [
        [sender["name"], *(sender.get("lines") or [])],
        [sender.get(key) for key in ("phone", "email", "website")],
        [tax if sender.get("vat") else "", sender.get("registry")],
    ]
    clip = get_metrics(400).clip
    return [
        [clip(line, size.FOOT_SIZE, size.FOOT_WIDTH) for line in column if line][
            : size.FOOT_LINES
        ]
        for column in columns
    ]


def _is_long_name(name):
    """Return whether the company's name needs a smaller size as a letterhead."""
    metrics = get_metrics(700)
    return metrics.count_lines(name, size.LETTERHEAD_SIZE, size.LETTERHEAD_WIDTH) > 2


def _is_long_address(lines):
    """Return whether the address needs small print to stay in the window."""
    metrics = get_metrics(400)
    count = sum(
        metrics.count_lines(line, size.TEXT_SIZE, size.WINDOW_WIDTH) for line in lines
    )
    return count > size.WINDOW_LINES


def _prepare_bank(pairs, reference, room):
    """Return the bank details in two columns if they fit side by side, else in one.

    :param list pairs: (label, value, weight of the value's font)
    :param list reference: the same, for the end of the first column
    :param room: millimetres for all columns
    :return: list of dict with left, label_width, value_width, height (mm) and pairs
    """
    half = -(-len(pairs) // 2)
    if len(pairs) > 2:
        first = _prepare_bank_column(pairs[:half] + reference, 0, room)
        left = first["label_width"] + first["widest"] + size.BANK_COLUMN_GAP
        second = _prepare_bank_column(pairs[half:], left, room - left)
        if second["widest"] <= second["value_width"]:
            return [first, second]
    pairs = pairs + reference
    return [_prepare_bank_column(pairs, 0, room)] if pairs else []


def _prepare_bank_column(pairs, left, room):
    labels = [
        get_metrics(400).get_width(label, size.CLAIM_SIZE) for label, *_x in pairs
    ]
    values = [
        get_metrics(w).get_width(value, size.CLAIM_SIZE) for _l, value, w in pairs
    ]
    label_width = min(max(labels) + size.BANK_LABEL_GAP, size.TEXT_WIDTH / 3)
    value_width = room - label_width
    lines = sum(
        get_metrics(weight).count_lines(value, size.CLAIM_SIZE, max(value_width, 1))
        for _label, value, weight in pairs
    )
    return {
        "left": left,
        "label_width": label_width,
        "value_width": value_width,
        "widest": max(values) / SLACK,
        "height": lines * size.BANK_LINE,
        "pairs": pairs,
    }
