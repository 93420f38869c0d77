"""The measures of a letter in millimetres (type sizes in points).

The style sheet in ``report/dunning_letter.xml`` agrees with them.
"""

from .letter_layout import Sheet

TEXT_WIDTH = 165
TEXT_SIZE = 10.5  # points
TEXT_LINE = 4.94  # 14 points
TEXT_GAP = 1.3
ITEM_INDENT = 6
BOLD_STRETCH = 1.04  # how much wider bold words can make a line

SUBJECT_SIZE = 12
SUBJECT_LINE = 5.65
SUBJECT_GAP = 2.5

CLAIM_SIZE = 9.5
CLAIM_LINE = 4
NOTE_SIZE = 8
NOTE_LINE = 3.2
CLAIM_GAP = 1  # above, below and the line under it together
CLAIM_RULE = 0.2
GROUP_LINE = 6  # the title of a group of claims, above its first one
SUBTOTAL_LINE = 5  # the sum of a group, below its last one
EARLIER_HEAD = 5.4
EARLIER_GAP = 1.2
EARLIER_WIDTH = 131  # beside the amount
COLUMN_WIDTHS = {"date": 22, "date_due": 22, "days_late": 26}
AMOUNT_WIDTH = 34  # at least
STATEMENT_WIDTHS = {"date": 20, "date_due": 20}  # beside two amounts
STATEMENT_AMOUNT_WIDTH = 28  # at least
NUMBER_WIDTH = 26  # at least, beside two amounts

TOTAL_HEIGHT = 6.8
AGEING_HEIGHT = 15.5
AGEING_SIZE = 8.5
AGEING_PAD = 3.2  # between two amounts
WORDS_LINE = 4.6
BANK_HEAD = 8.4
BANK_LINE = 4.4
BANK_GAP = 2  # below the block
BANK_LABEL_GAP = 4
BANK_COLUMN_GAP = 9
QR_WIDTH = 38  # with its distance to what is left of it
QR_SIDE = 30  # with its quiet zone
QR_TOP = 1  # below the line of the total
QR_CAPTION_WIDTH = 34
QR_CAPTION_SIZE = 7.5
QR_CAPTION_LINE = 3.35
SIGNATURE_HEIGHT = 13

# Where a letter leaves room on its only page: more air, up to so much of it
AIR_PER_CLAIM = 1.6
AIR_PER_SIGNATURE = 9

# The room ends at 274 mm; 1.5 mm are kept for the rounding of pixels.
SHEET = Sheet(first=274 - 98.46 - 1.5, later=274 - 30 - 1.5, head=7.2, carry=5.8)

LETTERHEAD_SIZE = 15
LETTERHEAD_WIDTH = 65
RETURN_SIZE = 7
WINDOW_WIDTH = 80
INFO_SIZE = 9
INFO_LABEL_WIDTH = 25
INFO_WIDTH = 40
INFO_LINES = 8
FOOT_SIZE = 7.5
FOOT_WIDTH = 52
FOOT_LINES = 4
WINDOW_LINES = 6  # of the recipient's address, at full size

# The stages of an estimate
POSITION_WIDTH = 8
STAGE_GAP = 2.6  # above, below and the line under it together
STAGE_TEXT_SIZE = 8.5
STAGE_TEXT_LINE = 3.7
STAGE_TEXT_LINES = 24  # of a description, in one row
SECTION_SIZE = 10.5
SECTION_LINE = 6.2
TOTALS_GAP = 4  # below
TOTALS_LINE = 5.4
ACCEPTANCE_HEIGHT = 35

# The ground of claims, under the total; calculations on pages of their own
GROUND_SIZE = 8.5
GROUND_LINE = 3.7
GROUND_GAP = 2.4
ANNEX_GAP = 10  # above a calculation that shares a page
ANNEX_PAD = 3.5  # between two columns
ANNEX_LINE = 5.6
ANNEX_TITLE = 8.1
