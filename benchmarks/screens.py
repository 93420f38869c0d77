"""P9: opening the case list, the run form and the analysis ÷ the raw grouped SQL.

'Opening' is what the web client asks for, with the specification of the views:
the next steps are brought up to date, groups and their first records are read. The
peer of each screen is the one query without which its figures cannot be had, written
by hand: nothing of Odoo, no access rules, no names, no records.
"""

import statistics
import time

from lxml import etree

from .invoices import make_invoices, vacuum
from .planning import TABLES
from .result import Result, format_seconds

PAGE = 80  # records in a list or a column
ROWS = 40  # records in a list of a form
CASE_SQL = """
    SELECT dcase.next_step, COUNT(*), SUM(totals.overdue)
      FROM dunning_case dcase
      JOIN (SELECT item.case_id, SUM(line.amount_residual)
                       FILTER (WHERE line.date_maturity < %(date)s) AS overdue
              FROM dunning_case_line item
              JOIN account_move_line line ON line.id = item.move_line_id
             WHERE line.parent_state = 'posted' AND line.reconciled IS NOT TRUE
          GROUP BY item.case_id) totals ON totals.case_id = dcase.id
     WHERE dcase.company_id = %(company)s
  GROUP BY dcase.next_step
"""
ANALYSIS_SQL = """
    SELECT totals.level_id, dcase.next_step, COUNT(*), SUM(totals.overdue)
      FROM dunning_case dcase
      JOIN (SELECT item.case_id, MAX(item.level_id) AS level_id,
                   SUM(line.amount_residual)
                       FILTER (WHERE line.date_maturity < %(date)s) AS overdue
              FROM dunning_case_line item
              JOIN account_move_line line ON line.id = item.move_line_id
             WHERE line.parent_state = 'posted' AND line.reconciled IS NOT TRUE
          GROUP BY item.case_id) totals ON totals.case_id = dcase.id
     WHERE dcase.company_id = %(company)s
  GROUP BY totals.level_id, dcase.next_step
"""
RUN_SQL = """
    SELECT level_id, channel_id, state, currency_id, COUNT(*),
           COUNT(DISTINCT partner_id), SUM(amount_asked)
      FROM dunning_notice
     WHERE run_id = %(run)s
  GROUP BY level_id, channel_id, state, currency_id
"""


#: What was left out of a run is shown by reason.
EXCLUSION_GROUP = ("dunning.run.exclusion", "reason")


class Screens:
    """The screens of the desk as the web client reads them."""

    def __init__(self, env, run, page=PAGE):
        """Look at ``run`` and all cases, so many records in a list or a column."""
        self.page = page
        self.env = env(user=env.ref("base.user_admin"))
        self.run = run.with_env(self.env)
        self.cases = self.env["dunning.case"]
        self.specifications = {}

    # === SCREENS === #

    def open_desk(self):
        """Bring the next steps up to date, as the menu does."""
        self.cases.action_open_desk()
        self.cases.get_desk_banner()

    def open_kanban(self):
        """Read the columns of the desk with their cards."""
        self._read_groups("dunning.case", "kanban", ["next_step"], self._is_open)

    def open_list(self):
        """Read the first page of the case list."""
        self._read_page("dunning.case", "list", self._is_open)

    def open_grouped_list(self):
        """Read the case list by each of the groupings of its search view."""
        for name in ("next_step", "level_id", "responsible_id", "currency_id"):
            self._read_groups("dunning.case", "list", [name], self._is_open)

    def open_case(self):
        """Read the form of the case with the largest amount."""
        order = "company_amount_overdue desc, id"
        case = self.cases.search(self._is_open, order=order, limit=1)
        self._read_form(case)

    def open_run(self):
        """Read the form of the run, its notices and what was left out."""
        self._read_form(self.run)
        domain = [("run_id", "=", self.run.id)]
        self._read_groups("dunning.notice", "list", ["level_id"], domain, True)
        model, group = EXCLUSION_GROUP
        self._read_groups(model, "list", [group], domain, True)

    def open_analysis(self):
        """Read the pivot table of the cases: its totals, rows and cells."""
        sets = [[], ["next_step"], ["level_id"], ["next_step", "level_id"]]
        totals = ["__count", "company_amount_overdue:sum"]
        self.cases.formatted_read_grouping_sets(self._is_open, sets, totals)

    # === AS THE CLIENT ASKS === #

    _is_open = [("is_open", "=", True)]  # the filter that is on by default

    def _read_page(self, model, view, domain):
        specification = self._get_specification(model, view)
        self.env[model].web_search_read(domain, specification, limit=self.page)

    def _read_groups(self, model, view, groups, domain, unfold=False):
        specification = self._get_specification(model, view)
        self.env[model].web_read_group(
            domain,
            groups,
            ["__count"],
            auto_unfold=unfold or view == "kanban",
            unfold_read_specification=specification,
            unfold_read_default_limit=self.page,
        )

    def _read_form(self, record):
        record.web_read(self._get_specification(record._name, "form"))

    def _get_specification(self, model, view):
        """Return what the client asks for to fill a view of ``model``.

        :rtype: dict
        """
        key = (model, view)
        if key not in self.specifications:
            arch = self.env[model].get_view(view_type=view)["arch"]
            specification = self._read_arch(model, etree.fromstring(arch))
            self.specifications[key] = specification
        return self.specifications[key]

    def _read_arch(self, model, arch):
        depth = len(list(arch.iterancestors("field")))
        return {
            node.get("name"): self._specify(self.env[model]._fields, node)
            for node in arch.iter("field")
            if len(list(node.iterancestors("field"))) == depth
        }

    def _specify(self, fields, node):
        field = fields[node.get("name")]
        if field.type == "many2one":
            return {"fields": {"display_name": {}}}
        if field.type not in ("one2many", "many2many"):
            return {}
        if node.get("mode", "").startswith("list"):
            rows = self._get_rows(field.comodel_name, node)
            return {"fields": rows, "limit": ROWS}
        return {"fields": {}}

    def _get_rows(self, model, node):
        """Return what a list within a form shows; it may have a view of its own."""
        inline = node.find("list")
        if inline is None:
            return self._get_specification(model, "list")
        return {
            child.get("name"): self._specify(self.env[model]._fields, child)
            for child in inline.iterchildren("field")
        }


