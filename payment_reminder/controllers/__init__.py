from . import document
from . import estimate
from . import installment
from . import installment_request
from . import main
from . import payment_link
from . import payment_page
from . import statement
