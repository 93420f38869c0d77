"""The plain-text part of a mail: as complete as the HTML part, and readable."""

import re

from lxml import etree, html

from odoo.tools import html2plaintext

SEPARATOR = " | "


def mail_to_plain_text(body):
    """Return ``body`` as text, every row of a data table on a line of its own.

    Tables with ``role="presentation"`` only place things and are taken apart.

    :param str body: the HTML of a mail
    :rtype: str

    >>> print(mail_to_plain_text(
    ...     "<p>Dear Ann,</p><table><tr><th>Invoice</th><th>Open</th></tr>"
    ...     "<tr><td>INV/1</td><td>10 €</td></tr></table><p>Thank you</p>"
    ... ))
    Dear Ann,
    Invoice | Open
    INV/1 | 10 €
    Thank you
    >>> print(mail_to_plain_text(
    ...     "<table><tr><td><a href='https://x.example/1'>INV/1</a></td></tr></table>"
    ... ))
    INV/1
    https://x.example/1
    >>> print(mail_to_plain_text("<p><a href='https://x.example/2'>Pay</a></p>"))
    Pay
    https://x.example/2
    """
    if not (body or "").strip():
        return ""
    tree = html.fromstring(f"<div>{body}</div>")
    for hidden in tree.xpath("//*[contains(@style, 'display:none')]"):
        hidden.drop_tree()
    for row in tree.xpath("//table[not(@role='presentation')]//tr"):
        _flatten_row(row)
    for button in tree.xpath("//p[count(*) = 1 and normalize-space(.) = string(a)]/a"):
        _write_out(button)
    for block in tree.xpath("//table[@role='presentation']//tr"):
        block.tag = "p"
        block.attrib.clear()
    text = html2plaintext(etree.tostring(tree, encoding="unicode", method="html"))
    lines = [" ".join(line.split(" ")).rstrip() for line in text.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _flatten_row(row):
    """Replace the cells of ``row`` by one paragraph, its links below it."""
    links = [link.get("href") for link in row.iter("a") if link.get("href")]
    cells = [" ".join(cell.text_content().split()) for cell in row]
    for cell in list(row):
        row.remove(cell)
    row.tag = "p"
    row.attrib.clear()
    row.text = SEPARATOR.join(filter(None, cells))
    for link in links:
        etree.SubElement(row, "br").tail = link


def _write_out(button):
    """Put the address of a link that stands alone right below its text."""
    address = button.get("href")
    button.tag = "span"
    button.attrib.clear()
    if address:
        etree.SubElement(button, "br").tail = address
