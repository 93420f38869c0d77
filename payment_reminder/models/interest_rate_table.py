from pathlib import Path

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import file_open
from odoo.tools.float_utils import float_compare

from ..tools.interest_days import get_half_year_start
from ..tools.rate_table import (
    COLUMNS,
    MAX_ROWS,
    TableProblem,
    read_table,
    write_table,
)

#: So many problems of a file are told at once.
MAX_PROBLEMS = 30
SHIPPED = Path(__file__).parents[1] / "data" / "rates"


class InterestReference(models.Model):
    """Rates as CSV: reading, writing, and those that are shipped."""

    # one concept, one file
    _inherit = "interest.reference"  # pylint: disable=consider-merging-classes-inherited

    # === EXPORT === #

    def action_export_csv(self):
        """Download the rates of the references as one CSV file."""
        ids = ",".join(map(str, self.ids))
        url = f"/payment_reminder/interest_rates.csv?references={ids}"
        return {"type": "ir.actions.act_url", "url": url, "target": "download"}

    def _make_csv(self):
        """Return the rates as a CSV file that can be imported again.

        :rtype: bytes
        """
        return write_table(
            (reference.code, rate.start, rate.percent)
            for reference in self
            for rate in reference._get_rates()
        )

    # === IMPORT === #

    @api.model
    def _plan_import(self, content, company):
        """Return what a CSV file would change; nothing is written.

        :param bytes content: the file
        :param res.company company: whose references are meant beside the shared ones
        :return: ``{new: [values], changed: [(interest.rate, percent)], same: int,
            problems: [str]}``; with problems the rest is not complete
        :rtype: dict
        """
        table = read_table(content, company._get_dunning_today())
        references = self._find_by_code({row.reference for row in table.rows}, company)
        problems = list(table.problems)
        plan = {"new": [], "changed": [], "same": 0}
        for row in table.rows:
            reference = references.get(row.reference, self.browse())
            problem = self._get_row_problem(row, reference)
            if problem:
                problems.append(problem)
            else:
                reference._plan_row(row, plan)
        problems.sort(key=lambda problem: problem.line)
        plan["problems"] = self._explain_problems(problems)
        return plan

    @api.model
    def _import_csv(self, content, company, is_replacing=False):
        """Import a CSV file: all of it or nothing.

        :param bool is_replacing: whether other rates of the same days are replaced
        :return: the numbers of rates, as ``_plan_import`` names them
        :rtype: dict[str, int]
        :raise UserError: naming every line that is not right
        """
        plan = self._plan_import(content, company)
        if plan["problems"]:
            raise UserError("\n".join(plan["problems"]))
        if plan["changed"] and not is_replacing:
            raise UserError(self._explain_changes(plan["changed"]))
        self.env["interest.rate"].create(plan["new"])
        for rate, percent in plan["changed"]:
            rate.percent = percent
        return {
            "new": len(plan["new"]),
            "changed": len(plan["changed"]),
            "same": plan["same"],
        }

    def _find_by_code(self, codes, company):
        """Return references by their codes; one of the company before a shared one."""
        found = self.with_context(active_test=False).search(
            Domain("code", "in", list(codes)) & self._get_company_domain(company)
        )
        ordered = found.sorted(lambda one: bool(one.company_id))
        return {reference.code: reference for reference in ordered}

    def _get_row_problem(self, row, reference):
        """Return why a row does not fit its reference, or ``None``."""
        if not reference:
            return TableProblem(row.line, "unknown", row.reference)
        is_half_yearly = reference.frequency == "half_year"
        if is_half_yearly and row.date != get_half_year_start(row.date):
            return TableProblem(row.line, "half_year", row.date.isoformat())
        return None

    def _plan_row(self, row, plan):
        rate = self._get_rates_by_day().get(row.date)
        percent = float(row.percent)
        if not rate:
            plan["new"].append(
                {
                    "reference_id": self.id,
                    "date_from": row.date,
                    "percent": percent,
                    "confidence": "own",
                }
            )
        elif float_compare(rate.percent, percent, precision_digits=4):
            plan["changed"].append((rate, percent))
        else:
            plan["same"] += 1

    def _get_rates_by_day(self):
        """Return the rates by their first days.

        :rtype: dict[datetime.date, interest.rate]
        """
        return {rate.date_from: rate for rate in self.rate_ids}

    # === SHIPPED RATES === #

    @api.model
    def _load_shipped_rates(self):
        """Add the shipped rates that are missing; what people have entered stays.

        Run at each installation and update of the addon. A shipped rate that was
        corrected since replaces the former one, unless somebody has changed it here.
        """
        rates = self.env["interest.rate"]
        for path in sorted(SHIPPED.glob("*.csv")):
            with file_open(str(path), "rb") as stream:
                table = read_table(stream.read())
            for row in table.rows:
                reference = self.env.ref(
                    f"payment_reminder.reference_{row.reference.lower()}",
                    raise_if_not_found=False,
                )
                if reference:
                    rates |= reference._load_shipped_rate(row)
        return rates

    def _load_shipped_rate(self, row):
        rate = self._get_rates_by_day().get(row.date)
        values = {"percent": float(row.percent), "confidence": row.extra["confidence"]}
        if not rate:
            keys = {"reference_id": self.id, "date_from": row.date}
            return self.env["interest.rate"].create(keys | values)
        if rate.confidence != "own":
            rate.write(values)
        return rate

    # === WORDS === #

    def _explain_changes(self, changed):
        """Return why a file that would replace rates is refused.

        :param list changed: see ``_plan_import``
        :rtype: str
        """
        question = self.env._(
            "The file has other rates for days that are here already. Nothing was "
            "imported; tick 'Replace Rates' if the file is right."
        )
        return f"{question}\n{self._list_changes(changed)}"

    def _list_changes(self, changed):
        """Return which rates a file would replace, one in a line.

        :rtype: str
        """
        words = self.env["interest.words"]
        return "\n".join(
            self.env._(
                "%(rate)s: %(old)s %% here, %(new)s %% in the file",
                rate=rate.display_name,
                old=words._format_percent(rate.percent),
                new=words._format_percent(percent),
            )
            for rate, percent in changed[:MAX_PROBLEMS]
        )

    def _explain_problems(self, problems):
        """Return each problem of a file in words, with the number of its line.

        :param list[tools.rate_table.TableProblem] problems: in order of their lines
        :rtype: list[str]
        """
        texts = self._get_problem_texts()
        told = [
            self._explain_problem(problem, texts) for problem in problems[:MAX_PROBLEMS]
        ]
        if len(problems) > MAX_PROBLEMS:
            count = len(problems) - MAX_PROBLEMS
            told.append(self.env._("… and %(count)s more lines.", count=count))
        return told

    def _explain_problem(self, problem, texts):
        text = texts[problem.code] % {
            "value": problem.value,
            "other": problem.other_line,
        }
        if not problem.line:
            return text
        return self.env._("Line %(number)s: %(text)s", number=problem.line, text=text)

    def _get_problem_texts(self):
        """Return what can be wrong with a file and its lines, ``{code: text}``."""
        names = ", ".join(COLUMNS)
        return {
            "empty": self.env._("The file is empty."),
            "encoding": self.env._(
                "The file is no text in UTF-8. Save it as 'CSV UTF-8'."
            ),
            "spreadsheet": self.env._(
                "This is a spreadsheet. Save it as 'CSV UTF-8' first."
            ),
            "header": self.env._(
                "The first line has to name the columns: %(names)s.", names=names
            ),
            "no_rows": self.env._("There is no line below the names of the columns."),
            "long": self.env._(
                "The file has more than %(count)s lines.", count=MAX_ROWS
            ),
            "columns": self.env._(
                "'%(value)s' has not as many values as the first line has columns. Has "
                "a rate a decimal comma? Then write a dot, or separate by semicolons."
            ),
            "reference": self.env._("the reference is missing."),
            "unknown": self.env._("there is no reference with the code '%(value)s'."),
            "date": self.env._(
                "'%(value)s' is no date. Write it as 2026-12-31 or 31.12.2026."
            ),
            "too_early": self.env._("rates before 1900 (%(value)s) are not known."),
            "too_late": self.env._(
                "%(value)s is more than a year away; nobody knows that rate yet."
            ),
            "half_year": self.env._(
                "the reference is published every half-year, but %(value)s is not 1 "
                "January or 1 July."
            ),
            "percent": self.env._("'%(value)s' is no rate. Write it as 8.25."),
            "absurd": self.env._("a rate of '%(value)s' percent cannot be meant."),
            "duplicate": self.env._(
                "line %(other)s has a rate from %(value)s for this reference already."
            ),
        }
