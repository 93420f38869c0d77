from . import dunning_explanation
from . import dunning_pause_wizard
