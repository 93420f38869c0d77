import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

/** Read what somebody types: '1 234,50'; undefined when it is no amount. */
function parseUnits(text, digits) {
    const bare = text.replace(/[\s'\u2019]/g, "");
    const match = /^(\d[\d.,]*?)(?:[.,](\d{1,2}|0\d*))?$/.exec(bare);
    if (!match || (match[2] || "").replace(/0+$/, "").length > digits) {
        return undefined;
    }
    const part = (match[2] || "").padEnd(digits, "0").slice(0, digits);
    return BigInt(match[1].replace(/[.,]/g, "") + part);
}

function formatUnits(units, { digits, point, comma, before, after }) {
    const text = units.toString().padStart(digits + 1, "0");
    const whole = digits ? text.slice(0, -digits) : text;
    const grouped = whole.replace(/\B(?=(\d{3})+$)/g, comma);
    return before + grouped + (digits ? point + text.slice(-digits) : "") + after;
}

/** The page sums up what is chosen; what can be paid is computed by the server. */
export class PaymentPage extends Interaction {
    static selector = ".o_payment_page";
    dynamicContent = {
        ".o_payment_choice input": { "t-on-input": this.onChoose },
        ".o_payment_sum": { "t-out": () => this.sum },
        ".o_payment_stale": { "t-att-class": () => ({ "d-none": !this.isStale }) },
        ".o_payment_ways": { "t-att-inert": () => this.isStale },
        ".o_payment_copy": {
            "t-att-hidden": () => false,
            "t-on-click": this.onCopy,
        },
        ".o_payment_copied": { "t-out": () => this.copied },
    };

    setup() {
        this.formEl = this.el.querySelector(".o_payment_choice");
        this.pattern = JSON.parse(this.el.dataset.pattern);
        this.sum = this.el.querySelector(".o_payment_sum")?.textContent || "";
        this.isStale = false;
        this.copied = "";
    }

    onChoose() {
        this.isStale = true;
        this.sum = formatUnits(this.count(), this.pattern);
    }

    /** Never more than what is owed: credits that are not assigned are left out. */
    count() {
        const { credit, asked, open } = this.formEl.dataset;
        const boxes = [...this.formEl.querySelectorAll("[name=item]:checked")];
        const total = boxes.reduce((sum, el) => sum + BigInt(el.dataset.units), 0n);
        const isAsked = boxes.every((el) => el.dataset.asked);
        const limit = BigInt(isAsked ? asked : open) - BigInt(credit);
        const most = total < limit ? total : limit;
        const typed = this.formEl.querySelector("[name=amount]").value;
        const part = parseUnits(typed, this.pattern.digits);
        const chosen = part !== undefined && part < most ? part : most;
        return chosen > 0n ? chosen : 0n;
    }

    async onCopy({ currentTarget }) {
        await this.waitFor(this.copy(currentTarget));
        const { text } = this.el.querySelector(".o_payment_copied").dataset;
        const label = currentTarget.textContent;
        this.copied = text;
        currentTarget.textContent = text;
        this.waitForTimeout(() => {
            this.copied = "";
            currentTarget.textContent = label;
        }, 2000);
    }

    async copy(buttonEl) {
        try {
            await navigator.clipboard.writeText(buttonEl.dataset.copy);
        } catch {
            // the browser does not allow it: what is shown can be copied by hand
            const valueEl = buttonEl.parentElement.querySelector(".o_payment_value");
            window.getSelection().selectAllChildren(valueEl);
            document.execCommand("copy");
        }
    }
}

registry.category("public.interactions").add("payment_reminder.payment_page", PaymentPage);
