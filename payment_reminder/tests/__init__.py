from . import test_letter_printer
from . import test_tools_amount_in_words
from . import test_tools_letter_layout
from . import test_planner
from . import test_sending
