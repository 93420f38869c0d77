import { Component, onWillDestroy, useEffect, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const VIEWER = "/web/static/lib/pdfjs/web/viewer.html";

/**
 * What the customer reads, beside the claims. A mail is shown in a frame that runs no
 * script; a PDF by Odoo's own viewer, which works on phones as well.
 */
export class NoticePreview extends Component {
    static template = "payment_reminder.NoticePreview";
    static props = { ...standardWidgetProps };

    setup() {
        this.state = useState({ pdf: "" });
        useEffect(
            () => {
                this.load();
            },
            () => [this.url]
        );
        onWillDestroy(() => this.forget());
    }

    get url() {
        const { data, resId } = this.props.record;
        const version = data.write_date ? data.write_date.toMillis() : 0;
        return `/payment_reminder/notice/${resId}/preview?embedded=1&v=${version}`;
    }

    get isMail() {
        return this.props.record.data.channel === "email";
    }

    /** A document is fetched once: whether it is a PDF is known only then. */
    async load() {
        this.forget();
        if (this.isMail) {
            return;
        }
        const url = this.url;
        const response = await browser.fetch(url);
        const type = response.headers.get("Content-Type") || "";
        if (response.ok && type.startsWith("application/pdf")) {
            const blob = await response.blob();
            if (url === this.url) {
                this.blobUrl = URL.createObjectURL(blob);
                const file = encodeURIComponent(this.blobUrl);
                this.state.pdf = `${VIEWER}?file=${file}#pagemode=none&zoom=page-width`;
            }
        }
    }

    forget() {
        if (this.blobUrl) {
            URL.revokeObjectURL(this.blobUrl);
        }
        this.blobUrl = null;
        this.state.pdf = "";
    }
}

registry.category("view_widgets").add("dunning_notice_preview", {
    component: NoticePreview,
    fieldDependencies: [
        { name: "channel", type: "char" },
        { name: "write_date", type: "datetime" },
    ],
});