#: The screens with their methods, in the order in which a person comes to them.
SCREENS = {
    "desk": "desk",
    "desk by next step": "kanban",
    "case list": "list",
    "case list in groups": "grouped_list",
    "case form": "case",
    "run form": "run",
    "analysis": "analysis",
}
QUERIES = {
    "case list": CASE_SQL,
    "desk by next step": CASE_SQL,
    "run form": RUN_SQL,
    "analysis": ANALYSIS_SQL,
}


def count_queries(env, size, page):
    """Return how many queries each screen takes with ``size`` receivable lines.

    The cards of each column of the desk, and the rows of each group of the run, are a
    query, which Odoo sends and which is not counted: another shape of data has other
    columns and groups. The currencies are known beforehand, whichever the data have.

    :param int page: records in a list or a column; counting those beyond a full page
        is a query more, so it has to be full for each size that is compared
    :rtype: dict[str, int]
    """
    screens = _plan(env, size, page, overdue=1, customers=size // 2)
    queries = {title: _count(screens, title) for title in SCREENS}
    columns = screens.cases._read_group(screens._is_open, ["next_step"])
    queries["desk by next step"] -= len(columns)
    domain = [("run_id", "=", screens.run.id)]
    for model, group in (("dunning.notice", "level_id"), EXCLUSION_GROUP):
        groups = screens.env[model]._read_group(domain, [group])
        queries["run form"] -= len(groups)
    return queries


def _count(screens, title):
    """Return the queries of one opening, in a request of its own, caches being warm."""
    show = getattr(screens, f"open_{SCREENS[title]}")
    show()
    screens.env.flush_all()
    screens.env.invalidate_all()
    screens.env["res.currency"].search([]).mapped("name")
    before = screens.env.cr.sql_log_count
    show()
    return screens.env.cr.sql_log_count - before


def measure(env, size, repeat=3):
    """Return the lines of the table for ``size`` receivable lines, 30 % overdue."""
    screens = _plan(env, size)
    screens.open_desk()
    env.cr.commit()
    values = {
        "date": env.company._get_dunning_today(),
        "company": env.company.id,
        "run": screens.run.id,
    }
    return [
        _compare(screens, title, query, values, size, repeat)
        for title, query in QUERIES.items()
    ]


def _plan(env, size, page=PAGE, **invoices):
    """Make the invoices and plan a run of them; return the screens."""
    make_invoices(env, size, **invoices)
    run = env["dunning.run"].create({"company_id": env.company.id})
    run.action_plan()
    env.cr.commit()
    vacuum(env.cr, *TABLES)
    return Screens(env, run, page)


def _compare(screens, title, query, values, size, repeat):
    """Compare opening one screen with the grouped query of its figures."""
    show, cr = getattr(screens, f"open_{SCREENS[title]}"), screens.env.cr
    ours, raw = [], []
    for _number in range(repeat + 1):  # the first one warms the caches of both
        screens.env.invalidate_all()
        ours.append(_time(show))
        raw.append(_time(lambda: cr.execute(query, values) or cr.fetchall()))
    ours, raw = statistics.median(ours[1:]), statistics.median(raw[1:])
    return Result(
        f"P9 open the {title} ÷ grouped SQL",
        *(f"{size:,} lines", format_seconds(ours), format_seconds(raw), ours / raw),
        target="<= 2.5",
    )


def _time(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start
