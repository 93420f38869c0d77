from . import document
from . import estimate
from . import main
from . import statement
