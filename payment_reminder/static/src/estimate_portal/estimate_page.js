import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { Interaction } from "@web/public/interaction";

/** The page of an estimate tells once that it was opened. */
export class EstimatePage extends Interaction {
    static selector = ".o_estimate_page";

    async willStart() {
        this.services.http
            .post(this.el.dataset.openedUrl, { csrf_token: odoo.csrf_token })
            .catch(() => {}); // the page itself does not depend on it
    }
}

/** 'What would it cost by ...': asks the server, which knows the scale. */
export class EstimateDeadline extends Interaction {
    static selector = ".o_estimate_choice";
    dynamicContent = {
        "#estimate_deadline": {
            "t-on-input": this.onInput,
            "t-att-aria-valuetext": () => this.day.label,
        },
        ".o_estimate_day": { "t-out": () => this.day.label },
    };

    setup() {
        this.sliderEl = this.el.querySelector("#estimate_deadline");
        this.priceEl = this.el.querySelector(".o_estimate_price");
        this.stagesEl = this.el.querySelector(".o_estimate_price_stages");
        this.days = JSON.parse(this.sliderEl.dataset.days);
        this.url = this.el.closest(".o_estimate_page").dataset.priceUrl;
        this.last = new KeepLast();
        this.askSoon = this.debounced(this.ask, 250);
    }

    start() {
        this.ask();
    }

    get day() {
        return this.days[this.sliderEl.value];
    }

    onInput() {
        this.askSoon();
    }

    async ask() {
        const query = new URLSearchParams({ deadline: this.day.value });
        const answer = this.services.http.get(`${this.url}&${query}`).catch(() => ({
            error: _t("The price cannot be asked for at this moment."),
        }));
        this.show(await this.waitFor(this.last.add(answer)));
    }

    show(price) {
        for (const [template, target] of [
            ["payment_reminder.EstimatePrice", this.priceEl],
            ["payment_reminder.EstimatePriceStages", this.stagesEl],
        ]) {
            const isOpen = Boolean(target.querySelector("details[open]"));
            target.replaceChildren();
            this.renderAt(template, { price }, target);
            target.querySelector("details")?.toggleAttribute("open", isOpen);
        }
    }
}

registry
    .category("public.interactions")
    .add("payment_reminder.estimate_page", EstimatePage)
    .add("payment_reminder.estimate_deadline", EstimateDeadline);
