import { Component, xml } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/**
 * A phone number as people read it, which dials what another field says: a `tel:` link
 * keeps the extension, and a bad number can still be called.
 */
export class PhoneLinkField extends Component {
    static template = xml`
        <a t-if="uri" t-att-href="uri" class="o_phone_link text-nowrap" t-on-click.stop="">
            <i class="fa fa-phone me-1" role="img" aria-hidden="true"/><t t-esc="value"/>
        </a>
        <span t-else="" class="text-muted" t-esc="value"/>`;
    static props = { ...standardFieldProps, uriField: { type: String } };

    get value() {
        return this.props.record.data[this.props.name] || "";
    }

    get uri() {
        const uri = this.props.record.data[this.props.uriField] || "";
        return uri.startsWith("tel:") ? uri : "";
    }
}

export const phoneLinkField = {
    component: PhoneLinkField,
    supportedTypes: ["char"],
    extractProps: ({ options }) => ({ uriField: options.uri_field }),
};

registry.category("fields").add("payment_reminder_phone_link", phoneLinkField);
