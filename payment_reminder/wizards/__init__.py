from . import dunning_call_wizard
from . import dunning_explanation
from . import dunning_pause_wizard
from . import dunning_leave_out
from . import dunning_notice_edit
from . import service_estimate_compare
from . import service_estimate_what_if
from . import service_estimate_invoice
