"""P7: pricing an estimate again, by its size and against a quotation of Odoo's Sales.

**Ours**: the offered deadline of a draft changes, so that the deadline factor of every
stage changes; everything that follows is computed and written: factor values, price of
each stage, taxes and totals. **The peer**: a draft ``sale.order`` with as many lines of
the same product, unit and tax. It gets another price in two ways: another pricelist
(−10 % on everything) and *Update Prices* (``_recompute_prices``), which is what Sales
has for pricing all lines anew, and, cheaper for it, the field *discount* of all lines
in one write, which skips the pricelist. Each time is from the change to the end of the
flush, with a cache that was emptied before; the median of several changes back and
forth. Making estimates and orders is not measured.

Odoo writes at most 100 rows with one UPDATE: those of the stages grow with their
number, and are told apart from the other queries.
"""

import statistics
import time
from datetime import date, timedelta

from odoo.fields import Command
from odoo.orm.models import UPDATE_BATCH_SIZE

from .result import Result, format_seconds

START = date(2025, 1, 6)  # a Monday
SOON, LATER = 0.8, 3  # offered ÷ normal duration: rush, and no haste
HOURS, HOURS_PER_DAY = 8, 8


def measure(env, sizes, repeat=5):
    """Return the lines of the table for estimates of ``sizes`` stages."""
    product = _make_product(env)
    ours = {n: _measure_ours(env, product, n, repeat) for n in sizes}
    small, large = min(sizes), max(sizes)
    return [
        _compare_sizes(ours, small, large),
        *_compare_queries(ours, small, large),
        *(
            _compare_peer(f"P7 estimate ÷ sale.order, {way}", large, ours[large], peer)
            for way, peer in _measure_peers(env, product, large, repeat).items()
        ),
    ]


def _compare_sizes(ours, small, large):
    seconds = [format_seconds(ours[size][0]) for size in (large, small)]
    label, size = "P7 reprice an estimate", f"{large:,} ÷ {small:,} stages"
    ratio = ours[large][0] / ours[small][0]
    return Result(label, size, *seconds, ratio, target="<= 110")


def _compare_queries(ours, small, large):
    queries = [ours[size][1] for size in (large, small)]
    label, size = "P7 … queries, difference", f"{large:,} − {small:,} stages"
    difference = queries[0] - queries[1]
    updates = [-(-size // UPDATE_BATCH_SIZE) for size in (large, small)]
    rest = difference - (updates[0] - updates[1])
    return [
        Result(label, size, *map(str, queries), difference, unit="", target="0"),
        Result("   without UPDATE of 100 stages each", size, "", "", rest, unit=""),
    ]


def _compare_peer(label, size, ours, peer):
    cells = [
        f"{format_seconds(seconds)}, {queries} queries"
        for seconds, queries in (ours, peer)
    ]
    return Result(label, f"{size:,}", *cells, ours[0] / peer[0], target="<= 0.3")


def _measure_ours(env, product, size, repeat):
    estimate = _make_estimate(env, product, size)

    def change(is_odd):
        days = size * HOURS / HOURS_PER_DAY * (SOON if is_odd else LATER)
        weeks, rest = divmod(round(days), 5)
        estimate.date_deadline = START + timedelta(weeks=weeks, days=rest - 1)

    measured = _measure(env, change, repeat, lambda: estimate.amount_total)
    estimate.unlink()
    return measured


def _measure_peers(env, product, size, repeat):
    order = _make_order(env, product, size)
    pricelists = _make_pricelists(env)

    def change_pricelist(is_odd):
        order.pricelist_id = pricelists[is_odd]
        order._recompute_prices()

    def change_discount(is_odd):
        order.order_line.discount = 10.0 * is_odd

    return {
        title: _measure(env, change, repeat, lambda: order.amount_total)
        for title, change in (
            ("another pricelist", change_pricelist),
            ("discount of all lines", change_discount),
        )
    }


def _measure(env, change, repeat, get_total):
    """Return median seconds and the number of queries of a change.

    :param change: a function of a boolean that is another one each time
    :param get_total: tells the total, which has to be another one each time
    """
    change(False)
    env.flush_all()
    times, queries = [], set()
    for number in range(1, repeat + 1):
        before = get_total()
        seconds, count = _time(env, lambda odd=bool(number % 2): change(odd))
        times.append(seconds)
        queries.add(count)
        if get_total() == before:
            raise AssertionError("Nothing was priced anew.")
    return statistics.median(times), max(queries)


def _time(env, function):
    env.invalidate_all()
    before, start = env.cr.sql_log_count, time.perf_counter()
    function()
    env.flush_all()
    return time.perf_counter() - start, env.cr.sql_log_count - before


# What is priced


def _make_product(env):
    return env["product.product"].create(
        {
            "name": "Benchmark hour",
            "type": "service",
            "uom_id": env.ref("uom.product_uom_hour").id,
            "list_price": 100.0,
            "taxes_id": [Command.set(env.company.account_sale_tax_id.ids)],
        }
    )


def _make_customer(env):
    return env["res.partner"].create({"name": "Benchmark customer"})


def _make_estimate(env, product, size):
    """Return a draft whose stages have ratings by hand, by volume and by deadline."""
    ratings = env.ref("payment_reminder.rating_complexity_high") | env.ref(
        "payment_reminder.rating_specialisation_expert"
    )
    stage = {"product_id": product.id, "volume": HOURS, "rating_ids": ratings.ids}
    return env["service.estimate"].create(
        {
            "title": "Benchmark",
            "partner_id": _make_customer(env).id,
            "date_start": START,
            "stage_ids": [
                Command.create({"name": f"Stage {number}", **stage})
                for number in range(size)
            ],
        }
    )


def _make_order(env, product, size):
    line = {"product_id": product.id, "product_uom_qty": HOURS}
    return env["sale.order"].create(
        {
            "partner_id": _make_customer(env).id,
            "order_line": [Command.create(line) for _number in range(size)],
        }
    )


def _make_pricelists(env):
    """Return two pricelists, the second one 10 % below the first."""
    rule = {"compute_price": "percentage", "applied_on": "3_global"}
    return env["product.pricelist"].create(
        [
            {
                "name": f"Benchmark, {percent} % less",
                "item_ids": [Command.create({**rule, "percent_price": percent})],
            }
            for percent in (0, 10)
        ]
    )
