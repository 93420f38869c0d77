from . import dunning_call_wizard
