"""Values shared by several models: states, reasons, limits."""

#: States in which a notice still awaits its end. At most one such notice exists per
#: case and channel (a partial unique index of ``dunning.notice`` guards it).
LIVE_STATES = ("proposed", "queued", "in_flight", "in_doubt")

#: States in which a notice is evidence of what was said and must not change any more.
FINAL_STATES = ("sent", "skipped")

#: A transient failure is retried at most this often (design: invariant 4).
MAX_TRIES = 5

#: Minutes to wait before the second, third, ... try.
RETRY_MINUTES = (1, 5, 30, 120)

#: Why a receivable line is not dunned at all: nothing is said about its amount.
NOT_OWED_REASONS = [
    ("paid", "Paid or settled"),
    ("not_posted", "The invoice is not posted"),
    ("changed", "The invoice was changed after the run was planned"),
    ("no_followup", "Excluded from follow-up"),
    ("in_payment", "A payment is on its way"),
    ("blocked", "The invoice is blocked for payment"),
    ("pending_payment", "An online payment is pending"),
    ("excluded", "The customer is excluded from reminders"),
    ("on_hold", "Reminders are paused"),
    ("disputed", "The item is disputed"),
    ("promised", "A payment is promised"),
    ("plan", "It is paid by instalments"),
    ("handed_over", "It is with a collection agency or lawyer"),
    ("write_off", "It is about to be written off"),
    ("no_procedure", "No reminder procedure applies"),
    ("automatic", "The customer pays automatically"),
    ("unclear", "The invoice is not clear enough to be demanded"),
]

#: Why a line that is owed does not reach its next level today.
NOT_DUE_REASONS = [
    ("last_level", "The last level was already reached"),
    ("not_reached", "Not late enough for the next level"),
    ("pay_by", "The pay-by date of the last notice has not passed"),
    ("min_gap", "Too soon after the last notice"),
    ("reviewed_only", "The next level needs a person's review"),
]

#: Why a customer gets no notice although a line has reached a level.
CASE_REASONS = [
    ("in_progress", "Another notice to the customer is not finished"),
    ("tolerance", "The amount is below the tolerance"),
    ("credit", "Covered by a payment or credit that is not matched yet"),
    ("credit_hold", "A payment or credit is not matched yet"),
    ("no_contact", "No way to reach the customer"),
    ("no_channel", "The level has no channel"),
]

EXCLUSION_REASONS = NOT_OWED_REASONS + NOT_DUE_REASONS + CASE_REASONS

#: While a hand-over is in one of these, its items are in no other one.
HANDOVER_LIVING_STATES = ("prepared", "handed_over", "collecting")
#: The agency has the items: it is paid, and our own reminders rest.
HANDOVER_AWAY_STATES = ("handed_over", "collecting")
#: So many are handed over within a request; with more of them their files are made in
#: the background (about 3 seconds each, and a request has its limit).
HANDOVER_AT_ONCE = 5
