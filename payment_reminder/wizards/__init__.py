from . import dunning_leave_out
from . import dunning_notice_edit
