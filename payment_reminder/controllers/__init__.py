from . import document
from . import estimate
from . import installment
from . import main
from . import statement
